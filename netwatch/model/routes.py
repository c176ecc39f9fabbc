"""Routes: those a route table holds (UserRoute) and those a NIC ends up with (EffectiveRoute)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.rules import ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = ["EffectiveRoute", "NextHopType", "RouteSource", "RouteState", "RouteTable", "UserRoute"]


class NextHopType(Enum):
    """Next hop types in the spelling of effective routes; next hop answers say VirtualNetwork for VnetLocal.

    No route has the type NatGateway: it is one reading of what next hop answers in a subnet that has one.
    """

    VNET_LOCAL = "VnetLocal"
    VNET_PEERING = "VNetPeering"
    VNET_GLOBAL_PEERING = "VNetGlobalPeering"
    CONNECTED_GROUP = "ConnectedGroup"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    VIRTUAL_APPLIANCE_ECMP = "VirtualApplianceEcmp"
    SERVICE_ENDPOINT = "VirtualNetworkServiceEndpoint"
    INTERFACE_ENDPOINT = "InterfaceEndpoint"
    INTERNET = "Internet"
    NAT_GATEWAY = "NatGateway"
    NONE = "None"

    @property
    def is_appliance(self) -> bool:
        """Whether packets are handed to an appliance: to one, or to one of several."""
        return self in (NextHopType.VIRTUAL_APPLIANCE, NextHopType.VIRTUAL_APPLIANCE_ECMP)


class RouteSource(Enum):
    """Who put a route there."""

    DEFAULT = "Default"
    USER = "User"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"


class RouteState(Enum):
    """Whether a route takes part (Active) or is overridden by another one of the same prefix (Invalid)."""

    ACTIVE = "Active"
    INVALID = "Invalid"


@dataclass(frozen=True, slots=True)
class UserRoute:
    """A route of a route table. ``next_hop_ip`` is set where packets are handed to an appliance.

    A route of type VirtualApplianceEcmp spreads flows over several: the first is ``next_hop_ip``, the rest follow in
    ``other_hop_ips``.
    """

    id: ResourceId
    name: str
    prefix: Prefix | ServiceTag | Unresolved
    next_hop_type: NextHopType | Unresolved
    next_hop_ip: Address | Unresolved | None = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    other_hop_ips: tuple[Address | Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table. ``propagate_gateway_routes`` is the opposite of ARM's ``disableBgpRoutePropagation``."""

    id: ResourceId
    location: str
    routes: tuple[UserRoute, ...] = ()
    propagate_gateway_routes: bool = True
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class EffectiveRoute:
    """One row of a NIC's effective routes; a row of a service tag or service endpoint has many ``prefixes``.

    ``name`` and ``table`` are those of a USER row, and ``tag`` the service tag it names instead of a prefix.
    ``unresolved`` lists why the row may differ from what Azure will show; empty when the input fixes it.
    """

    prefixes: tuple[Prefix, ...]
    next_hop_type: NextHopType | Unresolved
    source: RouteSource = RouteSource.DEFAULT
    state: RouteState = RouteState.ACTIVE
    next_hop_ip: Address | Unresolved | None = None
    name: str = ""
    table: ResourceId | None = None
    tag: str = ""
    unresolved: tuple[Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    other_hop_ips: tuple[Address | Unresolved, ...] = ()
