"""What azurerm puts in where a configuration says nothing. Plans and states show it; configurations do not.

Source: "Azure Provider: Upgrade Guide to 4.0" and terraform-provider-azurerm pull request 25217: from
version 4 on a SKU that is left out is Standard, before it was Basic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["asks_for_an_older_provider", "provider_defaults", "required_versions"]

_BY_VERSION = ("azurerm_public_ip", "azurerm_lb")
_PART = re.compile(r"\s*(~>|[<>!]?=|[<>])?\s*v?(\d+)((?:\.\d+)*)\S*\s*")


def provider_defaults(type: str, body: Mapping[str, Any], *, is_older: bool) -> dict[str, str]:
    """The attributes that the provider adds to the body of a resource, as far as answers rest on them.

    ``is_older``: the provider is older than version 4. A public address that is allocated dynamically can be Basic
    only, so that nobody gets one without a SKU from version 4.
    """
    if type not in _BY_VERSION or "sku" in body:
        return {}
    return {"sku": "Basic" if is_older or body.get("allocation_method") == "Dynamic" else "Standard"}


def required_versions(terraform: Any) -> Iterator[Any]:
    """What a ``terraform`` block asks of the version of azurerm in ``required_providers``, one or a list of them."""
    required = terraform.get("required_providers") if isinstance(terraform, dict) else None
    for each in required if isinstance(required, list) else [required]:
        yield each.get("azurerm") if isinstance(each, dict) else None


def asks_for_an_older_provider(constraints: Iterable[Any]) -> bool:
    """Whether version constraints (``~> 3.0``, or an object that holds one) leave no version of azurerm from 4 on."""
    texts = (each.get("version") if isinstance(each, dict) else each for each in constraints)
    return any(_is_below_four(part) for text in texts if isinstance(text, str) for part in text.split(","))


def _is_below_four(part: str) -> bool:
    found = _PART.fullmatch(part)
    if found is None:
        return False
    operator, major, is_whole = found[1] or "=", int(found[2]), not found[3].strip(".0")
    if operator == "<":
        return major < 4 or (major == 4 and is_whole)
    return major < 4 and operator in ("=", "~>", "<=")
