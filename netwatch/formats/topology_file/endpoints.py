"""Private endpoints and NAT gateways of a native topology file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, said
from netwatch.model.endpoints import NatGateway, PrivateEndpoint
from netwatch.model.resources import IpConfiguration, NetworkInterface

__all__ = ["READERS"]


def _private_endpoint(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A private endpoint, and the NIC that Azure makes for it: ``<name>-nic``, unless it names NICs of the file."""
    scope = reading.scope.of(body)
    values = reading.fields("privateEndpoint", body, path)
    subnet = reading.reference(values, "subnet", "subnets", path)
    id, where = scope.id("privateEndpoints", name), reading.place(path)
    status = said(values, "connectionStatus", "Approved")
    if "networkInterfaces" in values:
        nics = reading.references(values, "networkInterfaces", "networkInterfaces", path)
        for key in ("privateIPAddress", "applicationSecurityGroups"):
            if key in values:
                message = f'"{key}" stands beside "networkInterfaces".'
                reading.problem(path, message, hint="Write it at the network interface.", at=(key,))
        reading.draft.add(PrivateEndpoint(id, scope.location, subnet, nics, status, where))
        return
    nic = scope.inner().id("networkInterfaces", f"{id.name}-nic")
    config = IpConfiguration(
        id=nic.child("ipConfigurations", "ipconfig1"),
        private_ip=values.get("privateIPAddress"),
        subnet=UNREAD if subnet is None else subnet,
        asgs=reading.references(values, "applicationSecurityGroups", "applicationSecurityGroups", path),
        primary=True,
        where=where,
    )
    reading.draft.add(NetworkInterface(nic, scope.location, (config,), where=where))
    reading.draft.add(PrivateEndpoint(id, scope.location, subnet, (nic,), status, where))


def _nat_gateway(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("natGateway", body, path)
    public_ips = reading.references(values, "publicIPAddresses", "publicIPAddresses", path)
    reading.draft.add(NatGateway(scope.id("natGateways", name), scope.location, public_ips, reading.place(path)))


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {
    "privateEndpoints": _private_endpoint,
    "natGateways": _nat_gateway,
}
"""Key of the file → what reads one thing under it."""
