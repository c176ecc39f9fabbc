"""Which reader takes which resource that serves a network: gateways, connections, endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netwatch.formats.arm_resources.endpoints import read_nat_gateway, read_private_endpoint
from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.formats.arm_resources.gateways import read_connection, read_gateway, read_local_gateway
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Resource

__all__ = ["READERS"]

READERS: Mapping[str, Callable[[ArmObject, ResourceId], Resource]] = {
    "microsoft.network/virtualnetworkgateways": read_gateway,
    "microsoft.network/localnetworkgateways": read_local_gateway,
    "microsoft.network/connections": read_connection,
    "microsoft.network/privateendpoints": read_private_endpoint,
    "microsoft.network/natgateways": read_nat_gateway,
}
"""ARM type, lower case → its reader."""
