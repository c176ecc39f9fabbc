"""Virtual WANs in the words of the native file: hubs with what belongs to them inside of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.formats.topology_file.values import is_name
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import (
    BgpPeer,
    HubBranch,
    HubConnection,
    HubGateway,
    HubRoute,
    HubRouting,
    HubStaticRoute,
    VirtualHub,
    VirtualWan,
    VpnSite,
)
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.words import address, filled, open_value, text, texts

__all__ = ["hub_gateway_sections", "virtual_hub", "virtual_wan", "vpn_site"]

Fields = dict[str, Any]

_KINDS = ("vpnGateways", "p2sVpnGateways", "expressRouteGateways")


def virtual_wan(form: NativeForm, wan: VirtualWan) -> Fields:
    """Its type, where it is not the usual one."""
    return filled(type=wan.kind if wan.kind != "Standard" else "")


def vpn_site(form: NativeForm, site: VpnSite) -> Fields:
    """A branch with its prefixes."""
    return filled(addressPrefixes=texts(site.prefixes)) | address("bgpPeeringAddress", site.bgp_address)


def hub_gateway_sections(form: NativeForm) -> Fields:
    """The gateways in hubs, each kind in a section of its own."""
    held = form.topology.hub_gateways.values()
    return {
        kind: form.section(kind, [each for each in held if _kind(each) == kind.lower()], _gateway) for kind in _KINDS
    }


def _kind(gateway: HubGateway) -> str:
    return gateway.id.type.lower().rsplit("/", 1)[-1]


def virtual_hub(form: NativeForm, hub: VirtualHub) -> Fields:
    """A hub with its tables, connections, policies and BGP peers."""
    return form.named("virtualWans", hub.wan, "virtualWan") | filled(
        addressPrefix=None if hub.prefix is None else text(hub.prefix),
        sku=hub.kind,
        hubRouteTables={
            each.id.name: filled(
                labels=_words(each.labels),
                routes={key: _route(form, hub, route) for key, route in _keyed(each.routes)},
            )
            for each in hub.tables
        },
        hubVirtualNetworkConnections={each.id.name: _connection(form, hub, each) for each in hub.connections},
        routingPolicies={
            key: {"destinations": [*each.destinations], "nextHop": _next_hop(form, hub, each.next_hop)}
            for key, each in _keyed(hub.policies)
        },
        bgpConnections={each.id.name: _peer(hub, each) for each in hub.peers},
    )


def _keyed(parts: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Each part under its name, or, where that is no name that a file takes or one of its own, under a number."""
    taken: set[str] = set()
    for number, part in enumerate(parts):
        key = part.name if is_name(part.name) and part.name.lower() not in taken else f"route-{number}"
        taken.add(key.lower())
        yield key, part


def _words(labels: tuple[str | Unresolved, ...]) -> list[Any]:
    return [open_value(each) if isinstance(each, Unresolved) else each for each in labels]


def _route(form: NativeForm, hub: VirtualHub, route: HubRoute) -> Fields:
    return {"destinations": texts(route.prefixes), "nextHop": _next_hop(form, hub, route.next_hop)}


def _next_hop(form: NativeForm, hub: VirtualHub, id: ResourceId | Unresolved) -> Any:
    """A connection of the hub by its name, all else by its id: a name may be that of a firewall too."""
    if isinstance(id, Unresolved):
        return open_value(id)
    if id.key in form.topology.firewalls:
        key = form.names.key("azureFirewalls", id)
        connections = {each.id.name.lower() for each in hub.connections}
        return id.text if key.lower() in connections else key
    return _inside(hub, id, hub.connections)


def _inside(hub: VirtualHub, id: ResourceId, held: tuple[Any, ...]) -> str:
    """The name of a part of the hub; the id of anything else."""
    return id.name if any(each.id == id for each in held) else id.text


def _connection(form: NativeForm, hub: VirtualHub, connection: HubConnection) -> Fields:
    fields: Fields = {"remoteVirtualNetwork": form.outward("virtualNetworks", connection.vnet)}
    if connection.internet_security is not None:
        fields["enableInternetSecurity"] = connection.internet_security
    fields |= _routing(hub, connection.routing)
    fields |= filled(staticRoutes={key: _static_route(each) for key, each in _keyed(connection.static_routes)})
    if connection.propagates_static_routes is not None:
        fields["propagateStaticRoutes"] = connection.propagates_static_routes
    return fields


def _static_route(route: HubStaticRoute) -> Fields:
    return {"addressPrefixes": texts(route.prefixes)} | address("nextHopIpAddress", route.next_hop_ip)


def _routing(hub: VirtualHub | None, routing: HubRouting) -> Fields:
    """Tables of the hub itself by name, of other hubs by id."""
    tables = [_table(hub, each) for each in routing.tables]
    own = {} if routing.table is None else {"associatedRouteTable": _table(hub, routing.table)}
    return own | filled(propagatedRouteTables=tables, propagatedLabels=_words(routing.labels))


def _table(hub: VirtualHub | None, id: ResourceId | Unresolved) -> Any:
    if isinstance(id, Unresolved):
        return open_value(id)
    if hub is None or id.parent != hub.id:
        return id.text
    known = {"defaultroutetable", "noneroutetable", *(each.id.name.lower() for each in hub.tables)}
    return id.name if id.name.lower() in known else id.text


def _peer(hub: VirtualHub, peer: BgpPeer) -> Fields:
    fields = address("peerIp", peer.address)
    if isinstance(peer.connection, Unresolved):
        return fields | {"hubVirtualNetworkConnection": open_value(peer.connection)}
    if peer.connection is None:
        return fields
    return fields | {"hubVirtualNetworkConnection": _inside(hub, peer.connection, hub.connections)}


def _gateway(form: NativeForm, gateway: HubGateway) -> Fields:
    hub = form.topology.virtual_hubs.get(gateway.hub.key) if isinstance(gateway.hub, ResourceId) else None
    return form.named("virtualHubs", gateway.hub, "virtualHub") | filled(
        bgpPeeringAddresses=[str(each) for each in gateway.addresses],
        connections={each.id.name: _branch(form, hub, gateway, each) for each in gateway.branches},
    )


def _branch(form: NativeForm, hub: VirtualHub | None, gateway: HubGateway, branch: HubBranch) -> Fields:
    fields = form.named("vpnSites", branch.site, "remoteVpnSite")
    fields |= filled(vpnClientAddressPool=texts(branch.prefixes))
    fields |= {"enableBgp": True} if branch.bgp and _kind(gateway) != "expressroutegateways" else {}
    return fields | _routing(hub, branch.routing)
