"""The verdicts on a batch of flows: NIC, admin rules, groups and route of every flow, column by column.

It is what ``single.verdict`` and the next hop engine say of each flow, and a property test holds it to them. Here the
law stands in columns: all flows ask the first list of their chains, then those that are not settled the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology, differ_in_rules_alone
from netwatch.effective.platform import LICENSING_ADDRESSES, PLATFORM_ADDRESSES, is_exempt, is_licensing
from netwatch.errors import InvalidFlowError
from netwatch.matcher.batch import FlowBatch, found_as, is_column
from netwatch.matcher.choice import choose_between, spread
from netwatch.matcher.garbage import no_garbage_collection
from netwatch.matcher.prefixes import PrefixTables
from netwatch.model.addresses import Address
from netwatch.model.flow import Direction, Flow, Level, Outcome, Protocol
from netwatch.model.resources import NetworkInterface
from netwatch.verdicts.chains import EXEMPT, LEVELS, MAKING, WAYS, Chains, DecidingRule, Saying
from netwatch.verdicts.law import NO_LEVEL, OUTCOMES, Room, Settled, settle
from netwatch.verdicts.next_hops import NextHop, NextHops
from netwatch.verdicts.nic_lookup import SEVERAL_NICS, nic_of_either, nic_table, nics_of
from netwatch.verdicts.single import has_system_default_route

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["BatchTables", "BatchVerdicts", "FlowVerdict", "PlacedFlows", "verify", "verify_each"]

CHUNK = 5 << 18
"""Flows that compiled loops settle at a time: a table comes from afar once for all that ask it. 60 MB lie between."""

BLOCK = 1 << 16
"""Flows that all else is done for at a time: what lies between stays in the second cache."""


class PlacedFlows(NamedTuple):
    """Flows and where they are looked at.

    ``nics`` are places among the topology's NICs, -1 for none (int32). Without it, NICs are found by address: that of
    the source outbound, of the destination inbound. ``direction`` is one for all flows, or a column with 0 for inbound
    and 1 for outbound; without it, a flow is outbound at the NIC that has its source, else inbound at the one that has
    its destination. A flow between two NICs is two questions, which the two directions ask.
    """

    flows: FlowBatch
    nics: Array | None = None
    direction: Direction | Array | None = None


class FlowVerdict(NamedTuple):
    """The verdict on one flow of a batch, in words; ``rule`` None where ``owner``'s list settled it without one."""

    nic: NetworkInterface | None
    direction: Direction
    outcome: Outcome
    decided: DecidingRule | None
    level: Level | None
    next_hop: NextHop | None


class BatchVerdicts(NamedTuple):
    """Verdicts in columns, one line for each flow, and the lists that their numbers point into.

    ``nic`` (int32) is a place in ``nics``; -1 where no NIC has the address, and the flow is NotApplicable; -2 where
    several have it, and the flow is Unknown. ``direction`` (uint8) is 0 inbound, 1 outbound. ``outcome`` (uint8) is a
    place in OUTCOMES. ``rule`` (int32) is the rule that settled it, a place in ``rules``, and ``level`` (uint8) a place
    in LEVELS: -1 and 255 where no list was asked. ``next_hop`` (int32) is a place in ``next_hops``: where the NIC sends
    packets for the flow's other end, which inbound are the replies; -1 where there is no NIC, or its subnet is not
    known.
    """

    nic: Array
    direction: Array
    outcome: Array
    rule: Array
    level: Array
    next_hop: Array
    nics: tuple[NetworkInterface, ...]
    rules: tuple[DecidingRule, ...]
    next_hops: tuple[NextHop, ...]

    def flow(self, place: int) -> FlowVerdict:
        """The verdict on one flow, in words."""
        nic, rule, level, hop = (int(each[place]) for each in (self.nic, self.rule, self.level, self.next_hop))
        return FlowVerdict(
            self.nics[nic] if nic >= 0 else None,
            WAYS[int(self.direction[place])],
            OUTCOMES[int(self.outcome[place])],
            self.rules[rule] if rule >= 0 else None,
            LEVELS[level] if level != NO_LEVEL else None,
            self.next_hops[hop] if hop >= 0 else None,
        )


