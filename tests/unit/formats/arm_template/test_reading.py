"""Templates as Azure reads them: scopes, loops, conditions, children, references, and what stays open."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import QueryError, TopologyError, TopologyErrors
from netwatch.formats import load
from netwatch.formats.arm_resources.identity import DEFAULT_RESOURCE_GROUP
from netwatch.formats.places import locate_all
from netwatch.formats.template_context import TemplateContext
from netwatch.model.rules import Cidr
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.templates import SCHEMA, deployed, subnet_prefix, template, vnet


def _nic(name: str, subnet: Any = None, **fields: Any) -> dict[str, Any]:
    subnet = subnet or "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"
    config = {"name": "c", "properties": {"subnet": {"id": subnet}, **fields}}
    return {
        "type": "Microsoft.Network/networkInterfaces",
        "name": name,
        "properties": {"ipConfigurations": [config]},
    }


def _rule(**fields: Any) -> dict[str, Any]:
    rest = {
        "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*",
        "sourceAddressPrefix": "*", "destinationPortRange": "*", "destinationAddressPrefix": "*",
    }  # fmt: skip
    return {"name": "r", "properties": {**rest, **fields}}


def _nsg(*rules: Any, **parts: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.Network/networkSecurityGroups",
        "name": "n",
        "properties": {"securityRules": list(rules)},
        **parts,
    }


def _nested(*resources: Any, scope: str = "", **parts: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"mode": "Incremental", "template": template(*resources, **parts.pop("inside", {}))}
    if scope:
        properties["expressionEvaluationOptions"] = {"scope": scope}
    properties.update(parts.pop("properties", {}))
    return {"type": "Microsoft.Resources/deployments", "name": "d", "properties": properties, **parts}


def _names(topology: Topology, kind: str = "vnets") -> list[str]:
    return [each.id.name for each in getattr(topology, kind).values()]


def _parameter(default: Any = None, type: str = "string") -> dict[str, Any]:
    return {"type": type} if default is None else {"type": type, "defaultValue": default}


# parameters and variables


def test_defaults_may_name_other_parameters_and_variables() -> None:
    parameters = {"p": _parameter("[concat(variables('a'), '.0.0/16')]"), "q": _parameter("[parameters('P')]")}
    topology = deployed(template(vnet(prefix="[parameters('q')]"), parameters=parameters, variables={"A": "10.7"}))
    assert subnet_prefix(topology) == "10.7.0.0/16"


def test_a_parameter_without_a_value_leaves_what_needs_it_open() -> None:
    found = subnet_prefix(deployed(template(vnet(prefix="[parameters('p')]"), parameters={"p": _parameter()})))
    assert isinstance(found, Unresolved)
    assert found.reason == "the parameter p has neither a value nor a default"
    assert found.where is not None
    assert found.where.pointer == "parameters/p"


def test_a_parameter_may_get_what_its_type_allows_from_a_definition() -> None:
    types = {"maybe": {"type": "string", "nullable": True}, "alias": {"$ref": "#/definitions/maybe"}}
    parameters = {"p": {"$ref": "#/definitions/alias"}}
    prefix = "[coalesce(parameters('p'), '10.1.0.0/24')]"
    topology = deployed(template(vnet(prefix=prefix), parameters=parameters, definitions=types))
    assert subnet_prefix(topology) == "10.1.0.0/24"


def test_a_secret_stays_one_when_its_type_is_defined_elsewhere() -> None:
    parameters = {"p": {"$ref": "#/definitions/secret", "defaultValue": "10.1.0.0/24"}}
    types = {"secret": {"type": "securestring"}}
    topology = deployed(template(vnet(prefix="[parameters('p')]"), parameters=parameters, definitions=types))
    assert isinstance(subnet_prefix(topology), Unresolved)


def test_definitions_that_refer_to_one_another_end() -> None:
    parameters = {"p": {"$ref": "#/definitions/a"}}
    types = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
    topology = deployed(template(vnet(prefix="[parameters('p')]"), parameters=parameters, definitions=types))
    assert isinstance(subnet_prefix(topology), Unresolved)


def test_null_leaves_a_parameter_to_its_default() -> None:
    """Azure/bicep, pull request 9454: a parameter with a default takes a value, null or nothing."""
    inside = {"parameters": {"p": {"type": "string", "defaultValue": "10.1.0.0/24"}}}
    given = {"parameters": {"p": {"value": "[null()]"}}}
    nested = _nested(vnet(prefix="[parameters('p')]"), scope="inner", inside=inside, properties=given)
    assert subnet_prefix(deployed(template(nested))) == "10.1.0.0/24"


def test_a_variable_that_names_itself_is_a_circle() -> None:
    variables = {"a": "[variables('b')]", "b": "[variables('a')]"}
    with pytest.raises(TopologyErrors, match="the variable a refers to itself"):
        deployed(template(vnet(prefix="[variables('a')]"), variables=variables))


def test_variables_may_be_loops() -> None:
    loop = {"name": "all", "count": 3, "input": "[cidrSubnet('10.0.0.0/16', 24, copyIndex('all'))]"}
    topology = deployed(template(vnet(prefix="[variables('all')[2]]"), variables={"copy": [loop]}))
    assert subnet_prefix(topology) == "10.0.2.0/24"


def test_functions_of_ones_own() -> None:
    member = {
        "parameters": [{"name": "n", "type": "int"}],
        "output": {"type": "string", "value": "[format('10.{0}.0.0/16', parameters('n'))]"},
    }
    functions = [{"namespace": "my", "members": {"prefix": member}}]
    assert subnet_prefix(deployed(template(vnet(prefix="[my.prefix(4)]"), functions=functions))) == "10.4.0.0/16"


# parameter files


def _with_files(folder: Path, **files: Any) -> Path:
    value = template(vnet(prefix="[parameters('p')]"), parameters={"p": _parameter("10.0.0.0/24")})
    (folder / "azuredeploy.json").write_text(json.dumps(value))
    for name, parameters in files.items():
        body = {"$schema": "…/deploymentParameters.json#", "parameters": parameters}
        (folder / f"{name.replace('_', '.')}.json").write_text(json.dumps(body))
    return folder / "azuredeploy.json"


def test_the_parameter_file_beside_a_template_is_used_and_said_to_be(tmp_path: Path) -> None:
    path = _with_files(tmp_path, azuredeploy_parameters={"p": {"value": "10.1.0.0/24"}})
    topology = load(path)
    assert subnet_prefix(topology) == "10.1.0.0/24"
    assert any("azuredeploy.parameters.json, which stands beside it" in each for each in topology.notes.remarks)


def test_a_named_parameter_file_goes_before_the_one_beside_and_set_before_both(tmp_path: Path) -> None:
    path = _with_files(
        tmp_path, azuredeploy_parameters={"p": {"value": "10.1.0.0/24"}}, other={"P": {"value": "10.2.0.0/24"}}
    )
    other = str(tmp_path / "other.json")
    assert subnet_prefix(load(path, template=TemplateContext(other))) == "10.2.0.0/24"
    assert subnet_prefix(load(path, template=TemplateContext(other, ("p=10.3.0.0/24",)))) == "10.3.0.0/24"


def test_values_from_key_vaults_are_open(tmp_path: Path) -> None:
    path = _with_files(
        tmp_path, azuredeploy_parameters={"p": {"reference": {"keyVault": {"id": "/x"}, "secretName": "s"}}}
    )
    found = subnet_prefix(load(path))
    assert isinstance(found, Unresolved)
    assert "key vault" in found.reason


def test_placeholders_are_open_where_a_prefix_is_wanted_and_text_elsewhere(tmp_path: Path) -> None:
    parameters = {"p": _parameter(), "a": _parameter(), "b": _parameter()}
    value = template(vnet("[parameters('a')]", "[parameters('p')]"), vnet("[parameters('b')]"), parameters=parameters)
    (tmp_path / "azuredeploy.json").write_text(json.dumps(value))
    given = {"p": {"value": "GEN-CIDR"}, "a": {"value": "GEN-UNIQUE"}, "b": {"value": "GEN-UNIQUE"}}
    (tmp_path / "azuredeploy.parameters.json").write_text(json.dumps({"parameters": given}))
    topology = load(tmp_path / "azuredeploy.json")
    assert _names(topology) == ["GEN-UNIQUE", "GEN-UNIQUE-b"], "Azure's gallery puts another text for each"
    assert isinstance(subnet_prefix(topology), Unresolved)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q=1", 'no parameter "q"\\. It has p, n, l, vnetName\\.'),
        ("vnetNames=1", 'Did you mean "vnetName"'),
        ("p", "is not NAME=VALUE"),
        ("n=x", "is no int"),
        ("l=x", "is no array"),
    ],
)
def test_what_cannot_be_set_says_so(text: str, message: str) -> None:
    parameters = {"p": _parameter(), "n": _parameter(type="int"), "l": _parameter(type="array")}
    parameters["vnetName"] = _parameter()
    with pytest.raises(QueryError, match=message):
        deployed(template(parameters=parameters), sets=(text,))


@pytest.mark.parametrize(("limits", "said", "wrong"), [
    ({"type": "string", "allowedValues": ["a", "b"]}, "p=c", '"c" is not among the allowed values "a", "b"'),
    ({"type": "string", "AllowedValues": ["dev"]}, "p=stage", '"stage" is not among the allowed values "dev"'),
    ({"type": "array", "allowedValues": ["a", "b"]}, 'p=["a","c"]', "is not among the allowed values"),
    ({"type": "int", "minValue": 2}, "p=1", "1 is less than minValue 2"),
    ({"type": "int", "maxValue": 2}, "p=3", "3 is more than maxValue 2"),
    ({"type": "string", "minLength": 3}, "p=ab", "the length 2 is less than minLength 3"),
    ({"type": "array", "maxLength": 1}, "p=[1, 2]", "the length 2 is more than maxLength 1"),
])  # fmt: skip
def test_a_value_that_azure_refuses_is_refused_though_nothing_uses_it(limits: Any, said: str, wrong: str) -> None:
    with pytest.raises(TopologyError) as caught:
        deployed(template(vnet(), parameters={"p": limits}), sets=(said,))
    assert str(caught.value).partition("given: ")[0].endswith("the parameter p cannot have the value that it is ")
    assert wrong in str(caught.value)
    assert "Azure refuses this deployment" in str(caught.value)


@pytest.mark.parametrize(("limits", "default", "wrong"), [
    ({"type": "string", "allowedValues": ["a", "b"]}, "c", '"c" is not among the allowed values "a", "b"'),
    ({"type": "int", "minValue": 2}, 1, "1 is less than minValue 2"),
    ({"type": "int", "maxValue": 2}, "[add(1, 2)]", "3 is more than maxValue 2"),
    ({"type": "string", "minLength": 3}, "", "the length 0 is less than minLength 3"),
    ({"type": "array", "maxLength": 1}, [1, "[resourceGroup().name]"], "the length 2 is more than maxLength 1"),
    ({"type": "string", "allowedValues": ["a"]}, "[variables('v')]", '"b" is not among the allowed values "a"'),
    ({"$ref": "#/definitions/d"}, "c", '"c" is not among the allowed values "a"'),
])  # fmt: skip
def test_a_default_that_azure_refuses_is_refused_at_its_line(
    tmp_path: Path, limits: Any, default: Any, wrong: str
) -> None:
    definitions = {"d": {"type": "string", "allowedValues": ["a"]}}
    parameters = {"p": {**limits, "defaultValue": default}}
    value = template(vnet(), parameters=parameters, variables={"v": "b"}, definitions=definitions)
    with pytest.raises(TopologyErrors) as caught:
        deployed(json.dumps(value, indent=1), tmp_path)
    (error,) = caught.value.errors
    assert error.message.startswith(f"the parameter p cannot have its default value: {wrong}")
    assert error.where is not None
    assert error.where.pointer == "parameters/p/defaultValue"
    lines = (tmp_path / "azuredeploy.json").read_text().splitlines()
    (place,) = locate_all([error.where])
    assert '"defaultValue"' in lines[place.line - 1]


@pytest.mark.parametrize("limits", [
    {"type": "string", "allowedValues": ["a"], "defaultValue": "A"},
    {"type": "int", "minValue": 2, "defaultValue": 2},
    {"type": "string", "minLength": 3, "defaultValue": None, "nullable": True},
    {"type": "securestring", "minLength": 12, "defaultValue": ""},
    {"type": "string", "allowedValues": ["a"], "defaultValue": "[newGuid()]"},
    {"type": "string", "allowedValues": ["a"], "defaultValue": "[parameters('q')]"},
    {"type": "string", "allowedValues": ["a"], "defaultValue": "[resourceGroup().location]"},
    {"type": "string", "maxLength": 3, "defaultValue": "[concat(resourceGroup().name, '-vnet')]"},
    {"type": "string", "allowedValues": ["a"], "defaultValue": "[substring(subscription().subscriptionId, 0, 3)]"},
])  # fmt: skip
def test_a_default_is_not_refused_that_azure_takes_or_that_nobody_knows(limits: Any) -> None:
    assert _names(deployed(template(vnet(), parameters={"p": limits, "q": _parameter()}))) == ["v"]


def test_a_default_that_hangs_on_the_region_is_held_where_the_region_is_said() -> None:
    limits = {"type": "string", "allowedValues": ["eastus"], "defaultValue": "[resourceGroup().location]"}
    value = template(
        vnet(prefix="[if(equals(parameters('p'), 'eastus'), '10.0.0.0/24', '')]"), parameters={"p": limits}
    )
    assert subnet_prefix(deployed(value, location="eastus")) == "10.0.0.0/24"
    with pytest.raises(TopologyErrors, match='"uksouth" is not among the allowed values "eastus"'):
        deployed(value, location="uksouth")


def test_a_default_beside_a_value_that_is_given_does_not_count() -> None:
    limits = {"type": "string", "allowedValues": ["a"], "defaultValue": "c"}
    assert _names(deployed(template(vnet(), parameters={"p": limits}), sets=("p=a",))) == ["v"]


def test_what_a_nested_deployment_is_given_is_not_refused_where_nobody_knows_it() -> None:
    inside = {"parameters": {"where": {"type": "string", "allowedValues": ["eastus"]}}}
    given = {"parameters": {"where": {"value": "[resourceGroup().location]"}}}
    nested = _nested(vnet("[concat('v', parameters('where'))]"), scope="inner", inside=inside, properties=given)
    assert _names(deployed(template(nested))) == ["vwesteurope"]
    with pytest.raises(TopologyErrors, match='"uksouth" is not among the allowed values'):
        deployed(template(nested), location="uksouth")


def test_a_default_inside_a_nested_deployment_is_held_too() -> None:
    inside = {"parameters": {"prefix": {**_parameter("10.2.0.0/16"), "allowedValues": ["10.1.0.0/16"]}}}
    with pytest.raises(TopologyErrors, match="the parameter prefix cannot have its default value"):
        deployed(template(_nested(vnet(prefix="[parameters('prefix')]"), scope="inner", inside=inside)))


@pytest.mark.parametrize(("limits", "said"), [
    ({"type": "string", "allowedValues": ["Dev"]}, "p=dEV"),
    ({"type": "array", "allowedValues": ["a", "b"]}, 'p=["B"]'),
    ({"type": "int", "minValue": 2, "maxValue": 2}, "p=2"),
    ({"type": "string", "minLength": 2, "maxLength": 2}, "p=ab"),
    ({"type": "string", "maxLength": 5}, "p=GEN-UNIQUE-5"),
    ({"type": "securestring", "minLength": 12}, "p=x"),
])  # fmt: skip
def test_a_value_within_the_limits_is_taken(limits: Any, said: str) -> None:
    assert _names(deployed(template(vnet(), parameters={"p": limits}), sets=(said,))) == ["v"]


def test_values_given_to_a_nested_deployment_are_looked_at_too() -> None:
    inside = {"parameters": {"prefix": {"type": "string", "allowedValues": ["10.1.0.0/16"]}}}
    given = {"parameters": {"prefix": {"value": "10.2.0.0/16"}}}
    nested = _nested(vnet(prefix="[parameters('prefix')]"), scope="inner", inside=inside, properties=given)
    with pytest.raises(TopologyErrors, match="is not among the allowed values"):
        deployed(template(nested))


def test_set_reads_the_declared_type() -> None:
    parameters = {"n": _parameter(type="int"), "l": _parameter(type="array")}
    value = template(vnet(prefix="[parameters('l')[parameters('n')]]"), parameters=parameters)
    assert subnet_prefix(deployed(value, sets=("n=1", 'l=["x", "10.9.0.0/24"]'))) == "10.9.0.0/24"


def test_secrets_are_never_looked_at_save_that_there_is_none() -> None:
    parameters = {"key": {"type": "secureString"}, "token": {"type": "secureString", "defaultValue": ""}}
    value = template(
        vnet("[concat('v', parameters('token'))]"), vnet("[concat('w', parameters('key'))]"), parameters=parameters
    )
    topology = deployed(value, sets=("key=hunter2",))
    assert _names(topology) == ["v", "w{parameters('key')}"]
    assert "hunter2" not in repr(topology)


# where it goes


def test_the_context_of_the_deployment() -> None:
    value = template(vnet(location="[resourceGroup().location]"))
    found = next(iter(deployed(value, subscription="s", resource_group="g", location="uksouth").vnets.values()))
    assert (found.id.subscription, found.id.resource_group, found.location) == ("s", "g", "uksouth")
    found = next(iter(deployed(value).vnets.values()))
    assert (found.id.resource_group, found.location) == ("netwatch", "westeurope")


def test_a_deployment_to_a_subscription_makes_groups_and_deploys_into_them() -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "name": "rg-new", "location": "uksouth"}
    value = template(group, _nested(vnet(), scope="inner", resourceGroup="rg-new"))
    value["$schema"] = SCHEMA.replace("deploymentTemplate", "subscriptionDeploymentTemplate")
    topology = deployed(value)
    assert next(iter(topology.vnets.values())).id.resource_group == "rg-new"
    assert next(iter(topology.others.values())).id.text.endswith("/resourceGroups/rg-new")


# loops, conditions, children


def test_resources_are_copied_each_with_its_place() -> None:
    value = template(
        vnet("[concat('v', copyIndex(1))]", "[format('10.{0}.0.0/16', copyIndex('c'))]", copy={"name": "c", "count": 2})
    )
    topology = deployed(value)
    assert _names(topology) == ["v1", "v2"]
    assert [str(s.prefixes[0]) for s in topology.subnets.values()] == ["10.0.0.0/16", "10.1.0.0/16"]
    assert [v.where.pointer for v in topology.vnets.values()] == ["resources/0[0]", "resources/0[1]"]


def test_properties_are_copied(tmp_path: Path) -> None:
    loop = {
        "name": "subnets",
        "count": 2,
        "input": {
            "name": "[format('s{0}', copyIndex('subnets'))]",
            "properties": {"addressPrefix": "[format('10.0.{0}.0/24', copyIndex('subnets'))]"},
        },
    }
    net = vnet()
    net["properties"] = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "copy": [loop]}
    topology = deployed(json.dumps(template(net), indent=1), tmp_path)
    assert [str(s.prefixes[0]) for s in topology.subnets.values()] == ["10.0.0.0/24", "10.0.1.0/24"]
    second = locate_all([list(topology.subnets.values())[1].where])[0]
    assert second.pointer == "resources/0/properties/copy/0/input[1]"
    assert second.line > 0


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (801, "makes 801 copies. Azure makes 800 at most"),
        (-1, "expected a whole number"),
        ("x", "expected a whole number"),
    ],
)
def test_a_loop_has_a_sensible_count(count: Any, message: str) -> None:
    with pytest.raises(TopologyErrors, match=message):
        deployed(template(vnet("[concat('v', copyIndex())]", copy={"name": "c", "count": count})))


def test_a_loop_of_unknown_count_is_left_out_and_said_to_be() -> None:
    value = template(
        vnet("[concat('v', copyIndex())]", copy={"name": "c", "count": "[parameters('n')]"}),
        parameters={"n": _parameter(type="int")},
    )
    topology = deployed(value)
    assert not topology.vnets
    assert [each.what for each in topology.notes.open] == ["Microsoft.Network/virtualNetworks at resources/0"]


def test_what_has_a_false_condition_is_not_made() -> None:
    topology = deployed(template(vnet("a", condition=False), vnet("b", condition="[equals(1, 1)]")))
    assert _names(topology) == ["b"]
    assert "Not made, because their condition is false: 1 resource." in topology.notes.remarks


def test_a_rule_that_may_or_may_not_be_made_is_a_rule_of_unknown_access() -> None:
    own = {
        "type": "Microsoft.Network/networkSecurityGroups/securityRules",
        "name": "n/r",
        **_rule(),
        "condition": "[parameters('p')]",
    }
    own["name"] = "n/r"
    nsg = next(iter(deployed(template(_nsg(), own, parameters={"p": _parameter(type="bool")})).nsgs.values()))
    assert isinstance(nsg.rules[0].access, Unresolved)


def test_children_in_both_spellings() -> None:
    net = vnet()
    net["resources"] = [{"type": "subnets", "name": "inside", "properties": {"addressPrefix": "10.1.0.0/24"}}]
    apart = {
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "name": "v/apart",
        "properties": {"addressPrefix": "10.2.0.0/24"},
    }
    assert sorted(_names(deployed(template(net, apart)), "subnets")) == ["apart", "inside", "s"]


def test_a_subnet_that_stands_alone_too_is_made_last() -> None:
    apart = {
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "name": "v/s",
        "properties": {"addressPrefix": "10.2.0.0/24"},
    }
    topology = deployed(template(vnet(), apart))
    assert subnet_prefix(topology) == "10.2.0.0/24"
    assert len(topology.subnets) == 1


def test_a_name_does_not_fit_its_type() -> None:
    with pytest.raises(TopologyErrors, match="wants 2 names, and 1 are given"):
        deployed(template({"type": "Microsoft.Network/virtualNetworks/subnets", "name": "s"}))


# names that are not known


def test_a_wholly_unknown_name_leaves_its_resource_out() -> None:
    name = "[last(split(parameters('p'), '/'))]"
    topology = deployed(template(vnet(name), parameters={"p": _parameter()}))
    assert not topology.vnets
    assert topology.notes.open[0].value.reason == "the parameter p has neither a value nor a default"


def test_a_name_that_is_a_parameter_without_a_value_is_called_by_the_parameter() -> None:
    subnet = "[resourceId('Microsoft.Network/virtualNetworks/subnets', parameters('vnet_name'), 's')]"
    topology = deployed(
        template(vnet("[parameters('vnet_name')]"), _nic("i", subnet), parameters={"vnet_name": _parameter()})
    )
    assert _names(topology) == ["{vnet_name}"]
    (note,) = topology.notes.open
    assert note.what.endswith("/virtualNetworks/{vnet_name}/name")
    nic = next(iter(topology.nics.values()))
    assert str(nic.ip_configurations[0].private_ip) == "10.0.0.4"


def test_a_name_that_comes_out_empty_leaves_its_resource_out() -> None:
    storage = {"type": "Microsoft.Storage/storageAccounts", "name": "[variables('none')]"}
    topology = deployed(template(vnet(), storage, variables={"none": ""}))
    (note,) = topology.notes.open
    assert note.what == "Microsoft.Storage/storageAccounts at resources/1"
    assert "comes out empty" in note.value.reason


def test_a_name_that_is_written_empty_is_a_mistake() -> None:
    with pytest.raises(TopologyError, match="needs a name"):
        deployed(template(vnet(name="")))


def test_a_partly_unknown_name_is_one_and_can_be_referred_to() -> None:
    subnet = "[resourceId('Microsoft.Network/virtualNetworks/subnets', concat(parameters('p'), '-v'), 's')]"
    topology = deployed(
        template(vnet("[concat(parameters('p'), '-v')]"), _nic("i", subnet), parameters={"p": _parameter()})
    )
    assert _names(topology) == ["{p}-v"]
    nic = next(iter(topology.nics.values()))
    assert nic.ip_configurations[0].subnet == next(iter(topology.subnets.values())).id


def test_templates_of_one_deployment_meet_by_the_parameter_that_names_their_parts(tmp_path: Path) -> None:
    subnet = "[resourceId('Microsoft.Network/virtualNetworks/subnets', concat(parameters('base'), '-v'), 's')]"
    parameters = {"base": _parameter()}
    for name, resource in (("a", vnet("[concat(parameters('base'), '-v')]")), ("b", _nic("i", subnet))):
        (tmp_path / f"{name}.json").write_text(json.dumps(template(resource, parameters=parameters)))
    topology = load(tmp_path)
    nic = next(iter(topology.nics.values()))
    assert str(nic.ip_configurations[0].private_ip) == "10.0.0.4"
    assert len(topology.notes.remarks) == 1  # both go to the same place, which is said once


def test_what_is_not_read_is_not_said_to_be_open() -> None:
    address = {
        "type": "Microsoft.Network/publicIPAddresses",
        "name": "p",
        "properties": {"dnsSettings": {"domainNameLabel": "[parameters('label')]"}},
    }
    assert not deployed(template(vnet(), address, parameters={"label": _parameter()})).notes.open


def test_rules_that_are_wholly_unknown_are_one_rule_of_which_nothing_is_known() -> None:
    nsg = _nsg()
    nsg["properties"]["securityRules"] = "[parameters('rules')]"
    found = next(iter(deployed(template(nsg, parameters={"rules": _parameter(type="array")})).nsgs.values())).rules
    assert [rule.name for rule in found] == ["{unknown-0}"]
    assert all(isinstance(each, Unresolved) for each in (found[0].access, found[0].priority, found[0].direction))


def test_objects_of_parameters_keep_their_place(tmp_path: Path) -> None:
    nsg = _nsg()
    nsg["properties"]["securityRules"] = "[parameters('rules')]"
    value = template(nsg, parameters={"rules": _parameter(type="array")})
    (tmp_path / "azuredeploy.parameters.json").write_text(
        json.dumps({"parameters": {"rules": {"value": [_rule()]}}}, indent=1)
    )
    rule = next(iter(deployed(value, tmp_path).nsgs.values())).rules[0]
    assert rule.where.source.endswith("azuredeploy.parameters.json")
    assert locate_all([rule.where])[0].line > 1


# references


def test_a_dynamic_address_that_another_resource_asks_for_is_assumed() -> None:
    table = {
        "type": "Microsoft.Network/routeTables",
        "name": "t",
        "properties": {"routes": [{"name": "r", "properties": {
            "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
            "nextHopIpAddress": "[reference(variables('two')).ipConfigurations[0].properties.privateIPAddress]",
        }}]},
    }  # fmt: skip
    topology = deployed(
        template(
            table,
            vnet(),
            _nic("one"),
            _nic("two"),
            _nic("three", privateIPAddress="10.0.0.4"),
            variables={"two": "[resourceId('Microsoft.Network/networkInterfaces', 'two')]"},
        )
    )
    assert str(next(iter(topology.route_tables.values())).routes[0].next_hop_ip) == "10.0.0.6", (
        ".4 is taken, .5 is one's"
    )
    given = {
        nic.id.name: (str(c.private_ip), c.assumed) for nic in topology.nics.values() for c in nic.ip_configurations
    }
    assert given == {"one": ("10.0.0.5", True), "two": ("10.0.0.6", True), "three": ("10.0.0.4", False)}
    assert any(each.what.endswith("routes/0/properties/nextHopIpAddress") for each in topology.notes.assumed)


def test_networks_may_ask_for_addresses_in_networks() -> None:
    ask = "[reference('i').ipConfigurations[0].properties.privateIPAddress]"
    other, another = vnet("w", "10.9.0.0/24"), vnet("x", "10.9.0.0/24")
    for each in (other, another):
        each["properties"]["dhcpOptions"] = {"dnsServers": [ask]}
    own = _nsg(_rule(sourceAddressPrefix=ask))
    topology = deployed(template(other, another, own, vnet(), _nic("i")))
    assert not topology.notes.open
    assert str(next(iter(topology.nsgs.values())).rules[0].sources.terms[0].prefix) == "10.0.0.4/32"  # type: ignore[union-attr]


def test_what_depends_on_another_gets_its_address_later() -> None:
    late = {**_nic("late"), "dependsOn": ["early"]}
    topology = deployed(template(vnet(), late, _nic("early")))
    assert [nic.id.name for nic in topology.nics.values()] == ["early", "late"]


def test_a_public_address_is_azures_to_draw() -> None:
    pip = {
        "type": "Microsoft.Network/publicIPAddresses",
        "name": "pip",
        "location": "westeurope",
        "properties": {"dnsSettings": {"domainNameLabel": "x"}},
    }
    ask = "[reference(resourceId('Microsoft.Network/publicIPAddresses', 'pip')).{0}]"
    rule = _rule(sourceAddressPrefix=ask.format("ipAddress"), description=ask.format("dnsSettings.fqdn"))
    found = next(iter(deployed(template(pip, _nsg(rule))).nsgs.values())).rules[0]
    assert isinstance(found.sources.terms[0], Unresolved)
    assert found.sources.terms[0].reason == "Azure sets ipAddress when pip is made"
    assert found.description == "x.westeurope.cloudapp.azure.com"


def test_the_prefix_of_a_subnet_inside_its_network_can_be_asked_for() -> None:
    ask = "[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')).addressPrefix]"
    found = next(iter(deployed(template(_nsg(_rule(sourceAddressPrefix=ask)), vnet())).nsgs.values())).rules[0]
    assert isinstance(found.sources.terms[0], Cidr)


def test_resources_that_refer_to_one_another_are_a_circle() -> None:
    ask = "[reference(resourceId('Microsoft.Network/virtualNetworks', '{0}')).subnets[0].properties.addressPrefix]"
    with pytest.raises(TopologyErrors, match="refers to itself"):
        deployed(template(vnet("a", ask.format("b")), vnet("b", ask.format("a"))))


def test_what_is_declared_anew_refers_to_what_it_was() -> None:
    """As templates do that give a subnet its group afterwards ("Update a resource in an Azure Resource Manager
    template", Azure Architecture Center)."""
    id = "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')"
    old = f"[union(reference({id}, '2024-05-01'), createObject('routeTable', createObject('id', resourceId({{0}}))))]"
    again = {
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "name": "v/s",
        "properties": old.format("'Microsoft.Network/routeTables', 't'"),
    }
    table = {"type": "Microsoft.Network/routeTables", "name": "t", "properties": {"routes": []}}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "name": "d",
        "dependsOn": ["v"],
        "properties": {"mode": "Incremental", "template": template(again)},
    }
    topology = deployed(template(vnet(prefix="10.0.3.0/24"), table, nested))
    (subnet,) = topology.subnets.values()
    assert (subnet_prefix(topology), getattr(subnet.route_table, "name", "")) == ("10.0.3.0/24", "t")


