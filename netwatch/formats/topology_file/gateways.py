"""Virtual network gateways, their connections, and local network gateways of a native topology file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netwatch.formats.topology_file.names import Scope
from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, Values, all_of, said
from netwatch.model.gateways import Connection, LocalNetworkGateway
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetworkGateway
from netwatch.model.unresolved import Unresolved

__all__ = ["READERS"]

_PEERS = {
    "localNetworkGateway2": ("localNetworkGateways", "IPsec"),
    "virtualNetworkGateway2": ("virtualNetworkGateways", "Vnet2Vnet"),
}
"""Field → the kind it names, and the connectionType that it means where none is said."""


def _virtual_network_gateway(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("virtualNetworkGateway", body, path)
    id = scope.id("virtualNetworkGateways", name)
    subnet = reading.reference(values, "subnet", "subnets", path)
    gateway = VirtualNetworkGateway(
        id=id,
        location=scope.location,
        gateway_type=said(values, "gatewayType", "Vpn"),
        subnets=(UNREAD if subnet is None else subnet,),
        public_ips=reading.references(values, "publicIPAddress", "publicIPAddresses", path),
        where=reading.place(path),
        client_prefixes=all_of(values.get("vpnClientAddressPool", ())),
        default_site=reading.reference(values, "gatewayDefaultSite", "localNetworkGateways", path),
    )
    reading.draft.add(gateway)
    for connection, fields in reading.items(values, "connections", path):
        _connection(reading, scope, id, fields, (*path, "connections", connection))


def _connection(reading: Reading, scope: Scope, gateway: ResourceId, body: Any, path: Path) -> None:
    values = reading.fields("connection", body, path)
    peer, kind = _peer(reading, values, path)
    id = scope.inner().id("connections", str(path[-1]))
    reading.draft.add(Connection(id, scope.location, kind, gateway, peer, reading.place(path)))


def _peer(reading: Reading, values: Values, path: Path) -> tuple[ResourceId | Unresolved | None, str]:
    """The far end, under either of ARM's names, and the connection's type; a circuit says nothing that we could use."""
    kind = values.get("connectionType", "")
    named = [key for key in _PEERS if key in values]
    ends = len(named) + (kind == "ExpressRoute")
    if ends > 1:
        hint = "A connection has one far end; that of ExpressRoute is a circuit, which need not be named."
        reading.problem(path, f'"{named[-1]}" is one far end too many.', hint=hint, at=(named[-1],))
    if ends == 0 and kind is not UNREAD:
        hint = "Add it, or virtualNetworkGateway2, or connectionType: ExpressRoute."
        reading.problem(path, '"localNetworkGateway2" is missing.', hint=hint)
    kind = "" if kind is UNREAD else kind
    if not named:
        return None, kind
    peers, meant = _PEERS[named[0]]
    return reading.reference(values, named[0], peers, path), kind or meant


def _local_network_gateway(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("localNetworkGateway", body, path)
    id = scope.id("localNetworkGateways", name)
    prefixes = all_of(values.get("addressPrefixes", ()))
    reading.draft.add(LocalNetworkGateway(id, scope.location, prefixes, reading.place(path)))


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {
    "virtualNetworkGateways": _virtual_network_gateway,
    "localNetworkGateways": _local_network_gateway,
}
"""Key of the file → what reads one thing under it."""
