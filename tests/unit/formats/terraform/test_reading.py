"""Terraform plans and states become topologies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import NetwatchError, TopologyError, TopologyErrors, UnsupportedError
from netwatch.formats import load
from netwatch.model.addresses import PortRange, parse_prefix
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.rules import Cidr, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher
from tests.terraform.written import (
    FILES,
    Json,
    association,
    machine,
    network,
    nic,
    plan,
    ref,
    resource,
    rule,
    subnet,
    text_of,
)

PLANS = Path(__file__).parents[3] / "terraform"


def fixture(name: str) -> Topology:
    return load(PLANS / name)


def read(path: Path, value: Json) -> Topology:
    file = path / "plan.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return load(file)


def named(resources: Any, name: str) -> Any:
    return next(each for each in resources.values() if each.id.name == name)


def name_of(id: Any) -> str:
    assert isinstance(id, ResourceId), id
    return id.name


def subnet_of(topology: Topology, name: str) -> str:
    return name_of(named(topology.nics, name).ip_configurations[0].subnet)


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_those_that_are_written(name: str) -> None:
    assert (PLANS / name).read_text(encoding="utf-8") == text_of(name)


def test_every_type_becomes_its_noun() -> None:
    topology = fixture("services.json")
    counts = {kind: len(held) for kind, held in vars(topology).items() if isinstance(held, dict) and held}
    assert {kind: counts[kind] for kind in ("vnets", "subnets", "peerings", "nsgs", "asgs", "route_tables", "vms")} == {
        "vnets": 2, "subnets": 5, "peerings": 2, "nsgs": 1, "asgs": 1, "route_tables": 1, "vms": 3,
    }  # fmt: skip
    for kind in (
        "gateways",
        "local_network_gateways",
        "connections",
        "private_endpoints",
        "nat_gateways",
        "load_balancers",
        "firewalls",
    ):
        assert counts[kind] == 1, kind
    assert sorted(other.type for other in topology.others.values()) == [
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Network/networkWatchers",
        "Microsoft.Resources/resourceGroups",
        "Microsoft.Storage/storageAccounts",
    ]
    assert topology.notes.remarks == ("Not resources of Azure, and left out: random_string (1).",)


def test_associations_become_fields() -> None:
    topology = fixture("services.json")
    web, data = named(topology.subnets, "web"), named(topology.subnets, "data")
    assert (name_of(web.nsg), name_of(web.route_table), name_of(data.nat_gateway)) == ("nsg", "rt", "nat")
    assert [name_of(each) for each in named(topology.nat_gateways, "nat").public_ips] == ["pip"]
    assert name_of(named(topology.nics, "data").nsg) == "nsg"
    config = named(topology.nics, "web").ip_configurations[0]
    assert ([name_of(each) for each in config.asgs], name_of(config.public_ip)) == (["asg"], "pip")
    assert named(topology.load_balancers, "lb").backends == (config.id,)


def test_the_parts_of_a_load_balancer() -> None:
    balancer = named(fixture("services.json").load_balancers, "lb")
    (front,), (pool,), (probe,) = balancer.frontends, balancer.pools, balancer.probes
    (rule,), (ssh,), (out,) = balancer.rules, balancer.nat_rules, balancer.outbound_rules
    assert (rule.frontend, rule.pools, rule.probe) == (front.id, (pool.id,), probe.id)
    assert (rule.protocol, rule.frontend_port, rule.backend_port) == (Protocol.TCP, 80, 8080)
    assert (rule.floating_ip, rule.outbound_snat, probe.port) == (True, False, 8080)
    assert (ssh.frontend, ssh.frontend_ports, ssh.backend_port) == (front.id, PortRange(2222, 2222), 22)
    assert name_of(ssh.target) == "ip"
    assert (out.frontends, out.pool) == ((front.id,), pool.id)
    assert [str(each) for each in pool.addresses] == ["10.0.1.200"]


def test_inline_and_own_rules_stand_in_one_group() -> None:
    nsg = named(fixture("services.json").nsgs, "nsg")
    assert [(rule.name, rule.priority) for rule in nsg.rules] == [("web", 200), ("ssh", 100), ("asg", 110)]
    web, _, asg = nsg.rules
    assert web.destination_ports.texts == ("80", "443")
    assert [str(term.prefix) for term in web.sources.terms] == ["10.0.0.0/16", "192.0.2.0/24"]
    assert name_of(asg.sources.terms[0].id) == "asg"


def test_places_are_terraform_addresses() -> None:
    topology = fixture("one_line.json")
    assert str(named(topology.subnets, "snet-db").where).endswith('one_line.json module.net.azurerm_subnet.all["db"]')
    inline = named(fixture("services.json").nsgs, "nsg").rules[0]
    assert str(inline.where).endswith("services.json azurerm_network_security_group.nsg.security_rule[0]")


def test_an_inline_subnet_has_its_group() -> None:
    inline = named(fixture("services.json").subnets, "inline")
    assert (name_of(inline.nsg), name_of(inline.vnet)) == ("nsg", "spoke")


def test_old_and_new_spellings_of_forwarding_and_propagation() -> None:
    topology = fixture("services.json")
    flags = {nic.id.name: nic.ip_forwarding for nic in topology.nics.values()}
    assert flags == {"web": True, "data": False, "old": True, "pe.nic": False}
    assert not named(topology.route_tables, "rt").propagate_gateway_routes


@pytest.mark.parametrize(("values", "expected"), [
    ({"disable_bgp_route_propagation": True}, False),
    ({"disable_bgp_route_propagation": False}, True),
    ({"bgp_route_propagation_enabled": True}, True),
    ({}, True),
])  # fmt: skip
def test_propagation_of_gateway_routes(tmp_path: Path, values: Json, expected: bool) -> None:
    table = resource("azurerm_route_table.rt", {"name": "rt", "resource_group_name": "g", **values})
    assert named(read(tmp_path, plan(table)).route_tables, "rt").propagate_gateway_routes is expected


@pytest.mark.parametrize(("values", "expected"), [
    ({"private_endpoint_network_policies": "RouteTableEnabled"}, "RouteTableEnabled"),
    ({"private_endpoint_network_policies_enabled": True}, "Enabled"),
    ({"private_endpoint_network_policies_enabled": False}, "Disabled"),
    ({"enforce_private_link_endpoint_network_policies": True}, "Disabled"),
    ({"enforce_private_link_endpoint_network_policies": False}, "Enabled"),
    ({}, ""),
])  # fmt: skip
def test_three_spellings_of_endpoint_policies(tmp_path: Path, values: Json, expected: str) -> None:
    web = subnet("web", "10.0.1.0/24")
    web["values"] |= values
    found = named(read(tmp_path, plan(network(), web)).subnets, "web")
    assert found.private_endpoint_network_policies == expected


def test_a_route_to_a_firewall_has_the_address_that_azure_will_draw() -> None:
    topology = fixture("services.json")
    routes = named(topology.route_tables, "rt").routes
    assert {route.name: str(route.next_hop_ip) for route in routes} == {"local": "None", "out": "10.0.4.4"}
    assumed = {each.what: each.value for each in topology.notes.assumed}
    assert assumed["azurerm_firewall.fw private_ip_address"] == "10.0.4.4"


def test_a_private_endpoint_has_the_nic_that_azure_will_make() -> None:
    topology = fixture("services.json")
    endpoint = named(topology.private_endpoints, "pe")
    config = topology.nics[endpoint.nics[0].key].ip_configurations[0]
    assert (name_of(config.subnet), str(config.private_ip), config.assumed) == ("data", "10.0.2.5", True)


def test_gateways_and_their_sites() -> None:
    topology = fixture("services.json")
    link = named(topology.connections, "to-site")
    assert (link.kind, name_of(link.gateway), name_of(link.peer)) == ("IPsec", "gw", "site")
    assert [str(each) for each in named(topology.local_network_gateways, "site").prefixes] == ["192.168.0.0/16"]
    gateway = named(topology.gateways, "gw")
    assert name_of(gateway.subnets[0]) == "GatewaySubnet"
    assert [str(each) for each in gateway.client_prefixes] == ["172.20.0.0/24", "172.20.4.0/24"]


def test_questions_are_answered_from_a_plan() -> None:
    watcher = NetworkWatcher.load(PLANS / "services.json")
    allowed = watcher.ip_flow_verify(
        "web", direction="Inbound", protocol="Tcp", local=":22", remote="198.51.100.7:50000"
    )
    assert "Allow" in repr(allowed.verdict)
    settled = allowed.verdict.decisions[-1].rule
    assert settled is not None
    assert str(settled.where).endswith("services.json azurerm_network_security_rule.ssh")
    hop = watcher.next_hop("web", source_ip="10.0.1.4", dest_ip="8.8.8.8")
    assert (hop.next_hop_type.value, str(hop.next_hop_ip)) == ("VirtualAppliance", "10.0.4.4")  # type: ignore[union-attr]


def test_modules_counts_and_keys_are_joined() -> None:
    topology = fixture("loops.json")
    found = {name: subnet_of(topology, name) for name in ("nic-0", "nic-1", "each-app", "each-db", "value-x")}
    assert found == {
        "nic-0": "snet-db",
        "nic-1": "snet-db",
        "each-app": "snet-app",
        "each-db": "snet-db",
        "value-x": "snet-app",
    }
    assert [[name_of(nic) for nic in vm.nics] for vm in topology.vms.values()] == [["nic-0"], ["nic-1"]]


def test_what_several_things_may_be_is_open_and_names_them() -> None:
    topology = fixture("loops.json")
    either = named(topology.nics, "either").ip_configurations[0].subnet
    assert isinstance(either, Unresolved)
    for name in ("app", "db"):
        assert f'module.net.azurerm_subnet.all["{name}"]' in either.reason
    local = named(topology.nics, "local").ip_configurations[0].subnet
    either, other = (f'module.net.azurerm_subnet.all["{name}"]' for name in ("app", "db"))
    assert local.reason == f"subnet_id may be {either} or {other}"


def test_what_a_plan_destroys_is_gone() -> None:
    topology = fixture("changes.json")
    assert sorted(each.id.name for each in topology.subnets.values()) == ["by-hand", "web"]
    assert name_of(named(topology.subnets, "web").nsg) == "nsg"
    rules = {rule.name: rule.access.value for rule in named(topology.nsgs, "nsg").rules}
    assert rules == {"web": "Deny"}
    assert [name_of(nic) for nic in named(topology.vms, "vm").nics] == ["kept"]


def test_what_a_plan_forgets_stays_in_azure(tmp_path: Path) -> None:
    """Terraform's documentation of the ``removed`` block: destroy = false takes it out of the state alone."""
    topology = fixture("changes.json")
    assert str(named(topology.public_ips, "forgotten").address) == "20.1.2.3"
    assert "Taken out of the state and left in Azure as it was: 1 resource." in topology.notes.remarks
    known = {"id": "/subscriptions/s/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet"}
    again = network()
    again["values"] = {**again["values"], **known}
    old = resource("azurerm_virtual_network.old", {}, actions=("forget",), before={**again["values"], **known})
    topology = read(tmp_path, plan({**again, "unknown": {}, "actions": ["no-op"]}, old))
    assert len(topology.vnets) == 1
    assert not topology.notes.ignored


