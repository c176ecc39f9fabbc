"""From effective routes to tables in which the route of many packets can be looked up at once.

What a route table decides for an address changes only where one of its prefixes begins or ends. So ``select_route``
is asked once for each stretch between two such places, with the rows whose prefixes hold the stretch: its meaning is
not told here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from netwatch.effective.routes import Selection, select_route
from netwatch.matcher.prefixes import Cuts, PrefixTables, prefix_tables
from netwatch.model.addresses import Address, Prefix
from netwatch.model.routes import EffectiveRoute, RouteState
from netwatch.model.semantics import Semantics

__all__ = ["CompiledRoutes", "compile_routes"]

_Held = tuple[tuple[int, Prefix], ...]
"""Which rows hold a stretch, and by which prefix, the widest first."""


class CompiledRoutes(NamedTuple):
    """Routes of one address family. ``prefixes`` gives a packet, by the number of its table, a place in ``selections``.

    ``table_of`` has the number of the table for each key that ``compile_routes`` was given; equal routes are one table.
    ``held[table]`` are the places of its own selections.
    """

    prefixes: PrefixTables
    table_of: Mapping[str, int]
    selections: tuple[Selection, ...]
    held: tuple[range, ...]


def compile_routes(
    routes: Mapping[str, tuple[EffectiveRoute, ...]], version: int, *, semantics: Semantics
) -> CompiledRoutes:
    """The effective ``routes`` of many subnets, by a key of the caller's choice, for addresses of one family."""
    numbers: dict[tuple[EffectiveRoute, ...], int] = {}
    table_of = {key: numbers.setdefault(rows, len(numbers)) for key, rows in routes.items()}
    selections: list[Selection] = []
    tables: list[Cuts] = []
    begins = [0]
    for rows in numbers:
        tables.append(_cuts(rows, version, semantics, selections))
        begins.append(len(selections))
    held = tuple(range(begin, end) for begin, end in pairwise(begins))
    return CompiledRoutes(prefix_tables(version, tables), table_of, tuple(selections), held)


def _cuts(routes: Sequence[EffectiveRoute], version: int, semantics: Semantics, selections: list[Selection]) -> Cuts:
    """The table of ``routes``; what they select is put behind ``selections``, each once."""
    active = [row for row in routes if row.state is RouteState.ACTIVE]
    known: dict[_Held, int] = {}
    starts, values = [], []
    for start, held in _stretches(active, version):
        if held not in known:
            known[held] = len(selections)
            selections.append(_selection(active, held, Address(version, start), semantics))
        starts.append(start)
        values.append(known[held])
    return Cuts(starts, values)


def _stretches(rows: Sequence[EffectiveRoute], version: int) -> Iterator[tuple[int, _Held]]:
    """Where each stretch of addresses begins, and what holds it. Prefixes nest, so a stack is enough."""
    found = [
        (prefix, number) for number, row in enumerate(rows) for prefix in row.prefixes if prefix.version == version
    ]
    found.sort(key=lambda pair: (pair[0].low, pair[0].length))
    top = 1 << (32 if version == 4 else 128)
    starts = {0, *(prefix.low for prefix, _ in found), *(prefix.high + 1 for prefix, _ in found)}
    stack: list[tuple[int, Prefix]] = []
    waiting = iter(found)
    next_one = next(waiting, None)
    for start in sorted(starts - {top}):
        while stack and stack[-1][1].high < start:
            stack.pop()
        while next_one is not None and next_one[0].low == start:
            stack.append((next_one[1], next_one[0]))
            next_one = next(waiting, None)
        yield start, tuple(stack)


def _selection(rows: Sequence[EffectiveRoute], held: _Held, dest: Address, semantics: Semantics) -> Selection:
    """What ``select_route`` says of ``dest``, asked with the rows that matter, and with no more of their prefixes."""
    prefixes: dict[int, list[Prefix]] = {}
    for number, prefix in held:
        prefixes.setdefault(number, []).append(prefix)
    whole: dict[EffectiveRoute, EffectiveRoute] = {}
    for number, row in enumerate(rows):
        if number in prefixes:
            whole.setdefault(replace(row, prefixes=tuple(prefixes[number])), row)
        elif not row.prefixes:
            whole.setdefault(row, row)
    found = select_route(tuple(whole), dest, semantics)
    route = whole[found.route] if isinstance(found.route, EffectiveRoute) else found.route
    return Selection(route, found.prefix, tuple(whole[row] for row in found.candidates))
