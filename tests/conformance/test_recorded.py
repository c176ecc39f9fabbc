"""Recorded answers of the real service and documented scenarios, which lie beside the repository where they are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from netwatch.conformance import Report, replay
from netwatch.conformance.page import RECORDED, SICKBAY, recorded_counts
from netwatch.conformance.questions import QUESTIONS
from netwatch.conformance.sickbay import read_sickbay

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"

pytestmark = pytest.mark.skipif(
    not (SHARED / "azure" / "cases").is_dir() or not (SHARED / "scenarios").is_dir(),
    reason="NOT TESTED: recorded answers (../shared/azure/cases) and scenarios (../shared/scenarios) are not here",
)


@pytest.fixture(scope="module")
def recorded() -> Report:
    return replay(SHARED / "azure" / "cases", sickbay=ROOT / SICKBAY)


@pytest.fixture(scope="module")
def scenarios() -> Report:
    return replay(SHARED / "scenarios")


def test_no_recorded_answer_disagrees(recorded: Report) -> None:
    assert not recorded.failed, recorded.to_text()


def test_every_recorded_question_of_ours_is_answered(recorded: Report) -> None:
    asked = [r for r in recorded.results if r.operation in QUESTIONS and r.outcome != "not_replayable"]
    assert [result.case for result in asked if result.outcome not in ("agree", "sickbay")] == []
    assert len(asked) == 84


def test_the_sickbay_holds_only_faults_and_few(recorded: Report) -> None:
    entries = read_sickbay(ROOT / SICKBAY)
    assert Counter(entry.reason for entry in entries) == {"fault": 11}
    assert sum(result.outcome == "sickbay" for result in recorded.results) == len(entries)


def test_without_the_sickbay_exactly_its_cases_disagree() -> None:
    report = replay(SHARED / "azure" / "cases")
    assert [r.case for r in report.results if r.outcome == "disagree"] == sorted(
        entry.case for entry in read_sickbay(ROOT / SICKBAY)
    )


def test_no_scenario_disagrees(scenarios: Report) -> None:
    assert not scenarios.failed, scenarios.to_text()


def test_a_contested_scenario_is_not_scored(scenarios: Report) -> None:
    contested = [result for result in scenarios.results if "contested" in result.case]
    assert contested
    assert {result.outcome for result in contested} == {"not_replayable"}


def test_the_counts_on_the_page_are_of_today() -> None:
    written = json.loads((ROOT / RECORDED).read_text(encoding="utf-8"))
    assert written == recorded_counts(SHARED, ROOT), (
        "write them anew: python -m netwatch.conformance.page --recorded DIR"
    )