def test_a_replaced_machine_lies_where_everything_else_does() -> None:
    vm = named(fixture("changes.json").vms, "vm")
    assert vm.id.subscription == "11111111-1111-1111-1111-111111111111"


def test_an_address_that_a_state_knows_is_not_assumed() -> None:
    for name in ("changes.json", "state.json", "file.tfstate"):
        config = next(iter(fixture(name).nics.values())).ip_configurations[0]
        assert (str(config.private_ip), config.assumed) == ("10.0.1.20", False), name


def test_a_state_and_its_file_say_the_same() -> None:
    one, other = fixture("state.json"), fixture("file.tfstate")
    assert list(one.resources()) == list(other.resources())
    assert str(named(other.vms, "vm").where).endswith("file.tfstate azurerm_linux_virtual_machine.vm[0]")


def test_sensitive_values_are_open_and_never_shown() -> None:
    topology = fixture("sensitive.json")
    source = named(topology.nsgs, "nsg").rules[0].sources.terms[0]
    assert isinstance(source, Unresolved)
    assert "sensitive" in source.reason
    shown = repr(topology)
    assert "203.0.113.77" not in shown
    assert "swordfish" not in shown
    answer = NetworkWatcher(topology).ip_flow_verify(
        "vm", direction="Inbound", protocol="Tcp", local=":22", remote="198.51.100.7:50000"
    )
    assert "Unknown" in repr(answer.verdict)


