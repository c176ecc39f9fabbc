"""The ARM id that every instance has or will have, and the references between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from netwatch.formats.arm_resources.identity import DEFAULT_RESOURCE_GROUP, DEFAULT_SUBSCRIPTION
from netwatch.formats.terraform.arm_types import ARM_TYPES, AZAPI, ArmType, arm_type_of
from netwatch.formats.terraform.attributes import Attributes, attributes_of, mentions
from netwatch.formats.terraform.plan import Instance, Module, Plan
from netwatch.formats.terraform.visible import visible
from netwatch.model.unresolved import Unresolved

__all__ = ["Candidates", "Ids"]

_SUBNET, _NETWORK, _GROUP = "azurerm_subnet", "azurerm_virtual_network", "azurerm_resource_group"
_BALANCER = "azurerm_lb"
_MOST_NAMED = 5


class Candidates(NamedTuple):
    """The ids that something may have; ``open`` says why, where it is not certain which."""

    ids: tuple[str, ...]
    open: Unresolved | None = None


class Ids:
    """Ids of the instances of one plan.

    An id that is not known yet is composed of subscription, resource group, type and name as Azure will compose it.
    A name that is not known yet is stood in for by the Terraform address.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._held: dict[str, str] = {}
        self._by_name: dict[tuple[str, str], list[Instance]] = {}
        self._subscriptions: dict[str, str] = {}
        self._visible: dict[str, frozenset[Instance]] = {}
        for instance in plan.instances:
            self._by_name.setdefault((instance.type, self.name_of(instance).lower()), []).append(instance)
        self._subscription = self._known_subscription()
        self.present = frozenset(self.id_of(each).lower() for each in plan.instances if each.type in ARM_TYPES)

    def id_of(self, instance: Instance) -> str:
        """The id of an instance; of one whose parent is not certain, below a stand-in for it."""
        held = self._held.get(instance.address)
        if held is None:
            self._held[instance.address] = f"/{instance.address}"  # should its parents lead back to it
            held = self._held[instance.address] = self._known_id(instance) or self._composed(instance)
        return held

    def name_of(self, instance: Instance) -> str:
        """The name that Azure knows an instance by."""
        name = instance.values.get("name")
        is_shown = isinstance(name, str) and name
        return str(name if is_shown and not self._is_hidden(instance, "name") else instance.address).replace("/", "_")

    def _is_hidden(self, instance: Instance, name: str) -> bool:
        return bool(instance.sensitive) and attributes_of(self.plan, instance).is_hidden(name)

    def _known_id(self, instance: Instance) -> str:
        id = None if self._is_hidden(instance, "id") else instance.values.get("id")
        kind = ARM_TYPES.get(instance.type)
        is_arm = isinstance(id, str) and id.lower().startswith(("/subscriptions/", "/providers/"))
        return id if is_arm and isinstance(id, str) and (kind is None or "|" not in id) else ""

    def _composed(self, instance: Instance) -> str:
        kind = ARM_TYPES.get(instance.type)
        name = self.name_of(instance)
        if instance.type == AZAPI:
            return self._of_azapi(instance, name)
        if kind is None:
            return f"{self._group_id(instance)}/providers/Terraform/{instance.type}/{name}"
        if not kind.type:
            return f"{self._subscription_id(instance)}/resourceGroups/{name}"
        if kind.parent:
            parents = self.parents_of(instance)
            parent = parents.ids[0] if parents.open is None else self._unknown_parent(instance, kind)
            return f"{parent}/{kind.type.rsplit('/', 1)[-1]}/{name}"
        return f"{self._group_id(instance)}/providers/{kind.type}/{name}"

    def _of_azapi(self, instance: Instance, name: str) -> str:
        """azapi names the parent by id: a resource group, or the resource above."""
        type = arm_type_of(instance) or instance.type
        fields = attributes_of(self.plan, instance)
        found = self.reference(fields, "parent_id", to=ARM_TYPES)
        parent = found["id"] if isinstance(found, dict) else self._group_id(instance)
        return (
            f"{parent}/{type.rsplit('/', 1)[-1]}/{name}" if type.count("/") > 1 else f"{parent}/providers/{type}/{name}"
        )

    def candidates(self, fields: Attributes, name: str, *, to: Iterable[str]) -> Candidates:
        """Every id that a reference may mean: those it mentions, else every instance that has no id yet."""
        types = tuple(to)
        found = self.reference(fields, name, to=types)
        if not isinstance(found, Unresolved):
            return Candidates(() if found is None else (found["id"],))
        mentioned = fields.targets(name, types).instances
        possible = mentioned or [each for each in self.plan.of_type(*types) if not self._known_id(each)]
        return Candidates(tuple(self.id_of(each) for each in possible), found)

    def possible(self, fields: Attributes, name: str, *, to: Iterable[str]) -> tuple[Instance, ...]:
        """Every instance that an open reference may mean; none where it may mean one that the plan does not hold."""
        types = tuple(to)
        targets = fields.targets(name, types)
        if targets.may_lie_outside or (targets.instances and targets.unseen):
            return ()
        return targets.instances or self._without_id(types, fields.instance.module)

    def parents_of(self, instance: Instance) -> Candidates:
        """The parent of a child: by reference, then by name.

        Where several remain, all of them; where none is in the plan, the one that the names make up.
        """
        kind = ARM_TYPES[instance.type]
        fields = attributes_of(self.plan, instance)
        stem = kind.attribute.removesuffix("_name").removesuffix("_id")
        attribute = next((name for name in (f"{stem}_id", f"{stem}_name", kind.attribute) if name in fields.values), "")
        value = None if fields.is_hidden(attribute) else fields.values.get(attribute)
        if isinstance(value, str) and value.startswith("/"):
            return Candidates((value,))
        name = value if isinstance(value, str) else ""
        setters = (kind.attribute, f"{stem}_id", f"{stem}_name")
        setter = next((each for each in setters if fields.expression(each) is not None), kind.attribute)
        targets = fields.targets(setter, (kind.parent,))
        hits = [each for each in targets.instances if not name or self.name_of(each).lower() == name.lower()]
        if len(hits) == 1:
            return Candidates((self.id_of(hits[0]),))
        if name:
            return Candidates((self._by_parent_name(instance, kind, name),))
        return self._several_parents(fields, setter, hits, kind)

    def _by_parent_name(self, instance: Instance, kind: ArmType, name: str) -> str:
        """The parent of that name, in the same resource group where several have it."""
        named = self._by_name.get((kind.parent, name.lower()), [])
        group = self._group_name(instance).lower()
        near = [each for each in named if self._group_name(each).lower() == group and not each.is_data] or [
            each for each in named if self._group_name(each).lower() == group
        ]
        if near or len(named) == 1:
            return self.id_of((near or named)[0])
        parent = ARM_TYPES[kind.parent]
        return f"{self._group_id(instance)}/providers/{parent.type}/{name}"

    def _several_parents(self, fields: Attributes, name: str, hits: list[Instance], kind: ArmType) -> Candidates:
        """All that the child may stand below: those mentioned, else those that have no name (or id) yet either."""
        named = "name" if name.endswith("_name") else "id"
        possible = hits or [each for each in self.plan.of_type(kind.parent) if not each.values.get(named)]
        mentioned = ", ".join(mentions(fields.expression(name)))
        about = listed(possible) or mentioned or "outside of the plan"
        open = Unresolved(f"its parent may be {about}", mentioned, fields.where)
        return Candidates(tuple(self.id_of(each) for each in possible), open)

    def _unknown_parent(self, instance: Instance, kind: ArmType) -> str:
        """Stands in for a parent that is not certain."""
        address = instance.address.replace("/", "_")
        return f"{self._group_id(instance)}/providers/{ARM_TYPES[kind.parent].type}/parent of {address}"

    def reference(self, fields: Attributes, *names: str, to: Iterable[str]) -> dict[str, str] | Unresolved | None:
        """The id in the first of these attributes that has one, as ARM writes references; ``to`` are wanted types."""
        for name in names:
            known = fields.values.get(name)
            if isinstance(known, str) and known and not fields.is_hidden(name):
                return self.as_reference(known)
            is_shown = fields.expression(name) is not None or known
            is_dynamic = isinstance(fields.instance.expressions, dict) and not fields.shows_expressions
            if (known or fields.is_unknown(name)) and (is_shown or is_dynamic):
                return self._followed(fields, name, to)
            if fields.is_unknown(name) and not isinstance(fields.instance.expressions, dict):
                return fields.value(name)  # type: ignore[no-any-return]  # Unresolved or None
            if fields.is_unknown(name):
                open = fields.value(name)
                if isinstance(open, Unresolved):
                    return open
        return None

    def references(self, fields: Attributes, name: str, *, to: Iterable[str]) -> list[dict[str, str] | Unresolved]:
        """The ids in a list attribute, as ARM writes references."""
        types = tuple(to)
        known = fields.values.get(name)
        members = known if isinstance(known, list) else []
        if members and all(isinstance(each, str) for each in members) and not fields.is_hidden(name):
            found = (self.as_reference(each) for each in members)
            return [each for each in found if each is not None]
        if not members and not fields.is_unknown(name):
            return []
        targets = fields.targets(name, types).instances
        gaps = sum(not isinstance(each, str) for each in members)
        if targets and len(targets) == (gaps or len(members) or len(targets)):
            in_turn = iter([self._homeless((each,)) or {"id": self.id_of(each)} for each in targets])
            if not gaps:
                return [*in_turn]
            beside = (self.as_reference(each) if isinstance(each, str) else next(in_turn) for each in members)
            return [each for each in beside if each is not None]
        found_open = self._followed(fields, name, types)
        return [] if found_open is None else [found_open]

    def _homeless(self, instances: tuple[Instance, ...]) -> Unresolved | None:
        """Why a part of a load balancer has no id of its own: nobody can say of which balancer it is."""
        kind = ARM_TYPES.get(instances[0].type) if len(instances) == 1 else None
        return self.parents_of(instances[0]).open if kind is not None and kind.parent == _BALANCER else None

    def _without_id(self, types: tuple[str, ...], module: Module) -> tuple[Instance, ...]:
        """Every instance of these types that a module sees and whose id is not known yet: one of them is meant.

        For locals and for what a ``dynamic`` block makes, of which a plan does not show what they refer to.
        """
        wanted = {ARM_TYPES[type].type for type in types}
        possible = (*self.plan.of_type(*types), *self.plan.of_type(AZAPI))
        found = [each for each in possible if arm_type_of(each) in wanted and not self._known_id(each)]
        if len(found) > 1:
            if module.address not in self._visible:
                self._visible[module.address] = visible(self.plan, module)
            found = [each for each in found if each in self._visible[module.address]]
        return tuple(found)

    def as_reference(self, id: str) -> dict[str, str] | None:
        """A known id as ARM writes references; None for that of a resource that the plan destroys."""
        gone = id.lower() in self.plan.gone and id.lower() not in self.present
        return None if gone else {"id": id}

    def _followed(self, fields: Attributes, name: str, to: Iterable[str]) -> dict[str, str] | Unresolved | None:
        types = tuple(to)
        targets = fields.targets(name, types)
        ids = [self.id_of(each) for each in targets.instances]
        if _SUBNET in types and not ids:
            ids = list(self._inline_subnets(targets.origins))
        if not ids:
            ids = list(self._elsewhere(targets.origins))
        is_local = bool(targets.unseen) and not targets.may_lie_outside
        if ids or (fields.shows_expressions and not is_local):
            ids = self._at_own_index(fields, name, list(dict.fromkeys(ids)))
        else:
            targets = targets._replace(instances=self._without_id(types, fields.instance.module))
            ids = [self.id_of(each) for each in targets.instances]
        if len(ids) == 1:
            return self._homeless(targets.instances) or {"id": ids[0]}
        mentioned = ", ".join(mentions(fields.expression(name)))
        if ids:
            shown = listed(targets.instances) if targets.instances else _joined([id.rsplit("/", 1)[-1] for id in ids])
            return Unresolved(f"{name} may be {shown}", mentioned, fields.where)
        reason = "which a plan does not show" if targets.unseen else "which is known only after the plan is applied"
        source = _joined(list(targets.unseen)) or mentioned or "elsewhere"
        return Unresolved(f"{name} comes from {source}, {reason}", mentioned, fields.where)

    def _at_own_index(self, fields: Attributes, name: str, ids: list[str]) -> list[str]:
        """Of a list with one target for each instance of a ``count``, the one at the instance's own index."""
        own = fields.instance
        if len(ids) < 2 or not isinstance(own.key, int) or "count.index" not in mentions(fields.expression(name)):
            return ids
        siblings = self.plan.instances_of(own.module, own.type, own.name, is_data=own.is_data)
        return [ids[own.key]] if len(siblings) == len(ids) > own.key >= 0 else ids

    def _inline_subnets(self, origins: Iterable[Any]) -> Iterable[str]:
        """Subnets that stand as blocks in a virtual network: ``azurerm_virtual_network.hub.subnet``."""
        for origin in origins:
            if origin.instance.type == _NETWORK and "subnet" in origin.steps:
                blocks = origin.instance.values.get("subnet")
                names = (
                    [each.get("name") for each in blocks if isinstance(each, dict)] if isinstance(blocks, list) else []
                )
                for name in names:
                    yield f"{self.id_of(origin.instance)}/subnets/{name}"

    def _elsewhere(self, origins: Iterable[Any]) -> Iterable[str]:
        """Ids that stand in attributes of other instances: ``azurerm_private_endpoint.sql.subnet_id``."""
        for origin in origins:
            value: Any = origin.instance.values
            for step in origin.steps:
                key = step if isinstance(step, str) else step.value
                if isinstance(value, dict):
                    value = value.get(key)
                elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                    value = value[key]
            if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
                yield value

    def _group_id(self, instance: Instance) -> str:
        return f"{self._subscription_id(instance)}/resourceGroups/{self._group_name(instance)}"

    def _group_name(self, instance: Instance) -> str:
        """The resource group; one that is not known yet is stood in for by the address of its resource."""
        if instance.type == _GROUP:
            return self.name_of(instance)
        fields = attributes_of(self.plan, instance)
        name = fields.values.get("resource_group_name")
        if isinstance(name, str) and name and not fields.is_hidden("resource_group_name"):
            return name.replace("/", "_")
        groups = fields.targets("resource_group_name", (_GROUP,)).instances
        return self.name_of(groups[0]) if len(groups) == 1 else DEFAULT_RESOURCE_GROUP

    def _subscription_id(self, instance: Instance) -> str:
        return f"/subscriptions/{self._subscription_of(instance)}"

    def _subscription_of(self, instance: Instance) -> str:
        """What the provider of an instance says, else what other ids say, else the default."""
        key = instance.configuration.get("provider_config_key")
        if not isinstance(key, str):
            return self._subscription
        if key not in self._subscriptions:
            self._subscriptions[key] = self._configured_subscription(key) or self._subscription
        return self._subscriptions[key]

    def _configured_subscription(self, key: str) -> str:
        from netwatch.formats.terraform.origins import Constant, Scope, follow

        provider = self.plan.providers.get(key)
        expressions = provider.get("expressions") if isinstance(provider, dict) else None
        expression = expressions.get("subscription_id") if isinstance(expressions, dict) else None
        found = follow(self.plan, expression, Scope(self.plan.root, None, None))
        texts = [each.value for each in found if isinstance(each, Constant) and isinstance(each.value, str)]
        return texts[0] if len(texts) == 1 and texts[0] and "/" not in texts[0] else ""

    def _known_subscription(self) -> str:
        for instance in self.plan.instances:
            steps = self._known_id(instance).split("/")
            if len(steps) > 3 and steps[1].lower() == "subscriptions" and not instance.is_data:
                return steps[2]
        return DEFAULT_SUBSCRIPTION


def listed(instances: Iterable[Instance]) -> str:
    """Addresses as a sentence lists them, the first few by name."""
    return _joined([each.address for each in instances])


def _joined(names: list[str]) -> str:
    shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} or {more} others"
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
