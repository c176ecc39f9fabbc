"""The graph of a topology: which nodes and edges there are, and that it stays linear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest

from netwatch.compile.edges import (
    ASSOCIATED,
    BEYOND,
    CONTAINS,
    HANDS_TO,
    INTERNET,
    SERVICES,
    edges_from,
    edges_to,
    routes_of,
)
from netwatch.compile.graph import build_graph
from netwatch.formats.topology_file.reading import read_topology_file
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
BEYOND_VNET = ResourceId(f"{BASE}/virtualNetworks/elsewhere")
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
            Peering(TO_SPOKE, SPOKE, "Connected", allow_gateway_transit=True),
            Peering(TO_HUB, HUB, "Connected", use_remote_gateways=True),
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
        *(routes_of(subnet) for subnet in (WEB, FW_NET)),
        *(INTERNET, SERVICES, BEYOND),
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


def test_what_is_sent_goes_by_routes_and_what_arrives_does_not() -> None:
    assert edges(build_graph(hub_and_spoke()), HANDS_TO) == {
        ("web-nic", "routes of web"),
        ("fw-nic", "routes of fw"),
        ("gw", "routes of fw"),
        ("routes of web", "spoke"),
        ("routes of web", "hub"),
        ("routes of web", "gw"),
        ("routes of fw", "hub"),
        ("routes of fw", "spoke"),
        ("routes of fw", "gw"),
        ("routes of fw", "Internet"),
        ("hub", "fw"),
        ("fw", "fw-nic"),
        ("spoke", "web"),
        ("web", "web-nic"),
        ("Internet", "pip"),
        ("pip", "web-nic"),
    }


def test_of_one_kind_alone_it_has_the_same_edges_and_no_rules() -> None:
    alone, whole = build_graph(hub_and_spoke(), HANDS_TO), build_graph(hub_and_spoke())
    assert edges(alone, HANDS_TO) == edges(whole, HANDS_TO)
    assert not edges(alone, CONTAINS) | edges(alone, ASSOCIATED)
    assert {data["kind"] for _, data in alone.nodes(data=True)}.isdisjoint({"SecurityRule", "NetworkSecurityGroup"})


def test_an_edge_says_what_makes_it_and_where_it_leads() -> None:
    topology = hub_and_spoke()
    edge = {each.tail: each for each in edges_to(build_graph(topology), HUB.key, HANDS_TO)}
    own, peer = edge[routes_of(FW_NET)], edge[routes_of(WEB)]
    assert (own.by, own.prefixes) == (None, prefix("10.0.0.0/16"))
    assert (peer.by, peer.prefixes) == (topology.peerings[TO_HUB.key], prefix("10.0.0.0/16"))
    gateway = {each.tail: each.by for each in edges_to(build_graph(topology), GATEWAY.key, HANDS_TO)}
    assert gateway == {routes_of(FW_NET): None, routes_of(WEB): topology.peerings[TO_HUB.key]}


def test_a_peering_that_is_not_connected_hands_nothing_over() -> None:
    topology = hub_and_spoke()
    initiated = replace(topology, peerings=keyed(Peering(TO_HUB, HUB, "Initiated")))
    found = edges(build_graph(initiated), HANDS_TO)
    assert not {("routes of web", "hub"), ("routes of fw", "spoke"), ("routes of web", "gw")} & found


def test_what_the_input_does_not_hold_lies_beyond() -> None:
    topology = hub_and_spoke()
    outside = Peering(TO_HUB, BEYOND_VNET, "Connected", remote_prefixes=prefix("10.7.0.0/16"))
    found = edges(build_graph(replace(topology, peerings=keyed(outside))), HANDS_TO)
    assert ("routes of web", "Beyond") in found


def read(text: str) -> Topology:
    return read_topology_file("net.yaml", "netwatch: 1\n" + text)


def leads(graph: nx.MultiDiGraph[str], kinds: str) -> set[tuple[str, str]]:
    """The ``hands to`` edges that begin at a node of one of ``kinds``, by the names of their ends."""
    named = {data["name"] for _, data in graph.nodes(data=True) if data["kind"] in kinds.split()}
    return {edge for edge in edges(graph, HANDS_TO) if edge[0] in named}


NET = """
virtualNetworks:
  a: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24}}}
  b: {addressPrefixes: 10.1.0.0/16, subnets: {t: {addressPrefix: 10.1.0.0/24}}}
  c: {addressPrefixes: 10.2.0.0/16, location: eastus, subnets: {u: {addressPrefix: 10.2.0.0/24}}}
"""


def test_a_balancer_hands_to_its_backends_alone() -> None:
    net = """
publicIPAddresses: {pip: {ipAddress: 20.0.0.1}}
loadBalancers:
  ilb: {frontendIPConfigurations: {f: {subnet: a/s, privateIPAddress: 10.0.0.100}}, backendAddressPools: {p: [one-nic]}}
  plb: {frontendIPConfigurations: {f: {publicIPAddress: pip}}, backendAddressPools: {p: [two-nic]}}
virtualMachines:
  one: {networkInterfaces: {one-nic: {subnet: a/s}}}
  two: {networkInterfaces: {two-nic: {subnet: a/s}}}
"""
    graph = build_graph(read(NET + net))
    assert leads(graph, "LoadBalancer") == {("ilb", "one-nic"), ("plb", "two-nic")}
    assert leads(graph, "PublicIpAddress") == {("pip", "plb")}
    assert leads(graph, "Subnet") == {("s", "ilb"), ("s", "one-nic"), ("s", "two-nic")}


def test_tunnels_lead_to_sites_to_other_gateways_and_beyond() -> None:
    net = """
