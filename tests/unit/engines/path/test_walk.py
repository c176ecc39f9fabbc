"""The walk along effective routes: where a path ends, and what stands at which hop."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from netwatch.engines.path.address_owner import NicAddress
from netwatch.engines.path.destination import find_destination
from netwatch.engines.path.walk import Path, walk
from netwatch.model.addresses import ANY_PORT
from netwatch.model.answers import Issue
from netwatch.model.flow import Flow, Protocol
from netwatch.model.resources import NetworkSecurityGroup
from netwatch.model.routes import NextHopType
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Peer, Route, arm_id, network

VIA = NextHopType.VIRTUAL_APPLIANCE
MISSING = Issue("Local", "RouteMissing")
BY_SYSTEM = Issue("Outbound", "UserDefinedRoute", context=(("RouteType", "Default"),))
BY_USER = Issue("Outbound", "UserDefinedRoute", context=(("RouteType", "User"),))


class Seen(NamedTuple):
    """A hop in short."""

    type: str
    name: str
    issues: tuple[Issue, ...] = ()


def path(topology: Topology, source: str, dest: str, port: int = 443) -> Path:
    nic = topology.nics[arm_id("networkInterfaces", source).key]
    place, destination = NicAddress(nic, nic.ip_configurations[0]), find_destination(topology, dest)
    assert place.address is not None
    assert destination.address is not None
    flow = Flow(Protocol.TCP, place.address, ANY_PORT, destination.address, port)
    return walk(NetworkWatcher(topology).compiled, place, destination, flow)


def seen(found: Path) -> list[Seen]:
    return [Seen(hop.type, hop.name, hop.issues) for hop in found.hops]


def hub_and_spokes(*, forwarded: bool = True, hub_rules: str = "", table: str = "rt") -> Topology:
    """Two spokes that reach one another and the Internet through an appliance in the hub."""
    return network(
        vnets={"hub": "10.0.0.0/16", "one": "10.1.0.0/16", "two": "10.2.0.0/16"},
        subnets={
            "hub/fw": Net("10.0.1.0/24", nsg=hub_rules),
            "one/web": Net("10.1.1.0/24", table=table),
            "two/web": Net("10.2.1.0/24", table=table),
        },
        nics={
            "fw-nic": Nic("hub/fw", "10.0.1.4", ip_forwarding=True),
            "one-nic": Nic("one/web", "10.1.1.4"),
            "two-nic": Nic("two/web", "10.2.1.4"),
        },
        nsgs={"default": [], "closed": [rule("in", access="Deny"), rule("out", access="Deny", direction="Outbound")]},
        tables={"rt": [Route("0.0.0.0/0", VIA, "10.0.1.4"), Route("10.2.0.0/16", VIA, "10.0.1.4")]},
        peerings={
            "hub": [Peer("one"), Peer("two")],
            "one": [Peer("hub", forwarded=forwarded)],
            "two": [Peer("hub", forwarded=forwarded)],
        },
    )


def test_a_user_route_that_keeps_a_far_address_in_the_network_is_told_as_the_users() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24", table="rt")},
        nics={"web-nic": Nic("v/s", "10.0.0.4")},
        tables={"rt": [Route("8.8.8.0/24", NextHopType.VNET_LOCAL)]},
    )
    assert seen(path(topology, "web-nic", "8.8.8.8"))[0] == Seen("Source", "web-nic", (BY_USER,))


def test_a_peering_is_a_hop_of_its_own_named_from_the_near_side() -> None:
    found = path(hub_and_spokes(), "one-nic", "10.2.1.4")
    assert seen(found) == [
        Seen("Source", "one-nic"),
        Seen("VirtualNetworkPeering", "to-hub"),
        Seen("VirtualAppliance", "fw-nic"),
        Seen("VirtualNetworkPeering", "to-two"),
        Seen("VirtualNetwork", "two-nic"),
    ]
    assert found.hops[1].resource == arm_id("virtualNetworks/virtualNetworkPeerings", "one/to-hub")
    assert [[(link.to, link.link_type) for link in hop.links] for hop in found.hops] == [
        [(1, "VirtualNetworkPeering")],
        [(2, "VirtualAppliance")],
        [(3, "VirtualNetworkPeering")],
        [(4, "VirtualNetwork")],
        [],
    ]
    assert found.arrived is not None
    assert found.arrived.id.name == "two-nic"


def test_forwarded_traffic_needs_the_flag_on_the_receiving_side() -> None:
    """The appliance's packets do not originate in the hub; what one sends to the hub does originate in one."""
    found = path(hub_and_spokes(forwarded=False), "one-nic", "10.2.1.4")
    assert seen(found) == [
        Seen("Source", "one-nic"),
        Seen("VirtualNetworkPeering", "to-hub"),
        Seen("VirtualAppliance", "fw-nic", (BY_SYSTEM,)),
        Seen("Destination", "two-nic"),
    ]
    assert any("allowForwardedTraffic" in note for note in found.notes)
    assert path(hub_and_spokes(forwarded=False), "one-nic", "10.0.1.4").arrived is not None


