"""Reads inputs of any kind into one draft: a single file, or several that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwatch.errors import ConflictError, QueryError, TopologyError, TopologyErrors, TopologySchemaError
from netwatch.formats.input_kind import ENVELOPES, InputKind, deployment_statuses, is_resource, json_kind, text_kind
from netwatch.model.facts import Facts
from netwatch.model.input_notes import InputNotes, joined_notes
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.where import Where

if TYPE_CHECKING:
    from netwatch.formats.arm_resources.reading import ArmReader
    from netwatch.formats.template_context import TemplateContext
    from netwatch.formats.terraform.reading import TerraformResources
    from netwatch.formats.topology_draft import TopologyDraft

__all__ = ["InputReader"]


class InputReader:
    """Reads inputs into a draft; ``finish`` gives the topology that they make together."""

    def __init__(self, draft: TopologyDraft, *, template: TemplateContext | None = None) -> None:
        self._draft = draft
        self._template = template
        self._is_template_read = False
        self._notes: list[InputNotes] = []
        self._arm: ArmReader | None = None
        self._facts: list[Callable[[Topology], Facts]] = []
        self._semantics: dict[str, Semantics] = {}

    def read(self, source: str, text: str) -> None:
        """Read one input; ``source`` is its name in places. TopologyError where it is not one."""
        kind = text_kind(source, text)
        value: Any = None
        if kind is InputKind.JSON:
            from netwatch.formats.json_text import parse_json

            value = parse_json(source, text)
            kind = json_kind(source, value)
        if kind is InputKind.TOPOLOGY:
            self._read_native(source, text)
        elif kind is InputKind.CASE:
            self._read_resources(source, value["topology"], "topology/")
            self._facts.append(lambda topology: _case_facts(source, value, topology))
        elif kind is InputKind.DEPLOYMENTS:
            self._facts.append(lambda topology: _deployed(source, value, topology))
        elif kind is InputKind.TEMPLATE:
            self._read_template(source, value)
        elif kind is InputKind.TERRAFORM:
            self._read_terraform(source, value)
        elif kind is InputKind.TERRAFORM_CONFIGURATION:
            from netwatch.formats.terraform.json_configuration import configuration_as_plan

            self._read_terraform(source, configuration_as_plan(source, value))
        else:
            self._read_resources(source, value)

    def _read_template(self, source: str, value: Any) -> None:
        """What a template leaves out may exist already, so what it names and does not make is open, not an error."""
        from netwatch.formats.arm_template.reading import read_template
        from netwatch.formats.template_context import TemplateContext

        self._draft.missing_is_open = self._is_template_read = True
        context = self._template or TemplateContext()
        made = read_template(source, value, context, report=self._draft.problem)
        self._read_resources(source, made.resources)
        self._notes.append(made.notes)

    def _read_terraform(self, source: str, value: Any) -> None:
        """What a plan refers to by id and does not manage exists already, so it is open, not an error."""
        from netwatch.formats.terraform.reading import read_terraform

        self._take_terraform(source, read_terraform(source, value, report=self._draft.problem))

    def read_terraform_directory(self, path: str) -> None:
        """Read a directory of Terraform's language."""
        from netwatch.formats.terraform.hcl_directory import read_terraform_directory

        self._take_terraform(path, read_terraform_directory(path, report=self._draft.problem))

    def _take_terraform(self, source: str, made: TerraformResources) -> None:
        self._draft.missing_is_open = True
        self._read_resources(source, made.resources)
        self._notes.append(made.notes)
        if made.deployments:
            self._facts.append(lambda _: Facts(network_manager_deployments=made.deployments))

    def finish(self) -> Topology:
        """The topology of everything read so far; TopologyErrors with every problem in it.

        QueryError where parameters were given and nothing that was read takes any.
        """
        self._refuse_idle_parameters()
        if self._arm is not None:
            self._arm.finish()
            states = self._arm.power_states
            if states:  # first, so that a fact somebody declares goes before
                self._facts.insert(0, lambda _: Facts(power_state=states))
        semantics = self._one_semantics()
        topology = self._draft.finish(self._all_facts if self._facts else None)
        if self._notes:
            topology = replace(topology, notes=joined_notes([topology.notes, *self._notes]))
        return topology if semantics is None else replace(topology, semantics=semantics)

    def _refuse_idle_parameters(self) -> None:
        """Parameters that nobody takes were meant for another input, whose answer would be another one."""
        if self._template is None or self._is_template_read:
            return
        given = [self._template.parameter_file, *self._template.sets]
        if any(given):
            raise QueryError(
                f"{self._draft.source} holds no deployment template, and {', '.join(filter(None, given))} is for one.",
                hint="Leave out --parameters and --set, or name the template.",
            )

    def _read_native(self, source: str, text: str) -> None:
        from netwatch.formats.topology_file.reading import read_into

        beside = read_into(self._draft, source, text)
        self._facts.append(beside.facts)
        self._semantics[source] = beside.semantics

    def _read_resources(self, source: str, value: Any, pointer: str = "") -> None:
        if self._arm is None:
            from netwatch.formats.arm_resources.reading import ArmReader

            self._arm = ArmReader(self._draft)
        if isinstance(value, list):
            self._arm.read(value, pointer, source)
        elif is_resource(value):
            self._arm.read_one(value, source)
        else:
            key = next(key for key in ENVELOPES if isinstance(value.get(key), list))
            self._arm.read(value[key], f"{pointer}{key}", source)
            if not pointer:
                self._read_beside(source, value)

    def _read_beside(self, source: str, value: dict[str, Any]) -> None:
        """Facts and readings that stand beside a list of resources, as ``netwatch export --format arm`` puts them."""
        if value.get("facts"):
            self._facts.append(lambda topology: _facts(source, value["facts"], topology))
        if value.get("semantics"):
            from netwatch.formats.topology_file.semantics import read_semantics
            from netwatch.formats.topology_file.values import Malformed

            try:
                self._semantics[source] = read_semantics(value["semantics"])
            except Malformed as error:
                message, where = f"semantics {error.faults[0].message}.", Where(source, 0, "semantics")
                self._draft.problem(TopologySchemaError(message, where=where, hint=error.faults[0].hint))

    def _one_semantics(self) -> Semantics | None:
        """The readings that all native files agree on; None where there is no such file."""
        chosen = [(source, each) for source, each in self._semantics.items() if each != Semantics()]
        for source, each in chosen[1:]:
            if each != chosen[0][1]:
                message = f"its semantics are not those of {chosen[0][0]}."
                hint = "Files that belong together choose the same readings."
                self._draft.problem(ConflictError(message, where=Where(source), hint=hint))
        return chosen[0][1] if chosen else None

    def _all_facts(self, topology: Topology) -> Facts:
        """The facts of all files; of two on the same thing the later file's."""
        from netwatch.formats.facts_file import merged_facts

        facts, problems = Facts(), list[TopologyError]()
        for read in self._facts:
            with _collecting(problems):
                facts = merged_facts(facts, read(topology)) if facts != Facts() else read(topology)
        if problems:
            raise TopologyErrors(problems)
        return facts


@contextmanager
def _collecting(problems: list[TopologyError]) -> Iterator[None]:
    try:
        yield
    except TopologyErrors as errors:
        problems.extend(errors.errors)


def _facts(source: str, facts: Any, topology: Topology) -> Facts:
    from netwatch.formats.facts_file import read_facts
    from netwatch.formats.places import pointer

    return read_facts(facts, topology, lambda path: Where(source, 0, pointer(("facts", *path))))


def _deployed(source: str, value: Any, topology: Topology) -> Facts:
    """What is deployed of network managers, as the fact that says so; when it was and what failed is left out."""
    wanted = ("region", "configurationIds", "deploymentType", "deploymentStatus")
    rows = [{name: row.get(name) for name in wanted} for row in deployment_statuses(value)]
    return _facts(source, {"networkManagerDeployments": rows}, topology)


def _case_facts(source: str, value: Any, topology: Topology) -> Facts:
    """The facts of a recorded case; deployments of network managers stand in its topology."""
    facts = value.get("facts") or {}
    if isinstance(facts, dict) and "avnmDeployments" in value["topology"]:
        facts = {**facts, "avnmDeployments": value["topology"]["avnmDeployments"]}
    return _facts(source, facts, topology)