class BatchTables:
    """What batches are looked up in, for both address families; each part is made when it is first needed.

    ``former`` are those of an earlier state of the network: routes and addresses are taken over if only rules differ.
    """

    def __init__(self, compiled: CompiledTopology, *, former: BatchTables | None = None) -> None:
        self.compiled = compiled
        self.nics = tuple(compiled.topology.nics.values())
        alike = former if former and differ_in_rules_alone(compiled.topology, former.compiled.topology) else None
        self._former = dict(alike._chains) if alike else {}
        self._chains: dict[int, Chains] = {}
        self._hops: dict[int, NextHops] = alike._hops if alike else {}
        self._nics: dict[int, PrefixTables] = alike._nics if alike else {}

    def chains(self, version: int) -> Chains:
        """The rule lists at every NIC."""
        with MAKING:
            if version not in self._chains:
                self._chains[version] = Chains(self.compiled, version, former=self._former.pop(version, None))
            return self._chains[version]

    def next_hops(self, version: int) -> NextHops:
        """The routes of every NIC."""
        with MAKING:
            if version not in self._hops:
                with no_garbage_collection():
                    self._hops[version] = NextHops(self.compiled, version)
            return self._hops[version]

    def nic_table(self, version: int) -> PrefixTables:
        """The NICs by their addresses."""
        with MAKING:
            if version not in self._nics:
                self._nics[version] = nic_table(self.compiled.topology, version)
            return self._nics[version]

    def has_system_default_route(self, nics: Array) -> Array:
        """Whether the subnet of each NIC has no default route of its own; False for none."""
        import numpy as np

        distinct, which = np.unique(nics, return_inverse=True)
        known = [
            place >= 0 and has_system_default_route(self.compiled, self.nics[place]) for place in distinct.tolist()
        ]
        return np.array(known, bool)[which]


def verify_each(
    tables: BatchTables, batches: Iterable[FlowBatch | PlacedFlows], *, kernel: str = "auto", threads: int = 1
) -> Iterator[BatchVerdicts]:
    """The verdicts on one batch after the other, each when it is asked for: memory is that of one batch."""
    for each in batches:
        yield verify(
            tables, each if isinstance(each, PlacedFlows) else PlacedFlows(each), kernel=kernel, threads=threads
        )