def test_a_resource_that_is_sensitive_as_a_whole_shows_nothing(tmp_path: Path) -> None:
    secret = rule("azurerm_network_security_rule.r", 100, description="swordfish", id="/subscriptions/swordfish/x")
    secret["values"]["network_security_group_name"] = "swordfish"
    secret["sensitive"] = True
    assert "swordfish" not in repr(read(tmp_path, plan(network(), secret)))


def test_managers_and_what_is_deployed() -> None:
    topology = fixture("managers.json")
    group = named(topology.network_groups, "all")
    assert [name_of(each) for each in group.members] == ["one", "two"]
    assert [name_of(each) for each in named(topology.connectivity_configurations, "mesh").mesh_groups] == ["all"]
    wheel = named(topology.connectivity_configurations, "wheel")
    assert [name_of(each) for each in wheel.hubs] == ["one"]
    assert [name_of(each) for each in wheel.spoke_groups] == ["all"]
    assert wheel.gateway_groups == wheel.spoke_groups
    assert [each.region for each in topology.facts.network_manager_deployments] == ["westeurope", "westeurope"]
    answer = NetworkWatcher(topology).ip_flow_verify(
        "vm", direction="Inbound", protocol="Tcp", local=":22", remote="198.51.100.7:50000"
    )
    assert "Deny" in repr(answer.verdict)


