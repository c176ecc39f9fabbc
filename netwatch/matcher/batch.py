"""``FlowBatch``: many flows of one address family as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray[Any, Any]

__all__ = ["FlowBatch"]


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
