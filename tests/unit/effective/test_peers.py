"""What of a peer a subnet has routes to: all of it, some subnets, IPv6 alone."""

from __future__ import annotations

from netwatch.effective.context_tags import virtual_network_prefixes
from netwatch.effective.peers import connected_peers, near_subnets, peer_prefixes
from netwatch.effective.routes import is_reachable_appliance
from netwatch.model.addresses import parse_address
from netwatch.model.resources import Subnet
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.networks import Net, Peer, arm_id, network

OPEN = Unresolved("a parameter without a value")


def net(**of_peering: object) -> Topology:
    """Networks v and w of two subnets each, with IPv6; what is asked of v's side of their peering."""
    return network(
        vnets={"v": "10.0.0.0/16 fd00:1::/48", "w": "10.1.0.0/16 fd00:2::/48"},
        subnets={
            "v/web": Net("10.0.1.0/24 fd00:1:0:1::/64"),
            "v/data": Net("10.0.2.0/24"),
            "w/web": Net("10.1.1.0/24 fd00:2:0:1::/64"),
            "w/data": Net("10.1.2.0/24"),
        },
        peerings={"v": [Peer("w", **of_peering)], "w": [Peer("v")]},  # type: ignore[arg-type]
    )


def subnet(topology: Topology, name: str) -> Subnet:
    return topology.subnets[arm_id("virtualNetworks/subnets", name).key]


def seen(topology: Topology, name: str) -> list[str]:
    """The prefixes that a subnet of v sees of w."""
    own = subnet(topology, name)
    (peering,) = connected_peers(topology, topology.vnets[own.vnet.key])
    return [getattr(each, "reason", str(each)) for each in peer_prefixes(topology, own, peering)]


def test_a_whole_peer_is_its_address_space() -> None:
    assert seen(net(), "v/web") == seen(net(beyond=("data",)), "v/data") == ["10.1.0.0/16", "fd00:2::/48"]


def test_named_subnets_see_named_subnets() -> None:
    topology = net(local=("WEB",), beyond=("Data",))
    assert (seen(topology, "v/web"), seen(topology, "v/data")) == (["10.1.2.0/24"], [])


def test_nothing_named_is_nothing_peered() -> None:
    assert seen(net(local=(), beyond=("web",)), "v/web") == seen(net(local=("web",)), "v/web") == []


def test_ipv6_alone() -> None:
    assert seen(net(only_ipv6=True), "v/web") == ["fd00:2::/48"]
    assert seen(net(local=("web",), beyond=("web", "data"), only_ipv6=True), "v/web") == ["fd00:2:0:1::/64"]


def test_open_names_leave_open_what_is_peered() -> None:
    assert seen(net(local=(OPEN,), beyond=("web",)), "v/web") == [OPEN.reason]
    assert seen(net(local=("web",), beyond=(OPEN, "data")), "v/web") == [OPEN.reason, "10.1.2.0/24"]


def test_a_subnet_that_is_not_there_is_named() -> None:
    assert seen(net(local=("web",), beyond=("gone",)), "v/web") == ["subnet gone of w is not in the input"]


def test_the_tag_and_appliances_go_by_the_subnet() -> None:
    topology = net(local=("web",), beyond=("data",))
    web, data = subnet(topology, "v/web"), subnet(topology, "v/data")
    assert "10.1.2.0/24" in map(str, virtual_network_prefixes(topology, web).prefixes)
    assert not any(str(each).startswith("10.1.") for each in virtual_network_prefixes(topology, data).prefixes)
    firewall = parse_address("10.1.2.4")
    assert is_reachable_appliance(topology, web, firewall)
    assert not is_reachable_appliance(topology, data, firewall)
    assert not is_reachable_appliance(topology, web, parse_address("10.1.1.4"))


def test_near_subnets_are_the_own_ones_and_the_peered_ones() -> None:
    topology = net(local=("web",), beyond=("data",))
    near = near_subnets(topology, subnet(topology, "v/web")).values()
    assert [each.id.text.split("/")[-3] + "/" + each.id.name for each in near] == ["v/web", "v/data", "w/data"]
    assert len(near_subnets(topology, subnet(topology, "v/data"))) == 2
    assert len(near_subnets(net(), subnet(topology, "v/data"))) == 4
