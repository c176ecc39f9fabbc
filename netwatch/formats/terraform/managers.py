"""Network managers: azurerm's words into ARM's, and deployments into facts."""

from __future__ import annotations

from typing import Any

from netwatch.effective.regions import region_name
from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Words, given, place, resource
from netwatch.model.unresolved import Unresolved

__all__ = [
    "admin_collection",
    "admin_configuration",
    "admin_rule",
    "connectivity",
    "deployment",
    "manager",
    "member",
    "network_group",
]

_GROUP = "azurerm_network_manager_network_group"
_CONFIGURATIONS = {
    "azurerm_network_manager_connectivity_configuration": "Connectivity",
    "azurerm_network_manager_security_admin_configuration": "SecurityAdmin",
}
"""Type of configuration → the scope_access of the deployments that put it in force."""


def manager(words: Words, instance: Instance) -> PlacedObject:
    """A network manager with its scopes."""
    scopes: dict[str, list[Any]] = {"managementGroups": [], "subscriptions": []}
    for block in attributes_of(words.plan, instance).blocks("scope"):
        scopes["managementGroups"] += [each for each in block.items("management_group_ids") if isinstance(each, str)]
        scopes["subscriptions"] += [each for each in block.items("subscription_ids") if isinstance(each, str)]
    return resource(words, instance, {"networkManagerScopes": scopes})


def network_group(words: Words, instance: Instance) -> PlacedObject:
    """A network group; its members are resources of their own."""
    return resource(words, instance, {})


def member(words: Words, instance: Instance) -> PlacedObject:
    """A static member of a group."""
    fields = attributes_of(words.plan, instance)
    types = ("azurerm_virtual_network", "azurerm_subnet")
    return resource(words, instance, {"resourceId": _id(words, fields, "target_virtual_network_id", types)})


def _id(words: Words, fields: Attributes, name: str, types: tuple[str, ...]) -> Any:
    found = words.reference(fields, name, to=types)
    return found["id"] if isinstance(found, dict) else found


def connectivity(words: Words, instance: Instance) -> PlacedObject:
    """A connectivity configuration."""
    fields = attributes_of(words.plan, instance)
    groups = [
        given(
            {
                "networkGroupId": _id(words, block, "network_group_id", (_GROUP,)),
                "groupConnectivity": block.value("group_connectivity"),
                "isGlobal": _text(block.value("global_mesh_enabled")),
                "useHubGateway": _text(block.value("use_hub_gateway")),
            }
        )
        for block in fields.blocks("applies_to_group")
    ]
    properties = {
        "connectivityTopology": fields.value("connectivity_topology"),
        "appliesToGroups": [each for each in groups if isinstance(each.get("networkGroupId"), str)],
        "isGlobal": _text(fields.value("global_mesh_enabled")),
        "hubs": [
            place(block, {"resourceId": _id(words, block, "resource_id", ("azurerm_virtual_network",))})
            for block in fields.blocks("hub")
        ],
    }
    return resource(words, instance, properties)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, bool) else None


def admin_configuration(words: Words, instance: Instance) -> PlacedObject:
    """A security admin configuration."""
    services = attributes_of(words.plan, instance).items("apply_on_network_intent_policy_based_services")
    return resource(
        words,
        instance,
        {"applyOnNetworkIntentPolicyBasedServices": [each for each in services if isinstance(each, str)]},
    )


def admin_collection(words: Words, instance: Instance) -> PlacedObject:
    """A collection of admin rules with the groups it is for."""
    found = words.ids.references(attributes_of(words.plan, instance), "network_group_ids", to=(_GROUP,))
    groups = [{"networkGroupId": each["id"]} for each in found if isinstance(each, dict)]
    return resource(words, instance, {"appliesToGroups": groups})


def admin_rule(words: Words, instance: Instance) -> PlacedObject:
    """A security admin rule."""
    fields = attributes_of(words.plan, instance)
    return resource(
        words,
        instance,
        {
            "access": fields.value("action"),
            "description": fields.value("description"),
            "direction": fields.value("direction"),
            "priority": fields.value("priority"),
            "protocol": fields.value("protocol"),
            "sourcePortRanges": fields.items("source_port_ranges") or None,
            "destinationPortRanges": fields.items("destination_port_ranges") or None,
            "sources": _sides(words, fields, "source"),
            "destinations": _sides(words, fields, "destination"),
        },
    )


def _sides(words: Words, fields: Attributes, name: str) -> list[PlacedObject]:
    found = []
    for block in fields.blocks(name):
        type = block.text("address_prefix_type")
        prefix = block.value("address_prefix")
        if type.lower() == "networkgroup":
            prefix = _id(words, block, "address_prefix", (_GROUP,))
        found.append(place(block, given({"addressPrefix": prefix, "addressPrefixType": type or None})))
    return found


def deployment(words: Words, instance: Instance) -> dict[str, Any] | None:
    """What a deployment puts in force, as the fact says it; None, and noted, where the plan does not tell."""
    fields = attributes_of(words.plan, instance)
    location = region_name(fields.text("location"))
    access = fields.text("scope_access").lower()
    types = [type for type, of in _CONFIGURATIONS.items() if access in ("", of.lower())] or list(_CONFIGURATIONS)
    found = words.ids.references(fields, "configuration_ids", to=types)
    if not location or any(isinstance(each, Unresolved) for each in found):
        words.ignore(fields, "configuration_ids", "which configurations are in force")
        return None
    return {"location": location, "configurations": [each["id"] for each in found if isinstance(each, dict)]}
