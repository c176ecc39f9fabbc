"""Results as JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from netwatch.checks.junit import junit
from netwatch.checks.reading import Question
from netwatch.checks.running import run
from netwatch.checks.verbs import VERBS
from netwatch.model.where import Where
from netwatch.render.trip import Page
from netwatch.watcher import NetworkWatcher

HOP = {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4"}


@pytest.fixture(scope="module")
def suites() -> ET.Element:
    watcher = NetworkWatcher.load("topologies/two-tier/two-tier.yaml")
    questions = [
        Question(VERBS["next-hop"], HOP, "VirtualNetwork", Where("checks.yaml", 1)),
        Question(VERBS["next-hop"], HOP, {"nextHopType": "Internet"}, Where("checks.yaml", 2), "out & <away>\x07"),
        Question(VERBS["next-hop"], {**HOP, "vm": "web-9"}, None, Where("checks.yaml", 3)),
    ]
    return ET.fromstring(junit({"checks.yaml": run(watcher, questions)}, {"b.yaml": "b.yaml:1: no\nmore"}, Page()))


def test_a_suite_counts_what_went_wrong(suites: ET.Element) -> None:
    asked, broken = suites
    assert asked.attrib == {"name": "checks.yaml", "tests": "3", "failures": "1", "errors": "1", "skipped": "0"}
    assert broken.attrib == {"name": "b.yaml", "tests": "1", "failures": "0", "errors": "1", "skipped": "0"}


def test_a_case_has_its_line_and_says_why(suites: ET.Element) -> None:
    passed, missed, error = suites[0]
    assert list(passed) == []
    assert (missed.get("name"), missed.get("line")) == ("out & <away>\\x07", "2")
    assert missed[0].tag == "failure"
    assert missed[0].get("message") == "expected nextHopType = Internet, got VirtualNetwork"
    assert "system route for 10.0.0.0/16" in (missed[0].text or "")
    assert error[0].tag == "error"
    assert "no virtual machine is called 'web-9'" in (error[0].text or "")


def test_a_network_that_cannot_be_read_is_an_error(suites: ET.Element) -> None:
    (case,) = suites[1]
    assert (case[0].tag, case[0].get("message"), case[0].text) == ("error", "b.yaml:1: no", "b.yaml:1: no\nmore")
