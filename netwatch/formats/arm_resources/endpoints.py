"""Private endpoints and NAT gateways of resolved ARM resources."""

from __future__ import annotations

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.endpoints import NatGateway, PrivateEndpoint
from netwatch.model.ids import ResourceId

__all__ = ["read_nat_gateway", "read_private_endpoint"]

_STATUSES = ("Approved", "Pending", "Rejected", "Removed", "Disconnected")


def read_private_endpoint(resource: ArmObject, id: ResourceId) -> PrivateEndpoint:
    """A private endpoint; its addresses are those of the NICs it names."""
    fields = resource.object("properties")
    subnet, nics = fields.reference("subnet"), fields.references("networkInterfaces")
    return PrivateEndpoint(id, resource.text("location"), subnet, nics, _status(fields), resource.where)


def _status(fields: ArmObject) -> str:
    """That of its connection; Approved where none is said, as in templates, whose connections are approved at once."""
    for kind in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for connection in fields.objects(kind):
            state = connection.object("properties").object("privateLinkServiceConnectionState")
            status = state.word("status", _STATUSES)
            if status:
                return status
    return "Approved"


def read_nat_gateway(resource: ArmObject, id: ResourceId) -> NatGateway:
    """A NAT gateway with its public addresses."""
    public_ips = resource.object("properties").references("publicIpAddresses")
    return NatGateway(id, resource.text("location"), public_ips, resource.where)
