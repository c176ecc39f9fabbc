"""ARM's bodies for one flow, one hop, routes, and refusals."""

from __future__ import annotations

import pytest

from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import parse_address
from netwatch.model.answers import EffectiveRoutesAnswer
from netwatch.model.flow import Level, Outcome
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState
from netwatch.render.arm import body, error_body
from tests.build import GROUP, prefixes, rule
from tests.unit.render.answers import NIC, OPEN, ROUTE_TABLE, default_rule, ip_flow, next_hop, user_route, verdict


def test_a_rule_of_the_user_has_its_id() -> None:
    found = body(ip_flow(verdict(rule("web"))))
    assert list(found.items()) == [
        ("access", "Allow"),
        ("ruleName", "securityRules/web"),
        ("ruleId", f"{GROUP.text}/securityRules/web"),
    ]


def test_a_default_rule_has_an_empty_id_and_not_none() -> None:
    found = body(ip_flow(verdict(default_rule("DenyAllInBound"), Outcome.DENY)))
    assert found == {"access": "Deny", "ruleName": "defaultSecurityRules/DenyAllInBound", "ruleId": ""}


def test_a_rule_of_a_network_manager_stands_bare() -> None:
    found = body(ip_flow(verdict(rule("block"), Outcome.DENY, level=Level.ADMIN)))
    assert found["ruleName"] == "block"


@pytest.mark.parametrize("settled", [None, rule("maybe")])
def test_unknown_stands_alone(settled: None) -> None:
    assert body(ip_flow(verdict(settled, Outcome.UNKNOWN, unresolved=(OPEN,)))) == {"access": "Unknown"}


def test_a_next_hop_without_address_has_no_key_for_it() -> None:
    route = EffectiveRoute(prefixes("10.0.0.0/16"), NextHopType.VNET_LOCAL)
    found = body(next_hop(route, NextHopType.VNET_LOCAL))
    assert found == {"nextHopType": "VirtualNetwork", "routeTableId": "System Route"}


def test_a_user_route_names_its_table() -> None:
    found = body(next_hop(user_route(), NextHopType.VIRTUAL_APPLIANCE, address=parse_address("10.0.9.4")))
    assert list(found.items()) == [
        ("nextHopType", "VirtualAppliance"),
        ("nextHopIpAddress", "10.0.9.4"),
        ("routeTableId", ROUTE_TABLE.text),
    ]


def test_an_appliance_out_of_reach_is_none_and_keeps_its_address() -> None:
    found = body(next_hop(user_route(), NextHopType.NONE, address=parse_address("10.0.9.4")))
    assert (found["nextHopType"], found["nextHopIpAddress"]) == ("None", "10.0.9.4")


@pytest.mark.parametrize(
    ("hop", "word"),
    [
        (NextHopType.VNET_PEERING, "VirtualNetworkPeering"),
        (NextHopType.INTERNET, "Internet"),
        (NextHopType.VIRTUAL_NETWORK_GATEWAY, "VirtualNetworkGateway"),
    ],
)
def test_next_hop_words(hop: NextHopType, word: str) -> None:
    assert body(next_hop(EffectiveRoute(prefixes("10.0.0.0/16"), hop), hop))["nextHopType"] == word


def test_no_route_at_all_is_a_system_route_to_none() -> None:
    assert body(next_hop(None, NextHopType.NONE)) == {"nextHopType": "None", "routeTableId": "System Route"}


def test_an_open_next_hop_is_unknown() -> None:
    assert body(next_hop(user_route(), OPEN, address=OPEN)) == {
        "nextHopType": "Unknown",
        "routeTableId": ROUTE_TABLE.text,
    }


def test_rows_of_effective_routes() -> None:
    system = EffectiveRoute(prefixes("0.0.0.0/0"), NextHopType.INTERNET, state=RouteState.INVALID)
    found = body(EffectiveRoutesAnswer(NIC, (system, user_route())))
    assert found == {
        "value": [
            {
                "disableBgpRoutePropagation": False,
                "source": "Default",
                "state": "Invalid",
                "addressPrefix": ["0.0.0.0/0"],
                "nextHopType": "Internet",
                "nextHopIpAddress": [],
            },
            {
                "name": "to-fw",
                "disableBgpRoutePropagation": False,
                "source": "User",
                "state": "Active",
                "addressPrefix": ["0.0.0.0/0"],
                "nextHopType": "VirtualAppliance",
                "nextHopIpAddress": ["10.0.9.4"],
            },
        ]
    }


def test_effective_routes_say_where_gateway_routes_are_kept_away() -> None:
    found = body(EffectiveRoutesAnswer(NIC, (user_route(),), propagates=False))
    assert found["value"][0]["disableBgpRoutePropagation"] is True


def test_effective_routes_keep_their_own_words() -> None:
    local = EffectiveRoute(prefixes("10.0.0.0/16"), NextHopType.VNET_LOCAL)
    peered = EffectiveRoute(prefixes("10.1.0.0/16"), NextHopType.VNET_PEERING)
    learned = EffectiveRoute(prefixes("10.2.0.0/16"), OPEN, RouteSource.VIRTUAL_NETWORK_GATEWAY)
    rows = body(EffectiveRoutesAnswer(NIC, (local, peered, learned)))["value"]
    assert [row["nextHopType"] for row in rows] == ["VnetLocal", "VNetPeering", "[parameters('port')]"]
    assert rows[2]["source"] == "VirtualNetworkGateway"


def test_a_refusal() -> None:
    error = RefusedByAzureError("no group here", code="NsgsNotAppliedOnNic", fate="Allow")
    assert error_body(error) == {"error": {"code": "NsgsNotAppliedOnNic", "message": "no group here", "details": []}}
