"""Private endpoints, NAT gateways and load balancers of a native topology file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, Values, said
from netwatch.model.endpoints import Frontend, LoadBalancer, NatGateway, PrivateEndpoint
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface

__all__ = ["READERS"]


def _private_endpoint(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A private endpoint, and the NIC that Azure makes for it: ``<name>-nic``, unless it names NICs of the file."""
    scope = reading.scope.of(body)
    values = reading.fields("privateEndpoint", body, path)
    subnet = reading.reference(values, "subnet", "subnets", path)
    id, where = scope.id("privateEndpoints", name), reading.place(path)
    if "networkInterfaces" in values:
        nics = reading.references(values, "networkInterfaces", "networkInterfaces", path)
        for key in ("privateIPAddress", "applicationSecurityGroups"):
            if key in values:
                message = f'"{key}" stands beside "networkInterfaces".'
                reading.problem(path, message, hint="Write it at the network interface.", at=(key,))
        reading.draft.add(PrivateEndpoint(id, scope.location, subnet, nics, where))
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
    reading.draft.add(PrivateEndpoint(id, scope.location, subnet, (nic,), where))


def _nat_gateway(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("natGateway", body, path)
    public_ips = reading.references(values, "publicIPAddresses", "publicIPAddresses", path)
    reading.draft.add(NatGateway(scope.id("natGateways", name), scope.location, public_ips, reading.place(path)))


def _load_balancer(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("loadBalancer", body, path)
    id = scope.id("loadBalancers", name)
    frontends = tuple(
        _frontend(reading, id, fields, (*path, "frontendIPConfigurations", frontend))
        for frontend, fields in reading.items(values, "frontendIPConfigurations", path)
    )
    balancer = LoadBalancer(
        id=id,
        location=scope.location,
        sku=said(values, "sku", "Standard"),
        frontends=frontends,
        backends=_backends(reading, values, path),
        has_outbound_rules=bool(said(values, "outboundRules", ())),
        where=reading.place(path),
    )
    reading.draft.add(balancer)


def _frontend(reading: Reading, balancer: ResourceId, body: Any, path: Path) -> Frontend:
    """One address: private in a subnet, or public."""
    values = reading.fields("frontendIPConfiguration", body, path)
    for key in ("subnet", "privateIPAddress"):
        if "publicIPAddress" in values and key in values:
            reading.problem(path, f'"{key}" stands beside "publicIPAddress".', hint="Remove one of them.", at=(key,))
        if "publicIPAddress" not in values and key not in values:
            hint = "A frontend has a subnet and a privateIPAddress, or a publicIPAddress."
            reading.problem(path, f'"{key}" is missing.', hint=hint)
    return Frontend(
        id=balancer.child("frontendIPConfigurations", str(path[-1])),
        private_ip=values.get("privateIPAddress"),
        subnet=reading.reference(values, "subnet", "subnets", path),
        public_ip=reading.reference(values, "publicIPAddress", "publicIPAddresses", path),
    )


def _backends(reading: Reading, values: Values, path: Path) -> tuple[ResourceId, ...]:
    """The primary ip configurations of the NICs in the pools; one may also be named by its id."""
    found: dict[ResourceId, None] = {}
    for pool, words in reading.items(values, "backendAddressPools", path):
        for index, word in enumerate(words):
            nic = reading.resolved(word, "networkInterfaces", path, ("backendAddressPools", pool, index))
            if isinstance(nic, ResourceId):
                found[_primary(reading, nic)] = None
    return tuple(found)


def _primary(reading: Reading, nic: ResourceId) -> ResourceId:
    held = reading.draft.held(nic)
    if not isinstance(held, NetworkInterface):
        return nic
    return next((config.id for config in held.ip_configurations if config.primary), nic)


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {
    "privateEndpoints": _private_endpoint,
    "natGateways": _nat_gateway,
    "loadBalancers": _load_balancer,
}
"""Key of the file → what reads one thing under it."""
