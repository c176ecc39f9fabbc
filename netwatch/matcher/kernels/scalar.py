"""The kernels ``reference`` and ``bits``: one flow after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from netwatch.matcher import bitsets
from netwatch.matcher import reference as meaning
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.prepared import PreparedTable
from netwatch.matcher.tables import Point

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["bits", "points", "reference"]


def reference(prepared: PreparedTable, flows: FlowBatch, span: range, out: Array) -> None:
    """The row of each flow of ``span``, by ``reference.first_match``."""
    for place, point in zip(span, points(flows, span), strict=True):
        out[place] = meaning.first_match(prepared.table, point)


def bits(prepared: PreparedTable, flows: FlowBatch, span: range, out: Array) -> None:
    """The row of each flow of ``span``, by ``bitsets.first_match``."""
    for place, point in zip(span, points(flows, span), strict=True):
        out[place] = bitsets.first_match(prepared.bits, point)


def points(flows: FlowBatch, span: range) -> Iterator[Point]:
    """The flows of ``span`` as tuples."""
    cut = slice(span.start, span.stop)
    src, dst = flows.src[cut].tolist(), flows.dst[cut].tolist()
    if flows.src_low is not None and flows.dst_low is not None:
        src = [high << 64 | low for high, low in zip(src, flows.src_low[cut].tolist(), strict=True)]
        dst = [high << 64 | low for high, low in zip(dst, flows.dst_low[cut].tolist(), strict=True)]
    rest = (column[cut].tolist() for column in (flows.sport, flows.dport, flows.protocol))
    return zip(src, dst, *rest, strict=True)
