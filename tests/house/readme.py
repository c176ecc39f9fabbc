"""The blocks of the README: read, run, and written anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.house.transcript import Step, rewritten, steps

__all__ = ["README", "ROOT", "blocks", "console_steps", "readme_rewritten", "shown_by"]

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

_BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str, text: str) -> list[str]:
    """The bodies of the blocks of one kind, in order."""
    return [body for found, body in _BLOCK.findall(text) if found == kind]


def console_steps(text: str) -> list[Step]:
    """Every command of every console block, in order."""
    return [step for body in blocks("console", text) for step in steps(body)]


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
    return shown.stdout


def readme_rewritten(text: str) -> str:
    """``text`` with the outputs of its console blocks as they are now."""

    def block(found: re.Match[str]) -> str:
        if found.group(1) != "console":
            return found.group(0)
        return f"```console\n{rewritten(found.group(2), shown_by)}```"

    return _BLOCK.sub(block, text)
