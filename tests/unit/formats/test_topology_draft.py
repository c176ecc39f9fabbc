"""TopologyDraft: cross-references, pairs of VM and NIC, dynamic addresses, conflicts; all problems at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netwatch.effective.published_tags import PublishedTags
from netwatch.errors import ConflictError, DanglingReferenceError, TopologyErrors, TopologySchemaError
from netwatch.formats.tag_names import TagNames
from netwatch.formats.topology_draft import TopologyDraft, input_order
from netwatch.formats.topology_references import REFERENCES
from netwatch.model.addresses import ALL_PORTS, parse_address, parse_prefix
from netwatch.model.endpoints import NatGateway, PrivateEndpoint
from netwatch.model.facts import Facts
from netwatch.model.firewalls import Firewall
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import Frontend
from netwatch.model.network_manager import AdminRuleCollection, ConnectivityConfiguration
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    Peering,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Asg, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import HubBranch, HubConnection, HubGateway, VirtualHub
from netwatch.model.where import Where

_EVERY = AnyAddress()
_ANY = AddressField((_EVERY,))
_PORTS = PortField((ALL_PORTS,), ("*",))


def _id(kind: str, name: str) -> ResourceId:
    return ResourceId(f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/{kind}/{name}")


def _at(line: int) -> Where:
    return Where("net.yaml", line)


def _vnet(name: str = "v", space: str = "10.0.0.0/16", line: int = 1) -> VirtualNetwork:
    return VirtualNetwork(
        _id("virtualNetworks", name), "w", tuple(parse_prefix(each) for each in space.split()), _at(line)
    )


def _subnet(name: str = "a", prefix: str = "10.0.1.0/24", *, vnet: str = "v", line: int = 2, **fields: Any) -> Subnet:
    id = _id("virtualNetworks", vnet).child("subnets", name)
    return Subnet(id, tuple(parse_prefix(each) for each in prefix.split()), where=_at(line), **fields)


def _nic(name: str, address: str = "", *, subnet: str = "a", line: int = 3, **fields: Any) -> NetworkInterface:
    id = _id("networkInterfaces", name)
    config = IpConfiguration(
        id.child("ipConfigurations", "ip"),
        parse_address(address) if address else None,
        _id("virtualNetworks", "v").child("subnets", subnet),
        primary=True,
        where=_at(line),
    )
    return NetworkInterface(id, "w", (config,), where=_at(line), **fields)


def _vm(name: str, *nics: str, line: int = 9) -> VirtualMachine:
    return VirtualMachine(
        _id("virtualMachines", name), "w", tuple(_id("networkInterfaces", n) for n in nics), _at(line)
    )


def _rule(name: str, priority: int = 100, *, source: AddressTerm = _EVERY, line: int = 5) -> SecurityRule:
    return SecurityRule(
        id=_id("networkSecurityGroups", "nsg").child("securityRules", name),
        name=name,
        direction=Direction.INBOUND,
        priority=priority,
        access=Access.ALLOW,
        protocol=Protocol.ANY,
        sources=AddressField((source,)),
        source_ports=_PORTS,
        destinations=_ANY,
        destination_ports=_PORTS,
        where=_at(line),
    )


def _nsg(*rules: SecurityRule) -> NetworkSecurityGroup:
    return NetworkSecurityGroup(_id("networkSecurityGroups", "nsg"), "w", rules, _at(4))


def _draft(*resources: Resource, mode: Any = "error") -> TopologyDraft:
    draft = TopologyDraft("net.yaml", dangling=mode)
    for resource in resources:
        draft.add(resource)
    return draft


def _finish(*resources: Resource, mode: Any = "error") -> Topology:
    return _draft(*resources, mode=mode).finish()


def _problems(*resources: Resource) -> list[str]:
    with pytest.raises(TopologyErrors) as caught:
        _finish(*resources)
    return [f"{error.where.line if error.where else 0} {error.message}" for error in caught.value.errors]


def _address(topology: Topology, nic: str) -> str:
    return str(topology.nics[_id("networkInterfaces", nic).key].ip_configurations[0].private_ip)


def test_each_resource_lands_in_the_mapping_of_its_kind() -> None:
    topology = _finish(_vnet(), _subnet(), _nic("n"), _vm("m", "n"), _nsg())
    assert [type(each).__name__ for each in topology.resources()] == [
        "VirtualNetwork", "Subnet", "NetworkSecurityGroup", "NetworkInterface", "VirtualMachine",
    ]  # fmt: skip


def test_an_id_that_stands_twice_names_both_places() -> None:
    assert _problems(_vnet(line=1), _vnet(space="10.9.0.0/16", line=7)) == [
        f"7 {_vnet().id} is declared twice; the first is at net.yaml:1."
    ]


def test_an_id_that_stands_twice_and_says_the_same_is_one_resource() -> None:
    assert len(_finish(_vnet(line=1), _vnet(line=7)).vnets) == 1


def test_every_problem_comes_at_once_in_the_order_of_the_input() -> None:
    nsg = _id("networkSecurityGroups", "none")
    problems = _problems(_vnet(), _nic("x", "10.0.9.9", line=8), _subnet(line=2, nsg=nsg), _nsg(_rule("r", 99, line=5)))
    assert [int(problem.split()[0]) for problem in problems] == [2, 5, 8]


def test_reported_problems_and_found_ones_stand_in_one_list() -> None:
    draft = _draft(_vnet(), _nsg(_rule("r", 5000, line=5)))
    draft.problem(TopologySchemaError("a field is wrong.", where=_at(3)))
    with pytest.raises(TopologyErrors) as caught:
        draft.finish()
    assert [str(error) for error in caught.value.errors] == [
        "net.yaml:3: a field is wrong.",
        "net.yaml:5: nsg/r: priority 5000 is not in 100 to 4096. Lower numbers are asked first.",
    ]


def test_places_sort_by_line_then_by_number_in_the_pointer() -> None:
    places = [Where("f", 0, "resources/10"), Where("f", 0, "resources/2/x"), Where("f", 3), None]
    assert sorted(places, key=input_order) == [None, places[1], places[0], places[2]]


@pytest.mark.parametrize(
    ("holder", "noun"),
    [
        (_subnet(nsg=_id("networkSecurityGroups", "gone")), "network security group"),
        (_subnet(route_table=_id("routeTables", "gone")), "route table"),
        (_subnet(nat_gateway=_id("natGateways", "gone")), "NAT gateway"),
        (_nic("n", "10.0.1.4", subnet="gone"), "subnet"),
        (_nic("n", "10.0.1.4", nsg=_id("networkSecurityGroups", "gone")), "network security group"),
        (_vm("m", "gone"), "network interface"),
        (Peering(_id("virtualNetworks", "v").child("p", "p"), _id("virtualNetworks", "gone")), "virtual network"),
        (VirtualNetworkGateway(_id("g", "g"), "w", "Vpn", (_id("subnets", "gone"),)), "subnet"),
        (_nsg(_rule("r", source=Asg(_id("asgs", "gone")))), "application security group"),
    ],
)
def test_a_missing_target_is_an_error_or_unresolved(holder: Resource, noun: str) -> None:
    parts = [part for part in (_vnet(), _subnet(), holder) if part is holder or part.id != holder.id]
    with pytest.raises(TopologyErrors) as caught:
        _finish(*parts)
    assert [type(error) for error in caught.value.errors] == [DanglingReferenceError]
    assert f"{noun} " in caught.value.errors[0].message
    assert "is not in the input" in caught.value.errors[0].message
    assert "gone is not in the input" in repr(_finish(*parts, mode="unresolved"))


def test_references_of_ip_configurations_are_checked() -> None:
    nic = _nic("n", "10.0.1.4")
    config = replace(nic.ip_configurations[0], public_ip=_id("pips", "gone"), asgs=(_id("asgs", "gone"),))
    problems = _problems(_vnet(), _subnet(), replace(nic, ip_configurations=(config,)))
    assert [problem.split(": ")[1].split(" /")[0] for problem in problems] == [
        "public IP address",
        "application security group",
    ]


def test_the_table_of_references_names_fields_that_exist() -> None:
    kinds: dict[str, Any] = {
        "subnets": Subnet,
        "peerings": Peering,
        "ip_configurations": IpConfiguration,
        "nics": NetworkInterface,
    }
    kinds |= {"vms": VirtualMachine, "gateways": VirtualNetworkGateway, "connections": Connection}
    kinds |= {
        "private_endpoints": PrivateEndpoint,
        "nat_gateways": NatGateway,
        "frontends": Frontend,
        "firewalls": Firewall,
    }
    kinds |= {"admin_rule_collections": AdminRuleCollection, "connectivity_configurations": ConnectivityConfiguration}
    kinds |= {"virtual_hubs": VirtualHub, "hub_connections": HubConnection}
    kinds |= {"hub_gateways": HubGateway, "hub_branches": HubBranch}
    for kind, references in REFERENCES.items():
        for reference in references:
            assert reference.field in kinds[kind].__dataclass_fields__
            assert reference.targets in Topology.__dataclass_fields__


def test_a_dangling_id_gets_the_nearest_name() -> None:
    with pytest.raises(TopologyErrors) as caught:
        _finish(_vnet(), _nsg(), _subnet(nsg=_id("networkSecurityGroups", "nsgg")))
    assert caught.value.errors[0].hint == 'Did you mean "nsg"?'


def test_a_dangling_id_whose_name_lies_elsewhere_gets_that_id() -> None:
    other = ResourceId(_nsg().id.text.replace("/g/", "/other/"))
    with pytest.raises(TopologyErrors) as caught:
        _finish(_vnet(), _nsg(), _subnet(nsg=other))
    assert caught.value.errors[0].hint == f"The input holds one of that name: {_nsg().id}."


def test_a_rule_keeps_the_asgs_that_are_there() -> None:
    held, gone = Asg(_id("asgs", "held")), Asg(_id("asgs", "gone"))
    rule = replace(_rule("r"), sources=AddressField((held, gone), singular=False))
    topology = _finish(ApplicationSecurityGroup(held.id, "w"), _nsg(rule), mode="unresolved")
    terms = topology.nsgs[_nsg().id.key].rules[0].sources.terms
    assert terms[0] == held
    assert isinstance(terms[1], Unresolved)


def test_a_peer_outside_the_input_is_fine_where_its_space_is_known() -> None:
    id = _vnet().id.child("virtualNetworkPeerings", "p")
    peering = Peering(id, _id("virtualNetworks", "far"), remote_prefixes=(parse_prefix("10.9.0.0/16"),))
    held = _finish(_vnet(), peering).peerings[id.key]
    assert isinstance(held.remote_vnet, Unresolved)
    assert held.remote_prefixes == (parse_prefix("10.9.0.0/16"),)


def test_a_subnet_without_its_vnet_is_an_error_or_gets_a_vnet_of_unknown_space() -> None:
    assert "virtual network" in _problems(_subnet())[0]
    vnet = _finish(_subnet(), mode="unresolved").vnets[_vnet().id.key]
    assert isinstance(vnet.address_space[0], Unresolved)


def test_a_machine_outside_the_input_is_never_an_error() -> None:
    nic = _nic("n", "10.0.1.4", vm=_vm("gone").id)
    assert isinstance(_finish(_vnet(), _subnet(), nic).nics[nic.id.key].vm, Unresolved)


def test_vm_and_nic_are_paired_from_either_side() -> None:
    said_by_vm, said_by_nic = _nic("a", "10.0.1.4"), _nic("b", "10.0.1.5", vm=_vm("m").id)
    topology = _finish(_vnet(), _subnet(), said_by_vm, said_by_nic, _vm("m", "a"))
    assert [nic.vm for nic in topology.nics.values()] == [_vm("m").id] * 2
    assert [str(id).rsplit("/", 1)[-1] for id in topology.vms[_vm("m").id.key].nics] == ["a", "b"]


def test_exactly_one_nic_is_primary_and_comes_first() -> None:
    first, second = _nic("a", "10.0.1.4", primary=False), _nic("b", "10.0.1.5", primary=True)
    topology = _finish(_vnet(), _subnet(), first, second, _vm("m", "a", "b"))
    assert [(nic.id.name, nic.primary) for nic in topology.nics.values()] == [("a", False), ("b", True)]
    assert topology.vms[_vm("m").id.key].nics == (second.id, first.id)


@pytest.mark.parametrize("primary", [True, False])
def test_the_first_nic_is_primary_where_none_or_all_say_so(primary: bool) -> None:
    nics = [_nic(name, f"10.0.1.{4 + i}", primary=primary) for i, name in enumerate("ab")]
    topology = _finish(_vnet(), _subnet(), *nics, _vm("m", "a", "b"))
    assert [nic.primary for nic in topology.nics.values()] == [True, False]


def test_a_nic_of_two_machines_is_a_conflict() -> None:
    problems = _problems(_vnet(), _subnet(), _nic("a", "10.0.1.4"), _vm("m", "a"), _vm("o", "a", line=11))
    assert problems == ["11 virtual machine o names the NIC a, which is attached to m."]


def test_dynamic_addresses_are_the_first_free_ones_in_order() -> None:
    nics = [_nic("z"), _nic("fixed", "10.0.1.5"), _nic("a")]
    topology = _finish(_vnet(), _subnet(), *nics)
    assert [_address(topology, name) for name in ("z", "fixed", "a")] == ["10.0.1.4", "10.0.1.5", "10.0.1.6"]
    assert [nic.ip_configurations[0].assumed for nic in topology.nics.values()] == [True, False, True]


def test_a_subnet_has_all_but_five_addresses() -> None:
    nics = [_nic(f"n{number}", line=number) for number in range(1, 5)]
    problems = _problems(_vnet(), _subnet(prefix="10.0.1.0/29"), *nics)
    assert problems == ["4 subnet a has no free address left for n4."]
    topology = _finish(_vnet(), _subnet(prefix="10.0.1.0/29"), *nics, mode="unresolved")
    assert _address(topology, "n3") == "10.0.1.6"
    assert "no free address" in _address(topology, "n4")


def test_a_subnet_of_both_families_gives_ipv4_addresses() -> None:
    vnet, subnet = _vnet(space="fd00::/48 10.0.0.0/16"), _subnet(prefix="fd00::/64 10.0.1.0/24")
    assert _address(_finish(vnet, subnet, _nic("n")), "n") == "10.0.1.4"


def test_an_address_is_not_known_where_the_subnet_or_its_prefix_is_not() -> None:
    assert "its subnet is not known" in _address(_finish(_nic("n"), mode="unresolved"), "n")
    subnet = replace(_subnet(), prefixes=(Unresolved("later"),))
    assert "prefix of its subnet" in _address(_finish(_vnet(), subnet, _nic("n")), "n")


def test_an_ip_configuration_without_a_subnet_stays_as_it_is() -> None:
    nic = _nic("n")
    nic = replace(nic, ip_configurations=(replace(nic.ip_configurations[0], subnet=None),))
    assert _finish(nic).nics[nic.id.key].ip_configurations[0].private_ip is None


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (
            (_vnet(space="10.0.0.0/16 10.0.4.0/24"),),
            "1 address space of virtual network v: 10.0.4.0/24 overlaps 10.0.0.0/16 of v.",
        ),
        (
            (_vnet(), _subnet(), _subnet("b", "10.0.1.128/25", line=6)),
            "6 subnet b: 10.0.1.128/25 overlaps 10.0.1.0/24 of a.",
        ),
        (
            (_vnet(), _subnet("b", "10.9.0.0/24", line=6)),
            "6 subnet b: 10.9.0.0/24 lies outside the address space of v (10.0.0.0/16).",
        ),
        (
            (_vnet(), _subnet(), _nic("n", "10.0.2.4")),
            "3 n/ip: 10.0.2.4 lies outside its subnet a (10.0.1.0/24).",
        ),
        (
            (_vnet(), _subnet(), _nic("n", "10.0.1.4"), _nic("o", "10.0.1.4", line=8)),
            "8 o/ip: 10.0.1.4 is already the address of n/ip at net.yaml:3.",
        ),
        ((_nsg(_rule("r"), _rule("s", line=6)),), "6 nsg/s: priority 100 is already that of r."),
        ((_nsg(_rule("r", 99)),), "5 nsg/r: priority 99 is not in 100 to 4096."),
        ((_nsg(_rule("r", 4097)),), "5 nsg/r: priority 4097 is not in 100 to 4096."),
    ],
)  # fmt: skip
def test_parts_that_exclude_each_other(parts: tuple[Resource, ...], problem: str) -> None:
    assert _problems(*parts) == [problem]
    _finish(*parts, mode="unresolved")  # a recording can be stale


def test_far_apart_overlaps_are_found_across_a_subnet_between_them() -> None:
    wide, between, last = _subnet("w", "10.0.0.0/20"), _subnet("x", "10.0.2.0/24"), _subnet("y", "10.0.8.0/24")
    assert [problem.split(":")[0] for problem in _problems(_vnet(), wide, between, last)] == [
        "2 subnet x",
        "2 subnet y",
    ]


def test_what_touches_does_not_overlap() -> None:
    other = replace(_rule("out", 100), direction=Direction.OUTBOUND)
    _finish(
        _vnet(space="10.0.0.0/16 10.1.0.0/16 fd00::/48"),
        _subnet("a", "10.0.0.0/24"),
        _subnet("b", "10.0.1.0/24 fd00::/64"),
        _nsg(_rule("lowest", 100), _rule("highest", 4096), other),
    )


def test_an_unknown_prefix_proves_no_conflict() -> None:
    vnet = replace(_vnet(), address_space=(Unresolved("later"),))
    _finish(vnet, _subnet("b", "10.9.0.0/24"))


def test_peered_spaces_must_be_apart_and_are_reported_once() -> None:
    def peering(local: str, remote: str, line: int) -> Peering:
        id = _id("virtualNetworks", local).child("virtualNetworkPeerings", "p")
        return Peering(id, _id("virtualNetworks", remote), where=_at(line))

    parts = (_vnet("v"), _vnet("w", "10.0.128.0/17"), peering("v", "w", 3), peering("w", "v", 4))
    assert _problems(*parts) == ["3 peering p: 10.0.0.0/16 of v overlaps 10.0.128.0/17 of w."]


def test_unknown_tags_are_found_where_the_tags_are_known() -> None:
    table = RouteTable(
        _id("routeTables", "rt"), "w", (UserRoute(_id("r", "r"), "r", ServiceTag("Storag"), NextHopType.INTERNET),)
    )
    rule = _rule("r", source=ServiceTag("Internt"))
    _finish(_nsg(rule), table)
    draft = TopologyDraft("net.yaml", tag_names=TagNames(lambda: PublishedTags({"Storage": ()}, 1)))
    draft.add(_nsg(rule, _rule("s", 101, source=ServiceTag("Internet"))))
    draft.add(table)
    with pytest.raises(TopologyErrors) as caught:
        draft.finish()
    assert sorted(f"{error.message} {error.hint}" for error in caught.value.errors) == [
        'nsg/r: unknown service tag "Internt". Did you mean "Internet"?',
        'rt/r: unknown service tag "Storag". Did you mean "Storage"?',
    ]


def test_facts_are_kept_or_read_against_the_finished_topology() -> None:
    facts = Facts(unused=("later",))
    assert _draft(_vnet()).finish(facts).facts is facts
    seen: list[Topology] = []

    def read(topology: Topology) -> Facts:
        seen.append(topology)
        return facts

    assert _draft(_vnet()).finish(read).facts is facts
    assert list(seen[0].vnets) == [_vnet().id.key]


def test_problems_of_facts_join_the_others() -> None:
    def read(_: Topology) -> Facts:
        raise TopologyErrors([TopologySchemaError("a fact is wrong.", where=_at(99))])

    with pytest.raises(TopologyErrors) as caught:
        _draft(_nsg(_rule("r", 1))).finish(read)
    assert [error.where.line for error in caught.value.errors if error.where] == [5, 99]


def test_conflicts_are_conflict_errors() -> None:
    with pytest.raises(TopologyErrors) as caught:
        _finish(_vnet(space="10.0.0.0/16 10.0.0.0/16"))
    assert isinstance(caught.value.errors[0], ConflictError)
