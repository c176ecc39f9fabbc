"""Results in words."""

from __future__ import annotations

import pytest

from netwatch.checks.reading import Question
from netwatch.checks.reporting import answers_text, counts, report_json, report_text
from netwatch.checks.running import Result, run
from netwatch.checks.verbs import VERBS
from netwatch.model.where import Where
from netwatch.render.trip import Page
from netwatch.watcher import NetworkWatcher

HOP = {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4"}
PAGE = Page(width=120)


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    watcher = NetworkWatcher.load("topologies/two-tier/two-tier.yaml")
    questions = [
        Question(VERBS["next-hop"], HOP, "VirtualNetwork", Where("checks.yaml", 1)),
        Question(VERBS["next-hop"], HOP, {"nextHopType": "Internet"}, Where("checks.yaml", 2)),
        Question(VERBS["next-hop"], {**HOP, "vm": "web-9"}, None, Where("checks.yaml", 3)),
    ]
    return run(watcher, questions)


def test_outcomes_are_counted(results: tuple[Result, ...]) -> None:
    assert counts(results) == {"passed": 1, "missed": 1, "error": 1}


def test_the_report_says_what_was_missed_and_why(results: tuple[Result, ...]) -> None:
    assert report_text("checks.yaml", results, PAGE) == (
        "checks.yaml: 1 passed, 1 missed, 1 error\n"
        "  missed checks.yaml:2 next-hop --vm web-0 --source-ip 10.0.1.4 --dest-ip 10.0.2.4\n"
        "    expected nextHopType = Internet\n"
        "    got      VirtualNetwork\n"
        "    why      VirtualNetwork by the system route for 10.0.0.0/16\n"
        "  error checks.yaml:3 next-hop --vm web-9 --source-ip 10.0.1.4 --dest-ip 10.0.2.4\n"
        "    ResourceNotFound: no virtual machine is called 'web-9'. Did you mean web-0?\n"
    )


def test_verbose_names_what_passed_too(results: tuple[Result, ...]) -> None:
    assert "passed checks.yaml:1" in report_text("checks.yaml", results, PAGE._replace(verbose=True))


def test_answers_come_one_after_the_other(results: tuple[Result, ...]) -> None:
    first, second, third = answers_text(results, PAGE).split("\n\n")
    assert first.startswith("  passed checks.yaml:1 next-hop")
    assert first.endswith("VirtualNetwork by the system route for 10.0.0.0/16")
    assert "expected nextHopType = Internet" in second
    assert third.endswith("Did you mean web-0?\n")


def test_json_holds_the_question_its_answer_and_what_was_missed(results: tuple[Result, ...]) -> None:
    passed, missed, error = report_json(results, PAGE)
    assert passed == {
        "ask": "next-hop",
        **HOP,
        "where": "checks.yaml:1",
        "outcome": "passed",
        "answer": {"nextHopType": "VirtualNetwork", "routeTableId": "System Route"},
        "expect": "VirtualNetwork",
        "missed": [],
    }
    assert missed["missed"] == [{"what": "nextHopType", "expected": "Internet", "got": "VirtualNetwork"}]
    assert error["answer"] is None
    assert error["error"]["code"] == "ResourceNotFound"
    assert "expect" not in error
