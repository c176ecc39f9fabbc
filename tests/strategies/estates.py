"""Estates whose paths are long: a hub and spokes, with appliances, firewalls, balancers and gateways on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from netwatch.model.addresses import Address, PortRange, Prefix, parse_address, parse_prefix
from netwatch.model.endpoints import NatGateway
from netwatch.model.facts import Facts, ListeningPort
from netwatch.model.firewalls import Firewall
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import LoadBalancer
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    OtherResource,
    Peering,
    PublicIpAddress,
    ServiceEndpoint,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import ServiceTag
from netwatch.model.semantics import SWITCHES, Semantics
from netwatch.model.topology import Topology
from tests.strategies.boxes import balancers_of, firewall_of
from tests.strategies.managers import Managed, managed
from tests.strategies.pools import GROUP, LEARNED, SERVICES, arm_id
from tests.strategies.rules import security_rules
from tests.strategies.services import Sites, endpoints, sites

__all__ = ["estates"]

_T = TypeVar("_T")
_LIKELY, _HALF, _THIRD, _RARE = (
    (True, True, True, False),
    (True, False),
    (False, False, True),
    (False, False, False, True),
)
_BY_THE_HUB = (parse_prefix("10.0.0.0/8"), parse_prefix("0.0.0.0/0"))


@dataclass
class _Parts:
    """What has been drawn so far; ``theme`` is what everything is sent to, empty for nothing in particular."""

    theme: str = ""
    vnets: list[VirtualNetwork] = field(default_factory=list)
    subnets: list[Subnet] = field(default_factory=list)
    nics: list[NetworkInterface] = field(default_factory=list)
    public_ips: list[PublicIpAddress] = field(default_factory=list)
    first_hop: Address | None = None

    def public_ip(self, sku: str) -> ResourceId:
        """A new public address."""
        number = len(self.public_ips) + 1
        ip = PublicIpAddress(arm_id("publicIPAddresses", f"pip-{number}"), "westeurope", _at(f"20.8.1.{number}"), sku)
        self.public_ips.append(ip)
        return ip.id


def _at(text: str) -> Address:
    return parse_address(text)


@st.composite
def estates(draw: st.DrawFn, themes: Sequence[str] = ("", "firewall", "balancer")) -> Topology:
    """Two to four networks, the first one the hub; everything a path may cross, in most of its states.

    Some have a theme: spokes send everything to the firewall, or to one balancer; little else goes wrong then.
    """
    parts = _Parts(draw(st.sampled_from(themes)))
    asgs = [arm_id("applicationSecurityGroups", f"asg-{number}") for number in range(2)]
    nsgs = [arm_id("networkSecurityGroups", f"nsg-{number}") for number in range(draw(st.integers(0, 2)))]
    groups = [NetworkSecurityGroup(nsg, "westeurope", draw(security_rules(nsg, asgs=asgs, max_size=4))) for nsg in nsgs]
    _networks(draw, parts, nsgs)
    natted = NatGateway(arm_id("natGateways", "nat"), "westeurope", (parts.public_ip("Standard"),))
    entries = [subnet for subnet in parts.subnets if subnet.id.name == "GatewaySubnet"]
    inner = [subnet for subnet in parts.subnets if subnet.id.name in ("web", "data", "nva")]
    for subnet in inner:
        _machines(draw, parts, subnet, nsgs, asgs)
    kept = [subnet for subnet in parts.subnets if subnet.id.name == "AzureFirewallSubnet"]
    walls = firewall_of(draw, kept, parts.public_ip, is_sure=parts.theme == "firewall")
    balancers = balancers_of(draw, inner, parts.nics, parts.public_ip, is_sure=parts.theme == "balancer")
    homes = [subnet for subnet in inner if subnet.id.name == "data"]
    private_endpoints, endpoint_nics = endpoints(draw, homes) if homes else ([], [])
    site = sites(draw, entries)
    gateways = _gateways(draw, site)
    hops = _hops(parts, walls, balancers)
    if parts.theme:
        first = walls[0].private_ip if parts.theme == "firewall" else balancers[0].frontends[0].private_ip
        parts.first_hop = first if isinstance(first, Address) else None
    tables = [_route_table(draw, f"rt-{number}", parts, hops) for number in range(3)]
    above = managed(draw, parts.vnets, parts.subnets) if draw(st.sampled_from(_THIRD)) else Managed()
    vms = [VirtualMachine(nic.vm, "westeurope", (nic.id,)) for nic in parts.nics if isinstance(nic.vm, ResourceId)]
    return Topology(
        source="a test",
        vnets=_by_key(parts.vnets),
        subnets=_by_key(parts.subnets),
        peerings=_by_key(_peerings(draw, parts)),
        nsgs=_by_key(groups),
        asgs=_by_key(ApplicationSecurityGroup(asg, "westeurope") for asg in asgs),
        route_tables=_by_key(tables),
        nics=_by_key([*parts.nics, *endpoint_nics]),
        vms=_by_key(vms),
        public_ips=_by_key([*parts.public_ips, *site.public_ips]),
        nat_gateways=_by_key([natted]),
        gateways=_by_key(gateways),
        local_network_gateways=_by_key(site.locals),
        connections=_by_key(site.connections),
        private_endpoints=_by_key(private_endpoints),
        load_balancers=_by_key(balancers),
        firewalls=_by_key(walls),
        network_managers=_by_key(above.managers),
        network_groups=_by_key(above.groups),
        security_admin_configurations=_by_key(above.security),
        admin_rule_collections=_by_key(above.collections),
        connectivity_configurations=_by_key(above.connectivity),
        facts=_facts(draw, vms, site.advertised, above),
        others=_by_key(_beside(draw, inner)),
        semantics=_semantics(draw),
    )


def _by_key(resources: Iterable[_T]) -> dict[str, _T]:
    return {resource.id.key: resource for resource in resources}  # type: ignore[attr-defined]


def _semantics(draw: st.DrawFn) -> Semantics:
    if draw(st.sampled_from(_LIKELY)):
        return Semantics()
    return Semantics(*(draw(st.sampled_from(switch.readings)) for switch in SWITCHES.values()))


# --- networks ---------------------------------------------------------------------------------------------------------


def _networks(draw: st.DrawFn, parts: _Parts, nsgs: list[ResourceId]) -> None:
    """The hub with subnets for appliances, a firewall and a gateway; spokes with machines and private endpoints.

    The fourth network has the range of the second half of the time, and then no peering.
    """
    for number in range(draw(st.sampled_from([3, 3, 2, 4]))):
        is_dual = draw(st.sampled_from(_RARE))
        is_copy = number == 3 and draw(st.sampled_from(_HALF))
        space = [
            parse_prefix(f"10.{1 if is_copy else number}.0.0/16"),
            *([parse_prefix(f"fd00:{number}::/48")] if is_dual else []),
        ]
        location = draw(st.sampled_from(["westeurope", "westeurope", "northeurope"]))
        vnet = VirtualNetwork(arm_id("virtualNetworks", f"vnet-{number}"), location, tuple(space))
        parts.vnets.append(vnet)
        names = ["nva", "AzureFirewallSubnet", "GatewaySubnet", "web"] if number == 0 else ["web"]
        more = (("data", _HALF), ("GatewaySubnet", _HALF)) if number else ()
        names += [name for name, chance in more if draw(st.sampled_from(chance))]
        for index, name in enumerate(names):
            parts.subnets.append(_subnet(draw, vnet, index, name, nsgs))


def _subnet(draw: st.DrawFn, vnet: VirtualNetwork, index: int, name: str, nsgs: list[ResourceId]) -> Subnet:
    """The gateway's subnet has a table now and then, and no group; machines mostly have the first table."""
    prefixes = tuple(_slice(space, index) for space in vnet.address_space if isinstance(space, Prefix))
    first, *others = (arm_id("routeTables", f"rt-{number}") for number in range(3))
    tables = [None, *others] if name != "web" else [None, *others, first, first, first]
    is_gateway = name == "GatewaySubnet"
    service = draw(st.sampled_from([*4 * [""], *SERVICES]))
    return Subnet(
        vnet.id.child("subnets", name),
        prefixes,
        nsg=None if is_gateway or name == "AzureFirewallSubnet" else draw(st.sampled_from([None, None, *nsgs])),
        route_table=draw(st.sampled_from([*tables, None, None] if is_gateway else tables)),
        nat_gateway=None if is_gateway else draw(st.sampled_from([None, None, None, arm_id("natGateways", "nat")])),
        service_endpoints=(ServiceEndpoint(service),) if service else (),
        private_endpoint_network_policies=draw(st.sampled_from(["Disabled", "Enabled", "RouteTableEnabled"])),
        default_outbound_access=draw(st.sampled_from(_LIKELY)),
    )


