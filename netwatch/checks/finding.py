"""Which checks belong to which topology: ``checks.yaml`` stands beside the file it asks about."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from netwatch.errors import QueryError

__all__ = ["CHECKS", "Checked", "find_checks"]

CHECKS = "checks.yaml"


class Checked(NamedTuple):
    """A topology and the questions about it, both as paths."""

    topology: Path
    questions: Path


def find_checks(path: Path) -> tuple[Checked, ...]:
    """The checks at ``path``: of a topology file, of a ``checks.yaml``, of a directory, or of those right below it.

    QueryError where there are none, or where it is not clear which file is the topology.
    """
    if not path.is_dir():
        return (_beside(path),)
    found = [path / CHECKS] if (path / CHECKS).is_file() else sorted(path.glob(f"*/{CHECKS}"))
    if not found:
        hint = f"Expected {path / CHECKS}, or one in a directory below."
        raise QueryError(f"{path}: there is no {CHECKS} here.", hint=hint)
    return tuple(_beside(checks) for checks in found)


def _beside(path: Path) -> Checked:
    if path.name == CHECKS:
        return Checked(_topology_of(path.parent), path)
    questions = path.parent / CHECKS
    if path.is_file() and not questions.is_file():
        raise QueryError(f"{path}: there is no {CHECKS} beside it.", hint="Use: netwatch ask TOPOLOGY QUESTIONS")
    return Checked(path, questions)


def _topology_of(folder: Path) -> Path:
    """The file named after its directory, else the only other one there."""
    named = folder / f"{folder.resolve().name}.yaml"
    if named.is_file():
        return named
    others = [file for suffix in ("yaml", "yml", "json") for file in sorted(folder.glob(f"*.{suffix}"))]
    others = [file for file in others if file.name != CHECKS]
    if len(others) == 1:
        return others[0]
    hint = f"Found: {', '.join(file.name for file in others) or 'nothing'}. Name it: netwatch check TOPOLOGY"
    raise QueryError(f"{folder}: it is not clear which file {CHECKS} asks about.", hint=hint)
