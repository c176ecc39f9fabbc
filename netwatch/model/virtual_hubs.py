"""Virtual WANs: hubs with their route tables, what is connected to them, and the gateways that stand in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "BgpPeer",
    "HubBranch",
    "HubConnection",
    "HubGateway",
    "HubRoute",
    "HubRouteTable",
    "HubRouting",
    "HubStaticRoute",
    "RoutingPolicy",
    "VirtualHub",
    "VirtualWan",
    "VpnSite",
]


@dataclass(frozen=True, slots=True)
class VirtualWan:
    """A virtual WAN, whose hubs are joined. ``kind`` is ARM's type, Basic or Standard; none is Standard."""

    id: ResourceId
    location: str
    kind: str = "Standard"
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubRoute:
    """A static route of a hub's table: ``next_hop`` is a firewall, a connection of the hub, or another resource."""

    name: str
    prefixes: tuple[Prefix | Unresolved, ...]
    next_hop: ResourceId | Unresolved
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubRouteTable:
    """A route table of a hub, with the labels by which connections may propagate to it."""

    id: ResourceId
    labels: tuple[str | Unresolved, ...] = ()
    routes: tuple[HubRoute, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubRouting:
    """By which table of the hub a connection sends (None: the default one), and which tables learn its prefixes.

    ``tables`` are named by id, also those of other hubs; ``labels`` stand for tables of every hub of the WAN.
    """

    table: Reference = None
    tables: tuple[ResourceId | Unresolved, ...] = ()
    labels: tuple[str | Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class HubStaticRoute:
    """A static route of a connection: what the hub hands to ``next_hop_ip``, which lies in the connected network."""

    name: str
    prefixes: tuple[Prefix | Unresolved, ...]
    next_hop_ip: Address | Unresolved | None = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubConnection:
    """A virtual network at a hub. ``internet_security``: whether it gets the hub's default route; None: not said.

    ``propagates_static_routes`` is ARM's propagateStaticRoutes, which Azure sets; None: not said.
    """

    id: ResourceId
    vnet: ResourceId | Unresolved
    internet_security: bool | None = None
    routing: HubRouting = HubRouting()
    static_routes: tuple[HubStaticRoute, ...] = ()
    propagates_static_routes: bool | None = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """A policy of a hub's routing intent. ``destinations`` are ARM's words: Internet and PrivateTraffic."""

    name: str
    destinations: tuple[str, ...]
    next_hop: ResourceId | Unresolved
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """What exchanges routes with a hub: ``address`` lies in the network of ``connection``."""

    id: ResourceId
    address: Address | Unresolved | None = None
    connection: Reference = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class VirtualHub:
    """A hub of a virtual WAN. ``kind`` is ARM's sku, Standard or Basic; empty where the input does not say."""

    id: ResourceId
    location: str
    wan: Reference = None
    prefix: Prefix | Unresolved | None = None
    kind: str = ""
    tables: tuple[HubRouteTable, ...] = ()
    connections: tuple[HubConnection, ...] = ()
    policies: tuple[RoutingPolicy, ...] = ()
    peers: tuple[BgpPeer, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class VpnSite:
    """A branch, as a hub's VPN gateway sees it. One with a ``bgp_address`` announces prefixes that no resource says."""

    id: ResourceId
    location: str
    prefixes: tuple[Prefix | Unresolved, ...] = ()
    bgp_address: Address | Unresolved | None = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubBranch:
    """What a hub's gateway is connected to: a VPN site, a pool of clients (``prefixes``), or a circuit.

    ``bgp``: it announces prefixes of its own.
    """

    id: ResourceId
    site: Reference = None
    prefixes: tuple[Prefix | Unresolved, ...] = ()
    bgp: bool = False
    routing: HubRouting = HubRouting()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class HubGateway:
    """A VPN, point-to-site or ExpressRoute gateway in a hub; its type stands in its id.

    ``addresses`` are those its instances speak BGP from, as far as the input has them.
    """

    id: ResourceId
    location: str
    hub: Reference = None
    branches: tuple[HubBranch, ...] = ()
    addresses: tuple[Address, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