def _slice(space: Prefix, index: int) -> Prefix:
    length = 64 if space.version == 6 else 24
    return Prefix(space.version, space.network + (index << ((128 if space.version == 6 else 32) - length)), length)


def _machines(draw: st.DrawFn, parts: _Parts, subnet: Subnet, nsgs: list[ResourceId], asgs: list[ResourceId]) -> None:
    """One or two in a subnet; appliances forward, and other machines now and then."""
    for index in range(draw(st.integers(1, 2))):
        name = f"{subnet.vnet.name}-{subnet.id.name}-{index}"
        nic = arm_id("networkInterfaces", name)
        bears = [None, None, None, None, *(["Standard", "Basic"] if subnet.id.name == "web" else ["Standard"])]
        sku = draw(st.sampled_from(bears))
        public_ip = parts.public_ip(sku) if sku else None
        member = tuple(draw(st.lists(st.sampled_from(asgs), max_size=1)))
        configs = tuple(
            IpConfiguration(
                nic.child("ipConfigurations", f"ip{prefix.version}"),
                Address(prefix.version, prefix.network + 4 + index),
                subnet.id,
                public_ip=public_ip if prefix.version == 4 else None,
                asgs=member,
                primary=prefix.version == 4,
            )
            for prefix in subnet.prefixes
            if isinstance(prefix, Prefix)
        )
        nsg = draw(st.sampled_from([None, None, *nsgs]))
        forwards = draw(st.sampled_from(_LIKELY if subnet.id.name == "nva" else _HALF))
        vm = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}-vm")
        parts.nics.append(NetworkInterface(nic, "westeurope", configs, nsg=nsg, vm=vm, ip_forwarding=forwards))


