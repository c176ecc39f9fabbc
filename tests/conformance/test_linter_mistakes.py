"""The five mistakes that linters of security groups repeat, as a suite of their own: none of them is ours.

Each case file names the mistake it is about under ``mistake`` and, in ``why``, the public issue that tells of it. That
all of them agree is checked with our other cases. ``careless`` makes each mistake on purpose: what it reads into the
rules of a case changes the answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from netwatch.conformance import replay
from netwatch.conformance.cases import Case, find_cases
from netwatch.formats import load
from netwatch.watcher import NetworkWatcher
from tests.conformance.careless import READINGS, Reading

HERE = Path(__file__).parent / "linter_mistakes"
CASES = list(find_cases(HERE))
MISTAKES = ("plural fields", "wildcards", "protocol", "direction", "priority and both layers")


def _by_mistake() -> dict[str, list[Case]]:
    found = defaultdict(list)
    for case in CASES:
        found[str(case.document["mistake"])].append(case)
    return found


def test_all_agree() -> None:
    assert {result.outcome for result in replay(HERE).results} == {"agree"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.removesuffix(".json"))
def test_a_careless_reader_gets_it_wrong(case: Case, tmp_path: Path) -> None:
    """Each case fails where its own mistake is made in some way: none of them is there for nothing."""
    readings = READINGS[str(case.document["mistake"])]
    assert any(_access(tmp_path, _as_read(case, reading)) != case.response["access"] for reading in readings)


@pytest.mark.parametrize(
    ("mistake", "reading"),
    [pytest.param(name, each, id=f"{name}, {at}") for name in MISTAKES for at, each in enumerate(READINGS[name])],
)
def test_each_way_to_make_a_mistake_is_noticed(mistake: str, reading: Reading, tmp_path: Path) -> None:
    cases = _by_mistake()[mistake]
    assert any(_access(tmp_path, _as_read(case, reading)) != case.response["access"] for case in cases)


def _as_read(case: Case, reading: Reading) -> dict[str, Any]:
    """The case with the rules that a careless reader takes its groups to have."""
    document: dict[str, Any] = json.loads(json.dumps(case.document))
    resources = document["topology"]["resources"]
    groups = {each["name"]: each for each in resources if each["type"] == "Microsoft.Network/networkSecurityGroups"}
    rules = {name: _rules(group) for name, group in groups.items()}
    for name, read in reading(rules).items():
        listed = [{"name": f"r{at}", "properties": rule} for at, rule in enumerate(read)]
        groups[name]["properties"]["securityRules"] = listed
    return document


def _rules(group: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule["properties"] for rule in group["properties"].get("securityRules", [])]


def _access(tmp_path: Path, document: dict[str, Any]) -> str:
    """What netwatch answers to the question of a case."""
    path, asked = tmp_path / "case.json", document["request"]
    path.write_text(json.dumps(document))
    answer = NetworkWatcher(load(path, dangling="unresolved")).ip_flow_verify(
        asked["targetResourceId"],
        direction=asked["direction"],
        protocol=asked["protocol"],
        local=f"{asked['localIPAddress']}:{asked['localPort']}",
        remote=f"{asked['remoteIPAddress']}:{asked['remotePort']}",
    )
    return answer.verdict.outcome.value


def test_the_mistakes_are_five() -> None:
    assert set(_by_mistake()) == set(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_looked_at_from_both_sides(mistake: str) -> None:
    """Neither a judge who finds everything open passes, nor one who finds everything shut."""
    cases = _by_mistake()[mistake]
    assert len(cases) >= 4
    assert {case.response["access"] for case in cases} == {"Allow", "Deny"}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_one_that_somebody_reported(mistake: str) -> None:
    reported = [
        case for case in _by_mistake()[mistake] if "issue" in case.document["why"] or "pull" in case.document["why"]
    ]
    assert len(reported) >= 3
