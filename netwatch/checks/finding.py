"""Which checks belong to which topology: ``checks.yaml`` stands beside the file it asks about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from netwatch.errors import QueryError, TopologySyntaxError
from netwatch.formats.text_file import STANDARD_INPUT
from netwatch.model.where import Where

__all__ = ["CHECKS", "Checked", "find_all_checks", "find_checks"]

CHECKS = "checks.yaml"


class Checked(NamedTuple):
    """A topology and the questions about it, both as paths."""

    topology: Path
    questions: Path


def find_all_checks(paths: Sequence[str]) -> tuple[Checked, ...]:
    """The checks at all of ``paths``, each once, in the order named; see ``find_checks``.

    A path that does not exist may be a pattern, in which ``**`` stands for directories. Of two files the second
    may hold questions about the first: it begins as a list does. QueryError as there.
    """
    if len(paths) == 2 and _is_pair(Path(paths[0]), Path(paths[1])):
        return (Checked(Path(paths[0]), Path(paths[1])),)
    found = [checked for path in paths for each in _matching(path) for checked in find_checks(each)]
    return tuple({checked.questions.resolve(): checked for checked in found}.values())


def _is_pair(topology: Path, questions: Path) -> bool:
    return topology.name != CHECKS and not topology.is_dir() and questions.is_file() and _is_list(questions)


def _is_list(path: Path) -> bool:
    """Whether the first line that says anything is an item of a YAML list."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        said = (line.strip() for line in file)
        return next((line for line in said if line not in ("", "---") and line[0] != "#"), "").startswith("-")


def _matching(path: str) -> Iterator[Path]:
    if Path(path).exists() or not set(path) & set("*?["):
        yield Path(path)
        return
    from glob import glob

    found = sorted(glob(path, recursive=True))
    if not found:
        raise QueryError(f"{path}: nothing matches this pattern.", hint="Name files or directories.")
    yield from map(Path, found)


def find_checks(path: Path) -> tuple[Checked, ...]:
    """The checks at ``path``: of a topology file, of a ``checks.yaml``, of a directory, or of all directories below it.

    Hidden directories are passed over. TopologySyntaxError where there is no such path; QueryError where there are no
    checks, or where it is not clear which file is the topology.
    """
    if not path.is_dir():
        return (_beside(path),)
    found = [path / CHECKS] if (path / CHECKS).is_file() else sorted(_below(path))
    if not found:
        hint = f"Expected {path / CHECKS}, or one below."
        raise QueryError(f"{path}: there is no {CHECKS} here.", hint=hint)
    return tuple(_beside(checks) for checks in found)


def _below(folder: Path) -> Iterator[Path]:
    import os

    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if CHECKS in files:
            yield Path(where, CHECKS)


def _beside(path: Path) -> Checked:
    if not path.exists() and str(path) != STANDARD_INPUT:
        raise TopologySyntaxError("there is no such file.", where=Where(str(path)), hint="Check the path.")
    if path.name == CHECKS:
        return Checked(_topology_of(path.parent), path)
    questions = path.parent / CHECKS
    if not questions.is_file():
        hint = f"Name the file of questions, a YAML list: netwatch check {path} QUESTIONS"
        raise QueryError(f"{path}: there is no {CHECKS} beside it.", hint=hint)
    return Checked(path, questions)


def _topology_of(folder: Path) -> Path:
    """The file named after its directory, else the only other one there."""
    named = folder / f"{folder.resolve().name}.yaml"
    if named.is_file():
        return named
    others = [file for suffix in ("yaml", "yml", "json") for file in sorted(folder.glob(f"*.{suffix}"))]
    others = [file for file in others if file.name != CHECKS and not file.name.endswith(".parameters.json")]
    if len(others) == 1:
        return others[0]
    hint = f"Found: {', '.join(file.name for file in others) or 'nothing'}. Name it: netwatch check TOPOLOGY"
    raise QueryError(f"{folder}: it is not clear which file {CHECKS} asks about.", hint=hint)
