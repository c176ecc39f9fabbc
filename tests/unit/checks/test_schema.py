"""The schema of files of questions takes what the reader takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netwatch.checks.reading import read_questions
from netwatch.checks.schema import checks_schema
from netwatch.errors import TopologyError
from netwatch.formats.yaml_events import read_yaml

FILES = sorted(Path("topologies").glob("*/checks.yaml"))
VALIDATOR = Draft202012Validator(checks_schema())
HOP = "ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4"

WRONG = {
    "no list": "ask: next-hop",
    "an empty list": "[]",
    "no mapping": "- next-hop",
    "nothing asked": "- {vm: web-0}",
    "an unknown question": "- {ask: next-hopp}",
    "a part is missing": "- {ask: next-hop, vm: web-0, source-ip: 10.0.1.4}",
    "an unknown part": f"- {{{HOP}, port: 4}}",
    "a part of another question": f"- {{{HOP}, direction: Inbound}}",
    "a part that is a list": "- {ask: security-group-view, vm: [web-0]}",
    "a part that is true": "- {ask: security-group-view, vm: true}",
    "an answer it cannot have": f"- {{{HOP}, expect: Allow}}",
    "a word for a list": "- {ask: topology, vnet: v, expect: Allow}",
    "an expectation that is a list": f"- {{{HOP}, expect: [Internet]}}",
    "a name that is a list": f"- {{{HOP}, name: [a]}}",
    "no subject": "- {ask: effective-routes}",
    "two subjects": "- {ask: effective-routes, nic: a, vm: b}",
}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(checks_schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_checks_of_the_examples_are_right(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(read_yaml(str(path), path.read_text(encoding="utf-8")).value)) == []


@pytest.mark.parametrize("text", [f"- {{{HOP}, expect: iNternet, name: 3}}", f"- {{{HOP}, expect: , name: }}"])
def test_both_take_what_is_right(tmp_path: Path, text: str) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(text, encoding="utf-8")
    assert read_questions(file)
    assert VALIDATOR.is_valid(read_yaml("checks.yaml", text).value)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_both_refuse_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TopologyError):
        read_questions(file)
    assert not VALIDATOR.is_valid(read_yaml("checks.yaml", text).value)
