"""Virtual and local network gateways, and connections, of resolved ARM resources."""

from __future__ import annotations

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.addresses import Prefix
from netwatch.model.gateways import Connection, LocalNetworkGateway
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetworkGateway
from netwatch.model.unresolved import Unresolved

__all__ = ["read_connection", "read_gateway", "read_local_gateway"]

_PEERS = ("localNetworkGateway2", "virtualNetworkGateway2", "peer")


def read_gateway(resource: ArmObject, id: ResourceId) -> VirtualNetworkGateway:
    """A VPN or ExpressRoute gateway with the subnets and public addresses of its ip configurations."""
    fields = resource.object("properties")
    configs = [each.object("properties") for each in fields.objects("ipConfigurations")]
    subnets = (config.reference("subnet") for config in configs)
    public_ips = (config.reference("publicIPAddress") for config in configs)
    return VirtualNetworkGateway(
        id=id,
        location=resource.text("location"),
        gateway_type=fields.text("gatewayType", "Vpn"),
        subnets=tuple(subnet for subnet in subnets if subnet is not None),
        public_ips=tuple(public_ip for public_ip in public_ips if public_ip is not None),
        where=resource.where,
        client_prefixes=_client_prefixes(fields.object("vpnClientConfiguration")),
        default_site=fields.reference("gatewayDefaultSite"),
    )


def _client_prefixes(fields: ArmObject) -> tuple[Prefix | Unresolved, ...]:
    """The pool of all clients, and those of groups of users ("Configure user groups and IP address pools")."""
    groups = fields.objects("vngClientConnectionConfigurations")
    holders = [fields, *(each.object("properties") for each in groups)]
    pools = [each.object("vpnClientAddressPool") for each in holders]
    found = (pool.all_parsed("addressPrefixes", pool.reading.exact_prefix) for pool in pools)
    return tuple(dict.fromkeys(prefix for prefixes in found for prefix in prefixes))


def read_local_gateway(resource: ArmObject, id: ResourceId) -> LocalNetworkGateway:
    """A site on-premises with the prefixes it is said to have."""
    space = resource.object("properties").object("localNetworkAddressSpace")
    prefixes = space.all_parsed("addressPrefixes", resource.reading.exact_prefix)
    return LocalNetworkGateway(id, resource.text("location"), prefixes, resource.where)


def read_connection(resource: ArmObject, id: ResourceId) -> Connection:
    """What a gateway is connected to; the peer is whichever of Azure's three fields is given."""
    fields = resource.object("properties")
    gateway = fields.reference("virtualNetworkGateway1")
    if gateway is None:
        fields.problem("virtualNetworkGateway1 is missing.", "A connection needs its gateway.")
        gateway = fields.unreadable("virtualNetworkGateway1")
    return Connection(
        id=id,
        location=resource.text("location"),
        kind=fields.text("connectionType"),
        gateway=gateway,
        peer=_peer(fields),
        where=resource.where,
    )


def _peer(fields: ArmObject) -> ResourceId | Unresolved | None:
    found = (fields.reference(name) for name in _PEERS)
    return next((each for each in found if each is not None), None)
