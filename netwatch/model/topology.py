"""``Topology``: every resource of one input, by id, with the facts declared beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, Union

from netwatch.model.addresses import Address
from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.input_notes import InputNotes
from netwatch.model.semantics import Semantics
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.model.endpoints import NatGateway, PrivateEndpoint
    from netwatch.model.firewalls import Firewall
    from netwatch.model.gateways import Connection, LocalNetworkGateway
    from netwatch.model.load_balancers import LoadBalancer
    from netwatch.model.network_manager import (
        AdminRuleCollection,
        ConnectivityConfiguration,
        NetworkGroup,
        NetworkManager,
        SecurityAdminConfiguration,
    )
    from netwatch.model.resources import (
        ApplicationSecurityGroup,
        IpConfiguration,
        NetworkInterface,
        NetworkSecurityGroup,
        OtherResource,
        Peering,
        PublicIpAddress,
        Subnet,
        VirtualMachine,
        VirtualNetwork,
        VirtualNetworkGateway,
    )
    from netwatch.model.routes import RouteTable
    from netwatch.model.virtual_hubs import HubConnection, HubGateway, VirtualHub, VirtualWan, VpnSite

__all__ = ["Resource", "Topology"]

Resource = Union[  # as text, so that a question imports only the nouns it meets
    "VirtualNetwork",
    "Subnet",
    "Peering",
    "NetworkSecurityGroup",
    "RouteTable",
    "NetworkInterface",
    "VirtualMachine",
    "PublicIpAddress",
    "ApplicationSecurityGroup",
    "VirtualNetworkGateway",
    "LocalNetworkGateway",
    "Connection",
    "PrivateEndpoint",
    "NatGateway",
    "LoadBalancer",
    "Firewall",
    "NetworkManager",
    "NetworkGroup",
    "SecurityAdminConfiguration",
    "AdminRuleCollection",
    "ConnectivityConfiguration",
    "VirtualWan",
    "VirtualHub",
    "HubGateway",
    "VpnSite",
    "OtherResource",
]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Topology:
    """The declared resources of one input, a value. Each mapping is ``ResourceId.key`` → resource, in input order.

    Readers have checked it: every id stands once, and every reference that can change an answer is held or Unresolved.
    ``service_tags`` is the file of the published list that the input names; empty: the one that ships with netwatch.
    ``notes`` say what its reader did that no resource shows.
    """

    source: str = ""
    vnets: Mapping[str, VirtualNetwork] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    peerings: Mapping[str, Peering] = field(default_factory=dict)
    nsgs: Mapping[str, NetworkSecurityGroup] = field(default_factory=dict)
    asgs: Mapping[str, ApplicationSecurityGroup] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable] = field(default_factory=dict)
    nics: Mapping[str, NetworkInterface] = field(default_factory=dict)
    vms: Mapping[str, VirtualMachine] = field(default_factory=dict)
    public_ips: Mapping[str, PublicIpAddress] = field(default_factory=dict)
    gateways: Mapping[str, VirtualNetworkGateway] = field(default_factory=dict)
    local_network_gateways: Mapping[str, LocalNetworkGateway] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    private_endpoints: Mapping[str, PrivateEndpoint] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    load_balancers: Mapping[str, LoadBalancer] = field(default_factory=dict)
    firewalls: Mapping[str, Firewall] = field(default_factory=dict)
    network_managers: Mapping[str, NetworkManager] = field(default_factory=dict)
    network_groups: Mapping[str, NetworkGroup] = field(default_factory=dict)
    security_admin_configurations: Mapping[str, SecurityAdminConfiguration] = field(default_factory=dict)
    admin_rule_collections: Mapping[str, AdminRuleCollection] = field(default_factory=dict)
    connectivity_configurations: Mapping[str, ConnectivityConfiguration] = field(default_factory=dict)
    virtual_wans: Mapping[str, VirtualWan] = field(default_factory=dict)
    virtual_hubs: Mapping[str, VirtualHub] = field(default_factory=dict)
    hub_gateways: Mapping[str, HubGateway] = field(default_factory=dict)
    vpn_sites: Mapping[str, VpnSite] = field(default_factory=dict)
    others: Mapping[str, OtherResource] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    semantics: Semantics = field(default_factory=Semantics)
    service_tags: str = ""
    notes: InputNotes = field(default=InputNotes(), compare=False)

    def resources(self) -> Iterator[Resource]:
        """Every resource, kind by kind, each kind in input order."""
        for each in fields(self):
            held = getattr(self, each.name)
            if isinstance(held, dict):
                yield from held.values()

    @cached_property
    def subnets_of(self) -> Mapping[str, tuple[Subnet, ...]]:
        """VNet key → its subnets."""
        return _grouped((subnet.vnet.key, subnet) for subnet in self.subnets.values())

    @cached_property
    def peerings_of(self) -> Mapping[str, tuple[Peering, ...]]:
        """VNet key → its side of its peerings."""
        return _grouped((peering.vnet.key, peering) for peering in self.peerings.values())

    @cached_property
    def peerings_between(self) -> Mapping[tuple[str, str], tuple[Peering, ...]]:
        """(VNet key, key of the VNet it is peered with) → the first one's side."""
        pairs = ((each, each.remote_vnet) for each in self.peerings.values())
        return _grouped(((each.vnet.key, far.key), each) for each, far in pairs if isinstance(far, ResourceId))

    @cached_property
    def groups_of(self) -> Mapping[str, tuple[ResourceId, ...]]:
        """Key of a VNet or subnet → the network groups it is a member of."""
        return _grouped(
            (member.key, group.id)
            for group in self.network_groups.values()
            for member in group.members
            if isinstance(member, ResourceId)
        )

    @cached_property
    def gateways_of(self) -> Mapping[str, tuple[VirtualNetworkGateway, ...]]:
        """VNet key → the gateways that stand in it."""
        pairs = {
            (subnet.parent.key, gateway.id.key): gateway
            for gateway in self.gateways.values()
            for subnet in gateway.subnets
            if isinstance(subnet, ResourceId)
        }
        return _grouped((vnet, gateway) for (vnet, _), gateway in pairs.items())

    @cached_property
    def nics_of(self) -> Mapping[str, tuple[NetworkInterface, ...]]:
        """VM key → its NICs, the primary one first."""
        grouped = _grouped((nic.vm.key, nic) for nic in self.nics.values() if isinstance(nic.vm, ResourceId))
        return {vm: tuple(sorted(nics, key=lambda nic: not nic.primary)) for vm, nics in grouped.items()}

    @cached_property
    def vms_called(self) -> Mapping[str, tuple[VirtualMachine, ...]]:
        """Name in lower case → the machines that are called so."""
        return _grouped((vm.id.name.lower(), vm) for vm in self.vms.values())

    @cached_property
    def nics_in(self) -> Mapping[str, tuple[NetworkInterface, ...]]:
        """Subnet key → the NICs with an address in it."""
        pairs = {
            (config.subnet.key, nic.id.key): nic
            for nic in self.nics.values()
            for config in nic.ip_configurations
            if isinstance(config.subnet, ResourceId)
        }
        return _grouped((subnet, nic) for (subnet, _), nic in pairs.items())

    @cached_property
    def nics_at(self) -> Mapping[Address, tuple[tuple[NetworkInterface, IpConfiguration], ...]]:
        """Address → the NICs that have it, in whatever networks, each with the configuration that says so."""
        pairs = ((nic, config) for nic in self.nics.values() for config in nic.ip_configurations)
        return _grouped((c.private_ip, (nic, c)) for nic, c in pairs if isinstance(c.private_ip, Address))

    @cached_property
    def balancers_of(self) -> Mapping[str, tuple[LoadBalancer, ...]]:
        """Key of an ip configuration → the load balancers that have it in a pool."""
        return _grouped((config.key, each) for each in self.load_balancers.values() for config in each.backends)

    @cached_property
    def hub_connections_of(self) -> Mapping[str, tuple[tuple[VirtualHub, HubConnection], ...]]:
        """VNet key → the hubs of virtual WANs it is connected to, each with the connection (Azure allows one)."""
        return _grouped(
            (connection.vnet.key, (hub, connection))
            for hub in self.virtual_hubs.values()
            for connection in hub.connections
            if isinstance(connection.vnet, ResourceId)
        )

    @cached_property
    def others_naming(self) -> Mapping[str, tuple[OtherResource, ...]]:
        """Key of any resource → those resources netwatch does not evaluate that name it."""
        return _grouped((named.key, other) for other in self.others.values() for named in other.references)

    def subnet_of(self, nic: NetworkInterface) -> Subnet | Unresolved | None:
        """The subnet of a NIC: all its ip configurations stand in one (Azure requires it)."""
        for config in nic.ip_configurations:
            if isinstance(config.subnet, Unresolved):
                return config.subnet
            if config.subnet is not None:
                return self.subnets[config.subnet.key]
        return None


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> Mapping[_Key, tuple[_Value, ...]]:
    groups: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