# deployments inside deployments


def test_inner_and_outer_scope() -> None:
    inside = {"parameters": {"p": _parameter("10.2.0.0/16")}, "variables": {"x": "10.3.0.0/16"}}
    net = vnet(prefix="[parameters('p')]")
    outer: dict[str, Any] = {"parameters": {"p": _parameter("10.1.0.0/16")}}
    assert subnet_prefix(deployed(template(_nested(net, inside=inside), **outer))) == "10.1.0.0/16"
    assert subnet_prefix(deployed(template(_nested(net, scope="inner", inside=inside), **outer))) == "10.2.0.0/16"
    escaped = vnet(prefix="[[variables('x')]")
    assert subnet_prefix(deployed(template(_nested(escaped, inside=inside), **outer))) == "10.3.0.0/16"


def test_parameters_and_outputs_of_a_nested_deployment() -> None:
    inside = {
        "parameters": {"n": _parameter(type="int")},
        "outputs": {"out": {"type": "string", "value": "[format('10.{0}.0.0/16', parameters('n'))]"}},
    }
    nested = _nested(scope="inner", inside=inside, properties={"parameters": {"n": {"value": "[add(1, 2)]"}}})
    ask = "[reference(resourceId('Microsoft.Resources/deployments', 'd')).outputs.out.value]"
    assert subnet_prefix(deployed(template(vnet(prefix=ask), nested))) == "10.3.0.0/16"
    assert subnet_prefix(deployed(template(vnet(prefix="[reference('d').outputs.out.value]"), nested))) == "10.3.0.0/16"


