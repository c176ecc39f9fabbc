"""Why, as JSON."""

from __future__ import annotations

from dataclasses import replace

from netwatch.model.answers import EffectiveRoutesAnswer, EffectiveRule
from netwatch.model.flow import Outcome
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Topology
from netwatch.model.where import Where
from netwatch.render.arm import body
from netwatch.render.explanation import explained, explanation
from netwatch.render.grounds import grounds
from netwatch.render.trip import Page
from tests.build import GROUP, prefixes, rule
from tests.unit.render.answers import (
    NIC,
    OPEN,
    SUBNET,
    diagnostic,
    effective_nsg,
    evaluated,
    held,
    ip_flow,
    next_hop,
    path,
    rules_answer,
    topology_answer,
    user_route,
    verdict,
    view_answer,
)

EMPTY = Topology()
WITH_NIC = Topology(nics={NIC.id.key: NIC})


def test_a_diagnostic_gives_the_decisions_of_each_nic() -> None:
    web = replace(rule("web"), where=Where("n.yaml", 17))
    denied = evaluated(held(rule("ssh"), "source"), held(web))
    answer = diagnostic(denied, evaluated(outcome=Outcome.UNKNOWN, unresolved=(OPEN,)))
    found = explanation(answer, WITH_NIC)
    (result,) = found["results"]
    assert (result["nic"], result["verdict"]) == (NIC.id.text, "Deny")
    assert result["decisions"][0] == {
        "rule": "web",
        "priority": 100,
        "where": "n.yaml:17",
        "outcome": "Deny",
        "nsg": GROUP.text,
        "level": "subnet",
        "tried": [{"rule": "ssh", "priority": 100, "where": "Azure default"}],
        "applied_to": SUBNET.text,
    }
    assert result["decisions"][1]["rule"] is None
    assert [each["reason"] for each in found["unresolved"]] == ["it is a parameter"]
    assert [each["address"] for each in found["assumed"]] == ["10.0.0.4"]


def test_the_answer_is_arms_body_and_the_explanation_stands_beside_it() -> None:
    answer = ip_flow(
        verdict(replace(rule("web"), where=Where("n.yaml", 17)), tried=(rule("ssh"),)), service_tags="tags"
    )
    assert explained(answer, EMPTY) == {
        "answer": body(answer),
        "explanation": {
            "verdict": "Allow",
            "decisions": [
                {
                    "rule": "web",
                    "priority": 100,
                    "where": "n.yaml:17",
                    "outcome": "Allow",
                    "nsg": GROUP.text,
                    "level": "subnet",
                    "tried": [{"rule": "ssh", "priority": 100, "where": "Azure default"}],
                }
            ],
            "assumed": [],
            "unresolved": [],
            "service_tags": "tags",
            "rests_on": grounds(answer),
        },
    }


def test_assumed_addresses_are_those_of_the_question() -> None:
    found = explanation(ip_flow(verdict(rule("web"))), WITH_NIC)["assumed"]
    assert found == [{"nic": NIC.id.text, "address": "10.0.0.4", "where": "n.yaml:9"}]
    assert explanation(topology_answer(), WITH_NIC)["assumed"] == []


def test_open_values_stand_once() -> None:
    found = explanation(ip_flow(verdict(None, Outcome.UNKNOWN, unresolved=(OPEN, OPEN))), EMPTY)
    assert found["unresolved"] == [
        {"reason": "it is a parameter", "expression": "[parameters('port')]", "where": "main.json:3"}
    ]
    assert found["decisions"][0]["rule"] is None


def test_a_next_hop_gives_its_route_and_what_it_won_against() -> None:
    route = user_route()
    found = explanation(next_hop(route, NextHopType.VIRTUAL_APPLIANCE, candidates=(route,)), EMPTY)
    assert found["verdict"] == "VirtualAppliance"
    assert found["candidates"] == [found["route"]]
    assert found["route"] == {
        "name": "to-fw",
        "table": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt",
        "prefixes": ["0.0.0.0/0"],
        "next_hop_type": "VirtualAppliance",
        "next_hop_ip": "10.0.9.4",
        "source": "User",
        "state": "Active",
        "where": "n.yaml:31",
    }


def test_lists_give_a_place_for_each_row() -> None:
    routes = explanation(EffectiveRoutesAnswer(NIC, (user_route(),)), EMPTY)["routes"]
    assert [route["where"] for route in routes] == ["n.yaml:31"]
    every = prefixes("0.0.0.0/0")
    open_rule = EffectiveRule(rule("web", OPEN), every, every, unresolved=(OPEN,))
    found = explanation(rules_answer(effective_nsg(own=(open_rule,))), EMPTY)
    assert found["rules"][0]["rule"] == "web"
    assert len(found["unresolved"]) == 1
    assert len(explanation(view_answer(effective_nsg(), None), EMPTY)["rules"]) == 7


def test_a_path_gives_the_verdicts_of_each_hop() -> None:
    answer = path()
    asked = replace(answer.hops[1], verdicts=(verdict(rule("web")),), route=user_route())
    found = explanation(replace(answer, hops=(answer.hops[0], asked)), EMPTY)
    assert found["verdict"] == "Reachable"
    assert found["hops"][1]["verdicts"][0]["decisions"][0]["rule"] == "web"
    assert found["hops"][1]["route"]["name"] == "to-fw"
    assert found["hops"][0]["route"] is None


def test_places_are_written_as_the_page_says() -> None:
    found = explanation(ip_flow(verdict(rule("web"))), EMPTY, Page(place=lambda where: "there"))
    assert found["decisions"][0]["where"] == "there"
