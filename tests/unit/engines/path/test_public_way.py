"""Public addresses: what stands behind them, and as what a flow leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model.answers import Egress
from netwatch.model.unresolved import Unresolved
from tests.unit.engines.hub import HUB, check, issues, names, read, types

OPEN = "  two-0: {networkInterfaces: {two-0-nic: {networkSecurityGroup: nsg, "
GROUP = "networkSecurityGroups: {nsg: {securityRules: {https: {priority: 100, source: SOURCE}}}}\n"
BALANCED = """loadBalancers:
  plb: {frontendIPConfigurations: {f: {publicIPAddress: pip-gw}}, backendAddressPools: {p: one-0-nic}, RULES}
"""


def opened(source: str) -> str:
    """The hub with a group at two-0 that lets ``source`` in."""
    return HUB.replace("  two-0: {networkInterfaces: {two-0-nic: {", OPEN) + GROUP.replace("SOURCE", source)


def test_a_standard_address_without_a_group_is_closed() -> None:
    answer = check(read(), "jump", "20.0.0.2")
    assert issues(answer) == [("two-0-nic", "Inbound", "StandardSkuWithoutNetworkSecurityGroup")]
    assert check(read(HUB.replace("20.0.0.2, sku: Standard", "20.0.0.2, sku: Basic")), "jump", "20.0.0.2").status == (
        "Reachable"
    )


def test_within_the_network_a_standard_address_closes_nothing() -> None:
    assert check(read(), "fw-0", "two-0").status == "Reachable"


@pytest.mark.parametrize(("source", "status"), [("20.0.0.9", "Reachable"), ("20.0.0.8", "Unreachable")])
def test_rules_see_the_senders_public_address(source: str, status: str) -> None:
    answer = check(read(opened(source)), "jump", "20.0.0.2")
    assert (answer.status, types(answer)) == (status, ["Source", "Internet", "VirtualNetwork"])
    assert names(answer) == ["jump-nic", "pip-two", "two-0-nic"]


def test_a_sender_whose_address_is_not_known_is_no_one_in_particular() -> None:
    answer = check(read(opened("Internet")), "one-0", "20.0.0.2")
    assert answer.status == "Reachable"
    assert any("the public address that the sender bears is not known" in note for note in answer.notes)
    assert check(read(opened("198.51.100.254")), "one-0", "20.0.0.2").status == "Unreachable"


def test_what_stands_behind_a_gateways_address_is_not_walked() -> None:
    answer = check(read(), "one-0", "20.0.0.5")
    assert answer.notes == ("20.0.0.5 is pip-gw of this input; what lies behind it is not walked",)


def leaves(topology_text: str, source: str) -> Egress:
    egress = check(read(topology_text), source, "8.8.8.8").egress
    assert egress is not None
    return egress


def shown(egress: Egress) -> tuple[str, str, str]:
    return (egress.kind, egress.resource.name if egress.resource else "", str(egress.address or ""))


def test_a_nat_gateway_goes_before_the_machines_own_address() -> None:
    own = HUB.replace("privateIPAddress: 10.0.3.4", "privateIPAddress: 10.0.3.4, publicIPAddress: pip-gw")
    own = own.replace("publicIPAddress: pip-gw,\n", "\n")
    assert shown(leaves(own, "jump")) == ("NatGateway", "nat", "20.0.0.9")
    without = own.replace("natGateway: nat", "delegations: []")
    assert shown(leaves(without, "jump")) == ("PublicIpAddress", "pip-gw", "20.0.0.5")


def test_a_load_balancers_address_goes_before_default_outbound() -> None:
    balanced = HUB.replace("loadBalancers:\n", BALANCED)
    for rules in ("outboundRules: {out: {}}", "loadBalancingRules: {web: {frontendPort: 80}}"):
        assert shown(leaves(balanced.replace("RULES", rules), "one-0")) == ("LoadBalancer", "plb", "20.0.0.5")
    closed = "loadBalancingRules: {web: {frontendPort: 80, disableOutboundSnat: true}}"
    assert shown(leaves(balanced.replace("RULES", closed), "one-0")) == ("None", "", "")
    assert shown(leaves(balanced.replace("RULES", "sku: Basic"), "one-0")) == ("LoadBalancer", "plb", "20.0.0.5")
    assert shown(leaves(HUB, "one-0")) == ("DefaultOutbound", "", "")


def test_an_outbound_rule_whose_frontend_is_not_known_gives_a_way_out() -> None:
    topology = read(HUB.replace("loadBalancers:\n", BALANCED.replace("RULES", "outboundRules: {out: {}}")))
    (id, balancer) = next(each for each in topology.load_balancers.items() if each[1].id.name == "plb")
    rule = replace(balancer.outbound_rules[0], frontends=(Unresolved("its name is not known"),))
    opened = replace(balancer, outbound_rules=(rule,))
    found = check(replace(topology, load_balancers={**topology.load_balancers, id: opened}), "one-0", "8.8.8.8").egress
    assert found is not None
    assert shown(found) == ("LoadBalancer", "plb", "")


def test_a_backend_of_a_standard_internal_balancer_has_no_way_out() -> None:
    answer = check(read(), "fw-0", "8.8.8.8")
    assert issues(answer) == [("fw-0-nic", "Outbound", "NoOutboundAccess")]
    assert answer.egress is not None
    assert answer.egress.kind == "None"
    basic = HUB.replace("ilb: {", "ilb: {sku: Basic, ")
    assert check(read(basic), "fw-0", "8.8.8.8").status == "Reachable"


def test_a_private_subnet_has_no_default_outbound_access() -> None:
    private = HUB.replace("10.2.1.0/24, routeTable: rt-two", "10.2.1.0/24, defaultOutboundAccess: false")
    alone = private.replace(", publicIPAddress: pip-two", "")
    answer = check(read(alone), "two-0", "8.8.8.8")
    assert (answer.status, issues(answer)) == ("Unreachable", [("two-0-nic", "Outbound", "NoOutboundAccess")])
    assert "two-0-nic has no way out: its subnet is private (defaultOutboundAccess)" in answer.notes[0]
    assert check(read(private), "two-0", "8.8.8.8").status == "Reachable"
    assert shown(leaves(HUB.replace(", publicIPAddress: pip-two", ""), "two-0")) == ("DefaultOutbound", "", "")


def test_an_appliance_bears_its_own_address() -> None:
    basic = HUB.replace("ilb: {", "ilb: {sku: Basic, ")
    egress = check(read(basic, one="0.0.0.0/0 10.0.1.4"), "one-0", "8.8.8.8").egress
    assert egress is not None
    assert (egress.kind, egress.nic.name) == ("DefaultOutbound", "fw-0-nic")


def test_ipv6_has_no_default_outbound_access() -> None:
    six = HUB.replace("addressPrefixes: 10.2.0.0/16", "addressPrefixes: [10.2.0.0/16, fd00:2::/48]")
    six = six.replace("addressPrefix: 10.2.1.0/24", "addressPrefix: [10.2.1.0/24, fd00:2:0:1::/64]").replace(
        "privateIPAddress: 10.2.1.4, publicIPAddress: pip-two",
        "ipConfigurations: {a: {privateIPAddress: 10.2.1.4}, b: {privateIPAddress: 'fd00:2:0:1::4'}}",
    )
    answer = check(read(six), "two-0", "2a00::1")
    assert issues(answer) == [("two-0-nic", "Outbound", "NoOutboundAccess")]
    assert check(read(six), "two-0", "8.8.8.8").status == "Reachable"
