"""Resources that are named and not evaluated, and those whose body is ARM's own already (azapi)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from netwatch.effective.regions import region_name
from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.arm_types import ARM_TYPES, arm_type_of
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Words, given, place
from netwatch.model.unresolved import Unresolved

__all__ = ["arm_body", "azapi", "other"]

_MOST_REFERENCES = 200


def other(words: Words, instance: Instance, properties: dict[str, Any] | None = None) -> PlacedObject:
    """A resource that is only named, with the ids of everything it refers to."""
    fields = attributes_of(words.plan, instance)
    references = dict.fromkeys(_references(words, fields))
    body = {**(properties or {}), "references": [{"id": id} for id in references]}
    return place(
        fields,
        {
            "id": words.ids.id_of(instance),
            "type": arm_type_of(instance)
            or ("Microsoft.Resources/resourceGroups" if instance.type in ARM_TYPES else instance.type),
            "name": words.ids.name_of(instance),
            "location": region_name(fields.text("location")) or None,
            "properties": body,
        },
    )


def _references(words: Words, fields: Attributes) -> Iterator[str]:
    """Ids in the attributes of a resource and of the blocks in it, known ones and those that are not known yet."""
    waiting = [fields]
    for _ in range(_MOST_REFERENCES):
        if not waiting:
            return
        each = waiting.pop(0)
        for name, value in each.values.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                waiting.extend(each.blocks(name))
        names = [name for name in (*each.values, *each.unknown_names()) if name.endswith(("_id", "_ids"))]
        for name in dict.fromkeys(names):
            known = each.values.get(name)
            for id in known if isinstance(known, list) else [known]:
                if isinstance(id, str) and id.lower().startswith("/subscriptions/") and not each.is_hidden(name):
                    yield id
            if each.is_unknown(name):
                for target in each.targets(name, ARM_TYPES).instances[:_MOST_REFERENCES]:
                    yield words.ids.id_of(target)


_FIELDS = {
    "applicationsecuritygroups": "azurerm_application_security_group",
    "loadbalancerbackendaddresspools": "azurerm_lb_backend_address_pool",
    "localnetworkgateway2": "azurerm_local_network_gateway",
    "natgateway": "azurerm_nat_gateway",
    "networkinterfaces": "azurerm_network_interface",
    "networksecuritygroup": "azurerm_network_security_group",
    "publicipaddress": "azurerm_public_ip",
    "publicipaddresses": "azurerm_public_ip",
    "remotevirtualnetwork": "azurerm_virtual_network",
    "routetable": "azurerm_route_table",
    "subnet": "azurerm_subnet",
    "virtualnetworkgateway1": "azurerm_virtual_network_gateway",
    "virtualnetworkgateway2": "azurerm_virtual_network_gateway",
}
"""Which type stands in which of ARM's fields, to tell the references in one body apart."""


def azapi(words: Words, instance: Instance) -> PlacedObject:
    """A resource whose body is ARM's; what of the body is not known yet is told apart by the field it stands in."""
    fields = attributes_of(words.plan, instance)
    type = arm_type_of(instance)
    body = arm_body(words, instance, fields)
    base = {
        "id": words.ids.id_of(instance),
        "type": type,
        "name": words.ids.name_of(instance),
        "location": region_name(fields.text("location")) or None,
    }
    return place(fields, {**body, **given(base), "properties": body.get("properties", {})})


def arm_body(words: Words, instance: Instance, fields: Attributes) -> dict[str, Any]:
    """The body of an azapi resource: an object, or the text of one; empty where it is neither."""
    body: Any = instance.values.get("body")
    marks = instance.unknown.get("body") if isinstance(instance.unknown, dict) else instance.unknown
    if isinstance(body, str):
        body = _parsed(body)
    if fields.is_hidden("body"):
        body, marks = None, True
    if marks is True:
        body = {"properties": Unresolved("its body is known only after the plan is applied", where=fields.where)}
    elif marks:
        body = _filled(words, fields, body, marks, "")
    return body if isinstance(body, dict) else {}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _filled(words: Words, fields: Attributes, value: Any, marks: Any, field: str) -> Any:
    """The value with what is marked as unknown filled in: a reference where the field tells which, else Unresolved."""
    if marks is True:
        type = _FIELDS.get(field.lower())
        targets = fields.targets("body", (type,)).instances if type else ()
        if len(targets) == 1:
            return words.ids.id_of(targets[0])
        return Unresolved("it is known only after the plan is applied", where=fields.where)
    if isinstance(marks, dict):
        held = value if isinstance(value, dict) else {}
        names = [*held, *(name for name in marks if name not in held and marks[name])]
        return {
            name: _filled(words, fields, held.get(name), marks.get(name), field if name == "id" else name)
            for name in names
        }
    if isinstance(marks, list):
        items = value if isinstance(value, list) else []
        return [
            _filled(words, fields, items[i] if i < len(items) else None, marks[i] if i < len(marks) else None, field)
            for i in range(max(len(items), len(marks)))
        ]
    return value
