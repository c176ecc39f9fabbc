"""The native topology file: what may be left out, how things are named, and every problem at once with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.errors import (
    ConflictError,
    DanglingReferenceError,
    NetwatchError,
    TopologyError,
    TopologyErrors,
    TopologySchemaError,
    TopologySyntaxError,
)
from netwatch.formats.service_tag_file import load_shipped
from netwatch.formats.tag_names import TagNames
from netwatch.formats.topology_draft import Dangling
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.formats.topology_file.starter import starter
from netwatch.model.addresses import ALL_PORTS, PortRange, parse_address, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, ServiceEndpoint
from netwatch.model.routes import NextHopType
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

EXAMPLES = sorted((Path(__file__).parents[4] / "topologies").glob("*/*.yaml"))

NETWORK = """\
netwatch: 1
virtualNetworks:
  vnet:
    addressPrefixes: 10.0.0.0/16
    subnets:
      web: {addressPrefix: 10.0.1.0/24}
      data: {addressPrefix: 10.0.2.0/24}
"""


def read(text: str, *, dangling: Dangling = "error") -> Topology:
    return read_topology_file("net.yaml", dedent(text), dangling=dangling)


def problems(text: str) -> list[str]:
    with pytest.raises(TopologyErrors) as caught:
        read(text)
    return [str(error) for error in caught.value.errors]


def rule(fields: str) -> SecurityRule:
    topology = read(f"netwatch: 1\napplicationSecurityGroups: [asg-a, asg-b]\n"
                    f"networkSecurityGroups: {{nsg: {{securityRules: {{r: {{{fields}}}}}}}}}\n")  # fmt: skip
    (nsg,) = topology.nsgs.values()
    return nsg.rules[0]


def nics(text: str) -> dict[str, NetworkInterface]:
    return {nic.id.name: nic for nic in read(NETWORK + text).nics.values()}


def addresses(nic: NetworkInterface) -> list[tuple[str, str, bool, bool]]:
    return [(each.id.name, str(each.private_ip), each.primary, each.assumed) for each in nic.ip_configurations]


# What is read


def test_the_version_alone_is_a_topology_without_resources() -> None:
    topology = read("netwatch: 1")
    assert list(topology.resources()) == []
    assert topology.source == "net.yaml"


def test_group_region_and_subscription_have_defaults() -> None:
    (vnet,) = read(NETWORK).vnets.values()
    assert vnet.id.text == (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/netwatch"
        "/providers/Microsoft.Network/virtualNetworks/vnet"
    )
    assert vnet.location == "westeurope"


def test_group_and_region_of_the_file_count_unless_a_resource_says_its_own() -> None:
    topology = read(
        """\
        netwatch: 1
        subscription: s
        resourceGroup: rg
        location: eastus
        routeTables:
          here:
          there: {resourceGroup: other (group), location: West Europe, tags: {cost: 5, note: }}
        """.replace(" (group)", "(group)")
    )
    here, there = topology.route_tables.values()
    assert here.id.text == "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/here"
    assert here.location == "eastus"
    assert there.id.resource_group == "other(group)"
    assert there.location == "West Europe"


def test_a_nic_is_in_the_group_and_region_of_its_machine() -> None:
    topology = read(NETWORK + "virtualMachines: {vm: {resourceGroup: rg-vm, location: eastus, "
                              "networkInterfaces: {nic: {subnet: web}}}}")  # fmt: skip
    (vm,), (nic,) = topology.vms.values(), topology.nics.values()
    assert (nic.id.resource_group, nic.location, nic.vm) == ("rg-vm", "eastus", vm.id)
    assert vm.nics == (nic.id,)


def test_a_rule_needs_a_priority_and_has_the_defaults_of_az() -> None:
    found = rule("priority: 100")
    assert found == SecurityRule(
        id=found.id,
        name="r",
        direction=Direction.INBOUND,
        priority=100,
        access=Access.ALLOW,
        protocol=Protocol.ANY,
        sources=AddressField((AnyAddress("*"),)),
        source_ports=PortField((ALL_PORTS,), ("*",)),
        destinations=AddressField((AnyAddress("*"),)),
        destination_ports=PortField((ALL_PORTS,), ("*",)),
        protocol_text="*",
    )
    assert found.id.text.endswith("/networkSecurityGroups/nsg/securityRules/r")


def test_one_value_is_the_singular_field_and_a_list_the_plural() -> None:
    one = rule("priority: 100, source: Internet, destinationPortRanges: 443")
    many = rule("priority: 100, source: [Internet], destinationPortRanges: [443, 8000-8010, '9000']")
    assert one.sources == AddressField((ServiceTag("Internet"),), singular=True)
    assert many.sources == AddressField((ServiceTag("Internet"),), singular=False)
    assert one.destination_ports == PortField((PortRange(443, 443),), ("443",), singular=True)
    assert many.destination_ports.texts == ("443", "8000-8010", "9000")
    assert not many.destination_ports.singular


@pytest.mark.parametrize(
    ("text", "term"),
    [("'*'", AnyAddress("*")), ("Any", AnyAddress("Any")), ("0.0.0.0/0", AnyAddress("0.0.0.0/0")),
     ("10.0.0.4", Cidr(parse_prefix("10.0.0.4/32"), "10.0.0.4")),
     ("fd00::/8", Cidr(parse_prefix("fd00::/8"), "fd00::/8")),
     ("10.0.0.9/24", Cidr(parse_prefix("10.0.0.0/24"), "10.0.0.9/24")),
     ("Storage.WestEurope", ServiceTag("Storage.WestEurope"))],
)  # fmt: skip
def test_a_side_is_any_address_a_prefix_or_a_service_tag(text: str, term: object) -> None:
    assert rule(f"priority: 100, destination: {text}").destinations.terms == (term,)


def test_words_are_taken_in_any_case_and_the_protocol_keeps_its_own() -> None:
    found = rule("priority: 100, direction: OUTBOUND, access: deny, protocol: TCP")
    assert (found.direction, found.access, found.protocol) == (Direction.OUTBOUND, Access.DENY, Protocol.TCP)
    assert found.protocol_text == "TCP"


def test_a_side_may_name_application_security_groups() -> None:
    found = rule("priority: 100, sourceApplicationSecurityGroups: ASG-A, "
                 "destinationApplicationSecurityGroups: [asg-a, asg-b]")  # fmt: skip
    assert [term.id.name for term in found.sources.terms if isinstance(term, Asg)] == ["asg-a"]
    assert [term.id.name for term in found.destinations.terms if isinstance(term, Asg)] == ["asg-a", "asg-b"]


def test_every_field_of_a_subnet() -> None:
    topology = read("""\
        netwatch: 1
        virtualNetworks:
          vnet:
            addressPrefixes: [10.0.0.0/16, fd00:1::/48]
            subnets:
              s:
                addressPrefixes: [10.0.1.0/24, fd00:1::/64]
                networkSecurityGroup: nsg
                routeTable: rt
                natGateway: nat
                serviceEndpoints: [Microsoft.Storage]
                privateEndpointNetworkPolicies: disabled
        networkSecurityGroups: {nsg: }
        routeTables: {rt: {disableBgpRoutePropagation: true}}
        natGateways: [nat]
        """)
    (subnet,), (nsg,), (table,) = topology.subnets.values(), topology.nsgs.values(), topology.route_tables.values()
    assert subnet.prefixes == (parse_prefix("10.0.1.0/24"), parse_prefix("fd00:1::/64"))
    assert (subnet.nsg, subnet.route_table) == (nsg.id, table.id)
    assert isinstance(subnet.nat_gateway, ResourceId)
    assert subnet.nat_gateway.type == "Microsoft.Network/natGateways"
    assert subnet.service_endpoints == (ServiceEndpoint("Microsoft.Storage"),)
    assert subnet.private_endpoint_network_policies == "Disabled"
    assert not table.propagate_gateway_routes
    assert str(subnet.where) == "net.yaml:6"


def test_a_peering_has_azures_defaults_and_its_state_is_azures_to_say() -> None:
    topology = read("""\
        netwatch: 1
        virtualNetworks:
          a: {addressPrefixes: 10.0.0.0/16, virtualNetworkPeerings: {to-b: {remoteVirtualNetwork: B}}}
          b:
            addressPrefixes: 10.1.0.0/16
            virtualNetworkPeerings:
              to-a: {remoteVirtualNetwork: a, peeringState: Initiated, allowVirtualNetworkAccess: false,
                     allowForwardedTraffic: true, allowGatewayTransit: true, useRemoteGateways: true,
                     peerCompleteVnets: false, localSubnetNames: web, remoteSubnetNames: [data, shop],
                     enableOnlyIPv6Peering: true}
        """)
    to_b, to_a = topology.peerings.values()
    assert isinstance(to_b.remote_vnet, ResourceId)
    assert to_b.remote_vnet.name == "b"
    assert (to_b.state, to_b.allow_virtual_network_access, to_b.allow_forwarded_traffic) == ("", True, False)
    assert (to_b.allow_gateway_transit, to_b.use_remote_gateways) == (False, False)
    assert (to_a.state, to_a.allow_virtual_network_access, to_a.allow_forwarded_traffic) == ("Initiated", False, True)
    assert (to_a.allow_gateway_transit, to_a.use_remote_gateways) == (True, True)
    assert (to_b.complete, to_b.local_subnets, to_b.remote_subnets, to_b.only_ipv6) == (True, (), (), False)
    assert (to_a.complete, to_a.only_ipv6) == (False, True)
    assert (to_a.local_subnets, to_a.remote_subnets) == (("web",), ("data", "shop"))


def test_a_peer_outside_the_file_is_named_by_id_with_its_address_space() -> None:
    remote = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/far"
    topology = read(f"netwatch: 1\nvirtualNetworks: {{a: {{addressPrefixes: 10.0.0.0/16, virtualNetworkPeerings: "
                    f"{{p: {{remoteVirtualNetwork: {remote}, remoteAddressSpace: 10.9.0.0/16}}}}}}}}\n")  # fmt: skip
    (peering,) = topology.peerings.values()
    assert peering.remote_prefixes == (parse_prefix("10.9.0.0/16"),)


def test_routes_lead_to_an_appliance_or_elsewhere() -> None:
    topology = read("""\
        netwatch: 1
        routeTables:
          rt:
            routes:
              a: {addressPrefix: 0.0.0.0/0, nextHopType: virtualappliance, nextHopIpAddress: 10.0.9.4}
              b: {addressPrefix: Storage, nextHopType: Internet}
              c: {addressPrefix: 10.9.0.0/16, nextHopType: None}
        """)
    (table,) = topology.route_tables.values()
    assert [(str(r.prefix), r.next_hop_type, r.next_hop_ip) for r in table.routes if r.name != "b"] == [
        ("0.0.0.0/0", NextHopType.VIRTUAL_APPLIANCE, parse_address("10.0.9.4")),
        ("10.9.0.0/16", NextHopType.NONE, None),
    ]
    assert table.routes[1].prefix == ServiceTag("Storage")
    assert [str(route.where) for route in table.routes] == ["net.yaml:5", "net.yaml:6", "net.yaml:7"]


def test_an_address_left_out_is_the_first_free_one_and_says_so() -> None:
    found = nics("""\
