"""ARM's bodies for rules."""

from __future__ import annotations

from typing import Any

from netwatch.model.addresses import parse_port_range, parse_prefix
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Level
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, Asg, Cidr, PortField
from netwatch.render.arm import body
from tests.build import GROUP, prefixes, rule
from tests.unit.render.answers import NIC, OPEN, SUBNET, effective_nsg, rules_answer, view_answer

EVERY = prefixes("0.0.0.0/0", "::/0")


def _one(own: EffectiveRule) -> dict[str, Any]:
    rules = body(rules_answer(effective_nsg(own=(own,))))["value"][0]["effectiveSecurityRules"]
    found: dict[str, Any] = rules[0]
    return found


def _view_one(own: EffectiveRule) -> dict[str, Any]:
    view = body(view_answer(None, effective_nsg(own=(own,))))["networkInterfaces"][0]["securityRuleAssociations"]
    return next(each for each in view["effectiveSecurityRules"] if each["name"].startswith("UserRule_"))


def test_a_singular_rule_has_the_fields_of_the_newest_answers_and_no_others() -> None:
    own = EffectiveRule(rule("web", "Tcp", source="Internet", dports="443"), EVERY, EVERY, prefixes("1.0.0.0/8"))
    assert list(_one(own).items()) == [
        ("name", "securityRules/web"),
        ("protocol", "Tcp"),
        ("sourcePortRange", "0-65535"),
        ("destinationPortRange", "443-443"),
        ("sourcePortRanges", ["0-65535"]),
        ("destinationPortRanges", ["443-443"]),
        ("sourceAddressPrefix", "Internet"),
        ("destinationAddressPrefix", "0.0.0.0/0"),
        ("sourceAddressPrefixes", ["Internet"]),
        ("destinationAddressPrefixes", ["0.0.0.0/0"]),
        ("expandedSourceAddressPrefix", ["1.0.0.0/8"]),
        ("access", "Allow"),
        ("priority", 100),
        ("direction", "Inbound"),
    ]


def test_several_values_stand_in_the_plural_and_the_first_in_the_singular() -> None:
    found = _one(EffectiveRule(rule("web", source="10.0.0.4 10.1.0.0/16", dports="80 443-445"), EVERY, EVERY))
    assert found["sourceAddressPrefix"] == "10.0.0.4/32"
    assert found["sourceAddressPrefixes"] == ["10.0.0.4/32", "10.1.0.0/16"]
    assert (found["destinationPortRange"], found["destinationPortRanges"]) == ("80-80", ["80-80", "443-445"])
    assert found["destinationAddressPrefixes"] == ["0.0.0.0/0"]
    assert found["protocol"] == "All"


def test_groups_stand_for_the_addresses_of_their_members() -> None:
    asg = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg"
    members = prefixes("10.0.0.4", "10.0.0.5")
    found = _one(EffectiveRule(rule("web", source=asg), members, EVERY, members))
    assert found["sourceAddressPrefixes"] == ["10.0.0.4/32", "10.0.0.5/32"]
    assert found["expandedSourceAddressPrefix"] == ["10.0.0.4/32", "10.0.0.5/32"]


def test_a_group_without_members_has_no_prefix() -> None:
    asg = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg"
    found = _one(EffectiveRule(rule("web", destination=asg), EVERY, (), None, ()))
    assert "destinationAddressPrefix" not in found
    assert found["expandedDestinationAddressPrefix"] == []


def test_an_open_protocol_is_written_as_its_expression() -> None:
    assert _one(EffectiveRule(rule("web", OPEN), EVERY, EVERY))["protocol"] == "[parameters('port')]"


def test_each_group_names_what_it_is_bound_to() -> None:
    found = body(rules_answer(effective_nsg(Level.NIC), effective_nsg(Level.SUBNET)))["value"]
    assert [entry["association"] for entry in found] == [
        {"networkInterface": {"id": NIC.id.text}},
        {"subnet": {"id": SUBNET.text}},
    ]
    assert found[0]["networkSecurityGroup"] == {"id": GROUP.text}


def test_own_rules_come_before_the_defaults_inbound_before_outbound() -> None:
    outbound = EffectiveRule(rule("out", direction="Outbound", priority=100), EVERY, EVERY)
    inbound = EffectiveRule(rule("in", priority=200), EVERY, EVERY)
    rules = body(rules_answer(effective_nsg(own=(outbound, inbound))))["value"][0]["effectiveSecurityRules"]
    assert [each["name"].split("/")[1] for each in rules] == [
        "in",
        "out",
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]


