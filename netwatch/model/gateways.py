"""What a virtual network gateway is connected to: other sites, other gateways, circuits."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = ["Connection", "LocalNetworkGateway"]


@dataclass(frozen=True, slots=True)
class LocalNetworkGateway:
    """A site on-premises, as a VPN gateway sees it: ``prefixes`` are routed there whether BGP runs or not."""

    id: ResourceId
    location: str
    prefixes: tuple[Prefix | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """What one gateway is connected to. ``kind`` is ARM's connectionType: IPsec, Vnet2Vnet or ExpressRoute.

    ``peer`` is a local network gateway, another virtual network gateway, or a circuit.
    """

    id: ResourceId
    location: str
    kind: str
    gateway: ResourceId | Unresolved
    peer: ResourceId | Unresolved | None
    where: Where = field(default=AZURE_DEFAULT, compare=False)
