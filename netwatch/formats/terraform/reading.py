"""Reads a plan or state: ``read_terraform`` gives its ARM resources and what is to be said about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.errors import TopologyError
from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.assumed_addresses import usable_addresses
from netwatch.formats.terraform import (
    endpoints,
    firewalls,
    load_balancers,
    machines,
    managers,
    networks,
    others,
    virtual_hubs,
)
from netwatch.formats.terraform.arm_ids import Ids
from netwatch.formats.terraform.arm_types import ARM_TYPES, AZAPI
from netwatch.formats.terraform.associations import ASSOCIATIONS
from netwatch.formats.terraform.attributes import Attributes
from netwatch.formats.terraform.envelope import read_plan
from netwatch.formats.terraform.plan import Instance, Json, Plan
from netwatch.formats.terraform.translation import Resources, Words
from netwatch.formats.terraform.unread import unread_attributes
from netwatch.model.addresses import Address, parse_prefix
from netwatch.model.facts import Deployment
from netwatch.model.ids import ResourceId
from netwatch.model.input_notes import Assumption, Ignored, InputNotes
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["TerraformResources", "read_terraform", "translated"]

_Translate = Callable[[Words, Instance], PlacedObject]

_TRANSLATIONS: Mapping[str, _Translate] = {
    "azurerm_virtual_network": networks.network,
    "azurerm_subnet": networks.subnet,
    "azurerm_virtual_network_peering": networks.peering,
    "azurerm_network_security_group": networks.security_group,
    "azurerm_route_table": networks.route_table,
    "azurerm_network_interface": machines.network_interface,
    "azurerm_linux_virtual_machine": machines.virtual_machine,
    "azurerm_windows_virtual_machine": machines.virtual_machine,
    "azurerm_virtual_machine": machines.virtual_machine,
    "azurerm_public_ip": machines.public_ip,
    "azurerm_private_endpoint": endpoints.endpoint,
    "azurerm_nat_gateway": endpoints.nat_gateway,
    "azurerm_lb": load_balancers.balancer,
    "azurerm_lb_backend_address_pool": load_balancers.pool,
    "azurerm_lb_probe": load_balancers.probe,
    "azurerm_lb_rule": load_balancers.rule,
    "azurerm_lb_nat_rule": load_balancers.nat_rule,
    "azurerm_lb_nat_pool": load_balancers.nat_rule,
    "azurerm_lb_outbound_rule": load_balancers.outbound_rule,
    "azurerm_virtual_network_gateway": endpoints.gateway,
    "azurerm_local_network_gateway": endpoints.local_gateway,
    "azurerm_virtual_network_gateway_connection": endpoints.connection,
    "azurerm_network_manager": managers.manager,
    "azurerm_network_manager_network_group": managers.network_group,
    "azurerm_network_manager_static_member": managers.member,
    "azurerm_network_manager_connectivity_configuration": managers.connectivity,
    "azurerm_network_manager_security_admin_configuration": managers.admin_configuration,
    "azurerm_network_manager_admin_rule_collection": managers.admin_collection,
    "azurerm_network_manager_admin_rule": managers.admin_rule,
    "azurerm_firewall": firewalls.firewall,
    "azurerm_firewall_policy": firewalls.policy,
    "azurerm_firewall_policy_rule_collection_group": firewalls.rule_collection_group,
    "azurerm_ip_group": firewalls.ip_group,
    "azurerm_virtual_wan": virtual_hubs.wan,
    "azurerm_virtual_hub": virtual_hubs.hub,
    "azurerm_virtual_hub_connection": virtual_hubs.connection,
    "azurerm_virtual_hub_route_table": virtual_hubs.route_table,
    "azurerm_virtual_hub_routing_intent": virtual_hubs.routing_intent,
    "azurerm_virtual_hub_bgp_connection": virtual_hubs.bgp_connection,
    "azurerm_vpn_site": virtual_hubs.site,
    "azurerm_vpn_gateway": virtual_hubs.vpn_gateway,
    "azurerm_vpn_gateway_connection": virtual_hubs.site_connection,
    "azurerm_point_to_site_vpn_gateway": virtual_hubs.clients_gateway,
    "azurerm_express_route_gateway": virtual_hubs.vpn_gateway,
    "azurerm_express_route_connection": virtual_hubs.circuit_connection,
    AZAPI: others.azapi,
}
"""How each type becomes an ARM resource; those that are not here are only named."""

_CHILDREN: Mapping[str, tuple[_Translate, str]] = {
    "azurerm_network_security_rule": (networks.security_rule, "access"),
    "azurerm_route": (networks.route, "nextHopType"),
}
"""Types of which one stands in each parent it may have, and the field that is open where it may have several."""

_READ_AS_DATA = (
    "azurerm_virtual_network",
    "azurerm_subnet",
    "azurerm_network_security_group",
    "azurerm_route_table",
    "azurerm_network_interface",
    "azurerm_public_ip",
    "azurerm_application_security_group",
    "azurerm_nat_gateway",
    "azurerm_lb",
    "azurerm_virtual_network_gateway",
)
"""Data sources that show a resource as it is; others show too little of it."""

_DEPLOYMENT = "azurerm_network_manager_deployment"

_DRAWN = ("azurerm_lb", "azurerm_firewall")
"""Types whose addresses Azure draws and no NIC shows."""

_ADDRESS_LISTS = ("ipConfigurations", "frontendIPConfigurations")


class TerraformResources(NamedTuple):
    """What a plan makes or a state holds: ARM resources whose values may be Unresolved, notes, and deployments."""

    resources: list[PlacedObject]
    notes: InputNotes
    deployments: tuple[Deployment, ...]


def read_terraform(source: str, value: Json, *, report: Callable[[TopologyError], None]) -> TerraformResources:
    """The resources there are once a plan is applied, or that a state holds; what is malformed goes to ``report``.

    ``value`` is what ``terraform show -json`` prints, or a state file. Raises TopologyError where its envelope is
    malformed, UnsupportedError for a version of the format that is not known.
    """
    found = translated(read_plan(source, value, report), tuple(_remarks(value)))
    deferred = tuple(_deferred(source, value))
    return found._replace(notes=found.notes._replace(ignored=(*found.notes.ignored, *deferred)))


def translated(plan: Plan, remarks: tuple[str, ...] = ()) -> TerraformResources:
    """The ARM resources of a plan.

    Where a route or a rule rests on an address that Azure draws, and for load balancers and firewalls, those addresses
    are worked out first; network interfaces alone are left to the draft, which does the same.
    """
    work = _Translation(plan)
    if plan.is_asked_for_addresses or any(plan.of_type("azurerm_lb", "azurerm_firewall")):
        plan.assumed = dict(_drawn(work.resources, work.owners))
        work = _Translation(plan)
    foreign = Counter(each.type for each in plan.instances if not each.is_data and not _is_azure(each))
    if foreign:
        named = ", ".join(f"{type} ({number})" for type, number in sorted(foreign.items()))
        remarks = (*remarks, f"Not resources of Azure, and left out: {named}.")
    places = {each.address: each.where for each in work.owners.values() if each.type in _DRAWN}
    assumed = tuple(
        Assumption(f"{address} private_ip_address", drawn, places[address])
        for (address, _), drawn in plan.assumed.items()
        if address in places
    )
    notes = InputNotes(remarks, assumed, (), tuple(dict.fromkeys(work.ignored)))
    return TerraformResources(list(work.resources.values()), notes, tuple(work.deployments))


def _remarks(value: Json) -> Iterator[str]:
    if value.get("errored") is True:
        yield "Terraform could not finish this plan: what it has not come to is missing."
    elif value.get("complete") is False:
        yield "This plan is not complete: applying it will need another one."
    changes = value.get("resource_changes")
    listed = [each["change"] for each in changes if _has_change(each)] if isinstance(changes, list) else []
    gone = sum(1 for each in listed if each.get("actions") == ["delete"])
    if gone:
        yield f"Gone once the plan is applied: {gone} {'resource' if gone == 1 else 'resources'}."
    forgotten = sum(1 for each in listed if each.get("actions") == ["forget"])
    if forgotten:
        what = "resource" if forgotten == 1 else "resources"
        yield f"Taken out of the state and left in Azure as it was: {forgotten} {what}."


def _deferred(source: str, value: Json) -> Iterator[Ignored]:
    """Resources that Terraform leaves to a later plan, because something they rest on is not known yet."""
    deferred = value.get("deferred_changes")
    for each in deferred if isinstance(deferred, list) else ():
        change = each.get("resource_change") if isinstance(each, dict) else None
        address = str(change.get("address")) if isinstance(change, dict) else "a resource"
        reason = str(each.get("reason", "no reason is given")) if isinstance(each, dict) else "no reason is given"
        effect = f"the resource, which comes with a later plan: {reason.replace('_', ' ')}"
        yield Ignored(address, "deferred_changes", effect, Where(source, 0, address))


def _has_change(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("change"), dict)


def _is_azure(instance: Instance) -> bool:
    return instance.type.startswith(("azurerm_", "azapi_"))


class _Translation:
    """One translation of a plan. ``owners`` says which instance each ARM resource with addresses comes from."""

    def __init__(self, plan: Plan) -> None:
        self.resources = Resources()
        self.owners: dict[str, Instance] = {}
        self.ignored: list[Ignored] = []
        self.deployments: list[Deployment] = []
        self._words = Words(Ids(plan), self._ignore)
        managed = [each for each in plan.instances if not each.is_data]
        for instance in managed:
            self._translate(instance)
        for instance in plan.of_type(*_READ_AS_DATA):
            if instance.is_data and self._words.ids.id_of(instance).lower() not in self.resources:
                self._translate(instance)
        for instance in plan.of_type("azurerm_virtual_network"):
            networks.with_inline_subnets(self._words, instance, self.resources)
        for instance in plan.of_type("azurerm_private_endpoint"):
            endpoints.with_endpoint_nic(self._words, instance, self.resources)
        for instance in managed:
            if instance.type in ASSOCIATIONS:
                ASSOCIATIONS[instance.type](self._words, instance, self.resources)

    def _ignore(self, fields: Attributes, name: str, effect: str) -> None:
        self.ignored.append(Ignored(fields.instance.address, name, effect, fields.where))

    def _translate(self, instance: Instance) -> None:
        if not _is_azure(instance) or instance.type in ASSOCIATIONS:
            return
        if instance.type in _CHILDREN:
            self._translate_child(instance)
        elif instance.type == _DEPLOYMENT:
            self._deploy(instance)
        else:
            translate = _TRANSLATIONS.get(instance.type, others.other)
            self._take(instance, translate(self._words, instance))
        for name, effect in unread_attributes(self._words.plan, instance):
            self.ignored.append(Ignored(instance.address, name, effect, instance.where))

    def _take(self, instance: Instance, made: PlacedObject) -> None:
        key = str(made["id"]).lower()
        first = self.resources.get(key)
        if first is not None:
            effect = f"it has the id of {first.where.pointer}, which stands"
            self.ignored.append(Ignored(instance.address, "", effect, instance.where))
            return
        self.resources[key] = made
        self.owners[key] = instance

    def _translate_child(self, instance: Instance) -> None:
        """A rule or route, in each parent that it may have; one that stands in its parent too goes before that."""
        translate, field = _CHILDREN[instance.type]
        made = translate(self._words, instance)
        parents = self._words.ids.parents_of(instance)
        kind, name = ARM_TYPES[instance.type].type.rsplit("/", 1)[-1], self._words.ids.name_of(instance)
        if parents.open is None:
            self._take(instance, made)
        for parent in parents.ids if parents.open is not None else ():
            properties = {**made["properties"], field: parents.open}
            copy = {**made, "id": f"{parent}/{kind}/{name}", "properties": properties}
            self._take(instance, PlacedObject(copy, made.where))
        if parents.open is not None and not parents.ids:
            self.ignored.append(Ignored(instance.address, "", f"{parents.open.reason}", instance.where))

    def _deploy(self, instance: Instance) -> None:
        found = managers.deployment(self._words, instance)
        if found is not None:
            ids = frozenset(ResourceId(id) for id in found["configurations"])
            self.deployments.append(Deployment(found["location"], ids))


def _drawn(resources: Resources, owners: Mapping[str, Instance]) -> Iterator[tuple[tuple[str, int], str]]:
    """The addresses that Azure draws: of each subnet the first free one after the reserved ones, in input order."""
    holders = [
        (owners[key].address if key in owners else resources[key].where.pointer, number, subnet, said)
        for key in resources
        for number, subnet, said in _holders(resources[key])
    ]
    taken = {(subnet, said) for _, _, subnet, said in holders if isinstance(said, str)}
    free: dict[str, Iterator[str]] = {}
    for address, number, subnet, said in holders:
        if said is None:
            if subnet not in free:
                free[subnet] = _candidates(resources.properties(subnet) or {})
            drawn = next((each for each in free[subnet] if (subnet, each) not in taken), None)
            if drawn is not None:
                yield (address, number), drawn


def _holders(resource: PlacedObject) -> Iterator[tuple[int, str, Any]]:
    """The addresses of a resource: number, subnet, and what is said."""
    properties = resource.get("properties")
    for name in _ADDRESS_LISTS:
        configs = properties.get(name) if isinstance(properties, dict) else None
        for number, config in enumerate(configs if isinstance(configs, list) else ()):
            fields = config.get("properties", config) if isinstance(config, dict) else {}
            subnet = fields.get("subnet") if isinstance(fields, dict) else None
            is_v6 = isinstance(fields, dict) and str(fields.get("privateIPAddressVersion")).lower() == "ipv6"
            if isinstance(subnet, dict) and isinstance(subnet.get("id"), str) and not is_v6:
                yield number, subnet["id"].lower(), fields.get("privateIPAddress")


def _candidates(subnet: Mapping[str, Any]) -> Iterator[str]:
    for text in (*(subnet.get("addressPrefixes") or ()), subnet.get("addressPrefix")):
        if isinstance(text, Unresolved):
            return
        try:
            prefix = parse_prefix(text) if isinstance(text, str) else None
        except ValueError:
            return
        if prefix is not None and prefix.version == 4:
            yield from (str(Address(4, value)) for value in usable_addresses(prefix))
