"""``Facts``: what no Azure resource says, declared beside the topology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netwatch.model.addresses import Address, PortRange, Prefix
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId

__all__ = ["Deployment", "Facts", "Latency", "ListeningPort"]


class ListeningPort(NamedTuple):
    """Ports a machine listens on, with their protocol."""

    protocol: Protocol
    ports: PortRange


class Deployment(NamedTuple):
    """Configurations of a network manager that are deployed to a region: without that they do nothing."""

    region: str
    configurations: frozenset[ResourceId]


class Latency(NamedTuple):
    """A declared round trip in milliseconds: average, minimum and maximum."""

    avg_ms: int
    min_ms: int
    max_ms: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Declared facts. Keys that are resources are ``ResourceId.key``; what is not declared is not known.

    ``power_state``: VM → ``running``, ``stopped`` or ``deallocated`` (not declared: running).
    ``listening_ports``: VM → what it listens on (not declared: every port is taken to be listened on).
    ``latency``: (source VM, destination VM) → the declared round trip. ``latency_seed``: which variations of the
    latency model other paths have.
    ``dns``: lower-case name → address. ``guest_ip_forwarding``: VMs whose operating system forwards;
    the list is whole, so that an empty one says that none does (None, not declared: every one is taken to forward).
    ``gateway_learned_routes``: virtual network gateway → prefixes learned over BGP.
    ``network_manager_deployments``: which configurations of network managers are in force, region by region.
    ``unused``: names of facts the input holds and netwatch does not use yet.
    """

    power_state: Mapping[str, str] = field(default_factory=dict)
    listening_ports: Mapping[str, tuple[ListeningPort, ...]] = field(default_factory=dict)
    latency: Mapping[tuple[str, str], Latency] = field(default_factory=dict)
    latency_seed: int = 0
    dns: Mapping[str, Address] = field(default_factory=dict)
    guest_ip_forwarding: frozenset[str] | None = None
    gateway_learned_routes: Mapping[str, tuple[Prefix, ...]] = field(default_factory=dict)
    network_manager_deployments: tuple[Deployment, ...] = ()
    unused: tuple[str, ...] = ()
