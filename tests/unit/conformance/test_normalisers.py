"""Normalisers: each takes away one kind of difference, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Case, find_cases
from netwatch.conformance.normalisers import NORMALISERS, Pair, normalised, same_ids
from netwatch.conformance.questions import SCRUBBED
from tests.unit.conformance.case_files import SUBSCRIPTION, network, next_hop_case
from tests.unit.conformance.conftest import Write


@pytest.fixture
def case_of(write: Write) -> Any:
    def make(operation: str = "nextHop", **changes: Any) -> Case:
        (case,) = find_cases(write(case=next_hop_case(operation=operation, **changes)))
        return case

    return make


def agree(expected: Any, got: Any, case: Case) -> bool:
    pair = normalised(Pair(expected, got), case)
    return bool(pair.expected == pair.got)


def test_every_normaliser_has_a_name_and_a_reason() -> None:
    names = [normaliser.name for normaliser in NORMALISERS]
    assert len(set(names)) == len(names)
    assert all(normaliser.why for normaliser in NORMALISERS)


def test_ids_are_equal_without_regard_to_case(case_of: Any) -> None:
    case = case_of()
    assert agree({"routeTableId": "/subscriptions/S/rt/A"}, {"routeTableId": "/SUBSCRIPTIONS/s/RT/a"}, case)
    assert not agree({"routeTableId": "System Route"}, {"routeTableId": "system route"}, case)
    assert not agree({"routeTableId": "/subscriptions/s/rt/a"}, {"routeTableId": "/subscriptions/s/rt/b"}, case)


def test_the_true_subscription_counts_as_the_scrubbed_one_only_where_scrubbed(case_of: Any) -> None:
    expected, got = (
        {"routeTableId": f"/subscriptions/{SUBSCRIPTION}/x"},
        {"routeTableId": f"/subscriptions/{SCRUBBED}/x"},
    )
    assert agree(expected, got, case_of(topology={"resources": network(SCRUBBED)}))
    assert not agree(expected, got, case_of())
    assert not agree(got, expected, case_of(topology={"resources": network(SCRUBBED)}))
    scrubbed = case_of(topology={"resources": network(SCRUBBED)})
    assert same_ids(Pair(expected, got), scrubbed).expected == got


def test_the_services_own_fields_do_not_count(case_of: Any) -> None:
    rule = {"etag": "W/1", "properties": {"provisioningState": "Succeeded", "resourceGuid": "g", "access": "Deny"}}
    assert agree({"rules": [rule]}, {"rules": [{"properties": {"access": "Deny"}}]}, case_of())
    assert not agree({"rules": [rule]}, {"rules": [{"properties": {"access": "Allow"}}]}, case_of())


def test_null_and_absent_are_one_and_empty_plurals_too(case_of: Any) -> None:
    assert agree({"name": None, "sourcePortRanges": []}, {}, case_of())
    assert not agree({"nextHopIpAddress": []}, {}, case_of())
    assert not agree({"sourcePortRanges": ["80"]}, {}, case_of())


def test_a_bare_guid_counts_by_its_place(case_of: Any) -> None:
    one, two = "c52ae9e9-77be-4220-ad4f-565a146bd418", "bf46dc56-817f-4221-97ff-fd441fd6a0b4"
    assert agree({"id": one}, {"id": two}, case_of())
    assert not agree({"id": one}, {"id": "x"}, case_of())
    assert not agree({"name": one}, {"name": two}, case_of())
    assert agree([{"id": one}, {"id": one}], [{"id": two}, {"id": two}], case_of())
    assert not agree([{"id": one}, {"id": one}], [{"id": two}, {"id": one}], case_of())


def test_a_topology_has_no_order(case_of: Any) -> None:
    a, b = {"id": "a", "associations": [{"name": "x"}, {"name": "y"}]}, {"id": "b", "associations": []}
    turned = {"id": "a", "associations": [{"name": "y"}, {"name": "x"}]}
    assert agree({"resources": [a, b]}, {"resources": [b, turned]}, case_of("topology"))
    assert not agree({"resources": [a, b]}, {"resources": [a]}, case_of("topology"))
    assert not agree({"resources": [a, b]}, {"resources": [b, a]}, case_of("nextHop"))


def rules(*names: str) -> dict[str, Any]:
    return {"value": [{"effectiveSecurityRules": [{"name": name, "direction": "Inbound"} for name in names]}]}


def test_effective_rules_come_in_any_order_but_a_view_has_one(case_of: Any) -> None:
    assert agree(rules("a", "b"), rules("b", "a"), case_of("effectiveNetworkSecurityGroups"))
    assert not agree(rules("a", "b"), rules("a"), case_of("effectiveNetworkSecurityGroups"))
    assert not agree(rules("a", "b"), rules("b", "a"), case_of("securityGroupView"))


def expansion(tag: str, *prefixes: str) -> dict[str, Any]:
    return {"destinationAddressPrefix": tag, "expandedDestinationAddressPrefix": list(prefixes)}


def test_prefixes_of_a_tag_are_a_set(case_of: Any) -> None:
    case = case_of("effectiveNetworkSecurityGroups")
    there, back = ("10.0.0.0/16", "168.63.129.16/32"), ("168.63.129.16/32", "10.0.0.0/16")
    assert agree(expansion("VirtualNetwork", *there), expansion("VirtualNetwork", *back), case)
    assert not agree(expansion("VirtualNetwork", *there), expansion("VirtualNetwork", "10.0.0.0/16"), case)
    halves = expansion("VirtualNetwork", "10.0.0.0/17", "10.0.128.0/17")
    assert not agree(halves, expansion("VirtualNetwork", "10.0.0.0/16"), case)


def test_internet_is_a_set_of_addresses_without_25(case_of: Any) -> None:
    case = case_of("effectiveNetworkSecurityGroups")
    halves, whole = expansion("Internet", "8.0.0.0/8", "9.0.0.0/8"), expansion("internet", "8.0.0.0/7")
    assert agree({**halves, "destinationAddressPrefix": "internet"}, whole, case)
    assert agree(expansion("Internet", "25.25.0.0/16", "8.0.0.0/7"), expansion("Internet", "8.0.0.0/7"), case)
    assert agree(expansion("Internet", "24.0.0.0/7"), expansion("Internet", "24.0.0.0/8"), case)
    assert not agree(expansion("Internet", "8.0.0.0/7"), expansion("Internet", "8.0.0.0/8"), case)
    assert not agree(expansion("Internet", "26.0.0.0/8"), expansion("Internet"), case)


def test_the_prefixes_of_a_tag_map_too(case_of: Any) -> None:
    one, other = {"tagMap": {"Internet": ["8.0.0.0/8", "9.0.0.0/8"]}}, {"tagMap": {"Internet": ["8.0.0.0/7"]}}
    assert agree(one, other, case_of("effectiveNetworkSecurityGroups"))


def test_what_is_no_prefix_is_left_as_it_is(case_of: Any) -> None:
    case = case_of("effectiveNetworkSecurityGroups")
    assert not agree(expansion("Internet", "rubbish"), expansion("Internet"), case)
    assert not agree(expansion("Internet", "rubbish"), expansion("Internet", "nonsense"), case)


def route(prefix: str, hop: str = "None", **changes: Any) -> dict[str, Any]:
    row = {
        "source": "Default",
        "state": "Active",
        "addressPrefix": [prefix],
        "nextHopType": hop,
        "nextHopIpAddress": [],
    }
    return {**row, **changes}


VNET = route("10.0.0.0/16", "VnetLocal")


@pytest.mark.parametrize("prefix", ["25.0.0.0/8", "127.0.0.0/8", "40.108.0.0/17", "2603:1080::/25"])
def test_recorded_rows_that_drop_outside_private_space_may_be_missing_from_ours(case_of: Any, prefix: str) -> None:
    case = case_of("effectiveRouteTable")
    assert agree({"value": [VNET, route(prefix)]}, {"value": [VNET]}, case)
    assert not agree({"value": [VNET]}, {"value": [VNET, route(prefix)]}, case)
    assert agree({"value": [VNET, route(prefix)]}, {"value": [route(prefix), VNET]}, case)


@pytest.mark.parametrize(
    "row",
    [
        route("10.0.0.0/8"),
        route("192.168.0.0/16"),
        route("172.20.0.0/16"),
        route("25.0.0.0/8", source="User"),
        route("25.0.0.0/8", state="Invalid"),
        route("25.0.0.0/8", "Internet"),
        route("0.0.0.0/0", "Internet"),
        route("0.0.0.0/0"),
    ],
)
def test_no_other_row_may_be_missing(case_of: Any, row: dict[str, Any]) -> None:
    assert not agree({"value": [VNET, row]}, {"value": [VNET]}, case_of("effectiveRouteTable"))


def test_the_ipv6_default_route_may_be_missing_in_an_ipv4_vnet_only(case_of: Any) -> None:
    case, default = case_of("effectiveRouteTable"), route("::/0", "Internet")
    dual = route("fd00::/48", "VnetLocal")
    assert agree({"value": [VNET, default]}, {"value": [VNET]}, case)
    assert not agree({"value": [VNET, dual, default]}, {"value": [VNET, dual]}, case)


def test_the_propagation_flag_counts_only_where_it_was_recorded(case_of: Any) -> None:
    case = case_of("effectiveRouteTable")
    ours, theirs = route("10.0.0.0/16", disableBgpRoutePropagation=False), route("10.0.0.0/16")
    assert agree({"value": [theirs]}, {"value": [ours]}, case)
    assert not agree({"value": [{**theirs, "disableBgpRoutePropagation": True}]}, {"value": [ours]}, case)


@pytest.mark.parametrize(
    "body", [None, [], "text", {"value": None}, {"value": [1]}, {"resources": [None]}, {"value": {}}]
)
@pytest.mark.parametrize("operation", ["topology", "effectiveRouteTable", "effectiveNetworkSecurityGroups"])
def test_odd_answers_are_taken_as_they_come(case_of: Any, operation: str, body: Any) -> None:
    assert agree(body, body, case_of(operation))
    assert not agree(body, {"value": [VNET]}, case_of(operation))


def test_prefixes_stand_in_no_order_in_a_row_and_empty_members_say_nothing(write: Write) -> None:
    row = {"source": "Default", "state": "Active", "nextHopType": "ConnectedGroup", "nextHopIpAddress": []}
    theirs = {**row, "addressPrefix": ["10.2.0.0/16", "10.1.0.0/16"], "tagMap": {}, "hasBgpOverride": False}
    ours = {**row, "addressPrefix": ["10.1.0.0/16", "10.2.0.0/16"]}
    (case,) = find_cases(write(a=next_hop_case(operation="effectiveRouteTable")))
    pair = normalised(Pair({"value": [theirs]}, {"value": [ours]}), case)
    assert pair.expected == pair.got
    changes: list[dict[str, Any]] = [
        {"hasBgpOverride": True},
        {"tagMap": {"Storage": []}},
        {"addressPrefix": ["10.1.0.0/16"]},
    ]
    for change in changes:
        pair = normalised(Pair({"value": [{**theirs, **change}]}, {"value": [ours]}), case)
        assert pair.expected != pair.got, change
