"""``FlowBatch``: many flows of one address family as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.errors import InvalidFlowError

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray[Any, Any]

__all__ = ["FlowBatch", "found_as", "is_column"]

_ADDRESS = {4: "uint32", 6: "uint64"}


class FlowBatch(NamedTuple):
    """Flows of one address family (``version`` 4 or 6), one column for each field; nothing is copied.

    All integers are in host order. Addresses of version 4 are one uint32 column each, ``src`` and ``dst``; of version 6
    the high and the low half, uint64 each: ``src`` and ``src_low``, ``dst`` and ``dst_low``. Ports are uint16 and
    protocols uint8, so a port left open cannot stand here.
    """

    version: int
    src: Column
    dst: Column
    sport: Column
    dport: Column
    protocol: Column
    src_low: Column | None = None
    dst_low: Column | None = None

    @classmethod
    def v4(cls, src: Column, dst: Column, *, sport: Column, dport: Column, protocol: Column) -> FlowBatch:
        """Flows of IPv4: two uint32 columns of addresses."""
        return cls(4, src, dst, sport, dport, protocol)

    @classmethod
    def v6(
        cls, src: tuple[Column, Column], dst: tuple[Column, Column], *, sport: Column, dport: Column, protocol: Column
    ) -> FlowBatch:
        """Flows of IPv6: each address as the columns of its high and its low halves, uint64."""
        return cls(6, src[0], dst[0], sport, dport, protocol, src[1], dst[1])

    @property
    def size(self) -> int:
        """The number of flows."""
        return len(self.protocol)

    def part(self, begin: int, end: int | None) -> FlowBatch:
        """The flows from ``begin`` to before ``end``, or to the last; views, no copies."""
        return self._replace(**{name: column[begin:end] for name, column in self._columns().items()})

    def take(self, places: Column) -> FlowBatch:
        """The flows at ``places``, copied; where they are as many as there are, they must be all in order: no copy."""
        if len(places) == self.size:
            return self
        return self._replace(**{name: column.take(places) for name, column in self._columns().items()})

    def check(self) -> None:
        """Raise InvalidFlowError unless the columns are as promised."""
        if self.version not in _ADDRESS:
            raise InvalidFlowError(f"flows of IPv{self.version}.", hint="A batch is of version 4 or 6.")
        address = _ADDRESS[self.version]
        low = address if self.version == 6 else ""
        kinds = (address, address, "uint16", "uint16", "uint8", low, low)
        for name, column, kind in zip(self._fields[1:], self[1:], kinds, strict=True):
            if not (is_column(column, kind) if kind else column is None):
                raise InvalidFlowError(
                    f"{name}: {found_as(column)} where {kind or 'nothing'} was expected.",
                    hint="FlowBatch says the type of each column; each is a plain NumPy array of one dimension.",
                )
        if any(len(column) != self.size for column in self._columns().values()):
            raise InvalidFlowError("the columns of a batch have to be of one length.")

    def _columns(self) -> dict[str, Any]:
        return {name: value for name, value in self._asdict().items() if name != "version" and value is not None}


def is_column(column: object, kind: str = "") -> bool:
    """Whether ``column`` is a plain array of one dimension, and of ``kind`` if one is named; masks would be ignored."""
    import numpy as np

    if not isinstance(column, np.ndarray) or isinstance(column, np.ma.MaskedArray):
        return False
    return column.ndim == 1 and (not kind or column.dtype == kind)


def found_as(column: object) -> str:
    """What stands in the place of a column, in words."""
    import numpy as np

    if isinstance(column, np.ma.MaskedArray):
        return "a masked array"
    if isinstance(column, np.ndarray):
        return f"{column.dtype} in {column.ndim} dimensions" if column.ndim != 1 else str(column.dtype)
    return type(column).__name__
