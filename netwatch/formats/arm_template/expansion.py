"""From a template to its resources: loops, conditions, children in both spellings, deployments inside deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_template.environment import Env, World, under
from netwatch.formats.arm_template.evaluator import counted, evaluate, looped
from netwatch.formats.arm_template.functions_scope import composed_id, group_id
from netwatch.formats.arm_template.instances import Instance, Nested, Registry
from netwatch.formats.arm_template.open_values import PartText, PlacedObject, joined
from netwatch.formats.arm_template.scope import Context, Scope, ScopedCall, Template, member
from netwatch.model.unresolved import Unresolved

__all__ = ["MAX_DEPLOYMENTS", "Expander", "LinkedTemplate", "OpenResource"]

MAX_DEPLOYMENTS = 800
"""How many deployments one input may make, those inside others counted; Azure keeps 800 per resource group."""

_MAX_DEPTH = 20
_RESOURCE = 20
"""Steps that a resource takes, whatever stands in it."""

LinkedTemplate = Callable[[Mapping[str, Any], Template, Env], "Template | Unresolved"]
"""Finds the template that a ``templateLink`` names, seen from the template that names it."""


class OpenResource(NamedTuple):
    """A resource that is left out, because its name, its number or whether it is made at all is not known."""

    type: str
    reason: Unresolved


class Expander:
    """Registers the resources of templates. ``left_out`` lists those of which too little is known.

    ``not_made`` counts those whose condition is false, ``foreign`` has the types of those that an extension makes.
    """

    def __init__(self, world: World, registry: Registry, *, answer: ScopedCall, linked: LinkedTemplate) -> None:
        self.world = world
        self.registry = registry
        self.answer = answer
        self.linked = linked
        self.left_out: list[OpenResource] = []
        self.not_made = 0
        self.foreign: list[str] = []
        self.deployments = 0

    def members(self, scope: Scope, template: Template, env: Env, context: Context, depth: int) -> list[Instance]:
        """The resources that a template makes in ``context``, its own deployments among them, not expanded yet."""
        resources = member(template.value, "resources")
        walk = _Walk(self, scope, context, depth)
        return list(walk.all(resources, env._replace(where=under(template.where, "resources")), None))


class _Walk:
    """One template's resources, those that stand inside others too."""

    def __init__(self, expander: Expander, scope: Scope, context: Context, depth: int) -> None:
        self._expander = expander
        self._scope = scope
        self._context = context
        self._depth = depth

    def all(self, resources: Any, env: Env, parent: Instance | None) -> Iterator[Instance]:
        for symbol, step, raw in _listed(resources, env):
            inside = env.at(step)
            if not isinstance(raw, dict):
                self._expander.world.problem(inside.error("expected a resource: an object."))
                continue
            self._expander.world.where = inside.where
            try:
                yield from self._copied(raw, inside, symbol, parent)
            except TopologyError as error:
                self._expander.world.problem(error)

    def _copied(self, raw: dict[str, Any], env: Env, symbol: str, parent: Instance | None) -> Iterator[Instance]:
        loop = member(raw, "copy")
        if not isinstance(loop, dict):
            yield from self._made(raw, env, symbol, parent)
            return
        count = counted(member(loop, "count"), env.at("copy", "count"))
        name = evaluate(member(loop, "name"), env.at("copy", "name"))
        if isinstance(count, Unresolved):
            self._leave_out(raw, env, count)
            return
        for index in range(count):
            where = env.where._replace(pointer=f"{env.where.pointer}[{index}]")
            inside = env._replace(where=where).looped("", index).looped(str(name), index)
            for each in self._made(raw, inside, symbol, parent):
                each.loop = each.loop or str(name)
                yield each

    def _made(self, raw: dict[str, Any], env: Env, symbol: str, parent: Instance | None) -> Iterator[Instance]:
        self._expander.world.spend(_RESOURCE)
        condition = evaluate(member(raw, "condition"), env.at("condition"))
        if condition is False or (isinstance(condition, str) and condition.lower() == "false"):
            self._expander.not_made += 1
            return
        if member(raw, "extension") or member(raw, "import"):  # Kubernetes, Microsoft Graph: nothing of Azure
            self._expander.foreign.append(str(member(raw, "type")))
            return
        instance = self._instance(raw, env, parent)
        if instance is None:
            return
        instance.open_condition = condition if isinstance(condition, Unresolved) else None
        instance.symbol = symbol
        depends = evaluate(member(raw, "dependsOn") or [], env.at("dependsOn"))
        instance.depends_on = depends if isinstance(depends, list) else []
        if symbol:
            self._scope.symbols.setdefault(symbol.lower(), []).append(instance)
        self._expander.registry.add(instance)
        yield instance
        children = member(raw, "resources")
        if children is not None and instance.nested is None:
            yield from self.all(children, env.at("resources"), instance)

    def _instance(self, raw: dict[str, Any], env: Env, parent: Instance | None) -> Instance | None:
        type, name = (evaluate(member(raw, key), env.at(key)) for key in ("type", "name"))
        if not isinstance(type, str) or not type:
            if isinstance(type, Unresolved):
                self._leave_out(raw, env, type)
                return None
            raise env.error("a resource needs a type.", "For example Microsoft.Network/virtualNetworks.")
        if parent is not None and not type.lower().startswith(f"{parent.type.lower()}/"):
            type = type if "." in type.split("/")[0] else f"{parent.type}/{type}"
        is_deployment = type.lower() == "microsoft.resources/deployments"
        if is_deployment and isinstance(name, Unresolved):  # what it is called does not matter to what it makes
            name = joined([name])
        elif isinstance(name, Unresolved) and not (isinstance(name, PartText) and name.is_name):
            self._leave_out(raw, env, name)
            return None
        if name == "" and member(raw, "name") != "":
            self._leave_out(raw, env, Unresolved("its name comes out empty", str(member(raw, "name")), env.where))
            return None
        if not isinstance(name, str | PartText) or name == "":
            raise env.error(f"this {type} needs a name.")
        id = self._id(raw, env, type, name, parent)
        instance = Instance(id, type, raw, env)
        if is_deployment:
            instance.nested = _Deployment(self._expander, instance, raw, self._context, self._depth + 1)
        return instance

    def _id(self, raw: dict[str, Any], env: Env, type: str, name: Any, parent: Instance | None) -> Any:
        written = name.stand_in if isinstance(name, PartText) else name
        names: list[Any] = written.strip("/").split("/")
        try:
            if parent is not None and type.lower().startswith(f"{parent.type.lower()}/"):
                id: Any = f"{parent.id_text}/{type.rsplit('/', 1)[-1]}/{names[-1]}"
            else:
                id = composed_id(self._start(raw, env, type, parent), type, names)
        except ValueError as error:
            raise env.error(f"{_short(written)}: {error}.", "Each level has a name: parent/child.") from None
        unknown = name if isinstance(name, PartText) else parent.id if parent is not None else None
        if isinstance(unknown, PartText) and isinstance(id, str):
            return PartText(unknown.reason, unknown.expression, unknown.where, id)
        return id

    def _start(self, raw: dict[str, Any], env: Env, type: str, parent: Instance | None) -> Any:
        """What the id begins with: the resource it extends, or the group or subscription it is made in."""
        scope = evaluate(member(raw, "scope"), env.at("scope"))
        context = deployed_to(raw, self._context, env)
        here = group_id(context.subscription, context.resource_group)
        if isinstance(scope, str | PartText):
            return scope if isinstance(scope, PartText) or scope.startswith("/") else f"{here}/providers/{scope}"
        if type.lower() == "microsoft.resources/resourcegroups":
            return group_id(context.subscription, "")
        return here if parent is None else parent.id_text

    def _leave_out(self, raw: dict[str, Any], env: Env, why: Unresolved) -> None:
        type = str(member(raw, "type"))
        where = why.where or env.where
        reason = Unresolved(why.reason, why.expression, where)
        self._expander.left_out.append(OpenResource(f"{type} at {env.where.pointer}", reason))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def deployed_to(raw: dict[str, Any], outer: Context, env: Env) -> Context:
    """The context of a resource that says in its own fields where it goes: another subscription, another group."""

    def said(name: str, otherwise: Any) -> Any:
        return otherwise if member(raw, name) is None else evaluate(member(raw, name), env.at(name))

    group, subscription = said("resourceGroup", outer.resource_group), said("subscriptionId", outer.subscription)
    if member(raw, "subscriptionId") is not None and member(raw, "resourceGroup") is None:
        group = ""
    return outer._replace(subscription=subscription, resource_group=group)


