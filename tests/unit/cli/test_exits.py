"""Exit codes cover the whole error tree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netwatch import errors
from netwatch.cli.exits import BUG, EXIT_CODES, exit_code
from netwatch.errors import NetwatchError, RefusedByAzureError, TopologyError, TopologyErrors


def _below(kind: type[NetwatchError]) -> Iterator[type[NetwatchError]]:
    for each in kind.__subclasses__():
        if each.__module__ == errors.__name__:
            yield each
            yield from _below(each)


TREE = sorted(set(_below(NetwatchError)), key=lambda kind: kind.__name__)


def _made(kind: type[NetwatchError]) -> NetwatchError:
    if kind is TopologyErrors:
        return TopologyErrors([TopologyError("one")])
    return RefusedByAzureError("no", code="No") if kind is RefusedByAzureError else kind("message")


def test_the_tree_is_whole() -> None:
    assert {kind.__name__ for kind in TREE} == set(errors.__all__) - {"NetwatchError"}


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code(kind: type[NetwatchError]) -> None:
    assert exit_code(_made(kind)) in (2, 3, 4)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("TopologySyntaxError", 3), ("ConflictError", 3), ("QueryError", 2), ("RefusedByAzureError", 2),
     ("InvalidFlowError", 2), ("UnsupportedError", 4), ("KernelUnavailableError", 4)],
)  # fmt: skip
def test_codes(kind: str, code: int) -> None:
    assert exit_code(_made(getattr(errors, kind))) == code


def test_a_class_the_table_has_forgotten_is_a_bug() -> None:
    assert NetwatchError not in EXIT_CODES
    assert exit_code(NetwatchError("odd")) == BUG
