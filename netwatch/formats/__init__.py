"""Words in: files become a Topology. ``load`` is the one door; it tells the kind of input by content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from netwatch.formats.text_file import DEFAULT_MAX_BYTES, read_text

if TYPE_CHECKING:
    from netwatch.effective.published_tags import PublishedTags
    from netwatch.formats.tag_names import TagNames
    from netwatch.formats.topology_draft import TopologyDraft
    from netwatch.model.facts import Facts
    from netwatch.model.topology import Topology

Dangling = Literal["error", "unresolved"]

__all__ = ["DEFAULT_MAX_BYTES", "load"]


def load(
    path: str | os.PathLike[str],
    *,
    facts: str | os.PathLike[str] | None = None,
    dangling: Dangling = "error",
    max_bytes: int = DEFAULT_MAX_BYTES,
    service_tags: PublishedTags | None = None,
) -> Topology:
    """The topology that the file at ``path`` describes: native YAML, resolved ARM resources, or a recorded case.

    ``facts`` is a file of facts beside it; what it says goes before facts in the input. With ``dangling="unresolved"``
    a reference whose target is missing becomes Unresolved instead of an error, as recordings need it.
    ``service_tags`` is the published list of service tags to go by; by default the one that the input names, else the
    one that ships with netwatch.
    Raises TopologyError (TopologyErrors with every problem found), UnsupportedError for kinds that are not read yet.
    """
    source = os.fspath(path)
    with _no_garbage_collection():
        topology = _read(source, read_text(source, max_bytes=max_bytes), dangling, _tag_names(service_tags))
    return topology if facts is None else _with_facts(topology, os.fspath(facts), max_bytes)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Reading makes millions of values that all stay; looking for garbage among them again and again costs a third."""
    import gc

    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_facts(topology: Topology, path: str, max_bytes: int) -> Topology:
    from dataclasses import replace

    from netwatch.formats.facts_file import merged_facts, read_facts_file

    beside = read_facts_file(path, topology, max_bytes=max_bytes)
    return replace(topology, facts=merged_facts(topology.facts, beside))


def _tag_names(service_tags: PublishedTags | None) -> TagNames:
    from netwatch.formats.service_tag_file import load_shipped
    from netwatch.formats.tag_names import TagNames

    if service_tags is None:
        return TagNames(load_shipped)
    return TagNames(lambda: service_tags, is_chosen=True)


def _read(source: str, text: str, dangling: Dangling, tag_names: TagNames) -> Topology:
    from netwatch.formats.input_kind import InputKind, json_kind, text_kind

    kind = text_kind(source, text)
    value: Any = None
    if kind is InputKind.JSON:
        from netwatch.formats.json_text import parse_json

        value = parse_json(source, text)
        kind = json_kind(source, value)
    if kind is InputKind.TOPOLOGY:
        from netwatch.formats.topology_file import read_topology_file

        return read_topology_file(source, text, dangling=dangling, tag_names=tag_names)
    from netwatch.formats.topology_draft import TopologyDraft

    draft = TopologyDraft(source, dangling=dangling, tag_names=tag_names)
    if kind is InputKind.CASE:
        return _read_resources(value["topology"], draft, "topology/", lambda topology: _case_facts(value, topology))
    return _read_resources(value, draft)


def _read_resources(
    value: Any, draft: TopologyDraft, pointer: str = "", facts: Callable[[Topology], Facts] | None = None
) -> Topology:
    from netwatch.formats.arm_resources import ArmReader

    reader = ArmReader(draft)
    reader.read(*_resources(value, pointer))
    reader.finish()
    return draft.finish(facts)


def _resources(value: Any, pointer: str) -> tuple[Any, str]:
    """The list of resources in one of its three envelopes, and where it stands."""
    if isinstance(value, list):
        return value, pointer
    key = "resources" if isinstance(value.get("resources"), list) else "value"
    return value[key], f"{pointer}{key}"


def _case_facts(value: Any, topology: Topology) -> Facts:
    """The facts of a recorded case; deployments of network managers stand in its topology."""
    from netwatch.formats.facts_file import read_facts
    from netwatch.formats.places import pointer
    from netwatch.model.where import Where

    facts = value.get("facts") or {}
    if isinstance(facts, dict) and "avnmDeployments" in value["topology"]:
        facts = {**facts, "avnmDeployments": value["topology"]["avnmDeployments"]}
    return read_facts(facts, topology, lambda path: Where(topology.source, 0, pointer(("facts", *path))))