def test_what_exists_is_read_by_data_sources() -> None:
    topology = fixture("existing.json")
    shared = named(topology.subnets, "shared")
    assert [str(each) for each in shared.prefixes] == ["172.16.0.0/24"]
    assert isinstance(shared.nsg, Unresolved)


def test_a_rule_that_may_stand_in_two_groups_is_open_in_both() -> None:
    one, two = (
        named(fixture("existing.json").nsgs, f"azurerm_network_security_group.{name}") for name in ("one", "two")
    )
    assert [rule.name for rule in one.rules] == ["either", "only-one"]
    assert [rule.name for rule in two.rules] == ["either"]
    assert isinstance(one.rules[0].access, Unresolved)
    assert isinstance(two.rules[0].access, Unresolved)


def test_azapi_bodies_are_arm() -> None:
    topology = fixture("azapi.json")
    assert sorted(each.id.name for each in topology.subnets.values()) == ["extra", "web"]
    assert subnet_of(topology, "nic") == "extra"
    assert named(topology.vnets, "vnet").id.subscription == "22222222-2222-2222-2222-222222222222"


def test_the_providers_subscription_is_that_of_its_resources(tmp_path: Path) -> None:
    value = plan(network(), variables={"hub": "33333333-3333-3333-3333-333333333333"})
    value["configuration"]["provider_config"] = {
        "azurerm.hub": {"expressions": {"subscription_id": {"references": ["var.hub"]}}}
    }
    value["configuration"]["root_module"]["resources"][0]["provider_config_key"] = "azurerm.hub"
    assert named(read(tmp_path, value).vnets, "vnet").id.subscription == "33333333-3333-3333-3333-333333333333"


