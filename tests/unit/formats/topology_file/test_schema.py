"""The schema for editors: fresh, of the same fields as the reader, and of use in an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from netwatch.formats.topology_file.fields import FIELDS
from netwatch.formats.topology_file.schema import MODELS, TopologyFile, json_schema
from netwatch.formats.topology_file.starter import starter
from netwatch.formats.yaml_events import read_yaml

EXAMPLES = sorted((Path(__file__).parents[4] / "topologies").glob("*/*.yaml"))


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def models_fields(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, model in {"TopologyFile": schema, **schema["$defs"]}.items():
        for field, says in model["properties"].items():
            yield name, field, says


def test_the_schema_that_ships_is_fresh() -> None:
    shipped = files("netwatch").joinpath("data", "topology.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == json_schema(), "run: netwatch schema > netwatch/data/topology.schema.json"


def test_the_schema_is_one_and_names_its_dialect_but_no_address_of_its_own() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema


@pytest.mark.parametrize("kind", FIELDS)
def test_the_models_have_the_fields_that_the_reader_has(kind: str) -> None:
    fields = MODELS[kind].model_fields.values()
    assert {field.alias for field in fields} == set(FIELDS[kind])


def test_there_is_a_model_for_every_kind_of_thing() -> None:
    assert set(MODELS) == set(FIELDS)


def test_a_field_that_must_be_there_must_be_there_in_both() -> None:
    for kind, model in MODELS.items():
        required = {field.alias for field in model.model_fields.values() if field.is_required()}
        assert required == {name for name, field in FIELDS[kind].items() if field.example}, kind


def test_every_field_is_described_and_nothing_carries_a_needless_title() -> None:
    for name, field, says in models_fields(json_schema()):
        assert says["description"].endswith((".", '".')), f"{name}.{field}"
        assert "title" not in says


def test_every_example_in_the_schema_is_valid() -> None:
    schema = json_schema()
    for name, field, says in models_fields(schema):
        judge = jsonschema.Draft202012Validator({**says, "$defs": schema["$defs"]})
        for example in says.get("examples", ()):
            assert judge.is_valid(example), f"{name}.{field}: {example}"


def test_an_editor_is_offered_azures_words() -> None:
    rule = json_schema()["$defs"]["SecurityRule"]["properties"]
    assert {"enum": ["Allow", "Deny"]} in rule["access"]["anyOf"]


def test_the_examples_and_the_starter_are_valid() -> None:
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES if path.stem != "checks"]
    for text in (starter(), *texts):
        value = read_yaml("net.yaml", text).value
        validator().validate(value)
        TopologyFile.model_validate(value)


@pytest.mark.parametrize(
    "text",
    ["", "netwatch: 2", "netwatch: 1\nvirtualNetwork: {}", "netwatch: 1\nvirtualNetworks: {v: {}}",
     "netwatch: 1\nvirtualNetworks: {v: {addressPrefixes: 10.0.0.0/33}}",
     "netwatch: 1\nvirtualNetworks: {v/w: {addressPrefixes: 10.0.0.0/16}}",
     "netwatch: 1\nvirtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {}}}}",
     "netwatch: 1\nnetworkSecurityGroups: {n: {securityRules: {r: {priority: 99}}}}",
     "netwatch: 1\nnetworkSecurityGroups: {n: {securityRules: {r: {priority: 100, access: Alow}}}}",
     "netwatch: 1\nnetworkSecurityGroups: {n: {securityRules: {r: {priority: 100, destinationPortRanges: 65536}}}}",
     "netwatch: 1\nnetworkSecurityGroups: {n: {securityRules: {r: {priority: 100, source: a, "
     "sourceApplicationSecurityGroups: b}}}}",
     "netwatch: 1\nrouteTables: {t: {routes: {r: {addressPrefix: 10.0.0.0/8, nextHopType: virtualAppliance}}}}",
     "netwatch: 1\nnetworkInterfaces: {n: {ipConfigurations: {a: {}}}}",
     "netwatch: 1\nnetworkManagers: {m: {connectivityConfigurations: {c: {connectivityTopology: Mesh, "
     "appliesToGroups: {}}}}}",
     "netwatch: 1\nfacts: {powerState: {vm: off}}"],
)  # fmt: skip
def test_an_editor_marks_what_the_reader_would_refuse(text: str) -> None:
    assert not validator().is_valid(read_yaml("net.yaml", text).value)
