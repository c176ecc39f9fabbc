"""Garbage collection held off, and back again."""

from __future__ import annotations

import gc

import pytest

from netwatch.matcher.garbage import no_garbage_collection


@pytest.mark.parametrize("was_on", [True, False])
def test_garbage_is_looked_for_again_afterwards_if_it_was_before(was_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with no_garbage_collection():
            inside = gc.isenabled()
        assert not inside
        with pytest.raises(ZeroDivisionError), no_garbage_collection():
            raise ZeroDivisionError
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()