def test_two_groups_of_one_name_keep_their_rules_apart(tmp_path: Path) -> None:
    groups = [
        resource(
            f"azurerm_network_security_group.{name}",
            {"name": "nsg", "resource_group_name": f"rg-{name}", "location": "x"},
        )
        for name in ("a", "b")
    ]
    by_reference = rule("azurerm_network_security_rule.r", 100)
    by_reference["expressions"] = {"network_security_group_name": ref("azurerm_network_security_group.b.name")}
    by_name = rule("azurerm_network_security_rule.n", 110, resource_group_name="RG-A")
    topology = read(tmp_path, plan(*groups, by_reference, by_name))
    found = {nsg.id.resource_group: [each.name for each in nsg.rules] for nsg in topology.nsgs.values()}
    assert found == {"rg-a": ["n"], "rg-b": ["r"]}


def test_an_association_that_may_be_of_two_subnets_is_open_in_both(tmp_path: Path) -> None:
    tied = association(
        "subnet_network_security_group_association",
        "t",
        subnet_id="x.y",
        network_security_group_id="azurerm_network_security_group.n",
    )
    tied["expressions"]["subnet_id"] = {
        "references": ["azurerm_subnet.a.id", "azurerm_subnet.a", "azurerm_subnet.b.id", "azurerm_subnet.b"]
    }
    nsg = resource("azurerm_network_security_group.n", {"name": "n", "resource_group_name": "rg-net"})
    subnets = [subnet("a", "10.0.1.0/24"), subnet("b", "10.0.2.0/24"), subnet("c", "10.0.3.0/24")]
    topology = read(tmp_path, plan(network(), *subnets, nsg, tied))
    assert [type(each.nsg) for each in topology.subnets.values()] == [Unresolved, Unresolved, type(None)]


def test_a_list_joins_the_index_of_a_count(tmp_path: Path) -> None:
    nics = [
        {
            **nic(
                f"n[{number}]",
                {"subnet_id": {"references": ["var.subnets", "count.index"]}},
                index=number,
                called=f"n{number}",
            )
        }
        for number in range(2)
    ]
    for each in nics:
        each["address"] = f"module.m.{each['address']}"
    inner = {"resources": [{"address": "azurerm_network_interface.n", "expressions": nics[0]["expressions"]}]}
    calls = {"m": {"module": inner, "expressions": {"subnets": ref("azurerm_subnet.b.id", "azurerm_subnet.a.id")}}}
    topology = read(
        tmp_path, plan(network(), subnet("a", "10.0.1.0/24"), subnet("b", "10.0.2.0/24"), *nics, calls=calls)
    )
    assert [subnet_of(topology, f"n{number}") for number in range(2)] == ["b", "a"]


@pytest.mark.parametrize("value", [True, 1])
def test_a_flag_or_number_beside_a_list_is_no_index(tmp_path: Path, value: object) -> None:
    subnets = [{**subnet(f"s[{number}]", f"10.0.{number}.0/24"), "index": number} for number in range(2)]
    held = nic("n", {"subnet_id": {"references": ["var.flag", "azurerm_subnet.s"]}})
    topology = read(tmp_path, plan(network(), *subnets, held, variables={"flag": value}))
    assert isinstance(named(topology.nics, "n").ip_configurations[0].subnet, Unresolved)


def test_service_tags_and_inline_rules_that_are_not_known_yet(tmp_path: Path) -> None:
    nsg = resource(
        "azurerm_network_security_group.nsg",
        {"name": "nsg", "resource_group_name": "rg-net"},
        {"security_rule": ref("local.rules")},
    )
    tagged = rule("azurerm_network_security_rule.t", 100, source_address_prefix="AzureLoadBalancer")
    rules = named(read(tmp_path, plan(nsg, tagged)).nsgs, "nsg").rules
    assert isinstance(rules[0].access, Unresolved)
    assert rules[1].sources.terms == (ServiceTag("AzureLoadBalancer"),)


def test_what_could_change_an_answer_and_is_not_read_is_named(tmp_path: Path) -> None:
    site = {"name": "site", "resource_group_name": "rg-net", "location": "westeurope"}
    local = resource("azurerm_local_network_gateway.site", site | {"bgp_settings": [{"asn": 65050}]})
    topology = read(tmp_path, plan(network(), local))
    assert [(each.name, each.property) for each in topology.notes.ignored] == [
        ("azurerm_local_network_gateway.site", "bgp_settings")
    ]