def _asked(group: str, *nested: Any, folder: Path | None = None, sets: tuple[str, ...] = (), **parts: Any) -> list[str]:
    """Where network ``v`` of the template and network ``w`` of its deployments come to lie, asked about a group."""
    topology = deployed(template(vnet(), *nested, **parts), folder, asked_group=group, sets=sets)
    return [f"{each.id.resource_group}/{each.id.name}" for each in topology.vnets.values()]


def _to(group: str, *resources: Any, **parts: Any) -> dict[str, Any]:
    return _nested(*(resources or (vnet("w"),)), scope="inner", resourceGroup=group, **parts)


_HERE = DEFAULT_RESOURCE_GROUP


def test_a_template_goes_to_the_group_that_is_asked_about() -> None:
    assert _asked("rg-a") == ["rg-a/v"]
    assert _asked("rg-a", _to("rg-b")) == ["rg-a/v", "rg-b/w"]
    assert _asked("", _to("rg-b")) == [f"{_HERE}/v", "rg-b/w"]
    following = {"to": _parameter("[resourceGroup().name]")}
    assert _asked("rg-a", _to("[resourceGroup().name]")) == ["rg-a/v", "rg-a/w"]
    assert _asked("rg-a", _to("[parameters('to')]"), parameters=following) == ["rg-a/v", "rg-a/w"]
    assert _asked("rg-a", _to("rg-a", condition=False)) == ["rg-a/v"]
    assert (
        _asked("rg-a", _to("[parameters('to')]", vnet("w"), vnet("x")), parameters={"to": _parameter()})[0] == "rg-a/v"
    )


