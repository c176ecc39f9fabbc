"""The error tree: the drawing, the classes and the messages agree."""

from __future__ import annotations

import inspect
import re

import pytest

from netwatch import errors
from netwatch.errors import (
    DanglingReferenceError,
    NetwatchError,
    RefusedByAzureError,
    TopologyErrors,
    TopologySchemaError,
)
from netwatch.model.where import Where

CLASSES = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, NetwatchError)
}


def _drawn() -> dict[str, str]:
    """Error name → the name it stands under in the docstring's drawing."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"( +|[ │]*[├└]─ )(\w+Errors?)\b", line)
        if not found:
            continue
        depth, name = found.end(1), found.group(2)
        while above and above[-1][0] >= depth:
            above.pop()
        parents[name] = above[-1][1] if above else "Exception"
        above.append((depth, name))
    return parents


def test_the_drawing_is_the_tree() -> None:
    assert _drawn() == {name: cls.__base__.__name__ for name, cls in CLASSES.items() if cls.__base__ is not None}


def test_every_error_is_public_and_explains_itself() -> None:
    assert sorted(CLASSES) == sorted(errors.__all__)
    for cls in CLASSES.values():
        assert cls.__doc__
        assert cls.__doc__ != NetwatchError.__doc__ or cls is NetwatchError


def test_a_message_has_four_parts() -> None:
    error = TopologySchemaError(
        'nsg-web/allow-https: unknown service tag "Internt".',
        where=Where("hub-spoke.yaml", 41),
        hint='Did you mean "Internet"?',
    )
    assert str(error) == (
        'hub-spoke.yaml:41: nsg-web/allow-https: unknown service tag "Internt". Did you mean "Internet"?'
    )


@pytest.mark.parametrize(
    ("where", "hint", "text"),
    [
        (None, "", "found"),
        (Where("a.yaml", 3), "", "a.yaml:3: found"),
        (None, "Do this.", "found Do this."),
    ],
)
def test_parts_that_are_not_there_leave_no_trace(where: Where | None, hint: str, text: str) -> None:
    assert str(NetwatchError("found", where=where, hint=hint)) == text


def test_the_code_is_the_name_of_the_class_unless_given() -> None:
    assert DanglingReferenceError("found").code == "DanglingReference"
    assert NetwatchError("found", code="Special").code == "Special"


def test_azures_refusal_carries_azures_words() -> None:
    error = RefusedByAzureError("No NSG is applied.", code="NsgsNotAppliedOnNic", fate="Allow")
    assert (error.code, error.message, error.status, error.fate) == (
        "NsgsNotAppliedOnNic",
        "No NSG is applied.",
        400,
        "Allow",
    )


def test_several_problems_are_one_error_with_a_line_each() -> None:
    first = TopologySchemaError("one", where=Where("a.yaml", 1))
    second = DanglingReferenceError("two", where=Where("a.yaml", 9))
    both = TopologyErrors([first, second])
    assert both.errors == (first, second)
    assert str(both) == "a.yaml:1: one\na.yaml:9: two"
    assert (both.where, both.code, both.message) == (first.where, first.code, "2 problems")
