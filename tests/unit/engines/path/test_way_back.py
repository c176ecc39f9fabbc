"""The way back: who sees one direction only, and where replies are lost."""

from __future__ import annotations

import pytest

from netwatch.model.answers import ConnectivityCheckAnswer, ReturnPath
from tests.unit.engines.hub import HUB, check, read

BOTH = {"one": "10.2.0.0/16 10.0.1.4", "two": "10.1.0.0/16 10.0.1.4"}


def back(answer: ConnectivityCheckAnswer) -> ReturnPath:
    assert answer.returned is not None
    return answer.returned


def names(answer: ConnectivityCheckAnswer) -> list[str]:
    return [hop.name for hop in back(answer).hops]


def test_the_same_way_back() -> None:
    answer = check(read(**BOTH), "one-0", "two-0")
    assert names(answer) == ["two-0-nic", "to-hub", "fw-0-nic", "to-one", "one-0-nic"]
    assert (answer.status, back(answer).outcome, back(answer).problems) == ("Reachable", "Returned", ())


def test_replies_need_no_rule_where_the_flow_passed() -> None:
    closed = (
        "networkSecurityGroups: {nsg: {securityRules: {out: {priority: 100, access: Deny, direction: Outbound}}}}\n"
    )
    text = HUB.replace("db: {addressPrefix", "db: {networkSecurityGroup: nsg, addressPrefix") + closed
    answer = check(read(text, **BOTH), "one-0", "two-0")
    assert (answer.status, back(answer).problems) == ("Reachable", ())
    assert not any(hop.verdicts for hop in back(answer).hops)


def test_an_appliance_on_the_way_there_only() -> None:
    answer = check(read(one="10.0.3.0/24 10.0.1.4"), "one-0", "jump")
    assert (answer.status, names(answer)) == ("Reachable", ["jump-nic", "to-one", "one-0-nic"])
    (problem,) = back(answer).problems
    assert problem.startswith("fw-0-nic sees the way there only")


def test_an_appliance_on_the_way_back_only() -> None:
    answer = check(read(one="10.0.3.0/24 10.0.1.4"), "jump", "one-0")
    assert answer.status == "Reachable"
    (problem,) = back(answer).problems
    assert problem.startswith("fw-0-nic sees the replies only")


def test_another_appliance_on_the_way_back() -> None:
    answer = check(read(one="10.2.0.0/16 10.0.1.4", two="10.1.0.0/16 10.0.1.5"), "one-0", "two-0")
    assert [problem.split(":")[0] for problem in back(answer).problems] == [
        "fw-0-nic sees the way there only",
        "fw-1-nic sees the replies only",
    ]


def test_rules_are_asked_where_the_reply_is_the_first_packet() -> None:
    closed = "networkSecurityGroups: {nsg: {securityRules: {no: {priority: 100, access: Deny}}}}\n"
    text = HUB.replace("nva: {addressPrefix", "nva: {networkSecurityGroup: nsg, addressPrefix") + closed
    answer = check(read(text, one="10.0.3.0/24 10.0.1.4"), "jump", "one-0")
    assert "UserRule_no denies them (inbound)" in back(answer).problems[-1]
    assert answer.status == "Reachable"


@pytest.mark.parametrize(
    ("two", "says"),
    [
        ("", "the route there drops them"),
        ("10.1.0.0/16 None", "the route there drops them"),
        ("10.1.0.0/16 10.0.1.99", "nothing in hub has the address 10.0.1.99"),
        ("10.1.0.0/16 10.0.3.4", "jump-nic has IP forwarding off"),
        ("10.1.0.0/16 Internet", "they leave by Internet"),
    ],
)
def test_replies_that_are_lost_make_it_unreachable(two: str, says: str) -> None:
    answer = check(read(one="10.2.0.0/16 10.0.1.4", two=two), "one-0", "two-0")
    assert (answer.status, back(answer).outcome) == ("Unreachable", "Dropped")
    assert says in back(answer).problems[0]
    assert not any(hop.issues for hop in answer.hops)


def test_a_loop_on_the_way_back() -> None:
    text = HUB.replace("nva: {addressPrefix", "nva: {routeTable: rt-two, addressPrefix")
    answer = check(read(text, one="10.2.0.0/16 10.0.1.4", two="10.1.0.0/16 10.0.1.5"), "one-0", "two-0")
    assert "a routing loop" in back(answer).problems[0]


def test_from_a_site_replies_come_through_the_gateways_table() -> None:
    answer = check(read(gateway="10.1.0.0/16 10.0.1.4"), "one-0", "192.168.1.4")
    assert names(answer) == ["vgw", "fw-0-nic", "to-one", "one-0-nic"]
    assert back(answer).problems[0].startswith("fw-0-nic sees the replies only")
    assert names(check(read(), "one-0", "192.168.1.4")) == ["vgw", "to-one", "one-0-nic"]


def test_from_the_internet_replies_come_to_what_sent_there() -> None:
    assert back(check(read(), "one-0", "8.8.8.8")).hops == ()
    basic = HUB.replace("ilb: {", "ilb: {sku: Basic, ")
    answer = check(read(basic, one="0.0.0.0/0 10.0.1.4"), "one-0", "8.8.8.8")
    assert (names(answer), back(answer).problems) == (["fw-0-nic", "to-one", "one-0-nic"], ())


def test_what_came_by_a_public_address_goes_back_to_the_internet() -> None:
    basic = HUB.replace("20.0.0.2, sku: Standard", "20.0.0.2, sku: Basic")
    answer = check(read(basic), "jump", "20.0.0.2")
    assert (answer.status, names(answer)) == ("Reachable", ["two-0-nic", "Internet"])
    bent = check(read(basic.replace("ilb: {", "ilb: {sku: Basic, "), two="0.0.0.0/0 10.0.1.4"), "jump", "20.0.0.2")
    assert (bent.status, back(bent).outcome) == ("Unreachable", "Dropped")
    assert back(bent).problems[:1] == ("replies do not come back: at fw-0-nic they leave by Internet",)


def test_a_private_endpoint_replies_straight() -> None:
    answer = check(read(one="10.0.2.0/24 10.0.1.4"), "one-0", "10.0.2.4")
    assert [hop.type for hop in answer.hops][-2:] == ["VirtualAppliance", "PrivateEndpoint"]
    assert names(answer) == ["sql", "to-one", "one-0-nic"]
    assert back(answer).problems[0].startswith("fw-0-nic sees the way there only")


def test_a_private_endpoint_that_is_not_near_leaves_it_open() -> None:
    moved = HUB.replace(
        "sql: {subnet: hub/data, privateIPAddress: 10.0.2.4}", "sql: {subnet: two/db, privateIPAddress: 10.2.1.9}"
    )
    answer = check(read(moved, one="10.2.0.0/16 10.0.1.4"), "one-0", "10.2.1.9")
    assert (answer.status, back(answer).outcome) == ("Unknown", "Unknown")
    assert "replies come back is not known" in back(answer).problems[0]


def test_what_is_dropped_on_the_way_there_has_no_way_back() -> None:
    assert check(read(one="10.2.0.0/16 None"), "one-0", "two-0").returned is None
