"""The resources of a network. References are ids of resources the topology holds, or Unresolved, or None for "none"."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "ApplicationSecurityGroup",
    "IpConfiguration",
    "NetworkInterface",
    "NetworkSecurityGroup",
    "OtherResource",
    "Peering",
    "PublicIpAddress",
    "Reference",
    "ServiceEndpoint",
    "Subnet",
    "VirtualMachine",
    "VirtualNetwork",
    "VirtualNetworkGateway",
]

Reference = ResourceId | Unresolved | None


@dataclass(frozen=True, slots=True)
class VirtualNetwork:
    """A virtual network; its subnets and peerings stand in the topology under ids that begin with this one's.

    ``flow_timeout_minutes`` is ARM's flowTimeoutInMinutes, 4 to 30; 0 where it is not set.
    """

    id: ResourceId
    location: str
    address_space: tuple[Prefix | Unresolved, ...]
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    flow_timeout_minutes: int = 0


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """A service endpoint of a subnet: ``service`` such as ``Microsoft.Storage``; no ``locations`` means every one."""

    service: str
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet. ``private_endpoint_network_policies`` is ARM's word, empty where the input has none.

    ``delegations`` are the services it is handed to, such as ``Microsoft.Sql/managedInstances``.
    ``default_outbound_access`` is False for a private subnet, which gives no address of Azure's own choice.
    """

    id: ResourceId
    prefixes: tuple[Prefix | Unresolved, ...]
    nsg: Reference = None
    route_table: Reference = None
    nat_gateway: Reference = None
    service_endpoints: tuple[ServiceEndpoint, ...] = ()
    private_endpoint_network_policies: str = ""
    delegations: tuple[str, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    default_outbound_access: bool = True

    @property
    def vnet(self) -> ResourceId:
        return self.id.parent


@dataclass(frozen=True, slots=True)
class Peering:
    """One side of a virtual network peering. ``state`` is ARM's: Initiated, Connected, Disconnected; empty: not said.

    ``remote_prefixes`` is the peer's address space as this side last saw it, for peers the input does not hold.
    Where it is not ``complete``, only the named subnets of each side are peered. ``only_ipv6``: IPv4 is not.
    """

    id: ResourceId
    remote_vnet: ResourceId | Unresolved
    state: str = ""
    allow_virtual_network_access: bool = True
    allow_forwarded_traffic: bool = False
    allow_gateway_transit: bool = False
    use_remote_gateways: bool = False
    remote_prefixes: tuple[Prefix | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    complete: bool = True
    local_subnets: tuple[str | Unresolved, ...] = ()
    remote_subnets: tuple[str | Unresolved, ...] = ()
    only_ipv6: bool = False

    @property
    def vnet(self) -> ResourceId:
        return self.id.parent


@dataclass(frozen=True, slots=True)
class NetworkSecurityGroup:
    """A network security group with its own rules in the order of the input; default rules are not among them.

    ``flush_connection``: changed rules count for flows under way too, not only for new ones.
    """

    id: ResourceId
    location: str
    rules: tuple[SecurityRule, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    flush_connection: bool = False


@dataclass(frozen=True, slots=True)
class IpConfiguration:
    """One address of a NIC. ``assumed`` marks a dynamic address that netwatch worked out instead of reading it."""

    id: ResourceId
    private_ip: Address | Unresolved | None
    subnet: Reference
    public_ip: Reference = None
    asgs: tuple[ResourceId | Unresolved, ...] = ()
    primary: bool = False
    assumed: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """A NIC. ``vm`` is the machine it is attached to, ``primary`` whether it is that machine's primary NIC.

    ``default_outbound`` is what an export says of it: whether Azure has given it an address of its own choice.
    """

    id: ResourceId
    location: str
    ip_configurations: tuple[IpConfiguration, ...]
    nsg: Reference = None
    vm: Reference = None
    primary: bool = True
    ip_forwarding: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    default_outbound: bool | None = None


@dataclass(frozen=True, slots=True)
class VirtualMachine:
    """A virtual machine; ``nics`` in the order of the input, the primary one first.

    ``scale_set`` is the one of flexible orchestration that it belongs to.
    """

    id: ResourceId
    location: str
    nics: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    scale_set: Reference = None


@dataclass(frozen=True, slots=True)
class PublicIpAddress:
    """A public IP address; ``sku`` is ``Basic`` or ``Standard``, empty where the input does not say."""

    id: ResourceId
    location: str
    address: Address | Unresolved | None = None
    sku: str = ""
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class ApplicationSecurityGroup:
    """An application security group; its members are the ip configurations that name it."""

    id: ResourceId
    location: str
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class VirtualNetworkGateway:
    """A VPN or ExpressRoute gateway; ``subnets`` and ``public_ips`` are those of its ip configurations.

    ``client_prefixes``: the address pools that it gives point-to-site clients their addresses from.
    ``default_site``: the local network gateway that all traffic for the Internet is forced to.
    """

    id: ResourceId
    location: str
    gateway_type: str = "Vpn"
    subnets: tuple[ResourceId | Unresolved, ...] = ()
    public_ips: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    client_prefixes: tuple[Prefix | Unresolved, ...] = ()
    default_site: Reference = None


@dataclass(frozen=True, slots=True)
class OtherResource:
    """A resource that netwatch names but does not evaluate. ``type`` is its full ARM type.

    ``references`` are the ids found anywhere in its properties, so that an engine can tell whether it matters.
    """

    id: ResourceId
    type: str
    location: str
    references: tuple[ResourceId, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