def _listed(resources: Any, env: Env) -> Iterator[tuple[str, str | int, Any]]:
    """Symbolic name, step and resource; with languageVersion 2.0 the resources are an object."""
    if isinstance(resources, dict):
        for name, raw in resources.items():
            yield name, name, raw
    elif isinstance(resources, list):
        for index, raw in enumerate(resources):
            yield "", index, raw
    elif resources is not None:
        env.names.world.problem(env.error("resources is neither a list nor an object."))


class _Deployment(Nested):
    """A deployment inside a template, with the names it may use: its own (inner scope) or its parent's (outer)."""

    def __init__(
        self, expander: Expander, instance: Instance, raw: dict[str, Any], context: Context, depth: int
    ) -> None:
        super().__init__()
        self._expander = expander
        self._instance = instance
        self._raw = raw
        self._outer_context = context
        self._depth = depth
        self._scope: Scope | None = None
        self._env: Env | None = None
        self._template: Template | None = None
        self._outputs: Any = None

    def expand(self) -> None:
        if self.is_expanded:
            return
        self.is_expanded = True
        env = self._instance.env
        self._expander.deployments += 1
        if self._depth > _MAX_DEPTH or self._expander.deployments > MAX_DEPLOYMENTS:
            limits = f"{MAX_DEPLOYMENTS} deployments, {_MAX_DEPTH} inside one another"
            self._expander.world.problem(env.error("there are too many deployments.", f"The limit is {limits}."))
            return
        try:
            self._expand(env)
        except TopologyError as error:
            self._expander.world.problem(error)

    def _expand(self, env: Env) -> None:
        context = self._context(env)
        self.group = context.resource_group
        found = self._find_template(env)
        if isinstance(found, Unresolved):
            self.missing = found
            return
        is_inner = self._is_inner()
        own = self._inner_scope(found, context, env)
        if is_inner:  # a parent in outer scope has taken one bracket of two away by now
            self._scope, self._env = own, own.env._replace(escaped=own if env.escaped is not None else None)
        else:
            self._scope, self._env = self._instance.scope, env._replace(where=found.where, escaped=own)
        self._template = found
        self.members = self._expander.members(self._scope, found, self._env, context, self._depth)
        for each in self.members:
            each.open_condition = each.open_condition or self._instance.open_condition

    def _properties(self) -> Mapping[str, Any]:
        found = member(self._raw, "properties")
        return found if isinstance(found, dict) else {}

    def _find_template(self, env: Env) -> Template | Unresolved:
        inline = member(self._properties(), "template")
        inside = env.at("properties", "template")
        if isinstance(inline, dict):
            return Template(inline, inside.where)
        if isinstance(inline, str):
            value = evaluate(inline, inside)
            if isinstance(value, dict):
                return Template(value, value.where if isinstance(value, PlacedObject) else inside.where)
            return value if isinstance(value, Unresolved) else Unresolved("its template is no object", inline)
        link = evaluate(member(self._properties(), "templateLink"), env.at("properties", "templateLink"))
        if isinstance(link, dict):
            return self._expander.linked(link, self._instance.scope.template, env)
        return link if isinstance(link, Unresolved) else Unresolved("it has no template", where=env.where)

    def _is_inner(self) -> bool:
        """Linked templates are always on their own; an inline one is only where it says so (inner scope)."""
        if not isinstance(member(self._properties(), "template"), dict):
            return True
        options = member(self._properties(), "expressionEvaluationOptions")
        return str(member(options, "scope")).lower() == "inner"

    def _context(self, env: Env) -> Context:
        context = deployed_to(self._raw, self._outer_context, env)
        scope = evaluate(member(self._raw, "scope"), env.at("scope"))
        if isinstance(scope, str):
            parts = scope.strip("/").split("/")
            is_subscription = parts[0].lower() == "subscriptions" and len(parts) > 1
            group = parts[3] if len(parts) > 3 and parts[2].lower() == "resourcegroups" else ""
            subscription = parts[1] if is_subscription else context.subscription
            context = context._replace(subscription=subscription, resource_group=group)
        said = member(self._raw, "location")
        if said is not None and context.resource_group == "":
            context = context._replace(location=evaluate(said, env.at("location")))
        return context._replace(deployment=self._instance.name)

    def _inner_scope(self, template: Template, context: Context, env: Env) -> Scope:
        raw = member(self._properties(), "parameters")
        place: Env | None = env.at("properties", "parameters")
        if isinstance(raw, str):
            raw, place = evaluate(raw, env.at("properties", "parameters")), None
        entries = raw.items() if isinstance(raw, dict) else ()
        given = {name.lower(): partial(_given, name, entry, place and place.at(name)) for name, entry in entries}
        return Scope(self._expander.world, template, context, given=given, answer=self._expander.answer)

    def outputs(self) -> Any:
        self.expand()
        if self._template is None or self._env is None:
            return self.missing or Unresolved("its deployment cannot be read", where=self._instance.env.where)
        if self._outputs is _BUSY:
            raise self._instance.env.circle(f"the output of {self._instance.name}")
        if self._outputs is None:
            self._outputs = _BUSY
            try:
                self._outputs = _evaluated_outputs(self._template, self._env)
            finally:
                if self._outputs is _BUSY:
                    self._outputs = None
        return self._outputs


