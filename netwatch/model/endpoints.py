"""Private endpoints, NAT gateways and load balancers: what gives an address a second meaning."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = ["Frontend", "LoadBalancer", "NatGateway", "PrivateEndpoint"]


@dataclass(frozen=True, slots=True)
class PrivateEndpoint:
    """A private endpoint: its address is that of ``nics``, in ``subnet``."""

    id: ResourceId
    location: str
    subnet: Reference
    nics: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway: outbound flows of its subnets leave through ``public_ips``."""

    id: ResourceId
    location: str
    public_ips: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class Frontend:
    """One address a load balancer listens on: private in a subnet, or public."""

    id: ResourceId
    private_ip: Address | Unresolved | None = None
    subnet: Reference = None
    public_ip: Reference = None


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer; ``backends`` are the ip configurations in its pools, ``has_outbound_rules`` as ARM's."""

    id: ResourceId
    location: str
    sku: str = ""
    frontends: tuple[Frontend, ...] = ()
    backends: tuple[ResourceId, ...] = ()
    has_outbound_rules: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)
