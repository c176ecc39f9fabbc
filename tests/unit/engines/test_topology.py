"""The topology question: its three forms and the associations of recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.topology import topology
from netwatch.errors import QueryError, ResourceNotFoundError
from netwatch.model.addresses import ALL_PORTS, parse_address, parse_prefix
from netwatch.model.answers import TopologyAnswer
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    OtherResource,
    PublicIpAddress,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, AnyAddress, PortField, SecurityRule
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher
from tests.networks import Net, arm_id, network

BASE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
VNET = ResourceId(f"{BASE}/virtualNetworks/vnet")
WEB, GATEWAY_NET = VNET.child("subnets", "web"), VNET.child("subnets", "GatewaySubnet")
NSG, TABLE = ResourceId(f"{BASE}/networkSecurityGroups/nsg"), ResourceId(f"{BASE}/routeTables/rt")
NIC, PIP = ResourceId(f"{BASE}/networkInterfaces/nic"), ResourceId(f"{BASE}/publicIPAddresses/pip")
VM = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm")
GATEWAY = ResourceId(f"{BASE}/virtualNetworkGateways/gw")
WATCHER = ResourceId(f"{BASE}/networkWatchers/watcher")
FAR = ResourceId("/subscriptions/s/resourceGroups/other/providers/Microsoft.Network/networkSecurityGroups/far")


def keyed(*resources: Any) -> dict[str, Any]:
    return {resource.id.key: resource for resource in resources}


def rule() -> SecurityRule:
    anyone, any_port = AddressField((AnyAddress(),)), PortField((ALL_PORTS,), ("*",))
    id_ = NSG.child("securityRules", "ssh")
    return SecurityRule(
        id_, "ssh", Direction.INBOUND, 100, Access.ALLOW, Protocol.TCP, anyone, any_port, anyone, any_port
    )


@pytest.fixture
def compiled() -> CompiledTopology:
    """One machine in a subnet with a group and a table, a gateway beside it, and a group in another resource group."""
    config = IpConfiguration(NIC.child("ipConfigurations", "ip"), parse_address("10.0.1.4"), WEB, PIP)
    table_route = UserRoute(TABLE.child("routes", "out"), "out", parse_prefix("0.0.0.0/0"), NextHopType.NONE)
    return compile_(
        Topology(
            vnets=keyed(VirtualNetwork(VNET, "westeurope", (parse_prefix("10.0.0.0/16"),))),
            subnets=keyed(
                Subnet(WEB, (parse_prefix("10.0.1.0/24"),), nsg=FAR, route_table=TABLE),
                Subnet(GATEWAY_NET, (parse_prefix("10.0.9.0/24"),)),
            ),
            nsgs=keyed(NetworkSecurityGroup(NSG, "northeurope", (rule(),)), NetworkSecurityGroup(FAR, "westeurope")),
            route_tables=keyed(RouteTable(TABLE, "westeurope", (table_route,))),
            nics=keyed(NetworkInterface(NIC, "westeurope", (config,), nsg=NSG, vm=VM)),
            vms=keyed(VirtualMachine(VM, "westeurope", (NIC,))),
            public_ips=keyed(PublicIpAddress(PIP, "westeurope")),
            gateways=keyed(VirtualNetworkGateway(GATEWAY, "westeurope", subnets=(GATEWAY_NET,))),
            others=keyed(OtherResource(WATCHER, "Microsoft.Network/networkWatchers", "westeurope")),
        )
    )


def compile_(topology: Topology) -> CompiledTopology:
    def no_tags() -> Any:
        raise AssertionError("no published tag is asked about")

    return CompiledTopology(topology, no_tags)


def listed(answer: TopologyAnswer) -> dict[str, set[tuple[str, str]]]:
    """Each resource's name with its associations by word and name."""
    return {
        resource.id.name: {(association.kind, association.id.name) for association in resource.associations}
        for resource in answer.resources
    }