virtualMachines:
  vm-0: {networkInterfaces: {nic-0: {subnet: web}}}
  vm-1: {networkInterfaces: {nic-1: {subnet: web, privateIPAddress: 10.0.1.5}}}
  vm-2: {networkInterfaces: {nic-2: {subnet: web}}}
""")
    assert addresses(found["nic-0"]) == [("ipconfig1", "10.0.1.4", True, True)]
    assert addresses(found["nic-1"]) == [("ipconfig1", "10.0.1.5", True, False)]
    assert addresses(found["nic-2"]) == [("ipconfig1", "10.0.1.6", True, True)]


def test_a_nic_with_several_addresses_shares_its_subnet_and_groups_with_them() -> None:
    found = nics("""\
applicationSecurityGroups: [asg-a, asg-b]
publicIPAddresses: {pip: {ipAddress: 20.0.0.4, sku: standard}}
virtualMachines:
  vm:
    networkInterfaces:
      nic:
        subnet: web
        applicationSecurityGroups: asg-a
        ipConfigurations:
          first: {privateIPAddress: 10.0.1.10}
          second: {privateIPAddress: 10.0.1.11, primary: true, publicIPAddress: pip, applicationSecurityGroups: [asg-b]}
          third: {subnet: vnet/data, applicationSecurityGroups: []}
