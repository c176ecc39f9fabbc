"""A large Terraform plan, from process start to the first printed answer: 20 MB on one line, no id known.

Exits with 1 when the limit is exceeded. `--runs N` for another number of runs; `--keep DIR` to keep the plan.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.processes import NETWATCH, Run, machine, median, run

LIMIT = 10.0
NETWORKS, NICS, RULES = 100, 60, 42
FLOW = ["--direction", "Inbound", "--protocol", "TCP", "--local", ":443", "--remote", "10.7.0.9:50123"]

Json = dict[str, Any]


def _ref(name: str, *keys: str) -> Json:
    return {"references": [f"{name}.id", name, *keys]}


def _resource(module: str, type: str, name: str, values: Json, **more: Any) -> Json:
    """One instance: its value, and what else the plan says of it, under the keys of the format."""
    index = more.get("index")
    address = f"{module}.{type}.{name}" + ("" if index is None else f"[{index}]")
    group = {"resource_group_name": "rg", "location": "westeurope"}
    base = {"address": address, "mode": "managed", "type": type, "name": name}
    base |= {} if index is None else {"index": index}
    values = {**values, **group, "tags": None, "timeouts": None}
    unknown = {"id": True, **more.get("unknown", {})}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown, "after_sensitive": {}}
    return {"value": {**base, "values": values, "sensitive_values": {}}, "change": {**base, "change": change}}


def _network(number: int) -> Iterator[Json]:
    """A network with a subnet, a group of rules, and NICs with machines, in a module of its own."""
    module = f"module.net[{number}]"
    yield _resource(
        module,
        "azurerm_virtual_network",
        "vnet",
        {"name": f"vnet-{number}", "address_space": [f"10.{number}.0.0/16"]},
        index=None,
    )
    subnet = {"name": "web", "address_prefixes": [f"10.{number}.0.0/20"], "virtual_network_name": f"vnet-{number}"}
    yield _resource(module, "azurerm_subnet", "web", subnet)
    yield _resource(module, "azurerm_network_security_group", "nsg", {"name": f"nsg-{number}", "security_rule": []})
    for index in range(RULES):
        rule = {
            "name": f"rule-{index}",
            "priority": 100 + index,
            "direction": "Inbound",
            "access": "Allow" if index % 2 else "Deny",
            "protocol": "Tcp",
            "source_port_range": "*",
            "destination_port_range": str(8000 + index),
            "source_address_prefixes": [f"10.{index}.{each}.0/24" for each in range(20)],
            "destination_address_prefix": "*",
            "network_security_group_name": f"nsg-{number}",
        }
        yield _resource(module, "azurerm_network_security_rule", "rule", rule, index=index)
    tied = {"subnet_id": True, "network_security_group_id": True}
    yield _resource(module, "azurerm_subnet_network_security_group_association", "web", {}, unknown=tied)
    for index in range(NICS):
        config = {"name": "ip", "private_ip_address_allocation": "Dynamic", "private_ip_address_version": "IPv4"}
        marks = {"ip_configuration": [{"subnet_id": True, "private_ip_address": True, "primary": True}]}
        nic = {"name": f"nic-{number}-{index}", "ip_configuration": [config]}
        yield _resource(module, "azurerm_network_interface", "nic", nic, index=index, unknown=marks)
        vm: Json = {"name": f"vm-{number}-{index}", "size": "Standard_D2s_v5", "admin_username": "azureuser"}
        vm |= {"os_disk": [{"caching": "ReadWrite", "storage_account_type": "Premium_LRS"}], "priority": "Regular"}
        yield _resource(
            module, "azurerm_linux_virtual_machine", "vm", vm, index=index, unknown={"network_interface_ids": True}
        )


def _configuration() -> Json:
    nsg = "azurerm_network_security_group.nsg"
    blocks: list[tuple[str, Json]] = [
        ("azurerm_virtual_network.vnet", {}),
        ("azurerm_subnet.web", {"virtual_network_name": _ref("azurerm_virtual_network.vnet")}),
        (nsg, {}),
        ("azurerm_network_security_rule.rule", {"network_security_group_name": _ref(nsg)}),
        (
            "azurerm_subnet_network_security_group_association.web",
            {"subnet_id": _ref("azurerm_subnet.web"), "network_security_group_id": _ref(nsg)},
        ),
        ("azurerm_network_interface.nic", {"ip_configuration": [{"subnet_id": _ref("azurerm_subnet.web")}]}),
        (
            "azurerm_linux_virtual_machine.vm",
            {"network_interface_ids": {"references": ["azurerm_network_interface.nic", "count.index"]}},
        ),
    ]
    resources = [{"address": address, "mode": "managed", "expressions": said} for address, said in blocks]
    return {"root_module": {"module_calls": {"net": {"module": {"resources": resources}, "count_expression": {}}}}}


def _plan() -> Json:
    modules = [list(_network(number)) for number in range(NETWORKS)]
    children = [
        {"address": f"module.net[{number}]", "resources": [each["value"] for each in module]}
        for number, module in enumerate(modules)
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.4",
        "planned_values": {"root_module": {"child_modules": children}},
        "resource_changes": [each["change"] for module in modules for each in module],
        "configuration": _configuration(),
    }


def main() -> int:
    """Write the plan, ask one question of it, print, and say by the exit code whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, default=None, metavar="DIR")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = (folder / "plan.json").resolve()
        path.write_text(json.dumps(_plan()), encoding="utf-8")
        command = [NETWATCH, "ip-flow-verify", str(path), "--vm", "vm-7-21", *FLOW]
        found: list[Run] = [run(command) for _ in range(options.runs)]
        first, peak = median([one.first_byte for one in found]), max(one.peak_mib for one in found)
        print(f"{machine()}; median of {options.runs} runs")
        print(f"{path.stat().st_size / 1e6:.1f} MB, {NETWORKS * NICS:,} NICs, {NETWORKS * RULES:,} rules")
        print(f"first answer {first:.2f} s (limit {LIMIT} s), peak {peak:.0f} MiB")
    return 0 if first <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
