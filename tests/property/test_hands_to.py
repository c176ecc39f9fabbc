"""The graph bounds every walk: what a flow goes along is a path of ``hands to`` edges, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import BEYOND, INTERNET, SERVICES
from netwatch.conformance.cases import find_cases, topology_of
from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, NicAddress
from netwatch.engines.path.destination import Destination
from netwatch.engines.path.steps import Step
from netwatch.engines.path.stops import GatewayStop, HubStop, Stop
from netwatch.engines.path.walk import walk
from netwatch.engines.path.way_back import return_path
from netwatch.errors import NetwatchError
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.addresses import ANY_PORT, Address, Prefix, parse_address
from netwatch.model.answers import Hop
from netwatch.model.flow import Flow, Protocol
from netwatch.model.topology import Topology
from tests.strategies import destinations, published_tags, topologies

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the network that breaks a law

CASES = Path(__file__).parents[1] / "conformance"

BETWEEN = {"SubnetRoutes", "VirtualNetwork", "Subnet", "ConnectedGroup", "Internet", "VirtualHub"}
"""Nodes at which no packet stands: it is one hand-over from one place to the next through these alone.

A firewall in a hub hands to what the hub, and other hubs, lead to.
"""

ENDS = {
    "Internet": {INTERNET},
    "VirtualNetworkServiceEndpoint": {SERVICES},
    "Destination": {BEYOND},
}


def node_of(stop: Stop) -> str:
    if isinstance(stop, NicAddress):
        return stop.nic.id.key
    if isinstance(stop, BalancerAddress):
        return stop.balancer.id.key
    if isinstance(stop, FirewallAddress):
        return stop.firewall.id.key
    if isinstance(stop, HubStop):
        return stop.hub.id.key
    return stop.gateway.id.key if isinstance(stop, GatewayStop) else stop.public_ip.id.key


def is_handed(graph: nx.MultiDiGraph[str], tail: str, heads: set[str]) -> bool:
    """Whether one hand-over leads from ``tail`` to one of ``heads``."""
    kept = [node for node, data in graph.nodes(data=True) if data["kind"] in BETWEEN or node in {tail, *heads}]
    part = graph.subgraph(kept)
    return any(head in part and nx.has_path(part, tail, head) for head in heads)


def walked(topology: Topology, steps: Sequence[Step]) -> Iterator[tuple[str, set[str]]]:
    for before, after in pairwise(steps):
        yield node_of(before.stop), {node_of(after.stop)}
    end, last = steps[-1].onward.end, node_of(steps[-1].stop)
    if end:
        yield last, ENDS[end] | (set(topology.local_network_gateways) if end == "Destination" else set())


def came_back(graph: nx.MultiDiGraph[str], start: str, hops: Sequence[Hop]) -> Iterator[tuple[str, set[str]]]:
    """The pairs of a way back from ``start``. A hop's resource is a node, or a part of one; peerings are no stop."""
    nodes = [start]
    for hop in hops[1:]:
        if hop.resource is not None and hop.type != "VirtualNetworkPeering":
            key = hop.resource.key if hop.resource.key in graph else hop.resource.parent.key
            nodes.append(next(iter(graph.pred[key])) if hop.type == "PrivateEndpoint" else key)
    for before, after in pairwise(nodes):
        yield before, {after}


def hand_overs(compiled: CompiledTopology, source: NicAddress, there: Address, port: int) -> list[tuple[str, set[str]]]:
    """Every pair of a walk there and back; none where the walk is not evaluated."""
    assert source.address is not None
    flow = Flow(Protocol.TCP, source.address, ANY_PORT, there, port)
    try:
        steps = walk(compiled, source, Destination(str(there), there), flow).steps
        returned = None if steps[-1].onward.issues else return_path(compiled, steps)
    except NetwatchError:
        return []
    pairs = list(walked(compiled.topology, steps))
    if returned is not None and returned.hops:
        pairs += came_back(compiled.ways, node_of(steps[-1].stop), returned.hops)
    return pairs


def unbound(compiled: CompiledTopology, pairs: Iterable[tuple[str, set[str]]]) -> list[tuple[str, set[str]]]:
    return [pair for pair in pairs if {pair[0]} != pair[1] and not is_handed(compiled.ways, *pair)]


@given(topologies(hubs=True), st.data())
def test_every_pair_of_hops_is_handed_over_in_the_graph(topology: Topology, data: st.DataObject) -> None:
    places = [NicAddress(nic, config) for nic in topology.nics.values() for config in nic.ip_configurations]
    source = data.draw(st.sampled_from([place for place in places if place.address is not None]))
    there = data.draw(destinations(topology))
    assume(source.address is not None and there.version == source.address.version)
    compiled = CompiledTopology(topology, published_tags)
    assert unbound(compiled, hand_overs(compiled, source, there, data.draw(st.sampled_from([443, 80, 22])))) == []


def addresses(topology: Topology) -> Iterator[object]:
    """What a flow may be for: every address of the input, and one that it does not hold."""
    yield parse_address("8.8.8.8")
    yield from topology.nics_at
    yield from (front.private_ip for each in topology.load_balancers.values() for front in each.frontends)
    yield from (each.address for each in topology.public_ips.values())
    sites = (prefix for site in topology.local_network_gateways.values() for prefix in site.prefixes)
    yield from (Address(each.version, each.network + 1) for each in sites if isinstance(each, Prefix))


def test_in_our_own_cases_too_with_all_that_stands_on_a_path() -> None:
    """From each NIC to all there is, in every network of a connectivity check."""
    kinds: set[str] = set()
    for case in find_cases(CASES / "connectivity_check"):
        compiled = CompiledTopology(topology_of(case), load_shipped)
        wanted = [each for each in addresses(compiled.topology) if isinstance(each, Address)]
        for nic in compiled.topology.nics.values():
            source = NicAddress(nic, nic.ip_configurations[0])
            near = [each for each in wanted if source.address is not None and each.version == source.address.version]
            pairs = [pair for there in near for pair in hand_overs(compiled, source, there, 443)]
            assert unbound(compiled, pairs) == [], case.name
            kinds.update(str(compiled.ways.nodes[node]["kind"]) for tail, heads in pairs for node in (tail, *heads))
    assert kinds >= {
        *("NetworkInterface", "LoadBalancer", "Firewall", "PublicIpAddress", "Internet"),
        *("VirtualNetworkGateway", "LocalNetworkGateway", "Beyond"),
    }
