"""netwatch against the oracle where few things meet and much hangs on which goes first: equal prefixes, exemptions.

Whole networks seldom come to these by chance, so here is little else.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.addresses import ANY_PORT, Address, parse_address, parse_prefix
from netwatch.model.endpoints import PrivateEndpoint
from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.resources import ServiceEndpoint
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.verdicts.single import verdict
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, arm_id, network
from tests.oracle import SYSTEM_ROUTE, oracle_ip_flow, oracle_next_hop
from tests.strategies import TAGS, published_tags

# --- routes of one prefix ---------------------------------------------------------------------------------------------

HOME, ENDPOINTS = (arm_id("virtualNetworks/subnets", name) for name in ("v/a", "v/endpoints"))
TABLE = arm_id("routeTables", "t")
POLICIES = ("Disabled", "Enabled", "RouteTableEnabled", "NetworkSecurityGroupEnabled")
STORAGE = ("Storage", "Storage.WestEurope", "AzureCloud", "AzureCloud.westeurope")
PREFIXES = ("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.2.0/24", "10.0.2.4/32", "20.150.0.0/17", "20.60.26.0/23")
DESTINATIONS = tuple(map(parse_address, ("10.0.2.4", "10.0.2.5", "10.9.0.1", "20.150.0.9", "20.60.26.1", "20.60.0.1")))
HOPS = (NextHopType.VIRTUAL_APPLIANCE, NextHopType.VNET_LOCAL, NextHopType.NONE, NextHopType.INTERNET)


@st.composite
def crossroads(draw: st.DrawFn) -> Topology:
    """One VNet with a private endpoint, a service endpoint for storage, and routes for the very same prefixes."""
    bare = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={
            "v/a": Net("10.0.1.0/24", service_endpoints=(ServiceEndpoint("Microsoft.Storage"),)),
            "v/endpoints": Net("10.0.2.0/24"),
        },
        nics={"nic": Nic("v/a", "10.0.1.4", vm="vm"), "pe-nic": Nic("v/endpoints", "10.0.2.4")},
    )
    policy = draw(st.sampled_from(POLICIES))
    subnets = {
        HOME.key: replace(bare.subnets[HOME.key], route_table=TABLE),
        ENDPOINTS.key: replace(bare.subnets[ENDPOINTS.key], private_endpoint_network_policies=policy),
    }
    endpoint = PrivateEndpoint(
        arm_id("privateEndpoints", "pe"), "", ENDPOINTS, (arm_id("networkInterfaces", "pe-nic"),)
    )
    semantics = Semantics(
        service_endpoint_routes=draw(st.sampled_from(["userRouteWins", "endpointWins"])),
        private_endpoint_routes=draw(st.sampled_from(["anyNextHop", "applianceOnly"])),
    )
    return replace(
        bare,
        subnets=subnets,
        route_tables={TABLE.key: RouteTable(TABLE, "", tuple(_routes(draw)))},
        private_endpoints={endpoint.id.key: endpoint},
        semantics=semantics,
    )


def _routes(draw: st.DrawFn) -> list[UserRoute]:
    """Each to a hop of its own kind, so that it shows which one took the packet."""
    found = []
    for number, text in enumerate(draw(st.lists(st.sampled_from([*PREFIXES, *STORAGE]), max_size=5, unique=True))):
        prefix = ServiceTag(text) if text in STORAGE else parse_prefix(text)
        hop = draw(st.sampled_from(HOPS))
        ip = parse_address(f"10.0.1.{10 + number}") if hop is NextHopType.VIRTUAL_APPLIANCE else None
        found.append(UserRoute(TABLE.child("routes", f"r{number}"), f"r{number}", prefix, hop, ip))
    return found


@given(crossroads())
def test_which_of_equal_prefixes_takes_the_packet(topology: Topology) -> None:
    watcher = NetworkWatcher(topology, service_tags=published_tags())
    nic = topology.nics[arm_id("networkInterfaces", "nic").key]
    for dest in DESTINATIONS:
        answer = watcher.next_hop("vm", source_ip="10.0.1.4", dest_ip=str(dest))
        assert isinstance(answer.next_hop_type, NextHopType)
        table = answer.route.table.text if answer.route and answer.route.table else SYSTEM_ROUTE
        ip = "" if answer.next_hop_ip is None else str(answer.next_hop_ip)
        assert (answer.next_hop_type.value, ip, table) == oracle_next_hop(topology, nic, dest, tags=TAGS), dest


# --- the platform's services ------------------------------------------------------------------------------------------

DENIALS = (
    rule("by-tag-of-destination", destination="AzurePlatformDNS", access="Deny", direction="Outbound"),
    rule("by-tag-of-source", source="AzurePlatformIMDS", access="Deny", direction="Outbound"),
    rule("imds", destination="10.0.0.0/8 AzurePlatformIMDS", access="Deny", direction="Outbound"),
    rule("everything", access="Deny", direction="Outbound"),
    rule("platform", destination="168.63.129.16 169.254.169.254", access="Deny", direction="Outbound"),
)
SERVICES = tuple(
    product(
        (Protocol.TCP, Protocol.UDP),
        ("168.63.129.16", "169.254.169.254", "168.63.129.17"),
        (52, 53, 67, 68, 69, 80, 81, 443, 32526),
    )
)


@pytest.mark.parametrize("reading", ["exempt", "ruled"])
@pytest.mark.parametrize("denial", DENIALS, ids=lambda one: one.name)
def test_which_of_the_platforms_services_a_denial_stops(denial: SecurityRule, reading: str) -> None:
    """Every service, its neighbours, and the way back, which is not exempt."""
    topology = replace(_guarded(denial), semantics=Semantics(platform_traffic=reading))
    compiled = CompiledTopology(topology, published_tags)
    (nic,) = topology.nics.values()
    for protocol, address, port in SERVICES:
        for direction, flow in _both_ways(protocol, parse_address(address), port):
            found = verdict(compiled, nic, direction, flow)
            settled = found.settled.rule if found.settled else None
            outcome, name, _ = oracle_ip_flow(topology, nic, direction, flow, tags=TAGS)
            assert (found.outcome.value, settled.name if settled else "") == (outcome, name), flow


def _guarded(denial: SecurityRule) -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24")},
        nics={"nic": Nic("v/a", "10.0.1.4", nsg="guard")},
        nsgs={"guard": [denial, replace(denial, name="inbound", direction=Direction.INBOUND)]},
    )


def _both_ways(protocol: Protocol, service: Address, port: int) -> list[tuple[Direction, Flow]]:
    own = parse_address("10.0.1.4")
    return [
        (Direction.OUTBOUND, Flow(protocol, own, ANY_PORT, service, port)),
        (Direction.INBOUND, Flow(protocol, service, port, own, 50_000)),
    ]
