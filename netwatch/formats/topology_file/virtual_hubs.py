"""Virtual WANs of a native topology file: hubs with what belongs to them, VPN sites, and the gateways in hubs.

Tables of a hub are named by its connections as ``table``, those of another hub as ``hub/table``; every hub has
``defaultRouteTable`` and ``noneRouteTable``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, Values, all_of, said
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import (
    BgpPeer,
    HubBranch,
    HubConnection,
    HubGateway,
    HubRoute,
    HubRouteTable,
    HubRouting,
    HubStaticRoute,
    RoutingPolicy,
    VirtualHub,
    VirtualWan,
    VpnSite,
)

__all__ = ["READERS"]

_TABLES, _CONNECTIONS = "hubRouteTables", "hubVirtualNetworkConnections"
_BUILT_IN = ("defaultRouteTable", "noneRouteTable")

_BRANCHES = {
    "vpnGateways": "vpnConnections",
    "p2sVpnGateways": "p2sConnectionConfigurations",
    "expressRouteGateways": "expressRouteConnections",
}
"""Section of the file → the type of what its gateways are connected to."""


class _Hub(NamedTuple):
    """A hub, whose parts are named in a thing that is being read: its id and the names it declares."""

    reading: Reading
    id: ResourceId

    def routing(self, values: Values, path: Path) -> HubRouting:
        """By which table a connection sends, and which learn its prefixes."""
        tables = values.get("propagatedRouteTables", ())
        if isinstance(tables, tuple):
            names = [self.table(each, path, ("propagatedRouteTables", at)) for at, each in enumerate(tables)]
        else:
            names = [tables]
        own = values.get("associatedRouteTable")
        table = own if own is None else self.table(own, path, ("associatedRouteTable",))
        return HubRouting(table, tuple(names), all_of(values.get("propagatedLabels", ())))

    def table(self, word: str | Unresolved, path: Path, at: Path) -> ResourceId | Unresolved:
        """The table of that name, or of ``hub/name``."""
        hub, slash, name = ("", "", "") if isinstance(word, Unresolved) else word.rpartition("/")
        if isinstance(word, Unresolved) or word.startswith("/"):
            return ResourceId(word) if isinstance(word, str) else word
        holder = self.reading.resolved(hub, "virtualHubs", path, at) if slash else self.id
        if isinstance(holder, Unresolved):
            return holder
        return self._part(holder, _TABLES, name, path, at)

    def next_hop(self, values: Values, path: Path) -> ResourceId | Unresolved:
        """A firewall or a connection of the hub, by name; anything by its id."""
        word = values["nextHop"]
        if isinstance(word, Unresolved) or word.startswith("/"):
            return ResourceId(word) if isinstance(word, str) else word
        declared = self._names(self.id, _CONNECTIONS)
        walls = _lower(self.reading.document.value.get("azureFirewalls"))
        if word.lower() in declared and word.lower() in walls:
            message = f'"{word}" is a connection of the hub and an Azure firewall.'
            self.reading.conflict(path, message, hint="Write the id of the one you mean.", at=("nextHop",))
        if word.lower() in declared:
            return self._part(self.id, _CONNECTIONS, word, path, ("nextHop",))
        return self.reading.resolved(word, "azureFirewalls", path, ("nextHop",))

    def connection(self, values: Values, path: Path) -> Reference:
        """The connection that a BGP peer is reached by."""
        word = values.get("hubVirtualNetworkConnection")
        if not isinstance(word, str) or word.startswith("/"):
            return ResourceId(word) if isinstance(word, str) else word
        return self._part(self.id, _CONNECTIONS, word, path, ("hubVirtualNetworkConnection",))

    def _part(self, hub: ResourceId, kind: str, name: str, path: Path, at: Path) -> ResourceId | Unresolved:
        declared = self._names(hub, kind)
        if name.lower() in declared:
            return hub.child(kind, declared[name.lower()])
        noun = "route table" if kind == _TABLES else "connection"
        hint = f"It has {', '.join(declared.values())}." if declared else f'Add it under "{kind}".'
        self.reading.missing(path, f'"{name}" is no {noun} of the hub {hub.name}.', hint=hint, at=at)
        return UNREAD

    def _names(self, hub: ResourceId, kind: str) -> dict[str, str]:
        """The parts of one kind that a hub of the file declares, by lower-case name."""
        bodies = self.reading.document.value.get("virtualHubs")
        body = next((body for key, body in _bodies(bodies) if self._is(hub, key, body)), None)
        held = body.get(kind) if isinstance(body, dict) else None
        return {**({each.lower(): each for each in _BUILT_IN} if kind == _TABLES else {}), **_lower(held)}

    def _is(self, hub: ResourceId, key: str, body: Any) -> bool:
        return self.reading.scope.of(body).id("virtualHubs", key) == hub


def _bodies(held: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(held, dict):
        yield from ((str(key), body) for key, body in held.items())


def _lower(held: Any) -> dict[str, str]:
    return {key.lower(): key for key, _ in _bodies(held)}


def _virtual_wan(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("virtualWan", body, path)
    kind = said(values, "type", "Standard")
    reading.draft.add(VirtualWan(scope.id("virtualWans", name), scope.location, kind, reading.place(path)))


def _virtual_hub(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("virtualHub", body, path)
    own = _Hub(reading, scope.id("virtualHubs", name))
    hub = VirtualHub(
        id=own.id,
        location=scope.location,
        wan=reading.reference(values, "virtualWan", "virtualWans", path),
        prefix=values.get("addressPrefix"),
        kind=said(values, "sku", ""),
        tables=tuple(_table(own, *each) for each in _parts(reading, values, (_TABLES, "hubRouteTable"), path)),
        connections=tuple(
            _connection(own, *each)
            for each in _parts(reading, values, (_CONNECTIONS, "hubVirtualNetworkConnection"), path)
        ),
        policies=tuple(
            _policy(own, *each) for each in _parts(reading, values, ("routingPolicies", "routingPolicy"), path)
        ),
        peers=tuple(_peer(own, *each) for each in _parts(reading, values, ("bgpConnections", "bgpConnection"), path)),
        where=reading.place(path),
    )
    reading.draft.add(hub)


def _parts(reading: Reading, values: Values, kind: tuple[str, str], path: Path) -> Iterator[tuple[str, Values, Path]]:
    """The named parts under a key, each with its fields; ``kind`` is the key and what stands under it."""
    key, part = kind
    for name, body in reading.items(values, key, path):
        place = (*path, key, name)
        yield name, reading.fields(part, body, place), place


def _table(own: _Hub, name: str, values: Values, path: Path) -> HubRouteTable:
    routes = tuple(
        HubRoute(each, all_of(fields["destinations"]), own.next_hop(fields, at), own.reading.place(at))
        for each, fields, at in _parts(own.reading, values, ("routes", "hubRoute"), path)
    )
    labels = all_of(values.get("labels", ()))
    return HubRouteTable(own.id.child(_TABLES, name), labels, routes, own.reading.place(path))


def _connection(own: _Hub, name: str, values: Values, path: Path) -> HubConnection:
    reading = own.reading
    vnet = reading.reference(values, "remoteVirtualNetwork", "virtualNetworks", path)
    return HubConnection(
        id=own.id.child(_CONNECTIONS, name),
        vnet=UNREAD if vnet is None else vnet,
        internet_security=said(values, "enableInternetSecurity", None),
        routing=own.routing(values, path),
        static_routes=tuple(
            HubStaticRoute(each, all_of(fields["addressPrefixes"]), fields.get("nextHopIpAddress"), reading.place(at))
            for each, fields, at in _parts(reading, values, ("staticRoutes", "staticRoute"), path)
        ),
        propagates_static_routes=said(values, "propagateStaticRoutes", None),
        where=reading.place(path),
    )


def _policy(own: _Hub, name: str, values: Values, path: Path) -> RoutingPolicy:
    destinations = said(values, "destinations", ())
    return RoutingPolicy(name, destinations, own.next_hop(values, path), own.reading.place(path))


def _peer(own: _Hub, name: str, values: Values, path: Path) -> BgpPeer:
    id = own.id.child("bgpConnections", name)
    return BgpPeer(id, values.get("peerIp"), own.connection(values, path), own.reading.place(path))


def _vpn_site(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("vpnSite", body, path)
    prefixes = all_of(values.get("addressPrefixes", ()))
    id, peer = scope.id("vpnSites", name), values.get("bgpPeeringAddress")
    reading.draft.add(VpnSite(id, scope.location, prefixes, peer, reading.place(path)))


def _hub_gateway(reading: Reading, name: str, body: Any, path: Path) -> None:
    section = str(path[0])
    scope = reading.scope.of(body)
    values = reading.fields("hubGateway", body, path)
    id = scope.id(section, name)
    hub = reading.reference(values, "virtualHub", "virtualHubs", path)
    own = _Hub(reading, hub if isinstance(hub, ResourceId) else id)
    branches = (
        _branch(own, id.child(_BRANCHES[section], each), fields, at)
        for each, fields, at in _parts(reading, values, ("connections", "hubBranch"), path)
    )
    gateway = HubGateway(
        id=id,
        location=scope.location,
        hub=hub,
        branches=tuple(branches),
        addresses=said(values, "bgpPeeringAddresses", ()),
        where=reading.place(path),
    )
    reading.draft.add(gateway)


def _branch(hub: _Hub, id: ResourceId, values: Values, path: Path) -> HubBranch:
    """What an ExpressRoute gateway is connected to announces its prefixes."""
    return HubBranch(
        id=id,
        site=hub.reading.reference(values, "remoteVpnSite", "vpnSites", path),
        prefixes=all_of(values.get("vpnClientAddressPool", ())),
        bgp=path[0] == "expressRouteGateways" or said(values, "enableBgp", False),
        routing=hub.routing(values, path),
        where=hub.reading.place(path),
    )


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {
    "virtualWans": _virtual_wan,
    "virtualHubs": _virtual_hub,
    "vpnSites": _vpn_site,
    **dict.fromkeys(_BRANCHES, _hub_gateway),
}
"""Key of the file → what reads one thing under it."""