def _peerings(draw: st.DrawFn, parts: _Parts) -> list[Peering]:
    """Both sides between the hub and each spoke, and now and then between two spokes; never where ranges overlap.

    A network with a gateway of its own is peered half of the time: a tunnel may lead to it instead.
    """
    hub, *spokes = parts.vnets
    spokes = [each for each in spokes if each is spokes[0] or each.address_space[0] != spokes[0].address_space[0]]
    entered = {subnet.vnet for subnet in parts.subnets if subnet.id.name == "GatewaySubnet"}
    spokes = [each for each in spokes if each.id not in entered or draw(st.sampled_from(_HALF))]
    names = {vnet.id: tuple(s.id.name for s in parts.subnets if s.vnet == vnet.id) for vnet in parts.vnets}
    pairs = [(one, other) for spoke in spokes for one, other in ((hub, spoke), (spoke, hub))]
    pairs += [(a, b) for a in spokes for b in spokes if a is not b and draw(st.sampled_from(_RARE))]
    return [
        Peering(
            a.id.child("virtualNetworkPeerings", f"to-{b.id.name}"),
            b.id,
            state=draw(st.sampled_from([*8 * ["Connected"], "", "Disconnected" if not parts.theme else "Connected"])),
            allow_virtual_network_access=draw(st.sampled_from(_LIKELY)),
            allow_forwarded_traffic=draw(st.sampled_from([True, True, False])),
            allow_gateway_transit=a is hub and draw(st.sampled_from(_LIKELY)),
            use_remote_gateways=b is hub and draw(st.sampled_from(_LIKELY)),
            complete=bool(parts.theme) or draw(st.sampled_from(_LIKELY)),
            local_subnets=("web",),
            remote_subnets=draw(st.sampled_from([("web",), names[b.id]])),
        )
        for a, b in pairs
    ]


# --- routes and facts -------------------------------------------------------------------------------------------------


def _gateways(draw: st.DrawFn, site: Sites) -> list[VirtualNetworkGateway]:
    """One of a VPN most of the time, else of ExpressRoute; and beside the hub's now and then a second one."""
    kinds = st.sampled_from(["Vpn", "Vpn", "Vpn", "ExpressRoute"])
    found = [replace(gateway, gateway_type=draw(kinds)) for gateway in site.gateways]
    if draw(st.sampled_from(_HALF)):
        id = arm_id("virtualNetworkGateways", "er")
        found.append(replace(found[0], id=id, gateway_type="ExpressRoute", public_ips=(), client_prefixes=()))
        prefixes = st.lists(
            st.sampled_from([parse_prefix(text) for text in LEARNED]), min_size=2, max_size=6, unique=True
        )
        site.advertised[id.key] = tuple(draw(prefixes))
    return found


def _hops(parts: _Parts, walls: Sequence[Firewall], balancers: Sequence[LoadBalancer]) -> list[Address]:
    """What a route may lead to: machines, and more often firewalls and the inner addresses of balancers."""
    found = [config.private_ip for nic in parts.nics for config in nic.ip_configurations]
    found += 6 * [wall.private_ip for wall in walls]
    found += 2 * [each.private_ip for balancer in balancers for each in balancer.frontends]
    return [each for each in found if isinstance(each, Address)]


