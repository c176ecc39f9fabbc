"""Whole networks: VNets, peerings, subnets, machines, route tables, groups, and all that stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from netwatch.model.addresses import Address, Prefix, parse_address, parse_prefix
from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    OtherResource,
    Peering,
    ServiceEndpoint,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.semantics import SWITCHES, Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.strategies.firewalls import firewalls
from tests.strategies.load_balancers import balancers
from tests.strategies.managers import managed
from tests.strategies.pools import GROUP, HOPS, ROUTES, SERVICES, SPACES, TAGS, arm_id
from tests.strategies.rules import security_rules
from tests.strategies.services import endpoints, gateway_subnets, public_addresses, sites
from tests.strategies.virtual_hubs import Wan, virtual_wans

__all__ = ["topologies", "with_rules"]


class _Resource(Protocol):
    @property
    def id(self) -> ResourceId: ...


_Kind = TypeVar("_Kind", bound=_Resource)

_NETWORK_POLICIES = ("", "Disabled", "Enabled", *2 * ("NetworkSecurityGroupEnabled", "RouteTableEnabled"))
_STATES = (*6 * ("Connected",), "", "Initiated", "Disconnected")
_REGIONS = ("westeurope", "West Europe", "northeurope")


@st.composite
def topologies(draw: st.DrawFn, *, plain: bool = False, hubs: bool = False) -> Topology:
    """A network of one to three VNets with all that netwatch evaluates, IPv4 and some IPv6, in any semantics.

    ``hubs``: perhaps with a virtual WAN, which the oracles do not know. ``plain``: without second addresses, machines
    of two NICs, peers outside the input and services beside it.
    """
    asgs = [arm_id("applicationSecurityGroups", f"asg-{number}") for number in range(3)]
    nsgs = [arm_id("networkSecurityGroups", f"nsg-{number}") for number in range(draw(st.sampled_from([1, 2, 3, 0])))]
    groups = [NetworkSecurityGroup(nsg, "westeurope", draw(security_rules(nsg, asgs=asgs))) for nsg in nsgs]
    vnets = _vnets(draw)
    local = [parse_prefix(text) for text in ROUTES] + 2 * _local_prefixes(vnets)
    tables = [_route_table(draw, f"rt-{number}", local) for number in range(draw(st.sampled_from([1, 2, 0])))]
    subnets = [_subnet(draw, vnet, index, nsgs, tables) for vnet in vnets for index in range(draw(st.integers(1, 2)))]
    nics = [_nic(draw, subnet, index, nsgs, asgs) for subnet in subnets for index in range(draw(st.integers(1, 2)))]
    nics = nics if plain else _sharing_machines(draw, [_with_second_address(draw, nic, asgs) for nic in nics])
    machines = _machines(nics)
    private_endpoints, endpoint_nics = endpoints(draw, subnets)
    entries = gateway_subnets(draw, vnets)
    site = sites(draw, entries)
    above = managed(draw, vnets, subnets)
    wan = virtual_wans(draw, vnets) if hubs else Wan()
    return Topology(
        source="a test",
        vnets=_by_key(vnets),
        subnets=_by_key([*subnets, *entries]),
        peerings=_by_key([*_peerings(draw, vnets, subnets), *(() if plain else _outside(draw, vnets))]),
        nsgs=_by_key(groups),
        asgs=_by_key(ApplicationSecurityGroup(asg, "westeurope") for asg in asgs),
        route_tables=_by_key(tables),
        nics=_by_key([*nics, *endpoint_nics]),
        vms=_by_key(machines),
        public_ips=_by_key([*public_addresses(), *site.public_ips]),
        gateways=_by_key(site.gateways),
        local_network_gateways=_by_key(site.locals),
        connections=_by_key(site.connections),
        private_endpoints=_by_key(private_endpoints),
        load_balancers=_by_key(balancers(draw, subnets, nics)),
        firewalls=_by_key([*firewalls(draw, subnets), *wan.firewalls]),
        virtual_wans=_by_key(wan.wans),
        virtual_hubs=_by_key(wan.hubs),
        hub_gateways=_by_key(wan.gateways),
        vpn_sites=_by_key(wan.sites),
        network_managers=_by_key(above.managers),
        network_groups=_by_key(above.groups),
        security_admin_configurations=_by_key(above.security),
        admin_rule_collections=_by_key(above.collections),
        connectivity_configurations=_by_key(above.connectivity),
        facts=Facts(
            gateway_learned_routes={**site.advertised, **wan.learned},
            network_manager_deployments=tuple(above.deployments),
        ),
        others=_by_key(() if plain else _beside(draw, vnets, subnets)),
        semantics=_semantics(draw),
    )


def _by_key(resources: Iterable[_Kind]) -> dict[str, _Kind]:
    return {resource.id.key: resource for resource in resources}


def _semantics(draw: st.DrawFn) -> Semantics:
    """The defaults half of the time, else any reading of each switch."""
    if draw(st.booleans()):
        return Semantics()
    return Semantics(*(draw(st.sampled_from(switch.readings)) for switch in SWITCHES.values()))


def _vnets(draw: st.DrawFn) -> list[VirtualNetwork]:
    """Each with one or two ranges of its own (peered VNets must not overlap), some with an IPv6 range."""
    spaces = draw(st.permutations(SPACES))
    vnets = []
    for number in range(draw(st.sampled_from([2, 3, 2, 1]))):
        own = list(spaces[2 * number : 2 * number + draw(st.integers(1, 2))])
        if draw(st.sampled_from([False, True, False])):
            own.append(f"fd00:{number + 1}::/48")
        location = draw(st.sampled_from(_REGIONS))
        prefixes = tuple(parse_prefix(text) for text in own)
        vnets.append(VirtualNetwork(arm_id("virtualNetworks", f"vnet-{number}"), location, prefixes))
    return vnets


def _local_prefixes(vnets: Sequence[VirtualNetwork]) -> list[Prefix]:
    """The VNets' ranges, the first subnet of each, and where private endpoints stand."""
    found = []
    for vnet in vnets:
        found += [space for space in vnet.address_space if isinstance(space, Prefix)]
        first = _slice(_used(vnet)[0], 0)
        found += [first, Prefix(4, first.network + 8, 32)]
    return found


