"""The verdict on one flow at one NIC."""

from __future__ import annotations

import dataclasses

import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.errors import TopologySchemaError
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.answers import Verdict
from netwatch.model.facts import Deployment, Facts
from netwatch.model.flow import Access, Direction, Level, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import (
    AdminRuleCollection,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.routes import NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import verdict
from tests.build import address_field, flow, rule
from tests.networks import Net, Nic, Route, arm_id, network

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
REASON = Unresolved("a parameter without a value")


def net(
    on_subnet: list[SecurityRule] | None = None,
    on_nic: list[SecurityRule] | None = None,
    *,
    nic_nsg: Unresolved | None = None,
) -> Topology:
    """One machine at 10.0.1.4 with a group on its subnet and on its NIC, where rules are given."""
    groups = {"subnet-nsg": on_subnet, "nic-nsg": on_nic}
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24", nsg="subnet-nsg" if on_subnet is not None else "")},
        nics={"a-nic": Nic("v/a", "10.0.1.4", nsg=nic_nsg or ("nic-nsg" if on_nic is not None else ""))},
        nsgs={name: rules for name, rules in groups.items() if rules is not None},
    )


def ask(topology: Topology, direction: Direction, protocol: str, remote: str, port: int) -> Verdict:
    local, other = f"10.0.1.4 {port if direction is IN else '*'}", f"{remote} {'*' if direction is IN else port}"
    asked = flow(protocol, other, local) if direction is IN else flow(protocol, local, other)
    nic = next(iter(topology.nics.values()))
    return verdict(CompiledTopology(topology, load_shipped), nic, direction, asked)


def settled(found: Verdict) -> tuple[str, Level, str]:
    decision = found.settled
    assert decision is not None
    assert decision.rule is not None
    return found.outcome.value, decision.level, decision.rule.name


def test_without_any_group_nothing_is_asked() -> None:
    found = ask(net(), IN, "Tcp", "8.8.8.8", 22)
    assert (found.outcome, found.decisions, found.settled) == (Outcome.NOT_APPLICABLE, (), None)


def test_inbound_the_subnet_is_asked_first_and_its_deny_ends_it() -> None:
    found = ask(net([], [rule("ssh")]), IN, "Tcp", "8.8.8.8", 22)
    assert settled(found) == ("Deny", Level.SUBNET, "DenyAllInBound")
    assert len(found.decisions) == 1


def test_inbound_the_nic_can_still_deny_and_names_the_last_allow() -> None:
    assert settled(ask(net([rule("ssh")], []), IN, "Tcp", "8.8.8.8", 22)) == ("Deny", Level.NIC, "DenyAllInBound")
    both = ask(net([rule("ssh")], [rule("ssh-nic")]), IN, "Tcp", "8.8.8.8", 22)
    assert settled(both) == ("Allow", Level.NIC, "ssh-nic")


def test_outbound_the_nic_is_asked_first() -> None:
    deny = rule("no-web", direction="Outbound", access="Deny")
    assert settled(ask(net([], [deny]), OUT, "Tcp", "8.8.8.8", 80)) == ("Deny", Level.NIC, "no-web")
    assert settled(ask(net([], []), OUT, "Tcp", "8.8.8.8", 80)) == ("Allow", Level.SUBNET, "AllowInternetOutBound")


def test_the_rules_asked_before_are_kept_in_order() -> None:
    found = ask(net([rule("a", dports="80"), rule("b", dports="443", priority=110)]), IN, "Tcp", "8.8.8.8", 22)
    assert [r.name for r in found.decisions[0].tried] == [
        "a",
        "b",
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
    ]


def test_private_space_outside_the_network_is_neither_vnet_nor_internet() -> None:
    found = ask(net([]), OUT, "Tcp", "172.31.0.100", 80)
    assert settled(found) == ("Deny", Level.SUBNET, "DenyAllOutBound")


