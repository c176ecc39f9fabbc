"""Network managers of a native topology file: groups, admin rules and meshes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from netwatch.formats.topology_file.reading_parts import Path, Reading, Values, said
from netwatch.formats.topology_file.values import ANY_ADDRESS, ANY_PORTS
from netwatch.model.flow import Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import (
    AdminRuleCollection,
    ConnectivityConfiguration,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["READERS"]


def _network_manager(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A network manager and everything in it; it governs the file's subscription unless it says otherwise."""
    scope = reading.scope.of(body)
    values = reading.fields("networkManager", body, path)
    id = scope.id("networkManagers", name)
    scopes = said(values, "networkManagerScopes", (f"/subscriptions/{scope.subscription}",))
    reading.draft.add(NetworkManager(id, scope.location, tuple(map(ResourceId, scopes)), reading.place(path)))
    for group, words in reading.items(values, "networkGroups", path):
        _group(reading, id.child("networkGroups", group), words, path)
    for child, fields in reading.items(values, "securityAdminConfigurations", path):
        _security_configuration(reading, id, fields, (*path, "securityAdminConfigurations", child))
    for child, fields in reading.items(values, "connectivityConfigurations", path):
        _connectivity(reading, id, fields, (*path, "connectivityConfigurations", child))


def _group(reading: Reading, id: ResourceId, words: tuple[str | Unresolved, ...], path: Path) -> None:
    """A group of virtual networks by name, or of subnets as ``vnet/subnet``."""
    at = ("networkGroups", id.name)
    members = tuple(
        reading.resolved(word, "subnets" if "/" in str(word) else "virtualNetworks", path, (*at, index))
        for index, word in enumerate(words)
    )
    reading.draft.add(NetworkGroup(id, tuple(dict.fromkeys(members)), reading.place(path + at)))


def _groups(reading: Reading, manager: ResourceId, values: Values, path: Path) -> tuple[ResourceId, ...]:
    """The groups that something applies to; they are the manager's own."""
    words: tuple[str, ...] = said(values, "appliesToGroups", ())
    found = [_applied(reading, manager, word, (*path, "appliesToGroups", index)) for index, word in enumerate(words)]
    return tuple(group for group in found if group is not None)


def _applied(reading: Reading, manager: ResourceId, word: str, path: Path) -> ResourceId | None:
    found = reading.resolved(word if "/" in word else f"{manager.name}/{word}", "networkGroups", path[:-2], path[-2:])
    return found if isinstance(found, ResourceId) else None


def _security_configuration(reading: Reading, manager: ResourceId, body: Any, path: Path) -> None:
    values = reading.fields("securityAdminConfiguration", body, path)
    id = manager.child("securityAdminConfigurations", str(path[-1]))
    policies = said(values, "applyOnNetworkIntentPolicyBasedServices", "None")
    reading.draft.add(SecurityAdminConfiguration(id, policies, reading.place(path)))
    for name, fields in reading.items(values, "ruleCollections", path):
        _collection(reading, manager, id.child("ruleCollections", name), fields, (*path, "ruleCollections", name))


def _collection(reading: Reading, manager: ResourceId, id: ResourceId, body: Any, path: Path) -> None:
    values = reading.fields("ruleCollection", body, path)
    rules = tuple(
        _rule(reading, id.child("rules", name), fields, (*path, "rules", name))
        for name, fields in reading.items(values, "rules", path)
    )
    groups = _groups(reading, manager, values, path)
    reading.draft.add(AdminRuleCollection(id, groups, rules, reading.place(path)))


def _rule(reading: Reading, id: ResourceId, body: Any, path: Path) -> SecurityRule:
    """One admin rule; access must be said, the rest may be left out as in security rules."""
    values = reading.fields("rule", body, path)
    protocol, protocol_text = said(values, "protocol", (Protocol.ANY, "Any"))
    return SecurityRule(
        id=id,
        name=id.name,
        direction=said(values, "direction", Direction.INBOUND),
        priority=values["priority"],
        access=values["access"],
        protocol=protocol,
        sources=said(values, "source", ANY_ADDRESS),
        source_ports=said(values, "sourcePortRanges", ANY_PORTS),
        destinations=said(values, "destination", ANY_ADDRESS),
        destination_ports=said(values, "destinationPortRanges", ANY_PORTS),
        protocol_text=protocol_text,
        description=said(values, "description", ""),
        where=reading.place(path),
    )


def _connectivity(reading: Reading, manager: ResourceId, body: Any, path: Path) -> None:
    """A mesh, or a hub and spoke; what is said of its groups holds for each of them that does not say otherwise."""
    values = reading.fields("connectivityConfiguration", body, path)
    is_mesh = said(values, "connectivityTopology", "") == "Mesh"
    said_of = _applied_groups(reading, manager, values, path)
    groups = tuple(said_of)
    direct = (group for group, own in said_of.items() if said(own, "groupConnectivity", "None") == "DirectlyConnected")
    id = manager.child("connectivityConfigurations", str(path[-1]))
    is_global = said(values, "isGlobal", False)
    found = ConnectivityConfiguration(id, groups if is_mesh else tuple(direct), is_global, reading.place(path))
    if not is_mesh:
        hubs = reading.references(values, "hubs", "virtualNetworks", path)
        known = tuple(hub for hub in hubs if isinstance(hub, ResourceId))
        users = tuple(group for group, own in said_of.items() if said(own, "useHubGateway", False))
        found = replace(found, hubs=known, spoke_groups=groups, gateway_groups=users)
    reading.draft.add(found)


def _applied_groups(reading: Reading, manager: ResourceId, values: Values, path: Path) -> dict[ResourceId, Values]:
    """The groups of a connectivity configuration, each with what holds for it."""
    if not isinstance(values.get("appliesToGroups"), dict):
        return dict.fromkeys(_groups(reading, manager, values, path), values)
    found: dict[ResourceId, Values] = {}
    for word, body in values["appliesToGroups"].items():
        at = (*path, "appliesToGroups", word)
        own = reading.fields("appliedGroup", body, at)
        group = _applied(reading, manager, word, at)
        if group in found:
            reading.conflict(at, "a group stands here twice.", hint="Say of a group once what holds for it.")
        elif group is not None:
            found[group] = {**values, **own}
    return found


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {"networkManagers": _network_manager}
"""Key of the file → what reads one thing under it."""
