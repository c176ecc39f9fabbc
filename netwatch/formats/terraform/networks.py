"""Virtual networks, subnets, peerings, security groups and route tables: azurerm's words into ARM's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words, filled, given, place, resource
from netwatch.model.unresolved import Unresolved

__all__ = [
    "network",
    "peering",
    "route",
    "route_table",
    "security_group",
    "security_rule",
    "subnet",
    "with_inline_subnets",
]

_NSG, _TABLE, _VNET = "azurerm_network_security_group", "azurerm_route_table", "azurerm_virtual_network"


def network(words: Words, instance: Instance) -> PlacedObject:
    """A virtual network without the subnets that stand in it as blocks."""
    fields = attributes_of(words.plan, instance)
    return resource(
        words,
        instance,
        {
            "addressSpace": {"addressPrefixes": filled(fields.items("address_space")) or [_not_yet(fields)]},
            "flowTimeoutInMinutes": fields.value("flow_timeout_in_minutes"),
        },
    )


def with_inline_subnets(words: Words, instance: Instance, resources: Resources) -> None:
    """Add the subnets that stand in a virtual network as blocks.

    A state lists every subnet there, also those that are resources of their own, which go before it.
    """
    fields = attributes_of(words.plan, instance)
    if fields.is_unknown("subnet") and fields.expression("subnet") is not None:
        words.ignore(fields, "subnet", "its subnets are known only after the plan is applied")
    for block in fields.blocks("subnet"):
        name = block.text("name")
        id = f"{words.ids.id_of(instance)}/subnets/{name}"
        if name and id.lower() not in resources and _is_own(words, id):
            properties = _subnet_properties(block)
            if not (properties.get("addressPrefixes") or properties.get("addressPrefix")):
                continue  # a data source lists names only
            properties["networkSecurityGroup"] = words.reference(block, "security_group", to=(_NSG,))
            properties["routeTable"] = words.reference(block, "route_table_id", to=(_TABLE,))
            type = "Microsoft.Network/virtualNetworks/subnets"
            resources[id.lower()] = place(
                block, {"id": id, "type": type, "name": name, "properties": given(properties)}
            )


def subnet(words: Words, instance: Instance) -> PlacedObject:
    """A subnet; what is associated with it comes later."""
    fields = attributes_of(words.plan, instance)
    properties = _subnet_properties(fields)
    properties["networkSecurityGroup"] = words.reference(fields, "network_security_group_id", to=(_NSG,))
    properties["routeTable"] = words.reference(fields, "route_table_id", to=(_TABLE,))
    return resource(words, instance, properties)


def _subnet_properties(fields: Attributes) -> dict[str, Any]:
    prefixes = filled(fields.items("address_prefixes")) or filled([fields.value("address_prefix")])
    if not prefixes:
        prefixes = [_not_yet(fields)]
    return {
        "addressPrefixes": prefixes,
        "serviceEndpoints": list(_service_endpoints(fields)) or None,
        "privateEndpointNetworkPolicies": _endpoint_policies(fields),
        "delegations": list(_delegations(fields)) or None,
        "defaultOutboundAccess": fields.value("default_outbound_access_enabled"),
    }


def _not_yet(fields: Attributes) -> Unresolved:
    return Unresolved("its prefix is known only after the plan is applied", where=fields.where)


def _service_endpoints(fields: Attributes) -> Iterator[dict[str, Any]]:
    for block in fields.blocks("service_endpoint"):
        yield {"service": block.text("service"), "locations": filled(block.items("locations"))}
    for service in fields.items("service_endpoints"):
        if isinstance(service, str):
            yield {"service": service}


def _delegations(fields: Attributes) -> Iterator[dict[str, Any]]:
    for block in fields.blocks("delegation"):
        for service in block.blocks("service_delegation"):
            yield {"name": block.text("name"), "properties": {"serviceName": service.text("name")}}


def _endpoint_policies(fields: Attributes) -> str | None:
    """Three spellings, oldest last, of which the oldest says the opposite.

    Where none is said, version 3 has Azure's default of its day, Enabled; version 4 writes Disabled itself.
    """
    found = fields.value("private_endpoint_network_policies")
    if isinstance(found, str):
        return found
    for name, word in (
        ("private_endpoint_network_policies_enabled", "Enabled"),
        ("enforce_private_link_endpoint_network_policies", "Disabled"),
    ):
        flag = fields.value(name)
        if isinstance(flag, bool):
            return word if flag else {"Enabled": "Disabled", "Disabled": "Enabled"}[word]
    return "Enabled" if fields.is_unknown("private_endpoint_network_policies_enabled") else None


def peering(words: Words, instance: Instance) -> PlacedObject:
    """One side of a peering. Terraform knows no state: applied, it is connected if the other side is there."""
    fields = attributes_of(words.plan, instance)
    remote = words.reference(fields, "remote_virtual_network_id", to=(_VNET,))
    if isinstance(remote, Unresolved):
        remote = _other_network(words, instance) or remote
    return resource(
        words,
        instance,
        {
            "remoteVirtualNetwork": remote or Unresolved("its peer is not in the plan", where=fields.where),
            "allowVirtualNetworkAccess": fields.value("allow_virtual_network_access"),
            "allowForwardedTraffic": fields.value("allow_forwarded_traffic"),
            "allowGatewayTransit": fields.value("allow_gateway_transit"),
            "useRemoteGateways": fields.value("use_remote_gateways"),
            "peerCompleteVnets": fields.value("peer_complete_virtual_networks_enabled"),
            "localSubnetNames": filled(fields.items("local_subnet_names")),
            "remoteSubnetNames": filled(fields.items("remote_subnet_names")),
            "enableOnlyIPv6Peering": fields.value("only_ipv6_peering_enabled"),
        },
    )


def _other_network(words: Words, instance: Instance) -> dict[str, str] | None:
    """The one network of the plan that a peering can lead to, because none is peered with itself.

    None where it may lead to a network that the plan does not hold, as a variable may.
    """
    fields = attributes_of(words.plan, instance)
    own = words.ids.parents_of(instance)
    possible = words.ids.candidates(fields, "remote_virtual_network_id", to=(_VNET,))
    others = {id.lower(): id for id in possible.ids if id not in own.ids}
    may_be_far = fields.targets("remote_virtual_network_id", (_VNET,)).may_lie_outside
    is_certain = own.open is None and len(others) == 1 and not may_be_far
    return {"id": next(iter(others.values()))} if is_certain else None


def security_group(words: Words, instance: Instance) -> PlacedObject:
    """A security group with the rules that stand in it as blocks."""
    fields = attributes_of(words.plan, instance)
    prefix = f"{words.ids.id_of(instance)}/securityRules/".lower()
    rules: list[Any] = [
        place(block, {"name": block.value("name"), "properties": given(_rule(words, block))})
        for block in fields.blocks("security_rule")
        if _is_own(words, f"{prefix}{block.text('name')}")
    ]
    if fields.is_unknown("security_rule") and fields.expression("security_rule") is not None:
        open = Unresolved("its rules are known only after the plan is applied", where=fields.where)
        rules.append(place(fields, {"name": "unknown", "properties": open}))
    return resource(words, instance, {"securityRules": rules})


def _is_own(words: Words, id: str) -> bool:
    """Whether a block says more than a resource of its own, which states repeat in its parent as it was before."""
    return id.lower() not in words.plan.gone and id.lower() not in words.ids.present


def security_rule(words: Words, instance: Instance) -> PlacedObject:
    """A security rule that is a resource of its own."""
    return resource(words, instance, _rule(words, attributes_of(words.plan, instance)))


_SIDES = ("source", "destination")
_HOP = "next_hop_in_ip_address"


def _rule(words: Words, fields: Attributes) -> dict[str, Any]:
    rule = {name: _said(fields, name) for name in ("access", "direction", "priority", "protocol")}
    rule["description"] = fields.value("description")
    for side in _SIDES:
        groups = words.ids.references(
            fields, f"{side}_application_security_group_ids", to=("azurerm_application_security_group",)
        )
        prefixes = filled(fields.items(f"{side}_address_prefixes"))
        ports = [_port(each) for each in filled(fields.items(f"{side}_port_ranges"))]
        one = f"{side}_address_prefix"
        rule[f"{side}AddressPrefix"] = fields.value(one) if prefixes or groups else _said(fields, one)
        rule[f"{side}AddressPrefixes"] = prefixes or None
        rule[f"{side}ApplicationSecurityGroups"] = groups or None
        one = f"{side}_port_range"
        rule[f"{side}PortRange"] = _port(fields.value(one) if ports else _said(fields, one))
        rule[f"{side}PortRanges"] = ports or None
    return rule


def _said(fields: Attributes, name: str) -> Any:
    """What Azure requires; plans that somebody shortened, and states of stand-ins, leave it out."""
    found = fields.value(name)
    return Unresolved(f"{name} has no value", where=fields.where) if found is None else found


def _port(value: Any) -> Any:
    """HCL directories hold ports as numbers, plans as texts."""
    return str(value) if isinstance(value, int) else value


def route_table(words: Words, instance: Instance) -> PlacedObject:
    """A route table with the routes that stand in it as blocks."""
    fields = attributes_of(words.plan, instance)
    prefix = f"{words.ids.id_of(instance)}/routes/".lower()
    routes: list[Any] = [
        place(block, {"name": block.value("name"), "properties": given(_route(block))})
        for block in fields.blocks("route")
        if _is_own(words, f"{prefix}{block.text('name')}")
    ]
    if fields.is_unknown("route") and fields.expression("route") is not None:
        open = Unresolved("its routes are known only after the plan is applied", where=fields.where)
        routes.append(place(fields, {"name": "unknown", "properties": open}))
    propagates = fields.value("bgp_route_propagation_enabled")
    disables = fields.value("disable_bgp_route_propagation")
    if isinstance(propagates, bool):
        disables = not propagates
    return resource(words, instance, {"routes": routes, "disableBgpRoutePropagation": disables})


def route(words: Words, instance: Instance) -> PlacedObject:
    """A route that is a resource of its own."""
    return resource(words, instance, _route(attributes_of(words.plan, instance)))


def _route(fields: Attributes) -> dict[str, Any]:
    hop = _said(fields, "next_hop_type")
    is_appliance = isinstance(hop, str) and hop.lower() == "virtualappliance"
    address = _said(fields, _HOP) if is_appliance else fields.value(_HOP)
    return {"addressPrefix": _said(fields, "address_prefix"), "nextHopType": hop, "nextHopIpAddress": address}
