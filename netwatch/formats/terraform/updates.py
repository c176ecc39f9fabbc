"""``azapi_update_resource``: what it changes of another resource, which may stand alone or inside its parent.

Source: azapi's documentation of the resource, and how the provider merges objects: member by member, lists of one
length item by item, everything else by the newer value.
"""

from __future__ import annotations

from typing import Any

from netwatch.formats.terraform.arm_types import ARM_TYPES
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.others import arm_body
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words

__all__ = ["UPDATE", "update"]

UPDATE = "azapi_update_resource"


def update(words: Words, instance: Instance, resources: Resources) -> None:
    """Merge the body into the resource that it is about; named as not read where that is not in the plan."""
    fields = attributes_of(words.plan, instance)
    changes = arm_body(words, instance, fields).get("properties")
    holder = _holder(_target(words, fields), resources)
    if holder is None or not isinstance(changes, dict):
        words.ignore(fields, "body", "what it changes of another resource")
    else:
        holder["properties"] = _merged(holder.get("properties"), changes)


def _target(words: Words, fields: Attributes) -> str:
    """The id of the resource it is about: said, or made of parent, type and name; empty where it is not known."""
    found = words.reference(fields, "resource_id", to=ARM_TYPES)
    if isinstance(found, dict):
        return str(found["id"])
    parent = words.reference(fields, "parent_id", to=ARM_TYPES)
    type, name = fields.text("type").split("@")[0], fields.text("name")
    if not isinstance(parent, dict) or not type or not name:
        return ""
    kind = type.rsplit("/", 1)[-1] if type.count("/") > 1 else f"providers/{type}"
    return f"{parent['id']}/{kind}/{name}"


def _holder(id: str, resources: Resources) -> dict[str, Any] | None:
    """The resource of that id, or the part of its parent's properties that has its name."""
    held = resources.get(id.lower())
    if held is not None or id.count("/") < 2:
        return held
    parent, kind, name = id.rsplit("/", 2)
    parts = (resources.properties(parent) or {}).get(kind)
    named = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
    return next((each for each in named if str(each.get("name")).lower() == name.lower()), None)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old[key], each) if key in old else each for key, each in new.items()}}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [_merged(*pair) for pair in zip(old, new, strict=True)]
    return new
