"""The blocks of the README: read, run, and written anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["README", "ROOT", "Step", "console_steps", "python_blocks", "rewritten", "shown_by", "yaml_blocks"]

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

_BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """One command of a console block, and what the README says it prints."""

    command: str
    output: str


def console_steps(text: str) -> list[Step]:
    """Every command of every console block, in order. A command ends at its line, or goes on after a backslash."""
    return [step for kind, body in _BLOCK.findall(text) if kind == "console" for step in _steps(body)]


def python_blocks(text: str) -> list[str]:
    """Every Python block, in order."""
    return [body for kind, body in _BLOCK.findall(text) if kind == "python"]


def yaml_blocks(text: str) -> list[str]:
    """Every YAML block, in order: topologies and lists of questions."""
    return [body for kind, body in _BLOCK.findall(text) if kind == "yaml"]


def _steps(body: str) -> list[Step]:
    steps = []
    for chunk in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, output = re.sub(r"\\\n\s*", "\\\n", chunk).replace("\\\n", "\0").partition("\n")
        steps.append(Step(command.replace("\0", ""), output.rstrip("\n")))
    return steps


def shown_by(command: str) -> str:
    """What a terminal of 120 columns shows for ``command``, both streams, in the repository's root."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"}
    shown = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return "\n".join(line.rstrip() for line in shown.stdout.rstrip("\n").split("\n"))


def rewritten(text: str) -> str:
    """``text`` with the outputs of its console blocks as they are now. Commands keep their layout."""

    def block(found: re.Match[str]) -> str:
        if found.group(1) != "console":
            return found.group(0)
        parts = []
        for chunk in re.split(r"^\$ ", found.group(2), flags=re.MULTILINE)[1:]:
            typed = re.match(r"(?:.*\\\n)*.*", chunk)
            assert typed is not None
            output = shown_by(_steps(f"$ {chunk}")[0].command)
            parts.append(f"$ {typed.group()}\n{output}\n" if output else f"$ {typed.group()}\n")
        return f"```console\n{''.join(parts)}```"

    return _BLOCK.sub(block, text)