def _route_table(draw: st.DrawFn, name: str, parts: _Parts, hops: Sequence[Address]) -> RouteTable:
    """Up to four routes, mostly to what stands on a path, for what paths lead to.

    The first table sends, most of the time, what is for other networks to something in the hub.
    """
    table = arm_id("routeTables", name)
    every: list[Any] = [parse_prefix("0.0.0.0/0")] * 4
    every += [space for vnet in parts.vnets for space in vnet.address_space] * 2
    every += [prefix for subnet in parts.subnets for prefix in subnet.prefixes]
    every += [parse_prefix(text) for text in ("10.0.0.0/8", "10.3.0.4/32", "8.8.8.0/24", "::/0", *LEARNED[-6:])]
    every += [ServiceTag("Storage"), ServiceTag("Sql.WestEurope")]
    prefixes = draw(st.lists(st.sampled_from(every), max_size=4, unique=True))
    if name == "rt-0" and parts.first_hop is not None:
        hub = draw(st.sampled_from([[], [], list(parts.vnets[0].address_space[:1])]))
        return RouteTable(table, "westeurope", _all_by(table, [*_BY_THE_HUB, *hub], parts.first_hop))
    if name == "rt-0" and draw(st.sampled_from(_LIKELY)):
        prefixes = [*_BY_THE_HUB, *(each for each in prefixes if each not in _BY_THE_HUB)]
    routes = tuple(_route(draw, table.child("routes", f"r{at}"), prefix, hops) for at, prefix in enumerate(prefixes))
    return RouteTable(table, "westeurope", routes, propagate_gateway_routes=draw(st.sampled_from(_LIKELY)))


def _all_by(table: ResourceId, prefixes: Sequence[Any], hop: Address) -> tuple[UserRoute, ...]:
    via = NextHopType.VIRTUAL_APPLIANCE
    ids = [table.child("routes", f"r{at}") for at in range(len(prefixes))]
    return tuple(UserRoute(id, id.name, prefix, via, hop) for id, prefix in zip(ids, prefixes, strict=True))


def _route(draw: st.DrawFn, id: ResourceId, prefix: Any, hops: Sequence[Address]) -> UserRoute:
    version = prefix.version if isinstance(prefix, Prefix) else 4
    able = [each for each in hops if each.version == version] or [_at("10.200.0.4")]
    others = [NextHopType.NONE, NextHopType.INTERNET, NextHopType.VNET_LOCAL, NextHopType.VIRTUAL_NETWORK_GATEWAY]
    hop = draw(st.sampled_from([*8 * [NextHopType.VIRTUAL_APPLIANCE], NextHopType.VIRTUAL_APPLIANCE_ECMP, *others]))
    in_hub = [each for each in able if each.value >> 16 == 0x0A00] or able
    ip = draw(st.sampled_from(in_hub if prefix in _BY_THE_HUB else able)) if hop.is_appliance else None
    more = (draw(st.sampled_from(able)),) if hop is NextHopType.VIRTUAL_APPLIANCE_ECMP else ()
    return UserRoute(id, id.name, prefix, hop, ip, other_hop_ips=more)


def _facts(
    draw: st.DrawFn, vms: list[VirtualMachine], advertised: dict[str, tuple[Prefix, ...]], above: Managed
) -> Facts:
    """Most machines run, listen and forward, as far as anything is declared."""
    keys = [vm.id.key for vm in vms]
    down = {key: draw(st.sampled_from(["stopped", "deallocated"])) for key in keys if draw(st.integers(0, 7)) == 7}
    some = (ListeningPort(draw(st.sampled_from([Protocol.TCP, Protocol.ANY])), PortRange(80, 443)),)
    listening = {key: some for key in keys if draw(st.sampled_from(_HALF))}
    forwarding = frozenset(key for key in keys if draw(st.sampled_from(_LIKELY)))
    known = {key: found for key, found in advertised.items() if draw(st.sampled_from(_HALF))}
    return Facts(
        power_state=down,
        listening_ports=listening,
        dns={"files.contoso.com": _at("20.60.26.7"), "web.example.org": _at("10.1.0.4")},
        guest_ip_forwarding=forwarding if draw(st.sampled_from(_HALF)) else None,
        gateway_learned_routes=known,
        network_manager_deployments=tuple(above.deployments),
    )


def _beside(draw: st.DrawFn, subnets: Sequence[Subnet]) -> list[OtherResource]:
    """Now and then something that is not modelled, which may have an address or has none."""
    if draw(st.integers(0, 7)) < 7:
        return []
    kind = draw(st.sampled_from(["Microsoft.Network/applicationGateways", "Microsoft.Storage/storageAccounts"]))
    place = draw(st.sampled_from(subnets)).id
    return [OtherResource(ResourceId(f"{GROUP}/providers/{kind}/s"), kind, "westeurope", (place,))]
