"""Azure firewalls of resolved ARM resources: with rules of their own (classic), or with those of a firewall policy.

Sources: the REST reference of azureFirewalls, firewallPolicies and ipGroups; "Rule processing logic": the rules of a
parent policy come first, then groups and collections by priority; NAT rules before network rules before application
rules, whatever the priorities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import Prefix, parse_prefix
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AddressTerm, Cidr, PortField
from netwatch.model.unresolved import Unresolved

__all__ = ["TYPES", "FirewallReader"]

TYPES = ("azurefirewalls", "firewallpolicies", "firewallpolicies/rulecollectiongroups", "ipgroups")

_Placed = tuple[ArmObject, ResourceId]


class _Rules(NamedTuple):
    """What a firewall goes by."""

    nat: tuple[NatRule, ...] = ()
    network: tuple[FirewallRule, ...] = ()
    application: tuple[FirewallRule, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()

    def then(self, other: _Rules) -> _Rules:
        """These, and after them the others."""
        return _Rules(
            self.nat + other.nat,
            self.network + other.network,
            self.application + other.application,
            self.unresolved + other.unresolved,
        )


class FirewallReader:
    """Reads firewalls; ``finish`` gives each the rules of its policy, and rules the addresses of their IP groups.

    Policies, rule collection groups and IP groups stay in the input as resources that are only named.
    """

    def __init__(self, draft: TopologyDraft, name: Callable[[ArmObject, ResourceId], None]) -> None:
        self._draft = draft
        self._name = name
        self._held: dict[str, list[_Placed]] = {kind: [] for kind in TYPES}

    def read(self, resource: ArmObject, id: ResourceId) -> None:
        """Take in a firewall, a policy, a group of its rules, or an IP group."""
        kind = "/".join(id.type.lower().split("/")[1:])
        self._held[kind if kind in TYPES else "ipgroups"].append((resource, id))

    def finish(self) -> None:
        """Give every firewall to the draft, and name the rest."""
        for resource, id in self._held["azurefirewalls"]:
            firewall = self._firewall(resource, id)
            if firewall is None:
                self._name(resource, id)
            else:
                self._draft.add(firewall)
        for kind in TYPES[1:]:
            for resource, id in self._held[kind]:
                self._name(resource, id)

    def _firewall(self, resource: ArmObject, id: ResourceId) -> Firewall | None:
        """One in a virtual network, or in a hub of a virtual WAN, which has no subnet; None where neither is said."""
        fields = resource.object("properties")
        configs = [each.object("properties") for each in fields.objects("ipConfigurations")]
        hub = fields.reference("virtualHub")
        if not configs and hub is None:
            return None
        inside = [fields.object("hubIPAddresses")] if hub is not None else configs
        rules = self._own_rules(fields).then(self._of_policy(fields))
        public = [config.reference("publicIPAddress") for config in configs]
        return Firewall(
            id=id,
            location=resource.text("location"),
            subnet=next((each for config in configs if (each := config.reference("subnet")) is not None), None),
            private_ip=inside[0].parsed("privateIPAddress", fields.reading.address),
            public_ips=tuple(each for each in public if each is not None),
            nat_rules=rules.nat,
            network_rules=rules.network,
            application_rules=rules.application,
            private_ranges=self._private_ranges(fields),
            unresolved=rules.unresolved,
            where=resource.where,
            hub=hub,
        )

    def _private_ranges(self, fields: ArmObject) -> tuple[Prefix, ...]:
        """Those of the firewall (classic), or of its policy; without any, the usual ones."""
        words = fields.object("additionalProperties").text("Network.SNAT.PrivateRanges").split(",")
        policy = self._find("firewallpolicies", fields.reference("firewallPolicy"))
        if policy is not None:
            words = [str(each) for each in policy[0].object("properties").object("snat").items("privateRanges")]
        found: list[Prefix] = []
        for word in (word.strip() for word in words):
            if word.lower() == "ianaprivateranges":
                found += PRIVATE_RANGES
            elif word:
                found += [parse_prefix(word)] if _is_prefix(word) else []
        return tuple(found) or PRIVATE_RANGES

    def _own_rules(self, fields: ArmObject) -> _Rules:
        """Classic rules: collections by priority, each kind apart."""
        found = _Rules()
        for kind in ("natRuleCollections", "networkRuleCollections", "applicationRuleCollections"):
            for collection in _by_priority(fields.objects(kind)):
                found = found.then(self._collection(collection, collection.object("properties"), "", kind))
        return found

    def _of_policy(self, fields: ArmObject) -> _Rules:
        """The rules of the firewall's policy and of those it is based on, whose rules come first."""
        reference = fields.reference("firewallPolicy")
        found, seen = _Rules(), set[str]()
        while reference is not None:
            held = self._find("firewallpolicies", reference)
            if isinstance(reference, Unresolved):
                return _Rules(unresolved=(reference,)).then(found)
            if held is None:
                reason = f"firewall policy {reference.name} is not in the input"
                return _Rules(unresolved=(Unresolved(reason, where=fields.where),)).then(found)
            policy, id = held
            if id.key in seen:
                break
            seen.add(id.key)
            found = self._groups_of(id).then(found)
            reference = policy.object("properties").reference("basePolicy")
        return found

    def _find(self, kind: str, id: Any) -> _Placed | None:
        return next((held for held in self._held[kind] if isinstance(id, ResourceId) and held[1] == id), None)

    def _groups_of(self, policy: ResourceId) -> _Rules:
        groups = [each for each, id in self._held["firewallpolicies/rulecollectiongroups"] if id.parent == policy]
        found = _Rules()
        for group in _by_priority(groups):
            prefix = f"{group.text('name').rsplit('/', 1)[-1]}."
            for collection in _by_priority(group.object("properties").objects("ruleCollections")):
                kind = collection.text("ruleCollectionType")
                found = found.then(self._collection(collection, collection, prefix, kind))
        return found

    def _collection(self, named: ArmObject, fields: ArmObject, prefix: str, kind: str) -> _Rules:
        """The rules of one collection. Classic ones have their fields below ``properties`` and each kind in a list."""
        path = f"{prefix}{named.text('name')}"
        action = fields.object("action").text("type")
        access = Access.DENY if action.lower() == "deny" else Access.ALLOW
        nat, network, application = [], [], []
        for rule in fields.objects("rules"):
            name = f"{path}.{rule.text('name')}"
            sort = rule.text("ruleType", kind).lower()
            if sort.startswith("nat"):
                nat.append(self._nat_rule(rule, name))
            elif sort.startswith("application"):
                application.append(self._application_rule(rule, name, access))
            else:
                network.append(self._network_rule(rule, name, access))
        return _Rules(tuple(nat), tuple(network), tuple(application))

    def _network_rule(self, rule: ArmObject, name: str, access: Access) -> FirewallRule:
        return FirewallRule(
            name=name,
            access=access,
            protocols=_protocols(rule),
            sources=self._side(rule, "source"),
            destinations=self._side(rule, "destination"),
            ports=_ports(rule, rule.items("destinationPorts")),
            fqdns=tuple(str(each) for each in rule.items("destinationFqdns")),
            where=rule.where,
        )

    def _application_rule(self, rule: ArmObject, name: str, access: Access) -> FirewallRule:
        """Its protocols are Http, Https and Mssql, each with its port; all of them are TCP."""
        ports = [each.raw("port") for each in rule.objects("protocols")]
        others = ("fqdnTags", "webCategories", "targetUrls")
        return FirewallRule(
            name=name,
            access=access,
            protocols=(Protocol.TCP,),
            sources=self._side(rule, "source"),
            destinations=AddressField(()),
            ports=_ports(rule, [each for each in ports if each is not None]),
            fqdns=tuple(str(each) for each in rule.items("targetFqdns")),
            other_names=tuple(str(each) for kind in others for each in rule.items(kind)),
            where=rule.where,
        )

    def _nat_rule(self, rule: ArmObject, name: str) -> NatRule:
        address = rule.parsed("translatedAddress", rule.reading.address)
        if address is None and rule.raw("translatedFqdn") is not None:
            address = Unresolved(f"{name} translates to a name, {rule.text('translatedFqdn')}", where=rule.where)
        return NatRule(
            name=name,
            protocols=_protocols(rule),
            sources=self._side(rule, "source"),
            destinations=self._side(rule, "destination"),
            ports=_ports(rule, rule.items("destinationPorts")),
            translated_address=address,
            translated_port=rule.integer("translatedPort"),
            where=rule.where,
        )

    def _side(self, rule: ArmObject, side: str) -> AddressField:
        terms = [term for each in rule.items(f"{side}Addresses") for term in _terms(rule, f"{side}Addresses", each)]
        for text in rule.all_parsed(f"{side}IpGroups", rule.reading.resource_id):
            held = self._find("ipgroups", text)
            if held is None:
                terms.append(text if isinstance(text, Unresolved) else _not_here(text, rule))
            else:
                fields = held[0].object("properties")
                terms += [term for each in fields.items("ipAddresses") for term in _terms(fields, "ipAddresses", each)]
        return AddressField(tuple(terms), singular=False)


