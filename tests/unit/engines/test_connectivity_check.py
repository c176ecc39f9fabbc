"""The connectivity check as a person asks it: status, probes, latency, and what declared facts do to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netwatch.engines.connectivity_check import connectivity_check
from netwatch.errors import InvalidFlowError, ResourceNotFoundError
from netwatch.model.addresses import PortRange, parse_address
from netwatch.model.answers import ConnectivityCheckAnswer, Link
from netwatch.model.facts import Facts, Latency, ListeningPort
from netwatch.model.flow import Protocol
from netwatch.model.resources import PublicIpAddress
from netwatch.model.routes import NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Peer, Route, arm_id, network

APP, DB = arm_id("virtualMachines", "app"), arm_id("virtualMachines", "db")
OPEN = Unresolved("it is a parameter")
DENIAL = rule("maybe", "Tcp", dports="22", access="Deny")


def tiers(**facts: Any) -> Topology:
    """The four machines of the article's example: the way from app to db is bent through fw and au."""
    via = NextHopType.VIRTUAL_APPLIANCE
    return network(
        vnets={"net": "10.1.0.0/16 fd00::/48"},
        subnets={
            "net/app": Net("10.1.1.0/24", table="rt-app"),
            "net/fw": Net("10.1.2.0/24", table="rt-fw"),
            "net/au": Net("10.1.3.0/24"),
            "net/db": Net("10.1.4.0/24 fd00:0:0:4::/64", nsg="nsg-db"),
        },
        nics={
            "app-nic": Nic("net/app", "10.1.1.4"),
            "fw-nic": Nic("net/fw", "10.1.2.4", ip_forwarding=True),
            "au-nic": Nic("net/au", "10.1.3.4", ip_forwarding=True),
            "db-nic": Nic("net/db", "10.1.4.4 fd00:0:0:4::4"),
        },
        nsgs={"nsg-db": [rule("Port80", "Tcp", dports="80", access="Deny")]},
        tables={"rt-app": [Route("10.1.4.0/24", via, "10.1.2.4")], "rt-fw": [Route("10.1.4.0/24", via, "10.1.3.4")]},
        facts=Facts(guest_ip_forwarding=frozenset({arm_id("virtualMachines", n).key for n in ("fw", "au")}), **facts),
    )


def check(topology: Topology, source: str, **question: Any) -> ConnectivityCheckAnswer:
    return connectivity_check(NetworkWatcher(topology).compiled, source, **question)


def issues(answer: ConnectivityCheckAnswer) -> list[tuple[int, str, str, tuple[tuple[str, str], ...]]]:
    """Every issue: the index of its hop, origin, type and context."""
    return [(at, i.origin, i.type, i.context) for at, hop in enumerate(answer.hops) for i in hop.issues]


class TestThroughTwoAppliances:
    def test_the_screen_of_the_portal(self) -> None:
        answer = check(tiers(latency={(APP.key, DB.key): Latency(2, 1, 10)}), "APP", dest="DB", dest_port=3389)
        assert [(hop.type, hop.name, str(hop.address)) for hop in answer.hops] == [
            ("Source", "app-nic", "10.1.1.4"),
            ("VirtualAppliance", "fw-nic", "10.1.2.4"),
            ("VirtualAppliance", "au-nic", "10.1.3.4"),
            ("VirtualNetwork", "db-nic", "10.1.4.4"),
        ]
        assert answer.status == "Reachable"
        assert (answer.avg_latency_ms, answer.min_latency_ms, answer.max_latency_ms) == (2, 1, 10)
        assert (answer.probes_sent, answer.probes_failed) == (66, 0)
        assert issues(answer) == []
        assert answer.notes == ()

    def test_the_source_names_its_machine_and_the_others_their_ip_configuration(self) -> None:
        answer = check(tiers(), "app", dest="db", dest_port=22)
        config = arm_id("networkInterfaces/ipConfigurations", "fw-nic/ipconfig1")
        assert [hop.resource for hop in answer.hops[:2]] == [APP, config]

    def test_links_lead_from_each_hop_to_the_next(self) -> None:
        answer = check(tiers(), "app", dest="db", dest_port=22)
        usual = Latency(1, 1, 2)
        assert [hop.links for hop in answer.hops] == [
            (Link(1, "VirtualAppliance", round_trip=usual),),
            (Link(2, "VirtualAppliance", round_trip=usual),),
            (Link(3, "VirtualNetwork", round_trip=usual),),
            (),
        ]

    def test_port_0_means_80_as_in_the_example_of_the_article(self) -> None:
        answer = check(tiers(), "app", dest="10.1.4.4")
        assert answer.status == "Unreachable"
        assert issues(answer) == [(3, "Inbound", "NetworkSecurityRule", (("RuleName", "UserRule_Port80"),))]
        assert (answer.probes_sent, answer.probes_failed, answer.avg_latency_ms) == (30, 30, None)

    @pytest.mark.parametrize(
        ("dest", "protocol", "status"),
        [
            ("db", "Https", "Reachable"),
            ("db", "http", "Unreachable"),
            ("db", "ICMP", "Reachable"),
            ("https://10.1.4.4/health", "Tcp", "Reachable"),
            ("http://10.1.4.4", "Tcp", "Unreachable"),
            ("http://10.1.4.4:8080/", "Tcp", "Reachable"),
        ],
    )
    def test_the_protocol_or_the_url_gives_the_port(self, dest: str, protocol: str, status: str) -> None:
        assert check(tiers(), "app", dest=dest, protocol=protocol).status == status

    def test_every_hop_carries_its_verdicts_and_its_route(self) -> None:
        answer = check(tiers(), "app", dest="db", dest_port=80)
        directions = [[verdict.direction.value for verdict in hop.verdicts] for hop in answer.hops]
        assert directions == [["Outbound"], ["Inbound", "Outbound"], ["Inbound", "Outbound"], ["Inbound"]]
        assert [hop.route.name if hop.route else None for hop in answer.hops] == ["r0", "r0", "", None]


