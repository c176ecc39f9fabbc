"""Azure firewalls of ARM inputs: classic rules, and those of policies, in the order in which they are asked."""

from __future__ import annotations

from typing import Any

from netwatch.model.addresses import parse_prefix
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall
from netwatch.model.flow import Access, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from tests.unit.formats.arm import Json, arm_id, ids, only, read, resource, vnet

_PIP = resource("publicIPAddresses", "pip", ipAddress="20.0.0.4")
_SUBNET = {"id": arm_id("virtualNetworks", "vnet-a") + "/subnets/web"}


def firewall(**properties: Any) -> Json:
    config = {"privateIPAddress": "10.0.1.4", "subnet": _SUBNET, "publicIPAddress": {"id": _PIP["id"]}}
    return resource("azureFirewalls", "fw", ipConfigurations=[{"name": "c", "properties": config}], **properties)


def found(*resources: Json) -> Firewall:
    firewall: Firewall = only(read(vnet(), _PIP, *resources).firewalls)
    return firewall


def collection(name: str, priority: int, action: str, *rules: Json) -> Json:
    return {"name": name, "properties": {"priority": priority, "action": {"type": action}, "rules": list(rules)}}


def test_classic_rules_by_priority() -> None:
    allow = {"name": "sql", "protocols": ["TCP", "Any"], "sourceAddresses": ["10.0.0.1-10.0.0.2", "*"],
             "destinationAddresses": ["Sql.WestEurope"], "destinationPorts": ["1433", "80-90", "*"]}  # fmt: skip
    deny = {"name": "no", "protocols": ["UDP"], "destinationFqdns": ["a.b"], "destinationPorts": [53]}
    names = {"name": "web", "protocols": [{"protocolType": "Https", "port": 443}], "targetFqdns": ["*.b"],
             "fqdnTags": ["WindowsUpdate"]}  # fmt: skip
    nat = {"name": "in", "protocols": ["TCP"], "destinationAddresses": ["20.0.0.4"], "destinationPorts": ["443"],
           "translatedAddress": "10.0.1.9", "translatedPort": "8443"}  # fmt: skip
    fw = found(
        firewall(
            networkRuleCollections=[collection("late", 200, "Allow", allow), collection("early", 100, "Deny", deny)],
            applicationRuleCollections=[collection("app", 100, "Allow", names)],
            natRuleCollections=[collection("nat", 100, "Dnat", nat)],
        )
    )
    assert (ids([fw.subnet]), str(fw.private_ip), ids(fw.public_ips)) == (["web"], "10.0.1.4", ["pip"])
    early, late = fw.network_rules
    assert (early.name, early.access, early.fqdns) == ("early.no", Access.DENY, ("a.b",))
    assert late.protocols == (Protocol.TCP, Protocol.ANY)
    assert [getattr(term, "text", "") for term in late.sources.terms] == ["10.0.0.1/32", "10.0.0.2/32", "*"]
    assert late.ports.texts == ("1433", "80-90", "*")
    (app,), (translation,) = fw.application_rules, fw.nat_rules
    assert (app.fqdns, app.other_names, app.ports.texts) == (("*.b",), ("WindowsUpdate",), ("443",))
    assert (str(translation.translated_address), translation.translated_port) == ("10.0.1.9", 8443)
    assert fw.private_ranges == PRIVATE_RANGES


def group(policy: str, name: str, priority: int, *collections: Json) -> Json:
    body = resource("firewallPolicies/ruleCollectionGroups", f"{policy}/{name}", priority=priority)
    body["properties"]["ruleCollections"] = list(collections)
    return body


def of_policy(name: str, priority: int, *rules: Json) -> Json:
    return {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": name, "priority": priority,
            "action": {"type": "Allow"}, "rules": list(rules)}  # fmt: skip


def network(name: str, **fields: Any) -> Json:
    return {"ruleType": "NetworkRule", "name": name, "ipProtocols": ["TCP"], "destinationPorts": ["1"], **fields}


