"""Network managers of resolved ARM resources: groups, admin rules and meshes.

Sources: the REST reference of Microsoft.Network/networkManagers; "Security admin rules in Azure Virtual Network
Manager"; "Connectivity configuration in Azure Virtual Network Manager".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from netwatch.errors import ConflictError, DanglingReferenceError
from netwatch.formats.arm_resources.admin_rules import AdminRuleReader
from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import (
    AdminRuleCollection,
    ConnectivityConfiguration,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.resources import OtherResource, Subnet, VirtualNetwork
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["NetworkManagerReader"]

_INTENT_POLICIES = ("None", "All", "AllowRulesOnly")
_TOPOLOGIES = ("Mesh", "HubAndSpoke")
_GROUP_CONNECTIVITY = ("None", "DirectlyConnected")

_Placed = tuple[ArmObject, ResourceId]


class NetworkManagerReader:
    """Reads what belongs to network managers; ``finish`` gives groups their members and collections their rules.

    Rules wait for the last resource, because one may name a network group and then means the ranges of its members.
    """

    def __init__(self, draft: TopologyDraft) -> None:
        self._draft = draft
        self._groups: list[NetworkGroup] = []
        self._members: dict[str, list[_Placed]] = {}
        self._collections: list[AdminRuleCollection] = []
        self._rules: dict[str, list[_Placed]] = {}
        self._readers: Mapping[str, Callable[[ArmObject, ResourceId], None]] = {
            "networkmanagers": self._manager,
            "networkgroups": self._group,
            "staticmembers": self._member,
            "securityadminconfigurations": self._security_configuration,
            "rulecollections": self._collection,
            "rules": self._rule,
            "connectivityconfigurations": self._connectivity,
        }

    def read(self, resource: ArmObject, id: ResourceId) -> None:
        """Read a network manager or anything below one."""
        read = self._readers.get(id.type.rsplit("/", 1)[-1].lower())
        if read is None:
            resource.problem(f"its id is that of a {id.type or 'thing without a type'}, its type another.")
        else:
            read(resource, id)

    def finish(self) -> None:
        """Join members and rules to their parents and give both to the draft."""
        groups = {group.id.key: self._with_members(group) for group in self._groups}
        for group in groups.values():
            self._draft.add(group)
        reader = AdminRuleReader(lambda id: self._ranges(groups.get(id.key)))
        for collection in self._collections:
            self._draft.add(self._with_rules(collection, reader))
        self._report_orphans(self._members, self._groups, "network group")
        self._report_orphans(self._rules, self._collections, "rule collection")

    def _manager(self, resource: ArmObject, id: ResourceId) -> None:
        scopes = resource.object("properties").object("networkManagerScopes")
        tenants = (scopes, *scopes.objects("crossTenantScopes"))
        ids = [id for each in tenants for kind in ("managementGroups", "subscriptions") for id in each.all_ids(kind)]
        self._draft.add(NetworkManager(id, resource.text("location"), tuple(ids), resource.where))

    def _group(self, resource: ArmObject, id: ResourceId) -> None:
        self._groups.append(NetworkGroup(id, where=resource.where))
        for member in resource.children(id, "staticMembers"):
            self._member(*member)

    def _member(self, resource: ArmObject, id: ResourceId) -> None:
        self._members.setdefault(id.parent.key, []).append((resource, id))

    def _security_configuration(self, resource: ArmObject, id: ResourceId) -> None:
        fields = resource.object("properties")
        words = fields.words("applyOnNetworkIntentPolicyBasedServices", _INTENT_POLICIES)
        self._draft.add(SecurityAdminConfiguration(id, ",".join(words) or "None", resource.where))
        for collection in resource.children(id, "ruleCollections"):
            self._collection(*collection)

    def _collection(self, resource: ArmObject, id: ResourceId) -> None:
        groups = (_group_id(each) for each in resource.object("properties").objects("appliesToGroups"))
        known = tuple(group for group in groups if group is not None)
        self._collections.append(AdminRuleCollection(id, known, where=resource.where))
        for rule in resource.children(id, "rules"):
            self._rule(*rule)

    def _rule(self, resource: ArmObject, id: ResourceId) -> None:
        self._rules.setdefault(id.parent.key, []).append((resource, id))

    def _connectivity(self, resource: ArmObject, id: ResourceId) -> None:
        """All groups of a mesh are meshes; of a hub and spoke, those that are directly connected."""
        fields = resource.object("properties")
        is_mesh = fields.word("connectivityTopology", _TOPOLOGIES) == "Mesh"
        groups = [(_group_id(each), each) for each in fields.objects("appliesToGroups")]
        known = {id: each for id, each in groups if id is not None}
        meshes = {id: each for id, each in known.items() if is_mesh or _is_direct(each)}
        is_global = fields.flag("isGlobal", False) or any(each.flag("isGlobal", False) for each in meshes.values())
        found = ConnectivityConfiguration(id, tuple(meshes), is_global, resource.where)
        if not is_mesh:
            users = tuple(id for id, each in known.items() if each.flag("useHubGateway", False))
            found = replace(found, hubs=tuple(self._hubs(fields)), spoke_groups=tuple(known), gateway_groups=users)
        self._draft.add(found)

    def _hubs(self, fields: ArmObject) -> Iterator[ResourceId]:
        for hub in fields.objects("hubs"):
            id = hub.id_text("resourceId")
            if isinstance(id, ResourceId):
                yield id

    def _with_members(self, group: NetworkGroup) -> NetworkGroup:
        found = (each.object("properties").id_text("resourceId") for each, _ in self._members.get(group.id.key, ()))
        return replace(group, members=tuple(dict.fromkeys(each for each in found if each is not None)))

    def _with_rules(self, collection: AdminRuleCollection, reader: AdminRuleReader) -> AdminRuleCollection:
        rules: dict[str, SecurityRule] = {}
        for resource, id in self._rules.get(collection.id.key, ()):
            rule = reader.read(resource, id)
            first = rules.setdefault(id.key, rule)
            if first != rule and self._draft.is_strict:
                message = f"{id} is declared twice; the first is at {first.where}."
                self._draft.problem(ConflictError(message, where=rule.where, hint="Remove one."))
        return replace(collection, rules=tuple(rules.values()))

    def _ranges(self, group: NetworkGroup | None) -> tuple[Prefix | Unresolved, ...]:
        """The address ranges of a group's members, which is what the group means as a source or destination."""
        if group is None:
            return (Unresolved("its network group is not in the input"),)
        return tuple(prefix for member in group.members for prefix in self._member_ranges(member))

    def _member_ranges(self, member: ResourceId | Unresolved) -> tuple[Prefix | Unresolved, ...]:
        if isinstance(member, Unresolved):
            return (member,)
        held = self._draft.held(member)
        if isinstance(held, VirtualNetwork):
            return held.address_space
        if isinstance(held, Subnet):
            return held.prefixes
        return (Unresolved(f"{member.name}, a member of a network group, is not in the input", member.text),)

    def _report_orphans(self, children: Mapping[str, list[_Placed]], parents: list[Any], noun: str) -> None:
        known = {parent.id.key for parent in parents}
        for resource, id in _without(children, known):
            if not self._draft.missing_is_open:
                message = f"{id.name}: its {noun} {id.parent} is not in the input."
                self._draft.problem(DanglingReferenceError(message, where=resource.where, hint="Add it."))
            else:
                self._draft.add(OtherResource(id, id.type, "", (id.parent,), resource.where))


def _without(children: Mapping[str, list[_Placed]], known: set[str]) -> Iterator[_Placed]:
    """The children whose parent is not known."""
    return (child for key, each in children.items() if key not in known for child in each)


def _is_direct(group: ArmObject) -> bool:
    return group.word("groupConnectivity", _GROUP_CONNECTIVITY) == "DirectlyConnected"


def _group_id(fields: ArmObject) -> ResourceId | None:
    """The group an item of ``appliesToGroups`` names; None, with a problem, where it names none."""
    group = fields.id_text("networkGroupId")
    if isinstance(group, ResourceId):
        return group
    if group is None or group.expression:
        fields.problem("networkGroupId is not the id of a network group.", "Without it nobody knows where it applies.")
    return None
