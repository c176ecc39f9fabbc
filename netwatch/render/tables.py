"""Bodies as rows: a table for the eye, and tab-separated values for other programs, as az prints them."""

from __future__ import annotations

from typing import Any

from netwatch.render.layout import UNBOUNDED, columns, printable

__all__ = ["rows", "table", "tsv"]

Json = Any

_LISTS = ("value", "hops", "resources", "networkInterfaces", "results")
"""The property of a body that holds its rows."""


def rows(body: Json) -> list[dict[str, str]]:
    """The rows of a body, or of what a query made of it: one for each thing it lists, else one for the whole.

    Rules stand one to a row, with their group or NIC; of other nested values only lists of plain values are kept.
    """
    return [_row(item) for item in _items(body)]


def _items(body: Json) -> list[Json]:
    if isinstance(body, dict):
        listed = next((body[name] for name in _LISTS if isinstance(body.get(name), list)), None)
        return [body] if listed is None else [rule for item in listed for rule in _rules(item)]
    return body if isinstance(body, list) else [body]


def _rules(item: Json) -> list[Json]:
    """The rules of one group or NIC, or the item itself where it holds none."""
    if isinstance(item, dict) and "networkSecurityGroupResult" in item:
        return _evaluations(item["networkSecurityGroupResult"])
    associations = item.get("securityRuleAssociations", item) if isinstance(item, dict) else {}
    listed = associations.get("effectiveSecurityRules")
    if listed is None:
        return [item]
    owner = item.get("networkSecurityGroup", item).get("id", "").rsplit("/", 1)[-1]
    kind = "networkSecurityGroup" if "networkSecurityGroup" in item else "networkInterface"
    return [{kind: owner, **_without_plurals(rule)} for rule in listed]


def _evaluations(result: dict[str, Json]) -> list[Json]:
    """The rules asked in a diagnostic, each with its group, and what it does where it is the one that matched."""
    out = []
    for group in result["evaluatedNetworkSecurityGroups"]:
        owner = {"networkSecurityGroup": group["networkSecurityGroupId"].rsplit("/", 1)[-1]}
        matched = group.get("matchedRule", {})
        for rule in group.get("rulesEvaluationResult", [{"name": matched.get("ruleName", "")}]):
            action = {"action": matched["action"]} if matched.get("ruleName") == rule["name"] else {}
            out.append({**owner, **rule, **action})
    return out


def _without_plurals(rule: dict[str, Json]) -> dict[str, Json]:
    """The rule with each plural field in place of its singular, and without expansions, which do not fit a cell."""
    shown = {name: value for name, value in rule.items() if not name.startswith("expanded")}
    for plural, singular in (("Prefixes", "Prefix"), ("Ranges", "Range")):
        for name in [name for name in shown if name.endswith(plural)]:
            values = shown.pop(name)
            shown[name.removesuffix(plural) + singular] = ", ".join(dict.fromkeys(map(str, values)))
    return shown


def _row(item: Json) -> dict[str, str]:
    if not isinstance(item, dict):
        cells = item if isinstance(item, list) else [item]
        return {f"column{at}" if len(cells) > 1 else "result": _cell(cell) for at, cell in enumerate(cells, 1)}
    return {name: _cell(value) for name, value in item.items() if not _is_nested(value)}


def _is_nested(value: Json) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict | list) for v in value))


def _cell(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if value is None or isinstance(value, dict):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def table(body: Json) -> str:
    """The rows of a body in columns under headings, as az prints them: never wrapped, headings begin with a capital.

    Columns without any value are left out; without any row there is nothing at all.
    """
    listed = rows(body)
    names = list(dict.fromkeys(name for row in listed for name in row if row[name]))
    if not names:
        return ""
    heads = [name[:1].upper() + name[1:] for name in names]
    cells = [[row.get(name, "") for name in names] for row in listed]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    return "".join(f"{line}\n" for line in columns([heads, ["-" * width for width in widths], *cells], UNBOUNDED))


def tsv(body: Json) -> str:
    """Tab-separated values without headings, one line for each item, cells in the order of the body.

    As az does: a nested list is printed as its length, a nested object as nothing, null as nothing.
    """
    items = body if isinstance(body, list) else [body]
    return "".join(f"{_tsv_line(item)}\n" for item in items)


def _tsv_line(item: Json) -> str:
    if isinstance(item, dict):
        return "\t".join(_tsv_cell(value) for value in item.values())
    return "\t".join(map(_tsv_cell, item)) if isinstance(item, list) else _tsv_cell(item)


def _tsv_cell(value: Json) -> str:
    return str(len(value)) if isinstance(value, list) else printable(_cell(value))