def test_an_open_source_port_matches_only_rules_that_take_every_one() -> None:
    assert settled(ask(net([rule("dns", sports="53")]), IN, "Udp", "8.8.8.8", 9))[2] == "DenyAllInBound"


def test_an_open_rule_makes_it_unknown() -> None:
    open_rule = dataclasses.replace(rule("maybe"), sources=address_field([REASON]))
    found = ask(net([open_rule]), IN, "Tcp", "8.8.8.8", 22)
    assert found.outcome is Outcome.UNKNOWN
    assert found.unresolved == (REASON,)
    assert found.decisions[0].rule is None


def test_what_an_open_rule_holds_for_certain_decides() -> None:
    """More may belong to it, as ranges of a peer that is not in the input to VirtualNetwork; what is known does."""
    known = address_field(["8.0.0.0/8"])
    open_rule = dataclasses.replace(rule("maybe"), sources=dataclasses.replace(known, terms=(*known.terms, REASON)))
    assert settled(ask(net([open_rule]), IN, "Tcp", "8.8.8.8", 22)) == ("Allow", Level.SUBNET, "maybe")
    assert ask(net([open_rule]), IN, "Tcp", "9.8.8.8", 22).outcome is Outcome.UNKNOWN


def test_an_open_rule_that_agrees_with_what_follows_does_not_matter() -> None:
    open_deny = dataclasses.replace(rule("maybe", access="Deny"), sources=address_field([REASON]))
    assert settled(ask(net([open_deny]), IN, "Tcp", "8.8.8.8", 22)) == ("Deny", Level.SUBNET, "DenyAllInBound")


