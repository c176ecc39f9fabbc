"""The graph of a topology: which nodes and edges there are, and that it stays linear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest

from netwatch.compile.graph import ASSOCIATED, CONTAINS, HANDS_TO, INTERNET, build_graph
from netwatch.model.addresses import ALL_PORTS, Prefix, parse_address, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    OtherResource,
    Peering,
    PublicIpAddress,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, AnyAddress, PortField, SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

BASE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
HUB, SPOKE = ResourceId(f"{BASE}/virtualNetworks/hub"), ResourceId(f"{BASE}/virtualNetworks/spoke")
WEB, FW_NET = SPOKE.child("subnets", "web"), HUB.child("subnets", "fw")
NSG, TABLE = ResourceId(f"{BASE}/networkSecurityGroups/nsg"), ResourceId(f"{BASE}/routeTables/rt")
WEB_NIC, FW_NIC = ResourceId(f"{BASE}/networkInterfaces/web-nic"), ResourceId(f"{BASE}/networkInterfaces/fw-nic")
VM = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web")
PIP, ASG = ResourceId(f"{BASE}/publicIPAddresses/pip"), ResourceId(f"{BASE}/applicationSecurityGroups/asg")
GATEWAY, NAT = ResourceId(f"{BASE}/virtualNetworkGateways/gw"), ResourceId(f"{BASE}/natGateways/nat")
OPEN = Unresolved("it is computed at deployment")
TO_HUB, TO_SPOKE = SPOKE.child("virtualNetworkPeerings", "to-hub"), HUB.child("virtualNetworkPeerings", "to-spoke")


def keyed(*resources: Any) -> dict[str, Any]:
    return {resource.id.key: resource for resource in resources}


def nic(id_: ResourceId, address: str, subnet: ResourceId, **fields: Any) -> NetworkInterface:
    config = IpConfiguration(
        id_.child("ipConfigurations", "ip"),
        parse_address(address),
        subnet,
        fields.pop("public_ip", None),
        fields.pop("asgs", ()),
    )
    return NetworkInterface(id_, "westeurope", (config,), **fields)


def route(name: str, prefix: str, kind: NextHopType | Unresolved, hop: str = "") -> UserRoute:
    return UserRoute(TABLE.child("routes", name), name, parse_prefix(prefix), kind, parse_address(hop) if hop else None)


def rule(name: str) -> SecurityRule:
    anyone, any_port = AddressField((AnyAddress(),)), PortField((ALL_PORTS,), ("*",))
    return SecurityRule(
        NSG.child("securityRules", name),
        name,
        Direction.INBOUND,
        100,
        Access.ALLOW,
        Protocol.ANY,
        anyone,
        any_port,
        anyone,
        any_port,
    )


def prefix(text: str) -> tuple[Prefix]:
    return (parse_prefix(text),)


def hub_and_spoke() -> Topology:
    """A spoke whose default route is an appliance in the peered hub."""
    return Topology(
        vnets=keyed(
            VirtualNetwork(HUB, "westeurope", prefix("10.0.0.0/16")),
            VirtualNetwork(SPOKE, "westeurope", prefix("10.1.0.0/16")),
        ),
        subnets=keyed(
            Subnet(FW_NET, prefix("10.0.1.0/24")),
            Subnet(WEB, prefix("10.1.1.0/24"), nsg=NSG, route_table=TABLE, nat_gateway=NAT),
        ),
        peerings=keyed(
            Peering(TO_SPOKE, SPOKE, "Connected"), Peering(TO_HUB, HUB, "Connected", use_remote_gateways=True)
        ),
        nsgs=keyed(NetworkSecurityGroup(NSG, "westeurope", (rule("a"), rule("b")))),
        asgs=keyed(ApplicationSecurityGroup(ASG, "westeurope")),
        route_tables=keyed(
            RouteTable(TABLE, "westeurope", (route("all", "0.0.0.0/0", NextHopType.VIRTUAL_APPLIANCE, "10.0.1.4"),))
        ),
        nics=keyed(
            nic(WEB_NIC, "10.1.1.4", WEB, nsg=NSG, vm=VM, public_ip=PIP, asgs=(ASG,)), nic(FW_NIC, "10.0.1.4", FW_NET)
        ),
        vms=keyed(VirtualMachine(VM, "westeurope", (WEB_NIC,))),
        public_ips=keyed(PublicIpAddress(PIP, "westeurope")),
        gateways=keyed(VirtualNetworkGateway(GATEWAY, "westeurope", subnets=(FW_NET,))),
        others=keyed(OtherResource(NAT, "Microsoft.Network/natGateways", "westeurope", (PIP,))),
    )


def edges(graph: nx.MultiDiGraph[str], kind: str) -> set[tuple[str, str]]:
    """The edges of one kind by the names of their ends."""
    names = {key: str(data["name"]) for key, data in graph.nodes(data=True)}
    return {(names[tail], names[head]) for tail, head, data in graph.edges(data=True) if data["kind"] == kind}


def test_every_resource_rule_and_route_is_a_node() -> None:
    topology = hub_and_spoke()
    graph = build_graph(topology)
    assert set(graph) == {
        *(resource.id.key for resource in topology.resources()),
        NSG.child("securityRules", "a").key,
        NSG.child("securityRules", "b").key,
        TABLE.child("routes", "all").key,
        INTERNET,
    }
    node = graph.nodes[WEB_NIC.key]
    assert (node["id"], node["name"], node["kind"]) == (WEB_NIC, "web-nic", "NetworkInterface")
    assert node["resource"] is topology.nics[WEB_NIC.key]
    assert graph.nodes[INTERNET]["resource"] is None


def test_contains() -> None:
    assert edges(build_graph(hub_and_spoke()), CONTAINS) == {
        ("hub", "fw"),
        ("hub", "to-spoke"),
        ("hub", "gw"),
        ("spoke", "web"),
        ("spoke", "to-hub"),
        ("web", "web-nic"),
        ("nsg", "a"),
        ("nsg", "b"),
        ("rt", "all"),
    }


def test_associated() -> None:
    assert edges(build_graph(hub_and_spoke()), ASSOCIATED) == {
        ("web-nic", "web"),  # its machine and its subnet have the same name
        ("web-nic", "nsg"),
        ("web-nic", "pip"),
        ("web-nic", "asg"),
        ("pip", "web-nic"),
        ("fw-nic", "fw"),
        ("web", "nsg"),
        ("nsg", "web"),
        ("web", "rt"),
        ("rt", "web"),
        ("web", "nat"),
        ("gw", "fw"),
        ("nat", "pip"),
    }


def test_hands_to() -> None:
    assert edges(build_graph(hub_and_spoke()), HANDS_TO) == {
        ("web-nic", "web"),
        ("web", "web-nic"),
        ("fw-nic", "fw"),
        ("fw", "fw-nic"),
        ("web", "spoke"),
        ("spoke", "web"),
        ("fw", "hub"),
        ("hub", "fw"),
        ("hub", "spoke"),
        ("spoke", "hub"),
        ("hub", "gw"),
        ("gw", "hub"),
        ("spoke", "gw"),
        ("web", "fw-nic"),
        ("fw", "Internet"),
        ("Internet", "web-nic"),
    }


def test_an_edge_names_what_makes_it() -> None:
    graph = build_graph(hub_and_spoke())
    by = {
        (tail, head): data["by"]
        for tail, head, data in graph.edges(data=True)
        if data["kind"] == HANDS_TO and data["by"]
    }
    assert by == {
        (SPOKE.key, HUB.key): TO_HUB,
        (SPOKE.key, GATEWAY.key): TO_HUB,
        (HUB.key, SPOKE.key): TO_SPOKE,
        (WEB.key, FW_NIC.key): TABLE.child("routes", "all"),
        (INTERNET, WEB_NIC.key): PIP,
    }


def test_a_peering_that_is_not_connected_hands_nothing_over() -> None:
    topology = hub_and_spoke()
    initiated = replace(topology, peerings=keyed(Peering(TO_HUB, HUB, "Initiated")))
    found = edges(build_graph(initiated), HANDS_TO)
    assert not {("hub", "spoke"), ("spoke", "hub"), ("web", "fw-nic")} & found


@pytest.mark.parametrize(
    ("routes", "leaves"),
    [
        ((), True),
        ((route("a", "10.0.0.0/8", NextHopType.NONE),), True),
        ((route("a", "0.0.0.0/0", NextHopType.NONE),), False),
        ((route("a", "0.0.0.0/0", NextHopType.INTERNET),), True),
        ((route("a", "0.0.0.0/0", NextHopType.NONE), route("b", "8.8.8.8/32", NextHopType.INTERNET)), True),
        ((route("a", "0.0.0.0/0", NextHopType.NONE), route("b", "8.8.8.8/32", OPEN)), True),
    ],
)
def test_the_internet_is_left_out_only_where_the_default_route_leads_elsewhere(
    routes: tuple[UserRoute, ...], leaves: bool
) -> None:
    topology = replace(hub_and_spoke(), route_tables=keyed(RouteTable(TABLE, "westeurope", routes)))
    assert (("web", "Internet") in edges(build_graph(topology), HANDS_TO)) is leaves


def test_a_gateway_of_a_peer_is_reached_only_where_it_is_used() -> None:
    own_way = (Peering(TO_SPOKE, SPOKE, "Connected"), Peering(TO_HUB, HUB, "Connected"))
    assert ("spoke", "gw") not in edges(build_graph(replace(hub_and_spoke(), peerings=keyed(*own_way))), HANDS_TO)


def test_an_open_reference_makes_no_edge() -> None:
    open_nic = replace(nic(WEB_NIC, "10.1.1.4", WEB), nsg=OPEN, vm=OPEN)
    topology = replace(hub_and_spoke(), nics=keyed(open_nic), vms={}, subnets=keyed(Subnet(WEB, (), nsg=OPEN)))
    found = edges(build_graph(topology), ASSOCIATED)
    assert ("web-nic", "web") in found
    assert not any("nsg" in edge for edge in found)


def test_an_open_address_is_nobodys_appliance() -> None:
    """Two values left open for one reason are equal, and still not known to be one address."""
    fw = nic(FW_NIC, "10.0.1.4", FW_NET)
    fw = replace(fw, ip_configurations=(replace(fw.ip_configurations[0], private_ip=OPEN),))
    out = replace(route("all", "0.0.0.0/0", NextHopType.VIRTUAL_APPLIANCE), next_hop_ip=OPEN)
    table = RouteTable(TABLE, "westeurope", (out,))
    topology = replace(hub_and_spoke(), nics=keyed(fw), route_tables=keyed(table))
    assert ("web", "fw-nic") not in edges(build_graph(topology), HANDS_TO)


def test_size_is_linear() -> None:
    """Twice the NICs, twice the edges and no more: nothing is drawn between all pairs."""

    def size(count: int) -> int:
        ids = [ResourceId(f"{BASE}/networkInterfaces/n{number}") for number in range(count)]
        nics = keyed(*(nic(id_, f"10.1.1.{number % 250}", WEB) for number, id_ in enumerate(ids)))
        return int(build_graph(replace(hub_and_spoke(), nics=nics)).number_of_edges())

    base = size(0)
    assert size(400) - base == 2 * (size(200) - base)