def test_the_rules_of_a_policy_come_after_those_of_the_policy_it_is_based_on() -> None:
    ip_group = resource("ipGroups", "workload", ipAddresses=["10.9.0.0/24", "10.9.1.4"])
    base = resource("firewallPolicies", "base", snat={"privateRanges": ["10.0.0.0/8"]})
    policy = resource("firewallPolicies", "own", basePolicy={"id": base["id"]}, snat={"privateRanges": ["8.0.0.0/8"]})
    app = {"ruleType": "ApplicationRule", "name": "a", "protocols": [{"port": 443}], "webCategories": ["Games"]}
    fw = found(
        ip_group,
        group("own", "second", 300, of_policy("c", 100, network("three"))),
        group("own", "first", 200, of_policy("b", 200, network("two")), of_policy("a", 100, network("one"), app)),
        group("base", "base", 9000, of_policy("z", 100, network("zero", sourceIpGroups=[ip_group["id"]]))),
        policy,
        base,
        firewall(firewallPolicy={"id": policy["id"]}),
    )
    assert [rule.name for rule in fw.network_rules] == ["base.z.zero", "first.a.one", "first.b.two", "second.c.three"]
    assert [getattr(term, "text", "") for term in fw.network_rules[0].sources.terms] == ["10.9.0.0/24", "10.9.1.4"]
    assert [rule.other_names for rule in fw.application_rules] == [("Games",)]
    assert fw.private_ranges == (parse_prefix("8.0.0.0/8"),)
    assert fw.unresolved == ()


def test_what_is_not_in_the_input_is_open() -> None:
    fw = found(firewall(firewallPolicy={"id": arm_id("firewallPolicies", "elsewhere")}))
    assert [each.reason for each in fw.unresolved] == ["firewall policy elsewhere is not in the input"]
    rule = {
        "name": "r",
        "protocols": ["TCP"],
        "sourceIpGroups": [arm_id("ipGroups", "gone")],
        "destinationPorts": ["1"],
    }
    fw = found(firewall(networkRuleCollections=[collection("c", 100, "Allow", rule)]))
    (term,) = fw.network_rules[0].sources.terms
    assert isinstance(term, Unresolved)
    assert term.reason == "IP group gone is not in the input"


def test_policies_and_ip_groups_stay_named_and_so_does_a_firewall_that_stands_nowhere() -> None:
    nowhere = resource("azureFirewalls", "fw")
    topology = read(resource("firewallPolicies", "p"), resource("ipGroups", "g", ipAddresses=[]), nowhere)
    assert sorted(other.id.name for other in topology.others.values()) == ["fw", "g", "p"]


def test_a_firewall_of_a_hub_has_no_subnet() -> None:
    hub = arm_id("virtualHubs", "hub")
    wall = resource("azureFirewalls", "fw", virtualHub={"id": hub}, hubIPAddresses={"privateIPAddress": "10.9.0.132"})
    (found,) = read(wall).firewalls.values()
    assert (found.hub, found.subnet, str(found.private_ip)) == (ResourceId(hub), None, "10.9.0.132")


def test_snat_ranges_of_a_classic_firewall() -> None:
    said = {"Network.SNAT.PrivateRanges": "IANAPrivateRanges, 8.0.0.0/8"}
    assert found(firewall(additionalProperties=said)).private_ranges == (*PRIVATE_RANGES, parse_prefix("8.0.0.0/8"))


def ignored(**properties: Any) -> list[str]:
    """What is not read of a firewall, or of a policy, that says this."""
    holders = (firewall(**properties), resource("firewallPolicies", "pol", **properties))
    return [f"{each.name} {each.property}" for each in read(vnet(), _PIP, *holders).notes.ignored]


def test_modes_that_drop_more_than_the_rules_are_named_and_those_that_watch_are_not() -> None:
    assert ignored(threatIntelMode="Alert", intrusionDetection={"mode": "Off"}) == ignored() == []
    assert ignored(threatIntelMode="deny") == ["fw threatIntelMode", "pol threatIntelMode"]
    assert ignored(intrusionDetection={"mode": "Deny"}) == ["pol intrusionDetection.mode"]
    assert ignored(transportSecurity={"certificateAuthority": {"name": "ca"}}) == ["pol transportSecurity"]
