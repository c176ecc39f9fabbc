"""Templates that ask for endless work: each is refused within its steps, with the place that asked for it."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.errors import NetwatchError
from tests.templates import SCHEMA, deployed, template, vnet


def _prefix(expression: str, **parts: Any) -> dict[str, Any]:
    return template(vnet(prefix=f"[{expression}]"), **parts)


def _shared(name: str) -> dict[str, Any]:
    """Variables that hold each other twice: 2 to the 39th leaves, of 40 objects."""
    return {f"{name}{n}": dict.fromkeys("ab", f"[variables('{name}{n - 1}')]") for n in range(1, 40)} | {
        f"{name}0": "x"
    }


def _fan_out() -> dict[str, Any]:
    inner: dict[str, Any] = vnet()
    for level in range(6):
        inner = {
            "type": "Microsoft.Resources/deployments",
            "name": f"[concat('d{level}', copyIndex())]",
            "copy": {"name": f"c{level}", "count": 100},
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": "inner"},
                "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [inner]},
            },
        }
    return template(inner)


_WORK = {
    "shared objects merged": _prefix(
        "string(union(variables('v39'), variables('w39')))", variables=_shared("v") | _shared("w")
    ),
    "an object that grows": _prefix(
        "string(reduce(range(0, 10000), createObject(), lambda('a', 'b', "
        "union(lambdaVariables('a'), createObject(string(lambdaVariables('b')), 1)))))"
    ),
    "a list that grows": _prefix(
        "string(reduce(range(0, 10000), createArray(), lambda('a', 'b', "
        "concat(lambdaVariables('a'), range(0, 9)))))"
    ),
    "lists in lists": _prefix(
        "string(map(range(0, 10000), lambda('a', map(range(0, 10000), lambda('b', 1)))))"
    ),
    "copies in copies": _fan_out(),
}  # fmt: skip


@pytest.mark.parametrize("value", _WORK.values(), ids=_WORK)
def test_endless_work_is_refused_with_the_resource_that_asked_for_it(value: dict[str, Any]) -> None:
    with pytest.raises(NetwatchError, match="takes more than 500,000 steps") as caught:
        deployed(value)
    assert caught.value.where is not None
    assert caught.value.where.pointer.startswith("resources/0")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (template(vnet("a" * 2_000_000)), "a text has more than 1,000,000 characters"),
        (template(vnet("a/" * 100_000)), "wants 1 name, and 100000 are given"),
        (_prefix("concat(" + ",".join(["'a'"] * 50_000) + ")"), r"… \(50,023 characters\)"),
    ],
    ids=["long name", "many levels", "long prefix"],
)
def test_a_message_about_a_very_long_text_is_short(value: dict[str, Any], message: str) -> None:
    with pytest.raises(NetwatchError, match=message) as caught:
        deployed(value)
    assert len(str(caught.value)) < 1000


def test_the_largest_sensible_estate_stays_within_the_steps() -> None:
    """Three loops of 800, the most that Azure makes of one loop."""
    loop = {"name": "c", "count": 800}
    subnet = {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"}
    nic = {"ipConfigurations": [{"name": "c", "properties": {"subnet": subnet}}]}
    ids = [{"id": "[resourceId('Microsoft.Network/networkInterfaces', concat('nic', copyIndex()))]"}]
    resources = [
        {"type": f"Microsoft.{type}", "name": f"[concat('{name}', copyIndex())]", "copy": loop, "properties": fields}
        for type, name, fields in (
            ("Network/publicIPAddresses", "pip", {"publicIPAllocationMethod": "Static"}),
            ("Network/networkInterfaces", "nic", nic),
            ("Compute/virtualMachines", "vm", {"networkProfile": {"networkInterfaces": ids}}),
        )
    ]
    topology = deployed(template(vnet(prefix="10.0.0.0/20"), *resources))
    assert len(topology.vms) == len(topology.nics) == len(topology.public_ips) == 800
