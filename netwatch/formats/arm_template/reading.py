"""Reads a deployment template: ``read_template`` gives its resources and what is to be said about them."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_resources.identity import DEFAULT_RESOURCE_GROUP, DEFAULT_SUBSCRIPTION
from netwatch.formats.arm_template.expansion import Expander
from netwatch.formats.arm_template.functions_scope import scope_functions
from netwatch.formats.arm_template.instances import Registry
from netwatch.formats.arm_template.linked_templates import LinkedTemplates
from netwatch.formats.arm_template.open_values import PartText, PlacedObject
from netwatch.formats.arm_template.parameter_values import Given, parameter_file_beside, parameter_values
from netwatch.formats.arm_template.references import References
from netwatch.formats.arm_template.resource_bodies import Bodies
from netwatch.formats.arm_template.scope import Context, Scope, Template
from netwatch.formats.arm_template.syntax import ExpressionError, Node, parse
from netwatch.formats.template_context import TemplateContext
from netwatch.model.input_notes import InputNotes, OpenValue
from netwatch.model.where import Where

__all__ = ["MAX_STEPS", "TemplateResources", "World", "read_template"]

MAX_STEPS = 500_000
"""How many values one input may make netwatch work out; large templates of the public gallery take 5,000."""

DEFAULT_LOCATION = "westeurope"


class TemplateResources(NamedTuple):
    """What a template makes: ARM resources whose values may be Unresolved, and notes on them."""

    resources: list[PlacedObject]
    notes: InputNotes


class World:
    """One reading: the expressions parsed so far, the steps taken, where problems go, and what Azure may refuse."""

    def __init__(self, source: str, report: Callable[[TopologyError], None]) -> None:
        self.is_probing = False
        self.where = Where(source)
        self.refused: list[TopologySchemaError] = []
        self._report = report
        self._parsed: dict[str, Node] = {}
        self._reported: set[tuple[str, Where | None]] = set()
        self._steps = 0

    def parse(self, text: str, where: Where) -> Node:
        node = self._parsed.get(text)
        if node is None:
            try:
                node = self._parsed[text] = parse(text)
            except ExpressionError as error:
                message = f"the expression {_short(text)} cannot be read: {error}."
                hint = "A text that begins with a bracket is written with two: [[."
                raise TopologySchemaError(message, where=where, hint=hint) from None
        return node

    def spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise _TooMuchError

    def problem(self, error: TopologyError) -> None:
        if (error.message, error.where) not in self._reported:
            self._reported.add((error.message, error.where))
            self._report(error)

    def refuse(self, error: TopologySchemaError) -> None:
        self.refused.append(error)


class _TooMuchError(Exception):
    pass


def read_template(
    source: str, value: dict[str, Any], context: TemplateContext, *, report: Callable[[TopologyError], None]
) -> TemplateResources:
    """The resources that the template makes when it is deployed in ``context``; mistakes in it go to ``report``.

    Raises TopologySchemaError where it asks for more work than MAX_STEPS, or refers to itself too deeply.
    """
    world = World(source, report)
    try:
        return _read(source, value, context, world)
    except RecursionError:
        message = "its expressions, or its values, refer to one another too deeply."
    except _TooMuchError:
        message = f"working it out takes more than {MAX_STEPS:,} steps."
    raise TopologySchemaError(message, where=world.where, hint="Look for values that grow with each other.")


def _read(source: str, value: dict[str, Any], said: TemplateContext, world: World) -> TemplateResources:
    template = Template(value, Where(source))
    beside = "" if said.parameter_file else parameter_file_beside(source)
    given = parameter_values(value, said.parameter_file or beside, said.sets, max_bytes=said.max_bytes)
    said = _to_asked_group(template, said, given)
    made = _Made(template, said, _context(template, said), given, world)
    made.expand()
    registry, expander = made.registry, made.expander
    resources = made.bodies.all()
    for refusal in _certainly_refused(made, said, given):
        world.problem(refusal)
    left_out = [OpenValue(each.type, each.reason) for each in (*expander.left_out, *made.bodies.left_out)]
    missing = [
        OpenValue(f"what the deployment {each.name} makes", each.nested.missing)
        for each in registry.registered()
        if each.nested is not None and each.nested.missing is not None
    ]
    remarks = (
        *_remarks(given, beside if beside != source else "", said, made.scope.context),
        *_counted(expander, made.linked.read),
    )
    open_values = (*left_out, *missing, *made.bodies.open)
    return TemplateResources(resources, InputNotes(remarks, tuple(made.bodies.assumed), open_values))


class _Made:
    """What a template makes where it is deployed; nothing before ``expand``, and bodies when they are asked for."""

    def __init__(self, template: Template, said: TemplateContext, context: Context, given: Given, world: World) -> None:
        self.world = world
        self.registry = Registry()
        references = References(self.registry)
        self.bodies = Bodies(self.registry, references)
        self.linked = LinkedTemplates(world, template.where.source, max_bytes=said.max_bytes)
        answer = scope_functions(references)
        self.scope = Scope(world, template, context, given=given.values, answer=answer)
        self.expander = Expander(world, self.registry, answer=answer, linked=self.linked.find)

    def expand(self) -> None:
        template, scope = self.scope.template, self.scope
        scope.check_parameters()
        self.registry.roots = self.expander.members(scope, template, scope.env, scope.context, 0)
        self.registry.expand_all()


def _elsewhere(template: Template, said: TemplateContext, context: Context, given: Given) -> _Made:
    """What it makes when it is deployed as ``context``, for a look only: its problems are told to nobody."""
    made = _Made(template, said, context, given, World(template.where.source, lambda _: None))
    made.expand()
    return made


def _to_asked_group(template: Template, said: TemplateContext, given: Given) -> TemplateContext:
    """Deployed to the group that is asked about, unless the template brings something into that group by itself.

    Whether it does shows when it is deployed elsewhere: a nested deployment may go wherever the template goes.
    """
    group = said.asked_group
    if not group or said.resource_group:
        return said
    made = _elsewhere(template, said, _context(template, said), given)
    nested = [each.nested for each in made.registry.registered() if each.nested is not None]
    is_named = any(isinstance(each.group, str) and each.group.lower() == group.lower() for each in nested)
    return said if is_named else said._replace(resource_group=group)


def _certainly_refused(made: _Made, said: TemplateContext, given: Given) -> list[TopologySchemaError]:
    """The values that Azure refuses wherever the template goes, as far as nobody has said where that is."""
    refused, context = made.world.refused, made.scope.context
    if not refused or (said.subscription and said.resource_group and said.location):
        return refused
    open_context = context._replace(
        subscription=said.subscription or _not_said("subscription", context.subscription),
        resource_group=said.resource_group or _not_said("resource group", context.resource_group),
        location=said.location or _not_said("region", context.location),
    )
    anywhere = _elsewhere(made.scope.template, said, open_context, given)
    anywhere.bodies.all()
    again = {(each.message, each.where) for each in anywhere.world.refused}
    return [each for each in refused if (each.message, each.where) in again]


def _not_said(what: str, stand_in: str) -> PartText | str:
    reason = f"nobody said to which {what} the template is deployed"
    return PartText(reason, stand_in=stand_in) if stand_in else stand_in


def _context(template: Template, said: TemplateContext) -> Context:
    """Where the template goes: what the caller says, or the names netwatch uses where nobody says."""
    schema = str(template.value.get("$schema", "")).lower()
    to_group = "subscriptiondeploymenttemplate" not in schema and not _is_above_subscription(schema)
    location = said.location or DEFAULT_LOCATION
    group = (said.resource_group or DEFAULT_RESOURCE_GROUP) if to_group else ""
    name = os.path.basename(template.where.source).split(".")[0]
    return Context(said.subscription or DEFAULT_SUBSCRIPTION, group, location, name)


def _is_above_subscription(schema: str) -> bool:
    return "managementgroupdeploymenttemplate" in schema or "tenantdeploymenttemplate" in schema


def _remarks(given: Given, beside: str, said: TemplateContext, context: Context) -> list[str]:
    found = []
    if given.file:
        how = ", which stands beside it" if beside else ""
        found.append(f"Parameters are taken from {given.file}{how}.")
    if said.sets:
        found.append(f"Set by hand: {', '.join(each.partition('=')[0] for each in said.sets)}.")
    if given.unused:
        found.append(f"The template has no such parameters: {', '.join(given.unused)}.")
    place = f"resource group {context.resource_group}, " if context.resource_group else ""
    defaults = "" if said.subscription and said.resource_group and said.location else " (defaults where you said none)"
    found.append(f"Deployed to {place}subscription {context.subscription}, {context.location}{defaults}.")
    return found


def _counted(expander: Expander, linked: list[str]) -> Iterator[str]:
    yield from (f"Linked template: {path}." for path in linked)
    if expander.not_made:
        plural = "s" if expander.not_made > 1 else ""
        yield f"Not made, because their condition is false: {expander.not_made} resource{plural}."
    if expander.foreign:
        yield f"Not resources of Azure, and left out: {', '.join(dict.fromkeys(expander.foreign))}."


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
