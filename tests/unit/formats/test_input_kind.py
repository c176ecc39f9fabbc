"""The input door: what a file is, and a clear word for each file that cannot be one."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import NetwatchError, TopologySyntaxError
from netwatch.formats import load
from netwatch.formats.input_kind import InputKind, json_kind, text_kind
from netwatch.formats.json_text import MAX_DEPTH, parse_json

_VNET = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet-a",
    "type": "Microsoft.Network/virtualNetworks",
    "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}


def _refused(tmp_path: Path, content: bytes | str, **options: Any) -> str:
    file = tmp_path / "input"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(TopologySyntaxError) as caught:
        load(file, **options)
    return str(caught.value).removeprefix(str(file))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("netwatch: 1\n", InputKind.TOPOLOGY),
        ("# a comment\n\n---\nnetwatch: 1\n", InputKind.TOPOLOGY),
        ('"netwatch" : 1\n', InputKind.TOPOLOGY),
        ("\t\n {\n", InputKind.JSON),
        ("[]", InputKind.JSON),
    ],
)
def test_the_first_content_tells_the_kind(text: str, kind: InputKind) -> None:
    assert text_kind("f", text) is kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([], InputKind.RESOURCES),
        ({"value": []}, InputKind.RESOURCES),
        ({"resources": []}, InputKind.RESOURCES),
        ({"topology": {"resources": []}}, InputKind.CASE),
        ({"netwatch": 1}, InputKind.TOPOLOGY),
        ({"format_version": "1.2", "planned_values": {}}, InputKind.TERRAFORM),
        ({"terraform_version": "1.9", "lineage": "x", "resources": []}, InputKind.TERRAFORM),
    ],
)
def test_json_is_told_apart_by_its_keys(value: Any, kind: InputKind) -> None:
    assert json_kind("f", value) is kind


@pytest.mark.parametrize("level", ["deployment", "subscriptionDeployment", "tenantDeployment"])
def test_a_template_is_told_by_its_schema(level: str) -> None:
    schema = f"https://schema.management.azure.com/schemas/2019-04-01/{level}Template.json#"
    assert json_kind("f", {"$schema": schema, "resources": []}) is InputKind.TEMPLATE
    assert json_kind("f", {"contentVersion": "1.0.0.0", "resources": []}) is InputKind.TEMPLATE


@pytest.mark.parametrize("wrap", [lambda r: r, lambda r: {"value": r}, lambda r: {"resources": r}])
def test_resources_load_from_each_envelope(tmp_path: Path, wrap: Any) -> None:
    file = tmp_path / "net.txt"
    file.write_text(json.dumps(wrap([_VNET])))
    assert [vnet.id.name for vnet in load(file).vnets.values()] == ["vnet-a"]


def test_a_case_loads_with_its_facts_and_its_places_lead_into_it(tmp_path: Path) -> None:
    vm = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m", "properties": {}}
    deployed = {"region": "westeurope", "configurationIds": []}
    case = {
        "topology": {"resources": [_VNET, vm], "avnmDeployments": [deployed]},
        "facts": {"powerState": {"m": "stopped"}},
    }
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    topology = load(file)
    assert topology.facts.power_state == {vm["id"].lower(): "stopped"}  # type: ignore[attr-defined]
    assert [each.region for each in topology.facts.network_manager_deployments] == ["westeurope"]
    assert next(iter(topology.vnets.values())).where.pointer == "topology/resources/0"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_each_accepted_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "net.json"
    file.write_bytes(json.dumps([_VNET], indent="\t").encode(encoding))
    assert len(load(file).vnets) == 1


def test_native_topology_goes_to_its_reader(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("# tiny\nnetwatch: 1\nvirtualNetworks: {vnet-a: {addressPrefixes: 10.0.0.0/16}}\n")
    assert [vnet.id.name for vnet in load(file).vnets.values()] == ["vnet-a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": the file is empty"),
        (" \n# only a comment\n", ": the file is empty"),
        ("hello: world\n", ':1: it begins with "hello: world", expected'),
        (b"\x89PNG\r\n\x1a\n\0\0", ":1: not a text file: byte 0 is not UTF-8."),
        (b'[\n"\xff"]', ":2: not a text file: byte 3 is not UTF-8."),
        (b"\xff\xfe[", ":1: not a text file: byte 2 is not UTF-16."),
        ("[\n\n\0]", ":3: not a text file: it holds a NUL character."),
        ('[\n{"a" 1}]', ":2: not valid JSON: "),
        ('{"a": 1', ":1: not valid JSON: "),
        ('[\n{"id": 1,\n"id": 2}]', ':3: the key "id" stands twice in one object.'),
        ('[1,\n NaN]', ":2: NaN is not a JSON number."),
        ('["NaN",\n -Infinity]', ":2: -Infinity is not a JSON number."),
        ('["\\ud83d\\ude00",\n "\\uD800"]', ":2: a string holds half of a surrogate pair"),
        ("[" * 100_000, ":1: lists and objects are nested more than 100 deep."),
        ('{"a":\n' * 101 + "1" + "}" * 101, ":101: lists and objects are nested more than 100 deep."),
        ("[" + "9" * 5000 + "]", ": a number has more digits than can be read."),
        ("{}", ": a JSON object with no keys, expected ARM resources as a list"),
        ('{"name": "x"}', ': a JSON object with "name", expected ARM resources as a list'),
        ('{"value": [], "nextLink": "https://…"}', ": this is one page of a longer list"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_and_where(tmp_path: Path, content: bytes | str, message: str) -> None:
    assert _refused(tmp_path, content).startswith(message)


def test_a_size_limit_is_stated_and_adjustable(tmp_path: Path) -> None:
    assert ": the file is larger than 10 bytes." in _refused(tmp_path, json.dumps([_VNET]), max_bytes=10)


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text("[ ]")
    assert load(file, max_bytes=3).vnets == {}


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match=r"gone: there is no such file\."):
        load(tmp_path / "gone")
    with pytest.raises(TopologySyntaxError, match="the directory holds no input"):
        load(tmp_path)
    with pytest.raises(TopologySyntaxError, match="cannot be read"):
        load("a\0b")


def test_nesting_up_to_the_limit_is_fine() -> None:
    assert parse_json("f", "[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None


def test_colons_in_strings_are_no_keys() -> None:
    assert parse_json("f", '{"a\\":" : "b :c", "d": {"a\\":": 1}}') == {'a":': "b :c", "d": {'a":': 1}}


def test_an_escaped_key_is_the_same_key() -> None:
    with pytest.raises(TopologySyntaxError, match='"a" stands twice'):
        parse_json("f", '{"\\u0061": 1, "a" : 2}')


def test_loading_leaves_garbage_collection_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("[")
    for was_on in (True, False):
        (gc.enable if was_on else gc.disable)()
        with pytest.raises(NetwatchError):
            load(file)
        assert gc.isenabled() is was_on
    gc.enable()


@pytest.mark.parametrize("text", ['{"a": [1,], "b\n": 1, "b\n": 2}', '[{"a": "\n\\ud800"}, ]'])
def test_line_breaks_in_strings_do_not_hide_what_is_wrong(tmp_path: Path, text: str) -> None:
    """ARM's dialect lets them pass; a key that stands twice, or half of a character, is told all the same."""
    path = tmp_path / "t.json"
    path.write_text(text)
    with pytest.raises(TopologySyntaxError, match=r"stands twice|half of a surrogate pair"):
        load(path)