def test_a_template_that_deploys_to_the_group_asked_about_lies_elsewhere_itself() -> None:
    assert _asked("RG-A", _to("rg-a")) == [f"{_HERE}/v", "rg-a/w"]
    assert _asked("rg-a", _to("rg-b", _to("rg-a"))) == [f"{_HERE}/v", "rg-a/w"]
    assert _asked("rg-a", _to("[resourceGroup().name]", name="e"), _to("rg-a")) == [
        f"{_HERE}/v",
        f"{_HERE}/w",
        "rg-a/w",
    ]
    said = {"to": _parameter()}
    assert _asked("rg-a", _to("[parameters('to')]"), parameters=said, sets=("to=rg-a",)) == [f"{_HERE}/v", "rg-a/w"]
    open_condition = _to("rg-a", condition="[parameters('is')]")
    assert _asked("rg-a", open_condition, parameters={"is": _parameter(type="bool")})[0] == f"{_HERE}/v"


def test_what_a_deployment_that_is_not_here_makes_is_not_the_templates_own() -> None:
    linked = {"template": None, "templateLink": {"uri": "https://example.org/net.json"}}
    assert _asked("rg-a", _to("rg-a", properties=linked)) == [f"{_HERE}/v"]


def test_a_group_that_is_deployed_to_goes_before_one_that_is_asked_about() -> None:
    topology = deployed(template(vnet(), _to("rg-a")), resource_group="rg-a", asked_group="rg-b")
    assert [each.id.resource_group for each in topology.vnets.values()] == ["rg-a", "rg-a"]