def _subnet(
    draw: st.DrawFn, vnet: VirtualNetwork, index: int, nsgs: list[ResourceId], tables: list[RouteTable]
) -> Subnet:
    service = draw(st.sampled_from(["", "", "", *SERVICES]))
    delegation = draw(st.sampled_from([*8 * [""], "Microsoft.Sql/managedInstances", "Microsoft.Web/serverFarms"]))
    return Subnet(
        vnet.id.child("subnets", f"{vnet.id.name}-subnet-{index}"),
        tuple(_slice(space, index) for space in _used(vnet)),
        nsg=draw(st.sampled_from([*nsgs, *nsgs, None])),
        route_table=draw(st.sampled_from([*(table.id for table in tables), None])),
        nat_gateway=draw(st.sampled_from([None, None, arm_id("natGateways", "nat")])),
        service_endpoints=(ServiceEndpoint(service),) if service else (),
        private_endpoint_network_policies=draw(st.sampled_from(_NETWORK_POLICIES)),
        delegations=(delegation,) if delegation else (),
        default_outbound_access=draw(st.sampled_from([True, True, False])),
    )


def _used(vnet: VirtualNetwork) -> list[Prefix]:
    """Subnets stand in the first IPv4 range and in the IPv6 range, if there is one."""
    spaces = [space for space in vnet.address_space if isinstance(space, Prefix)]
    return [spaces[0], *(space for space in spaces if space.version == 6)]


def _slice(space: Prefix, index: int) -> Prefix:
    """The ``index``-th /25, or /64, of a range."""
    length = 64 if space.version == 6 else 25
    return Prefix(space.version, space.network + (index << ((128 if space.version == 6 else 32) - length)), length)


