"""Private endpoints and NAT gateways of resolved ARM resources."""

from __future__ import annotations

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.endpoints import NatGateway, PrivateEndpoint
from netwatch.model.ids import ResourceId

__all__ = ["read_nat_gateway", "read_private_endpoint"]


def read_private_endpoint(resource: ArmObject, id: ResourceId) -> PrivateEndpoint:
    """A private endpoint; its addresses are those of the NICs it names."""
    fields = resource.object("properties")
    subnet, nics = fields.reference("subnet"), fields.references("networkInterfaces")
    return PrivateEndpoint(id, resource.text("location"), subnet, nics, resource.where)


def read_nat_gateway(resource: ArmObject, id: ResourceId) -> NatGateway:
    """A NAT gateway with its public addresses."""
    public_ips = resource.object("properties").references("publicIpAddresses")
    return NatGateway(id, resource.text("location"), public_ips, resource.where)
