"""Transcripts: commands after ``$``, and below each what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Step", "rewritten", "steps", "tidy"]


class Step(NamedTuple):
    """One command, joined to one line, and the output it has in the transcript."""

    command: str
    output: str


def steps(text: str) -> list[Step]:
    """The steps of a transcript. A command ends at its line, or goes on after a backslash."""
    found = []
    for chunk in _chunks(text):
        typed = _typed(chunk)
        found.append(Step(re.sub(r"\\\n\s*", "", typed), tidy(chunk[len(typed) :])))
    return found


def rewritten(text: str, show: Callable[[str], str]) -> str:
    """The transcript with what ``show`` gives for each command now. Commands keep their layout."""
    parts = []
    for chunk in _chunks(text):
        typed = _typed(chunk)
        output = tidy(show(re.sub(r"\\\n\s*", "", typed)))
        blank = "\n" if chunk.endswith("\n\n") else ""
        parts.append(f"$ {typed}\n{output}\n{blank}" if output else f"$ {typed}\n{blank}")
    return "".join(parts)


def tidy(output: str) -> str:
    """``output`` without blanks at the ends of lines and without empty lines at its end and start."""
    return "\n".join(line.rstrip() for line in output.split("\n")).strip("\n")


def _chunks(text: str) -> list[str]:
    return re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]


def _typed(chunk: str) -> str:
    found = re.match(r"(?:.*\\\n)*.*", chunk)
    assert found is not None
    return found.group()