def test_a_mistake_is_told_once_whichever_group_is_asked_about() -> None:
    with pytest.raises(TopologyErrors) as caught:
        _asked("rg-a", _to("rg-a"), vnet(name="[parameters('q')]"), vnet(name="[parameters('r')]"))
    assert [str(each).count("there is no parameter") for each in caught.value.errors] == [1, 1]


def test_a_deployment_lies_in_the_group_that_it_goes_to() -> None:
    outputs = {"prefix": {"type": "string", "value": "10.1.0.0/24"}}
    there = _nested(resourceGroup="rg-2", scope="inner", inside={"outputs": outputs})
    prefix = "[reference(resourceId('rg-2', 'Microsoft.Resources/deployments', 'd')).outputs.prefix.value]"
    assert subnet_prefix(deployed(template(there, vnet(prefix=prefix)))) == "10.1.0.0/24"


@pytest.mark.parametrize("asked", ["tryGet({}, 'ipAddress')", "if(contains({}, 'ipAddress'), '10.0.0.0/24', 'x')"])
def test_what_azure_adds_to_a_resource_is_not_missing(asked: str) -> None:
    public = {"type": "Microsoft.Network/publicIPAddresses", "name": "p", "properties": {}}
    asked = asked.format("reference('p')")
    found = subnet_prefix(deployed(template(public, vnet(prefix=f"[{asked}]"))))
    assert isinstance(found, Unresolved)
    assert "ipAddress" in found.expression


