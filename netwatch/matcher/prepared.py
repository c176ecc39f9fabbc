"""``PreparedTable``: a rule table and what has been made of it so far, each part when first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from netwatch.matcher.bitsets import BitSets, bit_sets
from netwatch.matcher.tables import RuleTable

if TYPE_CHECKING:
    import numpy as np

    from netwatch.matcher.axes import AddressAxis, ServiceAxis
    from netwatch.matcher.bricks import Bricks
    from netwatch.matcher.groups import Groups
    from netwatch.matcher.halves import ByTree, ByTrie
    from netwatch.matcher.pairs import Pairs
    from netwatch.matcher.places import Places

    Array = np.ndarray[Any, Any]

__all__ = [
    *("MAX_BYTES", "MAX_TABLE_ROWS", "MAX_WORK_BYTES", "PAIRS_FROM"),
    *("PreparedTable", "Services", "nbytes"),
]

MAX_BYTES = 64 << 20
"""The most bytes of one prepared table. Rules that would need more are matched part by part."""

MAX_WORK_BYTES = 256 << 20
"""The most bytes of any array on the way there."""

MAX_TABLE_ROWS = 1 << 18
"""The most rows of a table that is tried as a whole."""

PAIRS_FROM = 500_000
"""The batch from which the tables of pairs are worth building: they cost a tenth of a second or two."""


_Addresses = TypeVar("_Addresses", bound=tuple[Any, ...])


class Layout(NamedTuple):
    """The table cut into bricks and classes."""

    bricks: Bricks
    src: AddressAxis
    dst: AddressAxis
    service: ServiceAxis


FEW_PORTS = 64
"""The least numbers of a table of source ports: so many are looked up inside registers, which are loaded whole."""


class Services(NamedTuple):
    """From ports and protocol to classes: ServiceAxis' tables in the narrowest types; ``sport`` is filled up.

    ``both`` has at ``(port >> shift) << 8 | number`` what ``sport`` and ``protocol`` say together; none where source
    ports are many.
    """

    shift: int
    sport: Array
    protocol: Array
    dport: Array
    classes: Array
    both: Array


class PreparedTable:
    """A table made ready to be searched again and again. It pickles, with what has been made so far.

    ``services``, ``groups`` and ``places`` are what every batch needs, and None where they would take more than
    MAX_BYTES; ``pairs`` is quicker, takes longer to make, and is None where it would be large. Addresses get their
    classes from ``trees`` or from ``tries``, as a kernel likes; these too may be None. ``bits`` needs nothing but the
    standard library. Nothing here depends on flows that were asked about.
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

        if len(self.table.rows) > MAX_TABLE_ROWS:
            return None
        bricks = bricks_of(self.table)
        src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
        if service is None or place_cells(bricks, src, dst, service) > MAX_PLACES:
            return None
        layout = Layout(bricks, src, dst, service)
        return None if group_bytes(*layout) > MAX_WORK_BYTES else layout

    @cached_property
    def _base(self) -> tuple[Services, Groups, Places] | None:
        from netwatch.matcher.groups import groups
        from netwatch.matcher.places import places

        if self.layout is None:
            return None
        made = _services(self.layout.service), groups(*self.layout), places(*self.layout)
        return made if nbytes(made) <= MAX_BYTES else None

    @property
    def services(self) -> Services | None:
        """From ports and protocol to classes."""
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
    def tries(self) -> tuple[ByTrie, ByTrie] | None:
        """From addresses to classes by looking up; sources, destinations."""
        from netwatch.matcher.halves import by_trie
        from netwatch.matcher.tries import trie_cells

        # Two bytes a cell at least: no need to build them to know.
        if self.layout is None or 2 * (trie_cells(self.layout.src) + trie_cells(self.layout.dst)) > MAX_BYTES:
            return None
        return self._fitting(by_trie(self.layout.src, self.table.version), by_trie(self.layout.dst, self.table.version))

    @cached_property
    def trees(self) -> tuple[ByTree, ByTree] | None:
        """From addresses to classes by comparing; sources, destinations."""
        from netwatch.matcher.halves import by_tree

        if self.layout is None:
            return None
        return self._fitting(by_tree(self.layout.src, self.table.version), by_tree(self.layout.dst, self.table.version))

    def _fitting(self, src: _Addresses, dst: _Addresses) -> tuple[_Addresses, _Addresses] | None:
        return (src, dst) if self._base and nbytes((self._base, src, dst)) <= MAX_BYTES else None

    @cached_property
    def pairs(self) -> Pairs | None:
        """From classes to rows."""
        from netwatch.matcher.pairs import pairs

        if self.layout is None or self._base is None:
            return None
        made = pairs(*self.layout, places=self._base[2])
        return made if nbytes((self._base, self.__dict__.get("tries"), made)) <= MAX_BYTES else None

    @property
    def pairs_made(self) -> Pairs | None:
        """``pairs`` where they have been asked for already."""
        made: Pairs | None = self.__dict__.get("pairs")
        return made

    @property
    def table_bytes(self) -> int:
        """The bytes of the arrays made so far."""
        return nbytes(tuple(self.__dict__.get(name) for name in ("_base", "tries", "trees", "pairs")))

    def __getstate__(self) -> dict[str, Any]:
        """What has been made, but for what only serves to make more."""
        return {name: value for name, value in self.__dict__.copy().items() if name != "layout"}  # threads add to it


def nbytes(value: Any) -> int:
    """The bytes of all arrays in nested tuples."""
    if isinstance(value, tuple):
        return sum(nbytes(part) for part in value)
    return int(getattr(value, "nbytes", 0))


def _services(service: ServiceAxis) -> Services:
    import numpy as np

    cell = np.uint16 if len(service.classes) <= 1 << 16 else np.uint32
    narrow = np.uint16 if service.total <= 1 << 16 else np.uint32
    protocol = service.protocol.astype(cell)
    sport = np.pad(service.sport.astype(cell), (0, max(0, FEW_PORTS - len(service.sport))))
    both = np.add.outer(sport, protocol).reshape(-1) if len(sport) == FEW_PORTS else sport[:0]
    return Services(service.shift, sport, protocol, service.dport, service.classes.astype(narrow), both)
