"""An answer hangs on how a network is made, not on what it is called or where it lies.

Every case is asked again on another estate: other names, addresses, subscriptions and regions, ids in lower case, the
resources in another order. What became of it must stay the same.
"""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path

import pytest

from netwatch.conformance import replay
from tests.conformance.estates import ESTATES

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared"
DIRECTORIES = (HERE, SHARED / "azure" / "cases", SHARED / "scenarios")


@pytest.mark.parametrize("directory", DIRECTORIES, ids=("our own", "recorded", "scenarios"))
def test_what_becomes_of_a_case_is_the_same_on_another_estate(directory: Path, tmp_path: Path) -> None:
    if not directory.is_dir():
        pytest.skip(f"NOT TESTED: {directory.name} is not here")
    moved = 0
    for path in directory.rglob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        other = reduce(lambda changed, estate: estate(changed), ESTATES, document)
        moved += other != document
        target = tmp_path / path.relative_to(directory)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(other), encoding="utf-8")
    before = {result.case: result.outcome for result in replay(directory).results}
    after = replay(tmp_path)
    assert moved > len(before) * 0.9
    assert {result.case: result.outcome for result in after.results} == before, after.to_text()


@pytest.mark.parametrize("estate", ESTATES)
def test_each_change_of_estate_changes_most_of_our_cases(estate: object) -> None:
    assert callable(estate)
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in HERE.rglob("*.json")]
    assert sum(estate(document) != document for document in documents) > len(documents) * 0.9