def _nic(
    draw: st.DrawFn, subnet: Subnet, index: int, nsgs: list[ResourceId], asgs: list[ResourceId]
) -> NetworkInterface:
    """A NIC with an address in each range of its subnet, in some of the first two groups; the third stays empty."""
    name = f"{subnet.id.name}-nic-{index}"
    nic = arm_id("networkInterfaces", name)
    groups = tuple(draw(st.lists(st.sampled_from(asgs[:2]), max_size=2, unique=True)))
    public_ip = draw(st.sampled_from([None, None, None, *(ip.id for ip in public_addresses())]))
    configs = tuple(
        IpConfiguration(
            nic.child("ipConfigurations", f"ip{prefix.version}"),
            Address(prefix.version, prefix.network + 4 + index),
            subnet.id,
            public_ip=public_ip if prefix.version == 4 else None,
            asgs=groups,
            primary=prefix.version == 4,
        )
        for prefix in subnet.prefixes
        if isinstance(prefix, Prefix)
    )
    vm = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}-vm")
    return NetworkInterface(nic, "westeurope", configs, nsg=draw(st.sampled_from([*nsgs, *nsgs, None])), vm=vm)


def _with_second_address(draw: st.DrawFn, nic: NetworkInterface, asgs: list[ResourceId]) -> NetworkInterface:
    """Now and then a NIC has a second IPv4 address, in groups of its own."""
    if not draw(st.sampled_from([0, 0, 1])):
        return nic
    first = nic.ip_configurations[0]
    assert isinstance(first.private_ip, Address)
    groups = tuple(draw(st.lists(st.sampled_from(asgs[:2]), max_size=1)))
    address = Address(4, first.private_ip.value + 60)
    second = IpConfiguration(nic.id.child("ipConfigurations", "second"), address, first.subnet, asgs=groups)
    return replace(nic, ip_configurations=(*nic.ip_configurations, second))


def _sharing_machines(draw: st.DrawFn, nics: list[NetworkInterface]) -> list[NetworkInterface]:
    """Now and then a NIC is a second one of the machine before it, in the same network as Azure wants it."""
    found: list[NetworkInterface] = []
    for nic in nics:
        before = found[-1] if found else None
        if before and before.primary and _vnet_of(before) == _vnet_of(nic) and draw(st.sampled_from([0, 0, 1])):
            nic = replace(nic, vm=before.vm, primary=False)
        found.append(nic)
    return found


def _vnet_of(nic: NetworkInterface) -> ResourceId:
    subnet = nic.ip_configurations[0].subnet
    assert isinstance(subnet, ResourceId)
    return subnet.parent


def _machines(nics: Sequence[NetworkInterface]) -> list[VirtualMachine]:
    """The machines that the NICs are attached to, each with its NICs, the primary one first."""
    held: dict[ResourceId, list[ResourceId]] = {}
    for nic in nics:
        if isinstance(nic.vm, ResourceId):
            held.setdefault(nic.vm, []).append(nic.id)
    return [VirtualMachine(vm, "westeurope", tuple(own)) for vm, own in held.items()]


def _outside(draw: st.DrawFn, vnets: list[VirtualNetwork]) -> list[Peering]:
    """Now and then a peer that the input does not hold, with the ranges this side last saw of it."""
    if not draw(st.sampled_from([0, 0, 0, 1])):
        return []
    vnet = draw(st.sampled_from(vnets))
    remote = "/subscriptions/elsewhere/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/afar"
    ranges = tuple(
        parse_prefix(text) for text in draw(st.sampled_from([("10.8.0.0/16",), ("10.8.0.0/16", "8.8.8.0/25")]))
    )
    return [
        Peering(
            vnet.id.child("virtualNetworkPeerings", "to-afar"),
            Unresolved("virtual network afar is not in the input", remote),
            state=draw(st.sampled_from(_STATES)),
            allow_virtual_network_access=draw(st.sampled_from([True, True, False])),
            use_remote_gateways=False,
            remote_prefixes=ranges,
        )
    ]


_SERVICES_BESIDE = (
    "Microsoft.Sql/managedInstances",
    "Microsoft.Databricks/workspaces",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Web/sites",
)


