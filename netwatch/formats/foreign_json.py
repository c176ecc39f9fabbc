"""JSON from Azure's tools that holds no resources: what it is, and what to ask for instead."""

from __future__ import annotations

from typing import Any

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.model.where import Where

__all__ = ["PAGES", "refuse_foreign"]

PAGES = ("nextLink", "skip_token", "skipToken", "$skipToken")
"""What says where the next page is: az puts all pages together, the REST API does not."""

_ANSWERS = {
    "nextHopType": ("effective routes, an answer of Azure", "az network … list"),
    "effectiveSecurityRules": ("effective security rules, an answer of Azure", "az network nsg list"),
    "virtualMachine": ("addresses of machines", "az vm list and az network nic list"),
    "changeType": ("what a deployment would change", "the template itself"),
}
"""A field that only such an answer has beside no id: what it is, and what to give instead."""


def refuse_foreign(source: str, value: Any) -> None:
    """Return where the JSON may hold resources.

    Raises TopologySyntaxError where it is something else, or only a page; UnsupportedError for the objects that Azure
    PowerShell prints.
    """
    if isinstance(value, dict):
        _check_whole(source, value)
    if isinstance(value, dict) and "createdDateTime" in value and isinstance(value.get("resources"), list):
        message = "this is a topology, an answer of Network Watcher, not resources."
        raise TopologySyntaxError(message, where=Where(source), hint="Give az network … list, which has properties.")
    sample = next((each for each in _items(value) if isinstance(each, dict)), {})
    if _is_powershell(sample):
        hint = "Export with az network … list, or Get-AzResource -ExpandProperties | ConvertTo-Json -Depth 20."
        raise UnsupportedError("these are objects as Azure PowerShell prints them.", where=Where(source), hint=hint)
    for field, (what, instead) in _ANSWERS.items():
        if field in sample and "id" not in sample:
            raise TopologySyntaxError(f"these are {what}, not resources.", where=Where(source), hint=f"Give {instead}.")


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        lists = (value.get(key) for key in ("value", "data", "resources", "changes"))
        return next((each for each in lists if isinstance(each, list)), [value])
    return value if isinstance(value, list) else []


def _is_powershell(item: dict[str, Any]) -> bool:
    """Whether an object has PowerShell's names, and not the properties as the REST API names them."""
    return "ResourceGroupName" in item and "id" not in item and not isinstance(item.get("Properties"), dict)


def _check_whole(source: str, value: dict[str, Any]) -> None:
    """One page must not pass for the whole list; Resource Graph's table form has no resources in it."""
    for key in PAGES:
        if value.get(key):
            message = f"this is one page of a longer list: it has a {key}."
            hint = "Fetch the other pages and put them in one list."
            raise TopologySyntaxError(message, where=Where(source), hint=hint)
    if isinstance(value.get("data"), dict) and "rows" in value["data"]:
        message = "these are rows of a table, expected resources as objects."
        raise TopologySyntaxError(message, where=Where(source), hint="Ask Resource Graph for resultFormat objectArray.")
    error = value.get("error")
    if isinstance(error, dict) and "code" in error:
        message = f"this is an error that Azure answered: {str(error['code'])[:80]}."
        raise TopologySyntaxError(message, where=Where(source), hint="Export again.")
