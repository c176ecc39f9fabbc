"""Load balancers: what they listen on, to whom they hand it, and how they tell who is well."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Address, PortRange
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "BackendPool",
    "Frontend",
    "InboundNatRule",
    "LoadBalancer",
    "LoadBalancingRule",
    "OutboundRule",
    "Probe",
]


@dataclass(frozen=True, slots=True)
class Frontend:
    """One address a load balancer listens on: private in a subnet, or public."""

    id: ResourceId
    private_ip: Address | Unresolved | None = None
    subnet: Reference = None
    public_ip: Reference = None


@dataclass(frozen=True, slots=True)
class BackendPool:
    """A backend pool: ip configurations of NICs, and ``addresses``, which are in ``vnet``.

    ``vnet`` is None where the pool does not say; then its addresses are in the network of the balancer.
    """

    id: ResourceId
    configurations: tuple[ResourceId, ...] = ()
    addresses: tuple[Address | Unresolved, ...] = ()
    vnet: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """What asks a backend whether it is well: ``protocol`` is ARM's, Tcp, Http or Https."""

    id: ResourceId
    protocol: str
    port: int | Unresolved


@dataclass(frozen=True, slots=True)
class LoadBalancingRule:
    """What arrives at a port of ``frontend`` and to whom it goes. Protocol ``*`` with ports 0 is every port (HA ports).

    ``floating_ip``: the packet keeps the frontend's address and port. ``outbound_snat`` is False where ARM's
    disableOutboundSnat is true: then the rule gives its backends no public address.
    """

    id: ResourceId
    frontend: Reference
    pools: tuple[ResourceId | Unresolved, ...]
    protocol: Protocol
    frontend_port: int | Unresolved
    backend_port: int | Unresolved
    probe: Reference = None
    floating_ip: bool = False
    outbound_snat: bool = True
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class InboundNatRule:
    """Ports of ``frontend`` that lead to one backend each.

    ``target`` is an ip configuration, which has the one port; or a backend pool, whose members have the ports in turn;
    None where nothing is attached. ``is_pool`` marks ARM's inboundNatPools, which are of a scale set's instances.
    """

    id: ResourceId
    frontend: Reference
    protocol: Protocol
    frontend_ports: PortRange | Unresolved
    backend_port: int | Unresolved
    target: Reference = None
    is_pool: bool = False
    floating_ip: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class OutboundRule:
    """Which public frontends the members of ``pool`` bear when they open a flow to the Internet."""

    id: ResourceId
    frontends: tuple[ResourceId | Unresolved, ...]
    pool: Reference


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer; its parts refer to each other by id."""

    id: ResourceId
    location: str
    sku: str = ""
    frontends: tuple[Frontend, ...] = ()
    pools: tuple[BackendPool, ...] = ()
    probes: tuple[Probe, ...] = ()
    rules: tuple[LoadBalancingRule, ...] = ()
    nat_rules: tuple[InboundNatRule, ...] = ()
    outbound_rules: tuple[OutboundRule, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)

    @property
    def backends(self) -> tuple[ResourceId, ...]:
        """The ip configurations in its pools, in their order, each once."""
        return tuple(dict.fromkeys(config for pool in self.pools for config in pool.configurations))