def test_the_other_reading_lets_forwarded_traffic_pass() -> None:
    topology = replace(hub_and_spokes(forwarded=False), semantics=Semantics(forwarded_traffic="passes"))
    found = path(topology, "one-nic", "10.2.1.4")
    assert found.arrived is not None
    assert found.arrived.id.name == "two-nic"


@pytest.mark.parametrize("side", ["one/to-hub", "hub/to-one"])
def test_a_peering_without_access_on_either_side_drops_only_by_the_other_reading(side: str) -> None:
    topology = hub_and_spokes()
    key = arm_id("virtualNetworks/virtualNetworkPeerings", side).key
    shut = replace(topology.peerings[key], allow_virtual_network_access=False)
    topology = replace(topology, peerings={**topology.peerings, key: shut})
    assert path(topology, "one-nic", "10.0.1.4").arrived is not None
    dropped = path(replace(topology, semantics=Semantics(peering_without_access="drops")), "one-nic", "10.0.1.4")
    assert seen(dropped)[0] == Seen("Source", "one-nic", (BY_SYSTEM,))
    assert any("allowVirtualNetworkAccess" in note for note in dropped.notes)


def test_peerings_are_not_transitive() -> None:
    """Without the table, the other spoke's range is one of the reserved ranges that are dropped."""
    found = path(hub_and_spokes(table=""), "one-nic", "10.2.1.4")
    assert seen(found) == [Seen("Source", "one-nic", (MISSING, BY_SYSTEM)), Seen("Destination", "two-nic")]
    assert found.hops[-1].resource == arm_id("networkInterfaces/ipConfigurations", "two-nic/ipconfig1")


def test_the_internet_through_an_appliance() -> None:
    found = path(hub_and_spokes(), "one-nic", "8.8.8.8")
    assert [hop.type for hop in found.hops] == ["Source", "VirtualNetworkPeering", "VirtualAppliance", "Internet"]
    assert str(found.hops[-1].address) == "8.8.8.8"
    assert found.arrived is None


def test_default_rules_at_the_appliance_stop_what_only_passes_through() -> None:
    """The Internet is not in VirtualNetwork at the appliance's subnet, which has no route table of its own."""
    found = path(hub_and_spokes(hub_rules="default"), "one-nic", "8.8.8.8")
    (issue,) = found.hops[2].issues
    assert issue == Issue("Inbound", "NetworkSecurityRule", context=(("RuleName", "DefaultRule_DenyAllInBound"),))
    assert found.hops[-1].type == "Internet"


def test_every_rule_that_blocks_shows() -> None:
    found = path(hub_and_spokes(hub_rules="closed"), "one-nic", "10.2.1.4")
    assert [(at, issue.origin, issue.context) for at, hop in enumerate(found.hops) for issue in hop.issues] == [
        (2, "Inbound", (("RuleName", "UserRule_in"),)),
        (2, "Outbound", (("RuleName", "UserRule_out"),)),
    ]
    assert found.arrived is not None


def one_subnet(*routes: Route) -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24", table="rt"), "v/t": Net("10.0.1.0/24")},
        nics={
            "a-nic": Nic("v/s", "10.0.0.4"),
            "fw-nic": Nic("v/s", "10.0.0.5", ip_forwarding=True),
            "b-nic": Nic("v/t", "10.0.1.4"),
        },
        tables={"rt": routes},
    )


def test_a_user_route_to_none_drops() -> None:
    found = path(one_subnet(Route("10.0.1.0/24", NextHopType.NONE)), "a-nic", "10.0.1.4")
    assert seen(found) == [Seen("Source", "a-nic", (BY_USER,)), Seen("Destination", "b-nic")]


def test_a_destination_nobody_has() -> None:
    found = path(one_subnet(Route("8.8.8.8/32", NextHopType.NONE)), "a-nic", "8.8.8.8")
    assert (found.hops[-1].type, found.hops[-1].name, found.hops[-1].resource) == ("Destination", "8.8.8.8", None)


