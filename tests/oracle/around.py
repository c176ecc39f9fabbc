"""The network around a NIC: who is peered, meshed or connected to whom, and what a gateway brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration
from netwatch.model.resources import NetworkInterface, Peering, Subnet, VirtualNetwork, VirtualNetworkGateway
from netwatch.model.routes import RouteTable
from netwatch.model.topology import Topology

__all__ = [
    "Host",
    "Network",
    "Tags",
    "all_peerings",
    "brought",
    "connected",
    "endpoint_nics",
    "gateways_for",
    "gateways_in",
    "host",
    "is_deployed",
    "is_far",
    "known",
    "learned",
    "mesh",
    "network",
    "peer_spaces",
    "region",
    "route_table",
    "spaces",
    "subnet_of",
    "takes_part",
]

Network = IPv4Network | IPv6Network
Host = IPv4Address | IPv6Address
Tags = Mapping[str, Sequence[str]]

NOT_KNOWN = "00000000-0000-0000-0000-000000000000"
"""The subscription of a plan's resources, before any is made."""


@cache
def host(address: Address) -> Host:
    return ip_address(str(address))


@cache
def network(prefix: Prefix) -> Network:
    return ip_network(str(prefix))


def known(prefixes: Sequence[object]) -> list[Network]:
    return [network(prefix) for prefix in prefixes if isinstance(prefix, Prefix)]


def spaces(vnet: VirtualNetwork) -> list[Network]:
    return known(vnet.address_space)


def subnet_of(topology: Topology, nic: NetworkInterface) -> Subnet:
    (key,) = {config.subnet.key for config in nic.ip_configurations if isinstance(config.subnet, ResourceId)}
    return topology.subnets[key]


def route_table(topology: Topology, subnet: Subnet) -> RouteTable | None:
    return topology.route_tables[subnet.route_table.key] if isinstance(subnet.route_table, ResourceId) else None


def endpoint_nics(topology: Topology) -> set[ResourceId]:
    """The NICs of private endpoints."""
    nics = {nic for endpoint in topology.private_endpoints.values() for nic in endpoint.nics}
    return {nic for nic in nics if isinstance(nic, ResourceId)}


# --- peerings ---------------------------------------------------------------------------------------------------------


def connected(topology: Topology, vnet: ResourceId) -> list[Peering]:
    """The VNet's peerings that carry traffic: neither side says that it does not.

    A side whose state is left out counts as connected if the other side is declared or lies outside the input; a side
    that says Connected is believed (Azure says so only while both exist).
    """
    found = []
    everything = all_peerings(topology)
    for peering in everything:
        if peering.vnet != vnet:
            continue
        backs = [back for back in everything if back.vnet == peering.remote_vnet and back.remote_vnet == vnet]
        states = [peering.state, *(back.state for back in backs)]
        told = backs or peering.state or not isinstance(peering.remote_vnet, ResourceId)
        if told and all(state in ("Connected", "") for state in states):
            found.append(peering)
    return found


def all_peerings(topology: Topology) -> list[Peering]:
    """Those of the input; and between each hub and each of its spokes, where the input has none at all, a new one.

    "The hub virtual network gets bi-directionally peered with every spoke" ("Connectivity configuration"); where the
    hub has no gateway to lend, the spokes that are to use it get none.
    """
    found = list(topology.peerings.values())
    for configuration in topology.connectivity_configurations.values():
        for hub, spoke in _hubs_and_spokes(topology, configuration):
            ends = {hub, spoke}
            if len(ends) == 1 or any({each.vnet, each.remote_vnet} == ends for each in found):
                continue
            lent = any(spoke in topology.network_groups[group.key].members for group in configuration.gateway_groups)
            in_force = all(is_deployed(topology, configuration.id, topology.vnets[end.key]) for end in ends)
            if in_force and not (lent and not gateways_in(topology, hub)):
                out, back = hub.child("virtualNetworkPeerings", "made"), spoke.child("virtualNetworkPeerings", "made")
                found.append(Peering(out, spoke, "Connected", allow_gateway_transit=lent))
                found.append(Peering(back, hub, "Connected", use_remote_gateways=lent))
    return found


def _hubs_and_spokes(
    topology: Topology, configuration: ConnectivityConfiguration
) -> list[tuple[ResourceId, ResourceId]]:
    if topology.semantics.hub_and_spoke_peerings == "declared":
        return []
    groups = [topology.network_groups[group.key] for group in configuration.spoke_groups]
    spokes = [each for group in groups for each in group.members if isinstance(each, ResourceId)]
    return [(hub, spoke) for hub in configuration.hubs for spoke in spokes]


def peer_spaces(topology: Topology, subnet: Subnet, peering: Peering) -> list[Network]:
    """What ``subnet`` sees of a peer: its space, or its named subnets; of one outside the input what was last seen."""
    if not takes_part(subnet, peering, peering.local_subnets):
        return []
    if not isinstance(peering.remote_vnet, ResourceId):
        found = known(peering.remote_prefixes)
    elif peering.complete:
        found = spaces(_peer(topology, peering))
    else:
        theirs = [each for each in topology.subnets.values() if each.vnet == peering.remote_vnet]
        named = [each for each in theirs if takes_part(each, peering, peering.remote_subnets)]
        found = [prefix for each in named for prefix in known(each.prefixes)]
    return [each for each in found if each.version == 6 or not peering.only_ipv6]