def test_a_resource_group_lists_its_own_resources_as_recorded(compiled: CompiledTopology) -> None:
    answer = topology(compiled, resource_group="RG")
    assert answer.scope == "rg"
    assert listed(answer) == {
        "vm": {("Contains", "nic")},
        "nic": {("Associated", "vm"), ("Associated", "nsg"), ("Associated", "web"), ("Associated", "pip")},
        "nsg": {("Contains", "ssh")},
        "ssh": set(),
        "rt": {("Contains", "out"), ("Associated", "web")},
        "out": set(),
        "pip": {("Associated", "nic")},
        "gw": {("Associated", "GatewaySubnet")},
        "vnet": {("Contains", "web"), ("Contains", "GatewaySubnet"), ("Contains", "gw")},
        "web": {("Associated", "far"), ("Associated", "rt")},
        "GatewaySubnet": set(),
    }


def test_the_order_is_kind_by_kind_then_by_id_with_parts_after_their_holder(compiled: CompiledTopology) -> None:
    names = [resource.id.name for resource in topology(compiled, resource_group="rg").resources]
    assert names == ["vm", "nic", "nsg", "ssh", "rt", "out", "pip", "gw", "vnet", "GatewaySubnet", "web"]


def test_what_azure_does_not_list_is_counted_in_a_note(compiled: CompiledTopology) -> None:
    assert topology(compiled, resource_group="rg").notes[0] == (
        "not listed, as in Azure: 1 × Microsoft.Network/networkWatchers"
    )
    assert topology(compiled, resource_group="other").notes == ()


def test_a_part_has_the_location_of_what_contains_it(compiled: CompiledTopology) -> None:
    locations = {r.id.name: r.location for r in topology(compiled, resource_group="rg").resources}
    assert (locations["ssh"], locations["web"], locations["out"]) == ("northeurope", "westeurope", "westeurope")


def test_another_group_has_the_group_bound_from_outside(compiled: CompiledTopology) -> None:
    assert listed(topology(compiled, resource_group="other")) == {"far": {("Associated", "web")}}


def test_a_region_leaves_the_others_out(compiled: CompiledTopology) -> None:
    answer = topology(compiled, resource_group="rg", location="North Europe")
    assert (set(listed(answer)), answer.notes) == ({"nsg", "ssh"}, ())
    assert "nsg" not in listed(topology(compiled, vnet="vnet", location="westeurope"))


def test_several_regions_are_said(compiled: CompiledTopology) -> None:
    notes = topology(compiled, vnet="vnet").notes
    assert notes == (
        "of 2 regions (northeurope, westeurope); Azure's watchers list those of one each: name the location",
    )


def test_a_virtual_network_brings_all_that_is_attached_in_its_group(compiled: CompiledTopology) -> None:
    answer = topology(compiled, vnet="VNET")
    assert answer.scope == VNET.text
    assert set(listed(answer)) == {
        *("vm", "nic", "nsg", "ssh", "rt", "out", "pip", "gw", "vnet", "web", "GatewaySubnet")
    }


def test_a_subnet_brings_what_is_attached_but_not_its_network(compiled: CompiledTopology) -> None:
    answer = topology(compiled, subnet="vnet/web")
    assert answer.scope == WEB.text
    assert set(listed(answer)) == {"vm", "nic", "nsg", "ssh", "rt", "out", "pip", "web"}
    assert set(listed(topology(compiled, subnet="GatewaySubnet"))) == {"GatewaySubnet"}


@pytest.mark.parametrize("scopes", [{"vnet": "vnet", "subnet": "web"}, {"resource_group": "rg", "vnet": "vnet"}])
def test_only_one_scope_is_named(compiled: CompiledTopology, scopes: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="asked of one of") as caught:
        topology(compiled, **scopes)
    assert "`resource_group`" in caught.value.hint


def test_without_a_scope_it_is_the_only_resource_group() -> None:
    watcher = NetworkWatcher(network(vnets={"v": "10.0.0.0/16"}, subnets={"v/web": Net("10.0.1.0/24")}))
    assert watcher.topology() == watcher.topology(resource_group=arm_id("virtualNetworks", "v").resource_group)


def test_without_a_scope_there_must_not_be_several_groups(compiled: CompiledTopology) -> None:
    with pytest.raises(QueryError, match="2 resource groups") as caught:
        topology(compiled)
    assert "other, rg" in caught.value.hint


def test_an_unknown_resource_group_names_those_there_are(compiled: CompiledTopology) -> None:
    with pytest.raises(ResourceNotFoundError, match='"nowhere"') as caught:
        topology(compiled, resource_group="nowhere")
    assert caught.value.hint == "The input has: other, rg."
