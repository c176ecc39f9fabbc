"""Words in: files become a Topology. ``load`` is the one door; it tells the kind of input by content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from netwatch.formats.text_file import DEFAULT_MAX_BYTES

if TYPE_CHECKING:
    from netwatch.effective.published_tags import PublishedTags
    from netwatch.formats.tag_names import TagNames
    from netwatch.formats.template_context import TemplateContext
    from netwatch.formats.topology_draft import TopologyDraft
    from netwatch.model.topology import Topology

Dangling = Literal["error", "unresolved"]

__all__ = ["DEFAULT_MAX_BYTES", "load", "load_together"]


def load(
    path: str | os.PathLike[str],
    *,
    facts: str | os.PathLike[str] | None = None,
    dangling: Dangling = "error",
    max_bytes: int = DEFAULT_MAX_BYTES,
    service_tags: PublishedTags | None = None,
    template: TemplateContext | None = None,
) -> Topology:
    """The topology that ``path`` describes: native YAML, ARM resources, a template, a plan, a case, or a directory.

    The path ``-`` is standard input. Of a directory, the JSON and YAML files in it are read together, and files that
    are no input are passed over. A directory of Terraform's language alone is evaluated; a plan or state is what
    ``terraform show -json`` prints.

    ``facts`` is a file of facts beside it; what it says goes before facts in the input. With ``dangling="unresolved"``
    a reference whose target is missing becomes Unresolved instead of an error, as recordings need it.
    ``service_tags`` is the published list of service tags to go by; by default the one that the input names, else the
    one that ships with netwatch. ``template`` says where deployment templates go and with which parameters.
    Raises TopologyError (TopologyErrors with every problem found), UnsupportedError for kinds that are not read yet.
    """
    return load_together(
        [path], facts=facts, dangling=dangling, max_bytes=max_bytes, service_tags=service_tags, template=template
    )


def load_together(
    paths: Sequence[str | os.PathLike[str]],
    *,
    facts: str | os.PathLike[str] | None = None,
    dangling: Dangling = "error",
    max_bytes: int = DEFAULT_MAX_BYTES,
    service_tags: PublishedTags | None = None,
    template: TemplateContext | None = None,
) -> Topology:
    """The one topology that several files and directories describe together; options and errors are those of ``load``.

    The same resource may stand in several of them where they say the same.
    """
    from netwatch.formats.topology_draft import TopologyDraft
    from netwatch.matcher.garbage import no_garbage_collection

    sources = [os.fspath(path) for path in paths]
    with no_garbage_collection():
        draft = TopologyDraft(", ".join(sources), dangling=dangling, tag_names=_tag_names(service_tags))
        if len(sources) == 1 and not os.path.isdir(sources[0]):
            topology = _read_one(draft, sources[0], max_bytes, template)
        else:
            from netwatch.formats.directory import read_together

            topology = read_together(draft, sources, max_bytes=max_bytes, template=template)
    return topology if facts is None else _with_facts(topology, os.fspath(facts), max_bytes)


def _read_one(draft: TopologyDraft, source: str, max_bytes: int, template: TemplateContext | None) -> Topology:
    from netwatch.formats.bicep import input_text
    from netwatch.formats.input_reader import InputReader
    from netwatch.formats.text_file import source_name

    reader = InputReader(draft, template=template)
    reader.read(source_name(source), input_text(source, max_bytes=max_bytes))
    return reader.finish()


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