@pytest.mark.parametrize(("mode", "named_ones"), [("Deny", 3), ("Alert", 1)])
def test_modes_of_a_firewall_policy_are_named_where_they_drop(tmp_path: Path, mode: str, named_ones: int) -> None:
    values = {
        "name": "pol",
        "resource_group_name": "rg-net",
        "location": "westeurope",
        "threat_intelligence_mode": mode,
    }
    blocks = {"intrusion_detection": [{"mode": mode}], "tls_certificate": [{"name": "ca"}]}
    topology = read(tmp_path, plan(network(), resource("azurerm_firewall_policy.pol", values | blocks)))
    properties = ["threatIntelMode", "intrusionDetection.mode", "transportSecurity"]
    assert [each.property for each in topology.notes.ignored] == properties[-named_ones:]


def test_a_peering_of_some_subnets(tmp_path: Path) -> None:
    values = {
        "local_subnet_names": ["a"],
        "remote_subnet_names": ["b", "c"],
        "peer_complete_virtual_networks_enabled": False,
        "only_ipv6_peering_enabled": True,
    }
    peering = resource(
        "azurerm_virtual_network_peering.p",
        {"name": "p", "virtual_network_name": "vnet", "resource_group_name": "rg-net", **values},
        {"remote_virtual_network_id": ref("azurerm_virtual_network.other.id")},
    )
    topology = read(tmp_path, plan(network(), network("other", "10.9.0.0/16"), peering))
    found = named(topology.peerings, "p")
    assert (found.complete, found.only_ipv6, topology.notes.ignored) == (False, True, ())
    assert (found.local_subnets, found.remote_subnets) == (("a",), ("b", "c"))


@pytest.mark.parametrize(("value", "is_open"), [(True, True), (False, False), (None, True)])
def test_a_subnet_may_be_private(tmp_path: Path, value: object, is_open: bool) -> None:
    web = subnet("web", "10.0.1.0/24")
    web["values"]["default_outbound_access_enabled"] = value
    assert named(read(tmp_path, plan(network(), web)).subnets, "web").default_outbound_access is is_open


def test_two_that_say_they_are_one_are_named(tmp_path: Path) -> None:
    twice = network()
    twice["address"] = "azurerm_virtual_network.again"
    topology = read(tmp_path, plan(network(), twice))
    assert [each.name for each in topology.notes.ignored] == ["azurerm_virtual_network.again"]


def test_a_machine_of_several_nics_has_the_first_or_the_chosen_one_as_primary(tmp_path: Path) -> None:
    nics = [nic(name, {"subnet_id": ref("azurerm_subnet.a.id")}) for name in ("x", "y")]
    both = ("azurerm_network_interface.x", "azurerm_network_interface.y")
    chosen = machine("old", *both, kind="azurerm_virtual_machine")
    chosen["expressions"]["primary_network_interface_id"] = ref(f"{both[1]}.id")
    chosen["unknown"]["primary_network_interface_id"] = True
    first = read(tmp_path, plan(network(), subnet("a", "10.0.1.0/24"), *nics, machine("vm", *both)))
    second = read(tmp_path, plan(network(), subnet("a", "10.0.1.0/24"), *nics, chosen))
    assert [name_of(each) for each in named(first.vms, "vm").nics] == ["x", "y"]
    assert [name_of(each) for each in named(second.vms, "old").nics] == ["y", "x"]


def test_one_subnet_that_stands_in_its_network_is_found(tmp_path: Path) -> None:
    vnet = network()
    vnet["values"]["subnet"] = [{"name": "only", "address_prefix": "10.0.1.0/24"}]
    held = nic("n", {"subnet_id": ref("azurerm_virtual_network.vnet.subnet")})
    topology = read(tmp_path, plan(vnet, held))
    assert subnet_of(topology, "n") == "only"
    assert isinstance(named(topology.subnets, "only"), Subnet)
    assert isinstance(named(topology.nics, "n"), NetworkInterface)


