"""Which semantic facts an answer rests on."""

from __future__ import annotations

from netwatch.effective.grounds import GROUNDS
from netwatch.model.routes import NextHopType
from netwatch.render.grounds import grounds, grounds_of
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Peer, Route, network


def watcher() -> NetworkWatcher:
    return NetworkWatcher(
        network(
            vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"},
            subnets={"v/a": Net("10.0.1.0/24", nsg="outer", table="t")},
            nics={"a-nic": Nic("v/a", "10.0.1.4", nsg="inner")},
            nsgs={"outer": [rule("https", source="Internet", dports="443")], "inner": [rule("all")]},
            tables={"t": [Route("10.9.0.0/16", NextHopType.VIRTUAL_APPLIANCE, "10.8.0.4")]},
            peerings={"v": [Peer("w")], "w": [Peer("v")]},
        )
    )


def flow(port: int) -> tuple[str, ...]:
    return grounds_of(
        watcher().ip_flow_verify("a", direction="Inbound", protocol="TCP", local=f":{port}", remote="8.8.8.8:*")
    )


def hop(dest: str) -> tuple[str, ...]:
    return grounds_of(watcher().next_hop("a", source_ip="10.0.1.4", dest_ip=dest))


def test_every_ground_is_a_sentence_with_a_source() -> None:
    assert all(ground.fact.endswith(".") and ground.source for ground in GROUNDS.values())


def test_an_allow_by_both_groups_rests_on_a_decision() -> None:
    assert flow(443) == ("first-match", "group-order", "last-allow-named")


def test_a_deny_by_the_subnets_group_rests_on_recordings() -> None:
    assert flow(22) == ("first-match", "subnet-deny-named", "default-rules")


def test_next_hops_rest_on_their_routes() -> None:
    assert hop("10.0.1.9") == ("longest-prefix", "network-routes")
    assert hop("10.1.0.4") == ("longest-prefix", "peering-routes")
    assert hop("10.9.0.4") == ("longest-prefix", "unreachable-appliance", "route-precedence")
    assert hop("fd00::1") == ("no-route",)


def test_as_json_each_says_how_well_it_is_known() -> None:
    found = grounds(watcher().next_hop("a", source_ip="10.0.1.4", dest_ip="10.2.0.4"))
    assert [(each["name"], each["grade"]) for each in found] == [
        ("longest-prefix", "documented"),
        ("reserved-ranges", "recorded"),
    ]


def test_a_diagnostic_rests_on_containment_and_on_the_rules_that_matched() -> None:
    asked = {"direction": "Inbound", "protocol": "TCP", "destination": "10.0.1.4", "dest_port": "443"}
    denied = grounds_of(watcher().nsg_diagnostics("a", source="*", **asked))
    assert denied == ("containment", "first-match", "default-rules")
    both = grounds_of(watcher().nsg_diagnostics("a", source="Internet", **asked))
    assert both == ("containment", "first-match", "group-order", "internet-tag")


def test_a_rule_for_the_networks_own_tag_rests_on_all_that_can_be_in_it() -> None:
    found = grounds_of(
        watcher().ip_flow_verify("a", direction="Outbound", protocol="TCP", local=":50000", remote="10.1.0.4:443")
    )
    tag = ("virtual-network-tag", "virtual-network-neighbours", "virtual-network-default-route")
    assert found == ("first-match", "group-order", "last-allow-named", "default-rules", *tag)


def test_a_topology_rests_on_recorded_associations() -> None:
    assert grounds_of(watcher().topology(resource_group="rg")) == ("topology-associations",)


def test_a_path_rests_on_its_rules_its_routes_and_the_way_back() -> None:
    found = set(grounds_of(watcher().connectivity_check("a", dest="8.8.8.8", dest_port=443, protocol="Tcp")))
    assert {"first-match", "longest-prefix", "default-rules"} <= found


def test_a_route_by_service_tag_rests_on_the_published_list() -> None:
    tagged = NetworkWatcher(
        network(
            vnets={"v": "10.0.0.0/16"},
            subnets={"v/a": Net("10.0.1.0/24", table="t")},
            nics={"a-nic": Nic("v/a", "10.0.1.4")},
            tables={"t": [Route("Storage.WestEurope", NextHopType.INTERNET)]},
        )
    )
    found = grounds_of(tagged.effective_routes("a-nic"))
    assert {"published-tag", "tag-routes", "route-precedence"} <= set(found)