def test_outputs_may_be_loops() -> None:
    output = {"type": "array", "copy": {"count": 2, "input": "[format('10.{0}.0.0/16', copyIndex())]"}}
    nested = _nested(scope="inner", inside={"outputs": {"all": output}})
    assert (
        subnet_prefix(deployed(template(nested, vnet(prefix="[reference('d').outputs.all.value[1]]")))) == "10.1.0.0/16"
    )


def test_a_resource_that_is_made_again_is_what_it_was_made_last() -> None:
    again = _nested(vnet(prefix="10.5.0.0/16"), scope="inner", dependsOn=["v"])
    topology = deployed(template(again, vnet()))
    assert subnet_prefix(topology) == "10.5.0.0/16"
    assert topology.vnets[next(iter(topology.vnets))].where.pointer == "resources/0/properties/template/resources/0"


@pytest.mark.parametrize(
    "link",
    [
        {"relativePath": "nested/net.json"},
        {"uri": "[uri(deployment().properties.templateLink.uri, 'nested/net.json')]"},
        {"uri": "https://example.org/some/where/nested/net.json?token=x"},
        {"uri": "[concat('https://example.org/nested/net.json', parameters('sas'))]"},
    ],
)
def test_a_linked_template_is_read_from_beside(tmp_path: Path, link: dict[str, str]) -> None:
    (tmp_path / "nested").mkdir()
    inner = template(vnet(prefix="[parameters('p')]"), parameters={"p": _parameter()})
    (tmp_path / "nested" / "net.json").write_text(json.dumps(inner))
    properties = {"mode": "Incremental", "templateLink": link, "parameters": {"p": {"value": "10.4.0.0/16"}}}
    deployment = {"type": "Microsoft.Resources/deployments", "name": "d", "properties": properties}
    topology = deployed(template(deployment, parameters={"sas": {"type": "secureString"}}), tmp_path)
    assert subnet_prefix(topology) == "10.4.0.0/16"
    assert next(iter(topology.vnets.values())).where.source.endswith("net.json")


