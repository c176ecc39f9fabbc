"""Private endpoints and NAT gateways: what gives an address a second meaning."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = ["NatGateway", "PrivateEndpoint"]


@dataclass(frozen=True, slots=True)
class PrivateEndpoint:
    """A private endpoint: its address is that of ``nics``, in ``subnet``.

    ``status`` is that of its connection: Approved, Pending, Rejected, Removed or Disconnected.
    """

    id: ResourceId
    location: str
    subnet: Reference
    nics: tuple[ResourceId | Unresolved, ...] = ()
    status: str = "Approved"
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway: outbound flows of its subnets leave through ``public_ips``."""

    id: ResourceId
    location: str
    public_ips: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