def test_a_loop_ends() -> None:
    """The appliance stands in the subnet whose route table leads to it."""
    found = path(one_subnet(Route("10.0.1.0/24", VIA, "10.0.0.5")), "a-nic", "10.0.1.4")
    assert seen(found) == [
        Seen("Source", "a-nic"),
        Seen("VirtualAppliance", "fw-nic", (BY_USER,)),
        Seen("Destination", "b-nic"),
    ]
    assert any("loop" in note for note in found.notes)


def test_an_appliance_can_be_the_destination() -> None:
    found = path(one_subnet(Route("10.0.0.5/32", VIA, "10.0.0.5")), "a-nic", "10.0.0.5")
    assert seen(found) == [Seen("Source", "a-nic"), Seen("VirtualNetwork", "fw-nic")]


def two_appliances(*, forwarding: bool, port: str = "443") -> Topology:
    """Two appliances in a row; the second one's rules deny what comes in, and the destination's too."""
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={
            "v/s": Net("10.0.0.0/24", table="to-one"),
            "v/one": Net("10.0.1.0/24", table="to-two"),
            "v/two": Net("10.0.2.0/24", nsg="closed"),
            "v/end": Net("10.0.3.0/24", nsg="closed"),
        },
        nics={
            "a-nic": Nic("v/s", "10.0.0.4"),
            "one-nic": Nic("v/one", "10.0.1.4", ip_forwarding=forwarding),
            "two-nic": Nic("v/two", "10.0.2.4", ip_forwarding=True),
            "b-nic": Nic("v/end", "10.0.3.4"),
        },
        nsgs={"closed": [rule("no", "Tcp", dports=port, access="Deny")]},
        tables={"to-one": [Route("10.0.3.0/24", VIA, "10.0.1.4")], "to-two": [Route("10.0.3.0/24", VIA, "10.0.2.4")]},
    )


def test_what_stands_behind_an_appliance_that_does_not_forward_shows_too() -> None:
    found = path(two_appliances(forwarding=False), "a-nic", "10.0.3.4")
    denied = Issue("Inbound", "NetworkSecurityRule", context=(("RuleName", "UserRule_no"),))
    assert [(hop.name, [(issue.type, issue.context) for issue in hop.issues]) for hop in found.hops] == [
        ("a-nic", []),
        ("one-nic", [("Platform", (("Reason", "IpForwardingDisabled"),))]),
        ("two-nic", [(denied.type, denied.context)]),
        ("b-nic", [(denied.type, denied.context)]),
    ]
    assert not any(hop.issues for hop in path(two_appliances(forwarding=True, port="22"), "a-nic", "10.0.3.4").hops)


def test_the_rules_of_an_end_that_is_not_reached_are_asked_too() -> None:
    topology = one_subnet(Route("10.0.1.0/24", NextHopType.NONE))
    subnet = topology.subnets[arm_id("virtualNetworks/subnets", "v/t").key]
    nsg = NetworkSecurityGroup(arm_id("networkSecurityGroups", "n"), "westeurope", (rule("no", access="Deny"),))
    topology = replace(
        topology,
        subnets={**topology.subnets, subnet.id.key: replace(subnet, nsg=nsg.id)},
        nsgs={nsg.id.key: nsg},
    )
    found = path(topology, "a-nic", "10.0.1.4")
    assert [(hop.type, [issue.type for issue in hop.issues]) for hop in found.hops] == [
        ("Source", ["UserDefinedRoute"]),
        ("Destination", ["NetworkSecurityRule"]),
    ]


def test_an_issue_says_where_its_cause_stands() -> None:
    topology = hub_and_spokes(hub_rules="closed")
    issues = path(topology, "one-nic", "10.2.1.4").hops[2].issues
    rules = topology.nsgs[arm_id("networkSecurityGroups", "closed").key].rules
    assert [issue.where for issue in issues] == [rule.where for rule in rules]


def test_a_drop_says_what_could_have_handed_the_flow_on() -> None:
    found = path(hub_and_spokes(table=""), "one-nic", "10.2.1.4")
    assert "fw-nic could hand it on to two-nic, but no route leads there" in found.notes


def test_a_drop_says_where_nothing_leads_at_all() -> None:
    topology = hub_and_spokes(table="")
    deaf = {key: replace(nic, ip_forwarding=False) for key, nic in topology.nics.items()}
    found = path(replace(topology, nics=deaf), "one-nic", "10.2.1.4")
    assert "no peering, gateway or appliance leads from one to two" in found.notes
