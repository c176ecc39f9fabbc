"""Each question through the watcher, as a person asks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.errors import InvalidFlowError, RefusedByAzureError
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.addresses import parse_address, parse_prefix
from netwatch.model.flow import Level, Outcome
from netwatch.model.resources import PublicIpAddress
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.topology import Topology
from netwatch.render.arm import body
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Peer, Route, arm_id, network


def net() -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16 fd00::/48", "w": "10.1.0.0/16"},
        subnets={
            "v/web": Net("10.0.1.0/24 fd00:0:0:1::/64", nsg="web-nsg", table="t"),
            "v/bare": Net("10.0.2.0/24"),
        },
        nics={
            "web-0-nic": Nic("v/web", "10.0.1.4 fd00:0:0:1::4", nsg="nic-nsg"),
            "web-0-back": Nic("v/bare", "10.0.2.4", vm="web-0", primary=False),
            "bare-0-nic": Nic("v/bare", "10.0.2.5"),
        },
        nsgs={"web-nsg": [rule("https", "Tcp", source="Internet", dports="443")], "nic-nsg": [rule("all")]},
        tables={
            "t": [
                Route("10.1.0.0/16", NextHopType.VIRTUAL_APPLIANCE, "10.0.2.4"),
                Route("10.9.0.0/16", NextHopType.VIRTUAL_APPLIANCE, "10.8.0.4"),
            ]
        },
        peerings={"v": [Peer("w")], "w": [Peer("v")]},
    )


@pytest.fixture
def watcher() -> NetworkWatcher:
    return NetworkWatcher(net())


class TestIpFlowVerify:
    @pytest.mark.parametrize(
        ("sku", "direction", "remote", "fate"),
        [
            ("Standard", "Inbound", "203.0.113.7", "Deny"),
            ("Standard", "Inbound", "10.0.1.4", "Allow"),
            ("Standard", "Outbound", "203.0.113.7", "Allow"),
            ("Basic", "Inbound", "203.0.113.7", "Allow"),
        ],
    )
    def test_without_a_group_a_standard_address_is_closed_from_outside(
        self, sku: str, direction: str, remote: str, fate: str
    ) -> None:
        address = PublicIpAddress(arm_id("publicIPAddresses", "ip"), "westeurope", None, sku)
        topology = net()
        nic = topology.nics[arm_id("networkInterfaces", "bare-0-nic").key]
        config = replace(nic.ip_configurations[0], public_ip=address.id)
        nics = {**topology.nics, nic.id.key: replace(nic, ip_configurations=(config,))}
        watcher = NetworkWatcher(replace(topology, nics=nics, public_ips={address.id.key: address}))
        with pytest.raises(RefusedByAzureError) as refused:
            watcher.ip_flow_verify("bare-0", direction=direction, protocol="TCP", local=":80", remote=f"{remote}:50000")
        assert (refused.value.code, refused.value.fate) == ("NsgsNotAppliedOnNic", fate)

    def test_both_groups_allow_and_the_last_is_named(self, watcher: NetworkWatcher) -> None:
        answer = watcher.ip_flow_verify(
            "WEB-0", direction="inbound", protocol="tcp", local=":443", remote="203.0.113.7:*"
        )
        assert answer.outcome is Outcome.ALLOW
        assert answer.verdict.settled is not None
        assert answer.verdict.settled.level is Level.NIC
        assert answer.notes == ("web-0 has several network interfaces; web-0-nic is taken",)

    def test_ipv6_goes_through_the_same_rules(self, watcher: NetworkWatcher) -> None:
        answer = watcher.ip_flow_verify(
            "web-0", direction="Inbound", protocol="TCP", local=":443", remote="[2a00::7]:50123"
        )
        assert str(answer.verdict.flow) == "Tcp [2a00::7]:50123 → [fd00:0:0:1::4]:443"
        assert answer.outcome is Outcome.ALLOW

    def test_a_foreign_local_address_is_noted(self, watcher: NetworkWatcher) -> None:
        answer = watcher.ip_flow_verify(
            "web-0", direction="Inbound", protocol="TCP", local="10.0.1.99:443", remote="203.0.113.7:50123"
        )
        assert any("10.0.1.99 is not an address of web-0-nic" in note for note in answer.notes)

    def test_without_a_group_azure_refuses_and_the_traffic_passes(self, watcher: NetworkWatcher) -> None:
        with pytest.raises(RefusedByAzureError) as caught:
            watcher.ip_flow_verify("bare-0", direction="Inbound", protocol="TCP", local=":22", remote="8.8.8.8:*")
        assert (caught.value.code, caught.value.status, caught.value.fate) == ("NsgsNotAppliedOnNic", 400, "Allow")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"protocol": "Icmp"}, "TCP or UDP"),
            ({"protocol": "*"}, "TCP or UDP"),
            ({"direction": "sideways"}, "Inbound or Outbound"),
            ({"local": ":*"}, r"cannot be \*"),
            ({"remote": ":80"}, "no address"),
            ({"local": "10.0.1.4:443", "remote": "[2a00::7]:1"}, "different families"),
        ],
    )
    def test_a_question_that_cannot_be_asked(self, watcher: NetworkWatcher, change: dict[str, str], said: str) -> None:
        asked = {"direction": "Inbound", "protocol": "TCP", "local": ":443", "remote": "203.0.113.7:1", **change}
        with pytest.raises(InvalidFlowError, match=said):
            watcher.ip_flow_verify("web-0", **asked)


class TestNextHop:
    def ask(self, watcher: NetworkWatcher, dest: str, **more: str) -> tuple[object, str, str]:
        answer = watcher.next_hop("web-0", source_ip="10.0.1.4", dest_ip=dest, **more)
        table = answer.route.table.name if answer.route and answer.route.table else ""
        return answer.next_hop_type, str(answer.next_hop_ip or ""), table

    def test_the_machine_next_door(self, watcher: NetworkWatcher) -> None:
        assert self.ask(watcher, "10.0.1.9") == (NextHopType.VNET_LOCAL, "", "")

    def test_a_user_route_over_a_peering(self, watcher: NetworkWatcher) -> None:
        assert self.ask(watcher, "10.1.0.4") == (NextHopType.VIRTUAL_APPLIANCE, "10.0.2.4", "t")

    def test_an_appliance_out_of_reach_drops_and_is_still_named(self, watcher: NetworkWatcher) -> None:
        assert self.ask(watcher, "10.9.0.4") == (NextHopType.NONE, "10.8.0.4", "t")

    def test_a_route_over_several_appliances_names_the_first_and_says_so(self) -> None:
        topology = net()
        table = arm_id("routeTables", "t")
        hops = tuple(parse_address(text) for text in ("10.0.2.4", "10.0.2.5", "10.8.0.4"))
        route = UserRoute(
            table.child("routes", "ecmp"),
            "ecmp",
            parse_prefix("20.0.0.0/8"),
            NextHopType.VIRTUAL_APPLIANCE_ECMP,
            hops[0],
            other_hop_ips=hops[1:],
        )
        spread = NetworkWatcher(replace(topology, route_tables={table.key: RouteTable(table, "westeurope", (route,))}))
        answer = spread.next_hop("web-0", source_ip="10.0.1.4", dest_ip="20.0.0.1")
        assert (answer.next_hop_type, answer.next_hop_ip) == (NextHopType.VIRTUAL_APPLIANCE_ECMP, hops[0])
        assert "flows are spread over 10.0.2.4 and 10.0.2.5, 10.8.0.4; the first is named" in answer.notes
        rows = body(spread.effective_routes("web-0-nic"))["value"]
        assert [row["nextHopIpAddress"] for row in rows if row["nextHopType"] == "VirtualApplianceEcmp"] == [
            ["10.0.2.4", "10.0.2.5", "10.8.0.4"]
        ]

    def test_each_nic_follows_its_own_subnet(self, watcher: NetworkWatcher) -> None:
        assert self.ask(watcher, "10.1.0.4", nic="web-0-back") == (NextHopType.VNET_PEERING, "", "")

    def test_the_source_chooses_the_nic(self, watcher: NetworkWatcher) -> None:
        answer = watcher.next_hop("web-0", source_ip="10.0.2.4", dest_ip="10.1.0.4")
        assert answer.nic.id.name == "web-0-back"

    def test_a_source_that_is_nobodys_is_answered_for_the_primary_nic(self, watcher: NetworkWatcher) -> None:
        answer = watcher.next_hop("web-0", source_ip="123.4.5.6", dest_ip="10.0.1.9")
        assert answer.nic.id.name == "web-0-nic"

    def test_ipv6(self, watcher: NetworkWatcher) -> None:
        assert self.ask(watcher, "fd00::9") == (NextHopType.VNET_LOCAL, "", "")
        assert self.ask(watcher, "2a00::9") == (NextHopType.INTERNET, "", "")

    def test_what_is_no_address(self, watcher: NetworkWatcher) -> None:
        with pytest.raises(InvalidFlowError, match="`dest_ip`"):
            watcher.next_hop("web-0", source_ip="10.0.1.4", dest_ip="example.org")

    @pytest.mark.parametrize(
        ("nic", "dest", "own"),
        [
            ("", "10.1.0.4", "10.0.1.4"),
            ("", "fd00:1::4", "fd00:0:0:1::4"),
            ("web-0-back", "10.1.0.4", "10.0.2.4"),
        ],
    )
    def test_without_a_source_it_is_the_address_of_the_nic(
        self, watcher: NetworkWatcher, nic: str, dest: str, own: str
    ) -> None:
        answer = watcher.next_hop("web-0", dest_ip=dest, nic=nic)
        assert answer == watcher.next_hop("web-0", source_ip=own, dest_ip=dest, nic=nic)
        assert answer.source_ip == parse_address(own)

    def test_without_a_source_a_nic_must_have_an_address_of_that_family(self, watcher: NetworkWatcher) -> None:
        with pytest.raises(InvalidFlowError, match="bare-0-nic has no IPv6 address") as caught:
            watcher.next_hop("bare-0", dest_ip="fd00:1::4")
        assert "`source_ip`" in caught.value.hint


def test_security_group_view_has_one_view_for_each_nic_with_a_group(watcher: NetworkWatcher) -> None:
    answer = watcher.security_group_view("web-0")
    assert [view.nic.id.name for view in answer.views] == ["web-0-nic"]
    view = answer.views[0]
    assert view.nic_nsg is not None
    assert view.nic_nsg.nsg.id.name == "nic-nsg"
    assert view.subnet_nsg is not None
    assert view.subnet_nsg.nsg.id.name == "web-nsg"
    assert view.subnet == arm_id("virtualNetworks/subnets", "v/web")
    assert answer.notes == ("web-0-back has no group on itself or its subnet",)


def test_effective_rules_name_the_nics_group_first_and_expand_tags(watcher: NetworkWatcher) -> None:
    answer = watcher.effective_rules("web-0")
    assert [(nsg.level, nsg.nsg.id.name) for nsg in answer.nsgs] == [(Level.NIC, "nic-nsg"), (Level.SUBNET, "web-nsg")]
    tag = [str(prefix) for prefix in answer.nsgs[1].tag_map["VirtualNetwork"]]
    assert tag == ["10.0.0.0/16", "fd00::/48", "10.1.0.0/16", "168.63.129.16/32", "10.9.0.0/16"]


def test_effective_routes_are_those_of_the_nics_subnet(watcher: NetworkWatcher) -> None:
    assert len(watcher.effective_routes("web-0-back").routes) == len(watcher.effective_routes("bare-0").routes)
    assert any(route.name == "r0" for route in watcher.effective_routes("web-0").routes)


_CIRCUIT = """
netwatch: 1
virtualNetworks:
  hub:
    addressPrefixes: 10.0.0.0/16
    subnets: {GatewaySubnet: {addressPrefix: 10.0.255.0/27}, a: {addressPrefix: 10.0.1.0/24}}
virtualNetworkGateways:
  er: {gatewayType: ExpressRoute, subnet: hub/GatewaySubnet, connections: {c: {connectionType: ExpressRoute}}}
virtualMachines: {vm: {networkInterfaces: {nic: {subnet: a}}}}
"""


@pytest.mark.parametrize(("dest", "facts", "is_said"), [
    ("172.29.0.4", "", True),
    ("8.8.8.8", "", True),
    ("10.0.7.7", "", False),
    ("172.29.0.4", "facts: {gatewayLearnedRoutes: {er: 172.30.0.0/16}}", False),
])  # fmt: skip
def test_what_a_circuit_announces_and_nobody_declared_is_said(dest: str, facts: str, is_said: bool) -> None:
    """A circuit brings its routes over BGP alone (ExpressRoute routing requirements), and BGP is in no export."""
    answer = NetworkWatcher(read_topology_file("net.yaml", _CIRCUIT + facts)).next_hop("vm", dest_ip=dest)
    assert any("what er learns over ExpressRoute is not declared" in note for note in answer.notes) is is_said
