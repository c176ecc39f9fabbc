"""References as Terraform lists them where it does not say which instance or output is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import TopologyErrors
from netwatch.formats import load
from netwatch.model.ids import ResourceId
from netwatch.model.rules import Asg
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.terraform.written import (
    GROUP,
    Json,
    association,
    call,
    module,
    network,
    nic,
    plan,
    ref,
    resource,
    rule,
    subnet,
)

_SPOKES = {"for_each_expression": {"references": ["local.spokes"]}}


def _read(path: Path, value: Json) -> Topology:
    file = path / "plan.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return load(str(file))


def _subnet_of(topology: Topology, name: str) -> Any:
    return next(each for each in topology.nics.values() if each.id.name == name).ip_configurations[0].subnet


def test_an_output_of_a_module_by_key_is_found_by_what_it_leads_to(tmp_path: Path) -> None:
    """``module.spoke[each.key].web_id`` is listed as ``module.spoke`` alone; one output leads to a subnet."""
    values = {"name": "web", "virtual_network_name": "vnet", "address_prefixes": ["10.0.1.0/24"]}
    outputs = {"vnet_id": ref("azurerm_virtual_network.vnet.id"), "web_id": ref("azurerm_subnet.web.id")}
    inner = module([network(), subnet("web", "10.0.1.0/24")], outputs=outputs)
    inside = [
        resource(f'module.spoke["{key}"].azurerm_{address}', {**GROUP, **held, "resource_group_name": key})
        for key in ("a", "b")
        for address, held in (
            ("virtual_network.vnet", {"name": "vnet", "address_space": ["10.0.0.0/16"]}),
            ("subnet.web", values),
        )
    ]
    mentioned = {"references": ["module.spoke", "each.key"]}
    own = nic('nic["b"]', {"subnet_id": mentioned}, index="b", called="nic") | {"loop": _SPOKES}
    topology = _read(tmp_path, plan(*inside, own, calls={"spoke": call(inner, **_SPOKES)}))
    assert _subnet_of(topology, "nic").resource_group == "b"


def test_the_index_of_a_list_is_a_key_once_it_is_looped_over(tmp_path: Path) -> None:
    """``for_each = {for i, each in azurerm_subnet.s : i => each}`` has the keys "0", "1" …"""
    subnets = [
        resource(
            f"azurerm_subnet.s[{at}]",
            {"name": f"s{at}", "virtual_network_name": "vnet", "address_prefixes": [f"10.0.{at}.0/24"], **GROUP},
            index=at,
        )
        for at in range(2)
    ]
    loop = {"for_each_expression": {"references": ["azurerm_subnet.s"]}}
    own = nic('nic["1"]', {"subnet_id": {"references": ["each.value.id", "each.value"]}}, index="1", called="nic")
    topology = _read(tmp_path, plan(network(), *subnets, own | {"loop": loop}))
    assert _subnet_of(topology, "nic").name == "s1"


def _dynamic_rule(*groups: str) -> list[Json]:
    """A security group whose one rule a ``dynamic`` block makes: the configuration does not show it."""
    shown = rule("azurerm_network_security_rule.r", 100)["values"] | {"destination_address_prefix": None}
    unknown = {"id": True, "security_rule": [{"destination_application_security_group_ids": True}]}
    nsg = resource(
        "azurerm_network_security_group.nsg", {"name": "nsg", "security_rule": [shown], **GROUP}, {}, unknown=unknown
    )
    return [nsg, *(resource(f"azurerm_application_security_group.{each}", {"name": each, **GROUP}) for each in groups)]


def test_what_a_dynamic_block_refers_to_is_the_one_thing_it_can_be(tmp_path: Path) -> None:
    (nsg,) = _read(tmp_path, plan(*_dynamic_rule("web"))).nsgs.values()
    (term,) = nsg.rules[0].destinations.terms
    assert isinstance(term, Asg)
    assert term.id.name == "web"


def test_of_several_things_that_a_dynamic_block_can_mean_all_are_named(tmp_path: Path) -> None:
    (nsg,) = _read(tmp_path, plan(*_dynamic_rule("web", "app"))).nsgs.values()
    (term,) = nsg.rules[0].destinations.terms
    assert isinstance(term, Unresolved)
    assert "may be azurerm_application_security_group.web or azurerm_application_security_group.app" in term.reason


def test_a_nic_joins_a_group_with_its_ipv4_addresses_alone(tmp_path: Path) -> None:
    dual = nic("nic", {"subnet_id": ref("azurerm_subnet.web.id")}, address="10.0.1.4")
    (first,) = dual["values"]["ip_configuration"]
    second = {**first, "name": "second", "private_ip_address": "10.0.1.5"}
    six = {**first, "name": "six", "private_ip_address": "fd00::4", "private_ip_address_version": "IPv6"}
    dual["values"]["ip_configuration"] = [first, second, six]
    for part in ("unknown", "expressions"):
        dual[part]["ip_configuration"] *= 3
    group = resource("azurerm_application_security_group.web", {"name": "web", **GROUP})
    tied = association(
        "network_interface_application_security_group_association",
        "t",
        network_interface_id="azurerm_network_interface.nic",
        application_security_group_id="azurerm_application_security_group.web",
    )
    web = subnet("web", "10.0.1.0/24")
    web["values"]["address_prefixes"] = ["10.0.1.0/24", "fd00::/64"]
    net = network()
    net["values"]["address_space"] = ["10.0.0.0/16", "fd00::/48"]
    (made,) = _read(tmp_path, plan(net, web, group, dual, tied)).nics.values()
    assert [len(config.asgs) for config in made.ip_configurations] == [1, 1, 0]


def test_a_configuration_in_json_syntax_shows_its_text_beside_the_references(tmp_path: Path) -> None:
    """As Terraform prints a plan of ``main.tf.json``: a constant that is the template itself."""
    expression = {"constant_value": "${azurerm_subnet.web.id}", **ref("azurerm_subnet.web.id")}
    topology = _read(tmp_path, plan(network(), subnet("web", "10.0.1.0/24"), nic("nic", {"subnet_id": expression})))
    assert _subnet_of(topology, "nic").name == "web"


def test_a_pool_of_which_nobody_can_say_the_balancer_is_open_where_it_is_named(tmp_path: Path) -> None:
    """``for_each = {i = azurerm_lb.i.id, e = azurerm_lb.e.id}``: which of them a key has, the plan does not show."""
    balancers = [resource(f"azurerm_lb.{each}", {"name": each, "sku": "Standard", **GROUP}) for each in ("i", "e")]
    loop = {"for_each_expression": ref("azurerm_lb.i.id", "azurerm_lb.e.id")}
    pool = resource(
        'azurerm_lb_backend_address_pool.p["i"]',
        {"name": "pool"},
        {"loadbalancer_id": {"references": ["each.value"]}},
        index="i",
        loop=loop,
    )
    handed = resource(
        "azurerm_lb_rule.r",
        {"name": "r", "protocol": "Tcp", "frontend_port": 80, "backend_port": 80, "backend_address_pool_ids": [None]},
        {
            "loadbalancer_id": ref("azurerm_lb.i.id"),
            "backend_address_pool_ids": ref('azurerm_lb_backend_address_pool.p["i"].id'),
        },
        unknown={"id": True, "loadbalancer_id": True, "backend_address_pool_ids": [True]},
    )
    topology = _read(tmp_path, plan(*balancers, pool, handed))
    found = next(each for each in topology.load_balancers.values() if each.id.name == "i")
    (member,) = found.rules[0].pools
    assert isinstance(member, Unresolved)
    assert "azurerm_lb.i or azurerm_lb.e" in member.reason


def test_of_several_subnets_the_one_that_holds_the_address_is_meant(tmp_path: Path) -> None:
    """Azure gives a NIC no address from outside of its subnet (azure-docs "Private IP addresses")."""
    subnets = [
        {**subnet(f"s[{number}]", f"10.0.{number}.0/24"), "index": number, "loop": {"count_expression": {}}}
        for number in range(2)
    ]
    for mentioned in (["local.ids"], ["azurerm_subnet.s", "count.index"]):
        own = nic("n", {"subnet_id": {"references": mentioned}}, address="10.0.1.9")
        assert _subnet_of(_read(tmp_path, plan(network(), *subnets, own)), "n").name == "s[1]"


def test_an_address_says_more_than_the_index_of_a_count(tmp_path: Path) -> None:
    """``azurerm_subnet.s[1 - count.index]`` is listed like ``azurerm_subnet.s[count.index]``."""
    subnets = [{**subnet(f"s[{number}]", f"10.0.{number}.0/24"), "index": number} for number in range(2)]
    by_count = {"subnet_id": {"references": ["azurerm_subnet.s", "count.index"]}}
    nics = [
        nic(f"n[{index}]", by_count, address=f"10.0.{1 - index}.9", index=index, called=f"n{index}")
        for index in range(2)
    ]
    topology = _read(tmp_path, plan(network(), *subnets, *nics))
    assert [_subnet_of(topology, f"n{index}").name for index in range(2)] == ["s[1]", "s[0]"]


@pytest.mark.parametrize(("many", "said"), [(1, ["azurerm_network_interface.n[0]"]), (2, [])])
def test_an_index_that_may_be_shifted_is_said(tmp_path: Path, many: int, said: list[str]) -> None:
    """``azurerm_subnet.s[count.index + 1]`` is listed like ``azurerm_subnet.s[count.index]``."""
    subnets = [{**subnet(f"s[{number}]", f"10.0.{number}.0/24"), "index": number} for number in range(2)]
    by_count = {"subnet_id": {"references": ["azurerm_subnet.s", "count.index"]}}
    nics = [nic(f"n[{index}]", by_count, index=index, called=f"n{index}") for index in range(many)]
    topology = _read(tmp_path, plan(network(), *subnets, *nics))
    assert _subnet_of(topology, "n0").name == "s[0]"
    assert [(each.name, each.property) for each in topology.notes.ignored] == [(name, "subnet_id") for name in said]


@pytest.mark.parametrize(
    ("address", "prefix", "mentioned"),
    [
        ("10.0.9.9", "10.0.2.0/24", "local.ids"),
        ("10.0.1.9", "10.0.1.0/24", "local.ids"),
        ("10.0.1.9", "10.0.2.0/24", "var.subnet_id"),
        ("not an address", "10.0.2.0/24", "local.ids"),
    ],
)
def test_an_address_in_none_or_two_subnets_or_outside_of_the_plan_says_nothing(
    tmp_path: Path, address: str, prefix: str, mentioned: str
) -> None:
    other = [network("far", "10.0.0.0/16"), subnet("b", prefix, "far")]
    own = nic("n", {"subnet_id": {"references": [mentioned]}}, address=address)
    value = plan(network(), subnet("a", "10.0.1.0/24"), *other, own)
    if address == "not an address":
        with pytest.raises(TopologyErrors):
            _read(tmp_path, value)
    else:
        assert isinstance(_subnet_of(_read(tmp_path, value), "n"), Unresolved)


def _peering(target: Json) -> Json:
    values = {"name": "to-hub", "virtual_network_name": "spoke", **GROUP}
    return resource("azurerm_virtual_network_peering.p", values, {"remote_virtual_network_id": target})


def test_a_network_is_not_peered_with_itself(tmp_path: Path) -> None:
    """A plan shows no locals; of the two networks that one may mean, the peering's own is none."""
    local = {"references": ["local.pairs.hub.id", "local.pairs.hub", "local.pairs"]}
    networks = [network("hub"), network("spoke", "10.1.0.0/16")]
    (found,) = _read(tmp_path, plan(*networks, _peering(local))).peerings.values()
    assert isinstance(found.remote_vnet, ResourceId)
    assert found.remote_vnet.name == "hub"
    (found,) = _read(tmp_path, plan(*networks, network("third", "10.2.0.0/16"), _peering(local))).peerings.values()
    assert isinstance(found.remote_vnet, Unresolved)
    assert "azurerm_virtual_network.third" in found.remote_vnet.reason