""")
    first, second, third = found["nic"].ip_configurations
    assert addresses(found["nic"])[:2] == [("first", "10.0.1.10", False, False), ("second", "10.0.1.11", True, False)]
    assert [asg_names(each) for each in (first, second, third)] == [["asg-a"], ["asg-b"], []]
    assert isinstance(second.public_ip, ResourceId)
    assert isinstance(third.subnet, ResourceId)
    assert third.subnet.name == "data"
    assert str(second.where) == "net.yaml:18"


def asg_names(config: IpConfiguration) -> list[str]:
    return [asg.name for asg in config.asgs if isinstance(asg, ResourceId)]


def test_a_dual_stack_nic_has_an_address_of_each_family() -> None:
    topology = read("""\
        netwatch: 1
        virtualNetworks:
          vnet: {addressPrefixes: [10.0.0.0/16, fd00::/48],
                 subnets: {web: {addressPrefix: [10.0.1.0/24, fd00::/64]}}}
        virtualMachines:
          vm:
            networkInterfaces:
              nic:
                subnet: web
                ipConfigurations: {v4: {privateIPAddress: 10.0.1.4}, v6: {privateIPAddress: "fd00::4"}}
        """)
    (nic,) = topology.nics.values()
    assert addresses(nic) == [("v4", "10.0.1.4", True, False), ("v6", "fd00::4", False, False)]


def test_the_first_nic_is_primary_unless_another_says_so() -> None:
    plain = nics("virtualMachines: {vm: {networkInterfaces: {a: {subnet: web}, b: {subnet: data}}}}")
    said = nics("virtualMachines: {vm: {networkInterfaces: {a: {subnet: web}, b: {subnet: data, primary: true}}}}")
    assert [nic.primary for nic in plain.values()] == [True, False]
    assert [nic.primary for nic in said.values()] == [False, True]


def test_a_nic_without_a_machine() -> None:
    found = nics("networkInterfaces: {spare: {subnet: data, enableIPForwarding: true}}")
    assert found["spare"].vm is None
    assert found["spare"].ip_forwarding


@pytest.mark.parametrize("word", ["web", "WEB", "vnet/web", "VNet/Web", "BY-ID"])
def test_references_are_names_in_any_case_or_ids(word: str) -> None:
    id = next(iter(read(NETWORK).subnets.values())).id
    found = nics(f"networkInterfaces: {{nic: {{subnet: {id.text.upper() if word == 'BY-ID' else word}}}}}")
    assert found["nic"].ip_configurations[0].subnet == id


def test_a_reference_may_stand_above_what_it_names() -> None:
    topology = read("netwatch: 1\nnetworkInterfaces: {nic: {subnet: web}}\n" + NETWORK.removeprefix("netwatch: 1\n"))
    assert len(topology.nics) == 1


def test_a_name_of_digits_is_a_name() -> None:
    topology = read("netwatch: 1\nvirtualNetworks: {5: {addressPrefixes: 10.0.0.0/16, subnets: "
                    "{7: {addressPrefix: 10.0.0.0/24}}}}\nnetworkInterfaces: {nic: {subnet: 7}}\n")  # fmt: skip
    assert [subnet.id.name for subnet in topology.subnets.values()] == ["7"]


def test_facts_stand_beside_the_resources() -> None:
    topology = read(
        NETWORK
        + """\