def test_a_view_has_an_association_only_where_a_group_is_bound() -> None:
    view = body(view_answer(None, effective_nsg()))["networkInterfaces"][0]
    assert list(view["securityRuleAssociations"]) == [
        "subnetAssociation",
        "defaultSecurityRules",
        "effectiveSecurityRules",
    ]
    assert view["securityRuleAssociations"]["subnetAssociation"]["id"] == SUBNET.text


def test_the_rules_of_a_view_come_in_the_services_order() -> None:
    view = body(view_answer(effective_nsg(Level.NIC), None))["networkInterfaces"][0]["securityRuleAssociations"]
    assert [each["name"] for each in view["effectiveSecurityRules"]] == [
        "DefaultOutboundDenyAll",
        "DefaultRule_AllowVnetOutBound",
        "DefaultRule_AllowInternetOutBound",
        "DefaultRule_DenyAllOutBound",
        "DefaultInboundDenyAll",
        "DefaultRule_AllowVnetInBound",
        "DefaultRule_AllowAzureLoadBalancerInBound",
        "DefaultRule_DenyAllInBound",
        "UserRule_own",
    ]


def test_two_groups_are_viewed_one_after_the_other_and_share_one_list_of_defaults() -> None:
    view = body(view_answer(effective_nsg(Level.NIC), effective_nsg()))["networkInterfaces"][0]
    associations = view["securityRuleAssociations"]
    assert len(associations["effectiveSecurityRules"]) == 18
    assert len(associations["defaultSecurityRules"]) == 6


def test_every_address_stands_twice_in_the_plural_and_the_backstop_says_star() -> None:
    found = _view_one(EffectiveRule(rule("web"), EVERY, EVERY))
    assert found["sourceAddressPrefixes"] == ["0.0.0.0/0", "0.0.0.0/0"]
    view = body(view_answer(None, effective_nsg()))["networkInterfaces"][0]["securityRuleAssociations"]
    backstop = view["effectiveSecurityRules"][0]
    assert (backstop["sourceAddressPrefix"], backstop["sourceAddressPrefixes"]) == ("*", ["*"])
    assert (backstop["priority"], backstop["access"]) == (65500, "Deny")


def test_default_rules_have_an_id_with_empty_segments_and_no_etag() -> None:
    view = body(view_answer(None, effective_nsg()))["networkInterfaces"][0]["securityRuleAssociations"]
    first = view["defaultSecurityRules"][0]
    assert first["id"] == (
        "/subscriptions//resourceGroups//providers/Microsoft.Network"
        "/networkSecurityGroups//defaultSecurityRules/AllowVnetInBound"
    )
    assert "etag" not in first
    assert first["properties"]["description"] == "Allow inbound traffic from all VMs in VNET"


def test_an_own_rule_echoes_the_property_that_was_used() -> None:
    own = rule("web", "Tcp", source="Internet", dports="443")
    plural = PortField((parse_port_range("80"), parse_port_range("443")), ("80", "443"), singular=False)
    asg = Asg(ResourceId(f"{GROUP.text}/asg"))
    sources = AddressField((asg, Cidr(parse_prefix("10.0.0.4"), "10.0.0.4")), singular=False)
    from dataclasses import replace

    changed = replace(own, destination_ports=plural, sources=sources, protocol_text="TCP")
    nsg = effective_nsg(own=())
    bound = replace(nsg, nsg=replace(nsg.nsg, rules=(changed,)))
    view = body(view_answer(None, bound))["networkInterfaces"][0]["securityRuleAssociations"]
    (found,) = view["subnetAssociation"]["securityRules"]
    properties = found["properties"]
    assert found["etag"].startswith('W/"')
    assert properties["protocol"] == "TCP"
    assert "destinationPortRange" not in properties
    assert properties["destinationPortRanges"] == ["80", "443"]
    assert properties["sourceAddressPrefixes"] == ["10.0.0.4"]
    assert properties["sourceApplicationSecurityGroups"] == [{"id": f"{GROUP.text}/asg"}]
    assert (properties["destinationAddressPrefix"], properties["destinationAddressPrefixes"]) == ("*", [])
