"""Where a flow goes from one NIC, and what keeps an appliance from forwarding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.engines.path.address_owner import NicAddress
from netwatch.engines.path.machine_facts import power_state
from netwatch.engines.path.onward import forward, leave
from netwatch.engines.path.stops import Onward, name_of
from netwatch.errors import UnsupportedError
from netwatch.model.facts import Facts
from netwatch.model.resources import OtherResource
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher
from tests.build import flow
from tests.networks import Net, Nic, Peer, Route, arm_id, network

VIA = NextHopType.VIRTUAL_APPLIANCE
FW = arm_id("virtualMachines", "fw")


def net(*routes: Route, facts: Facts | None = None, others: tuple[OtherResource, ...] = ()) -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24", table="rt"), "v/t": Net("10.0.1.0/24")},
        nics={
            "a-nic": Nic("v/s", "10.0.0.4"),
            "fw-nic": Nic("v/t", "10.0.1.5", ip_forwarding=True),
            "b-nic": Nic("v/t", "10.0.1.4"),
        },
        tables={"rt": routes},
        facts=facts,
        others=others,
    )


def place(topology: Topology, name: str) -> NicAddress:
    nic = topology.nics[arm_id("networkInterfaces", name).key]
    return NicAddress(nic, nic.ip_configurations[0])


def left(topology: Topology, dest: str) -> Onward:
    return leave(NetworkWatcher(topology).compiled, place(topology, "a-nic"), flow("Tcp", "10.0.0.4", dest), set())


def forwarded(topology: Topology) -> Onward:
    through = flow("Tcp", "10.0.0.4", "10.0.1.4 443")
    return forward(NetworkWatcher(topology).compiled, place(topology, "fw-nic"), through, set())


def reasons(onward: Onward) -> list[str]:
    return [value for issue in onward.issues for key, value in issue.context if key == "Reason"]


def test_within_the_network_to_the_nic_that_has_the_address() -> None:
    onward = left(net(), "10.0.1.4")
    assert (onward.link, onward.stop and name_of(onward.stop)) == ("VirtualNetwork", "b-nic")


def test_an_address_of_the_network_that_nothing_has() -> None:
    onward = left(net(), "10.0.1.99")
    assert (onward.link, onward.stop, reasons(onward)) == ("", None, ["AddressNotInUse"])


@pytest.mark.parametrize("hop", ["10.0.1.99", "192.0.2.4"])
def test_an_appliance_that_is_not_there_is_the_routes_fault(hop: str) -> None:
    onward = left(net(Route("8.8.8.0/24", VIA, hop)), "8.8.8.8")
    assert [issue.context for issue in onward.issues] == [(("RouteType", "User"),)]
    assert hop in onward.notes[0]


def test_an_appliance_that_is_missing_in_a_peer_is_not_a_way_across() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24", table="rt"), "w/s": Net("10.1.0.0/24")},
        nics={"a-nic": Nic("v/s", "10.0.0.4")},
        tables={"rt": [Route("8.8.8.0/24", VIA, "10.1.0.4")]},
        peerings={"v": [Peer("w")], "w": [Peer("v")]},
    )
    assert left(topology, "8.8.8.8").crossed is None
    assert left(topology, "10.1.0.9").crossed is not None


def test_an_open_next_hop_type_is_unresolved() -> None:
    reason = Unresolved("it is a parameter")
    assert left(net(Route("8.8.8.0/24", reason)), "8.8.8.8").unresolved == (reason,)


def test_an_appliance_route_without_an_address_is_unresolved() -> None:
    assert "names no next hop address" in str(left(net(Route("8.8.8.0/24", VIA)), "8.8.8.8").unresolved[0])


def test_a_firewall_that_may_have_the_next_hop_is_not_guessed() -> None:
    firewall = OtherResource(
        arm_id("azureFirewalls", "afw"),
        "Microsoft.Network/azureFirewalls",
        "westeurope",
        (arm_id("virtualNetworks/subnets", "v/t"),),
    )
    topology = net(Route("8.8.8.0/24", VIA, "10.0.1.10"), others=(firewall,))
    with pytest.raises(UnsupportedError, match="afw"):
        left(topology, "8.8.8.8")


def test_a_peer_that_the_input_does_not_hold_leaves_it_open() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "gone": "10.9.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24")},
        nics={"a-nic": Nic("v/s", "10.0.0.4")},
        peerings={"v": [Peer("gone")]},
    )
    (peering,) = topology.peerings.values()
    space = topology.vnets[arm_id("virtualNetworks", "gone").key].address_space
    topology = replace(
        topology,
        vnets={key: vnet for key, vnet in topology.vnets.items() if vnet.id.name == "v"},
        peerings={peering.id.key: replace(peering, remote_prefixes=space)},
    )
    onward = left(topology, "10.9.0.4")
    assert onward.crossed is not None
    assert "to-gone" in str(onward.unresolved[0])


class TestForward:
    def test_a_machine_that_is_declared_to_forward(self) -> None:
        onward = forwarded(net(facts=Facts(guest_ip_forwarding=frozenset({FW.key}))))
        assert (onward.link, onward.notes) == ("VirtualNetwork", ())

    def test_where_nothing_is_declared_it_is_taken_to_forward_and_a_note_says_so(self) -> None:
        onward = forwarded(net())
        assert onward.link == "VirtualNetwork"
        assert onward.notes == ("fw is taken to forward (facts.guestIpForwarding is not declared)",)

    def test_where_the_list_is_empty_no_machine_forwards(self) -> None:
        onward = forwarded(net(facts=Facts(guest_ip_forwarding=frozenset())))
        assert (onward.link, reasons(onward)) == ("VirtualNetwork", ["GuestDoesNotForward"])

    def test_where_others_are_declared_it_does_not(self) -> None:
        onward = forwarded(net(facts=Facts(guest_ip_forwarding=frozenset({arm_id("virtualMachines", "a").key}))))
        assert (onward.link, reasons(onward)) == ("VirtualNetwork", ["GuestDoesNotForward"])

    def test_a_stopped_machine_does_not(self) -> None:
        assert reasons(forwarded(net(facts=Facts(power_state={FW.key: "stopped"})))) == ["VMStopped"]

    def test_a_nic_without_ip_forwarding_does_not(self) -> None:
        topology = net()
        nic = place(topology, "fw-nic").nic
        nics = {**topology.nics, nic.id.key: replace(nic, ip_forwarding=False)}
        assert reasons(forwarded(replace(topology, nics=nics))) == ["IpForwardingDisabled"]

    def test_a_nic_without_a_machine_is_taken_to_forward(self) -> None:
        topology = net()
        nic = place(topology, "fw-nic").nic
        onward = forwarded(replace(topology, nics={**topology.nics, nic.id.key: replace(nic, vm=None)}))
        assert onward.link == "VirtualNetwork"
        assert "attached to no machine" in onward.notes[0]


def test_what_is_not_declared_runs() -> None:
    topology = net(facts=Facts(power_state={FW.key: "deallocated"}))
    assert power_state(topology, FW) == "deallocated"
    assert power_state(topology, arm_id("virtualMachines", "a")) == "running"
