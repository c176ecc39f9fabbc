"""Azure firewalls: their addresses, and their rules in the order in which they are asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.addresses import Address, Prefix
from netwatch.model.flow import Access, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.rules import AddressField, PortField
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = ["PRIVATE_RANGES", "Firewall", "FirewallRule", "NatRule"]

PRIVATE_RANGES = (
    Prefix(4, 0x0A000000, 8),
    Prefix(4, 0xAC100000, 12),
    Prefix(4, 0xC0A80000, 16),
    Prefix(4, 0x64400000, 10),
)
"""Destinations to which the source is kept: RFC 1918 and RFC 6598 ("Azure Firewall SNAT private IP address ranges")."""


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """A network rule, or an application rule, which knows names only (``destinations`` has no terms).

    ``name`` is made of those of its groups and its own, with dots between. ``fqdns`` are names it is for, with ``*``
    in front for all below; ``other_names`` are tags, categories and addresses of web pages, which stand for names that
    are not listed.
    """

    name: str
    access: Access
    protocols: tuple[Protocol | Unresolved, ...]
    sources: AddressField
    destinations: AddressField
    ports: PortField
    fqdns: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class NatRule:
    """What arrives at an address of the firewall, and where it is sent on; None: it is not said."""

    name: str
    protocols: tuple[Protocol | Unresolved, ...]
    sources: AddressField
    destinations: AddressField
    ports: PortField
    translated_address: Address | Unresolved | None = None
    translated_port: int | Unresolved | None = None
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class Firewall:
    """An Azure firewall in a virtual network, or in a ``hub`` of a virtual WAN, where it has no subnet.

    ``unresolved`` says why its rules are not all known, if they are not.

    ``private_ranges`` are destinations to which network rules keep the source.
    """

    id: ResourceId
    location: str
    subnet: Reference
    private_ip: Address | Unresolved | None = None
    public_ips: tuple[ResourceId | Unresolved, ...] = ()
    nat_rules: tuple[NatRule, ...] = ()
    network_rules: tuple[FirewallRule, ...] = ()
    application_rules: tuple[FirewallRule, ...] = ()
    private_ranges: tuple[Prefix, ...] = PRIVATE_RANGES
    unresolved: tuple[Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    hub: Reference = None