def test_a_peering_by_a_variable_may_lead_out_of_the_plan(tmp_path: Path) -> None:
    networks = [network("hub"), network("spoke", "10.1.0.0/16")]
    (found,) = _read(tmp_path, plan(*networks, _peering({"references": ["var.hub_id"]}))).peerings.values()
    assert isinstance(found.remote_vnet, Unresolved)
    assert "var.hub_id" in found.remote_vnet.reason


def test_a_deployment_is_of_configurations_of_its_access(tmp_path: Path) -> None:
    """``for_each = {SecurityAdmin = ….id, Connectivity = ….id}``: the access says which of the two it is."""
    manager = resource(
        "azurerm_network_manager.m", {"name": "m", "scope": [{"subscription_ids": ["/subscriptions/s"]}], **GROUP}
    )
    kinds = {"security_admin": "SecurityAdmin", "connectivity": "Connectivity"}
    made = [
        resource(
            f"azurerm_network_manager_{kind}_configuration.c",
            {"name": kind},
            {"network_manager_id": ref("azurerm_network_manager.m.id")},
        )
        for kind in kinds
    ]
    loop = {"for_each_expression": ref(*(f"azurerm_network_manager_{kind}_configuration.c.id" for kind in kinds))}
    deployed = resource(
        'azurerm_network_manager_deployment.d["SecurityAdmin"]',
        {"location": "westeurope", "scope_access": "SecurityAdmin", "configuration_ids": [None]},
        {"configuration_ids": {"references": ["each.value"]}},
        unknown={"id": True, "configuration_ids": [True]},
        index="SecurityAdmin",
        loop=loop,
    )
    (found,) = _read(tmp_path, plan(manager, *made, deployed)).facts.network_manager_deployments
    assert [each.name for each in found.configurations] == ["security_admin"]


