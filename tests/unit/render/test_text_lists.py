"""Text of answers that are lists."""

from __future__ import annotations

from dataclasses import replace

from netwatch.model.answers import EffectiveRoutesAnswer, EffectiveRule
from netwatch.model.flow import Level, Outcome
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.render.text import answer_line, text
from tests.build import prefixes, rule
from tests.unit.render.answers import (
    NIC,
    OPEN,
    effective_nsg,
    path,
    resource,
    rules_answer,
    topology_answer,
    user_route,
    verdict,
    view_answer,
)

EVERY = prefixes("0.0.0.0/0", "::/0")


def test_effective_routes_leave_the_place_of_system_routes_out() -> None:
    system = EffectiveRoute(prefixes("10.0.0.0/16"), NextHopType.VNET_LOCAL)
    shown = text(EffectiveRoutesAnswer(NIC, (system, user_route())), width=100)
    assert "  10.0.0.0/16  VnetLocal                   Default\n" in shown
    assert "  0.0.0.0/0    VirtualAppliance  10.0.9.4  User     rt/to-fw  n.yaml:31\n" in shown
    assert shown.endswith("Answer\n  2 routes, 1 of them from a route table\n")


def test_long_lists_of_prefixes_are_cut_without_verbose() -> None:
    many = EffectiveRoute(prefixes(*(f"10.{n}.0.0/16" for n in range(9))), NextHopType.SERVICE_ENDPOINT)
    answer = EffectiveRoutesAnswer(NIC, (many,))
    assert "10.0.0.0/16, 10.1.0.0/16 +7" in text(answer)
    assert "10.8.0.0/16" in text(answer, verbose=True)


def test_open_values_of_a_route_are_said() -> None:
    route = replace(user_route(), unresolved=(OPEN,))
    assert "not known, because it is a parameter (main.json:3)" in text(EffectiveRoutesAnswer(NIC, (route,)))


def test_rules_stand_under_their_group_by_direction() -> None:
    shown = text(rules_answer(effective_nsg()), width=100)
    assert "  Inbound, nsg on the subnet web\n    100    own" in shown
    assert "  Outbound, nsg on the subnet web\n    65000  AllowVnetOutBound" in shown
    assert "Internet → *:443" in shown
    assert shown.endswith("Answer\n  nsg on the subnet web\n")


def test_open_values_of_a_rule_are_said() -> None:
    own = EffectiveRule(rule("web", OPEN), EVERY, EVERY, unresolved=(OPEN,))
    assert "web: [parameters('port')], not known" in text(rules_answer(effective_nsg(own=(own,))), width=120)


def test_a_machine_without_groups() -> None:
    assert answer_line(view_answer(None, None)) == "no network security group is bound"
    assert answer_line(view_answer(effective_nsg(Level.NIC), None)) == "nsg on the NIC nic"


def test_a_topology_is_a_tree() -> None:
    shown = text(topology_answer(resource("virtualNetworks", "vnet")))
    assert shown == "Asked\n  topology of rg\n\nTrip\n  virtual network vnet\n\nAnswer\n  1 resource\n"


def test_a_path_is_a_table_of_hops() -> None:
    shown = text(path(middle=True), width=100)
    assert "  1  a-nic  10.0.0.4  Source            reachable  → 10.0.9.4\n" in shown
    assert "  3  b-nic  10.0.1.4  VirtualNetwork    reachable\n" in shown
    assert shown.endswith("Answer\n  Reachable, latency average 2 ms, minimum 1, maximum 10\n")


def test_a_path_that_ends_says_where_and_why() -> None:
    shown = text(path(reached=False), width=100)
    assert "hop 2: Inbound NetworkSecurityRule UserRule_no, n.yaml:5" in shown
    assert answer_line(path(reached=False)).startswith("Unreachable: at hop 2 b-nic, Inbound NetworkSecurityRule")


def test_verbose_shows_the_rules_of_each_hop_and_its_route() -> None:
    answer = path()
    asked = replace(answer.hops[1], verdicts=(verdict(rule("web")),), route=user_route())
    answer = replace(answer, hops=(answer.hops[0], asked))
    assert "nsg/web" not in text(answer)
    shown = text(answer, verbose=True)
    assert "hop 2: Inbound Allow by nsg/web" in shown
    assert "hop 2: route 0.0.0.0/0 VirtualAppliance" in shown


def test_an_unknown_hop_is_said_even_without_verbose() -> None:
    answer = path(reached=False)
    asked = replace(answer.hops[1], verdicts=(verdict(None, Outcome.UNKNOWN, unresolved=(OPEN,)),))
    assert "hop 2: Inbound Unknown: [parameters('port')]" in text(replace(answer, hops=(answer.hops[0], asked)))
