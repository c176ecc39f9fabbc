"""Security rules as the input wrote them: what a rule says, before tags and groups become prefixes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from netwatch.model.addresses import PortRange, Prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "AddressField",
    "AddressTerm",
    "AnyAddress",
    "Asg",
    "Cidr",
    "PortField",
    "SecurityRule",
    "ServiceTag",
]


class AnyAddress(NamedTuple):
    """Every address: ``*``, ``Any``, ``0.0.0.0/0`` in a rule; ``text`` as written."""

    text: str = "*"


class Cidr(NamedTuple):
    """An address or prefix; ``text`` as written (``10.0.0.4`` stays without its /32)."""

    prefix: Prefix
    text: str


class ServiceTag(NamedTuple):
    """A service tag by name, as written: ``VirtualNetwork``, ``Internet``, ``Storage.WestEurope`` …"""

    text: str


class Asg(NamedTuple):
    """An application security group, by id."""

    id: ResourceId


AddressTerm = AnyAddress | Cidr | ServiceTag | Asg | Unresolved


@dataclass(frozen=True, slots=True)
class AddressField:
    """The source or the destination of a rule: matches what any of ``terms`` matches; no terms match nothing.

    ``singular`` says that the input used the singular property (``sourceAddressPrefix``), which answers echo.
    """

    terms: tuple[AddressTerm, ...]
    singular: bool = True


@dataclass(frozen=True, slots=True)
class PortField:
    """The source or the destination ports of a rule; ``texts`` as written, one for each of ``ranges``."""

    ranges: tuple[PortRange | Unresolved, ...]
    texts: tuple[str, ...]
    singular: bool = True


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """One rule of a network security group, or a default rule (``is_default``).

    ``priority``: lower is asked first, unique in one direction of one group. ``protocol_text`` keeps the casing.
    """

    id: ResourceId
    name: str
    direction: Direction | Unresolved
    priority: int | Unresolved
    access: Access | Unresolved
    protocol: Protocol | Unresolved
    sources: AddressField
    source_ports: PortField
    destinations: AddressField
    destination_ports: PortField
    protocol_text: str = ""
    description: str = ""
    is_default: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)
