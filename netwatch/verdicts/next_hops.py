"""Where packets are handed next: of one packet from the route selected for it, of a batch from tables of all routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.routes import Selection, is_reachable_appliance
from netwatch.errors import NetwatchError
from netwatch.model.addresses import Address
from netwatch.model.resources import Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["NO_HOP", "NextHop", "NextHops", "next_hop_type"]

NO_HOP = -1
"""Stands for a next hop where the flow concerns no NIC, or one whose subnet the input does not hold."""


class NextHop(NamedTuple):
    """What takes a packet next, by which route; ``address`` is that of an appliance."""

    type: NextHopType | Unresolved
    address: Address | Unresolved | None
    route: EffectiveRoute | None


def next_hop_type(compiled: CompiledTopology, subnet: Subnet, selection: Selection) -> NextHopType | Unresolved:
    """What becomes of the packet: the route's type; None where no route holds it or its appliance is out of reach."""
    route = selection.route
    if route is None:
        return NextHopType.NONE
    if isinstance(route, Unresolved):
        return route
    if isinstance(route.next_hop_type, NextHopType) and route.next_hop_type.is_appliance:
        known = [hop for hop in (route.next_hop_ip, *route.other_hop_ips) if isinstance(hop, Address)]
        if known and not any(is_reachable_appliance(compiled.topology, subnet, hop) for hop in known):
            return NextHopType.NONE
    if route.next_hop_type is NextHopType.INTERNET and subnet.nat_gateway is not None:
        return _BEFORE_NAT[compiled.topology.semantics.nat_gateway_next_hop]
    return route.next_hop_type


# "NAT gateway resource" calls it the next hop; effective routes and every recording say Internet.
_BEFORE_NAT = {"Internet": NextHopType.INTERNET, "NatGateway": NextHopType.NAT_GATEWAY}


class NextHops:
    """The next hops of every subnet in which a NIC stands, for one address family; ``hops`` are all there are.

    Routes that netwatch refuses to evaluate are refused when a NIC is asked about that has them.
    """

    def __init__(self, compiled: CompiledTopology, version: int) -> None:
        from netwatch.compile.route_tables import compile_routes  # one question needs no tables of routes

        subnets = [compiled.topology.subnet_of(nic) for nic in compiled.topology.nics.values()]
        known = {subnet.id.key: subnet for subnet in subnets if isinstance(subnet, Subnet)}
        routes, self._refusals = _routes(compiled, known)
        self._subnets = [subnet.id.key if isinstance(subnet, Subnet) else "" for subnet in subnets]
        self._compiled = compile_routes(routes, version, semantics=compiled.topology.semantics)
        numbers: dict[NextHop, int] = {}
        self._hop_of: list[int] = []
        begins = {key: self._offer(compiled, known[key], numbers) for key in routes}
        self._tables, self._shifts = _columns([*(self._place(key, begins) for key in self._subnets), (-1, 0)])
        self._hops = _columns([(hop,) for hop in self._hop_of])[0] if self._hop_of else None
        self.hops = tuple(numbers)

    def check(self, nics: Array) -> None:
        """Raise what ``effective_routes`` raises at one of ``nics``, places among the topology's NICs."""
        if self._refusals:
            for nic in nics.tolist():
                if self._subnets[nic] in self._refusals:
                    raise self._refusals[self._subnets[nic]]

    def of(self, nics: Array, remote: Array | tuple[Array, Array], out: Array, *, kernel: str) -> None:
        """Fill ``out`` (int32) with the place in ``hops`` of each packet from a NIC to a remote address, or NO_HOP.

        A negative NIC is none; ``remote`` is a column as ``look_up`` takes it.
        """
        if self._hops is None:
            out.fill(NO_HOP)
        elif kernel == "numba":
            self._by_loops(self._hops, nics, remote, out)
        else:
            self._by_columns(self._hops, nics, remote, out)

    def _by_loops(self, hop_of: Array, nics: Array, remote: Array | tuple[Array, Array], out: Array) -> None:
        import numpy as np

        from netwatch.matcher.look_up import look_up
        from netwatch.verdicts import place_loops

        asked = np.empty(len(nics), np.uint32)
        place_loops.route_tables(nics, self._tables, asked)
        found = look_up(self._compiled.prefixes, asked, remote, kernel="numba")
        place_loops.hops(nics, found, (self._tables, self._shifts, hop_of), out)

    def _by_columns(self, hop_of: Array, nics: Array, remote: Array | tuple[Array, Array], out: Array) -> None:
        import numpy as np

        from netwatch.matcher.look_up import look_up

        places = np.maximum(nics, -1)  # the last of the columns stands for none
        table = self._tables.take(places)
        found = look_up(self._compiled.prefixes, np.maximum(table, 0).astype(np.uint32), remote, kernel="numpy")
        found += self._shifts.take(places)
        out[:] = np.where(table < 0, np.int32(NO_HOP), hop_of.take(found, mode="clip"))

    def _offer(self, compiled: CompiledTopology, subnet: Subnet, numbers: dict[NextHop, int]) -> int:
        """Number the next hops of ``subnet``, one for each selection of its table; where they begin in ``_hop_of``."""
        begin = len(self._hop_of)
        for place in self._compiled.held[self._compiled.table_of[subnet.id.key]]:
            hop = _next_hop(compiled, subnet, self._compiled.selections[place])
            self._hop_of.append(numbers.setdefault(hop, len(numbers)))
        return begin

    def _place(self, subnet: str, begins: dict[str, int]) -> tuple[int, int]:
        """The table of a NIC in ``subnet``, -1 for none, and what to add to a selection's number for its next hop."""
        if subnet not in begins:
            return -1, 0
        table = self._compiled.table_of[subnet]
        return table, begins[subnet] - self._compiled.held[table].start


def _columns(rows: Sequence[tuple[int, ...]]) -> list[Array]:
    import numpy as np

    return [np.array(column, np.int32) for column in zip(*rows, strict=True)]


def _routes(
    compiled: CompiledTopology, subnets: dict[str, Subnet]
) -> tuple[dict[str, tuple[EffectiveRoute, ...]], dict[str, NetwatchError]]:
    """The routes of each subnet, and why some have none to show."""
    routes: dict[str, tuple[EffectiveRoute, ...]] = {}
    refusals: dict[str, NetwatchError] = {}
    for key, subnet in subnets.items():
        try:
            routes[key] = compiled.effective_routes(subnet)
        except NetwatchError as refusal:
            refusals[key] = refusal
    return routes, refusals


def _next_hop(compiled: CompiledTopology, subnet: Subnet, selection: Selection) -> NextHop:
    kind = next_hop_type(compiled, subnet, selection)
    route = selection.route if isinstance(selection.route, EffectiveRoute) else None
    return NextHop(kind, route.next_hop_ip if route else None, route)
