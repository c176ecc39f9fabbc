"""Effective rules: order, and tags and groups as prefixes."""

from __future__ import annotations

from netwatch.effective.context_tags import TagExpansion
from netwatch.effective.defaults import default_rules
from netwatch.effective.rules import asg_members, effective_rules, in_direction
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Direction
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.build import address_field, prefixes, rule
from tests.networks import Net, Nic, arm_id, network

ASG = arm_id("applicationSecurityGroups", "web").text
NOBODY = arm_id("applicationSecurityGroups", "nobody").text


def expand(rule: SecurityRule, tag: ServiceTag) -> TagExpansion:
    return TagExpansion(prefixes("10.0.0.0/16"))


def net(*rules: SecurityRule, address: str | Unresolved = "10.0.1.4") -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24")},
        nics={"a-nic": Nic("v/a", address, asgs="web")},
        nsgs={"n": rules},
        asgs="web nobody",
    )


def effective(topology: Topology) -> tuple[EffectiveRule, ...]:
    nsg = next(iter(topology.nsgs.values()))
    return effective_rules((*nsg.rules, *default_rules()), expand, asg_members(topology), topology)


def first(*rules: SecurityRule, address: str | Unresolved = "10.0.1.4") -> EffectiveRule:
    return effective(net(*rules, address=address))[0]


def test_rules_come_by_priority_and_default_rules_last() -> None:
    found = effective(net(rule("b", priority=200), rule("a", priority=100), rule("out", direction="Outbound")))
    assert [r.rule.name for r in in_direction(found, Direction.INBOUND)] == [
        "a",
        "b",
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
    ]
    assert next(r.rule.name for r in in_direction(found, Direction.OUTBOUND)) == "out"


def test_a_star_is_every_address_of_both_families_and_has_no_expansion() -> None:
    found = first(rule(source="*"))
    assert found.sources == prefixes("0.0.0.0/0", "::/0")
    assert found.expanded_sources is None


def test_a_tag_is_expanded_and_the_expansion_kept() -> None:
    found = first(rule(source="VirtualNetwork"))
    assert found.sources == found.expanded_sources == prefixes("10.0.0.0/16")


def test_plain_prefixes_beside_a_tag_are_not_in_the_expansion() -> None:
    found = first(rule(source="VirtualNetwork 20.0.0.4"))
    assert found.sources == prefixes("10.0.0.0/16", "20.0.0.4/32")
    assert found.expanded_sources == prefixes("10.0.0.0/16")


def test_a_group_is_its_members() -> None:
    assert first(rule(destination=ASG)).destinations == prefixes("10.0.1.4/32")


def test_a_group_of_nobody_matches_nothing() -> None:
    found = first(rule(destination=NOBODY))
    assert found.destinations == ()
    assert found.unresolved == ()


def test_a_group_of_nobody_takes_the_groups_beside_it_with_it() -> None:
    assert first(rule(destination=f"{ASG} {NOBODY}")).destinations == ()


def test_a_member_whose_address_is_open_could_have_any_of_its_subnet() -> None:
    found = first(rule(destination=ASG), address=Unresolved("dynamic"))
    assert found.destinations == prefixes("10.0.1.0/24")
    assert found.unresolved == (Unresolved("dynamic"),)


def test_an_open_field_is_as_wide_as_can_be() -> None:
    import dataclasses

    open_rule = dataclasses.replace(rule(), sources=address_field([Unresolved("a parameter")]))
    found = first(open_rule)
    assert found.sources == prefixes("0.0.0.0/0", "::/0")
    assert found.unresolved == (Unresolved("a parameter"),)


def test_a_rule_of_open_priority_is_asked_first_and_of_open_direction_both_ways() -> None:
    import dataclasses

    reason = Unresolved("a parameter")
    found = effective(net(rule("a", priority=100), dataclasses.replace(rule("x"), priority=reason, direction=reason)))
    for direction in Direction:
        assert in_direction(found, direction)[0].rule.name == "x"