def _dynamic_nic(address: str, name: str) -> Json:
    """A NIC whose ip configuration a ``dynamic`` block makes."""
    block = {"name": "c", "private_ip_address_allocation": "Dynamic"}
    unknown = {"id": True, "ip_configuration": [{"subnet_id": True, "private_ip_address": True}]}
    return resource(address, {**GROUP, "name": name, "ip_configuration": [block]}, unknown=unknown)


def _spoke(key: str) -> list[Json]:
    """A network, a subnet and a NIC of which a plan shows too little, in one instance of a module."""
    at = f'module.spoke["{key}"].azurerm_'
    held = {**GROUP, "name": "web", "virtual_network_name": "vnet", "address_prefixes": ["10.0.1.0/24"]}
    return [
        resource(f"{at}virtual_network.vnet", {**GROUP, "name": "vnet", "address_space": ["10.0.0.0/16"]}),
        resource(f"{at}subnet.web", {**held, "resource_group_name": key}),
        _dynamic_nic(f"{at}network_interface.nic", f"nic-{key}"),
    ]


def test_what_a_dynamic_block_mentions_its_own_module_sees(tmp_path: Path) -> None:
    inner = module([*_spoke("a")])
    spokes = [each for key in ("a", "b") for each in _spoke(key)]
    topology = _read(tmp_path, plan(*spokes, calls={"spoke": call(inner, **_SPOKES)}))
    assert [_subnet_of(topology, f"nic-{key}").resource_group for key in ("a", "b")] == ["a", "b"]


