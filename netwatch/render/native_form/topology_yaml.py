"""A topology as a native file, read back before anybody gets it: what it says must be what the topology says."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from netwatch.errors import TopologyError, TopologyErrors, UnsupportedError
from netwatch.model.topology import Topology
from netwatch.render.layout import printable
from netwatch.render.losses import losses
from netwatch.render.native_form.azure_names import with_azure_names
from netwatch.render.native_form.whole import native_form
from netwatch.render.yaml_text import yaml_lines

__all__ = ["NativeFile", "topology_yaml"]


class NativeFile(NamedTuple):
    """A native file's text, and what the topology says that the file does not, one sentence each."""

    text: str
    losses: tuple[str, ...]


def topology_yaml(topology: Topology, *, notes: Sequence[str] = (), directory: str = "") -> NativeFile:
    """The topology as native YAML, terse and in Azure's words; ``notes`` stand above it as comments.

    ``directory`` is where the file will stand: a list of service tags is named relative to it.

    It is read back and compared. Assumed addresses are left out where they come out the same again. Raises
    UnsupportedError where the topology leaves a value open, or where the native form cannot say what it says.
    """
    tags = topology.service_tags
    if tags and not os.path.isabs(tags):
        topology = replace(topology, service_tags=os.path.relpath(tags, directory or os.curdir))
    topology, renamed = with_azure_names(topology)
    text, read = _written(topology, explicit=False)
    if _addresses(read) != _addresses(topology):
        text, read = _written(topology, explicit=True)
    lost = (*_new_names(renamed), *losses(topology, read))
    lines = ["Not kept:", *map(printable, lost)] if lost else []
    return NativeFile(_comments(map(printable, notes)) + text + _comments(lines), lost)


def _new_names(renamed: Mapping[str, str]) -> Iterator[str]:
    for name, new in renamed.items():
        yield f'the name "{name}", written as {new}, because Azure takes no such name.'


def _comments(lines: Iterable[str]) -> str:
    return "".join(f"# {line}\n" for line in lines)


def _written(topology: Topology, *, explicit: bool) -> tuple[str, Topology]:
    """The text, and the topology that it is read as."""
    from netwatch.formats.topology_file.reading import read_topology_file

    form = native_form(topology, explicit=explicit)
    text = "\n".join(_sections(form)) + "\n"
    try:
        return text, read_topology_file("the native file", text)
    except TopologyError as error:
        first = error.errors[0] if isinstance(error, TopologyErrors) else error
        where = topology.nics[next(iter(topology.nics))].where if topology.nics else None
        message = f"the native form cannot say this topology: {first.message}"
        hint = first.hint or "Export it to ARM instead."
        raise UnsupportedError(message, where=where and where._replace(line=0, pointer=""), hint=hint) from None


def _sections(form: dict[str, object]) -> Iterator[str]:
    """Lines, with a blank one above every section."""
    for key, value in form.items():
        if isinstance(value, dict):
            yield ""
        yield from yaml_lines({key: value})


def _addresses(topology: Topology) -> dict[str, object]:
    return {config.id.key: config.private_ip for nic in topology.nics.values() for config in nic.ip_configurations}
