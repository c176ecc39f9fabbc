"""Several inputs that belong together: a directory of them, or files that are named one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from netwatch.errors import TopologyError, TopologyErrors, TopologySyntaxError, UnsupportedError
from netwatch.formats.bicep import input_text
from netwatch.formats.input_reader import InputReader
from netwatch.formats.template_context import TemplateContext
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.input_notes import Ignored
from netwatch.model.topology import Topology
from netwatch.model.where import Where

__all__ = ["files_in", "read_together"]

_ENDINGS = (".json", ".yaml", ".yml")


def files_in(directory: str) -> list[str]:
    """The JSON and YAML files that stand in ``directory`` itself, by name; hidden ones are left out."""
    names = sorted(name for name in os.listdir(directory) if name.lower().endswith(_ENDINGS) and name[0] != ".")
    return [path for path in (os.path.join(directory, name) for name in names) if os.path.isfile(path)]


def read_together(
    draft: TopologyDraft, paths: Sequence[str], *, max_bytes: int, template: TemplateContext | None = None
) -> Topology:
    """The one topology that all files describe; of a directory, every input in it.

    The same resource may stand in several files where they say the same. Files of a directory that are no input
    (questions, lists of service tags) are passed over, and said to be. Raises TopologyErrors with every problem.
    """
    reader, problems, read = InputReader(draft, template=template), list[TopologyError](), 0
    for path, is_named in _files(paths):
        try:
            text = input_text(path, max_bytes=max_bytes)
            if not is_named and not _is_input(path, text):
                draft.ignore(Ignored(path, "", "it is no input", Where(path)))
                continue
            reader.read(path, text)
            read += 1
        except TopologyErrors as errors:
            problems.extend(errors.errors)
        except TopologyError as error:
            problems.append(error)
    read += _read_terraform(reader, draft, paths, is_needed=not read and not problems)
    if problems:
        raise TopologyErrors(problems) if len(problems) > 1 else problems[0]
    if not read:
        hint = "Expected native YAML, or JSON of ARM resources."
        raise TopologySyntaxError("the directory holds no input.", where=Where(draft.source), hint=hint)
    return reader.finish()


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
    from netwatch.formats.input_kind import InputKind, json_kind, text_kind

    try:
        if text_kind(path, text) is not InputKind.JSON:
            return True
    except TopologySyntaxError:  # some other YAML
        return False
    from netwatch.formats.json_text import parse_json

    value = parse_json(path, text)
    if isinstance(value, list):
        return all(isinstance(each, dict) and ("id" in each or "type" in each) for each in value)
    if not isinstance(value, dict) or "deploymentparameters" in str(value.get("$schema", "")).lower():
        return False
    if any(value.get(key) for key in ("nextLink", "skip_token", "skipToken", "$skipToken")):
        return True
    try:
        json_kind(path, value)
    except UnsupportedError:
        return True
    except TopologySyntaxError:
        return False
    return True
