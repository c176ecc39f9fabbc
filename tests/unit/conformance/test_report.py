"""The report: counts, text, and whether it failed."""

from __future__ import annotations

import pytest

from netwatch.conformance.differences import Difference
from netwatch.conformance.report import OUTCOMES, Report, Result

AGREES = Result("a.json", "nextHop", "agree")
DIFFERS = Result("b.json", "topology", "disagree", (Difference("x", 1, 2),))


def test_counts_have_every_outcome_and_operations_by_name() -> None:
    counts = Report((DIFFERS, AGREES)).counts
    assert list(counts) == ["nextHop", "topology"]
    assert counts["nextHop"] == {**dict.fromkeys(OUTCOMES, 0), "agree": 1}


@pytest.mark.parametrize(
    ("report", "failed"),
    [
        (Report(()), False),
        (Report((AGREES,)), False),
        (Report((AGREES, DIFFERS)), True),
        (Report((AGREES,), ("an entry",)), True),
        (Report((AGREES._replace(outcome="sickbay"),)), False),
        (Report((AGREES._replace(outcome="unsupported"),)), False),
    ],
)
def test_a_disagreement_or_a_bad_entry_fails(report: Report, failed: bool) -> None:
    assert report.failed is failed


def test_text_is_a_table_then_the_disagreements_then_the_bad_entries() -> None:
    assert Report((AGREES, DIFFERS), ("s.yaml: entry 1 (c.json): there is no such case",)).to_text().splitlines() == [
        "operation  agree  disagree  sickbay  unsupported  not_replayable",
        "nextHop        1         0        0            0               0",
        "topology       0         1        0            0               0",
        "total          1         1        0            0               0",
        "",
        "disagree  b.json",
        "  x: expected 1, got 2",
        "",
        "sickbay entries that do not hold:",
        "  s.yaml: entry 1 (c.json): there is no such case",
    ]


def test_verbose_text_gives_the_reasons_of_the_others() -> None:
    report = Report((Result("c.json", "nextHop", "unsupported", note="meshes are not evaluated yet"),))
    assert "meshes" not in report.to_text()
    assert "unsupported  c.json: meshes are not evaluated yet" in report.to_text(verbose=True)


def test_no_cases_is_said() -> None:
    assert Report(()).to_text() == "no cases"
