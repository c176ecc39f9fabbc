"""Whatever stands in a file, loading it gives a topology or a NetwatchError with a place: never anything else."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from netwatch.errors import NetwatchError
from netwatch.formats import load
from netwatch.formats.places import locate_all
from netwatch.model.topology import Topology

_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
_SUBNET = f"{_ID}/virtualNetworks/v/subnets/a"
_MANAGER = f"{_ID}/networkManagers/m"
_RULE = {
    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*",
    "sourceAddressPrefix": "Internet", "destinationPortRanges": ["80"], "destinationAddressPrefixes": ["10.0.0.4"],
}  # fmt: skip
_VALID: list[Any] = [
    {
        "id": f"{_ID}/virtualNetworks/v",
        "type": "Microsoft.Network/virtualNetworks",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {
                    "name": "a",
                    "properties": {
                        "addressPrefix": "10.0.0.0/24",
                        "networkSecurityGroup": {"id": f"{_ID}/networkSecurityGroups/n"},
                        "routeTable": {"id": f"{_ID}/routeTables/t"},
                        "serviceEndpoints": [{"service": "Microsoft.Storage", "locations": ["westeurope"]}],
                    },
                }
            ],
            "virtualNetworkPeerings": [
                {
                    "name": "p",
                    "properties": {
                        "remoteVirtualNetwork": {"id": f"{_ID}/virtualNetworks/w"},
                        "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
                    },
                }
            ],
        },
    },
    {
        "id": f"{_ID}/networkSecurityGroups/n",
        "type": "Microsoft.Network/networkSecurityGroups",
        "properties": {"securityRules": [{"name": "r", "properties": _RULE}]},
    },
    {
        "id": f"{_ID}/routeTables/t",
        "type": "Microsoft.Network/routeTables",
        "properties": {
            "routes": [
                {
                    "name": "r",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.0.9",
                    },
                }
            ]
        },
    },
    {
        "id": f"{_ID}/networkInterfaces/i",
        "type": "Microsoft.Network/networkInterfaces",
        "properties": {
            "enableIPForwarding": True,
            "ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": _SUBNET}, "primary": True}}],
        },
    },
    {
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m",
        "type": "Microsoft.Compute/virtualMachines",
        "properties": {"networkProfile": {"networkInterfaces": [{"id": f"{_ID}/networkInterfaces/i"}]}},
    },
    {
        "id": f"{_ID}/virtualNetworkGateways/g",
        "type": "Microsoft.Network/virtualNetworkGateways",
        "properties": {"ipConfigurations": [{"properties": {"subnet": {"id": _SUBNET}}}]},
    },
    {
        "id": f"{_ID}/localNetworkGateways/l",
        "type": "Microsoft.Network/localNetworkGateways",
        "properties": {"localNetworkAddressSpace": {"addressPrefixes": ["192.168.0.0/16"]}},
    },
    {
        "id": f"{_ID}/connections/c",
        "type": "Microsoft.Network/connections",
        "properties": {
            "connectionType": "IPsec",
            "virtualNetworkGateway1": {"id": f"{_ID}/virtualNetworkGateways/g"},
            "localNetworkGateway2": {"id": f"{_ID}/localNetworkGateways/l"},
        },
    },
    {
        "id": f"{_ID}/privateEndpoints/e",
        "type": "Microsoft.Network/privateEndpoints",
        "properties": {"subnet": {"id": _SUBNET}, "networkInterfaces": [{"id": f"{_ID}/networkInterfaces/i"}]},
    },
    {"id": f"{_ID}/natGateways/n", "type": "Microsoft.Network/natGateways", "properties": {"publicIpAddresses": []}},
    {
        "id": f"{_ID}/loadBalancers/b",
        "type": "Microsoft.Network/loadBalancers",
        "sku": {"name": "Standard"},
        "properties": {
            "frontendIPConfigurations": [
                {"name": "f", "properties": {"privateIPAddress": "10.0.0.9", "subnet": {"id": _SUBNET}}}
            ],
            "backendAddressPools": [
                {
                    "name": "p",
                    "properties": {
                        "backendIPConfigurations": [{"id": f"{_ID}/networkInterfaces/i/ipConfigurations/c"}]
                    },
                }
            ],
        },
    },
    {
        "id": _MANAGER,
        "type": "Microsoft.Network/networkManagers",
        "properties": {"networkManagerScopes": {"subscriptions": ["/subscriptions/s"], "managementGroups": []}},
    },
    {
        "id": f"{_MANAGER}/networkGroups/all",
        "type": "Microsoft.Network/networkManagers/networkGroups",
        "properties": {"staticMembers": [{"name": "v", "properties": {"resourceId": f"{_ID}/virtualNetworks/v"}}]},
    },
    {
        "id": f"{_MANAGER}/securityAdminConfigurations/s",
        "type": "Microsoft.Network/networkManagers/securityAdminConfigurations",
        "properties": {"applyOnNetworkIntentPolicyBasedServices": ["None"]},
    },
    {
        "id": f"{_MANAGER}/securityAdminConfigurations/s/ruleCollections/rc",
        "type": "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections",
        "properties": {"appliesToGroups": [{"networkGroupId": f"{_MANAGER}/networkGroups/all"}]},
    },
    {
        "id": f"{_MANAGER}/securityAdminConfigurations/s/ruleCollections/rc/rules/r",
        "type": "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules",
        "properties": {
            "priority": 10,
            "direction": "Inbound",
            "access": "Deny",
            "protocol": "Any",
            "sources": [
                {"addressPrefix": f"{_MANAGER}/networkGroups/all", "addressPrefixType": "NetworkGroup"},
                {"addressPrefix": "Internet", "addressPrefixType": "ServiceTag"},
            ],
            "destinations": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}],
            "destinationPortRanges": ["22"],
        },
    },
    {
        "id": f"{_MANAGER}/connectivityConfigurations/m",
        "type": "Microsoft.Network/networkManagers/connectivityConfigurations",
        "properties": {
            "connectivityTopology": "Mesh",
            "isGlobal": "False",
            "appliesToGroups": [{"networkGroupId": f"{_MANAGER}/networkGroups/all"}],
        },
    },
]  # fmt: skip
_FACTS = {
    "powerState": {"m": "running"},
    "listeningPorts": {"m": [443, "53/Udp"]},
    "latency": [{"source": "m", "destination": "m", "avgMs": 1}],
    "dns": {"a.b": "10.0.0.4"},
    "guestIpForwarding": ["m"],
    "gatewayLearnedRoutes": {"g": ["10.9.0.0/16"]},
    "networkManagerDeployments": [{"region": "westeurope", "configurationIds": ["m", "s"]}],
}

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", "*", "[x]", "10.0.0.0/8", "::/0", "::1", "/", "//", "/a/b", _SUBNET, "Tcp", "0.0.0.0/0"])
)
_names = st.text(max_size=4) | st.sampled_from(
    ["id", "ID", "name", "type", "properties", "resources", "value", "topology", "facts", "netwatch", "$schema"]
)
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4), max_leaves=12
)


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def _load(directory: Path, content: bytes, facts: Any = None) -> Topology | None:
    """What the content loads as; None where it is refused as it should be: with a text, and a place."""
    file, beside = directory / "input", directory / "facts"
    file.write_bytes(content)
    beside.write_text(json.dumps(facts))
    result = None
    for mode in ("unresolved", "error"):
        try:
            result = load(file, dangling=mode, facts=None if facts is None else beside)
        except NetwatchError as error:
            result = None
            _check(error)
    return result


def _check(error: NetwatchError) -> None:
    assert str(error).encode()
    assert error.where is not None
    assert locate_all([error.where])[0].source == error.where.source


_quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@_quick
@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00\xd8")
@example(b"{" * 5000)
@example(b"[" * 99 + b"]" * 99)
@example(b"1" * 5000)
@example(b"netwatch: " + b"[" * 5000)
def test_random_bytes(directory: Path, content: bytes) -> None:
    _load(directory, content)


@_quick
@given(st.text(max_size=60), st.sampled_from(["netwatch: 1\n", "{", "[", '{"resources": [', "# c\n"]))
def test_random_text_behind_a_promising_beginning(directory: Path, text: str, head: str) -> None:
    _load(directory, (head + text).encode("utf-8", "surrogatepass"))


@_quick
@given(_json)
@example({"topology": {"resources": None}})
def test_random_json(directory: Path, value: Any) -> None:
    _load(directory, json.dumps(value).encode())


@_quick
@given(st.lists(_json, max_size=3), st.sampled_from(_VALID))
def test_random_json_as_resources_beside_a_valid_one(directory: Path, values: list[Any], valid: Any) -> None:
    _load(directory, json.dumps([*values, valid]).encode())


@_quick
@given(_json)
def test_random_facts(directory: Path, facts: Any) -> None:
    _load(directory, json.dumps(_VALID).encode(), facts)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value, at any depth."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [pair for key in keys for pair in [(value, key), *_places(value[key])]]


def _mutated(value: Any, seed: int, replacement: Any) -> Any:
    """A copy with one part replaced, dropped, doubled, or exchanged for another part of it."""
    chance, value = random.Random(seed), copy.deepcopy(value)
    container, key = chance.choice(_places(value))
    other, other_key = chance.choice(_places(value))
    match chance.randrange(4):
        case 0:
            container[key] = replacement
        case 1:
            container[key] = copy.deepcopy(other[other_key])
        case 2:
            del container[key]
        case _ if isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        case _:
            container[str(key).upper()] = copy.deepcopy(container[key])
    return value


@_quick
@given(st.integers(0, 2**32), _scalars | _json)
def test_mutations_of_valid_resources(directory: Path, seed: int, replacement: Any) -> None:
    _load(directory, json.dumps(_mutated(_VALID, seed, replacement)).encode())


@_quick
@given(st.integers(0, 2**32), _scalars | _json)
def test_mutations_of_valid_facts(directory: Path, seed: int, replacement: Any) -> None:
    _load(directory, json.dumps(_VALID).encode(), _mutated(_FACTS, seed, replacement))


@_quick
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=2))
def test_valid_text_with_some_bytes_changed(directory: Path, at: int, new: bytes) -> None:
    content = json.dumps(_VALID).encode()
    at %= len(content)
    _load(directory, content[:at] + new + content[at + 1 :])


@_quick
@given(st.integers(0, 10_000))
def test_valid_text_cut_off(directory: Path, at: int) -> None:
    content = json.dumps(_VALID).encode()
    assert _load(directory, content[: at % len(content)]) is None


def test_the_valid_ones_are_valid(directory: Path) -> None:
    topology = _load(directory, json.dumps(_VALID).encode(), _FACTS)
    assert topology is not None
    assert [len(list(topology.resources())), len(topology.facts.power_state)] == [18, 1]