virtualNetworkGateways:
  ga: {subnet: a/s, connections: {one: {localNetworkGateway2: site},
       two: {connectionType: Vnet2Vnet, virtualNetworkGateway2: gb}}}
  gb: {subnet: b/t, vpnClientAddressPool: 172.16.0.0/24}
localNetworkGateways: {site: {addressPrefixes: 192.168.0.0/16}}
"""
    topology = read(NET + net)
    graph = build_graph(topology)
    assert leads(graph, "VirtualNetworkGateway LocalNetworkGateway Beyond") == {
        ("ga", "routes of s"),
        ("ga", "site"),
        ("site", "ga"),
        ("ga", "gb"),
        ("gb", "routes of t"),
        ("gb", "Beyond"),
        ("Beyond", "gb"),
    }
    own = next(key for key, each in topology.gateways.items() if each.id.name == "ga")
    (tunnel,) = (each for each in edges_from(graph, own, HANDS_TO) if each.head.endswith("/gb"))
    assert tunnel.prefixes == prefix("10.1.0.0/16")


def test_a_mesh_is_a_node_for_each_region_and_no_web() -> None:
    net = """
networkManagers:
  nm:
    networkGroups: {g: [a, b, c]}
    connectivityConfigurations: {mesh: {connectivityTopology: Mesh, appliesToGroups: g}}
facts: {networkManagerDeployments: [{region: REGION, configurationIds: mesh}, {region: eastus, configurationIds: mesh}]}
"""
    graph = build_graph(read(NET + net.replace("REGION", "westeurope")))
    groups = [node for node, data in graph.nodes(data=True) if data["kind"] == "ConnectedGroup"]
    members = [{graph.nodes[head]["name"] for _, head in graph.out_edges(group)} for group in groups]
    assert members == [{"a", "b"}, {"c"}]
    assert {graph.nodes[tail]["name"] for tail, _ in graph.in_edges(groups[0])} == {"routes of s", "routes of t"}


def test_a_hub_and_spoke_that_a_manager_makes_is_peered() -> None:
    net = """
networkManagers:
  nm:
    networkGroups: {g: [b]}
    connectivityConfigurations: {hs: {connectivityTopology: HubAndSpoke, hubs: a, appliesToGroups: g}}
facts: {networkManagerDeployments: [{region: westeurope, configurationIds: hs}]}
"""
    found = edges(build_graph(read(NET + net)), HANDS_TO)
    assert {("routes of s", "b"), ("routes of t", "a")} <= found


def test_a_private_endpoint_and_a_service_endpoint_lead_to_services() -> None:
    net = "privateEndpoints: {sql: {subnet: a/s, privateIPAddress: 10.0.0.9}}\n"
    served = NET.replace("10.1.0.0/24}", "10.1.0.0/24, serviceEndpoints: Microsoft.Storage}")
    found = edges(build_graph(read(served + net)), HANDS_TO)
    assert {edge for edge in found if edge[1] == "Services"} == {("sql", "Services"), ("routes of t", "Services")}


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
    assert (("routes of web", "Internet") in edges(build_graph(topology), HANDS_TO)) is leaves


def test_a_network_of_both_families_is_let_out_by_the_one_whose_default_route_is_left() -> None:
    topology = hub_and_spoke()
    spoke = replace(topology.vnets[SPOKE.key], address_space=prefix("10.1.0.0/16") + prefix("fd00::/48"))
    both = replace(topology, vnets={**topology.vnets, SPOKE.key: spoke})
    assert ("routes of web", "Internet") in edges(build_graph(both), HANDS_TO)


@pytest.mark.parametrize(("offered", "used"), [(True, False), (False, True)])
def test_a_gateway_of_a_peer_is_reached_only_where_it_is_offered_and_used(offered: bool, used: bool) -> None:
    there = Peering(TO_SPOKE, SPOKE, "Connected", allow_gateway_transit=offered)
    here = Peering(TO_HUB, HUB, "Connected", use_remote_gateways=used)
    graph = build_graph(replace(hub_and_spoke(), peerings=keyed(there, here)))
    assert ("routes of web", "gw") not in edges(graph, HANDS_TO)


def test_an_open_reference_makes_no_edge() -> None:
    open_nic = replace(nic(WEB_NIC, "10.1.1.4", WEB), nsg=OPEN, vm=OPEN)
    topology = replace(hub_and_spoke(), nics=keyed(open_nic), vms={}, subnets=keyed(Subnet(WEB, (), nsg=OPEN)))
    found = edges(build_graph(topology), ASSOCIATED)
    assert ("web-nic", "web") in found
    assert not any("nsg" in edge for edge in found)


def test_size_is_linear() -> None:
    """Twice the NICs, twice the edges and no more: nothing is drawn between all pairs."""

    def size(count: int) -> int:
        ids = [ResourceId(f"{BASE}/networkInterfaces/n{number}") for number in range(count)]
        nics = keyed(*(nic(id_, f"10.1.1.{number % 250}", WEB) for number, id_ in enumerate(ids)))
        return int(build_graph(replace(hub_and_spoke(), nics=nics)).number_of_edges())

    base = size(0)
    assert size(400) - base == 2 * (size(200) - base)
