"""Case files that are not as they should be: each is counted, none stops the replay, and no slip of ours shows."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netwatch.conformance import OUTCOMES, replay

HERE = Path(__file__).parent
ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    True,
    [],
    {},
    "x",
    ["x"],
    {"id": None},
    "10.0.0.0/99",
    "/subscriptions/x",
    3.5,
    "*",
)
READ = ("operation", "apiVersion", "url", "targetResourceId", "request", "status", "response", "topology", "facts")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below ``value``."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in pairs:
        yield (*path, key)
        yield from places(member, (*path, key))


def odd(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The case with one value gone, or another, or in another casing."""
    changed = copy.deepcopy(document)
    path = chance.choice([each for each in places(changed) if each[0] in READ])
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    match chance.randrange(3):
        case 0:
            del holder[path[-1]]
        case 1:
            holder[path[-1]] = chance.choice(ODD)
        case _:
            holder[path[-1]] = value.upper() if isinstance(value, str) else [value, value]
    return changed


@pytest.mark.parametrize("folder", sorted(each.name for each in HERE.iterdir() if any(each.glob("*.json"))))
def test_an_odd_case_is_an_outcome(folder: str, tmp_path: Path) -> None:
    chance = random.Random(folder)
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / folder).glob("*.json"))]
    for number in range(60):
        text = json.dumps(odd(chance.choice(documents), chance))
        (tmp_path / f"{number:03}.json").write_text(text, encoding="utf-8")
    (tmp_path / "torn.json").write_text('{"operation": "nextHop", "req', encoding="utf-8")
    report = replay(tmp_path)
    assert len(report.results) == 61
    assert {result.outcome for result in report.results} <= set(OUTCOMES)
    slips = [str(each) for result in report.results for each in result.diff if "netwatch failed" in str(each.got)]
    assert slips == []
    assert report.to_text(verbose=True)


def test_most_odd_cases_differ_from_the_case_they_were() -> None:
    chance = random.Random(1)
    document = json.loads((HERE / "next_hop" / "internet.json").read_text(encoding="utf-8"))
    assert sum(odd(document, chance) != document for _ in range(50)) > 40