class TestLatencyWithoutADeclaration:
    def test_one_ms_for_a_link_within_a_region(self) -> None:
        answer = check(tiers(), "app", dest="db", dest_port=22)
        assert (answer.avg_latency_ms, answer.min_latency_ms, answer.max_latency_ms) == (3, 3, 6)

    def test_26_ms_to_the_internet(self) -> None:
        answer = check(tiers(), "app", dest="8.8.8.8")
        assert (answer.avg_latency_ms, answer.min_latency_ms, answer.max_latency_ms) == (26, 25, 27)

    @pytest.mark.parametrize(("location", "expected"), [("West Europe", 1), ("northeurope", 12), ("eastasia", 141)])
    def test_a_peering_counts_only_between_regions(self, location: str, expected: int) -> None:
        topology = network(
            vnets={"a": "10.0.0.0/16", "b": "10.1.0.0/16"},
            subnets={"a/s": Net("10.0.0.0/24"), "b/s": Net("10.1.0.0/24")},
            nics={"one-nic": Nic("a/s", "10.0.0.4"), "two-nic": Nic("b/s", "10.1.0.4")},
            peerings={"a": [Peer("b")], "b": [Peer("a")]},
            locations={"b": location},
        )
        answer = check(topology, "one", dest="two")
        assert answer.avg_latency_ms == expected


class TestFacts:
    def test_a_port_that_nobody_listens_on(self) -> None:
        listening = {DB.key: (ListeningPort(Protocol.TCP, PortRange(8000, 8010)),)}
        answer = check(tiers(listening_ports=listening), "app", dest="db", dest_port=22)
        assert issues(answer) == [(3, "Local", "NoListenerOnDestination", ()), (3, "Local", "GuestFirewall", ())]
        assert answer.status == "Unreachable"
        assert check(tiers(listening_ports=listening), "app", dest="db", dest_port=8010).status == "Reachable"
        assert check(tiers(listening_ports=listening), "app", dest="db", protocol="Icmp").status == "Reachable"

    def test_a_listener_of_another_protocol_does_not_count(self) -> None:
        listening = {DB.key: (ListeningPort(Protocol.UDP, PortRange(22, 22)),)}
        answer = check(tiers(listening_ports=listening), "app", dest="db", dest_port=22)
        assert answer.status == "Unreachable"

    def test_a_stopped_destination(self) -> None:
        answer = check(tiers(power_state={DB.key: "deallocated"}), "app", dest="db", dest_port=22)
        assert issues(answer) == [(3, "Local", "Platform", (("PowerState", "deallocated"),))]
        assert answer.status == "Unreachable"

    def test_a_stopped_source_sends_no_probe(self) -> None:
        answer = check(tiers(power_state={APP.key: "stopped"}), "app", dest="db", dest_port=22)
        assert issues(answer) == [(0, "Local", "AgentStopped", (("PowerState", "stopped"),))]
        assert (answer.status, answer.probes_sent, answer.probes_failed) == ("Unreachable", 0, 0)

    def test_a_declared_name_is_its_address(self) -> None:
        topology = tiers(dns={"db.contoso.com": parse_address("10.1.4.4")})
        answer = check(topology, "app", dest="DB.contoso.com", dest_port=22)
        assert answer.hops[-1].name == "db-nic"

    def test_another_name_is_the_internet_without_an_address(self) -> None:
        answer = check(tiers(), "app", dest="www.contoso.com")
        assert [(hop.type, hop.name, hop.address) for hop in answer.hops[1:]] == [("Internet", "www.contoso.com", None)]
        assert answer.status == "Reachable"
        assert any("facts.dns" in note for note in answer.notes)


