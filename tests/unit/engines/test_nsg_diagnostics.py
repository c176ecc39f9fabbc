"""NSG diagnostics as a person asks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.errors import InvalidFlowError, QueryError, ResourceNotFoundError, UnsupportedError
from netwatch.model.answers import NsgDiagnosticsAnswer
from netwatch.model.flow import Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource
from netwatch.model.routes import NextHopType
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Route, arm_id, network

GATEWAY = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationGateways/front")


def net(subnet_nsg: str | Unresolved = "web-nsg") -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={
            "v/web": Net("10.0.1.0/24", nsg=subnet_nsg),
            "v/back": Net("10.0.2.0/24", nsg="back-nsg"),
            "v/bare": Net("10.0.3.0/24"),
        },
        nics={
            "web-0-nic": Nic("v/web", "10.0.1.4"),
            "web-0-back": Nic("v/back", "10.0.2.4", vm="web-0", primary=False),
            "bare-0-nic": Nic("v/bare", "10.0.3.4"),
            "db-0-nic": Nic("v/back", "10.0.2.5"),
            "twin": Nic("v/back", "10.0.2.6", vm="twin"),
        },
        nsgs={
            "web-nsg": [
                rule("https", "Tcp", source="Internet", dports="443"),
                rule("lan", source="10.0.2.0/24", priority=110, access="Deny"),
            ],
            "back-nsg": [rule("sql", "Tcp", source="Storage.WestEurope", dports="1433")],
        },
        others=[OtherResource(GATEWAY, "Microsoft.Network/applicationGateways", "westeurope", ())],
    )


def ask(topology: Topology, target: str = "web-0", **changes: str) -> NsgDiagnosticsAnswer:
    asked = {
        "direction": "Inbound",
        "protocol": "TCP",
        "source": "203.0.113.7",
        "destination": "10.0.1.4",
        "dest_port": "443",
        **changes,
    }
    return NetworkWatcher(topology).nsg_diagnostics(target, **asked)


def came_to(answer: NsgDiagnosticsAnswer) -> list[tuple[str, str, str]]:
    settled = [(result, result.settled) for result in answer.results]
    return [(r.nic.name, r.outcome.value, s.matched.name if s and s.matched else "") for r, s in settled]


def test_every_nic_of_a_machine_is_diagnosed_the_primary_one_first() -> None:
    answer = ask(net(), "WEB-0")
    assert came_to(answer) == [("web-0-nic", "Allow", "https"), ("web-0-back", "Deny", "DenyAllInBound")]
    assert answer.notes == ("web-0 has several network interfaces; each is diagnosed by itself",)
    assert answer.target == arm_id("virtualMachines", "web-0")


def test_one_nic_of_a_machine() -> None:
    assert came_to(ask(net(), nic="web-0-back")) == [("web-0-back", "Deny", "DenyAllInBound")]
    with pytest.raises(ResourceNotFoundError, match="no network interface of web-0 is called 'db-0-nic'"):
        ask(net(), nic="db-0-nic")


def test_a_nic_is_a_target_by_name_or_id() -> None:
    by_name = ask(net(), "web-0-nic")
    assert came_to(by_name) == [("web-0-nic", "Allow", "https")]
    assert ask(net(), arm_id("networkInterfaces", "web-0-nic").text) == by_name
    with pytest.raises(QueryError, match="network interface already"):
        ask(net(), "web-0-nic", nic="web-0-nic")


def test_a_name_that_a_machine_and_a_nic_share_is_not_guessed() -> None:
    with pytest.raises(ResourceNotFoundError, match="2 virtual machines or network interfaces are called 'twin'"):
        ask(net(), "twin")


def test_a_target_that_is_not_there_is_told_the_nearest() -> None:
    with pytest.raises(ResourceNotFoundError, match="no virtual machine or network interface is called 'web-9'"):
        ask(net(), "web-9")


@pytest.mark.parametrize("name", ["front", GATEWAY.text])
def test_an_application_gateway_is_not_evaluated(name: str) -> None:
    with pytest.raises(UnsupportedError, match="applicationGateways is not evaluated"):
        ask(net(), name)


def test_a_nic_without_a_group_has_no_result() -> None:
    answer = ask(net(), "bare-0", destination="10.0.3.4")
    assert answer.results == ()
    assert answer.notes == ("bare-0-nic has no group on itself or its subnet: nothing to diagnose",)


def test_a_foreign_address_is_noted_and_answered() -> None:
    answer = ask(net(), "db-0", destination="10.9.9.9")
    assert came_to(answer) == [("db-0-nic", "Deny", "DenyAllInBound")]
    assert answer.notes == ("10.9.9.9 is not an address of db-0-nic; the rules are asked all the same, as Azure does",)
    assert ask(net(), "db-0", destination="10.0.2.0/24").notes == ()
    outbound = ask(net(), "db-0", direction="Outbound", source="10.9.9.9", destination="10.0.1.4")
    assert "10.9.9.9 is not an address of db-0-nic" in outbound.notes[0]


def test_the_question_is_echoed_as_it_was_asked() -> None:
    (result,) = ask(net(), "web-0-nic", direction="inBOUND", protocol="tcp", source="INTERNET").results
    assert (result.direction.value, result.protocol, result.source) == ("Inbound", "tcp", "INTERNET")
    assert (result.destination, result.destination_port) == ("10.0.1.4", "443")


class TestSides:
    def test_any_is_a_star(self) -> None:
        assert came_to(ask(net(), "web-0-nic", source="Any")) == came_to(ask(net(), "web-0-nic", source="*"))
        assert came_to(ask(net(), "web-0-nic", source="0.0.0.0/0")) == [("web-0-nic", "Deny", "DenyAllInBound")]

    def test_a_tag_names_the_list_in_use(self) -> None:
        answer = ask(net(), "web-0-nic", source="Storage.WestEurope")
        assert "Public, change" in answer.service_tags
        assert ask(net(), "web-0-nic").service_tags == ""
        assert ask(net(), "web-0-nic", source="Internet").service_tags == ""

    def test_a_rule_with_a_published_tag_names_the_list_too(self) -> None:
        assert "Public, change" in ask(net(), "db-0").service_tags

    def test_a_star_between_open_ends_is_of_the_nics_families(self) -> None:
        """A default route to an appliance makes VirtualNetwork all of IPv4; that is ``*`` where the NIC has no IPv6."""
        for address, settled in (("10.0.1.4", "AllowVnetInBound"), ("10.0.1.4 fd00:0:0:1::4", "DenyAllInBound")):
            forced = network(
                vnets={"v": "10.0.0.0/16 fd00::/48"},
                subnets={"v/web": Net("10.0.1.0/24 fd00:0:0:1::/64", nsg="nsg", table="t")},
                nics={"web-0-nic": Nic("v/web", address)},
                nsgs={"nsg": []},
                tables={"t": [Route("0.0.0.0/0", NextHopType.VIRTUAL_APPLIANCE, "10.0.1.9")]},
            )
            assert came_to(ask(forced, source="*", destination="*"))[0][2] == settled

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"source": "Internt"}, '`source`: unknown service tag "Internt". Did you mean "Internet"?'),
            ({"destination": "Xyzzy"}, '`destination`: unknown service tag "Xyzzy". It is not among the '),
            ({"source": "10.0.0.300"}, "`source`: '10.0.0.300' is not an IP address: 300 is larger than 255"),
            ({"source": "10.0.0.0/33"}, "`source`: '10.0.0.0/33' is not a prefix"),
            ({"source": ""}, "`source`: '' is not an IP address"),
            ({"source": "fd00::4"}, "fd00::4 and 10.0.1.4 are of different families"),
            ({"direction": "sideways"}, "`direction`: 'sideways' is not a direction"),
            ({"protocol": "Esp"}, "`protocol` 'Esp' cannot be asked here"),
            ({"protocol": "http"}, "`protocol`: 'http' is not a protocol"),
            ({"dest_port": "90-80"}, "`dest_port`: '90-80' is not a port range"),
            ({"dest_port": "http"}, "`dest_port`: 'http' is not a port"),
        ],
    )
    def test_what_cannot_be_asked(self, change: dict[str, str], said: str) -> None:
        with pytest.raises(InvalidFlowError) as caught:
            ask(net(), **change)
        assert str(caught.value).startswith(said)


def test_icmp_has_no_ports() -> None:
    answer = ask(net(), "web-0-nic", protocol="Icmp")
    assert answer.notes == ("Icmp has no ports: 443 is not looked at",)
    assert answer.results[0].evaluated == ask(net(), "web-0-nic", protocol="ICMP", dest_port="*").results[0].evaluated


class TestVerbosity:
    def test_full_is_the_default(self) -> None:
        assert ask(net()).verbosity == "Full"
        assert ask(net(), verbosity="full") == ask(net())

    def test_another_word_is_refused(self) -> None:
        with pytest.raises(QueryError, match="`verbosity` 'all' is not a verbosity"):
            ask(net(), verbosity="all")

    def test_it_changes_no_evaluation(self) -> None:
        assert ask(net(), verbosity="Minimum").results == ask(net()).results


class TestSwitches:
    def test_a_range_that_a_rule_covers_in_part(self) -> None:
        asked = {"source": "10.0.2.0/23", "dest_port": "22"}
        answer = ask(net(), "web-0-nic", **asked)
        assert came_to(answer) == [("web-0-nic", "Allow", "AllowVnetInBound")]
        (note,) = answer.notes
        assert "taken as no match" in note
        assert note.endswith("With semantics partialOverlap=match the answer would be Deny by lan")
        other = ask(replace(net(), semantics=Semantics(partial_overlap="match")), "web-0-nic", **asked)
        assert came_to(other) == [("web-0-nic", "Deny", "lan")]
        assert "taken as a match" in other.notes[0]
        assert other.notes[0].endswith("partialOverlap=noMatch the answer would be Allow by AllowVnetInBound")

    def test_which_rule_the_second_group_names_is_handed_on(self) -> None:
        quirk = replace(net(), semantics=Semantics(diagnostics_matched_rule="repeatPrevious"))
        assert (ask(net()).matched_rule, ask(quirk).matched_rule) == ("ownRule", "repeatPrevious")


def test_an_open_group_is_unknown_and_says_why() -> None:
    reason = Unresolved("a group of another subscription")
    (result,) = ask(net(reason), "web-0-nic").results
    assert (result.outcome, result.unresolved, result.settled) == (Outcome.UNKNOWN, (reason,), None)
