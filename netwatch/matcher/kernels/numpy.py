"""The kernel ``numpy``: the tables of the others, looked up for a chunk of flows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.groups import Groups
from netwatch.matcher.halves import ByTrie, Halves
from netwatch.matcher.pairs import Table
from netwatch.matcher.places import WIDTH, Places
from netwatch.matcher.prefixes import PrefixTables
from netwatch.matcher.prepared import PAIRS_FROM, PreparedTable, Services
from netwatch.matcher.tries import Trie

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["CHUNK", "made_ready", "rows", "values"]

CHUNK = 1 << 16
"""Flows at a time: more, and what lies between two steps leaves the near caches; fewer, and the calls cost more."""


_NO_BRICK = (1 << 63) - 1


def made_ready(prepared: PreparedTable, flows: int) -> bool:
    """Build what ``rows`` will use for a batch of ``flows`` flows, unless it is there; False where it is too large."""
    if prepared.tries is None:
        return False
    if flows >= PAIRS_FROM // 10:
        prepared.pairs  # noqa: B018, made by being asked for
    return True


def rows(prepared: PreparedTable, flows: FlowBatch, span: range, out: Array) -> None:
    """The row of each flow of ``span``."""
    for begin in range(span.start, span.stop, CHUNK):
        _chunk(prepared, flows, slice(begin, min(begin + CHUNK, span.stop)), out)


def values(prefixes: PrefixTables, columns: tuple[Array, ...], span: range, out: Array) -> None:
    """The value of each address of ``span`` in its table: ``columns`` are tables, then the address."""

    for begin in range(span.start, span.stop, CHUNK):
        cut = slice(begin, min(begin + CHUNK, span.stop))
        tables, address, *low = (column[cut] for column in columns)
        found = _address_classes(prefixes.tries, address, low[0] if low else None)
        out[cut] = _looked_up(prefixes.values, tables, found)


def _chunk(prepared: PreparedTable, flows: FlowBatch, cut: slice, out: Array) -> None:
    import numpy as np

    tries, services, groups, places = prepared.tries, prepared.services, prepared.groups, prepared.places
    assert tries is not None
    assert services is not None
    assert groups is not None
    assert places is not None
    found = (
        _address_classes(tries[0], flows.src[cut], flows.src_low if flows.src_low is None else flows.src_low[cut]),
        _address_classes(tries[1], flows.dst[cut], flows.dst_low if flows.dst_low is None else flows.dst_low[cut]),
        _service_classes(services, flows, cut),
    )
    if prepared.pairs_made is not None:
        pair = _looked_up(prepared.pairs_made.classes, found[0], found[1])
        out[cut] = _looked_up(prepared.pairs_made.rows, pair, found[2])
    else:
        wide = found[0].astype(np.intp), found[1].astype(np.intp), found[2].astype(np.intp)
        out[cut] = _rows(places, _bricks(groups, wide), wide)


def _service_classes(services: Services, flows: FlowBatch, cut: slice) -> Array:
    """The service class of each flow."""
    sport, dport, protocol = flows.sport[cut], flows.dport[cut], flows.protocol[cut]
    if len(services.both):
        place = sport >> services.shift
        place <<= 8
        place += protocol.astype(place.dtype)
        cell = _at(services.both, place)
    else:
        cell = _at(services.protocol, protocol)
        cell += _at(services.sport, sport >> services.shift)
    cell += _at(services.dport, dport)
    return _at(services.classes, cell)


def _address_classes(tables: ByTrie, address: Array, low: Array | None) -> Array:
    if isinstance(tables, Trie):
        return _trie_classes(tables, address, 32)
    assert low is not None
    return _searched(tables, _trie_classes(tables.highs, address, 64), low)


def _trie_classes(trie: Trie, address: Array, bits: int) -> Array:
    import numpy as np

    shift = bits - 16
    cell = _at(trie.levels[0], address >> address.dtype.type(shift))
    for level in trie.levels[1:]:
        shift -= 8
        byte = (address >> address.dtype.type(shift) if shift else address).astype(np.uint8)
        byte *= cell >= trie.total
        place = byte.astype(np.uint32)
        place += cell
        cell = _at(level, place)
    return cell


def _searched(tables: Halves, high: Array, low: Array) -> Array:
    import numpy as np

    at = tables.begins.take(high).astype(np.intp) - 1
    end = tables.ends.take(high)
    step = tables.step
    while step:
        probe = at + step
        at += step * ((probe < end) & (tables.lows.take(probe) <= low))
        step >>= 1
    found: Array = tables.classes.take(at)
    return found


def _looked_up(table: Table, first: Array, second: Array) -> Array:
    """Cells of a table in blocks."""
    import numpy as np

    place, column = first.astype(np.uint32), second.astype(np.uint32)
    place *= np.uint32(table.across)
    place += column >> np.uint32(4)
    block = _at(table.blocks, place).astype(np.uint32)
    block <<= np.uint32(4)
    column &= np.uint32(15)
    block |= column
    return _at(table.cells, block)


def _at(table: Array, places: Array) -> Array:
    """What stands at some places. None is out of range: to have that checked costs a third where tables are large."""
    return table.take(places, mode="wrap")


def _bricks(groups: Groups, found: tuple[Array, Array, Array]) -> Array:
    """The first brick of each flow, _NO_BRICK where there is none."""
    import numpy as np

    best = np.full(len(found[0]), _NO_BRICK, np.int64)
    words = groups.words
    for k in range(groups.across):
        heads = [begin + 2 * (one * groups.across + k) for begin, one in zip(groups.begins, found, strict=True)]
        left: Array = words.take(heads[0]) & words.take(heads[1]) & words.take(heads[2])
        flows = np.flatnonzero(left)
        while len(flows):
            left = left[flows] if len(left) > len(flows) else left
            below = (left & -left) - np.uint64(1)
            hit: Array = np.full(len(flows), ~np.uint64(0))
            for head in heads:
                own = head[flows]
                before = np.bitwise_count(words.take(own) & below)
                hit &= words.take((words.take(own + 1) + before).astype(np.intp))
            bit = np.bitwise_count((hit & -hit) - np.uint64(1)).astype(np.intp)
            place = (np.bitwise_count(below).astype(np.intp) + 64 * k) * 64 + (bit & 63)
            brick = np.where(hit > 0, groups.order.take(place).astype(np.int64), _NO_BRICK)
            best[flows] = np.minimum(best[flows], brick)
            left &= left - np.uint64(1)
            more = np.flatnonzero(left)
            flows, left = flows[more], left[more]
    return best


def _rows(places: Places, brick: Array, found: tuple[Array, Array, Array]) -> Array:
    import numpy as np

    known = brick < _NO_BRICK
    at = np.where(known, brick, 0) * WIDTH
    row = places.bricks.take(at).astype(np.int64)
    for axis, table in enumerate((places.src, places.dst, places.service)):
        where = places.bricks.take(at + 1 + 2 * axis).astype(np.intp) + found[axis]
        row += table.take(where).astype(np.int64) * places.bricks.take(at + 2 + 2 * axis)
    return np.where(known, row, -1)