def test_a_variable_leads_what_a_dynamic_block_mentions_to_another_module(tmp_path: Path) -> None:
    """The NIC's module has no subnet of its own; of two in the plan one is given to it."""
    own = _dynamic_nic("module.nic.azurerm_network_interface.nic", "nic")
    subnets = [subnet("web", "10.0.1.0/24"), subnet("app", "10.0.2.0/24")]
    inputs = {"subnet": ref("azurerm_subnet.app.id"), "name": {"references": ["var.name"]}}
    topology = _read(tmp_path, plan(network(), *subnets, own, calls={"nic": call(module([own]), inputs)}))
    assert _subnet_of(topology, "nic").name == "app"


def test_a_local_in_a_call_may_lead_anywhere(tmp_path: Path) -> None:
    own = _dynamic_nic("module.nic.azurerm_network_interface.nic", "nic")
    subnets = [subnet("web", "10.0.1.0/24"), subnet("app", "10.0.2.0/24")]
    inputs = {"subnet": ref("azurerm_subnet.app.id"), "more": {"references": ["local.more"]}}
    topology = _read(tmp_path, plan(network(), *subnets, own, calls={"nic": call(module([own]), inputs)}))
    assert isinstance(_subnet_of(topology, "nic"), Unresolved)


@pytest.mark.parametrize(("named", "address", "expected"), [
    ("azurerm_network_interface.nva.private_ip_address", "10.0.1.9", "10.0.1.9"),
    ("azurerm_network_interface.nva.ip_configuration[0].private_ip_address", "10.0.1.9", "10.0.1.9"),
    ("azurerm_network_interface.nva.private_ip_address", "", "10.0.1.4"),
    ("azurerm_linux_virtual_machine.nva.private_ip_address", "10.0.1.9", "10.0.1.9"),
    ("azurerm_linux_virtual_machine.nva.private_ip_address", "", "10.0.1.4"),
])  # fmt: skip
def test_a_route_leads_to_the_address_that_a_network_interface_says_or_is_given(
    tmp_path: Path, named: str, address: str, expected: str
) -> None:
    """A plan never knows ``private_ip_address`` as a whole, even where the block in it is static."""
    own = nic("nva", {"subnet_id": ref("azurerm_subnet.web.id")}, address=address)
    ids = {"network_interface_ids": ref("azurerm_network_interface.nva.id")}
    machine = resource("azurerm_linux_virtual_machine.nva", {"name": "nva", **GROUP}, ids)
    all_else = {"name": "all", "address_prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance"}
    of_table = {**all_else, "route_table_name": "rt", "resource_group_name": GROUP["resource_group_name"]}
    inside = [
        resource("module.spoke.azurerm_route_table.rt", {"name": "rt", **GROUP}),
        resource("module.spoke.azurerm_route.all", of_table, {"next_hop_in_ip_address": ref("var.nva")}),
    ]
    calls = {"spoke": call(module(inside), {"nva": ref(named)})}
    topology = _read(tmp_path, plan(network(), subnet("web", "10.0.1.0/24"), own, machine, *inside, calls=calls))
    (found,) = (each for table in topology.route_tables.values() for each in table.routes)
    assert str(found.next_hop_ip) == expected


def test_a_sensitive_address_is_not_taken_from_the_block_that_says_it(tmp_path: Path) -> None:
    own = nic("nva", {"subnet_id": ref("azurerm_subnet.web.id")}, address="10.0.1.9")
    own["sensitive"] = {"ip_configuration": [{"private_ip_address": True}]}
    table = resource("azurerm_route_table.rt", {"name": "rt", **GROUP})
    held = {"name": "all", "address_prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance", "route_table_name": "rt"}
    group = GROUP["resource_group_name"]
    hop = {"next_hop_in_ip_address": ref("azurerm_network_interface.nva.private_ip_address")}
    route = resource("azurerm_route.all", {**held, "resource_group_name": group}, hop)
    topology = _read(tmp_path, plan(network(), subnet("web", "10.0.1.0/24"), own, table, route))
    (found,) = (each for table in topology.route_tables.values() for each in table.routes)
    assert isinstance(found.next_hop_ip, Unresolved)
