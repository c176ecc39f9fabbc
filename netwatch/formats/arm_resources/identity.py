"""What a resolved ARM resource is: its id and type, from whichever of its fields say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import ArmObject, is_expression
from netwatch.model.ids import ResourceId

__all__ = [
    "DEFAULT_RESOURCE_GROUP",
    "DEFAULT_SUBSCRIPTION",
    "full_type",
    "identify",
    "is_outline",
    "label",
    "was_exported",
]

DEFAULT_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
DEFAULT_RESOURCE_GROUP = "netwatch"
"""Where a resource lies whose input says neither its id nor its subscription and resource group."""

_OUTLINE = frozenset(
    (
        "id", "name", "type", "location", "tags", "kind", "managedby", "sku", "plan", "identity", "zones", "etag",
        "extendedlocation", "subscriptionid", "resourcegroup", "tenantid", "apiversion", "createdtime", "changedtime",
        "provisioningstate", "systemdata", "scale",
    )
)  # fmt: skip
"""What stands beside a resource's properties; a resource that has nothing else was exported without them."""


_BY_AZURE = ("etag", "provisioningState", "resourceGuid", "tenantId")


def label(resource: ArmObject) -> str:
    """What messages call the resource: its name; empty where it has none."""
    name = resource.raw("name") or resource.raw("id")
    return name.rsplit("/", 1)[-1] if isinstance(name, str) else ""


def full_type(resource: ArmObject, parent: ResourceId | None) -> str:
    """The full type; inside a parent it may be given below the parent's."""
    type = resource.text("type")
    return f"{parent.type}/{type}" if type and parent is not None and "/" not in type else type


def identify(resource: ArmObject, parent: ResourceId | None) -> ResourceId | None:
    """The id of a resource: its own, or one from its parent, or from its group, type and name.

    None, with a problem, where there is none.
    """
    name, type = resource.raw("name"), full_type(resource, parent)
    if resource.raw("id") is not None:
        own = resource.own_id()
        return own.spelled(name) if own is not None and isinstance(name, str) else own
    if is_expression(name):
        resource.problem(f"its name is the expression {name}, which is not evaluated yet.")
    elif not isinstance(name, str) or not type:
        resource.problem("it has neither an id nor a type and a name.", "Resolved resources have an id.")
    elif parent is not None:
        return parent.child(type.rsplit("/", 1)[-1], name.rsplit("/", 1)[-1])
    else:
        return _composed(resource, type, name)
    return None


def _composed(resource: ArmObject, type: str, name: str) -> ResourceId | None:
    provider, *kinds = type.split("/")
    names = name.split("/")
    if len(kinds) != len(names):
        resource.problem(f"the name {name} does not fit the type {type}.", "Give each level a name: parent/child.")
        return None
    steps = "/".join(f"{kind}/{each}" for kind, each in zip(kinds, names, strict=True))
    subscription = resource.text("subscriptionId", DEFAULT_SUBSCRIPTION)
    group = resource.text("resourceGroup", DEFAULT_RESOURCE_GROUP)
    return ResourceId(f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{steps}")


def was_exported(resource: ArmObject) -> bool:
    """Whether Azure wrote it: what it refers to is there then, in the input or not.

    Told by what Azure puts beside what people write: the state of its making, or a mark of its version.
    """
    return any(fields.raw(name) is not None for fields in (resource, _properties(resource)) for name in _BY_AZURE)


def _properties(resource: ArmObject) -> ArmObject:
    return resource.object("properties") if isinstance(resource.raw("properties"), dict) else resource


def is_outline(resource: ArmObject) -> bool:
    """Whether all properties are left out, as ``az resource list`` does; that must not pass for a resource without any.

    Then it is a problem. Such an export is told by what az puts beside every id: the resource group, or a state.
    """
    exported = resource.raw("resourceGroup") is not None or resource.raw("provisioningState") is not None
    if not exported or resource.raw("id") is None or not resource.has_only(_OUTLINE):
        return False
    message = "it has no properties, as az resource list prints resources."
    resource.problem(message, "Export with az network … list, az resource show or az graph query.")
    return True


def ids_in(values: Iterable[Any]) -> Iterator[str]:
    """Every text among the values, however deep, that is an ARM id; in the order of the input."""
    waiting = [*values][::-1]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, str) and value[:15].lower() == "/subscriptions/":
            yield value