def _beside(draw: st.DrawFn, vnets: list[VirtualNetwork], subnets: list[Subnet]) -> list[OtherResource]:
    """Now and then a service that netwatch does not evaluate, in a subnet or in a network."""
    kind = draw(st.sampled_from([*6 * [""], *_SERVICES_BESIDE]))
    if not kind:
        return []
    place = draw(st.sampled_from([*(subnet.id for subnet in subnets), *(vnet.id for vnet in vnets[:1])]))
    return [OtherResource(ResourceId(f"{GROUP}/providers/{kind}/service"), kind, "westeurope", (place,))]


def _peerings(draw: st.DrawFn, vnets: list[VirtualNetwork], subnets: list[Subnet]) -> list[Peering]:
    """For each pair of VNets both sides, one or none; a VNet uses one gateway of another at most, as in Azure.

    Some are of a few subnets only, or of IPv6 only; the other side need not name the same ones.
    """
    names = {vnet.id: [each.id.name for each in subnets if each.vnet == vnet.id] for vnet in vnets}
    pairs = [(a, b) for a in vnets for b in vnets if a is not b and draw(st.sampled_from([True, True, True, False]))]
    uses = {a.id: draw(st.sampled_from([None, vnets[0].id, *(b.id for b in vnets if b is not a)])) for a in vnets}
    return [
        Peering(
            a.id.child("virtualNetworkPeerings", f"to-{b.id.name}"),
            b.id,
            state=draw(st.sampled_from(_STATES)),
            allow_virtual_network_access=draw(st.sampled_from([True, True, False])),
            allow_forwarded_traffic=draw(st.booleans()),
            allow_gateway_transit=draw(st.booleans()),
            use_remote_gateways=uses[a.id] == b.id,
            complete=draw(st.sampled_from([True, True, False])),
            local_subnets=tuple(draw(st.lists(st.sampled_from(names[a.id]), unique=True))),
            remote_subnets=tuple(draw(st.lists(st.sampled_from(names[b.id]), unique=True))),
            only_ipv6=draw(st.sampled_from([False, False, False, True])),
        )
        for a, b in pairs
    ]


def _route_table(draw: st.DrawFn, name: str, known: list[Prefix]) -> RouteTable:
    """One to six routes; Azure lets a prefix stand once in a table."""
    table = arm_id("routeTables", name)
    tags = [ServiceTag(tag) for tag in TAGS]
    choices: list[Prefix | ServiceTag] = [*known, *tags, *tags]
    prefixes = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=6, unique=True))
    routes = tuple(_route(draw, table, number, prefix) for number, prefix in enumerate(prefixes))
    return RouteTable(table, "westeurope", routes, propagate_gateway_routes=draw(st.sampled_from([True, True, False])))


def _route(draw: st.DrawFn, table: ResourceId, number: int, prefix: Prefix | ServiceTag) -> UserRoute:
    appliance = NextHopType.VIRTUAL_APPLIANCE
    others = [NextHopType.NONE, NextHopType.INTERNET, NextHopType.VNET_LOCAL, NextHopType.VIRTUAL_NETWORK_GATEWAY]
    hop = draw(st.sampled_from([*[appliance] * 3, NextHopType.VIRTUAL_APPLIANCE_ECMP, *others]))
    version = prefix.version if isinstance(prefix, Prefix) else 4
    hops = st.sampled_from([ip for ip in map(parse_address, HOPS) if ip.version == version])
    ip = draw(hops) if hop.is_appliance else None
    more = (draw(hops),) if hop is NextHopType.VIRTUAL_APPLIANCE_ECMP else ()
    name = f"route-{number}"
    return UserRoute(table.child("routes", name), name, prefix, hop, ip, other_hop_ips=more)


def with_rules(topology: Topology, nsg: ResourceId, rules: tuple[SecurityRule, ...]) -> Topology:
    """The same network, but for the rules of one group."""
    group = replace(topology.nsgs[nsg.key], rules=rules)
    return replace(topology, nsgs={**topology.nsgs, nsg.key: group})
