"""Azure firewalls of a native topology file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, Values, said
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access
from netwatch.model.resources import Reference
from netwatch.model.rules import AddressField, PortField
from netwatch.model.unresolved import Unresolved

__all__ = ["READERS"]


def _firewall(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("azureFirewall", body, path)
    policy = values.get("firewallPolicy")
    firewall = Firewall(
        id=scope.id("azureFirewalls", name),
        location=scope.location,
        subnet=_subnet(reading, values, path),
        private_ip=values.get("privateIPAddress"),
        public_ips=reading.references(values, "publicIPAddress", "publicIPAddresses", path),
        nat_rules=tuple(_nat_rule(reading, *each) for each in _rules(reading, values, "natRules", path)),
        network_rules=tuple(_rule(reading, *each) for each in _rules(reading, values, "networkRules", path)),
        application_rules=tuple(_rule(reading, *each) for each in _rules(reading, values, "applicationRules", path)),
        private_ranges=said(values, "privateRanges", PRIVATE_RANGES),
        unresolved=(policy,) if isinstance(policy, Unresolved) else (),
        where=reading.place(path),
        hub=reading.reference(values, "virtualHub", "virtualHubs", path),
    )
    reading.draft.add(firewall)


def _subnet(reading: Reading, values: Values, path: Path) -> Reference:
    """Where it stands, unless it stands in a hub."""
    if "subnet" in values and "virtualHub" in values:
        reading.conflict(path, '"subnet" stands beside "virtualHub".', hint="Keep one.", at=("subnet",))
    if "subnet" in values or "virtualHub" in values:
        return reading.reference(values, "subnet", "subnets", path)
    hint = "Add it: subnet: vnet-hub/AzureFirewallSubnet, or virtualHub: hub"
    reading.problem(path, '"subnet" is missing.', hint=hint)
    return UNREAD


def _rules(reading: Reading, values: Values, key: str, path: Path) -> Iterator[tuple[str, Values, Path]]:
    kind = {"natRules": "natRule", "networkRules": "networkRule", "applicationRules": "applicationRule"}[key]
    for name, body in reading.items(values, key, path):
        place = (*path, key, name)
        yield name, reading.fields(kind, body, place), place


def _rule(reading: Reading, name: str, values: Values, path: Path) -> FirewallRule:
    return FirewallRule(
        name=name,
        access=said(values, "access", Access.ALLOW),
        protocols=said(values, "protocol", ()),
        sources=_side(values, "source"),
        destinations=_side(values, "destination"),
        ports=_ports(values),
        fqdns=said(values, "fqdns", ()),
        other_names=said(values, "otherNames", ()),
        where=reading.place(path),
    )


def _nat_rule(reading: Reading, name: str, values: Values, path: Path) -> NatRule:
    return NatRule(
        name=name,
        protocols=said(values, "protocol", ()),
        sources=_side(values, "source"),
        destinations=_side(values, "destination"),
        ports=_ports(values),
        translated_address=values.get("translatedAddress"),
        translated_port=values.get("translatedPort"),
        where=reading.place(path),
    )


def _side(values: Values, key: str) -> AddressField:
    found = values.get(key)
    if isinstance(found, Unresolved):
        return AddressField((found,), singular=False)
    return AddressField(()) if found is None else replace(found, singular=False)


def _ports(values: Values) -> PortField:
    found = values.get("destinationPortRanges")
    if isinstance(found, Unresolved):
        return PortField((found,), (found.text,), singular=False)
    return PortField((), (), singular=False) if found is None else replace(found, singular=False)


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {"azureFirewalls": _firewall}
"""Key of the file → what reads one thing under it."""
