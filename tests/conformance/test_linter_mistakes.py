"""The five mistakes that linters of security groups repeat, as a suite of their own: none of them is ours.

Each case file names the mistake it is about under ``mistake`` and, in ``why``, the public issue that tells of it. That
all of them agree is checked with our other cases.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from netwatch.conformance import replay
from netwatch.conformance.cases import Case, find_cases

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
