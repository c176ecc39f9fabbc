"""Resolved ARM resources, as Azure returns them, become the model's values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import DanglingReferenceError, TopologyError, TopologyErrors, TopologySchemaError
from netwatch.formats import load
from netwatch.formats.arm_resources.fields import is_expression, is_tag_shaped, parse_address_term
from netwatch.formats.arm_resources.reading import ArmReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import ALL_PORTS, PortRange, parse_address, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import AdminRuleCollection
from netwatch.model.resources import ServiceEndpoint
from netwatch.model.routes import NextHopType
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved

_GROUP = "/subscriptions/s/resourceGroups/g/providers"
_SHARED = Path(__file__).parents[5] / "shared"

Json = dict[str, Any]


def _id(kind: str, name: str) -> str:
    return f"{_GROUP}/Microsoft.Network/{kind}/{name}"


def _resource(kind: str, name: str, **properties: Any) -> Json:
    type = f"Microsoft.Network/{kind}"
    return {"id": _id(kind, name), "name": name, "type": type, "location": "westeurope", "properties": properties}


def _vnet(**properties: Any) -> Json:
    subnets = [{"name": "web", "properties": {"addressPrefix": "10.0.1.0/24"}}]
    fields = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets, **properties}
    return _resource("virtualNetworks", "vnet-a", **fields)


def _nic(name: str = "nic-a", config: Json | None = None, **properties: Any) -> Json:
    subnet = {"subnet": {"id": _id("virtualNetworks", "vnet-a") + "/subnets/web"}}
    configs = [{"name": "ip", "properties": {**subnet, **(config or {})}}]
    return _resource("networkInterfaces", name, ipConfigurations=configs, **properties)


def _vm(name: str, *nics: Json) -> Json:
    id = f"{_GROUP}/Microsoft.Compute/virtualMachines/{name}"
    profile = {"networkProfile": {"networkInterfaces": [*nics]}}
    return {"id": id, "name": name, "type": "Microsoft.Compute/virtualMachines", "properties": profile}


_RULE = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "TCP",
    "sourceAddressPrefix": "Internet",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "10.0.1.4",
    "destinationPortRange": "443",
}


def _nsg(**rule: Any) -> Json:
    """An NSG of one rule; a field given as None is left out."""
    fields = {key: value for key, value in {**_RULE, **rule}.items() if value is not None}
    return _resource("networkSecurityGroups", "nsg-a", securityRules=[{"name": "allow", "properties": fields}])


def _read(*resources: Any, mode: Any = "error") -> Topology:
    draft = TopologyDraft("net.json", dangling=mode)
    reader = ArmReader(draft)
    reader.read(resources, "resources")
    reader.finish()
    return draft.finish()


def _errors(*resources: Any) -> tuple[TopologyError, ...]:
    with pytest.raises(TopologyErrors) as caught:
        _read(*resources)
    return caught.value.errors


def _problem(*resources: Any) -> str:
    errors = _errors(*resources)
    assert len(errors) == 1, errors
    return str(errors[0])


def _rule(topology: Topology) -> SecurityRule:
    return next(iter(topology.nsgs.values())).rules[0]


def test_a_rule_in_the_singular() -> None:
    rule = _rule(_read(_nsg(description="web")))
    assert rule == SecurityRule(
        id=ResourceId(_id("networkSecurityGroups", "nsg-a") + "/securityRules/allow"),
        name="allow",
        direction=Direction.INBOUND,
        priority=100,
        access=Access.ALLOW,
        protocol=Protocol.TCP,
        sources=AddressField((ServiceTag("Internet"),)),
        source_ports=PortField((ALL_PORTS,), ("*",)),
        destinations=AddressField((Cidr(parse_prefix("10.0.1.4"), "10.0.1.4"),)),
        destination_ports=PortField((PortRange(443, 443),), ("443",)),
        protocol_text="TCP",
        description="web",
    )
    assert rule.where.pointer == "resources/0/properties/securityRules/0"


def test_a_rule_in_the_plural_keeps_order_and_wording() -> None:
    plural = {
        "sourceAddressPrefix": None,
        "sourceAddressPrefixes": ["10.1.0.0/16", "fd00::/8", "*"],
        "destinationPortRange": "",
        "destinationPortRanges": ["80", "8000-8010"],
    }
    rule = _rule(_read(_nsg(**plural)))
    assert rule.sources == AddressField(
        (Cidr(parse_prefix("10.1.0.0/16"), "10.1.0.0/16"), Cidr(parse_prefix("fd00::/8"), "fd00::/8"), AnyAddress("*")),
        singular=False,
    )
    assert rule.destination_ports == PortField((PortRange(80, 80), PortRange(8000, 8010)), ("80", "8000-8010"), False)


def test_empty_plurals_beside_the_singular_are_as_azure_returns_them() -> None:
    rule = _rule(_read(_nsg(sourceAddressPrefixes=[], sourcePortRanges=[], sourceApplicationSecurityGroups=[])))
    assert rule.sources.singular
    assert rule.source_ports.singular


def test_a_rule_of_application_security_groups() -> None:
    asg = _resource("applicationSecurityGroups", "asg-web")
    rule = _rule(
        _read(asg, _nsg(sourceAddressPrefix=None, sourceApplicationSecurityGroups=[{"id": asg["id"].upper()}]))
    )
    assert rule.sources == AddressField((Asg(ResourceId(asg["id"])),), singular=False)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("*", AnyAddress("*")),
        ("Any", AnyAddress("Any")),
        ("0.0.0.0/0", AnyAddress("0.0.0.0/0")),
        ("::/0", Cidr(parse_prefix("::/0"), "::/0")),
        ("10.0.0.4", Cidr(parse_prefix("10.0.0.4/32"), "10.0.0.4")),
        ("10.0.0.4/24", Cidr(parse_prefix("10.0.0.0/24"), "10.0.0.4/24")),
        ("Storage.WestEurope", ServiceTag("Storage.WestEurope")),
        ("AZURE_LOADBALANCER", ServiceTag("AZURE_LOADBALANCER")),
    ],
)
def test_what_an_address_prefix_of_a_rule_says(text: str, term: object) -> None:
    assert parse_address_term(text) == term


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "10.0.0.0-10.0.0.9", "1.1.1.1,2.2.2.2", "10.0.0.0/33", "a b", "Tag!", "é"]
)
def test_what_is_neither_address_prefix_nor_tag(text: str) -> None:
    with pytest.raises(ValueError, match="is n"):
        parse_address_term(text)
    assert not is_tag_shaped(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"priority": "abc"}, "nsg-a/allow: priority is 'abc', expected a whole number."),
        ({"priority": True}, "nsg-a/allow: priority is true, expected a whole number."),
        ({"priority": 100.5}, "nsg-a/allow: priority is 100.5, expected a whole number."),
        ({"priority": None}, "nsg-a/allow: priority is missing."),
        ({"priority": 99}, "nsg-a/allow: priority 99 is not in 100 to 4096."),
        ({"direction": "Sideways"}, "nsg-a/allow: direction: 'Sideways' is not a direction: Inbound or Outbound."),
        ({"access": "AlwaysAllow"}, "nsg-a/allow: access: 'AlwaysAllow' is not an access of a security rule"),
        ({"protocol": "Gre"}, "nsg-a/allow: protocol: 'Gre' is not a protocol"),
        ({"protocol": 6}, "nsg-a/allow: protocol is 6, expected a text."),
        ({"sourceAddressPrefix": "10.0.0.300"}, "nsg-a/allow: sourceAddressPrefix: '10.0.0.300' is not an IP address"),
        ({"sourceAddressPrefix": None}, "nsg-a/allow: one of sourceAddressPrefix, sourceAddressPrefixes, "),
        ({"sourceAddressPrefixes": ["10.0.0.0/8"]}, "sourceAddressPrefix and sourceAddressPrefixes are both given."),
        ({"destinationPortRange": "80-70"}, "destinationPortRange: '80-70' is not a port range: it runs backwards."),
        ({"destinationPortRange": None}, "one of destinationPortRange, destinationPortRanges is missing."),
        ({"destinationPortRange": {}}, "destinationPortRange is an object, expected a text."),
        ({"sourceAddressPrefix": None, "sourceAddressPrefixes": "10.0.0.0/8"}, "sourceAddressPrefixes is '10.0.0.0/8'"),
    ],
)  # fmt: skip
def test_a_field_of_a_rule_that_cannot_be_read(change: Json, message: str) -> None:
    problem = "\n".join(map(str, _errors(_nsg(**change))))
    assert message in problem
    assert problem.startswith("net.json resources/0/properties/securityRules/0")


def test_priority_as_digits_and_ports_as_numbers_are_fine() -> None:
    rule = _rule(_read(_nsg(priority="200", destinationPortRange=8080)))
    assert (rule.priority, rule.destination_ports.texts) == (200, ("8080",))


def test_every_field_may_hold_an_expression() -> None:
    change = {
        "priority": "[parameters('p')]",
        "direction": "[parameters('d')]",
        "sourceAddressPrefix": "[parameters('s')]",
        "destinationPortRange": None,
        "destinationPortRanges": "[variables('ports')]",
    }
    rule = _rule(_read(_nsg(**change)))
    for value in (rule.priority, rule.direction, rule.sources.terms[0], rule.destination_ports.ranges[0]):
        assert isinstance(value, Unresolved)
        assert is_expression(value.expression)


def test_expressions_of_networks_are_unresolved() -> None:
    vnet = _vnet(addressSpace={"addressPrefixes": "[variables('space')]"})
    vnet["properties"]["subnets"][0]["properties"] = {
        "addressPrefix": "[parameters('prefix')]",
        "networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]"},
    }
    topology = _read(vnet, _nic(config={"privateIPAddress": "[parameters('ip')]"}))
    subnet, nic = next(iter(topology.subnets.values())), next(iter(topology.nics.values()))
    values = (next(iter(topology.vnets.values())).address_space[0], subnet.prefixes[0], subnet.nsg)
    assert all(isinstance(value, Unresolved) for value in (*values, nic.ip_configurations[0].private_ip))


def test_a_doubled_bracket_is_no_expression() -> None:
    assert is_expression("[x]")
    assert not is_expression("[[x]")


def test_a_name_that_is_an_expression_cannot_be_read_yet() -> None:
    vnet = {"type": "Microsoft.Network/virtualNetworks", "name": "[parameters('name')]"}
    assert "its name is the expression [parameters('name')]" in _problem(vnet)
    assert "its id is the expression" in _problem({**vnet, "id": "[resourceId('x')]"})


def test_a_subnet_with_everything() -> None:
    properties = {
        "addressPrefixes": ["10.0.2.0/24", "fd00:2::/64"],
        "networkSecurityGroup": {"id": _id("networkSecurityGroups", "NSG-A")},
        "routeTable": {"id": _id("routeTables", "rt-a")},
        "natGateway": {"id": _id("natGateways", "nat-a")},
        "serviceEndpoints": [
            {"service": "Microsoft.Storage", "locations": ["westeurope"]},
            {"service": "Microsoft.Sql"},
        ],
        "privateEndpointNetworkPolicies": "Disabled",
    }
    vnet = _vnet(
        subnets=[{"name": "db", "properties": properties}],
        addressSpace={"addressPrefixes": ["10.0.0.0/16", "fd00:2::/48"]},
    )
    subnet = next(
        iter(_read(vnet, _nsg(), _resource("routeTables", "rt-a"), _resource("natGateways", "nat-a")).subnets.values())
    )
    assert subnet.id == ResourceId(_id("virtualNetworks", "vnet-a") + "/subnets/db")
    assert [str(prefix) for prefix in subnet.prefixes] == ["10.0.2.0/24", "fd00:2::/64"]
    assert (subnet.nsg, subnet.route_table, subnet.nat_gateway) == tuple(
        ResourceId(_id(*each))
        for each in (("networkSecurityGroups", "nsg-a"), ("routeTables", "rt-a"), ("natGateways", "nat-a"))
    )
    assert subnet.service_endpoints == (
        ServiceEndpoint("Microsoft.Storage", ("westeurope",)),
        ServiceEndpoint("Microsoft.Sql"),
    )
    assert subnet.private_endpoint_network_policies == "Disabled"


def test_a_subnet_needs_a_prefix_without_host_bits() -> None:
    assert "neither an addressPrefix nor addressPrefixes" in _problem(_vnet(subnets=[{"name": "x", "properties": {}}]))
    host_bits = _vnet(subnets=[{"name": "x", "properties": {"addressPrefix": "10.0.1.4/24"}}])
    assert "the network is 10.0.1.0/24" in _problem(host_bits)


def test_property_names_and_ids_in_any_case() -> None:
    text = json.dumps([_vnet(), _nic(config={"PRIVATEIPADDRESS": "10.0.1.9"})])
    for name in ("properties", "addressSpace", "ipConfigurations", "type", "subnets", "addressPrefix"):
        text = text.replace(f'"{name}"', f'"{name.upper()}"')
    topology = _read(*json.loads(text.replace("/subnets/web", "/SUBNETS/WEB")))
    nic = next(iter(topology.nics.values()))
    assert nic.ip_configurations[0].private_ip == parse_address("10.0.1.9")
    assert topology.subnet_of(nic) is next(iter(topology.subnets.values()))


def test_keys_that_differ_only_in_case_are_a_problem() -> None:
    assert "two of its keys differ only in case" in _problem({**_vnet(), "Location": "x"})


def test_absent_properties_mean_none_of_the_optional_parts() -> None:
    nsg = {"id": _id("networkSecurityGroups", "n"), "type": "Microsoft.Network/networkSecurityGroups"}
    assert next(iter(_read(nsg).nsgs.values())).rules == ()
    assert next(iter(_read({**nsg, "properties": None}).nsgs.values())).rules == ()


def test_children_as_resources_of_their_own() -> None:
    vnet, other = _vnet(subnets=[]), _resource("virtualNetworks", "vnet-b")
    nsg, table = _resource("networkSecurityGroups", "nsg-a"), _resource("routeTables", "rt-a")

    def child(parent: Json, kind: str, name: str, **properties: Any) -> Json:
        return {"id": f"{parent['id']}/{kind}/{name}", "type": f"{parent['type']}/{kind}", "properties": properties}

    topology = _read(
        child(nsg, "securityRules", "allow", **_RULE),
        child(vnet, "subnets", "web", addressPrefix="10.0.1.0/24"),
        child(table, "routes", "out", addressPrefix="0.0.0.0/0", nextHopType="Internet"),
        child(vnet, "virtualNetworkPeerings", "p", remoteVirtualNetwork={"id": other["id"]}),
        vnet,
        other,
        nsg,
        table,
    )
    assert [rule.name for rule in topology.nsgs[nsg["id"].lower()].rules] == ["allow"]
    assert [route.name for route in topology.route_tables[table["id"].lower()].routes] == ["out"]
    assert [subnet.id.name for subnet in topology.subnets.values()] == ["web"]
    assert len(topology.peerings_of[vnet["id"].lower()]) == 1


def test_a_child_in_both_places_must_say_the_same() -> None:
    nsg = _nsg()
    own = {"id": f"{nsg['id']}/securityRules/allow", "type": f"{nsg['type']}/securityRules", "properties": _RULE}
    assert len(_rule_names(_read(nsg, own))) == 1
    assert "is declared twice" in _problem(nsg, {**own, "properties": {**_RULE, "access": "Deny"}})


def _rule_names(topology: Topology) -> list[str]:
    return [rule.name for nsg in topology.nsgs.values() for rule in nsg.rules]


def test_a_child_without_its_parent_dangles() -> None:
    rule = {"id": _id("networkSecurityGroups", "gone") + "/securityRules/r", "properties": _RULE}
    (error,) = _errors(rule)
    assert isinstance(error, DanglingReferenceError)
    assert [other.id.name for other in _read(rule, mode="unresolved").others.values()] == ["r"]


def test_nested_resources_take_type_and_id_from_their_parent() -> None:
    vnet = {
        **_vnet(subnets=[]),
        "resources": [{"type": "subnets", "name": "in", "properties": {"addressPrefix": "10.0.3.0/24"}}],
    }
    assert [subnet.id.text for subnet in _read(vnet).subnets.values()] == [
        _id("virtualNetworks", "vnet-a") + "/subnets/in"
    ]


def test_a_resource_without_an_id_gets_one() -> None:
    named = {"type": "Microsoft.Network/applicationSecurityGroups", "name": "asg"}
    placed = {**named, "subscriptionId": "S1", "resourceGroup": "G1"}
    child = {"type": "Microsoft.Network/networkSecurityGroups/securityRules", "name": "nsg/r", "properties": _RULE}
    nsg = {"type": "Microsoft.Network/networkSecurityGroups", "name": "nsg"}
    topology = _read(named, placed, nsg, child)
    default = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/netwatch/providers/Microsoft.Network"
    assert [asg.id.text for asg in topology.asgs.values()] == [
        f"{default}/applicationSecurityGroups/asg",
        "/subscriptions/S1/resourceGroups/G1/providers/Microsoft.Network/applicationSecurityGroups/asg",
    ]
    assert _rule(topology).id.text == f"{default}/networkSecurityGroups/nsg/securityRules/r"


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ({"name": "x"}, "x: it has neither an id nor a type and a name."),
        ({"type": "Microsoft.Network/virtualNetworks/subnets", "name": "web"}, "does not fit the type"),
        ({"id": "vnet-a", "type": "t"}, '"vnet-a" is not a resource id'),
        ({"id": 7, "type": "t"}, "id is 7, expected a text."),
        ("text", "expected an object, found 'text'."),
        (None, "expected an object, found null."),
        ({**_vnet(), "properties": []}, "vnet-a: expected an object, found a list."),
        (_vnet(subnets={}), "vnet-a: subnets is an object, expected a list."),
        (_vnet(subnets=["web"]), "vnet-a: expected an object, found 'web'."),
        (_nic(config={"subnet": "web"}), "nic-a/ip: subnet is 'web', expected {\"id\": \"/subscriptions/…\"}."),
        (_nic(config={"privateIPAddress": "10.0.1"}), "nic-a/ip: privateIPAddress: '10.0.1' is not an IP address."),
        (_nic(enableIPForwarding="maybe"), "nic-a: enableIPForwarding is 'maybe', expected true or false."),
        ({"id": _id("virtualNetworks", "v"), "provisioningState": "Succeeded"}, "as az resource list prints"),
    ],
)  # fmt: skip
def test_a_resource_that_cannot_be_read(resource: Any, message: str) -> None:
    assert any(message in str(error) for error in _errors(_vnet() if resource != _vnet() else {}, resource))


def test_all_problems_come_at_once() -> None:
    errors = _errors(_nsg(priority="x", protocol="y"), _vnet(addressSpace={"addressPrefixes": ["10.0.0.0/40"]}), 5)
    assert [type(error) for error in errors] == [TopologySchemaError] * 4
    assert [error.where.pointer for error in errors if error.where] == [
        "resources/0/properties/securityRules/0/properties",
        "resources/0/properties/securityRules/0/properties",
        "resources/1/properties/addressSpace",
        "resources/2",
    ]


def test_a_peering() -> None:
    peering = {
        "name": "to-b",
        "properties": {
            "remoteVirtualNetwork": {"id": _id("virtualNetworks", "vnet-b")},
            "peeringState": "connected",
            "allowForwardedTraffic": True,
            "allowVirtualNetworkAccess": "False",
            "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "peerCompleteVnets": False,
            "localSubnetNames": ["web", "data"],
            "remoteSubnetNames": ["shop"],
            "enableOnlyIPv6Peering": True,
        },
    }
    held = next(iter(_read(_vnet(virtualNetworkPeerings=[peering])).peerings.values()))
    assert isinstance(held.remote_vnet, Unresolved)
    assert held.remote_vnet.expression == _id("virtualNetworks", "vnet-b")
    assert (held.state, held.allow_forwarded_traffic, held.allow_virtual_network_access) == ("Connected", True, False)
    assert held.remote_prefixes == (parse_prefix("10.1.0.0/16"),)
    assert (held.complete, held.only_ipv6) == (False, True)
    assert (held.local_subnets, held.remote_subnets) == (("web", "data"), ("shop",))


def test_a_peering_without_a_peer_and_with_a_strange_state() -> None:
    errors = _errors(_vnet(virtualNetworkPeerings=[{"name": "p", "properties": {"peeringState": "Broken"}}]))
    assert sorted(error.message for error in errors) == [
        'vnet-a/p: peeringState is "Broken", expected Initiated or Connected or Disconnected.',
        "vnet-a/p: remoteVirtualNetwork is missing.",
    ]


def _route(**properties: Any) -> Json:
    route = {"name": "r", "properties": {"addressPrefix": "10.9.0.0/16", "nextHopType": "None", **properties}}
    return _resource("routeTables", "rt-a", disableBgpRoutePropagation=True, routes=[route])


def test_routes() -> None:
    table = next(iter(_read(_route(nextHopType="virtualAppliance", nextHopIpAddress="10.0.1.4")).route_tables.values()))
    assert not table.propagate_gateway_routes
    route = table.routes[0]
    assert (route.prefix, route.next_hop_type) == (parse_prefix("10.9.0.0/16"), NextHopType.VIRTUAL_APPLIANCE)
    assert route.next_hop_ip == parse_address("10.0.1.4")


def test_a_route_of_a_tag_and_an_empty_next_hop_address() -> None:
    table = next(iter(_read(_route(addressPrefix="Storage.WestEurope", nextHopIpAddress="")).route_tables.values()))
    assert (table.routes[0].prefix, table.routes[0].next_hop_ip) == (ServiceTag("Storage.WestEurope"), None)


@pytest.mark.parametrize("type", ["VirtualApplianceEcmp", "[parameters('type')]"])
def test_a_route_can_spread_flows_over_several_appliances(type: str) -> None:
    hops = {"nextHopIpAddresses": ["10.0.9.4", "10.0.9.5", "10.0.9.6"]}
    table = next(iter(_read(_route(nextHopType=type, nextHop=hops)).route_tables.values()))
    (route,) = table.routes
    assert [str(hop) for hop in (route.next_hop_ip, *route.other_hop_ips)] == hops["nextHopIpAddresses"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nextHopType": "VNetPeering"}, '"VNetPeering" is not a next hop type of a route'),
        ({"nextHopType": ""}, "nextHopType is missing"),
        ({"addressPrefix": None}, "addressPrefix is missing"),
        ({"addressPrefix": "10.9.0.0/99"}, "is not a prefix"),
        ({"nextHopType": "VirtualAppliance"}, "nextHopIpAddress is missing"),
        ({"nextHopType": "VirtualApplianceEcmp"}, "fewer than two addresses"),
    ],
)
def test_a_route_that_cannot_be_read(change: Json, message: str) -> None:
    assert message in _problem(_route(**change))


def test_a_nic_with_everything() -> None:
    public, asg = (
        _resource("publicIPAddresses", "pip", ipAddress="20.0.0.4"),
        _resource("applicationSecurityGroups", "asg"),
    )
    public["sku"] = {"name": "Standard"}
    config = {
        "privateIPAddress": "10.0.1.7",
        "publicIPAddress": {"id": public["id"]},
        "applicationSecurityGroups": [{"id": asg["id"]}],
    }
    nic = _nic(config=config, networkSecurityGroup={"id": _nsg()["id"]}, enableIPForwarding=True)
    topology = _read(_vnet(), _nsg(), public, asg, nic)
    held = next(iter(topology.nics.values()))
    address = held.ip_configurations[0]
    assert (held.ip_forwarding, held.nsg) == (True, ResourceId(_nsg()["id"]))
    assert (address.private_ip, address.assumed, address.primary) == (parse_address("10.0.1.7"), False, True)
    assert (address.public_ip, address.asgs) == (ResourceId(public["id"]), (ResourceId(asg["id"]),))
    assert topology.public_ips[public["id"].lower()].sku == "Standard"
    assert topology.public_ips[public["id"].lower()].address == parse_address("20.0.0.4")


def test_a_dynamic_address_is_assumed_and_an_ipv6_one_is_not_known() -> None:
    six = _nic("six", {"privateIPAddressVersion": "IPv6"})
    four, other = (nic.ip_configurations[0] for nic in _read(_vnet(), _nic(), six).nics.values())
    assert (str(four.private_ip), four.assumed) == ("10.0.1.4", True)
    assert isinstance(other.private_ip, Unresolved)


def test_the_machine_says_which_nic_is_primary() -> None:
    nics = [_nic("nic-a"), _nic("nic-b")]
    named = [
        {"id": nics[0]["id"], "properties": {"primary": False}},
        {"id": nics[1]["id"], "properties": {"primary": True}},
    ]
    topology = _read(_vnet(), *nics, _vm("m", *named))
    assert [id.name for id in next(iter(topology.vms.values())).nics if isinstance(id, ResourceId)] == [
        "nic-b",
        "nic-a",
    ]
    assert [(nic.id.name, nic.primary) for nic in topology.nics.values()] == [("nic-a", False), ("nic-b", True)]


def test_a_gateway_knows_its_subnet() -> None:
    subnet = {"id": _id("virtualNetworks", "vnet-a") + "/subnets/web"}
    gateway = _resource(
        "virtualNetworkGateways",
        "gw",
        gatewayType="ExpressRoute",
        ipConfigurations=[{"properties": {"subnet": subnet}}],
    )
    held = next(iter(_read(_vnet(), gateway).gateways.values()))
    assert (held.gateway_type, held.subnets) == ("ExpressRoute", (ResourceId(subnet["id"]),))


def test_any_other_resource_is_kept_with_the_ids_it_names() -> None:
    bastion = _resource("bastionHosts", "b", subnet={"id": "/Subscriptions/s/a"}, deep=[{"x": ["/subscriptions/s/b"]}])
    other = next(iter(_read(bastion).others.values()))
    assert (other.type, other.location) == ("Microsoft.Network/bastionHosts", "westeurope")
    assert [id.text for id in other.references] == ["/Subscriptions/s/a", "/subscriptions/s/b"]


def test_back_references_do_not_bind() -> None:
    """An NSG's own list of subnets is what it was once told; the subnet's reference decides."""
    nsg = _nsg()
    nsg["properties"]["subnets"] = [{"id": _id("virtualNetworks", "vnet-a") + "/subnets/web"}]
    assert next(iter(_read(_vnet(), nsg).subnets.values())).nsg is None


def _keys(resource: Resource) -> list[str]:
    """The key of a resource, and those of the admin rules in it, which are resources of their own in ARM."""
    rules = resource.rules if isinstance(resource, AdminRuleCollection) else ()
    return [resource.id.key, *(rule.id.key for rule in rules)]


def test_every_recorded_topology_loads_whole() -> None:
    files = sorted([*_SHARED.glob("azure/cases/*.json"), *_SHARED.glob("scenarios/*/*.json")])
    if not files:
        pytest.skip("not every real topology was loaded: ../shared with the recorded cases is not there")
    for file in files:
        resources = json.loads(file.read_text())["topology"].get("resources")
        if resources is None:  # a published table of routes, without the network it was read from
            continue
        held = {key for resource in load(file, dangling="unresolved").resources() for key in _keys(resource)}
        assert {resource["id"].lower() for resource in resources if "/staticMembers/" not in resource["id"]} <= held
