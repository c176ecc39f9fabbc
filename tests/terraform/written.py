"""The plans and states of this directory, as Python: a resource is said once and stands where the format wants it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["FILES", "Json", "block", "call", "module", "plan", "ref", "resource", "text_of"]

Json = dict[str, Any]

GROUP = {"resource_group_name": "rg-net", "location": "westeurope"}


def ref(*names: str) -> Json:
    """An expression that mentions these things, listed as Terraform lists them: each from its longest form down."""
    references: list[str] = []
    for name in names:
        references.append(name)
        parts = name.split(".")
        least = 3 if parts[0] == "data" else 2
        references += [".".join(parts[:end]) for end in range(len(parts) - 1, least - 1, -1)]
    return {"references": references}


def resource(
    address: str,
    values: Json,
    refs: Json | None = None,
    *,
    unknown: Json | None = None,
    sensitive: Json | None = None,
    actions: tuple[str, ...] = ("create",),
    before: Json | None = None,
    index: int | str | None = None,
    loop: Json | None = None,
) -> Json:
    """One instance. ``refs`` are expressions of what is unknown; ``unknown`` what is, where that is in a block."""
    expressions = refs or {}
    marks = {"id": True, **{name: True for name in expressions if name not in values}} if unknown is None else unknown
    return {
        "address": address,
        "values": values,
        "expressions": expressions,
        "unknown": marks,
        "sensitive": sensitive or {},
        "actions": list(actions),
        "before": before,
        "index": index,
        "loop": loop or {},
    }


def _parts(address: str) -> tuple[str, str, str, str]:
    """Module address, mode, type and name of an address without keys that hold dots."""
    bare = address.split(".")
    at = 0
    while bare[at] == "module":
        at += 2
    mode = "data" if bare[at] == "data" else "managed"
    at += mode == "data"
    return ".".join(bare[: at - (mode == "data")]), mode, bare[at], bare[at + 1].split("[")[0]


def _value(each: Json) -> Json:
    _, mode, type, name = _parts(each["address"])
    found = {"address": each["address"], "mode": mode, "type": type, "name": name, "values": each["values"]}
    return found if each["index"] is None else {**found, "index": each["index"]}


def _change(each: Json) -> Json:
    change = {
        "actions": each["actions"],
        "before": each["before"],
        "after": None if each["actions"] == ["delete"] else each["values"],
        "after_unknown": each["unknown"],
        "after_sensitive": each["sensitive"],
    }
    module, mode, type, name = _parts(each["address"])
    base = {"address": each["address"], "mode": mode, "type": type, "name": name, "change": change}
    return {**base, "module_address": module} if module else base


def _block(each: Json) -> Json:
    _, mode, type, name = _parts(each["address"])
    address = f"data.{type}.{name}" if mode == "data" else f"{type}.{name}"
    return {
        "address": address,
        "mode": mode,
        "type": type,
        "name": name,
        "expressions": each["expressions"],
        **each["loop"],
    }


def block(values: Json, refs: Json) -> tuple[Json, Json, Json]:
    """A nested block: its values, what is unknown of it, and its expressions."""
    constants = {name: {"constant_value": value} for name, value in values.items()}
    return values, dict.fromkeys(refs, True), {**constants, **refs}


def module(resources: list[Json], *, outputs: Json | None = None, variables: Json | None = None) -> Json:
    """What a module declares; its instances stand in the plan under their whole addresses."""
    blocks = {_block(each)["address"]: _block(each) for each in resources}
    found = {name: {"expression": expression} for name, expression in (outputs or {}).items()}
    return {"resources": list(blocks.values()), "outputs": found, "variables": variables or {}}


def call(inner: Json, inputs: Json | None = None, **more: Any) -> Json:
    """A call of a module."""
    return {"source": "./module", "expressions": inputs or {}, "module": inner, **more}


def plan(*resources: Json, calls: Json | None = None, variables: Json | None = None, **more: Any) -> Json:
    """A plan. Instances in modules are told by their address; ``calls`` is the configuration of the modules."""
    own = [each for each in resources if not each["address"].startswith("module.")]
    there = [each for each in resources if each["actions"] not in (["delete"], ["forget"])]
    children: dict[str, list[Json]] = {}
    for each in there:
        children.setdefault(_parts(each["address"])[0], []).append(_value(each))
    root: Json = {"resources": children.pop("", [])}
    root["child_modules"] = [{"address": address, "resources": held} for address, held in children.items()]
    found: Json = {
        "format_version": "1.2",
        "terraform_version": "1.9.4",
        "planned_values": {"root_module": root},
        "resource_changes": [_change(each) for each in resources],
        "configuration": {"root_module": {**module(own), "module_calls": calls or {}}},
        "variables": {name: {"value": value} for name, value in (variables or {}).items()},
    }
    return {**found, **more}


def network(name: str = "vnet", space: str = "10.0.0.0/16") -> Json:
    return resource(f"azurerm_virtual_network.{name}", {"name": name, "address_space": [space], **GROUP})


def subnet(name: str, prefix: str, vnet: str = "vnet") -> Json:
    values = {"name": name, "address_prefixes": [prefix], "virtual_network_name": vnet, "resource_group_name": "rg-net"}
    return resource(f"azurerm_subnet.{name}", values)


def nic(name: str, refs: Json, *, address: str = "", index: int | str | None = None, **values: Any) -> Json:
    held: Json = {"name": "ip", "private_ip_address_allocation": "Dynamic"}
    if address:
        held |= {"private_ip_address_allocation": "Static", "private_ip_address": address}
    value, unknown, expressions = block(held, refs)
    marks = {
        "id": True,
        "private_ip_address": True,
        "ip_configuration": [unknown | ({} if address else {"private_ip_address": True})],
    }
    bare = name.split("[")[0]
    return resource(
        f"azurerm_network_interface.{name}",
        {"name": values.pop("called", bare), "ip_configuration": [value], **GROUP, **values},
        {"ip_configuration": [expressions]},
        unknown=marks,
        index=index,
    )


def machine(name: str, *nics: str, kind: str = "azurerm_linux_virtual_machine") -> Json:
    return resource(
        f"{kind}.{name}", {"name": name, **GROUP}, {"network_interface_ids": ref(*(f"{n}.id" for n in nics))}
    )


def rule(address: str, priority: int, refs: Json | None = None, **values: Any) -> Json:
    base = {
        "name": address.split(".")[-1],
        "priority": priority,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "source_port_range": "*",
        "destination_port_range": "22",
        "source_address_prefix": "*",
        "destination_address_prefix": "*",
        "resource_group_name": "rg-net",
        "network_security_group_name": "nsg",
        "source_port_ranges": None,
    }
    return resource(address, {**base, **values}, refs or {})


def association(type: str, name: str, **refs: str) -> Json:
    return resource(f"azurerm_{type}.{name}", {}, {field: ref(f"{target}.id") for field, target in refs.items()})


_INLINE_RULE = {
    "name": "web",
    "priority": 200,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "source_port_range": "*",
    "destination_port_range": "",
    "destination_port_ranges": ["80", "443"],
    "source_address_prefix": "",
    "source_address_prefixes": ["10.0.0.0/16", "192.0.2.0/24"],
    "destination_address_prefix": "*",
    "source_application_security_group_ids": [],
}


def services() -> Json:
    """Every type that is read, created in one go."""
    inline = {"name": "inline", "address_prefixes": ["10.1.1.0/24"], "security_group": None}
    spoke = network("spoke", "10.1.0.0/16")
    spoke["values"]["subnet"] = [inline]
    spoke["unknown"] = {"id": True, "subnet": [{"id": True, "security_group": True}]}
    spoke["expressions"] = {
        "subnet": [
            {"name": {"constant_value": "inline"}, "security_group": ref("azurerm_network_security_group.nsg.id")}
        ]
    }
    frontend, open, said = block({"name": "front"}, {"subnet_id": ref("azurerm_subnet.web.id")})
    fw, fw_open, fw_said = block(
        {"name": "c"},
        {
            "subnet_id": ref("azurerm_subnet.AzureFirewallSubnet.id"),
            "public_ip_address_id": ref("azurerm_public_ip.pip.id"),
        },
    )
    staff = {"name": "staff", "address_prefixes": ["172.20.4.0/24"], "policy_group_names": ["staff"]}
    clients = {"address_space": ["172.20.0.0/24"], "virtual_network_gateway_client_connection": [staff]}
    gw, gw_open, gw_said = block(
        {"name": "c"},
        {"subnet_id": ref("azurerm_subnet.GatewaySubnet.id"), "public_ip_address_id": ref("azurerm_public_ip.pip.id")},
    )
    pe, pe_open, pe_said = block(
        {"name": "c", "is_manual_connection": False},
        {"private_connection_resource_id": ref("azurerm_storage_account.data.id")},
    )
    return plan(
        resource("azurerm_resource_group.rg", {"name": "rg-net", "location": "westeurope"}),
        network(),
        spoke,
        *(
            subnet(*each)
            for each in (
                ("web", "10.0.1.0/24"),
                ("data", "10.0.2.0/24"),
                ("GatewaySubnet", "10.0.3.0/24"),
                ("AzureFirewallSubnet", "10.0.4.0/24"),
            )
        ),
        resource("azurerm_network_security_group.nsg", {"name": "nsg", "security_rule": [_INLINE_RULE], **GROUP}),
        rule("azurerm_network_security_rule.ssh", 100),
        rule(
            "azurerm_network_security_rule.asg",
            110,
            {"source_application_security_group_ids": ref("azurerm_application_security_group.asg.id")},
            source_address_prefix=None,
            destination_port_range="8080",
        ),
        resource("azurerm_application_security_group.asg", {"name": "asg", **GROUP}),
        association(
            "subnet_network_security_group_association",
            "web",
            subnet_id="azurerm_subnet.web",
            network_security_group_id="azurerm_network_security_group.nsg",
        ),
        resource(
            "azurerm_route_table.rt",
            {
                "name": "rt",
                "bgp_route_propagation_enabled": False,
                "route": [
                    {
                        "name": "local",
                        "address_prefix": "10.0.0.0/16",
                        "next_hop_type": "VnetLocal",
                        "next_hop_in_ip_address": "",
                    }
                ],
                **GROUP,
            },
        ),
        resource(
            "azurerm_route.out",
            {
                "name": "out",
                "address_prefix": "0.0.0.0/0",
                "next_hop_type": "VirtualAppliance",
                "route_table_name": "rt",
                "resource_group_name": "rg-net",
            },
            {"next_hop_in_ip_address": ref("azurerm_firewall.fw.ip_configuration[0].private_ip_address")},
        ),
        association(
            "subnet_route_table_association",
            "web",
            subnet_id="azurerm_subnet.web",
            route_table_id="azurerm_route_table.rt",
        ),
        nic(
            "web",
            {"subnet_id": ref("azurerm_subnet.web.id"), "public_ip_address_id": ref("azurerm_public_ip.pip.id")},
            ip_forwarding_enabled=True,
        ),
        nic("data", {"subnet_id": ref("azurerm_subnet.data.id")}, address="10.0.2.10"),
        nic("old", {"subnet_id": ref("azurerm_subnet.data.id")}, enable_ip_forwarding=True),
        association(
            "network_interface_security_group_association",
            "data",
            network_interface_id="azurerm_network_interface.data",
            network_security_group_id="azurerm_network_security_group.nsg",
        ),
        association(
            "network_interface_application_security_group_association",
            "web",
            network_interface_id="azurerm_network_interface.web",
            application_security_group_id="azurerm_application_security_group.asg",
        ),
        machine("web", "azurerm_network_interface.web"),
        machine("data", "azurerm_network_interface.data", kind="azurerm_windows_virtual_machine"),
        resource(
            "azurerm_virtual_machine.old",
            {"name": "old", **GROUP},
            {
                "network_interface_ids": ref("azurerm_network_interface.old.id"),
                "primary_network_interface_id": ref("azurerm_network_interface.old.id"),
            },
        ),
        resource("azurerm_linux_virtual_machine_scale_set.set", {"name": "set", **GROUP}),
        resource(
            "azurerm_virtual_network_peering.out",
            {
                "name": "out",
                "virtual_network_name": "vnet",
                "resource_group_name": "rg-net",
                "allow_forwarded_traffic": True,
            },
            {"remote_virtual_network_id": ref("azurerm_virtual_network.spoke.id")},
        ),
        resource(
            "azurerm_virtual_network_peering.back",
            {"name": "back", "virtual_network_name": "spoke", "resource_group_name": "rg-net"},
            {"remote_virtual_network_id": ref("azurerm_virtual_network.vnet.id")},
        ),
        resource(
            "azurerm_public_ip.pip",
            {"name": "pip", "sku": "Standard", "allocation_method": "Static", **GROUP},
            unknown={"id": True, "ip_address": True},
        ),
        resource("azurerm_nat_gateway.nat", {"name": "nat", **GROUP}),
        association(
            "nat_gateway_public_ip_association",
            "nat",
            nat_gateway_id="azurerm_nat_gateway.nat",
            public_ip_address_id="azurerm_public_ip.pip",
        ),
        association(
            "subnet_nat_gateway_association",
            "data",
            subnet_id="azurerm_subnet.data",
            nat_gateway_id="azurerm_nat_gateway.nat",
        ),
        resource("azurerm_storage_account.data", {"name": "data", **GROUP}),
        resource(
            "azurerm_private_endpoint.pe",
            {"name": "pe", "private_service_connection": [pe], **GROUP},
            {"subnet_id": ref("azurerm_subnet.data.id"), "private_service_connection": [pe_said]},
            unknown={"id": True, "subnet_id": True, "private_service_connection": [pe_open], "network_interface": True},
        ),
        resource(
            "azurerm_lb.lb",
            {"name": "lb", "sku": "Standard", "frontend_ip_configuration": [frontend], **GROUP},
            {"frontend_ip_configuration": [said]},
            unknown={"id": True, "frontend_ip_configuration": [{**open, "private_ip_address": True}]},
        ),
        resource(
            "azurerm_lb_backend_address_pool.pool", {"name": "pool"}, {"loadbalancer_id": ref("azurerm_lb.lb.id")}
        ),
        resource(
            "azurerm_lb_rule.rule",
            {
                "name": "rule",
                "frontend_port": 80,
                "backend_port": 8080,
                "protocol": "Tcp",
                "frontend_ip_configuration_name": "front",
                "floating_ip_enabled": True,
                "disable_outbound_snat": True,
            },
            {
                "loadbalancer_id": ref("azurerm_lb.lb.id"),
                "backend_address_pool_ids": ref("azurerm_lb_backend_address_pool.pool.id"),
                "probe_id": ref("azurerm_lb_probe.probe.id"),
            },
        ),
        resource(
            "azurerm_lb_probe.probe",
            {"name": "probe", "port": 8080, "protocol": "Tcp"},
            {"loadbalancer_id": ref("azurerm_lb.lb.id")},
        ),
        resource(
            "azurerm_lb_nat_rule.ssh",
            {
                "name": "ssh",
                "frontend_port": 2222,
                "backend_port": 22,
                "protocol": "Tcp",
                "frontend_ip_configuration_name": "front",
            },
            {"loadbalancer_id": ref("azurerm_lb.lb.id")},
        ),
        resource(
            "azurerm_network_interface_nat_rule_association.web",
            {"ip_configuration_name": "ip"},
            {
                "network_interface_id": ref("azurerm_network_interface.web.id"),
                "nat_rule_id": ref("azurerm_lb_nat_rule.ssh.id"),
            },
        ),
        resource(
            "azurerm_lb_backend_address_pool_address.other",
            {"name": "other", "ip_address": "10.0.1.200"},
            {"backend_address_pool_id": ref("azurerm_lb_backend_address_pool.pool.id")},
        ),
        resource(
            "azurerm_lb_outbound_rule.out",
            {"name": "out", "frontend_ip_configuration": [{"name": "front"}]},
            {
                "loadbalancer_id": ref("azurerm_lb.lb.id"),
                "backend_address_pool_id": ref("azurerm_lb_backend_address_pool.pool.id"),
            },
        ),
        resource(
            "azurerm_network_interface_backend_address_pool_association.web",
            {"ip_configuration_name": "ip"},
            {
                "network_interface_id": ref("azurerm_network_interface.web.id"),
                "backend_address_pool_id": ref("azurerm_lb_backend_address_pool.pool.id"),
            },
        ),
        resource(
            "azurerm_firewall.fw",
            {"name": "fw", "ip_configuration": [fw], **GROUP},
            {"ip_configuration": [fw_said]},
            unknown={"id": True, "ip_configuration": [{**fw_open, "private_ip_address": True}]},
        ),
        resource(
            "azurerm_virtual_network_gateway.gw",
            {"name": "gw", "type": "Vpn", "ip_configuration": [gw], "vpn_client_configuration": [clients], **GROUP},
            {"ip_configuration": [gw_said]},
            unknown={"id": True, "ip_configuration": [gw_open]},
        ),
        resource(
            "azurerm_local_network_gateway.site",
            {"name": "site", "gateway_address": "198.51.100.1", "address_space": ["192.168.0.0/16"], **GROUP},
        ),
        resource(
            "azurerm_virtual_network_gateway_connection.site",
            {"name": "to-site", "type": "IPsec", **GROUP},
            {
                "virtual_network_gateway_id": ref("azurerm_virtual_network_gateway.gw.id"),
                "local_network_gateway_id": ref("azurerm_local_network_gateway.site.id"),
            },
        ),
        resource("azurerm_network_watcher.nw", {"name": "nw", **GROUP}),
        resource("random_string.suffix", {"length": 4}),
    )


def loops() -> Json:
    """Modules, count, for_each; the last three NICs stay open or join by the key of a variable."""
    subnets = [
        resource(
            f'module.net.azurerm_subnet.all["{name}"]',
            {
                "name": f"snet-{name}",
                "address_prefixes": [f"10.0.{number}.0/24"],
                "virtual_network_name": "vnet",
                "resource_group_name": "rg-net",
            },
            index=name,
            loop={"for_each_expression": {"references": ["var.subnets"]}},
        )
        for number, name in enumerate(("app", "db"), 1)
    ]
    vnet = resource(
        "module.net.azurerm_virtual_network.vnet", {"name": "vnet", "address_space": ["10.0.0.0/16"], **GROUP}
    )
    inner_nics = [
        {
            **nic(
                f"nic[{number}]", {"subnet_id": {"references": ["var.subnet_id"]}}, index=number, called=f"nic-{number}"
            )
        }
        for number in range(2)
    ]
    for each in inner_nics:
        each["address"] = f"module.vm.{each['address']}"
        each["loop"] = {"count_expression": {"constant_value": 2}}
    machines = [
        resource(
            f"module.vm.azurerm_linux_virtual_machine.vm[{number}]",
            {"name": f"vm-{number}", **GROUP},
            {"network_interface_ids": {"references": ["azurerm_network_interface.nic", "count.index"]}},
            index=number,
            loop={"count_expression": {"constant_value": 2}},
        )
        for number in range(2)
    ]
    by_key = [
        {
            **nic(
                f'each["{name}"]',
                {"subnet_id": {"references": ["module.net.subnet_ids", "module.net", "each.key"]}},
                index=name,
                called=f"each-{name}",
            ),
            "loop": {"for_each_expression": {"constant_value": ["app", "db"]}},
        }
        for name in ("app", "db")
    ]
    by_value = {
        **nic(
            'value["x"]',
            {"subnet_id": {"references": ["module.net.subnet_ids", "module.net", "each.value.subnet", "each.value"]}},
            index="x",
            called="value-x",
        ),
        "loop": {"for_each_expression": {"references": ["var.nics"]}},
    }
    return plan(
        vnet,
        *subnets,
        *inner_nics,
        *machines,
        *by_key,
        by_value,
        nic("either", {"subnet_id": {"references": ["var.flag", "module.net.subnet_ids", "module.net"]}}),
        nic("local", {"subnet_id": {"references": ["local.subnet_id"]}}),
        calls={
            "net": call(module([vnet, *subnets], outputs={"subnet_ids": {"references": ["azurerm_subnet.all"]}})),
            "vm": call(
                module([*inner_nics, *machines], variables={"subnet_id": {}}),
                {"subnet_id": {"references": ['module.net.subnet_ids["db"]', "module.net.subnet_ids", "module.net"]}},
            ),
        },
        variables={"nics": {"x": {"subnet": "app"}}, "flag": True},
    )


_ID = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-net/providers/Microsoft.Network"


def _known(kind: str, name: str) -> str:
    return f"{_ID}/{kind}/{name}"


def changes() -> Json:
    """A network that exists; the NSG of a subnet changes, a rule and a NIC go, a machine is replaced."""
    vnet = {**network(), "actions": ["update"], "unknown": {}}
    vnet["values"] = {
        **vnet["values"],
        "id": _known("virtualNetworks", "vnet"),
        "subnet": [
            {
                "name": name,
                "address_prefixes": [prefix],
                "id": _known("virtualNetworks", f"vnet/subnets/{name}"),
                "security_group": "",
            }
            for name, prefix in (("web", "10.0.1.0/24"), ("gone", "10.0.7.0/24"), ("by-hand", "10.0.8.0/24"))
        ],
    }
    web = {**subnet("web", "10.0.1.0/24"), "actions": ["no-op"], "unknown": {}}
    web["values"] = {**web["values"], "id": _known("virtualNetworks", "vnet/subnets/web")}
    gone = {**subnet("gone", "10.0.7.0/24"), "actions": ["delete"]}
    gone["before"] = {"id": _known("virtualNetworks", "vnet/subnets/gone"), "name": "gone"}
    old_rule = {**_INLINE_RULE, "name": "old", "priority": 300}
    nsg = resource(
        "azurerm_network_security_group.nsg",
        {
            "id": _known("networkSecurityGroups", "nsg"),
            "name": "nsg",
            "security_rule": [_INLINE_RULE, old_rule],
            **GROUP,
        },
        unknown={},
        actions=("no-op",),
    )
    removed = {**rule("azurerm_network_security_rule.old", 300), "actions": ["delete"]}
    removed["before"] = {"id": _known("networkSecurityGroups", "nsg/securityRules/old")}
    updated = {
        **rule("azurerm_network_security_rule.web", 200, access="Deny", name="web"),
        "actions": ["update"],
        "unknown": {},
    }
    updated["values"] = {**updated["values"], "id": _known("networkSecurityGroups", "nsg/securityRules/web")}
    kept = resource(
        "azurerm_network_interface.kept",
        {
            "id": _known("networkInterfaces", "kept"),
            "name": "kept",
            "ip_configuration": [
                {
                    "name": "ip",
                    "private_ip_address": "10.0.1.20",
                    "private_ip_address_allocation": "Dynamic",
                    "subnet_id": _known("virtualNetworks", "vnet/subnets/web"),
                }
            ],
            **GROUP,
        },
        unknown={},
        actions=("no-op",),
    )
    lost = resource(
        "azurerm_network_interface.lost", {}, actions=("delete",), before={"id": _known("networkInterfaces", "lost")}
    )
    vm = machine("vm", "azurerm_network_interface.kept")
    vm["values"] = {
        **vm["values"],
        "network_interface_ids": [_known("networkInterfaces", "kept"), _known("networkInterfaces", "lost")],
    }
    vm |= {"actions": ["delete", "create"], "unknown": {"id": True}, "before": {"id": "/subscriptions/x/vm"}}
    tied = resource(
        "azurerm_subnet_network_security_group_association.web",
        {
            "subnet_id": _known("virtualNetworks", "vnet/subnets/web"),
            "network_security_group_id": _known("networkSecurityGroups", "nsg"),
        },
    )
    forgotten = resource(
        "azurerm_public_ip.forgotten",
        {},
        actions=("forget",),
        before={"id": _known("publicIPAddresses", "forgotten"), "name": "forgotten", "ip_address": "20.1.2.3", **GROUP},
    )
    made = plan(vnet, web, gone, nsg, removed, updated, kept, lost, vm, tied, forgotten)
    deposed = _change(
        resource(
            "azurerm_linux_virtual_machine.vm",
            {},
            actions=("delete",),
            before={"id": _known("virtualNetworks", "vnet")},
        )
    )
    made["resource_changes"].append({**deposed, "deposed": "0a1b2c3d"})
    return made


def sensitive() -> Json:
    """The source of a rule, and the name of a NIC, come from variables that are marked as sensitive."""
    secret = rule("azurerm_network_security_rule.secret", 100, source_address_prefix="203.0.113.77")
    secret["sensitive"] = {"source_address_prefix": True}
    hidden = nic("hidden", {"subnet_id": ref("azurerm_subnet.web.id")}, called="swordfish")
    hidden["sensitive"] = {"name": True}
    return plan(
        network(),
        subnet("web", "10.0.1.0/24"),
        resource("azurerm_network_security_group.nsg", {"name": "nsg", "security_rule": [], **GROUP}),
        secret,
        association(
            "subnet_network_security_group_association",
            "web",
            subnet_id="azurerm_subnet.web",
            network_security_group_id="azurerm_network_security_group.nsg",
        ),
        hidden,
        machine("vm", "azurerm_network_interface.hidden"),
    )


def managers() -> Json:
    """A network manager: a group, a mesh, a hub and spoke, an admin rule, and what puts two of them in force."""
    manager = "azurerm_network_manager"
    group = f"{manager}_network_group.all"
    mesh, admin = f"{manager}_connectivity_configuration.mesh", f"{manager}_security_admin_configuration.admin"
    applies, open, said = block({"group_connectivity": "None"}, {"network_group_id": ref(f"{group}.id")})
    hub, hub_open, hub_said = block(
        {"resource_type": "Microsoft.Network/virtualNetworks"},
        {"resource_id": ref("azurerm_virtual_network.one.id")},
    )
    return plan(
        network("one", "10.0.0.0/16"),
        subnet("web", "10.0.1.0/24", "one"),
        network("two", "10.1.0.0/16"),
        nic("web", {"subnet_id": ref("azurerm_subnet.web.id")}),
        machine("vm", "azurerm_network_interface.web"),
        resource(
            f"{manager}.nm",
            {
                "name": "nm",
                "scope_accesses": ["Connectivity", "SecurityAdmin"],
                "scope": [
                    {
                        "subscription_ids": ["/subscriptions/00000000-0000-0000-0000-000000000000"],
                        "management_group_ids": None,
                    }
                ],
                **GROUP,
            },
        ),
        resource(group, {"name": "all"}, {"network_manager_id": ref(f"{manager}.nm.id")}),
        *(
            resource(
                f"{manager}_static_member.{name}",
                {"name": name},
                {
                    "network_group_id": ref(f"{group}.id"),
                    "target_virtual_network_id": ref(f"azurerm_virtual_network.{name}.id"),
                },
            )
            for name in ("one", "two")
        ),
        resource(
            mesh,
            {"name": "mesh", "connectivity_topology": "Mesh", "applies_to_group": [applies]},
            {"network_manager_id": ref(f"{manager}.nm.id"), "applies_to_group": [said]},
            unknown={"id": True, "network_manager_id": True, "applies_to_group": [open]},
        ),
        resource(
            f"{manager}_connectivity_configuration.wheel",
            {
                "name": "wheel",
                "connectivity_topology": "HubAndSpoke",
                "applies_to_group": [{**applies, "use_hub_gateway": True}],
                "hub": [hub],
            },
            {"network_manager_id": ref(f"{manager}.nm.id"), "applies_to_group": [said], "hub": [hub_said]},
            unknown={"id": True, "network_manager_id": True, "applies_to_group": [open], "hub": [hub_open]},
        ),
        resource(admin, {"name": "admin"}, {"network_manager_id": ref(f"{manager}.nm.id")}),
        resource(
            f"{manager}_admin_rule_collection.c",
            {"name": "c"},
            {"security_admin_configuration_id": ref(f"{admin}.id"), "network_group_ids": ref(f"{group}.id")},
        ),
        resource(
            f"{manager}_admin_rule.ssh",
            {
                "name": "ssh",
                "action": "Deny",
                "direction": "Inbound",
                "priority": 1,
                "protocol": "Tcp",
                "source_port_ranges": ["0-65535"],
                "destination_port_ranges": ["22"],
                "source": [{"address_prefix": "*", "address_prefix_type": "IPPrefix"}],
                "destination": [{"address_prefix": "*", "address_prefix_type": "IPPrefix"}],
            },
            {"admin_rule_collection_id": ref(f"{manager}_admin_rule_collection.c.id")},
        ),
        *(
            resource(
                f"{manager}_deployment.{name}",
                {"location": "westeurope", "scope_access": access},
                {"network_manager_id": ref(f"{manager}.nm.id"), "configuration_ids": ref(f"{target}.id")},
            )
            for name, access, target in (("mesh", "Connectivity", mesh), ("admin", "SecurityAdmin", admin))
        ),
    )


def existing() -> Json:
    """A subnet that exists is read by a data source; names end in something random; a rule may be in either group."""
    existing_subnet = {
        "id": _known("virtualNetworks", "hub/subnets/shared"),
        "name": "shared",
        "virtual_network_name": "hub",
        "resource_group_name": "rg-net",
        "address_prefixes": ["172.16.0.0/24"],
        "network_security_group_id": _known("networkSecurityGroups", "elsewhere"),
    }
    value = {
        "address": "data.azurerm_subnet.shared",
        "mode": "data",
        "type": "azurerm_subnet",
        "name": "shared",
        "values": existing_subnet,
    }
    groups = [
        resource(f"azurerm_network_security_group.{name}", {**GROUP}, {"name": ref("random_string.suffix.result")})
        for name in ("one", "two")
    ]
    either = rule("azurerm_network_security_rule.either", 100)
    del either["values"]["network_security_group_name"]
    either |= {
        "expressions": {
            "network_security_group_name": {
                "references": [
                    "var.flag",
                    "azurerm_network_security_group.one.name",
                    "azurerm_network_security_group.one",
                    "azurerm_network_security_group.two.name",
                    "azurerm_network_security_group.two",
                ]
            }
        }
    }
    either["unknown"] = {"id": True, "network_security_group_name": True}
    one = rule("azurerm_network_security_rule.one", 110, name="only-one")
    del one["values"]["network_security_group_name"]
    one |= {
        "expressions": {"network_security_group_name": ref("azurerm_network_security_group.one.name")},
        "unknown": {"id": True, "network_security_group_name": True},
    }
    shared_nic = nic("shared", {}, address="172.16.0.9")
    shared_nic["values"]["ip_configuration"][0]["subnet_id"] = existing_subnet["id"]
    return plan(
        *groups,
        either,
        one,
        shared_nic,
        machine("vm", "azurerm_network_interface.shared"),
        prior_state={"format_version": "1.0", "values": {"root_module": {"resources": [value]}}},
    )


def azapi() -> Json:
    """A network and a NIC whose bodies are ARM's; the NIC's subnet is known only afterwards."""
    body = {
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "web", "properties": {"addressPrefix": "10.0.1.0/24"}}],
        }
    }
    config = {"name": "ip", "properties": {"privateIPAddress": "10.0.2.9", "subnet": {}}}
    group = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-net"
    return plan(
        resource(
            "azapi_resource.vnet",
            {
                "type": "Microsoft.Network/virtualNetworks@2023-11-01",
                "name": "vnet",
                "parent_id": group,
                "location": "westeurope",
                "body": body,
            },
        ),
        resource(
            "azapi_resource.extra",
            {
                "type": "Microsoft.Network/virtualNetworks/subnets@2023-11-01",
                "name": "extra",
                "body": '{"properties": {"addressPrefix": "10.0.2.0/24"}}',
            },
            {"parent_id": ref("azapi_resource.vnet.id")},
        ),
        resource(
            "azapi_resource.nic",
            {
                "type": "Microsoft.Network/networkInterfaces@2023-11-01",
                "name": "nic",
                "parent_id": group,
                "location": "westeurope",
                "body": {"properties": {"ipConfigurations": [config]}},
            },
            {"body": ref("azapi_resource.extra.id")},
            unknown={
                "id": True,
                "body": {"properties": {"ipConfigurations": [{"properties": {"subnet": {"id": True}}}]}},
            },
        ),
    )


def state() -> Json:
    """What ``changes`` leaves, as a state."""
    kept = [_value(each) for each in _state_items()]
    return {"format_version": "1.0", "terraform_version": "1.9.4", "values": {"root_module": {"resources": kept}}}


def _state_items() -> list[Json]:
    web = subnet("web", "10.0.1.0/24")
    web["values"]["id"] = _known("virtualNetworks", "vnet/subnets/web")
    vnet = network()
    vnet["values"]["id"] = _known("virtualNetworks", "vnet")
    nsg = resource(
        "azurerm_network_security_group.nsg",
        {"id": _known("networkSecurityGroups", "nsg"), "name": "nsg", "security_rule": [_INLINE_RULE], **GROUP},
    )
    own = resource(
        "azurerm_network_interface.nic",
        {
            "id": _known("networkInterfaces", "nic"),
            "name": "nic",
            "ip_configuration": [
                {
                    "name": "ip",
                    "private_ip_address": "10.0.1.20",
                    "private_ip_address_allocation": "Dynamic",
                    "subnet_id": web["values"]["id"],
                }
            ],
            **GROUP,
        },
    )
    vm = resource(
        "azurerm_linux_virtual_machine.vm[0]",
        {"name": "vm", "network_interface_ids": [_known("networkInterfaces", "nic")], **GROUP},
        index=0,
    )
    tied = resource(
        "azurerm_subnet_network_security_group_association.web",
        {"subnet_id": web["values"]["id"], "network_security_group_id": _known("networkSecurityGroups", "nsg")},
    )
    return [vnet, web, nsg, own, vm, tied]


def state_file() -> Json:
    """The same, as Terraform keeps it."""
    resources = []
    for each in _state_items():
        value = _value(each)
        held = {"schema_version": 0, "attributes": value["values"], "sensitive_attributes": []}
        instance = held if "index" not in value else {"index_key": value["index"], **held}
        resources.append(
            {
                "mode": "managed",
                "type": value["type"],
                "name": value["name"],
                "provider": "azurerm",
                "instances": [instance],
            }
        )
    return {
        "version": 4,
        "terraform_version": "1.9.4",
        "serial": 7,
        "lineage": "b7b4e5d2",
        "outputs": {},
        "resources": resources,
    }


FILES = {
    "services.json": services,
    "loops.json": loops,
    "changes.json": changes,
    "sensitive.json": sensitive,
    "managers.json": managers,
    "existing.json": existing,
    "azapi.json": azapi,
    "state.json": state,
    "file.tfstate": state_file,
    "one_line.json": loops,
}


def text_of(name: str) -> str:
    """The file as it stands in this directory."""
    return json.dumps(FILES[name](), indent=None if name == "one_line.json" else 1) + "\n"
