"""Whatever becomes of a template, reading it gives a topology or a NetwatchError: never anything else."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import NetwatchError
from tests.templates import deployed, template, vnet

_SUBNET = "[resourceId('Microsoft.Network/virtualNetworks/subnets', variables('net'), 's')]"
_NIC = "[resourceId('Microsoft.Network/networkInterfaces', 'nic-0')]"
_ADDRESS = f"[reference({_NIC[1:-1]}).ipConfigurations[0].properties.privateIPAddress]"
_RULE = {
    "priority": "[add(100, copyIndex('securityRules'))]", "direction": "Inbound", "access": "[parameters('access')]",
    "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*",
    "destinationPortRange": "[string(parameters('ports')[copyIndex('securityRules')])]",
}  # fmt: skip
_VALID: dict[str, Any] = template(
    {
        **vnet("[variables('net')]"),
        "resources": [{"type": "subnets", "name": "t", "properties": {"addressPrefix": "10.1.0.0/24"}}],
    },
    {
        "type": "Microsoft.Network/networkInterfaces",
        "name": "[format('nic-{0}', copyIndex())]",
        "copy": {"name": "nics", "count": "[length(parameters('ports'))]"},
        "properties": {"ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": _SUBNET}}}]},
    },
    {
        "type": "Microsoft.Network/networkSecurityGroups",
        "name": "nsg",
        "properties": {
            "copy": [
                {
                    "name": "securityRules",
                    "count": "[length(parameters('ports'))]",
                    "input": {"name": "[format('r{0}', copyIndex('securityRules'))]", "properties": _RULE},
                }
            ]
        },
    },
    {
        "type": "Microsoft.Resources/deployments",
        "name": "routes",
        "condition": "[not(empty(parameters('ports')))]",
        "dependsOn": ["nics"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"hop": {"value": _ADDRESS}},
            "template": template(
                {
                    "type": "Microsoft.Network/routeTables",
                    "name": "rt",
                    "properties": {
                        "routes": [
                            {
                                "name": "all",
                                "properties": {
                                    "addressPrefix": "0.0.0.0/0",
                                    "nextHopType": "VirtualAppliance",
                                    "nextHopIpAddress": "[parameters('hop')]",
                                },
                            }
                        ]
                    },
                },
                parameters={"hop": {"type": "string"}},
                outputs={"hop": {"type": "string", "value": "[parameters('hop')]"}},
            ),
        },
    },
    parameters={
        "access": {"type": "string", "defaultValue": "Allow"},
        "ports": {"type": "array", "defaultValue": [80, 443]},
    },
    variables={"net": "[concat('v-', uniqueString(resourceGroup().id))]"},
    outputs={"hop": {"type": "string", "value": "[reference('routes').outputs.hop.value]"}},
)  # fmt: skip

_JUNK = st.sampled_from(
    [
        None, 1, -1, True, "", [], {}, "x", "[x(", "[parameters('none')]", "[copyIndex()]", "[json('null')]", "[[a]",
        [None],
        "[createArray(1)]", "[range(0, 3)]", "GEN-UNIQUE", "[newGuid()]", {"a": None}, "10.0.0.0/33", _ADDRESS, _SUBNET,
        {"name": "c", "count": 3}, [{"name": "x", "count": 2, "input": "[copyIndex('x')]"}],
    ]
)  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield from _paths(item, (*path, step))


_PATHS = list(_paths(_VALID))


def _changed(changes: list[tuple[int, Any]]) -> dict[str, Any]:
    value = copy.deepcopy(_VALID)
    for number, junk in changes:
        *steps, last = _PATHS[number]
        holder: Any = value
        with suppress(KeyError, IndexError, TypeError):
            for step in steps:
                holder = holder[step]
            holder[last] = copy.deepcopy(junk)
    return value


def test_the_valid_one_is_valid() -> None:
    topology = deployed(_VALID)
    assert not topology.notes.open
    assert str(next(iter(topology.route_tables.values())).routes[0].next_hop_ip) == "10.0.0.4"
    assert [rule.priority for rule in next(iter(topology.nsgs.values())).rules] == [100, 101]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_PATHS) - 1), _JUNK), min_size=1, max_size=3))
def test_a_template_with_some_values_changed(changes: list[tuple[int, Any]]) -> None:
    with suppress(NetwatchError):
        deployed(_changed(changes))


def test_every_value_of_a_template_may_be_anything() -> None:
    """One change at each place: what is read nowhere may pass, what is read must not break."""
    rng = random.Random(7)
    junk: list[Any] = [None, 1, "x", [], {}, "[parameters('none')]", "[newGuid()]"]
    for number in range(len(_PATHS)):
        with suppress(NetwatchError):
            deployed(_changed([(number, rng.choice(junk))]))
