"""Questions from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.checks.reading import Question, read_questions
from netwatch.errors import TopologyErrors, TopologySchemaError, TopologySyntaxError

HOP = "{ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4"


def _read(tmp_path: Path, text: str) -> tuple[Question, ...]:
    file = tmp_path / "checks.yaml"
    file.write_text(text, encoding="utf-8")
    return read_questions(file)


def test_a_question_has_its_verb_parts_expectation_and_place(tmp_path: Path) -> None:
    found = _read(tmp_path, f"# first\n- {HOP}, expect: virtualnetwork}}\n")
    (question,) = found
    assert question.verb.name == "next-hop"
    assert question.values == {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4"}
    assert question.expect == "VirtualNetwork"
    assert str(question.where) == f"{tmp_path / 'checks.yaml'}:2"


def test_a_name_is_for_those_who_read_the_results(tmp_path: Path) -> None:
    named, unnamed = _read(tmp_path, f"- {HOP}, name: out}}\n- {HOP}}}\n")
    assert (named.name, unnamed.name) == ("out", "")
    assert named.values == unnamed.values


def test_numbers_are_parts_too(tmp_path: Path) -> None:
    (question,) = _read(tmp_path, "- {ask: connectivity-check, source: a, dest: b, dest-port: 5432}")
    assert question.values["dest-port"] == "5432"
    assert question.expect is None


def test_expressions_keep_the_types_of_their_values(tmp_path: Path) -> None:
    (question,) = _read(tmp_path, "- {ask: effective-routes, vm: a, expect: {'length(value)': 4, a: null, b: true}}")
    assert question.expect == {"length(value)": 4, "a": None, "b": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {ask: next-hopp}", "unknown question 'next-hopp'. Did you mean next-hop?"),
        ("- {vm: a}", "a question says what it asks."),
        ("- next-hop", "a question is a mapping."),
        (f"- {HOP}, dst-ip: 1.1.1.1}}", "next-hop has no part 'dst-ip'. Did you mean dest-ip"),
        ("- {ask: next-hop, vm: a, source-ip: 10.0.0.4}", "next-hop needs dest-ip."),
        ("- {ask: effective-routes}", "effective-routes needs nic or vm. Name one of them."),
        ("- {ask: effective-rules, nic: a, vm: b}", "effective-rules needs nic or vm. Name one of them."),
        (f"- {HOP}, nic: [a]}}", "nic is one value."),
        (f"- {HOP}, nic: true}}", "nic is one value."),
        (f"- {HOP}, expect: Internett}}", "'Internett' is no answer of next-hop. Did you mean Internet?"),
        (f"- {HOP}, expect: 4}}", "4 is no answer of next-hop."),
        (
            "- {ask: effective-routes, vm: a, expect: Allow}",
            "'Allow' is no answer of effective-routes. Expected JMESPath",
        ),
        (f"- {HOP}, expect: {{'a[': 1}}}}", "not a JMESPath expression: "),
        ("ask: next-hop", "a file of questions is a list."),
        ("", "a file of questions is a list."),
    ],
)
def test_what_is_no_question_is_said_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TopologySchemaError) as caught:
        _read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'checks.yaml'}:1: {message}")


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(TopologyErrors) as caught:
        _read(tmp_path, "- {ask: hop}\n- {vm: a}\n- {ask: topology, vnet: a, vmet: b}\n")
    assert [error.where.line for error in caught.value.errors if error.where] == [1, 2, 3]


def test_broken_yaml_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError):
        _read(tmp_path, "- {ask: [")
    with pytest.raises(TopologySyntaxError, match="no such file"):
        read_questions(tmp_path / "none.yaml")