_BUSY = object()


def _given(name: str, entry: Any, env: Env | None) -> Any:
    """The value of a parameter as a deployment gives it, evaluated by now where there is no ``env``.

    One from a key vault is a secret.
    """
    if env is None:
        return member(entry, "value")
    if isinstance(entry, dict) and member(entry, "reference") is not None:
        return Unresolved(f"the parameter {name} comes from a key vault", f"parameters('{name}')", env.where)
    if isinstance(entry, str):
        return member(evaluate(entry, env), "value")
    return evaluate(member(entry, "value"), env.at("value"))


def _evaluated_outputs(template: Template, env: Env) -> dict[str, Any]:
    declared = member(template.value, "outputs")
    found: dict[str, Any] = {}
    for name, output in declared.items() if isinstance(declared, dict) else ():
        inside = env._replace(where=under(template.where, "outputs", name))
        if not isinstance(output, dict):
            raise TopologySchemaError(f"the output {name} is no object.", where=inside.where)
        if evaluate(member(output, "condition"), inside.at("condition")) is False:
            continue
        found[name] = {"type": member(output, "type"), "value": _output_value(output, inside)}
    return found


def _output_value(output: dict[str, Any], env: Env) -> Any:
    if str(member(output, "type")).lower().startswith("secure"):
        return Unresolved("the output is a secret", where=env.where)
    loop = member(output, "copy")
    if isinstance(loop, dict):
        return looped({"name": "", **loop}, env.at("copy"))
    return evaluate(member(output, "value"), env.at("value"))