def takes_part(subnet: Subnet, peering: Peering, names: Sequence[object]) -> bool:
    """A peering of whole networks, or one that names the subnet."""
    return peering.complete or subnet.id.name in names


def _peer(topology: Topology, peering: Peering) -> VirtualNetwork:
    assert isinstance(peering.remote_vnet, ResourceId)
    return topology.vnets[peering.remote_vnet.key]


def is_far(topology: Topology, vnet: VirtualNetwork, peering: Peering) -> bool:
    if not isinstance(peering.remote_vnet, ResourceId):
        return False  # nobody can tell
    return region(_peer(topology, peering).location) != region(vnet.location)


def region(text: str) -> str:
    """West Europe is westeurope."""
    return "".join(text.lower().split())


# --- meshes -----------------------------------------------------------------------------------------------------------


def mesh(topology: Topology, vnet: VirtualNetwork) -> list[VirtualNetwork]:
    """Whom ``vnet`` reaches as a member of a connected group ("Connectivity configuration").

    Both must be in one group, the configuration in force where each of them is, and the mesh global if they are in
    two regions.
    """
    return [
        other
        for other in topology.vnets.values()
        if other.id != vnet.id
        if any(_joins(topology, each, vnet, other) for each in topology.connectivity_configurations.values())
    ]


def _joins(
    topology: Topology, configuration: ConnectivityConfiguration, one: VirtualNetwork, other: VirtualNetwork
) -> bool:
    """A hub whose spokes are directly connected is one of them."""
    in_force = all(is_deployed(topology, configuration.id, vnet) for vnet in (one, other))
    near = configuration.is_global or region(one.location) == region(other.location)
    groups = [topology.network_groups[group.key] for group in configuration.mesh_groups]
    return in_force and near and any({one.id, other.id} <= {*group.members, *configuration.hubs} for group in groups)


def is_deployed(topology: Topology, configuration: ResourceId, vnet: VirtualNetwork) -> bool:
    """A configuration does nothing in a region that it is not deployed to, or outside its manager's scope."""
    manager = topology.network_managers.get(configuration.parent.key)
    scopes = [scope.text.lower().strip("/").split("/") for scope in manager.scopes] if manager is not None else []
    told = [steps[1] for steps in scopes if steps[0] == "subscriptions" and steps[1] != NOT_KNOWN]
    own = vnet.id.subscription.lower()
    if scopes and len(told) == len(scopes) and own != NOT_KNOWN and own not in told:
        return False
    return any(
        configuration in each.configurations and region(each.region) == region(vnet.location)
        for each in topology.facts.network_manager_deployments
    )


# --- gateways ---------------------------------------------------------------------------------------------------------


def learned(topology: Topology, subnet: Subnet) -> dict[Network, str]:
    """What gateways bring to ``subnet``: each prefix, and the public address of the gateway or nothing.

    A route table that disables propagation keeps all of it away, static prefixes too. The VNet's own ranges are not
    learned.
    """
    table = route_table(topology, subnet)
    if table is not None and not table.propagate_gateway_routes:
        return {}
    own = spaces(topology.vnets[subnet.vnet.key])
    found: dict[Network, str] = {}
    for gateway in gateways_for(topology, subnet.vnet):
        for held in brought(topology, gateway):
            if held not in own:
                found.setdefault(held, _public_address(topology, gateway))
    return found


def gateways_for(topology: Topology, vnet: ResourceId) -> list[VirtualNetworkGateway]:
    """The VNet's own, else those of peers whose gateways it uses and that let it ("gateway transit")."""
    own = gateways_in(topology, vnet)
    if own:
        return own
    used = [peering for peering in connected(topology, vnet) if peering.use_remote_gateways]
    return [
        gateway
        for peering in used
        if any(
            back.vnet == peering.remote_vnet and back.remote_vnet == vnet and back.allow_gateway_transit
            for back in all_peerings(topology)
        )
        for gateway in gateways_in(topology, _peer(topology, peering).id)
    ]


def gateways_in(topology: Topology, vnet: ResourceId) -> list[VirtualNetworkGateway]:
    return [
        gateway
        for gateway in topology.gateways.values()
        if vnet in [topology.subnets[subnet.key].vnet for subnet in gateway.subnets if isinstance(subnet, ResourceId)]
    ]


def brought(topology: Topology, gateway: VirtualNetworkGateway) -> list[Network]:
    """What BGP advertises, what the sites at the other end hold, the networks of gateways there, and client pools; with
    a default site everything of IPv4."""
    found = known(gateway.client_prefixes) + known(topology.facts.gateway_learned_routes.get(gateway.id.key, ()))
    if isinstance(gateway.default_site, ResourceId):
        found.append(ip_network("0.0.0.0/0"))
    for connection in topology.connections.values():
        if connection.gateway != gateway.id or not isinstance(connection.peer, ResourceId):
            continue
        if connection.peer.key in topology.local_network_gateways:
            found += known(topology.local_network_gateways[connection.peer.key].prefixes)
        for vnet in topology.vnets.values():
            if connection.peer in [other.id for other in gateways_in(topology, vnet.id)]:
                found += spaces(vnet)
    return found


def _public_address(topology: Topology, gateway: VirtualNetworkGateway) -> str:
    """Effective routes name it as the next hop of what the gateway brings (lab output)."""
    addresses = [topology.public_ips[ip.key].address for ip in gateway.public_ips if isinstance(ip, ResourceId)]
    return str(addresses[0]) if addresses else ""
