"""``PreparedTable``: a rule table and what has been made of it so far, each part when first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.bitsets import BitSets, bit_sets
from netwatch.matcher.tables import RuleTable

if TYPE_CHECKING:
    import numpy as np

    from netwatch.matcher.axes import AddressAxis, ServiceAxis
    from netwatch.matcher.bricks import Bricks
    from netwatch.matcher.groups import Groups
    from netwatch.matcher.pairs import Pairs
    from netwatch.matcher.places import Places
    from netwatch.matcher.tries import Halves, Trie

    Array = np.ndarray[Any, Any]

__all__ = ["MAX_BYTES", "MAX_TABLE_ROWS", "MAX_WORK_BYTES", "PAIRS_FROM", "Classes", "PreparedTable", "nbytes"]

MAX_BYTES = 64 << 20
"""The most bytes of one prepared table. Rules that would need more are matched part by part."""

MAX_WORK_BYTES = 256 << 20
"""The most bytes of any array on the way there."""

MAX_TABLE_ROWS = 1 << 18
"""The most rows of a table that is tried as a whole."""

PAIRS_FROM = 500_000
"""The batch from which the tables of pairs are worth building: they cost a tenth of a second or two."""


class Layout(NamedTuple):
    """The table cut into bricks and classes."""

    bricks: Bricks
    src: AddressAxis
    dst: AddressAxis
    service: ServiceAxis


class Classes(NamedTuple):
    """From fields to classes: a Trie or Halves for each address, and ServiceAxis' tables in the narrowest types."""

    src: Trie | Halves
    dst: Trie | Halves
    shift: int
    sport: Array
    protocol: Array
    dport: Array
    service: Array


class PreparedTable:
    """A table made ready to be searched again and again. It pickles, with what has been made so far.

    ``classes``, ``groups`` and ``places`` are what every batch needs, and None where they would take more than
    MAX_BYTES; ``pairs`` is quicker, takes longer to make, and is None where it would be large. ``bits`` needs nothing
    but the standard library. Nothing here depends on flows that were asked about.
    """

    def __init__(self, table: RuleTable) -> None:
        self.table = table

    @cached_property
    def bits(self) -> BitSets:
        """For single questions."""
        return bit_sets(self.table)

    @cached_property
    def layout(self) -> Layout | None:
        """Bricks and classes, where tables of them will be small enough."""
        from netwatch.matcher.axes import address_axis, service_axis
        from netwatch.matcher.bricks import bricks_of
        from netwatch.matcher.groups import group_bytes
        from netwatch.matcher.places import MAX_PLACES, place_cells
        from netwatch.matcher.tries import trie_cells

        if len(self.table.rows) > MAX_TABLE_ROWS:
            return None
        bricks = bricks_of(self.table)
        src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
        if service is None or 4 * (trie_cells(src) + trie_cells(dst)) > MAX_WORK_BYTES:
            return None
        if place_cells(bricks, src, dst, service) > MAX_PLACES:
            return None
        if group_bytes(bricks, src, dst, service) > MAX_WORK_BYTES:
            return None
        return Layout(bricks, src, dst, service)

    @cached_property
    def _base(self) -> tuple[Classes, Groups, Places] | None:
        from netwatch.matcher.groups import groups
        from netwatch.matcher.places import places

        if self.layout is None:
            return None
        made = _classes(self.layout), groups(*self.layout), places(*self.layout)
        return made if nbytes(made) <= MAX_BYTES else None

    @property
    def classes(self) -> Classes | None:
        """From fields to classes."""
        return self._base[0] if self._base else None

    @property
    def groups(self) -> Groups | None:
        """From classes to bricks."""
        return self._base[1] if self._base else None

    @property
    def places(self) -> Places | None:
        """From bricks to rows."""
        return self._base[2] if self._base else None

    @cached_property
    def pairs(self) -> Pairs | None:
        """From classes to rows."""
        from netwatch.matcher.pairs import pairs

        if self.layout is None or self._base is None:
            return None
        made = pairs(*self.layout, places=self._base[2])
        return made if nbytes((self._base, made)) <= MAX_BYTES else None

    @property
    def pairs_made(self) -> Pairs | None:
        """``pairs`` where they have been asked for already."""
        made: Pairs | None = self.__dict__.get("pairs")
        return made

    @property
    def table_bytes(self) -> int:
        """The bytes of the arrays made so far."""
        return nbytes((self.__dict__.get("_base"), self.pairs_made))

    def __getstate__(self) -> dict[str, Any]:
        """What has been made, but for what only serves to make more."""
        return {name: value for name, value in self.__dict__.items() if name != "layout"}


def nbytes(value: Any) -> int:
    """The bytes of all arrays in nested tuples."""
    if isinstance(value, tuple):
        return sum(nbytes(part) for part in value)
    return int(getattr(value, "nbytes", 0))


def _classes(layout: Layout) -> Classes:
    import numpy as np

    from netwatch.matcher.tries import halves, trie

    step = trie if layout.bricks.version == 4 else halves
    service = layout.service
    narrow = np.uint16 if service.total <= 1 << 16 else np.uint32
    return Classes(
        step(layout.src),
        step(layout.dst),
        service.shift,
        service.sport,
        service.protocol,
        service.dport,
        service.classes.astype(narrow),
    )