def test_nothing_is_read_from_a_later_format(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"expected 1\.x"):
        read(tmp_path, {**plan(network()), "format_version": "2.0"})


@pytest.mark.parametrize(("change", "message"), [
    ({"planned_values": []}, "planned_values is not an object"),
    ({"planned_values": {"root_module": {"resources": {}}}}, "resources of a module is not a list"),
    ({"planned_values": {"root_module": {"resources": [{"address": 1}]}}}, "1 has no address and no type and no name"),
    ({"planned_values": {"root_module": {"child_modules": [7]}}}, "a child module is not an object"),
    ({"resource_changes": {}}, "resource_changes is not a list"),
    ({"resource_changes": [None]}, "it has no address and change"),
    ({"configuration": "no"}, "configuration is not an object"),
])  # fmt: skip
def test_what_is_malformed_is_told(tmp_path: Path, change: Json, message: str) -> None:
    with pytest.raises(TopologyError) as caught:
        read(tmp_path, {**plan(network()), **change})
    errors = caught.value.errors if isinstance(caught.value, TopologyErrors) else [caught.value]
    assert any(message in str(error) for error in errors), [str(error) for error in errors]


def test_a_plan_that_is_cut_off_has_a_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text_of("services.json")[:5000], encoding="utf-8")
    with pytest.raises(TopologyError, match=r"plan\.json:\d+: not valid JSON"):
        load(file)


def test_an_unfinished_plan_is_said_to_be(tmp_path: Path) -> None:
    assert "could not finish" in read(tmp_path, {**plan(network()), "errored": True}).notes.remarks[0]
    assert "not complete" in read(tmp_path, {**plan(network()), "complete": False}).notes.remarks[0]


def test_a_plan_without_planned_values_is_read_from_its_changes(tmp_path: Path) -> None:
    whole = plan(network(), subnet("a", "10.0.1.0/24"))
    cut = {name: value for name, value in whole.items() if name != "planned_values"}
    assert named(read(tmp_path, cut).subnets, "a").prefixes == named(read(tmp_path, whole).subnets, "a").prefixes


def test_a_plan_that_only_destroys_says_so(tmp_path: Path) -> None:
    gone = {"address": "azurerm_subnet.a", "type": "azurerm_subnet", "name": "a"}
    change = {"actions": ["delete"], "before": {"name": "a"}, "after": None}
    topology = read(tmp_path, {**plan(), "resource_changes": [{**gone, "change": change}]})
    assert topology.notes.remarks == ("Gone once the plan is applied: 1 resource.",)


def test_what_is_deferred_to_a_later_plan_is_named(tmp_path: Path) -> None:
    later = {"reason": "provider_config_unknown", "resource_change": {"address": 'azurerm_subnet.later["a"]'}}
    (ignored,) = read(tmp_path, {**plan(network()), "deferred_changes": [later]}).notes.ignored
    assert ignored.name == 'azurerm_subnet.later["a"]'
    assert ignored.effect == "the resource, which comes with a later plan: provider config unknown"


def test_what_azure_requires_and_nobody_says_is_open(tmp_path: Path) -> None:
    nsg = resource("azurerm_network_security_group.nsg", {"name": "nsg", "resource_group_name": "rg-net"})
    bare = rule("azurerm_network_security_rule.t", 100, destination_address_prefix=None, source_port_range="")
    hop = {"name": "r", "resource_group_name": "rg-net", "route_table_name": "t", "address_prefix": "0.0.0.0/0"}
    table = resource("azurerm_route_table.t", {"name": "t", "resource_group_name": "rg-net"})
    route = resource("azurerm_route.r", {**hop, "next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": None})
    topology = read(tmp_path, plan(nsg, bare, table, route))
    (found,) = named(topology.nsgs, "nsg").rules
    for term in (found.destinations.terms[0], found.source_ports.ranges[0]):
        assert isinstance(term, Unresolved)
        assert "has no value" in term.reason
    (led,) = named(topology.route_tables, "t").routes
    assert led.next_hop_ip.reason == "next_hop_in_ip_address has no value"