virtualMachines: {vm: {networkInterfaces: {nic: {subnet: web}}}}
facts:
  powerState: {VM: deallocated}
  listeningPorts: {vm: [443, 53/Udp]}
  dns: {db.contoso.com: 10.0.2.4}
  latency:
"""
    )
    (vm,) = topology.vms
    assert topology.facts.power_state == {vm: "deallocated"}
    assert len(topology.facts.listening_ports[vm]) == 2
    assert topology.facts.dns == {"db.contoso.com": parse_address("10.0.2.4")}


def test_a_field_with_nothing_after_its_colon_is_left_out() -> None:
    found = nics("networkInterfaces: {nic: {subnet: web, privateIPAddress: , networkSecurityGroup: ~, tags: null}}")
    assert addresses(found["nic"]) == [("ipconfig1", "10.0.1.4", True, True)]


def test_a_missing_target_can_be_left_open() -> None:
    topology = read(
        NETWORK + "networkInterfaces: {nic: {subnet: nowhere, networkSecurityGroup: gone}}", dangling="unresolved"
    )
    (nic,) = topology.nics.values()
    assert isinstance(nic.nsg, Unresolved)
    assert nic.nsg.reason == "network security group gone is not in the input"
    assert isinstance(nic.ip_configurations[0].private_ip, Unresolved)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_the_first_line_of_an_example_says_what_it_teaches(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


def test_the_starter_loads_and_names_the_schema_first() -> None:
    assert starter().splitlines()[0] == "# yaml-language-server: $schema=./topology.schema.json"
    topology = read_topology_file("starter.yaml", starter())
    assert [vm.id.name for vm in topology.vms.values()] == ["web-0", "db-0"]
    assert [str(nic.ip_configurations[0].private_ip) for nic in topology.nics.values()] == ["10.0.1.4", "10.0.2.4"]


# What is refused


VERSIONS = [
    ("", "net.yaml:1: the file is empty."),
    ("- a", "net.yaml:1: the file does not hold a mapping."),
    ("# x\n\nvirtualNetworks: {}", 'net.yaml:3: "netwatch" is missing.'),
    ("netwatch: 2\nnonsense: 1\n",
     'net.yaml:1: "netwatch" must be 1, the version that this netwatch reads, found 2.'),
    ("a: 1\nnetwatch: '1'\n", 'net.yaml:2: "netwatch" must be 1, the version that this netwatch reads, found "1".'),
    ("netwatch: true\n", 'net.yaml:1: "netwatch" must be 1, the version that this netwatch reads, found true.'),
    ("netwatch:\n", 'net.yaml:1: "netwatch" must be 1, the version that this netwatch reads, found nothing.'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), VERSIONS)
def test_the_version_is_judged_first_and_alone(text: str, message: str) -> None:
    with pytest.raises(TopologySchemaError) as caught:
        read(text)
    assert str(caught.value) == f"{message} Write netwatch: 1 as the first key of the file."


SHAPES = [
    ("virtualNetworks: {v: {adressPrefixes: 10.0.0.0/16, addressPrefixes: 10.0.0.0/16}}",
     'v: unknown field "adressPrefixes". Did you mean "addressPrefixes"?'),
    ("natGateways: {n: {zone: 1}}", 'n: unknown field "zone". Known fields: resourceGroup, location, tags, '
                                     "name, subscription, publicIPAddresses."),
    ("routeTable: {}", 'unknown field "routeTable". Did you mean "routeTables"?'),
    ("virtualNetworks: {v: {}}", 'v: "addressPrefixes" is missing. Add it: addressPrefixes: 10.0.0.0/16'),
    ("virtualNetworks: {v: {addressPrefixes: []}}",
     'v: "addressPrefixes" must be one value or a list of them, found an empty list. Leave the field out instead.'),
    ("virtualNetworks: {v: {addressPrefixes: [10.0.0.1/16]}}",
     'v: "addressPrefixes" must be a prefix: "10.0.0.1/16" has bits set to the right of its length;'
     " the network is 10.0.0.0/16."),
    ("virtualNetworks: {v: {addressPrefixes: {a: 1}}}", 'v: "addressPrefixes" must be a prefix, found a mapping.'),
    ("virtualNetworks: {v: {addressPrefixes: [~]}}", 'v: "addressPrefixes" must be a prefix, found nothing.'),
    ("virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {}}}}",
     'v/s: "addressPrefix" is missing. Add it: addressPrefix: 10.0.1.0/24'),
    ("virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24, "
     "addressPrefixes: 10.0.0.0/24}}}}",
     'v/s: "addressPrefix" and "addressPrefixes" both stand here. Keep one; either takes a list.'),
    ("virtualNetworks: [v]", '"virtualNetworks" must be a mapping of names to fields, found a list.'),
    ("virtualNetworks: {v: 5}", "v: must be a mapping of fields. Known fields: resourceGroup, location, tags, "
                                "name, subscription, addressPrefixes, flowTimeoutInMinutes, subnets, "
                                "virtualNetworkPeerings."),
    ("applicationSecurityGroups: [a b]",
     '"applicationSecurityGroups" must be a name, found "a b". A name has no spaces and no slashes.'),
    ("routeTables: {my.rt-: {}}",
     '"my.rt-" is not a name that Azure takes. A name has letters, digits, _ . and -, at most 80;'
     " it begins and ends with a letter, a digit or _."),
    ("routeTables: {rt: {disableBgpRoutePropagation: no}}",
     'rt: "disableBgpRoutePropagation" must be true or false, found "no". Write false.'),
    ("routeTables: {rt: {location: ' '}}", 'rt: "location" must be a region, found " ". '
                                           "Leave the field out for the default."),
    ("routeTables: {rt: {tags: [a]}}", 'rt: "tags" must be a mapping of texts, found a list.'),
    ("routeTables: {rt: {tags: {a: true}}}", 'rt: "tags" must be text, found true. Put it in quotes.'),
    ("routeTables: {rt: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: VirtualAppliance}}}}",
     'rt/r: "nextHopIpAddress" is missing: the appliance\'s address. Add it: nextHopIpAddress: 10.0.9.4'),
    ("routeTables: {rt: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: VirtualAppliance, "
     "nextHopIpAddress: [10.0.0.4, 10.0.0.5]}}}}",
     'rt/r: "nextHopIpAddress" holds 2 addresses. Name one, or write nextHopType: VirtualApplianceEcmp.'),
    ("routeTables: {rt: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: VirtualApplianceEcmp, "
     "nextHopIpAddress: 10.0.0.4}}}}",
     'rt/r: "nextHopIpAddress" must hold the addresses of two appliances or more. '
     'Add them: nextHopIpAddress: [10.0.9.4, 10.0.9.5]'),
    ("routeTables: {rt: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: None, nextHopIpAddress: 10.0.0.4}}}}",
     'rt/r: "nextHopIpAddress" stands beside nextHopType None. Remove it, or write nextHopType: VirtualAppliance.'),
    ("routeTables: {rt: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: Aplliance}}}}",
     'rt/r: "nextHopType" must be VirtualAppliance, VirtualApplianceEcmp, VirtualNetworkGateway, VnetLocal, '
     'Internet or None, found "Aplliance". Did you mean "VirtualAppliance"?'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 99}}}}",
     'n/r: "priority" must be a whole number from 100 to 4096, found 99.'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: '200'}}}}",
     'n/r: "priority" must be a whole number from 100 to 4096, found "200". Write the number without quotes.'),
    ("networkSecurityGroups: {n: {securityRules: {r: }}}", 'n/r: "priority" is missing. Add it: priority: 100'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, access: Alow}}}}",
     'n/r: "access" must be Allow or Deny, found "Alow". Did you mean "Allow"?'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, destinationPortRanges: 80-70}}}}",
     'n/r: "destinationPortRanges" must be a port, a range or *: "80-70" is not a port range: it runs backwards.'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, source: 10.0.0.300}}}}",
     'n/r: "source" must be *, an address, a prefix or a service tag: "10.0.0.300" is not an IP address:'
     " 300 is larger than 255."),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, source: true}}}}",
     'n/r: "source" must be *, an address, a prefix or a service tag, found true.'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, source: Internet, "
     "sourceApplicationSecurityGroups: a}}}}\napplicationSecurityGroups: [a]",
     'n/r: "source" and "sourceApplicationSecurityGroups" both stand here. Use one of them, or two rules.'),
    ("virtualMachines: {vm: {}}",
     'vm: "networkInterfaces" is missing. Add it: networkInterfaces: {nic-0: {subnet: vnet-0/web}}'),
    ("virtualMachines: {vm: {networkInterfaces: {}}}", 'vm: "networkInterfaces" must hold at least one.'),
    ("networkInterfaces: {n: {}}", 'n: "subnet" is missing. Add it: subnet: vnet-shop/web'),
    ("networkInterfaces: {n: {ipConfigurations: {a: }}}", 'n/a: "subnet" is missing. Add it: subnet: vnet-shop/web'),
    ("facts: {powerstate: {}}", 'unknown field "powerstate". Did you mean "powerState"?'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SHAPES, ids=[message[:50] for _, message in SHAPES])
def test_what_has_the_wrong_shape_is_named_with_its_line(text: str, message: str) -> None:
    assert problems(f"netwatch: 1\n{text}\n") == [f"net.yaml:2: {message}"]


REFERENCES = [
    ("networkInterfaces: {n: {subnet: wbe}}", DanglingReferenceError,
     'n: subnet "wbe" is not in the file. Did you mean "web"?'),
    ("networkInterfaces: {n: {subnet: vnet/wbe}}", DanglingReferenceError,
     'n: subnet "vnet/wbe" is not in the file. Did you mean "vnet/web"?'),
    ("networkInterfaces: {n: {subnet: zzz}}", DanglingReferenceError,
     'n: subnet "zzz" is not in the file. The file holds vnet/web, vnet/data.'),
    ("networkInterfaces: {n: {subnet: web, networkSecurityGroup: x}}", DanglingReferenceError,
     'n: network security group "x" is not in the file. The file holds none under "networkSecurityGroups".'),
    ("networkInterfaces: {n: {subnet: web, applicationSecurityGroups: [a, b]}}\napplicationSecurityGroups: [a]",
     DanglingReferenceError, 'n: application security group "b" is not in the file. The file holds a.'),
    ("networkSecurityGroups: {n: {securityRules: {r: {priority: 100, sourceApplicationSecurityGroups: x}}}}",
     DanglingReferenceError, 'n/r: application security group "x" is not in the file.'
                             ' The file holds none under "applicationSecurityGroups".'),
    ("networkInterfaces: {n: {subnet: web, publicIPAddress: /subscriptions/s/x/y}}", DanglingReferenceError,
     "ipconfig1: public IP address /subscriptions/s/x/y is not in the input. Add it, or correct the reference."),
    ("routeTables: {rt: {resourceGroup: a}, RT: {resourceGroup: b}}", ConflictError,
     '"RT" has the name of "rt" in line 8. Names are compared without regard to case.'),
    ("networkInterfaces: {n: {ipConfigurations: {a: {subnet: web, primary: true}, b: {subnet: web, primary: true}}}}",
     ConflictError, 'n: "a" and "b" both say primary: true. One is primary.'),
    ("networkInterfaces: {n: {subnet: web, privateIPAddress: 10.0.2.9}}", ConflictError,
     "n/ipconfig1: 10.0.2.9 lies outside its subnet web (10.0.1.0/24). Give it an address of that subnet."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "message"), REFERENCES, ids=[message[:50] for _, _, message in REFERENCES])
def test_references_and_conflicts_are_named_with_their_line(text: str, kind: type[TopologyError], message: str) -> None:
    with pytest.raises(TopologyErrors) as caught:
        read(NETWORK + text)
    (error,) = caught.value.errors
    assert error.where is not None
    assert error.where.line == 8
    assert f"{error.message} {error.hint}" == message
    assert type(error) is kind


def test_a_subnet_name_that_two_networks_have_must_say_which() -> None:
    text = """\
        netwatch: 1
        virtualNetworks:
          a: {addressPrefixes: 10.0.0.0/16, subnets: {web: {addressPrefix: 10.0.1.0/24}}}
          b: {addressPrefixes: 10.1.0.0/16, subnets: {web: {addressPrefix: 10.1.1.0/24}}}
        networkInterfaces: {n: {subnet: web}, m: {subnet: b/web}}
        """
    assert problems(text) == ['net.yaml:5: n: subnet "web" can be a/web or b/web. Write the one you mean.']


def test_nics_of_one_name_are_told_apart_by_group_or_refused() -> None:
    nic = "networkInterfaces: {nic: {subnet: web}}"
    assert len(read(f"{NETWORK}virtualMachines: {{a: {{{nic}}}, b: {{resourceGroup: other, {nic}}}}}").nics) == 2
    with pytest.raises(TopologyErrors, match="/networkInterfaces/nic is declared twice"):
        read(f"{NETWORK}virtualMachines: {{a: {{{nic}, location: eastus}}, b: {{{nic}}}}}")


def test_every_problem_is_reported_at_once_in_the_order_of_the_file() -> None:
    assert problems("""\
        netwatch: 1
        subscripton: x
        virtualNetworks:
          v:
            addressPrefixes: [10.0.0.1/16, no]
            subnets:
              web: {adressPrefix: 10.0.0.0/24, networkSecurityGroup: nsg-wbe}
        networkSecurityGroups:
          nsg-web:
            securityRules:
              r 1: {priority: high, enabled: yes}
        facts:
          powerState: {nobody: running}
        """) == [
        'net.yaml:2: unknown field "subscripton". Did you mean "subscription"?',
        'net.yaml:5: v: "addressPrefixes" must be a prefix: "10.0.0.1/16" has bits set to the right of its length; '
        "the network is 10.0.0.0/16.",
        'net.yaml:5: v: "addressPrefixes" must be a prefix: "no" is not an IP address.',
        'net.yaml:7: v/web: unknown field "adressPrefix". Did you mean "addressPrefix"?',
        'net.yaml:7: v/web: "addressPrefix" is missing. Add it: addressPrefix: 10.0.1.0/24',
        'net.yaml:7: v/web: network security group "nsg-wbe" is not in the file. Did you mean "nsg-web"?',
        'net.yaml:11: nsg-web: "r 1" is not a name that Azure takes. A name has letters, digits, _ . and -, '
        "at most 80; it begins and ends with a letter, a digit or _.",
        'net.yaml:11: nsg-web/r 1: "priority" must be a whole number from 100 to 4096, found "high".',
        'net.yaml:11: nsg-web/r 1: unknown field "enabled". Known fields: priority, direction, access, protocol, '
        "source, sourceApplicationSecurityGroups, sourcePortRanges, destination, destinationApplicationSecurityGroups, "
        "destinationPortRanges, description.",
        'net.yaml:13 facts/powerState/nobody: no virtual machine is named "nobody". Name one that the input holds.',
    ]  # fmt: skip


def test_an_unknown_service_tag_is_named_where_tags_are_known() -> None:
    text = "netwatch: 1\nnetworkSecurityGroups:\n  n: {securityRules: {r: {priority: 100, source: Internt}}}\n"
    with pytest.raises(TopologyErrors) as caught:
        read_topology_file("net.yaml", text, tag_names=TagNames(load_shipped))
    (error,) = caught.value.errors
    assert 'n/r: unknown service tag "Internt". Did you mean "Internet"?' in str(error)
    assert read_topology_file("net.yaml", text).nsgs


def test_broken_yaml_is_a_syntax_error() -> None:
    with pytest.raises(TopologySyntaxError):
        read("netwatch: 1\na: [")


# Fuzz: bad input is an error of ours, never another


@given(st.text(alphabet="{}[]:,-*&!|\"' \n\tab10./") | st.text())
def test_any_text_behind_the_version_is_read_or_refused(text: str) -> None:
    with suppress(NetwatchError):
        read_topology_file("net.yaml", f"netwatch: 1\n{text}")


@given(st.sampled_from([path.read_text(encoding="utf-8") for path in EXAMPLES if path.stem != "checks"]), st.data())
def test_a_valid_file_with_a_piece_cut_out_or_pasted_in_is_read_or_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    pasted = data.draw(
        st.sampled_from(["", ":", "\n", " ", "[", "}", "~", "0", "*", "&a ", "*a", "null", "- ", "\x00"])
    )
    with suppress(NetwatchError):
        read_topology_file("net.yaml", text[:start] + pasted + text[end:])
