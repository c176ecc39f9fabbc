"""nextHop: where a machine's packet to an address is handed next, and which route says so."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.gateways import propagates, undeclared_gateways
from netwatch.effective.routes import Selection
from netwatch.engines.assumed import of_address, of_routes
from netwatch.engines.targets import (
    find_nic_of_vm,
    find_vm,
    not_allocated,
    parse_ip,
    primary_configuration,
    several_nics,
    subnet_of,
)
from netwatch.errors import InvalidFlowError
from netwatch.model.addresses import Address
from netwatch.model.answers import NextHopAnswer
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.next_hops import next_hop_type

__all__ = ["next_hop"]


def next_hop(compiled: CompiledTopology, vm: str, *, dest_ip: str, source_ip: str = "", nic: str = "") -> NextHopAnswer:
    """The next hop of a packet from ``vm`` to ``dest_ip``.

    ``source_ip`` only chooses the NIC: the one that has it, else the primary one, unless ``nic`` names one. It need
    not belong to the machine: the real service answers for 123.4.5.6 too (recorded). Empty, it is the NIC's own.
    Raises ResourceNotFoundError, InvalidFlowError, UnsupportedError.
    """
    machine = find_vm(compiled.topology, vm)
    dest = parse_ip(dest_ip, what="`dest_ip`")
    given = parse_ip(source_ip, what="`source_ip`") if source_ip else None
    card = find_nic_of_vm(compiled.topology, machine, name=nic, address=given)
    source = given or _own_address(card, dest.version)
    subnet = subnet_of(compiled.topology, card)
    selection = compiled.select_route(subnet, dest)
    route = None if isinstance(selection.route, Unresolved) else selection.route
    return NextHopAnswer(
        machine,
        card,
        source,
        dest,
        next_hop_type=next_hop_type(compiled, subnet, selection),
        next_hop_ip=None if route is None else route.next_hop_ip,
        route=route,
        prefix=selection.prefix,
        candidates=selection.candidates,
        notes=(
            *not_allocated(compiled.topology, machine),
            *_notes(compiled, card, nic),
            *_odd_source(source, dest, card),
            *_spread(selection),
            *_not_declared(compiled, subnet, selection),
            *_assumed(compiled, card, source, selection),
        ),
        service_tags=compiled.published_tags_under(compiled.effective_routes(subnet)),
    )


def _own_address(nic: NetworkInterface, version: int) -> Address:
    """The address that stands for ``nic``; InvalidFlowError where the input does not fix one."""
    config = primary_configuration(nic, version)
    if config is not None and isinstance(config.private_ip, Address):
        return config.private_ip
    why = f": {config.private_ip.reason}" if config and isinstance(config.private_ip, Unresolved) else ""
    raise InvalidFlowError(
        f"{nic.id.name} has no IPv{version} address in the input{why}.",
        where=nic.where,
        hint="Say `source_ip`: any address does, since the route goes by the destination.",
    )


def _assumed(
    compiled: CompiledTopology, nic: NetworkInterface, source: Address, selection: Selection
) -> tuple[str, ...]:
    """The assumed addresses on which the answer rests: where the route leads, and what chose the NIC."""
    route = selection.route
    notes = [*of_routes(compiled.topology, [route])] if isinstance(route, EffectiveRoute) else []
    chosen = [each for each in nic.ip_configurations if each.assumed and each.private_ip == source]
    several = isinstance(nic.vm, ResourceId) and len(compiled.topology.nics_of[nic.vm.key]) > 1
    return (*notes, *(of_address(nic, each) for each in chosen if several))


def _odd_source(source: Address, dest: Address, nic: NetworkInterface) -> tuple[str, ...]:
    """What is odd about the source. It is no reason to refuse: Azure looks for the route of the destination alone."""
    if source.version != dest.version:
        ends = f"{source} is IPv{source.version} and {dest} is IPv{dest.version}"
        return (f"{ends}: no packet has both; the route of the destination is looked up all the same",)
    own = [config.private_ip for config in nic.ip_configurations]
    if source in own or any(isinstance(each, Unresolved) for each in own):
        return ()
    return (f"{source} is not an address of {nic.id.name}; the route is looked up all the same, as Azure does",)


_BEFORE_GATEWAYS = (
    NextHopType.VNET_LOCAL,
    NextHopType.VNET_PEERING,
    NextHopType.VNET_GLOBAL_PEERING,
    NextHopType.SERVICE_ENDPOINT,
    NextHopType.INTERFACE_ENDPOINT,
)


def _not_declared(compiled: CompiledTopology, subnet: Subnet, selection: Selection) -> tuple[str, ...]:
    """Says that a circuit may announce a longer prefix than the route's, where nothing is declared of it."""
    route, topology = selection.route, compiled.topology
    is_before = isinstance(route, EffectiveRoute) and route.next_hop_type in _BEFORE_GATEWAYS
    if is_before or not propagates(topology, subnet):
        return ()
    return tuple(
        f"what {gateway.id.name} learns over ExpressRoute is not declared, and could take the packet: "
        "declare the fact gatewayLearnedRoutes"
        for gateway in undeclared_gateways(topology, topology.vnets[subnet.vnet.key])
    )


def _spread(selection: Selection) -> tuple[str, ...]:
    """What a route over several appliances leaves to the flow: no source says which one takes it."""
    if not isinstance(selection.route, EffectiveRoute) or not selection.route.other_hop_ips:
        return ()
    rest = ", ".join(str(hop) for hop in selection.route.other_hop_ips)
    return (f"flows are spread over {selection.route.next_hop_ip} and {rest}; the first is named",)


def _notes(compiled: CompiledTopology, nic: NetworkInterface, asked: str) -> tuple[str, ...]:
    if asked or not isinstance(nic.vm, ResourceId):
        return ()
    several = several_nics(compiled.topology, nic.vm, nic)
    return (several,) if several else ()