def test_a_linked_template_that_is_not_there_is_said_to_be_missing() -> None:
    link = {"uri": "https://example.org/net.json"}
    deployment = {"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"templateLink": link}}
    found = deployed(template(deployment)).notes.open
    assert [(each.what, each.value.reason) for each in found] == [
        ("what the deployment d makes", "the linked template is not beside this one")
    ]


def test_a_template_that_links_to_itself_ends(tmp_path: Path) -> None:
    link = {"relativePath": "azuredeploy.json"}
    deployment = {"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"templateLink": link}}
    with pytest.raises(TopologyErrors, match="too many deployments"):
        deployed(template(deployment), tmp_path)


def test_a_deployment_of_unknown_name_makes_what_it_makes() -> None:
    nested = {**_nested(vnet(), scope="inner"), "name": "[parameters('p')]"}
    assert _names(deployed(template(nested, parameters={"p": _parameter()}))) == ["v"]


def test_what_a_deployment_makes_is_open_where_the_deployment_is() -> None:
    nested = _nested(vnet(), _nested(vnet("w")), condition="[parameters('p')]")
    topology = deployed(template(nested, parameters={"p": _parameter(type="bool")}))
    assert not topology.vnets
    assert sorted(each.what.split()[-1] for each in topology.notes.open) == ["v", "w"]


# language version 2.0


def test_symbolic_names() -> None:
    resources = {
        "hub": {**vnet("there", "10.9.0.0/16"), "existing": True},
        "nets": vnet(
            "[concat('v', copyIndex())]", "[format('10.{0}.0.0/16', copyIndex())]", copy={"name": "nets", "count": 2}
        ),
        "asks": vnet("w", "[reference('nets[1]').subnets[0].properties.addressPrefix]"),
        "last": vnet("x", "[last(references('nets')).subnets[0].properties.addressPrefix]"),
        "named": vnet("[concat(resourceInfo('asks').name, '-2')]"),
        "open": vnet("y", "[reference('hub').subnets[0].properties.addressPrefix]"),
    }
    topology = deployed({**template(), "languageVersion": "2.0", "resources": resources})
    prefixes = {str(s.vnet.name): str(s.prefixes[0]) for s in topology.subnets.values()}
    assert prefixes["w"] == prefixes["x"] == prefixes["v1"] == "10.1.0.0/16"
    assert "w-2" in prefixes
    assert "there" not in prefixes
    assert "exists already" in prefixes["y"]
    assert next(iter(topology.vnets.values())).where.pointer == "resources/nets[0]"


# private endpoints


@pytest.mark.parametrize("mark", ["extension", "import"])
def test_what_an_extension_makes_is_nothing_of_azure(mark: str) -> None:
    service = {mark: "kubernetes", "type": "core/Service@v1", "properties": {"metadata": {"name": "web"}}}
    topology = deployed({**template(), "languageVersion": "2.0", "resources": {"service": service, "net": vnet()}})
    assert list(topology.others) == []
    assert "Not resources of Azure, and left out: core/Service@v1." in topology.notes.remarks


def test_what_exists_already_is_named_as_it_is_asked_for() -> None:
    hub = {"existing": True, "type": "Microsoft.Network/virtualNetworks/subnets", "name": "hub/apps"}
    asked = vnet("v", "[cidrSubnet(reference('apps').addressPrefix, 24, 0)]")
    topology = deployed({**template(), "languageVersion": "2.0", "resources": {"apps": hub, "v": asked}})
    prefix = subnet_prefix(topology)
    assert prefix.expression == "cidrSubnet(reference('apps').addressPrefix, 24, 0)"
    assert prefix.reason == "apps exists already, and the templates do not say what it is"


def test_a_private_endpoint_gets_its_network_interface() -> None:
    endpoint = {
        "type": "Microsoft.Network/privateEndpoints",
        "name": "pe",
        "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"}},
    }
    topology = deployed(template(vnet(), endpoint, _nic("i")))
    nic = topology.nics[next(iter(topology.private_endpoints.values())).nics[0].key]  # type: ignore[union-attr]
    assert [(str(c.private_ip), c.assumed) for c in nic.ip_configurations] == [("10.0.0.4", True)]


