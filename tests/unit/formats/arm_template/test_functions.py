"""A case for each function of the language. Expected values follow Microsoft's documentation of the function."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.errors import TopologyError
from netwatch.formats.arm_template.evaluator import pure_functions
from netwatch.formats.arm_template.functions_lambda import LAMBDA_FUNCTIONS
from netwatch.formats.arm_template.functions_scope import SCOPE_FUNCTIONS
from netwatch.model.unresolved import Unresolved
from tests.templates import value_of

_RG = "/subscriptions/sub-1/resourceGroups/rg-1"

CASES: dict[str, tuple[tuple[str, Any], ...]] = {
    # texts
    "base64": (("base64('one')", "b25l"),),
    "base64ToJson": (("base64ToJson(base64('{\"a\": 1}')).a", 1),),
    "base64ToString": (("base64ToString('b25l')", "one"),),
    "buildUri": (
        ("buildUri(createObject('scheme', 'https', 'host', 'h.io', 'port', 8080, 'path', '/a', 'query', '?b=1'))",
         "https://h.io:8080/a?b=1"),
        ("buildUri(parseUri('https://h.io/a'))", "https://h.io/a"),
    ),
    "concat": (
        ("concat('a', 1, true())", "a1True"),
        ("concat(createArray(1), createArray(2, 3))", [1, 2, 3]),
    ),
    "dataUri": (("dataUri('one')", "data:text/plain;charset=utf8;base64,b25l"),),
    "dataUriToString": (("dataUriToString('data:;base64,b25l')", "one"), ("dataUriToString('data:,a%20b')", "a b")),
    "endsWith": (("endsWith('abcDEF', 'def')", True), ("endsWith('abc', 'x')", False)),
    "format": (
        ("format('{0}-{1:D3}-{{{0}}}', 'a', 7)", "a-007-{a}"),
        ("format('{0,4}|{0,-4}|{1:X2}|{2:N0}|{1:00}', 'x', 10, 1234)", "   x|x   |0A|1,234|10"),
    ),
    "guid": (
        ("length(guid('a', 'b'))", 36),
        ("equals(guid('a'), guid('a'))", True),
        ("equals(guid('a'), guid('b'))", False),
    ),
    "indexOf": (("indexOf('abcABC', 'C')", 2), ("indexOf('a', 'x')", -1), ("indexOf(createArray('a', 'b'), 'b')", 1)),
    "join": (("join(createArray('a', 'b'), ', ')", "a, b"),),
    "json": (("json('{\"a\": [1, null]}').a[1]", None), ("json('true')", True)),
    "lastIndexOf": (("lastIndexOf('abab', 'B')", 3), ("lastIndexOf(createArray(1, 1), 1)", 1)),
    "padLeft": (("padLeft(7, 3, '0')", "007"), ("padLeft('a', 3)", "  a")),
    "parseUri": (
        ("parseUri('https://h.io:8080/a?b=1')",
         {"scheme": "https", "host": "h.io", "port": 8080, "path": "/a", "query": "?b=1"}),
        ("parseUri('https://h.io').port", None),
    ),
    "replace": (("replace('a-b-c', '-', '')", "abc"),),
    "split": (("split('a/b', '/')", ["a", "b"]), ("split('a;b,c', createArray(',', ';'))", ["a", "b", "c"])),
    "startsWith": (("startsWith('abc', 'AB')", True),),
    "string": (("string(true())", "True"), ("string(createObject('a', createArray(1, 'b')))", '{"a":[1,"b"]}')),
    "substring": (("substring('abcdef', 1, 3)", "bcd"), ("substring('abc', 2)", "c")),
    "toLower": (("toLower('AbC')", "abc"),),
    "toUpper": (("toUpper('AbC')", "ABC"),),
    "trim": (("trim('  a ')", "a"),),
    "uniqueString": (
        ("length(uniqueString('a'))", 13),
        ("equals(uniqueString('a', 'b'), uniqueString('a', 'b'))", True),
        ("equals(uniqueString('a', 'b'), uniqueString('a', 'c'))", False),
    ),
    "uri": (("uri('https://x.com/a/b.json', 'n/c.json')", "https://x.com/a/n/c.json"),),
    "uriComponent": (("uriComponent('a/b c')", "a%2Fb%20c"),),
    "uriComponentToString": (("uriComponentToString('a%2Fb')", "a/b"),),
    # numbers
    "add": (("add(2, 3)", 5),),
    "div": (("div(7, 2)", 3), ("div(-7, 2)", -3)),
    "float": (("float('1.5')", 1.5),),
    "int": (("int('4')", 4),),
    "max": (("max(1, 3, 2)", 3), ("max(createArray(4, 2))", 4)),
    "min": (("min(createArray(4, 2))", 2),),
    "mod": (("mod(7, 3)", 1), ("mod(-7, 3)", -1)),
    "mul": (("mul(2, 3)", 6),),
    "sub": (("sub(2, 3)", -1),),
    # dates
    "dateTimeAdd": (
        ("dateTimeAdd('2023-01-01 00:00:00Z', 'P1Y')", "2024-01-01T00:00:00Z"),
        ("dateTimeAdd('2024-02-01T00:00:00Z', 'P1M')", "2024-03-02T00:00:00Z"),
        ("dateTimeAdd('2020-04-07T14:53:14Z', '-P1DT1H', 'yyyy-MM-dd HH:mm')", "2020-04-06 13:53"),
    ),
    "dateTimeFromEpoch": (("dateTimeFromEpoch(1683040573)", "2023-05-02T15:16:13Z"),),
    "dateTimeToEpoch": (("dateTimeToEpoch('2023-05-02T15:16:13Z')", 1683040573),),
    # truth
    "and": (("and(true(), true(), false())", False), ("and(true(), true())", True)),
    "bool": (("bool('True')", True), ("bool(0)", False)),
    "coalesce": (("coalesce(null(), null(), 'a')", "a"), ("coalesce(null())", None)),
    "equals": (
        ("equals('a', 'A')", False),
        ("equals(1, true())", False),
        ("equals(createObject('a', 1, 'b', createArray(2)), createObject('b', createArray(2), 'a', 1))", True),
    ),
    "false": (("false()", False),),
    "greater": (("greater(2, 1)", True),),
    "greaterOrEquals": (("greaterOrEquals(2, 2)", True),),
    "less": (("less('a', 'b')", True),),
    "lessOrEquals": (("lessOrEquals(3, 2)", False),),
    "not": (("not(false())", True),),
    "null": (("null()", None),),
    "or": (("or(false(), true())", True), ("or(false(), false())", False)),
    "true": (("true()", True),),
    # lists and objects
    "array": (("array('a')", ["a"]), ("array(createArray('a'))", ["a"])),
    "contains": (
        ("contains('OneTwo', 'one')", False),
        ("contains(createArray('a', 'b'), 'b')", True),
        ("contains(createObject('One', 1), 'one')", True),
    ),
    "createArray": (("createArray()", []), ("createArray(1, 'a')", [1, "a"])),
    "createObject": (("createObject('a', 1, 'b', createArray())", {"a": 1, "b": []}),),
    "empty": (("empty('')", True), ("empty(createArray(1))", False), ("empty(null())", True)),
    "first": (("first('one')", "o"), ("first(createArray(1, 2))", 1), ("first(createArray())", None)),
    "flatten": (("flatten(createArray(createArray(1, 2), createArray(3)))", [1, 2, 3]),),
    "indexFromEnd": (("indexFromEnd(createArray('a', 'b', 'c'), 1)", "c"),),
    "intersection": (
        ("intersection(createArray(1, 2, 3), createArray(2, 3, 4))", [2, 3]),
        ("intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))", {"a": 1}),
    ),
    "items": (
        ("items(createObject('b', 2, 'a', 1))", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
        ("map(items(createObject('B', 2, 'a', 1)), lambda('i', lambdaVariables('i').key))", ["a", "B"]),
    ),
    "last": (("last('one')", "e"), ("last(createArray(1, 2))", 2)),
    "length": (("length('abc')", 3), ("length(createObject('a', 1))", 1)),
    "objectKeys": (("objectKeys(createObject('b', 1, 'a', 2))", ["a", "b"]),),
    "range": (("range(2, 3)", [2, 3, 4]),),
    "shallowMerge": (
        ("shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2))))",
         {"a": {"y": 2}}),
    ),
    "skip": (("skip('abcd', 1)", "bcd"), ("skip(createArray(1, 2, 3), 2)", [3])),
    "take": (("take('abcd', 2)", "ab"), ("take(createArray(1, 2), 9)", [1, 2])),
    "tryGet": (("tryGet(createObject('a', createArray(5)), 'a', 0)", 5), ("tryGet(createObject(), 'a')", None)),
    "tryIndexFromEnd": (("tryIndexFromEnd(createArray(1), 2)", None), ("tryIndexFromEnd(createArray(1, 2), 2)", 1)),
    "union": (
        ("union(createArray(1, 2), createArray(2, 3))", [1, 2, 3]),
        ("union(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2)))",
         {"a": {"x": 1, "y": 2}}),
    ),
    # lambdas
    "filter": (("filter(range(0, 5), lambda('n', greater(lambdaVariables('n'), 2)))", [3, 4]),),
    "groupBy": (
        ("groupBy(createArray('ab', 'ac', 'b'), lambda('t', first(lambdaVariables('t'))))", {"a": ["ab",
         "ac"], "b": ["b"]}),
    ),
    "map": (
        ("map(range(1, 3), lambda('n', mul(lambdaVariables('n'), 2)))", [2, 4, 6]),
        ("map(createArray('a'), lambda('t', 'i', format('{0}{1}', lambdaVariables('t'), lambdaVariables('i'))))",
         ["a0"]),
    ),
    "mapValues": (("mapValues(createObject('a', 1), lambda('n', add(lambdaVariables('n'), 1)))", {"a": 2}),),
    "reduce": (("reduce(range(1, 3), 10, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))", 16),),
    "sort": (
        ("sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))", [1, 2, 3]),
    ),
    "toObject": (
        ("toObject(createArray('a'), lambda('t', lambdaVariables('t')), lambda('t', toUpper(lambdaVariables('t'))))",
         {"a": "A"}),
        ("toObject(createArray('a'), lambda('t', lambdaVariables('t')))", {"a": "a"}),
    ),
    # address ranges
    "cidrHost": (
        ("cidrHost('10.144.3.0/24', 0)", "10.144.3.1"),
        ("cidrHost('fdad:3236:5555:3::/64', 1)", "fdad:3236:5555:3::2"),
    ),
    "cidrSubnet": (
        ("cidrSubnet('10.144.0.0/20', 24, 1)", "10.144.1.0/24"),
        ("cidrSubnet('fdad:3236:5555::/48', 52, 1)", "fdad:3236:5555:1000::/52"),
    ),
    "parseCidr": (
        ("parseCidr('10.144.0.0/20')", {
            "network": "10.144.0.0", "netmask": "255.255.240.0", "broadcast": "10.144.15.255",
            "firstUsable": "10.144.0.1", "lastUsable": "10.144.15.254", "cidr": 20,
        }),
        ("parseCidr('fdad:3236:5555::/48').firstUsable", "fdad:3236:5555::"),
    ),
    # the deployment
    "deployment": (("deployment().name", "azuredeploy"), ("deployment().properties.templateLink.uri", "t.json")),
    "environment": (("environment().suffixes.storage", "core.windows.net"),),
    "extensionResourceId": (
        ("extensionResourceId('/x', 'Microsoft.Authorization/locks', 'l')",
         "/x/providers/Microsoft.Authorization/locks/l"),
    ),
    "managementGroup": (("length(managementGroup())", 2),),
    "managementGroupResourceId": (
        ("managementGroupResourceId('m', 'Microsoft.Authorization/policyDefinitions', 'p')",
         "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policyDefinitions/p"),
    ),
    "resourceGroup": (("resourceGroup().id", _RG), ("RESOURCEGROUP().Location", "westeurope")),
    "resourceId": (
        ("resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
         f"{_RG}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        ("resourceId('g', 'Microsoft.Network/virtualNetworks', 'v')",
         "/subscriptions/sub-1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"),
        ("resourceId('s2', 'g', 'Microsoft.Network/virtualNetworks', 'v')",
         "/subscriptions/s2/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"),
        ("resourceId('Microsoft.Storage/storageAccounts/', 'a')",
         f"{_RG}/providers/Microsoft.Storage/storageAccounts/a"),
    ),
    "subscription": (("subscription().subscriptionId", "sub-1"), ("subscription().id", "/subscriptions/sub-1")),
    "subscriptionResourceId": (
        ("subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
         "/subscriptions/sub-1/providers/Microsoft.Authorization/roleDefinitions/r"),
    ),
    "tenant": (("length(tenant())", 1),),
    "tenantResourceId": (
        ("tenantResourceId('Microsoft.Management/managementGroups', 'm')",
         "/providers/Microsoft.Management/managementGroups/m"),
    ),
    "fail": (),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), [case for cases in CASES.values() for case in cases])
def test_a_function_gives_what_its_documentation_says(expression: str, expected: Any) -> None:
    assert value_of(f"[{expression}]") == expected


@pytest.mark.parametrize(
    "expression", ["sys.concat('a', 'b')", "SYS.Concat('a', last(split(az.resourceGroup().name, 'rg-')))"]
)
def test_a_function_may_be_called_by_its_namespace(expression: str) -> None:
    assert value_of(f"[{expression}]") in ("ab", "a1")


def test_every_function_has_a_case() -> None:
    known = {*pure_functions(), *map(str.lower, LAMBDA_FUNCTIONS), *map(str.lower, SCOPE_FUNCTIONS)}
    assert known == {name.lower() for name in CASES}


@pytest.mark.parametrize(
    "expression",
    [
        "div(1, 0)", "int('x')", "substring('abc', 2, 5)", "cidrSubnet('10.0.0.0/24', 16, 0)", "cidrHost('x', 0)",
        "format('{1}', 'a')", "json('{')", "createObject('a')", "range(0, 10001)", "add('a', 1)", "toLower(1)",
        "createArray(1)[1]", "createObject('a', 1).b", "resourceId('x')", "greater('a', 1)", "base64ToString('!')",
        "tenantResourceId(2, 'a')", "extensionResourceId('/x', 2)", "subscriptionResourceId()",
        "dateTimeAdd('x', 'P1D')",
        "dateTimeAdd('2023-01-01', 'P')", "dateTimeAdd('9999-12-31', 'P9Y')", "dateTimeFromEpoch(99999999999999)",
        "dateTimeAdd('2023-01-01', 'P1D', 'fff')",
    ],
)  # fmt: skip
def test_what_azure_would_refuse_is_unresolved_with_the_reason(expression: str) -> None:
    found = value_of(f"[{expression}]")
    assert isinstance(found, Unresolved)
    assert found.reason
    assert found.expression == f"[{expression}]"
    assert found.where is not None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("utcNow()", "the time"),
        ("newGuid()", "draws a new one"),
        ("listKeys('x', '2020-01-01').keys[0]", "only Azure knows"),
        ("listAnythingElse('x')", "only Azure knows"),
        ("listSecrets('x', '2020-01-01')", "only Azure knows"),
        ("listAccountSas('x', '2020-01-01', createObject()).accountSasToken", "only Azure knows"),
        ("pickZones('a', 'b', 'c')", "only Azure knows"),
        ("toLogicalZone('s', 'westeurope', 'westeurope-az1')", "only Azure knows"),
        ("toLogicalZones('s', 'westeurope', createArray('westeurope-az1'))", "only Azure knows"),
        ("toPhysicalZone('s', 'westeurope', '1')", "only Azure knows"),
        ("toPhysicalZones('s', 'westeurope', createArray('1'))", "only Azure knows"),
        ("providers('Microsoft.Network', 'virtualNetworks').apiVersions[0]", "only Azure knows"),
        ("deployer().objectId", "whoever deploys"),
        ("getSecret('s', 'g', 'v', 'n')", "a secret"),
        ("externalInput('sys.cli', 'x')", "outside of the template"),
        ("extension('kubernetes').config", "not evaluated"),
        ("somethingNew(1)", "not evaluated"),
        ("subscription().tenantId", "not given"),
        ("reference('/subscriptions/s/x').y", "not in the templates"),
    ],
)
def test_what_only_azure_knows_is_unresolved(expression: str, reason: str) -> None:
    found = value_of(f"[{expression}]")
    assert isinstance(found, Unresolved)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("toLower()", "has 0 arguments, expected 1"),
        ("if(true(), 1)", "has 2 arguments, expected 3"),
        ("parameters('p')", 'no parameter "p"'),
        ("variables('v')", 'no variable "v"'),
        ("copyIndex()", "outside of a loop"),
        ("copyIndex('c')", "outside of that loop"),
        ("lambdaVariables('x')", "outside of a lambda"),
        ("map(createArray(1), 2)", "no lambda"),
        ("fail('because')", "on purpose: because"),
        ("concat('a'", 'expected ","'),
    ],
)
def test_a_mistake_is_an_error_with_its_place(expression: str, message: str) -> None:
    with pytest.raises(TopologyError) as raised:
        value_of(f"[{expression}]")
    assert message in str(raised.value)
    assert str(raised.value).startswith("t.json")


def test_an_unknown_value_makes_what_hangs_on_it_unknown_and_nothing_else() -> None:
    parts: dict[str, Any] = {"parameters": {"p": {"type": "string"}}}
    assert isinstance(value_of("[toLower(parameters('p'))]", **parts), Unresolved)
    assert isinstance(value_of("[empty(parameters('p'))]", **parts), Unresolved)
    assert value_of("[and(false(), empty(parameters('p')))]", **parts) is False
    assert value_of("[or(true(), empty(parameters('p')))]", **parts) is True
    assert value_of("[length(createArray(parameters('p')))]", **parts) == 1
    assert value_of("[if(empty(parameters('p')), 'same', 'same')]", **parts) == "same"
    assert isinstance(value_of("[if(empty(parameters('p')), 'one', 'other')]", **parts), Unresolved)
    assert value_of("[if(true(), 'taken', variables('none'))]", **parts) == "taken"


def test_two_functions_of_one_unknown_are_two_unknowns() -> None:
    parts: dict[str, Any] = {"parameters": {"p": {"type": "string"}}}
    same = value_of("[concat('a-', parameters('p'))]", **parts)
    first, last = (value_of(f"[concat('a-', {f}(split(parameters('p'), '/')))]", **parts) for f in ("first", "last"))
    assert same.stand_in == "a-{p}"
    assert len({same.stand_in, first.stand_in, last.stand_in}) == 3