def test_the_older_name_of_a_subnets_prefix_is_worked_out(tmp_path: Path) -> None:
    nsg = resource("azurerm_network_security_group.nsg", {"name": "nsg", "resource_group_name": "rg-net"})
    refs = {"destination_address_prefix": ref("azurerm_subnet.a.address_prefix")}
    values = {**rule("azurerm_network_security_rule.t", 100)["values"]}
    del values["destination_address_prefix"]
    named_by_subnet = resource("azurerm_network_security_rule.t", values, refs)
    topology = read(tmp_path, plan(network(), subnet("a", "10.0.1.0/24"), nsg, named_by_subnet))
    (found,) = named(topology.nsgs, "nsg").rules
    assert found.destinations.terms == (Cidr(parse_prefix("10.0.1.0/24"), "10.0.1.0/24"),)


@pytest.mark.parametrize(("text", "message"), [
    ('{"format_version": "1.0", "provider_schemas": {}}', "JSON with provider_schemas, expected a plan or a state"),
    ('{"serial": 1, "lineage": "l", "encrypted_data": "", "encryption_version": "v0"}', "this state is encrypted"),
    ('{"version": 3, "terraform_version": "0.11", "lineage": "l", "modules": []}', "a state file of version 3"),
    ('{"@level":"info"}\n{"@level":"info"}', "terraform show -json prints the plan"),
    ("PK\x03\x04\x14", "it is a zip archive. A plan of Terraform is one"),
])  # fmt: skip
def test_what_terraform_wrote_and_is_no_plan_is_told_from_one(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NetwatchError, match=message):
        load(file)


def test_a_plan_of_opentofu_is_read_as_one_of_terraform(tmp_path: Path) -> None:
    text = json.dumps(plan(network(), subnet("a", "10.0.1.0/24"), terraform_version="1.8.2"))
    file = tmp_path / "plan.json"
    file.write_text(text.replace("registry.terraform.io", "registry.opentofu.org"), encoding="utf-8")
    assert named(load(file).subnets, "a")


_GROUP_ID = "/subscriptions/s/resourceGroups/rg-net/providers/Microsoft.Network/networkSecurityGroups/nsg"


def _update(**values: Any) -> Json:
    return resource("azapi_update_resource.u", values, unknown={})


@pytest.mark.parametrize(
    "said",
    [
        {"resource_id": f"{_GROUP_ID}/securityRules/web"},
        {
            "type": "Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01",
            "parent_id": _GROUP_ID,
            "name": "web",
        },
    ],
)
def test_what_azapi_updates_is_changed_wherever_it_stands(tmp_path: Path, said: dict[str, str]) -> None:
    """Body and resource are merged member by member, as the azapi provider merges them."""
    inline = {"name": "web", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp"}
    ends = {"source_address_prefix": "*", "destination_address_prefix": "*"}
    ports = {"source_port_range": "*", "destination_port_range": "80"}
    own = {"id": _GROUP_ID, "name": "nsg", "security_rule": [inline | ends | ports], "resource_group_name": "rg-net"}
    nsg = resource("azurerm_network_security_group.nsg", own, unknown={})
    for body in ({"properties": {"access": "Deny"}}, json.dumps({"properties": {"access": "Deny"}})):
        topology = read(tmp_path, plan(nsg, _update(body=body, **said)))
        (found,) = named(topology.nsgs, "nsg").rules
        assert (found.access.value, found.priority) == ("Deny", 100)
        assert not topology.notes.ignored


def test_what_azapi_updates_outside_of_the_plan_is_named(tmp_path: Path) -> None:
    update = _update(resource_id=_GROUP_ID, body={"properties": {"securityRules": []}})
    (ignored,) = read(tmp_path, plan(network(), update)).notes.ignored
    assert (ignored.name, ignored.property) == ("azapi_update_resource.u", "body")
