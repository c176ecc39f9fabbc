"""Small networks for tests, written in a few words instead of ARM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

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
    Reference,
    ServiceEndpoint,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Net", "Nic", "Peer", "Route", "arm_id", "network"]

_GROUP = "/subscriptions/s/resourceGroups/rg/providers"
_T = TypeVar("_T")


def arm_id(kind: str, name: str) -> ResourceId:
    """``arm_id("virtualNetworks/subnets", "v/web")``: an id in the test resource group."""
    provider = "Microsoft.Compute" if kind == "virtualMachines" else "Microsoft.Network"
    parts = [part for pair in zip(kind.split("/"), name.split("/"), strict=True) for part in pair]
    return ResourceId(f"{_GROUP}/{provider}/{'/'.join(parts)}")


class Net(NamedTuple):
    """A subnet: its prefixes, and what is bound to it by name."""

    prefixes: str
    nsg: str | Unresolved = ""
    table: str | Unresolved = ""
    service_endpoints: tuple[ServiceEndpoint, ...] = ()


class Nic(NamedTuple):
    """The NIC of a machine: ``address`` may hold several, one of each family, separated by spaces."""

    subnet: str
    address: str | Unresolved
    nsg: str | Unresolved = ""
    asgs: str = ""
    vm: str = ""
    primary: bool = True
    ip_forwarding: bool = False


class Peer(NamedTuple):
    """One side of a peering between two VNets; with ``local`` subnets it is of these and those ``beyond`` only."""

    remote: str
    state: str = "Connected"
    access: bool = True
    forwarded: bool = False
    transit: bool = False
    remote_gateways: bool = False
    local: tuple[str | Unresolved, ...] | None = None
    beyond: tuple[str | Unresolved, ...] = ()
    only_ipv6: bool = False


class Route(NamedTuple):
    """A user-defined route; a prefix that does not begin with a digit is a service tag."""

    prefix: str | Unresolved
    kind: NextHopType | Unresolved
    ip: str = ""


def network(
    *,
    vnets: Mapping[str, str],
    subnets: Mapping[str, Net],
    nics: Mapping[str, Nic] | None = None,
    nsgs: Mapping[str, Sequence[SecurityRule]] | None = None,
    tables: Mapping[str, Sequence[Route]] | None = None,
    peerings: Mapping[str, Sequence[Peer]] | None = None,
    asgs: str = "",
    gateways: Mapping[str, str] | None = None,
    others: Sequence[OtherResource] = (),
    locations: Mapping[str, str] | None = None,
    facts: Facts | None = None,
) -> Topology:
    """A topology. A NIC called ``web-0-nic`` belongs to machine ``web-0`` unless it names another."""
    cards = [_nic(name, nic) for name, nic in (nics or {}).items()]
    return Topology(
        source="test",
        vnets=_by_id([_vnet(name, space, locations or {}) for name, space in vnets.items()]),
        subnets=_by_id([_subnet(name, net) for name, net in subnets.items()]),
        peerings=_by_id([_peering(vnet, peer) for vnet, peers in (peerings or {}).items() for peer in peers]),
        nsgs=_by_id([_nsg(name, rules) for name, rules in (nsgs or {}).items()]),
        asgs=_by_id(
            [ApplicationSecurityGroup(arm_id("applicationSecurityGroups", name), "westeurope") for name in asgs.split()]
        ),
        route_tables=_by_id([_table(name, routes) for name, routes in (tables or {}).items()]),
        nics=_by_id(cards),
        vms=_by_id(_machines(cards)),
        gateways=_by_id([_gateway(name, subnet) for name, subnet in (gateways or {}).items()]),
        others=_by_id(list(others)),
        facts=facts or Facts(),
    )


def _by_id(resources: Sequence[_T]) -> dict[str, _T]:
    return {resource.id.key: resource for resource in resources}  # type: ignore[attr-defined]


def _prefixes(text: str) -> tuple[Prefix, ...]:
    return tuple(parse_prefix(part) for part in text.split())


def _ref(kind: str, name: str | Unresolved) -> Reference:
    if isinstance(name, Unresolved):
        return name
    return arm_id(kind, name) if name else None


def _vnet(name: str, space: str, locations: Mapping[str, str]) -> VirtualNetwork:
    return VirtualNetwork(arm_id("virtualNetworks", name), locations.get(name, "westeurope"), _prefixes(space))


def _subnet(name: str, net: Net) -> Subnet:
    return Subnet(
        arm_id("virtualNetworks/subnets", name),
        _prefixes(net.prefixes),
        nsg=_ref("networkSecurityGroups", net.nsg),
        route_table=_ref("routeTables", net.table),
        service_endpoints=net.service_endpoints,
    )


def _peering(vnet: str, peer: Peer) -> Peering:
    return Peering(
        arm_id("virtualNetworks/virtualNetworkPeerings", f"{vnet}/to-{peer.remote}"),
        arm_id("virtualNetworks", peer.remote),
        state=peer.state,
        allow_virtual_network_access=peer.access,
        allow_forwarded_traffic=peer.forwarded,
        allow_gateway_transit=peer.transit,
        use_remote_gateways=peer.remote_gateways,
        complete=peer.local is None,
        local_subnets=peer.local or (),
        remote_subnets=peer.beyond,
        only_ipv6=peer.only_ipv6,
    )


def _nsg(name: str, rules: Sequence[SecurityRule]) -> NetworkSecurityGroup:
    return NetworkSecurityGroup(arm_id("networkSecurityGroups", name), "westeurope", tuple(rules))


def _table(name: str, routes: Sequence[Route]) -> RouteTable:
    table = arm_id("routeTables", name)
    return RouteTable(table, "westeurope", tuple(_route(table, i, route) for i, route in enumerate(routes)))


def _route(table: ResourceId, index: int, route: Route) -> UserRoute:
    prefix: Prefix | ServiceTag | Unresolved
    if isinstance(route.prefix, Unresolved):
        prefix = route.prefix
    else:
        prefix = (
            parse_prefix(route.prefix) if route.prefix[0].isdigit() or ":" in route.prefix else ServiceTag(route.prefix)
        )
    ip = parse_address(route.ip) if route.ip else None
    return UserRoute(table.child("routes", f"r{index}"), f"r{index}", prefix, route.kind, ip)


def _nic(name: str, nic: Nic) -> NetworkInterface:
    addresses: list[Address | Unresolved]
    if isinstance(nic.address, Unresolved):
        addresses = [nic.address]
    else:
        addresses = [parse_address(text) for text in nic.address.split()]
    id = arm_id("networkInterfaces", name)
    configs = tuple(
        IpConfiguration(
            id.child("ipConfigurations", f"ipconfig{i + 1}"),
            address,
            arm_id("virtualNetworks/subnets", nic.subnet),
            asgs=tuple(arm_id("applicationSecurityGroups", asg) for asg in nic.asgs.split()),
            primary=i == 0,
        )
        for i, address in enumerate(addresses)
    )
    vm = arm_id("virtualMachines", nic.vm or name.removesuffix("-nic"))
    return NetworkInterface(
        id,
        "westeurope",
        configs,
        nsg=_ref("networkSecurityGroups", nic.nsg),
        vm=vm,
        primary=nic.primary,
        ip_forwarding=nic.ip_forwarding,
    )


def _machines(nics: Sequence[NetworkInterface]) -> list[VirtualMachine]:
    owned: dict[ResourceId, list[ResourceId | Unresolved]] = {}
    for nic in sorted(nics, key=lambda nic: not nic.primary):
        assert isinstance(nic.vm, ResourceId)
        owned.setdefault(nic.vm, []).append(nic.id)
    return [VirtualMachine(vm, "westeurope", tuple(ids)) for vm, ids in owned.items()]


def _gateway(name: str, subnet: str) -> VirtualNetworkGateway:
    return VirtualNetworkGateway(
        arm_id("virtualNetworkGateways", name), "westeurope", subnets=(arm_id("virtualNetworks/subnets", subnet),)
    )