def _not_here(id: ResourceId, rule: ArmObject) -> Unresolved:
    return Unresolved(f"IP group {id.name} is not in the input", id.text, rule.where)


def _by_priority(objects: Iterable[ArmObject]) -> list[ArmObject]:
    """Lower numbers first; what has none, in the order of the input, last."""
    return sorted(objects, key=_priority)


def _priority(resource: ArmObject) -> int:
    found = resource.integer("priority")
    if found is None:
        found = resource.object("properties").integer("priority")
    return found if isinstance(found, int) else 65_536


def _protocols(rule: ArmObject) -> tuple[Protocol | Unresolved, ...]:
    """Of a policy's rules ``ipProtocols``, of classic ones ``protocols``; ``Any`` is every one."""
    name = "ipProtocols" if rule.items("ipProtocols") else "protocols"
    return rule.all_parsed(name, Protocol.parse)


def _ports(rule: ArmObject, values: list[Any]) -> PortField:
    texts = [str(value) for value in values]
    ranges = tuple(
        value if isinstance(value, Unresolved) else rule.parse("destinationPorts", text, rule.reading.port_range)
        for value, text in zip(values, texts, strict=True)
    )
    return PortField(ranges, tuple(texts), singular=False)


def _terms(fields: ArmObject, name: str, value: Any) -> Iterator[AddressTerm]:
    """An address, a prefix, a service tag, everything, or a range ``from-to``."""
    blocks = _blocks(value) if isinstance(value, str) and "-" in value else []
    yield from (Cidr(parse_prefix(block), block) for block in blocks)
    if not blocks:
        yield fields.parse(name, value, fields.reading.address_term)


def _blocks(text: str) -> list[str]:
    """The prefixes that make up a range; none where it is not one."""
    from ipaddress import IPv4Address, summarize_address_range

    first, _, last = text.partition("-")
    try:
        low, high = IPv4Address(first.strip()), IPv4Address(last.strip())
        return [str(block) for block in summarize_address_range(low, high)]
    except ValueError:
        return []


def _is_prefix(text: str) -> bool:
    try:
        parse_prefix(text.strip())
    except ValueError:
        return False
    return True
