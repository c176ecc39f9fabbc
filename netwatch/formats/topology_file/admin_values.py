"""Reading values that only network managers have in the native topology file."""

from __future__ import annotations

from typing import Any

from netwatch.formats.topology_file.faults import Fault, Malformed, shown, text
from netwatch.formats.topology_file.open_values import or_open
from netwatch.formats.topology_file.values import one_of
from netwatch.model.flow import Access, Protocol
from netwatch.model.unresolved import Unresolved

__all__ = ["SCOPES", "admin_access", "admin_protocol", "scope"]

SCOPES = ("/subscriptions/", "/providers/Microsoft.Management/managementGroups/")
"""How the ids begin that a network manager's scopes may be."""


def admin_access(value: Any) -> Access:
    """Allow, AlwaysAllow or Deny, as a security admin rule says it."""
    return Access(_ACCESS(value))


def admin_protocol(value: Any) -> tuple[Protocol | Unresolved, str]:
    """A security admin rule's protocol, and its spelling in the file; every one is ``Any`` there. It may be open."""
    word = _PROTOCOL(value)
    return (word, "") if isinstance(word, Unresolved) else (Protocol.parse(word), str(value))


def scope(value: Any) -> str:
    """What a network manager governs: the id of a subscription or a management group."""
    word = text(value).lower()
    for start in SCOPES:
        name = word.removeprefix(start.lower())
        if name != word and name and "/" not in name and not any(character.isspace() for character in name):
            return str(value)
    message = f"must be the id of a subscription or a management group, found {shown(value)}"
    raise Malformed(Fault(message, f"Write {SCOPES[0]}… or {SCOPES[1]}…"))


_ACCESS = one_of("Allow", "AlwaysAllow", "Deny")
_PROTOCOL = or_open(one_of("Any", "Tcp", "Udp", "Icmp", "Esp", "Ah", "*"))
