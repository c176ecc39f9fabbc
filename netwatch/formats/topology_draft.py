"""``TopologyDraft``: where readers put what they read; it checks the whole and turns it into a Topology."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from netwatch.errors import ConflictError, DanglingReferenceError, TopologyError, TopologyErrors, TopologySchemaError
from netwatch.formats.assumed_addresses import assume_addresses
from netwatch.formats.topology_conflicts import conflicts, unknown_tags
from netwatch.formats.topology_references import (
    CONFIGURATION,
    MANAGER,
    MEMBERS,
    PEERS,
    REFERENCES,
    RULE_ASG,
    SETTLED_ALIKE,
    UNDER_MANAGERS,
    VNET,
    ReferenceField,
)
from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.input_notes import Ignored, InputNotes
from netwatch.model.resources import NetworkInterface, NetworkSecurityGroup, Peering, VirtualMachine, VirtualNetwork
from netwatch.model.rules import AddressField, Asg, SecurityRule
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

if TYPE_CHECKING:
    from netwatch.formats.tag_names import TagNames
    from netwatch.model.gateways import Connection
    from netwatch.model.load_balancers import LoadBalancer
    from netwatch.model.network_manager import NetworkGroup
    from netwatch.model.virtual_hubs import HubGateway, VirtualHub

__all__ = ["Dangling", "TopologyDraft", "input_order"]

Dangling = Literal["error", "unresolved"]

_T = TypeVar("_T")

_KINDS = {
    "VirtualNetwork": "vnets",
    "Subnet": "subnets",
    "Peering": "peerings",
    "NetworkSecurityGroup": "nsgs",
    "ApplicationSecurityGroup": "asgs",
    "RouteTable": "route_tables",
    "NetworkInterface": "nics",
    "VirtualMachine": "vms",
    "PublicIpAddress": "public_ips",
    "VirtualNetworkGateway": "gateways",
    "LocalNetworkGateway": "local_network_gateways",
    "Connection": "connections",
    "PrivateEndpoint": "private_endpoints",
    "NatGateway": "nat_gateways",
    "LoadBalancer": "load_balancers",
    "Firewall": "firewalls",
    "NetworkManager": "network_managers",
    "NetworkGroup": "network_groups",
    "SecurityAdminConfiguration": "security_admin_configurations",
    "AdminRuleCollection": "admin_rule_collections",
    "ConnectivityConfiguration": "connectivity_configurations",
    "VirtualWan": "virtual_wans",
    "VirtualHub": "virtual_hubs",
    "HubGateway": "hub_gateways",
    "VpnSite": "vpn_sites",
    "OtherResource": "others",
}
"""The Topology mapping of each kind, by its class's name: an input imports only the kinds it holds."""

_MAX_HINTS = 20
"""Nearest names are looked up for so many dangling ids; looking through every name takes time."""


