"""Virtual WANs of resolved ARM resources: hubs with the parts that stand alone, their gateways, VPN sites.

Source: the REST reference of Virtual WAN (virtualWans, virtualHubs and their children, vpnGateways, p2sVpnGateways,
expressRouteGateways, vpnSites). A route server is a virtualHubs resource too, without a WAN and a prefix of its own; it
stays a resource that is only named, and so does a hub that holds what is not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.formats.arm_resources.hub_gateways import GATEWAYS, read_gateway, read_part, routing
from netwatch.formats.arm_resources.reader_types import HUBS
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import (
    BgpPeer,
    HubConnection,
    HubRoute,
    HubRouteTable,
    HubStaticRoute,
    RoutingPolicy,
    VirtualHub,
    VirtualWan,
    VpnSite,
)

__all__ = ["VirtualHubReader"]

_PARTS = ("hubroutetables", "hubvirtualnetworkconnections", "routingintent", "bgpconnections")
_NOT_EVALUATED = ("routemaps", "routetables", "ipconfigurations")
"""Children by which a hub is a route server, or does what is not evaluated."""

_LEGACY = ("routeTable", "virtualHubRouteTableV2s", "virtualNetworkConnections")
"""What hubs said before they had route tables of their own ("Route tables for pre-existing routes")."""

_Placed = tuple[ArmObject, ResourceId]


class VirtualHubReader:
    """Reads virtual WANs; ``finish`` gives hubs and gateways the parts that stand alone."""

    def __init__(self, draft: TopologyDraft, name: Callable[[ArmObject, ResourceId], None]) -> None:
        self._draft = draft
        self._name = name
        self._held: dict[str, list[_Placed]] = {kind.partition("/")[2]: [] for kind in HUBS}

    def read(self, resource: ArmObject, id: ResourceId) -> None:
        """Take in a WAN, a hub, a gateway, a site, or a part of one."""
        self._held["/".join(id.type.lower().split("/")[1:])].append((resource, id))

    def finish(self) -> None:
        """Give the whole to the draft, and name what is not evaluated and parts whose whole is not in the input."""
        for resource, id in self._held["virtualwans"]:
            kind = resource.object("properties").word("type", ("Basic", "Standard"), "Standard")
            self._draft.add(VirtualWan(id, resource.text("location"), kind, resource.where))
        for resource, id in self._held["vpnsites"]:
            self._draft.add(_site(resource, id))
        evaluated = {id.key for resource, id in self._held["virtualhubs"] if self._is_evaluated(resource, id)}
        for resource, id in self._held["virtualhubs"]:
            if id.key in evaluated:
                self._draft.add(self._hub(resource, id))
            else:
                self._name(resource, id)
        self._finish_gateways()
        for part in (*_PARTS, *_NOT_EVALUATED):
            for resource, id in self._held[f"virtualhubs/{part}"]:
                if id.parent.key not in evaluated:
                    self._name(resource, id)

    def _finish_gateways(self) -> None:
        held = set()
        kinds = ("vpngateways/vpnconnections", "expressroutegateways/expressrouteconnections")
        parts = [each for kind in kinds for each in self._held[kind]]
        for kind in GATEWAYS:
            for resource, id in self._held[kind]:
                held.add(id.key)
                own = [read_part(*each) for each in parts if each[1].parent == id]
                self._draft.add(read_gateway(resource, id, own))
        for resource, id in parts:
            if id.parent.key not in held:
                self._name(resource, id)

    def _is_evaluated(self, resource: ArmObject, id: ResourceId) -> bool:
        """Whether it is the hub of a virtual WAN and all it says is known here."""
        fields = resource.object("properties")
        if fields.raw("virtualWan") is None:
            return False
        if any(each[1].parent == id for kind in _NOT_EVALUATED for each in self._held[f"virtualhubs/{kind}"]):
            return False
        if any(_has_route_map(part) for part, _ in self._parts(_PARTS[1], id)):
            return False
        legacy = (fields.raw(name) for name in _LEGACY)
        return not any(value.get("routes", True) if isinstance(value, dict) else value for value in legacy)

    def _parts(self, kind: str, id: ResourceId) -> Iterator[_Placed]:
        """The parts of one kind of a hub."""
        return (each for each in self._held[f"virtualhubs/{kind}"] if each[1].parent == id)

    def _hub(self, resource: ArmObject, id: ResourceId) -> VirtualHub:
        fields = resource.object("properties")
        policies = (part.object("properties").objects("routingPolicies") for part, _ in self._parts(_PARTS[2], id))
        return VirtualHub(
            id=id,
            location=resource.text("location"),
            wan=fields.reference("virtualWan"),
            prefix=fields.parsed("addressPrefix", fields.reading.exact_prefix),
            kind=fields.word("sku", ("Basic", "Standard")),
            tables=tuple(_table(*each) for each in self._parts(_PARTS[0], id)),
            connections=tuple(_connection(*each) for each in self._parts(_PARTS[1], id)),
            policies=tuple(_policy(each) for found in policies for each in found),
            peers=tuple(_peer(*each) for each in self._parts(_PARTS[3], id)),
            where=resource.where,
        )


def _has_route_map(connection: ArmObject) -> bool:
    configuration = connection.object("properties").object("routingConfiguration")
    return any(configuration.raw(name) is not None for name in ("inboundRouteMap", "outboundRouteMap"))


def _site(resource: ArmObject, id: ResourceId) -> VpnSite:
    """BGP stands at the site or at its links."""
    fields = resource.object("properties")
    links = [each.object("properties") for each in fields.objects("vpnSiteLinks")]
    settings = [each.object("bgpProperties") for each in (fields, *links)]
    peers = (each.parsed("bgpPeeringAddress", fields.reading.address) for each in settings)
    peer = next((each for each in peers if each is not None), None)
    prefixes = fields.object("addressSpace").all_parsed("addressPrefixes", fields.reading.exact_prefix)
    return VpnSite(id, resource.text("location"), prefixes, peer, resource.where)


def _table(resource: ArmObject, id: ResourceId) -> HubRouteTable:
    fields = resource.object("properties")
    labels = fields.all_parsed("labels", str)
    return HubRouteTable(id, labels, tuple(_route(each) for each in fields.objects("routes")), resource.where)


def _route(fields: ArmObject) -> HubRoute:
    """A route to prefixes; other types of destinations stand for prefixes that no resource says."""
    kind, name = fields.text("destinationType", "CIDR"), fields.text("name")
    if kind.lower() == "cidr":
        prefixes: tuple[Any, ...] = fields.all_parsed("destinations", fields.reading.exact_prefix)
    else:
        reason = f"route {name} has destinations of type {kind}, which are not evaluated"
        prefixes = (Unresolved(reason, where=fields.where),)
    return HubRoute(name, prefixes, _next_hop(fields), fields.where)


def _next_hop(fields: ArmObject) -> ResourceId | Unresolved:
    found = fields.id_text("nextHop")
    return Unresolved("it has no next hop", where=fields.where) if found is None else found


def _connection(resource: ArmObject, id: ResourceId) -> HubConnection:
    fields = resource.object("properties")
    configuration = fields.object("routingConfiguration")
    routes = configuration.object("vnetRoutes")
    vnet = fields.reference("remoteVirtualNetwork")
    if vnet is None:
        fields.problem("remoteVirtualNetwork is missing.", "A connection of a hub needs its network.")
    return HubConnection(
        id=id,
        vnet=fields.unreadable("remoteVirtualNetwork") if vnet is None else vnet,
        internet_security=_said(fields, "enableInternetSecurity"),
        routing=routing(configuration),
        static_routes=tuple(_static_route(each) for each in routes.objects("staticRoutes")),
        propagates_static_routes=_said(routes.object("staticRoutesConfig"), "propagateStaticRoutes"),
        where=resource.where,
    )


def _said(fields: ArmObject, name: str) -> bool | None:
    value = fields.raw(name)
    return None if value is None or isinstance(value, Unresolved) else fields.flag(name, False)


def _static_route(fields: ArmObject) -> HubStaticRoute:
    return HubStaticRoute(
        fields.text("name"),
        fields.all_parsed("addressPrefixes", fields.reading.exact_prefix),
        fields.parsed("nextHopIpAddress", fields.reading.address),
        fields.where,
    )


def _policy(fields: ArmObject) -> RoutingPolicy:
    destinations = fields.words("destinations", ("Internet", "PrivateTraffic"))
    return RoutingPolicy(fields.text("name"), destinations, _next_hop(fields), fields.where)


def _peer(resource: ArmObject, id: ResourceId) -> BgpPeer:
    fields = resource.object("properties")
    address = fields.parsed("peerIp", fields.reading.address)
    return BgpPeer(id, address, fields.reference("hubVirtualNetworkConnection"), resource.where)