def verify(tables: BatchTables, asked: PlacedFlows, *, kernel: str = "auto", threads: int = 1) -> BatchVerdicts:
    """The verdict on each flow, as ``single.verdict`` and the next hop engine give it; NotApplicable is no error here.

    Raises InvalidFlowError for columns that are not as promised, and what the single question raises where the rules
    or routes of a NIC that is asked about cannot be evaluated.
    """
    import numpy as np

    _check(asked, len(tables.nics))
    flows = asked.flows
    name, _ = choose_between(("numpy", "numba"), flows.size, kernel=kernel)
    work = _Work.empty(tables, flows, name)
    _in_chunks(lambda cut: _place(work, asked, cut), flows.size, threads, BLOCK)
    pairs = np.flatnonzero(work.seen[:-1])
    hops = tables.next_hops(flows.version)
    hops.check(np.unique(pairs // len(WAYS)))
    out, next_hop = Settled.room(flows.size), np.empty(flows.size, np.int32)
    _settle(work, pairs, out, threads)

    def finish(cut: slice) -> None:
        way, outcome = work.way[cut], out.outcome[cut]
        hops.of(work.nic[cut], _near(flows.part(cut.start, cut.stop), way == 0, name), next_hop[cut], kernel=name)
        np.minimum(way, 1, out=way)
        outcome[work.nic[cut] == SEVERAL_NICS] = Saying.UNKNOWN

    _in_chunks(finish, flows.size, threads, BLOCK)
    rules = tuple(tables.chains(flows.version).rules)
    return BatchVerdicts(work.nic, work.way, *out, next_hop, tables.nics, rules, hops.hops)


class _Work(NamedTuple):
    """Flows with the NIC and the way of each, and both as one number, NIC × WAYS + way, -1 where there is no NIC.

    ``seen`` says which of these numbers there are; the last line is for -1.
    """

    tables: BatchTables
    flows: FlowBatch
    kernel: str
    nic: Array
    way: Array
    pair: Array
    seen: Array

    @classmethod
    def empty(cls, tables: BatchTables, flows: FlowBatch, kernel: str) -> _Work:
        import numpy as np

        nic, way, pair = (np.empty(flows.size, kind) for kind in (np.int32, np.uint8, np.int32))
        return cls(tables, flows, kernel, nic, way, pair, np.zeros(len(tables.nics) * len(WAYS) + 1, bool))


def _in_chunks(run: Callable[[slice], None], size: int, threads: int, chunk: int) -> None:
    def chunks(span: range) -> None:
        parts = -(-len(span) // chunk)
        edges = [*(span.start + len(span) * part // parts for part in range(parts)), span.stop]
        for begin, end in pairwise(edges):
            run(slice(begin, end))

    spread(chunks, size, threads, span=chunk)


def _place(work: _Work, asked: PlacedFlows, cut: slice) -> None:
    """Find the NIC and the way of each flow."""
    import numpy as np

    table, flows = work.tables.nic_table(work.flows.version), work.flows.part(cut.start, cut.stop)
    nic, way, kernel = work.nic[cut], work.way[cut], work.kernel
    direction = asked.direction[cut] if isinstance(asked.direction, np.ndarray) else asked.direction
    if direction is None:
        near, far = (nics_of(table, _side(flows, outbound=outbound), kernel=kernel) for outbound in (True, False))
        nic_of_either((near, far), nic, way, kernel=kernel)
    else:
        way[:] = direction is Direction.OUTBOUND if isinstance(direction, Direction) else direction
        nic[:] = nics_of(table, _near(flows, way, kernel), kernel=kernel) if asked.nics is None else asked.nics[cut]
    way[_exempt(work, flows, nic, way)] = EXEMPT
    _mark(work, cut)


def _mark(work: _Work, cut: slice) -> None:
    import numpy as np

    nic, way, pair = work.nic[cut], work.way[cut], work.pair[cut]
    if work.kernel == "numba":
        from netwatch.verdicts import place_loops

        place_loops.marked(nic, way, len(WAYS), pair, work.seen)
        return
    np.multiply(nic, len(WAYS), out=pair)
    pair += way
    pair[nic < 0] = -1
    work.seen[pair] = True


def _to_platform(work: _Work, flows: FlowBatch) -> Array:
    """The places of flows to the platform's own addresses."""
    import numpy as np

    addresses = np.array((*PLATFORM_ADDRESSES, *LICENSING_ADDRESSES), np.uint32)
    if work.kernel != "numba":
        return np.flatnonzero(np.isin(flows.dst, addresses))
    from netwatch.verdicts import place_loops

    places: Array = place_loops.found(flows.dst, addresses)
    return places


def _exempt(work: _Work, flows: FlowBatch, nic: Array, is_outbound: Array) -> Array:
    """The places of flows that only rules with the platform's tags can deny, as ``single`` knows them: few."""
    import numpy as np

    some = _to_platform(work, flows) if flows.version == 4 else np.zeros(0, np.int64)
    some = some.compress(is_outbound.take(some))
    if not len(some):
        return some
    columns = [column[some].astype(np.int64) for column in (flows.dst, flows.dport, flows.protocol)]
    asked, which = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    of_distinct = np.array([_passes(work, flow) for flow in map(_flow, asked.tolist())], bool).reshape(-1, 2)
    always, until_routed = of_distinct[which.reshape(-1)].T
    at = np.flatnonzero(until_routed)
    always[at] = work.tables.has_system_default_route(nic[some[at]])
    places: Array = some[always]
    return places


def _passes(work: _Work, flow: Flow | None) -> tuple[bool, bool]:
    """Whether no other rule stops ``flow``: at every NIC, and where the subnet has no default route of its own."""
    semantics = work.tables.compiled.topology.semantics
    if flow is None or semantics.platform_traffic != "exempt":
        return False, False
    return is_exempt(semantics, Direction.OUTBOUND, flow), is_licensing(Direction.OUTBOUND, flow)


def _flow(asked: tuple[int, int, int]) -> Flow | None:
    """A flow to an address, port and protocol; None where it is of a protocol that no rule can name."""
    dst, port, number = asked
    protocol = next((each for each in Protocol if each.number == number), None)
    return Flow(protocol, Address(4, 0), 0, Address(4, dst), port) if protocol else None


def _settle(work: _Work, pairs: Array, out: Settled, threads: int) -> None:
    """Settle all flows, in parts where the tables of all their NICs would be too large together."""
    import numpy as np

    tables, rooms = work.tables.chains(work.flows.version).tables_of(pairs.tolist()), list[Room]()
    if tables is None:
        out.clear()
        for half in np.array_split(pairs, 2):
            _settle_some(work, half, out, threads)
        return

    def run(cut: slice) -> None:
        flows, own = work.flows.part(cut.start, cut.stop), Settled(*(column[cut] for column in out))
        room = _room(rooms, min(CHUNK, work.flows.size)) if work.kernel == "numba" else None
        settle(tables, work.pair[cut], flows, own, room)
        if room:
            rooms.append(room)

    _in_chunks(run, work.flows.size, threads, CHUNK if work.kernel == "numba" else BLOCK)


def _room(rooms: list[Room], size: int) -> Room:
    """One that no chunk uses any more, or a new one. Asked for first it could be gone: threads share ``rooms``."""
    try:
        return rooms.pop()
    except IndexError:
        return Room.of(size)


def _settle_some(work: _Work, pairs: Array, out: Settled, threads: int) -> None:
    import numpy as np

    places = np.flatnonzero(np.isin(work.pair, pairs))
    nic, way, pair = (column[places] for column in (work.nic, work.way, work.pair))
    some = work._replace(flows=work.flows.take(places), nic=nic, way=way, pair=pair)
    found = Settled.room(len(places))
    _settle(some, pairs, found, threads)
    for column, own in zip(out, found, strict=True):
        column[places] = own


def _near(flows: FlowBatch, is_outbound: Array, kernel: str) -> Array | tuple[Array, Array]:
    """The address on one side: the source where it is outbound, else the destination."""
    high = _chosen(is_outbound, flows.src, flows.dst, kernel)
    if flows.src_low is None or flows.dst_low is None:
        return high
    return high, _chosen(is_outbound, flows.src_low, flows.dst_low, kernel)


def _chosen(which: Array, one: Array, other: Array, kernel: str) -> Array:
    import numpy as np

    if kernel != "numba":
        return np.where(which, one, other)
    from netwatch.verdicts import place_loops

    out = np.empty(len(one), one.dtype)
    place_loops.chosen(which, one, other, out)
    return out


def _side(flows: FlowBatch, *, outbound: bool) -> Array | tuple[Array, Array]:
    if flows.src_low is None or flows.dst_low is None:
        return flows.src if outbound else flows.dst
    return (flows.src, flows.src_low) if outbound else (flows.dst, flows.dst_low)


def _check(asked: PlacedFlows, nics: int) -> None:
    """Raise InvalidFlowError unless columns are as promised."""
    if not isinstance(asked.flows, FlowBatch):
        raise InvalidFlowError(f"{found_as(asked.flows)} where a FlowBatch was expected.")
    asked.flows.check()
    size, places, direction = asked.flows.size, asked.nics, asked.direction
    if places is not None:
        if direction is None:
            raise InvalidFlowError("NICs without a direction.", hint="Say inbound or outbound, or give a column.")
        if not is_column(places, "int32") or len(places) != size:
            raise InvalidFlowError("the column of NICs needs an int32 for each flow.")
        if size and not -1 <= int(places.min()) <= int(places.max()) < nics:
            raise InvalidFlowError(f"a NIC outside of -1 to {nics - 1}.", hint="NICs are counted as the topology's.")
    if direction is not None and not isinstance(direction, Direction) and not _are_directions(direction, size):
        raise InvalidFlowError("the column of directions needs a 0 (inbound) or a 1 (outbound) for each flow.")


def _are_directions(column: Array, size: int) -> bool:
    return is_column(column) and len(column) == size and column.dtype.kind in "bu" and int(column.max(initial=0)) <= 1