class TopologyDraft:
    """Resources of one input as they are read, and every problem found on the way.

    With ``dangling="unresolved"`` (recordings, which can be stale) a missing target becomes Unresolved and parts that
    exclude each other are let pass. ``missing_is_open`` is set for inputs that do not hold all that is there: a missing
    target becomes Unresolved, and nothing else is let pass. ``tag_names`` are the service tags there are; without them
    none is checked.
    """

    def __init__(self, source: str, *, dangling: Dangling = "error", tag_names: TagNames | None = None) -> None:
        self.source = source
        self._is_lenient = self.missing_is_open = dangling == "unresolved"
        self._tag_names = tag_names
        self._service_tags = ""
        self._held: dict[str, Any] = {kind: {} for kind in _KINDS.values()}
        self._problems: list[TopologyError] = []
        self._ignored: list[Ignored] = []
        self._hints = 0

    @property
    def is_strict(self) -> bool:
        """Whether parts that exclude each other are errors."""
        return not self._is_lenient

    def name_service_tags(self, path: str, where: Where) -> None:
        """Go by the published list in the file at ``path``, as the input says at ``where``, unless one was chosen."""
        self._service_tags = path
        if self._tag_names is None or self._tag_names.is_chosen:
            return
        self._tag_names = self._tag_names.of_file(path)
        if not os.path.isfile(path):
            self._tag_names = None  # the one problem; nothing can be looked up
            message = f"serviceTags: there is no file {path}."
            hint = "The path is relative to this file. Microsoft publishes the list as ServiceTags_Public_*.json."
            self.problem(TopologySchemaError(message, where=where, hint=hint))

    def add(self, resource: Resource) -> None:
        """Take a resource in. A second one with the same id is a problem, unless it says the same.

        Of a resource that is only named the first one stands: exports differ in how much they print of it.
        """
        kind = type(resource).__name__
        first = self._held[_KINDS[kind]].setdefault(resource.id.key, resource)
        if first is not resource and first != resource and self.is_strict and kind != "OtherResource":
            self.problem(_declared_twice(resource, first.where))

    def held(self, id: ResourceId) -> Resource | None:
        """The resource of that id, as far as the input is read; None where there is none yet."""
        return next((held[id.key] for held in self._held.values() if id.key in held), None)

    def problem(self, error: TopologyError) -> None:
        """Take a problem in; ``finish`` raises them all."""
        self._problems.append(error)

    def ignore(self, ignored: Ignored) -> None:
        """Note what the input says and nobody reads."""
        self._ignored.append(ignored)

    def finish(self, facts: Facts | Callable[[Topology], Facts] | None = None) -> Topology:
        """The topology with its cross-references checked, VMs and NICs paired, and dynamic addresses assumed.

        ``facts`` may be a function that reads them against the finished topology; its problems join the others.
        Raises TopologyErrors with every problem, in the order of the input.
        """
        self._place_orphans()
        self._settle_references()
        self._pair_machines()
        self._assume_addresses()
        notes = InputNotes(ignored=tuple(dict.fromkeys(self._ignored)))
        topology = Topology(source=self.source, service_tags=self._service_tags, notes=notes, **self._held)
        if self.is_strict:
            self._problems.extend(conflicts(topology))
        if self._tag_names is not None:
            self._problems.extend(unknown_tags(topology, self._tag_names))
        if facts is not None:
            topology = replace(topology, facts=self._read(facts, topology))
        if self._problems:
            raise TopologyErrors(sorted(self._problems, key=lambda error: input_order(error.where)))
        return topology

    def _read(self, facts: Facts | Callable[[Topology], Facts], topology: Topology) -> Facts:
        if isinstance(facts, Facts):
            return facts
        try:
            return facts(topology)
        except TopologyErrors as errors:
            self._problems.extend(errors.errors)
            return Facts()

    def _place_orphans(self) -> None:
        """A subnet or peering whose VNet is missing: an error, or a VNet of unknown address space takes its place."""
        for child in (*self._held["subnets"].values(), *self._held["peerings"].values()):
            if child.vnet.key in self._held["vnets"]:
                continue
            found = self._target(child.vnet, VNET, child)
            if isinstance(found, Unresolved) and self.missing_is_open:
                self.add(VirtualNetwork(child.vnet, "", (found,), child.where))
        if any(self._held[kind] for kind in UNDER_MANAGERS):
            self._place_managers()

    def _place_managers(self) -> None:
        """What belongs to a network manager needs it, because managers are asked in the order of their scopes."""
        from netwatch.model.network_manager import NetworkManager, SecurityAdminConfiguration

        for kind in UNDER_MANAGERS:
            parent = CONFIGURATION if kind == "admin_rule_collections" else MANAGER
            for child in self._held[kind].values():
                found = self._target(child.id.parent, parent, child)
                if not isinstance(found, Unresolved) or not self.missing_is_open:
                    continue
                if parent is MANAGER:
                    self.add(NetworkManager(child.id.parent, "", where=child.where))
                else:
                    self.add(SecurityAdminConfiguration(child.id.parent, where=child.where))

    def _settle_references(self) -> None:
        held = self._held
        for kind in SETTLED_ALIKE:
            held[kind] = {key: self._settled(thing, kind) for key, thing in held[kind].items()}
        held["connections"] = {key: self._settled_connection(thing) for key, thing in held["connections"].items()}
        held["network_groups"] = {key: self._settled_group(thing) for key, thing in held["network_groups"].items()}
        held["load_balancers"] = {key: self._settled_balancer(thing) for key, thing in held["load_balancers"].items()}
        held["virtual_hubs"] = {key: self._settled_hub(thing) for key, thing in held["virtual_hubs"].items()}
        held["hub_gateways"] = {key: self._settled_hub_gateway(thing) for key, thing in held["hub_gateways"].items()}
        held["peerings"] = {key: self._settled_peering(thing) for key, thing in held["peerings"].items()}
        held["nics"] = {key: self._settled_nic(thing) for key, thing in held["nics"].items()}
        if not self._all_rule_asgs_held():
            held["nsgs"] = {key: self._settled_nsg(thing) for key, thing in held["nsgs"].items()}

    def _settled(self, thing: _T, kind: str, holder: Any = None) -> _T:
        """The resource with every reference held or Unresolved; itself where nothing changes.

        ``holder`` is what problems speak of, by default the resource itself.
        """
        changes: dict[str, Any] = {}
        for reference in REFERENCES[kind]:
            old = getattr(thing, reference.field)
            if isinstance(old, tuple):
                new: Any = tuple(self._target(each, reference, holder or thing) for each in old)
            else:
                new = self._target(old, reference, holder or thing)
            if new != old and not reference.stays:
                changes[reference.field] = new
        return replace(thing, **changes) if changes else thing  # type: ignore[type-var]

    def _settled_peering(self, peering: Peering) -> Peering:
        """A peer outside the input is no error where the peering itself says what its address space is."""
        if not peering.remote_prefixes:
            return self._settled(peering, "peerings")
        if isinstance(peering.remote_vnet, Unresolved) or peering.remote_vnet.key in self._held["vnets"]:
            return peering
        return replace(peering, remote_vnet=_absent(peering.remote_vnet, VNET, peering.where))

    def _settled_connection(self, connection: Connection) -> Connection:
        connection = self._settled(connection, "connections")
        peer = self._target_of_type(connection.peer, PEERS, connection)
        return connection if peer is connection.peer else replace(connection, peer=peer)

    def _settled_group(self, group: NetworkGroup) -> NetworkGroup:
        """A member outside the input is no error: groups reach across subscriptions, and exports rarely do."""
        return replace(group, members=tuple(self._target_of_type(each, MEMBERS, group) for each in group.members))

    def _settled_balancer(self, balancer: LoadBalancer) -> LoadBalancer:
        """Backends stay as they are: those of scale sets are never in an export."""
        frontends = tuple(self._settled(each, "frontends", balancer) for each in balancer.frontends)
        return replace(balancer, frontends=frontends)

    def _settled_hub(self, hub: VirtualHub) -> VirtualHub:
        """A hub with its connections; firewalls and tables that it names may lie outside the input."""
        connections = tuple(self._settled(each, "hub_connections") for each in hub.connections)
        return replace(self._settled(hub, "virtual_hubs"), connections=connections)

    def _settled_hub_gateway(self, gateway: HubGateway) -> HubGateway:
        branches = tuple(self._settled(each, "hub_branches") for each in gateway.branches)
        return replace(self._settled(gateway, "hub_gateways"), branches=branches)

    def _settled_nic(self, nic: NetworkInterface) -> NetworkInterface:
        configs = tuple(self._settled(config, "ip_configurations") for config in nic.ip_configurations)
        if any(new is not old for new, old in zip(configs, nic.ip_configurations, strict=True)):
            nic = replace(nic, ip_configurations=configs)
        return self._settled(nic, "nics")

    def _all_rule_asgs_held(self) -> bool:
        return all(asg.key in self._held["asgs"] for nsg in self._held["nsgs"].values() for asg in _asgs(nsg))

    def _settled_nsg(self, nsg: NetworkSecurityGroup) -> NetworkSecurityGroup:
        return replace(nsg, rules=tuple(self._settled_rule(rule) for rule in nsg.rules))

    def _settled_rule(self, rule: SecurityRule) -> SecurityRule:
        sources, destinations = (self._settled_field(each, rule) for each in (rule.sources, rule.destinations))
        return replace(rule, sources=sources, destinations=destinations)

    def _settled_field(self, side: AddressField, rule: SecurityRule) -> AddressField:
        def settled(term: Any) -> Any:
            found = self._target(term.id, RULE_ASG, rule) if isinstance(term, Asg) else None
            return found if isinstance(found, Unresolved) else term

        return replace(side, terms=tuple(settled(term) for term in side.terms))

    def _target(self, id: Any, reference: ReferenceField, holder: Any) -> Any:
        """The same id where the input holds it (and None or Unresolved as they are), else Unresolved."""
        if not isinstance(id, ResourceId) or id.key in self._held[reference.targets]:
            return id
        if not self.missing_is_open and reference.required:
            self.problem(self._dangling(id, reference, holder))
        return _absent(id, reference, holder.where)

    def _target_of_type(self, id: Any, references: Mapping[str, ReferenceField], holder: Any) -> Any:
        reference = references.get(id.type.lower()) if isinstance(id, ResourceId) else None
        return id if reference is None else self._target(id, reference, holder)

    def _dangling(self, id: ResourceId, reference: ReferenceField, holder: Any) -> DanglingReferenceError:
        message = f"{holder.id.name}: {reference.noun} {id} is not in the input."
        return DanglingReferenceError(message, where=holder.where, hint=self._nearest(id, reference.targets))

    def _nearest(self, id: ResourceId, kind: str) -> str:
        self._hints += 1
        if self._hints > _MAX_HINTS:
            return "Add it, or correct the reference."
        from difflib import get_close_matches

        names = {each.id.name.lower(): each.id for each in self._held[kind].values()}
        same = names.get(id.name.lower())
        if same is not None:
            return f"The input holds one of that name: {same}."
        near = get_close_matches(id.name.lower(), names, n=1)
        return f'Did you mean "{names[near[0]].name}"?' if near else "Add it, or correct the reference."

    def _pair_machines(self) -> None:
        """ARM states the pair of VM and NIC on both sides; where only one side says so, complete the other."""
        nics, vms = self._held["nics"], self._held["vms"]
        owner: dict[str, ResourceId] = {}
        members: dict[str, list[str]] = {key: [] for key in vms}
        for vm in vms.values():
            for id in vm.nics:
                if isinstance(id, ResourceId) and self._claim(owner, id, vm):
                    members[vm.id.key].append(id.key)
        for key, nic in nics.items():
            if isinstance(nic.vm, ResourceId) and key not in owner:
                owner[key] = nic.vm
                members[nic.vm.key].append(key)
        for vm_key, keys in members.items():
            self._attach(vms[vm_key], list(dict.fromkeys(keys)))

    def _claim(self, owner: dict[str, ResourceId], id: ResourceId, vm: VirtualMachine) -> bool:
        """Whether the machine gets the NIC: the first machine to name it does, any other is a problem."""
        said = self._held["nics"][id.key].vm
        first = owner.setdefault(id.key, vm.id)
        rival = first if first != vm.id else said if isinstance(said, ResourceId) and said != vm.id else None
        if rival is not None and not self.missing_is_open:
            message = f"virtual machine {vm.id.name} names the NIC {id.name}, which is attached to {rival.name}."
            self.problem(ConflictError(message, where=vm.where, hint="A NIC is attached to one machine."))
        return first == vm.id

    def _attach(self, vm: VirtualMachine, keys: list[str]) -> None:
        """Give a machine its NICs, one of them primary: the only one that says so, else the first."""
        nics = self._held["nics"]
        said = [key for key in keys if nics[key].primary]
        primary = (said or keys or [""])[0]
        for key in keys:
            if nics[key].vm != vm.id or nics[key].primary != (key == primary):
                nics[key] = replace(nics[key], vm=vm.id, primary=key == primary)
        absent = [id for id in vm.nics if isinstance(id, Unresolved)]
        ordered = sorted(keys, key=lambda key: key != primary)
        self._held["vms"][vm.id.key] = replace(vm, nics=(*(nics[key].id for key in ordered), *absent))

    def _assume_addresses(self) -> None:
        balancers = self._held["load_balancers"].values()
        self._held["nics"], problems = assume_addresses(self._held["nics"], self._held["subnets"], balancers=balancers)
        if not self.missing_is_open:
            self._problems.extend(problems)


def input_order(where: Where | None) -> tuple[Any, ...]:
    """A sort key that puts places in the order of the input: by line, then by pointer with its numbers as numbers."""
    if where is None:
        return ("", 0, ())
    steps = tuple((0, int(step), "") if step.isdecimal() else (1, 0, step) for step in where.pointer.split("/"))
    return (where.source, where.line, steps)


def _absent(id: ResourceId, reference: ReferenceField, where: Where) -> Unresolved:
    return Unresolved(f"{reference.noun} {id.name} is not in the input", id.text, where)


def _asgs(nsg: NetworkSecurityGroup) -> Iterator[ResourceId]:
    for rule in nsg.rules:
        for side in (rule.sources, rule.destinations):
            for term in side.terms:
                if isinstance(term, Asg):
                    yield term.id


def _declared_twice(resource: Resource, first: Where) -> ConflictError:
    message = f"{resource.id} is declared twice; the first is at {first}."
    return ConflictError(message, where=resource.where, hint="Ids are compared without regard to case. Remove one.")
