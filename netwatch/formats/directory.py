"""Several inputs that belong together: a directory of them, or files that are named one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from netwatch.errors import TopologyError, TopologyErrors, TopologySyntaxError, UnsupportedError
from netwatch.formats.bicep import input_text
from netwatch.formats.input_reader import InputReader
from netwatch.formats.template_context import TemplateContext
from netwatch.formats.text_file import read_text, source_name
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.input_notes import Ignored
from netwatch.model.topology import Topology
from netwatch.model.where import Where

__all__ = ["files_in", "read_together"]

_ENDINGS = (".json", ".yaml", ".yml")
_TERRAFORM = ".tf.json"
"""Files that only make sense together, as those of Terraform's own language."""


def files_in(directory: str) -> list[str]:
    """The JSON and YAML files that stand in ``directory`` itself, by name; hidden ones are left out."""
    names = sorted(name for name in os.listdir(directory) if name.lower().endswith(_ENDINGS) and name[0] != ".")
    names = [name for name in names if not name.lower().endswith(_TERRAFORM)]
    return [path for path in (os.path.join(directory, name) for name in names) if os.path.isfile(path)]


def _bicep_in(directory: str) -> list[str]:
    """The Bicep files of a directory: most are modules, and which one is the whole nobody says."""
    names = sorted(name for name in os.listdir(directory) if name.lower().endswith(".bicep"))
    return [os.path.join(directory, name) for name in names]


def read_together(
    draft: TopologyDraft, paths: Sequence[str], *, max_bytes: int, template: TemplateContext | None = None
) -> Topology:
    """The one topology that all files describe; of a directory, every input in it.

    The same resource may stand in several files where they say the same. Files of a directory that are no input
    (questions, lists of service tags) are passed over, and said to be. Raises TopologyErrors with every problem.
    """
    reader, problems, read = InputReader(draft, template=template), list[TopologyError](), 0
    linked = _linked([path for path in paths if os.path.isdir(path)], max_bytes)
    for path, is_named in _files(paths):
        try:
            text = input_text(path, max_bytes=max_bytes)
            why = "" if is_named else _passed_over(path, text, linked)
            if why:
                draft.ignore(Ignored(path, "", why, Where(path)))
                continue
            reader.read(source_name(path), text)
            read += 1
        except TopologyErrors as errors:
            problems.extend(errors.errors)
        except TopologyError as error:
            problems.append(error)
    read += _read_terraform(reader, draft, paths, is_needed=not read and not problems)
    bicep = [path for directory in paths if os.path.isdir(directory) for path in _bicep_in(directory)]
    for path in bicep:
        draft.ignore(Ignored(path, "", "Bicep is read where it is named itself", Where(path)))
    if problems:
        raise TopologyErrors(problems) if len(problems) > 1 else problems[0]
    if not read:
        hint = f"Name the Bicep file: {bicep[0]}." if bicep else "Expected native YAML, or JSON of ARM resources."
        raise TopologySyntaxError("the directory holds no input.", where=Where(draft.source), hint=hint)
    return reader.finish()


def _passed_over(path: str, text: str, linked: frozenset[str]) -> str:
    """Why a file of a directory is not read; empty where it is."""
    if path in linked:
        return "it is read where a template beside it links to it"
    return "" if _is_input(path, text) else "it is no input"


def _linked(directories: Sequence[str], max_bytes: int) -> frozenset[str]:
    """The files that a template beside them links to, by the name that it writes: those are read from there."""
    files = [path for directory in directories for path in files_in(directory) if path.lower().endswith(".json")]
    texts: dict[str, str] = {}
    for path in files:
        try:
            text = read_text(path, max_bytes=max_bytes)
        except TopologyError:  # which reading it tells
            continue
        if "templateLink" in text:
            texts[path] = text
    return frozenset(path for path in files if any(_names(texts[each], path) for each in texts if each != path))


def _names(text: str, path: str) -> bool:
    """Whether a text names a file: at the end of a quoted path."""
    return any(before + os.path.basename(path) in text for before in ("'", '"', "/"))


def _read_terraform(reader: InputReader, draft: TopologyDraft, paths: Sequence[str], *, is_needed: bool) -> int:
    """Read directories of Terraform's language where nothing else is there: a plan beside it says more."""
    from netwatch.formats.terraform.hcl_directory import holds_terraform

    found = [path for path in paths if os.path.isdir(path) and holds_terraform(path)]
    for path in found:
        if is_needed:
            reader.read_terraform_directory(path)
        else:
            effect = "Terraform's language is read where there is no other input"
            draft.ignore(Ignored(path, "*.tf", effect, Where(path)))
    return len(found) if is_needed else 0


def _files(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Every file, and whether it was named itself; one that is named twice comes once."""
    seen: set[str] = set()
    for path in paths:
        is_directory = os.path.isdir(path)
        for each in files_in(path) if is_directory else [path]:
            key = os.path.realpath(each)
            if key not in seen:
                seen.add(key)
                yield each, not is_directory


def _is_input(path: str, text: str) -> bool:
    """Whether a file that stands in a directory is one of ours; what is broken counts as one, so that it is told."""
    from netwatch.formats.foreign_json import PAGES
    from netwatch.formats.input_kind import InputKind, deployment_statuses, json_kind, text_kind

    try:
        if text_kind(path, text) is not InputKind.JSON:
            return True
    except TopologySyntaxError:  # some other YAML
        return False
    from netwatch.formats.json_text import parse_json

    value = parse_json(path, text)
    if not isinstance(value, dict | list) or _is_of_parameters(value):
        return False
    if isinstance(value, dict) and any(value.get(key) for key in PAGES):
        return True
    try:
        json_kind(path, value)
    except UnsupportedError:
        return True
    except TopologySyntaxError:
        return False
    return isinstance(value, dict) or all(_is_named(each) for each in value) or bool(deployment_statuses(value))


def _is_named(row: Any) -> bool:
    """Whether a row has an id as ARM writes them, or a type; subscriptions, for one, have an id of another kind."""
    return isinstance(row, dict) and (str(row.get("id", "")).startswith("/") or "type" in row)


def _is_of_parameters(value: Any) -> bool:
    return isinstance(value, dict) and "deploymentparameters" in str(value.get("$schema", "")).lower()