# the dialect, and hostile input


def test_comments_line_breaks_in_strings_trailing_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = (
        '\ufeff// a template\n{\n /* with\n comments */ "$schema": "' + SCHEMA + '", // "not": this\n "resources": [\n'
    )
    text += json.dumps(vnet(prefix="[concat('10.0.0.0',\n'/24')]")).replace("\\n", "\n") + ",\n]}"
    topology = deployed(text, tmp_path)
    assert subnet_prefix(topology) == "10.0.0.0/24"
    assert locate_all([next(iter(topology.vnets.values())).where])[0].line == 6


def _doubling() -> dict[str, Any]:
    variables = {f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 60)}
    return template(vnet("[variables('v59')]"), variables={"v0": "x", **variables})


def _sharing() -> dict[str, Any]:
    variables = {f"v{n}": f"[createArray(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 60)}
    return template(
        vnet(tags="[variables('v59')]", prefix="[string(variables('v59'))]"), variables={"v0": "x", **variables}
    )


def _chain() -> dict[str, Any]:
    variables = {f"v{n}": f"[variables('v{n + 1}')]" for n in range(5000)}
    return template(vnet("[variables('v0')]"), variables={**variables, "v5000": "x"})


def _copies_in_copies() -> dict[str, Any]:
    inner: dict[str, Any] = {"name": "a", "count": 800, "input": "x"}
    for name in "bcd":
        inner = {"name": name, "count": 800, "input": {"copy": [inner]}}
    return template(vnet(tags={"copy": [inner]}))


def _own_function() -> dict[str, Any]:
    member = {"parameters": [], "output": {"type": "string", "value": "[my.f()]"}}
    return template(vnet("[my.f()]"), functions=[{"namespace": "my", "members": {"f": member}}])


@pytest.mark.parametrize("hostile", [_doubling, _sharing, _chain, _copies_in_copies, _own_function])
def test_hostile_templates_are_errors_with_a_place(hostile: Any) -> None:
    with pytest.raises(TopologyError) as raised:
        deployed(hostile())
    assert "azuredeploy.json" in str(raised.value)


@pytest.mark.parametrize(
    "value",
    [
        {"resources": 1}, {"resources": [1]}, {"resources": [{}]}, {"parameters": []}, {"variables": 3},
        {"resources": [{"type": 3, "name": "x"}]}, {"resources": [{"type": "a/b", "name": {}}]},
        {"resources": [{"type": "Microsoft.Resources/deployments", "name": "d", "properties": "x"}]},
        {"resources": [_nested(properties={"template": {"resources": 1}})]},
        {"resources": [_nested(properties={"parameters": 1})]},
        {"functions": [1]}, {"functions": [{"members": {"f": 1}}]}, {"resources": [vnet(copy=1)]},
        {"resources": [vnet(copy={})]}, {"resources": [vnet(dependsOn=1)]}, {"resources": [vnet(properties=[])]},
        {"resources": [vnet(properties={"copy": [1]})]}, {"resources": [vnet(condition=3)]},
    ],
)  # fmt: skip
def test_malformed_templates_load_or_say_why(value: dict[str, Any]) -> None:
    with suppress(TopologyError):
        deployed({**template(), **value})


@pytest.mark.parametrize("kind", ["loadBalancers", "publicIPAddresses"])
def test_a_sku_that_is_not_known_is_no_word_and_is_named(kind: str) -> None:
    sku = {"name": "[parameters('sku')]"}
    resource = {"type": f"Microsoft.Network/{kind}", "name": "x", "sku": sku, "properties": {}}
    left_open = deployed(template(resource, parameters={"sku": _parameter()})).notes.ignored
    assert [(each.name, each.property) for each in left_open] == [("x", "sku.name")]
    assert not deployed(template(resource, parameters={"sku": _parameter("Standard")})).notes.ignored
