"""``Flow``: one 5-tuple, named from its opener's side; and the words of its fields."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from netwatch.model.addresses import ANY_PORT, Address

__all__ = ["Access", "Direction", "Flow", "Level", "Outcome", "Protocol"]


class Protocol(Enum):
    """The protocols a rule can name, spelled as ARM spells them; ``number`` is IANA's, -1 for ``*``."""

    TCP = "Tcp"
    UDP = "Udp"
    ICMP = "Icmp"
    ESP = "Esp"
    AH = "Ah"
    ANY = "*"

    @property
    def number(self) -> int:
        return _PROTOCOL_NUMBER[self.name]

    @property
    def has_ports(self) -> bool:
        return self.name in ("TCP", "UDP")

    @classmethod
    def parse(cls, text: str) -> Protocol:
        """The protocol that ``text`` names, in any case; ``Any`` (admin rules) is ``*``; ValueError otherwise."""
        try:
            return _PROTOCOL_BY_TEXT[text.lower()]
        except KeyError:
            raise ValueError(f"{text!r} is not a protocol: Tcp, Udp, Icmp, Esp, Ah or *") from None


_PROTOCOL_NUMBER = {"TCP": 6, "UDP": 17, "ICMP": 1, "ESP": 50, "AH": 51, "ANY": -1}
_PROTOCOL_BY_TEXT = {**{p.value.lower(): p for p in Protocol}, "any": Protocol.ANY}


class Direction(Enum):
    """Which way a flow crosses the NIC, seen from the NIC."""

    INBOUND = "Inbound"
    OUTBOUND = "Outbound"

    @classmethod
    def parse(cls, text: str) -> Direction:
        """The direction that ``text`` names, in any case; ValueError otherwise."""
        for direction in cls:
            if direction.value.lower() == text.lower():
                return direction
        raise ValueError(f"{text!r} is not a direction: Inbound or Outbound")


class Access(Enum):
    """What a rule says. AlwaysAllow exists for admin rules only: allowed, and no NSG is asked."""

    ALLOW = "Allow"
    DENY = "Deny"
    ALWAYS_ALLOW = "AlwaysAllow"

    @classmethod
    def parse(cls, text: str) -> Access:
        """The access that ``text`` names, in any case; ValueError otherwise."""
        for access in cls:
            if access.value.lower() == text.lower():
                return access
        raise ValueError(f"{text!r} is not an access: Allow or Deny")


class Outcome(Enum):
    """How a verdict ends. Unknown: the input leaves a value open that decides it. NotApplicable: nothing to ask."""

    ALLOW = "Allow"
    DENY = "Deny"
    UNKNOWN = "Unknown"
    NOT_APPLICABLE = "NotApplicable"


class Level(Enum):
    """Where a rule list is bound: above the VNet (network manager), on the subnet, or on the NIC."""

    ADMIN = "admin"
    SUBNET = "subnet"
    NIC = "NIC"


class Flow(NamedTuple):
    """One flow, named from the side that opens it.

    Ports are 0–65535; ``src_port`` may be ANY_PORT where the question leaves it open; both are 0 for protocols
    without ports. Both addresses are of one family.
    """

    protocol: Protocol
    src_ip: Address
    src_port: int
    dst_ip: Address
    dst_port: int

    def __str__(self) -> str:
        src, dst = _endpoint(self.src_ip, self.src_port), _endpoint(self.dst_ip, self.dst_port)
        return f"{self.protocol.value} {src} → {dst}"


def _endpoint(address: Address, port: int) -> str:
    host = f"[{address}]" if address.version == 6 else str(address)
    return f"{host}:{'*' if port == ANY_PORT else port}"
