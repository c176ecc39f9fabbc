"""Results of checks as JUnit XML, the form of test results that every CI system shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from netwatch.checks.reporting import missed_lines, title, why
from netwatch.checks.running import CheckOutcome, Result
from netwatch.render.layout import printable
from netwatch.render.trip import Page

__all__ = ["junit"]


def junit(files: Mapping[str, tuple[Result, ...]], broken: Mapping[str, str], page: Page) -> str:
    """A suite for each file of questions, a case for each question.

    A missed expectation is a failure; what could not be asked is an error. A file whose topology cannot be read
    (``broken``: its name and why) is a suite of one error. Source of the form: the schema that Jenkins' xUnit plugin
    and Ant's JUnit task share.
    """
    root = ET.Element("testsuites", name="netwatch check")
    for name, results in files.items():
        suite = _suite(root, name, results)
        for result in results:
            _case(suite, name, result, page)
    for name, reason in broken.items():
        suite = ET.SubElement(root, "testsuite", name=printable(name), tests="1", failures="0", errors="1", skipped="0")
        case = ET.SubElement(suite, "testcase", name="the topology is read", classname=printable(name))
        _told(case, "error", reason.split("\n")[0], reason)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(root: ET.Element, name: str, results: tuple[Result, ...]) -> ET.Element:
    outcomes = [result.outcome for result in results]
    errors = outcomes.count(CheckOutcome.ERROR) + outcomes.count(CheckOutcome.REFUSED)
    return ET.SubElement(
        root,
        "testsuite",
        name=printable(name),
        tests=str(len(results)),
        failures=str(outcomes.count(CheckOutcome.MISSED)),
        errors=str(errors),
        skipped="0",
    )


def _case(suite: ET.Element, name: str, result: Result, page: Page) -> None:
    where = result.question.where
    case = ET.SubElement(
        suite,
        "testcase",
        name=printable(title(result.question)),
        classname=printable(name),
        file=printable(where.source),
        line=str(where.line),
    )
    reason = why(result, page)
    if result.outcome is CheckOutcome.MISSED:
        lines = missed_lines(result)
        _told(case, "failure", "; ".join(lines), "\n".join((*lines, f"why {reason}")))
    elif result.outcome in (CheckOutcome.ERROR, CheckOutcome.REFUSED):
        _told(case, "error", reason, reason)


def _told(case: ET.Element, kind: str, message: str, text: str) -> None:
    told = ET.SubElement(case, kind, message=printable(message))
    told.text = "\n".join(map(printable, text.split("\n")))
