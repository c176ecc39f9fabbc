"""Private endpoints, NAT gateways and load balancers of resolved ARM resources."""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.endpoints import Frontend, LoadBalancer, NatGateway, PrivateEndpoint
from netwatch.model.ids import ResourceId

__all__ = ["read_load_balancer", "read_nat_gateway", "read_pool", "read_private_endpoint"]


def read_private_endpoint(resource: ArmObject, id: ResourceId) -> PrivateEndpoint:
    """A private endpoint; its addresses are those of the NICs it names."""
    fields = resource.object("properties")
    subnet, nics = fields.reference("subnet"), fields.references("networkInterfaces")
    return PrivateEndpoint(id, resource.text("location"), subnet, nics, resource.where)


def read_nat_gateway(resource: ArmObject, id: ResourceId) -> NatGateway:
    """A NAT gateway with its public addresses."""
    public_ips = resource.object("properties").references("publicIpAddresses")
    return NatGateway(id, resource.text("location"), public_ips, resource.where)


def read_load_balancer(resource: ArmObject, id: ResourceId) -> LoadBalancer:
    """A load balancer with the backends that its own pools name; NICs name the pools they are in too."""
    fields = resource.object("properties")
    backends = (backend for pool, _ in resource.children(id, "backendAddressPools") for backend in read_pool(pool))
    return LoadBalancer(
        id=id,
        location=resource.text("location"),
        sku=resource.object("sku").text("name"),
        frontends=tuple(_frontend(*each) for each in resource.children(id, "frontendIPConfigurations")),
        backends=tuple(dict.fromkeys(backends)),
        has_outbound_rules=bool(fields.items("outboundRules")),
        where=resource.where,
    )


def _frontend(resource: ArmObject, id: ResourceId) -> Frontend:
    fields = resource.object("properties")
    return Frontend(
        id=id,
        private_ip=fields.parsed("privateIPAddress", resource.reading.address),
        subnet=fields.reference("subnet"),
        public_ip=fields.reference("publicIPAddress"),
    )


def read_pool(resource: ArmObject) -> Iterator[ResourceId]:
    """The ip configurations in a backend pool, whichever of Azure's two lists names them."""
    fields = resource.object("properties")
    found = [*fields.references("backendIPConfigurations")]
    for address in fields.objects("loadBalancerBackendAddresses"):
        reference = address.object("properties").reference("networkInterfaceIPConfiguration")
        found += [] if reference is None else [reference]
    return (each for each in found if isinstance(each, ResourceId))
