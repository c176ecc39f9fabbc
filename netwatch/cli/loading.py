"""From the paths on the command line to a watcher."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.errors import QueryError

if TYPE_CHECKING:
    from netwatch.effective.published_tags import PublishedTags
    from netwatch.formats.template_context import TemplateContext
    from netwatch.model.topology import Topology
    from netwatch.watcher import NetworkWatcher

__all__ = ["Inputs", "load_all", "load_topology", "load_watcher"]


class Inputs(NamedTuple):
    """What a question is asked of; empty fields take their defaults."""

    topology: str = ""
    facts: str = ""
    service_tags: str = ""
    max_bytes: str = ""
    semantics: str = ""
    parameters: str = ""
    sets: Sequence[str] = ()
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    asked_group: str = ""


def load_watcher(inputs: Inputs) -> NetworkWatcher:
    """A watcher over the topology; TopologyError where an input cannot be read."""
    from netwatch.watcher import NetworkWatcher

    tags = _service_tags(inputs)
    topology = _load([inputs.topology], inputs, tags)
    _note_summary(topology)
    return NetworkWatcher(topology, service_tags=tags)


def _note_summary(topology: Topology) -> None:
    """One line on standard error about what an answer may not rest on."""
    from netwatch.cli.streams import note
    from netwatch.render.load_summary import load_summary

    summary = load_summary(topology)
    if summary:
        note(summary)


def load_topology(inputs: Inputs) -> Topology:
    """The topology alone; TopologyError where an input cannot be read."""
    return _load([inputs.topology], inputs, _service_tags(inputs))


def load_all(paths: Sequence[str], inputs: Inputs) -> Topology:
    """The one topology that several inputs make; ``inputs`` says the rest. TopologyError where one cannot be read."""
    return _load(paths, inputs, _service_tags(inputs))


def _service_tags(inputs: Inputs) -> PublishedTags | None:
    """The published list that was asked for, if one was."""
    if not inputs.service_tags:
        return None
    from netwatch.formats.service_tag_file import read_service_tag_file

    return read_service_tag_file(inputs.service_tags)


def _load(paths: Sequence[str], inputs: Inputs, service_tags: PublishedTags | None) -> Topology:
    from netwatch.cli.streams import patience
    from netwatch.formats import load_together

    options: dict[str, Any] = {"service_tags": service_tags}
    if inputs.facts:
        options["facts"] = inputs.facts
    if inputs.max_bytes:
        options["max_bytes"] = _number_of_bytes(inputs.max_bytes)
    options["template"] = _template_context(inputs)
    with patience(f"reading {', '.join(paths)} …"):
        topology = load_together(paths, **options)
    return _with_semantics(topology, inputs.semantics) if inputs.semantics else topology


def _template_context(inputs: Inputs) -> TemplateContext:
    from netwatch.formats.template_context import TemplateContext

    context = TemplateContext(
        parameter_file=inputs.parameters,
        sets=tuple(inputs.sets or ()),
        subscription=inputs.subscription,
        resource_group=inputs.resource_group,
        location=inputs.location,
        asked_group=inputs.asked_group,
    )
    return context._replace(max_bytes=_number_of_bytes(inputs.max_bytes)) if inputs.max_bytes else context


def _with_semantics(topology: Topology, text: str) -> Topology:
    """The topology under the readings in ``text`` (``NAME=READING,…``), which go before those of its file."""
    from dataclasses import replace

    from netwatch.formats.topology_file.semantics import read_semantics
    from netwatch.formats.topology_file.values import Malformed

    try:
        return replace(topology, semantics=read_semantics(_readings(text), over=topology.semantics))
    except Malformed as error:
        fault = error.faults[0]
        raise QueryError(f"--semantics {fault.message}.", hint=fault.hint) from None


def _readings(text: str) -> dict[str, str]:
    readings: dict[str, str] = {}
    for part in text.split(","):
        name, equals, reading = (piece.strip() for piece in part.partition("="))
        if not equals or name in readings:
            problem = f"names {name} twice" if equals else f'holds "{part.strip()}", which is not NAME=READING'
            raise QueryError(
                f"--semantics {problem}.", hint="netwatch semantics lists the switches and their readings."
            )
        readings[name] = reading
    return readings


def _number_of_bytes(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise QueryError(f"--max-bytes {text!r} is not a number of bytes.", hint="Expected for example 200000000.")
    return int(text)