def test_an_open_access_is_unknown_and_one_that_is_not_reached_is_not() -> None:
    open_access = dataclasses.replace(rule("maybe", dports="22"), access=REASON)
    assert ask(net([open_access]), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.UNKNOWN
    assert ask(net([open_access]), IN, "Tcp", "8.8.8.8", 23).outcome is Outcome.DENY


def test_an_open_priority_could_come_before_a_deny() -> None:
    open_priority = dataclasses.replace(rule("maybe", dports="22"), priority=REASON)
    deny = rule("deny", access="Deny", priority=100)
    assert ask(net([deny, open_priority]), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.UNKNOWN


def test_a_group_outside_the_input_is_unknown_unless_the_other_denies() -> None:
    outside = Unresolved("nsg-x is not in the input")
    assert ask(net([rule()], nic_nsg=outside), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.UNKNOWN
    assert ask(net([], nic_nsg=outside), OUT, "Tcp", "172.31.0.1", 22).outcome is Outcome.DENY
    found = ask(net([], nic_nsg=outside), OUT, "Tcp", "172.31.0.1", 22)
    assert settled(found) == ("Deny", Level.SUBNET, "DenyAllOutBound")


def test_an_unknown_tag_is_named_with_what_was_meant() -> None:
    with pytest.raises(TopologySchemaError, match=r'subnet-nsg/rule: unknown service tag "Internt".*"Internet"'):
        ask(net([rule(source="Internt")]), IN, "Tcp", "8.8.8.8", 22)


def test_a_published_tag_is_expanded() -> None:
    found = ask(net([rule(source="AzureCloud.westeurope", dports="443")]), IN, "Tcp", "13.69.111.193", 443)
    assert settled(found)[0] == Access.ALLOW.value


def with_admin(topology: Topology, *rules: SecurityRule) -> Topology:
    """The same network under one network manager whose rules are deployed to it."""
    manager = arm_id("networkManagers", "m")
    base = manager.child("securityAdminConfigurations", "base")
    collection = base.child("ruleCollections", "all")
    group = manager.child("networkGroups", "g")
    return dataclasses.replace(
        topology,
        facts=Facts(network_manager_deployments=(Deployment("westeurope", frozenset({base})),)),
        network_managers={manager.key: NetworkManager(manager, "westeurope")},
        network_groups={group.key: NetworkGroup(group, (arm_id("virtualNetworks", "v"),))},
        security_admin_configurations={base.key: SecurityAdminConfiguration(base)},
        admin_rule_collections={collection.key: AdminRuleCollection(collection, (group,), rules)},
    )


def test_an_admin_deny_ends_it_before_any_group() -> None:
    found = ask(with_admin(net([rule("ssh")]), rule("no-ssh", access="Deny", dports="22")), IN, "Tcp", "8.8.8.8", 22)
    assert settled(found) == ("Deny", Level.ADMIN, "no-ssh")
    assert len(found.decisions) == 1


def test_a_tag_in_an_admin_rule_means_at_each_subnet_what_it_means_there() -> None:
    both = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24"), "v/b": Net("10.0.2.0/24", table="t")},
        nics={"a-nic": Nic("v/a", "10.0.1.4"), "b-nic": Nic("v/b", "10.0.2.4")},
        tables={"t": [Route("8.8.8.0/24", NextHopType.VIRTUAL_APPLIANCE, "10.0.1.4")]},
    )
    topology = with_admin(both, rule("near", source="VirtualNetwork", access="Deny"))
    compiled = CompiledTopology(topology, load_shipped)
    a, b = topology.nics.values()
    at_a, at_b = (flow("Tcp", "8.8.8.8 50000", f"10.0.{number}.4 22") for number in (1, 2))
    assert verdict(compiled, a, IN, at_a).outcome is Outcome.NOT_APPLICABLE
    assert verdict(compiled, b, IN, at_b).outcome is Outcome.DENY


def test_an_admin_allow_hands_on_to_the_groups() -> None:
    found = ask(with_admin(net([]), rule("ssh", dports="22")), IN, "Tcp", "8.8.8.8", 22)
    assert settled(found) == ("Deny", Level.SUBNET, "DenyAllInBound")
    assert [decision.level for decision in found.decisions] == [Level.ADMIN, Level.SUBNET]


def test_an_always_allow_skips_the_groups() -> None:
    found = ask(with_admin(net([], []), rule("ssh", access="AlwaysAllow", dports="22")), IN, "Tcp", "8.8.8.8", 22)
    assert settled(found) == ("Allow", Level.ADMIN, "ssh")
    assert len(found.decisions) == 1


def under_a_wider_manager(topology: Topology, *rules: SecurityRule) -> Topology:
    """What ``with_admin`` gives, under another network manager of a wider scope."""
    high = arm_id("networkManagers", "high")
    base = high.child("securityAdminConfigurations", "base")
    collection = base.child("ruleCollections", "all")
    (group,) = topology.network_groups.values()
    (deployment,) = topology.facts.network_manager_deployments
    scopes = (ResourceId("/providers/Microsoft.Management/managementGroups/root"),)
    return dataclasses.replace(
        topology,
        facts=Facts(
            network_manager_deployments=(deployment._replace(configurations=deployment.configurations | {base}),)
        ),
        network_managers={**topology.network_managers, high.key: NetworkManager(high, "", scopes)},
        security_admin_configurations={
            **topology.security_admin_configurations,
            base.key: SecurityAdminConfiguration(base),
        },
        admin_rule_collections={
            **topology.admin_rule_collections,
            collection.key: AdminRuleCollection(collection, (group.id,), rules),
        },
    )


def test_what_the_wider_scopes_manager_allows_a_manager_below_does_not_undo() -> None:
    below = with_admin(net([rule("ssh")]), rule("low", access="Deny", dports="22"))
    both = under_a_wider_manager(below, rule("high", dports="22"))
    assert settled(ask(both, IN, "Tcp", "8.8.8.8", 22)) == ("Allow", Level.SUBNET, "ssh")


def test_admin_rules_that_do_not_match_leave_no_decision() -> None:
    found = ask(with_admin(net([]), rule("rdp", access="Deny", dports="3389")), IN, "Tcp", "8.8.8.8", 22)
    assert [decision.level for decision in found.decisions] == [Level.SUBNET]
    assert ask(with_admin(net(), rule("rdp", dports="3389")), IN, "Tcp", "8.8.8.8", 22).decisions == ()


def test_an_open_admin_rule_matters_only_where_it_is_not_a_plain_allow() -> None:
    open_allow = dataclasses.replace(rule("maybe"), sources=address_field([REASON]))
    open_deny = dataclasses.replace(rule("maybe", access="Deny"), sources=address_field([REASON]))
    allowed = net([rule("ssh")])
    assert ask(with_admin(allowed, open_allow), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.ALLOW
    assert ask(with_admin(allowed, open_deny), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.UNKNOWN
    assert ask(with_admin(net([]), open_deny), IN, "Tcp", "8.8.8.8", 22).outcome is Outcome.DENY


DENY_OUT = rule("nothing-out", direction="Outbound", access="Deny")


@pytest.mark.parametrize(
    ("protocol", "remote", "port", "outcome"),
    [
        ("Udp", "168.63.129.16", 53, Outcome.ALLOW),
        ("Tcp", "168.63.129.16", 80, Outcome.ALLOW),
        ("Tcp", "169.254.169.254", 80, Outcome.ALLOW),
        ("Tcp", "168.63.129.16", 8080, Outcome.DENY),
        ("Tcp", "169.254.169.254", 443, Outcome.DENY),
        ("Udp", "8.8.8.8", 53, Outcome.DENY),
    ],
)
def test_ordinary_rules_do_not_stop_the_platforms_services(
    protocol: str, remote: str, port: int, outcome: Outcome
) -> None:
    assert ask(net([DENY_OUT]), OUT, protocol, remote, port).outcome is outcome


def test_a_rule_that_names_a_platform_tag_does() -> None:
    no_dns = rule("no-dns", direction="Outbound", access="Deny", destination="AzurePlatformDNS")
    assert settled(ask(net([no_dns]), OUT, "Udp", "168.63.129.16", 53)) == ("Deny", Level.SUBNET, "no-dns")


def test_it_does_below_a_plain_deny_and_in_another_group_too() -> None:
    no_dns = rule("no-dns", direction="Outbound", access="Deny", destination="AzurePlatformDNS", priority=200)
    assert settled(ask(net([DENY_OUT, no_dns]), OUT, "Udp", "168.63.129.16", 53)) == ("Deny", Level.SUBNET, "no-dns")
    assert settled(ask(net([no_dns], [DENY_OUT]), OUT, "Udp", "168.63.129.16", 53)) == ("Deny", Level.SUBNET, "no-dns")


def test_an_exempt_flow_names_the_rule_that_allows_it_where_there_is_one() -> None:
    found = ask(net([], [DENY_OUT]), OUT, "Udp", "168.63.129.16", 53)
    assert settled(found) == ("Allow", Level.SUBNET, "AllowVnetOutBound")
    only_denied = ask(
        net([DENY_OUT, rule("x", direction="Outbound", access="Deny", priority=4096)]), OUT, "Udp", "168.63.129.16", 53
    )
    assert settled(only_denied)[2] == "AllowVnetOutBound"


def test_where_switched_so_every_rule_does() -> None:
    topology = dataclasses.replace(net([DENY_OUT]), semantics=Semantics(platform_traffic="ruled"))
    assert ask(topology, OUT, "Udp", "168.63.129.16", 53).outcome is Outcome.DENY


def test_probes_of_a_load_balancer_are_subject_to_rules() -> None:
    no_probes = rule("no-probes", source="AzureLoadBalancer", access="Deny")
    assert ask(net([no_probes]), IN, "Tcp", "168.63.129.16", 80).outcome is Outcome.DENY


def test_a_verdict_says_what_it_is_in_few_words() -> None:
    found = ask(net([], [rule("ssh")]), IN, "Tcp", "8.8.8.8", 22)
    assert repr(found) == (
        "<Verdict Deny Inbound at a-nic: Tcp 8.8.8.8:* → 10.0.1.4:22 by subnet-nsg/DenyAllInBound (subnet)>"
    )