class TestOpenValues:
    @pytest.mark.parametrize("open_rule", [replace(DENIAL, protocol=OPEN), replace(DENIAL, access=OPEN)])
    def test_an_open_rule_that_decides_makes_the_status_unknown(self, open_rule: SecurityRule) -> None:
        topology = tiers()
        nsg = arm_id("networkSecurityGroups", "nsg-db").key
        topology = replace(topology, nsgs={nsg: replace(topology.nsgs[nsg], rules=(open_rule,))})
        answer = check(topology, "app", dest="db", dest_port=22)
        assert (answer.status, answer.avg_latency_ms) == ("Unknown", None)
        assert (answer.probes_sent, answer.probes_failed) == (0, 0)
        assert any("it is a parameter" in note for note in answer.notes)

    @pytest.mark.parametrize("blank", ["app-nic", "db-nic"])
    def test_an_open_address_at_either_end_makes_the_status_unknown(self, blank: str) -> None:
        topology = tiers()
        key = arm_id("networkInterfaces", blank).key
        nic = topology.nics[key]
        config = replace(nic.ip_configurations[0], private_ip=Unresolved("it is dynamic"))
        nics = {**topology.nics, key: replace(nic, ip_configurations=(config,))}
        answer = check(replace(topology, nics=nics), "app", dest="db")
        assert (answer.status, [hop.type for hop in answer.hops]) == ("Unknown", ["Source", "Destination"])
        assert answer.notes == (f"the address of {blank} is not known: it is dynamic",)

    def test_an_assumed_address_is_named(self) -> None:
        topology = tiers()
        key = arm_id("networkInterfaces", "db-nic").key
        config = replace(topology.nics[key].ip_configurations[0], assumed=True)
        nics = {**topology.nics, key: replace(topology.nics[key], ip_configurations=(config,))}
        answer = check(replace(topology, nics=nics), "app", dest="db", dest_port=22)
        assert answer.notes == ("db-nic is assumed to have the address 10.1.4.4",)


def test_a_machine_reaches_itself_past_its_own_rules() -> None:
    answer = check(tiers(), "db", dest="db", dest_port=80)
    assert (answer.status, [hop.name for hop in answer.hops]) == ("Reachable", ["db-nic", "db-nic"])
    assert not any(hop.verdicts for hop in answer.hops)


def test_another_machine_with_the_same_address_is_not_the_destination() -> None:
    """Two networks that are not connected may use one range; the packet then comes to the near machine."""
    topology = network(
        vnets={"a": "10.0.0.0/16", "b": "10.0.0.0/16"},
        subnets={"a/s": Net("10.0.0.0/24"), "b/s": Net("10.0.0.0/24")},
        nics={"one-nic": Nic("a/s", "10.0.0.4"), "near-nic": Nic("a/s", "10.0.0.5"), "far-nic": Nic("b/s", "10.0.0.5")},
    )
    answer = check(topology, "one", dest="far")
    assert issues(answer) == [(1, "Local", "Platform", (("Reason", "AnotherMachineHasTheAddress"),))]
    assert check(topology, "one", dest="near").status == "Reachable"


def test_of_several_nics_the_primary_one_is_taken_and_named() -> None:
    topology = network(
        vnets={"a": "10.0.0.0/16"},
        subnets={"a/s": Net("10.0.0.0/24")},
        nics={"back": Nic("a/s", "10.0.0.5", vm="one", primary=False), "front": Nic("a/s", "10.0.0.4", vm="one")},
    )
    answer = check(topology, "one", dest="8.8.8.8")
    assert answer.hops[0].name == "front"
    assert answer.notes == ("one has several network interfaces; the primary one, front, is taken",)


def test_a_public_address_of_the_input_is_said_to_be_one() -> None:
    public_ip = PublicIpAddress(arm_id("publicIPAddresses", "pip"), "westeurope", parse_address("20.0.0.4"))
    answer = check(replace(tiers(), public_ips={public_ip.id.key: public_ip}), "app", dest="20.0.0.4")
    assert answer.notes == ("20.0.0.4 is pip of this input; what lies behind it is not walked",)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"dest": "db", "dest_port": 65536}, "65536 is not a port"),
        ({"dest": "db", "protocol": "Udp"}, "`protocol` 'Udp' cannot be asked here"),
        ({"dest": "10.1.4.400"}, "'10.1.4.400' is not an IP address"),
        ({"dest": "fd00:0:0:4::4"}, "app-nic has no IPv6 address"),
    ],
)
def test_what_cannot_be_asked(question: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidFlowError, match=message) as caught:
        check(tiers(), "app", **question)
    assert caught.value.hint


def test_an_unknown_machine_names_those_there_are() -> None:
    with pytest.raises(ResourceNotFoundError, match="no virtual machine is called 'dbb'"):
        check(tiers(), "app", dest="dbb")


def test_a_gateway_that_nothing_serves_drops() -> None:
    topology = network(
        vnets={"a": "10.0.0.0/16"},
        subnets={"a/s": Net("10.0.0.0/24", table="t")},
        nics={"one-nic": Nic("a/s", "10.0.0.4")},
        tables={"t": [Route("172.16.0.0/12", NextHopType.VIRTUAL_NETWORK_GATEWAY)]},
    )
    answer = check(topology, "one", dest="172.16.0.4")
    assert issues(answer) == [(0, "Outbound", "UserDefinedRoute", (("RouteType", "User"),))]
    assert "no virtual network gateway serves a" in answer.notes[0]
