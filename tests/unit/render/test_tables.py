"""Bodies as rows."""

from __future__ import annotations

from netwatch.model.flow import Level
from netwatch.render.arm import body
from netwatch.render.tables import rows, table, tsv
from tests.build import rule
from tests.unit.render.answers import diagnostic, effective_nsg, evaluated, held, path, rules_answer, view_answer


def test_a_body_without_a_list_is_one_row() -> None:
    assert table({"access": "Deny", "ruleName": "defaultSecurityRules/DenyAllInBound", "ruleId": ""}) == (
        "Access  RuleName\n------  -----------------------------------\nDeny    defaultSecurityRules/DenyAllInBound\n"
    )


def test_each_listed_thing_is_a_row() -> None:
    found = rows({"value": [{"addressPrefix": ["10.0.0.0/16", "fd00::/8"], "nextHopIpAddress": []}]})
    assert found == [{"addressPrefix": "10.0.0.0/16, fd00::/8", "nextHopIpAddress": ""}]


def test_nested_values_and_empty_columns_are_left_out() -> None:
    assert table(body(path())).split("\n")[0].split() == [
        "Type",
        "Id",
        "Address",
        "ResourceId",
        "NextHopIds",
        "PreviousHopIds",
    ]


def test_rules_stand_one_to_a_row_with_their_group_or_nic() -> None:
    found = rows(body(rules_answer(effective_nsg())))
    assert len(found) == 7
    assert found[0]["networkSecurityGroup"] == "nsg"
    assert found[0]["name"] == "securityRules/own"
    assert "expandedSourceAddressPrefix" not in found[0]
    viewed = rows(body(view_answer(effective_nsg(Level.NIC), None)))
    assert viewed[0]["networkInterface"] == "nic"
    assert viewed[1]["sourceAddressPrefix"] == "VirtualNetwork"
    assert viewed[2]["sourceAddressPrefix"] == "0.0.0.0/0"


def test_the_rules_of_a_diagnostic_stand_one_to_a_row_with_what_the_matching_one_does() -> None:
    asked = evaluated(held(rule("web"), "source"), held(rule("all")))
    found = rows(body(diagnostic(asked)))
    assert [(row["networkSecurityGroup"], row["name"], row["sourceMatched"], row.get("action")) for row in found] == [
        ("nsg", "UserRule_web", "false", None),
        ("nsg", "UserRule_all", "true", "Deny"),
    ]
    (least,) = rows(body(diagnostic(asked, verbosity="Minimum")))
    assert least == {"networkSecurityGroup": "nsg", "name": "UserRule_all", "action": "Deny"}
    assert table(body(diagnostic(results=()))) == ""


def test_results_of_queries() -> None:
    assert rows("Internet") == [{"result": "Internet"}]
    assert rows([["a", 1], ["b", None]]) == [{"column1": "a", "column2": "1"}, {"column1": "b", "column2": ""}]


def test_an_empty_list_is_an_empty_table() -> None:
    assert table({"value": []}) == ""


def test_tsv_is_one_line_for_each_item_without_headings() -> None:
    assert tsv("Internet") == "Internet\n"
    assert tsv([{"a": 1, "b": None, "c": True}, {"a": 2, "b": {"x": 1}, "c": [1, 2, 3]}]) == "1\t\ttrue\n2\t\t3\n"
    assert tsv([["a", "b"], ["c", "d"]]) == "a\tb\nc\td\n"


def test_a_tab_in_a_name_does_not_make_a_column() -> None:
    assert tsv([{"a": "x\ty"}]) == "x\\ty\n"
