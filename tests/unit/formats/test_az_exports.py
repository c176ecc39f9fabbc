"""Exports as az and Resource Graph print them: flattened, nested, in envelopes; every shape gives the same network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import NetwatchError, TopologyError, TopologyErrors, TopologySyntaxError
from netwatch.formats import load
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

EXPORT = Path(__file__).parents[2] / "golden" / "inputs" / "az-export"

_TOP = ("id", "name", "type", "location", "etag", "resourceGroup", "tags", "sku", "zones")


def _nested(value: Any) -> Any:
    """The nested form of what az prints flattened: everything but the outline goes under ``properties``."""
    if isinstance(value, list):
        return [_nested(each) for each in value]
    if not isinstance(value, dict):
        return value
    outline = {key: each for key, each in value.items() if key in _TOP}
    rest = {key: _nested(each) for key, each in value.items() if key not in _TOP}
    return {**outline, "properties": rest} if "id" in value and rest else {**outline, **rest}


def _rows() -> list[Any]:
    return [row for path in sorted(EXPORT.glob("*.json")) for row in json.loads(path.read_text(encoding="utf-8"))]


def _loaded(tmp_path: Path, value: Any) -> Topology:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return load(path)


def test_az_prints_properties_beside_the_id_at_every_level() -> None:
    topology = load(EXPORT)
    (subnet,) = topology.subnets.values()
    (nic,) = topology.nics.values()
    (nsg,) = topology.nsgs.values()
    assert [str(prefix) for prefix in subnet.prefixes] == ["10.0.1.0/24"]
    assert str(nic.ip_configurations[0].private_ip) == "10.0.1.4"
    assert nic.ip_forwarding
    assert [rule.priority for rule in nsg.rules] == [100]
    (table,) = topology.route_tables.values()
    assert str(table.routes[0].next_hop_ip) == "10.9.0.4"
    (vm,) = topology.vms.values()
    assert vm.nics == (nic.id,)


@pytest.mark.parametrize(
    "envelope",
    [
        lambda rows: rows,
        lambda rows: {"value": rows},
        lambda rows: {"data": rows},
        lambda rows: {"count": len(rows), "data": rows, "skip_token": None, "total_records": len(rows)},
    ],
    ids=["list", "value", "data", "graph"],
)
@pytest.mark.parametrize("form", [lambda rows: rows, _nested], ids=["flattened", "nested"])
def test_every_form_in_every_envelope_is_the_same_network(tmp_path: Path, form: Any, envelope: Any) -> None:
    expected, found = load(EXPORT), _loaded(tmp_path, envelope(form(_rows())))
    for kind in ("vnets", "subnets", "peerings", "nsgs", "asgs", "route_tables", "nics", "vms", "public_ips"):
        assert getattr(found, kind) == getattr(expected, kind)


def test_one_resource_as_show_prints_it(tmp_path: Path) -> None:
    table = next(row for row in _rows() if row["type"].endswith("/routeTables"))
    (found,) = _loaded(tmp_path, table).route_tables.values()
    assert [route.name for route in found.routes] == ["to-fw"]
    assert found.routes[0].where.pointer == "routes/0"


def test_places_lead_into_the_flattened_form() -> None:
    from netwatch.formats.places import locate_all

    (nsg,) = load(EXPORT).nsgs.values()
    assert nsg.rules[0].where.pointer == "0/securityRules/0"
    assert locate_all([nsg.rules[0].where])[0].line > 1


@pytest.mark.parametrize("key", ["nextLink", "skip_token", "$skipToken"])
def test_one_page_is_not_the_whole(tmp_path: Path, key: str) -> None:
    with pytest.raises(TopologySyntaxError, match="one page of a longer list"):
        _loaded(tmp_path, {"data": [], key: "abc"})


def test_rows_of_a_table_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match="resultFormat objectArray"):
        _loaded(tmp_path, {"data": {"columns": [], "rows": []}})


def test_a_resource_list_without_properties_is_not_taken_for_an_empty_network(tmp_path: Path) -> None:
    bare = [{key: row.get(key) for key in ("id", "name", "type", "location", "resourceGroup")} for row in _rows()]
    with pytest.raises(TopologyErrors, match="as az resource list prints resources"):
        _loaded(tmp_path, bare)


def test_what_nobody_reads_is_noted_with_its_effect(tmp_path: Path) -> None:
    rows = _rows()
    nic = next(row for row in rows if row["type"].endswith("/networkInterfaces"))
    nic["ipConfigurations"][0]["gatewayLoadBalancer"] = {"id": "/subscriptions/s/lb"}
    found = _loaded(tmp_path, rows).notes.ignored
    assert [(each.property, each.effect) for each in found] == [
        ("gatewayLoadBalancer", "an appliance that its public flows pass"),
    ]


def test_what_nobody_reads_of_route_tables_and_network_groups_is_noted(tmp_path: Path) -> None:
    group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
    route = {"addressPrefix": "10.9.0.0/16", "nextHopType": "None", "hasBgpOverride": True}
    table = {"disablePeeringRoute": "All", "routes": [{"name": "r", "properties": route}]}
    rows = [
        {"id": f"{group}/routeTables/rt", "type": "Microsoft.Network/routeTables", "properties": table},
        {"id": f"{group}/networkManagers/m", "type": "Microsoft.Network/networkManagers", "properties": {}},
        {
            "id": f"{group}/networkManagers/m/networkGroups/g",
            "type": "Microsoft.Network/networkManagers/networkGroups",
            "properties": {"conditionalMembership": "{}"},
        },
    ]
    found = {each.property for each in _loaded(tmp_path, rows).notes.ignored}
    assert found == {"disablePeeringRoute", "hasBgpOverride", "conditionalMembership"}
    table.update(disablePeeringRoute="None")
    route.update(hasBgpOverride=False)
    assert {each.property for each in _loaded(tmp_path, rows).notes.ignored} == {"conditionalMembership"}


def test_what_nobody_reads_of_networks_their_peerings_and_nics_is_noted(tmp_path: Path) -> None:
    rows = _rows()
    vnet = next(row for row in rows if row["type"].endswith("/virtualNetworks"))
    peering = next(row for row in rows if row["type"].endswith("/virtualNetworkPeerings"))
    nic = next(row for row in rows if row["type"].endswith("/networkInterfaces"))
    vnet["privateEndpointVNetPolicies"], nic["disableTcpStateTracking"] = "Basic", True
    peering["peeringSyncLevel"] = "RemoteNotInSync"
    found = {each.property for each in _loaded(tmp_path, rows).notes.ignored}
    assert found == {"privateEndpointVNetPolicies", "disableTcpStateTracking", "peeringSyncLevel"}
    vnet["privateEndpointVNetPolicies"], nic["disableTcpStateTracking"] = "Disabled", False
    peering["peeringSyncLevel"] = "FullyInSync"
    assert _loaded(tmp_path, rows).notes.ignored == ()


def test_the_same_resource_twice_is_one_and_another_is_a_conflict_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text((EXPORT / "asgs.json").read_text(encoding="utf-8"), encoding="utf-8")
    rows = json.loads((EXPORT / "asgs.json").read_text(encoding="utf-8"))
    (tmp_path / "b.json").write_text(json.dumps(rows), encoding="utf-8")
    assert len(load(tmp_path).asgs) == 1
    (tmp_path / "b.json").write_text(json.dumps([{**rows[0], "location": "eastus"}]), encoding="utf-8")
    with pytest.raises(TopologyErrors, match=r"b\.json.* is declared twice; the first is at .*a\.json"):
        load(tmp_path)


def test_a_directory_says_what_it_passes_over_and_tells_broken_files(tmp_path: Path) -> None:
    (tmp_path / "asgs.json").write_text((EXPORT / "asgs.json").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "checks.yaml").write_text("- {ask: next-hop}\n", encoding="utf-8")
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    (tmp_path / ".hidden.json").write_text("{", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("{", encoding="utf-8")
    passed = [Path(each.name).name for each in load(tmp_path).notes.ignored]
    assert passed == ["checks.yaml", "package.json"]
    (tmp_path / "broken.json").write_text("[", encoding="utf-8")
    with pytest.raises(TopologyError, match=r"broken\.json"):
        load(tmp_path)


def test_native_files_and_exports_join(tmp_path: Path) -> None:
    for path in EXPORT.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    subnet = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-shop/providers/Microsoft.Network"
    subnet += "/virtualNetworks/vnet-shop/subnets/web"
    text = f"netwatch: 1\nnetworkInterfaces: {{extra: {{subnet: {subnet}}}}}\n"
    text += "facts: {powerState: {web-0: stopped}}\n"
    (tmp_path / "more.yaml").write_text(text, encoding="utf-8")
    topology = load(tmp_path)
    assert {nic.id.name for nic in topology.nics.values()} == {"web-0-nic", "extra"}
    assert list(topology.facts.power_state.values()) == ["stopped"]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"powerState": "VM deallocated"}, "deallocated"),
        ({"properties": {"instanceView": {"statuses": [{"code": "ProvisioningState/succeeded"},
                                                       {"code": "PowerState/stopped"}]}}}, "stopped"),
        ({"properties": {"extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}}}}, "running"),
        ({"powerState": "VM starting"}, None),
    ],
    ids=["az -d", "instance view", "graph", "changing"],
)  # fmt: skip
def test_whether_a_machine_runs_becomes_a_fact(tmp_path: Path, said: Any, state: str | None) -> None:
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
    topology = _loaded(tmp_path, [{"id": id, "name": "vm", "type": "Microsoft.Compute/virtualMachines", **said}])
    assert topology.facts.power_state.get(id.lower()) == state


def test_a_declared_power_state_goes_before_that_of_an_export(tmp_path: Path) -> None:
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
    vm = {"id": id, "name": "vm", "type": "Microsoft.Compute/virtualMachines", "powerState": "VM stopped"}
    facts = tmp_path / "facts.yaml"
    facts.write_text("powerState: {vm: running}")
    (tmp_path / "export.json").write_text(json.dumps([vm]))
    assert load(tmp_path / "export.json", facts=facts).facts.power_state == {id.lower(): "running"}


def test_what_an_export_refers_to_is_there_so_it_is_open_and_not_an_error(tmp_path: Path) -> None:
    nics = [row for row in _rows() if row["type"].endswith("/networkInterfaces")]
    (nic,) = _loaded(tmp_path, nics).nics.values()
    assert isinstance(nic.ip_configurations[0].subnet, Unresolved)
    for each in nics:
        for name in ("etag", "provisioningState", "resourceGuid"):
            each.pop(name, None)
    with pytest.raises(TopologyError, match="is not in the input"):  # written by hand, it is a mistake
        _loaded(tmp_path, nics)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"error": {"code": "AuthorizationFailed", "message": "x"}}, "an error that Azure answered: Author"),
        ({"value": [{"nextHopType": "VnetLocal", "state": "Active"}]}, "these are effective routes"),
        ([{"effectiveSecurityRules": []}], "these are effective security rules"),
        ([{"virtualMachine": {"name": "vm"}}], "addresses of machines"),
        ({"createdDateTime": "x", "resources": [{"id": "/subscriptions/s"}]}, "an answer of Network Watcher"),
        ({"status": "Succeeded", "changes": [{"changeType": "Create"}]}, "what a deployment would change"),
        ([{"ResourceGroupName": "g", "Id": "/subscriptions/s", "AddressSpace": {}}], "as Azure PowerShell prints them"),
        ({"ResourceGroupName": "g", "Id": "/subscriptions/s", "Properties": None}, "as Azure PowerShell prints them"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_resources_says_what_it_is(tmp_path: Path, value: Any, message: str) -> None:
    with pytest.raises(NetwatchError, match=message):
        _loaded(tmp_path, value)


def test_powershell_with_its_properties_as_rest_has_them_is_read(tmp_path: Path) -> None:
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    fields = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "provisioningState": "Succeeded"}
    row = {"ResourceGroupName": "g", "ResourceType": "x", "Id": id, "ResourceId": id, "Name": "v", "Properties": fields}
    assert [str(each) for each in next(iter(_loaded(tmp_path, [row]).vnets.values())).address_space] == ["10.0.0.0/16"]


def test_several_values_in_one_file_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text("[]\n[]\n")
    with pytest.raises(TopologySyntaxError, match="files of their own"):
        load(path)


@pytest.mark.parametrize(("said", "is_noted"), [(False, False), ("false", False), ("False", False), ("true", True)])
def test_a_flag_in_quotes_is_a_flag(tmp_path: Path, said: Any, is_noted: bool) -> None:
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworkGateways/gw"
    fields = {"gatewayType": "Vpn", "enableBgp": said}
    row = {"id": id, "name": "gw", "type": "Microsoft.Network/virtualNetworkGateways", "properties": fields}
    assert [each.property for each in _loaded(tmp_path, [row]).notes.ignored] == ["enableBgp"] * is_noted
