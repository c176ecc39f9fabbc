"""Security groups, route tables, networks, subnets and peerings as resources of the azurerm provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.model.resources import Peering, Subnet
from netwatch.model.routes import NextHopType, UserRoute
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Body, filled, label

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["networks", "port_texts"]

_UNWRITABLE = (NextHopType.VIRTUAL_APPLIANCE_ECMP,)
"""What the provider's azurerm_route does not take."""


def networks(form: TerraformForm) -> None:
    """Everything that a network is made of, before what stands in it."""
    topology = form.topology
    for asg in topology.asgs.values():
        form.add("asgs", asg.id, form.base(asg.id, asg.location))
    for nsg in topology.nsgs.values():
        form.add("nsgs", nsg.id, form.base(nsg.id, nsg.location))
        for rule in nsg.rules:
            body = form.child(rule.id) | {"network_security_group_name": form.name("nsgs", nsg.id)}
            _add(form, "azurerm_network_security_rule", rule.id, body | _rule(form, rule))
    for table in topology.route_tables.values():
        body = form.base(table.id, table.location)
        form.add("route_tables", table.id, body | {"bgp_route_propagation_enabled": table.propagate_gateway_routes})
        for route in table.routes:
            if route.next_hop_type not in _UNWRITABLE:
                body = form.child(route.id) | {"route_table_name": form.name("route_tables", table.id)}
                _add(form, "azurerm_route", route.id, body | _route(form, route))
    for vnet in topology.vnets.values():
        space = form.texts(vnet.address_space, f"{vnet.id.name}_address_space")
        timeout = filled(flow_timeout_in_minutes=vnet.flow_timeout_minutes or None)
        form.add("vnets", vnet.id, form.base(vnet.id, vnet.location) | {"address_space": space} | timeout)
    for subnet in topology.subnets.values():
        form.add("subnets", subnet.id, _subnet(form, subnet))
        _associations(form, subnet)
    for peering in topology.peerings.values():
        _add(form, "azurerm_virtual_network_peering", peering.id, _peering(form, peering))


def _add(form: TerraformForm, type: str, id: Any, body: Body) -> None:
    form.blocks.add(type, id, body, label=label(id))


def _rule(form: TerraformForm, rule: SecurityRule) -> Body:
    stem = f"{rule.id.parent.name}_{rule.name}"
    body: Body = {
        "priority": form.text(rule.priority, f"{stem}_priority", "number"),
        "direction": _word(form, rule.direction, f"{stem}_direction"),
        "access": _word(form, rule.access, f"{stem}_access"),
        "protocol": _word(form, rule.protocol, f"{stem}_protocol"),
    }
    for side, addresses, ports in (
        ("source", rule.sources, rule.source_ports),
        ("destination", rule.destinations, rule.destination_ports),
    ):
        body |= _side(form, side, addresses, stem) | _ports(form, side, ports, stem)
    return body | filled(description=rule.description)


def _word(form: TerraformForm, value: Any, field: str) -> str:
    return str(form.text(value, field)) if isinstance(value, Unresolved) else str(value.value)


def _side(form: TerraformForm, side: str, field: AddressField, stem: str) -> Body:
    if any(isinstance(term, Asg) for term in field.terms):
        ids = [term.id if isinstance(term, Asg) else term for term in field.terms]
        groups = [form.id("asgs", id, f"{stem}_{side}_group") for id in ids]
        return {f"{side}_application_security_group_ids": groups}
    texts = [
        form.text(term, f"{stem}_{side}") if isinstance(term, Unresolved) else term.text  # type: ignore[union-attr]
        for term in field.terms
    ]
    if field.singular and len(texts) == 1:
        return {f"{side}_address_prefix": texts[0]}
    return {f"{side}_address_prefixes": texts}


def _ports(form: TerraformForm, side: str, field: PortField, stem: str) -> Body:
    texts = port_texts(form, field, f"{stem}_{side}_port")
    if field.singular and len(texts) == 1:
        return {f"{side}_port_range": texts[0]}
    return {f"{side}_port_ranges": texts}


def port_texts(form: TerraformForm, field: PortField, stem: str) -> list[str]:
    """Ranges as they were written; a variable for each gap."""
    pairs = zip(field.ranges, field.texts, strict=True)
    return [str(form.text(each, stem)) if isinstance(each, Unresolved) else text for each, text in pairs]


def _route(form: TerraformForm, route: UserRoute) -> Body:
    stem = f"{route.id.parent.name}_{route.name}"
    prefix = route.prefix.text if isinstance(route.prefix, ServiceTag) else form.text(route.prefix, f"{stem}_prefix")
    body = {"address_prefix": prefix, "next_hop_type": _hop(form, route, stem)}
    if route.next_hop_ip is not None:
        body["next_hop_in_ip_address"] = form.text(route.next_hop_ip, f"{stem}_next_hop")
    return body


def _hop(form: TerraformForm, route: UserRoute, stem: str) -> str:
    return _word(form, route.next_hop_type, f"{stem}_next_hop_type")


def _subnet(form: TerraformForm, subnet: Subnet) -> Body:
    delegations = [
        {"name": str(at), "service_delegation": [{"name": each}]} for at, each in enumerate(subnet.delegations)
    ]
    return (
        form.child(subnet.id)
        | {
            "virtual_network_name": form.name("vnets", subnet.vnet),
            "address_prefixes": form.texts(subnet.prefixes, f"{subnet.vnet.name}_{subnet.id.name}_prefix"),
        }
        | ({} if subnet.default_outbound_access else {"default_outbound_access_enabled": False})
        | filled(
            private_endpoint_network_policies=subnet.private_endpoint_network_policies,
            service_endpoints=[each.service for each in subnet.service_endpoints],
            delegation=delegations,
        )
    )


_OF_SUBNET = (
    ("nsg", "nsgs", "network_security_group"),
    ("route_table", "route_tables", "route_table"),
    ("nat_gateway", "nat_gateways", "nat_gateway"),
)
"""What a subnet is associated with: field, Topology mapping, and the provider's word for it."""


def _associations(form: TerraformForm, subnet: Subnet) -> None:
    for field, kind, word in _OF_SUBNET:
        target = getattr(subnet, field)
        if target is not None:
            own = {"subnet_id": form.id("subnets", subnet.id, "")}
            target_id = form.id(kind, target, f"{subnet.vnet.name}_{subnet.id.name}_{word}")
            _add(form, f"azurerm_subnet_{word}_association", subnet.id, own | {f"{word}_id": target_id})


def _peering(form: TerraformForm, peering: Peering) -> Body:
    return (
        form.child(peering.id)
        | {
            "virtual_network_name": form.name("vnets", peering.vnet),
            "remote_virtual_network_id": form.id("vnets", peering.remote_vnet, f"{peering.id.name}_remote_network"),
            "allow_virtual_network_access": peering.allow_virtual_network_access,
            "allow_forwarded_traffic": peering.allow_forwarded_traffic,
            "allow_gateway_transit": peering.allow_gateway_transit,
            "use_remote_gateways": peering.use_remote_gateways,
        }
        | _subnet_peering(form, peering)
    )


def _subnet_peering(form: TerraformForm, peering: Peering) -> Body:
    sides = (("local", peering.local_subnets), ("remote", peering.remote_subnets))
    names = {f"{side}_subnet_names": form.texts(held, f"{peering.id.name}_{side}_subnets") for side, held in sides}
    switches = {"only_ipv6_peering_enabled": True} if peering.only_ipv6 else {}
    if not peering.complete:
        switches["peer_complete_virtual_networks_enabled"] = False
    return switches | {name: held for name, held in names.items() if held}
