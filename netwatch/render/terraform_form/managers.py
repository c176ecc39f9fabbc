"""Network managers as resources of the azurerm provider; what is deployed of them stands in the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.model.network_manager import ConnectivityConfiguration, NetworkGroup, NetworkManager
from netwatch.model.rules import AddressField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Body, filled
from netwatch.render.terraform_form.networks import port_texts

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["managed"]

_RULES = "azurerm_network_manager_admin_rule"
_COLLECTION = "azurerm_network_manager_admin_rule_collection"


def managed(form: TerraformForm) -> None:
    """Managers with their groups, configurations and deployments."""
    topology = form.topology
    for manager in topology.network_managers.values():
        form.add("network_managers", manager.id, form.base(manager.id, manager.location) | _scopes(manager))
    for group in topology.network_groups.values():
        form.add("network_groups", group.id, {"name": group.id.name} | _of(form, group.id.parent))
        _members(form, group)
    for security in topology.security_admin_configurations.values():
        services = [each for each in security.applies_on_intent_policies.split(",") if each]
        body = {"name": security.id.name} | _of(form, security.id.parent)
        applied = {"apply_on_network_intent_policy_based_services": services}
        form.add("security_admin_configurations", security.id, body | applied)
    for collection in topology.admin_rule_collections.values():
        above = {"security_admin_configuration_id": form.id("security_admin_configurations", collection.id.parent, "")}
        groups = {"network_group_ids": [form.id("network_groups", each, "") for each in collection.groups]}
        label = f"{collection.id.parent.name}_{collection.id.name}"
        form.blocks.add(_COLLECTION, collection.id, {"name": collection.id.name} | above | groups, label=label)
        for rule in collection.rules:
            own = {"admin_rule_collection_id": form.blocks.reference(_COLLECTION, collection.id, label=label)}
            form.blocks.add(
                _RULES, rule.id, {"name": rule.id.name} | own | _rule(form, rule), label=f"{label}_{rule.name}"
            )
    for connectivity in topology.connectivity_configurations.values():
        form.add("connectivity_configurations", connectivity.id, _connectivity(form, connectivity))
    _deployments(form)


def _of(form: TerraformForm, manager: Any) -> Body:
    return {"network_manager_id": form.id("network_managers", manager, "")}


def _scopes(manager: NetworkManager) -> Body:
    subscriptions = [each.text for each in manager.scopes if each.key.startswith("/subscriptions/")]
    others = [each.text for each in manager.scopes if not each.key.startswith("/subscriptions/")]
    scope = filled(subscription_ids=subscriptions, management_group_ids=others)
    return {"scope": [scope], "scope_accesses": ["Connectivity", "SecurityAdmin"]}


def _members(form: TerraformForm, group: NetworkGroup) -> None:
    for at, member in enumerate(group.members):
        kind = "subnets" if not isinstance(member, Unresolved) and "/subnets/" in member.key else "vnets"
        body = {
            "name": f"member-{at}",
            "network_group_id": form.id("network_groups", group.id, ""),
            "target_virtual_network_id": form.id(kind, member, f"{group.id.name}_member"),
        }
        id, label = group.id.child("staticMembers", str(at)), f"{group.id.name}_{at + 1}"
        form.blocks.add("azurerm_network_manager_static_member", id, body, label=label)


def _rule(form: TerraformForm, rule: SecurityRule) -> Body:
    stem = f"{rule.id.parent.name}_{rule.name}"
    body: Body = {
        "priority": form.text(rule.priority, f"{stem}_priority", "number"),
        "direction": _word(form, rule.direction, f"{stem}_direction"),
        "action": _word(form, rule.access, f"{stem}_action"),
        "protocol": _protocol(form, rule, stem),
        "source_port_ranges": port_texts(form, rule.source_ports, f"{stem}_source_port"),
        "destination_port_ranges": port_texts(form, rule.destination_ports, f"{stem}_destination_port"),
        "source": _side(form, rule.sources, f"{stem}_source"),
        "destination": _side(form, rule.destinations, f"{stem}_destination"),
    }
    return body | filled(description=rule.description)


def _word(form: TerraformForm, value: Any, field: str) -> str:
    return str(form.text(value, field)) if isinstance(value, Unresolved) else str(value.value)


def _protocol(form: TerraformForm, rule: SecurityRule, stem: str) -> str:
    word = _word(form, rule.protocol, f"{stem}_protocol")
    return "Any" if word == "*" else word


def _side(form: TerraformForm, field: AddressField, stem: str) -> list[Body]:
    return [
        {
            "address_prefix_type": "ServiceTag" if isinstance(term, ServiceTag) else "IPPrefix",
            "address_prefix": form.text(term, stem) if isinstance(term, Unresolved) else term.text,  # type: ignore[union-attr]
        }
        for term in field.terms
    ]


def _connectivity(form: TerraformForm, configuration: ConnectivityConfiguration) -> Body:
    is_mesh = configuration.mesh_groups and not configuration.spoke_groups
    groups = [
        {
            "network_group_id": form.id("network_groups", group, ""),
            "group_connectivity": "DirectlyConnected" if group in configuration.mesh_groups else "None",
            "global_mesh_enabled": configuration.is_global and group in configuration.mesh_groups,
            "use_hub_gateway": group in configuration.gateway_groups,
        }
        for group in (configuration.mesh_groups if is_mesh else configuration.spoke_groups)
    ]
    hubs = [{"resource_id": form.id("vnets", hub, ""), "resource_type": hub.type} for hub in configuration.hubs]
    body: Body = {"name": configuration.id.name, "connectivity_topology": "Mesh" if is_mesh else "HubAndSpoke"}
    body |= _of(form, configuration.id.parent)
    return body | {"global_mesh_enabled": configuration.is_global, "applies_to_group": groups} | filled(hub=hubs)


def _deployments(form: TerraformForm) -> None:
    """What is in force, one deployment for each kind of configuration in each region."""
    topology = form.topology
    kinds = (("security_admin_configurations", "SecurityAdmin"), ("connectivity_configurations", "Connectivity"))
    for deployment in topology.facts.network_manager_deployments:
        for kind, access in kinds:
            held = sorted(each for each in deployment.configurations if each.key in getattr(topology, kind))
            if held:
                body = _of(form, held[0].parent) | {
                    "location": deployment.region,
                    "scope_access": access,
                    "configuration_ids": [form.id(kind, each, "") for each in held],
                }
                name = f"{access}_{deployment.region}"
                form.blocks.add("azurerm_network_manager_deployment", name, body)
