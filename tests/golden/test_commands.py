"""Whole outputs of commands, both streams, with the exit code where it is not 0. ``make golden`` writes them anew."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from pathlib import Path

import pytest

from netwatch.cli import run
from tests.house.transcript import rewritten, steps, tidy

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(Path(__file__).parent.glob("*.console"))
STEPS = [(path, number) for path in FILES for number in range(len(steps(path.read_text(encoding="utf-8"))))]


def _shown(command: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "netwatch"
    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)  # a terminal that knows UTF-8
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = run(arguments)
    shown.seek(0)
    return shown.read().rstrip("\n") + (f"\nexit code {code}" if code else "")


@pytest.fixture(scope="module", autouse=True)
def _terminal() -> None:
    """In the root of the repository, at a terminal of 120 columns; with NETWATCH_GOLDEN=write, everything anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("COLUMNS", "120")
        patch.setenv("NO_COLOR", "1")
        if os.environ.get("NETWATCH_GOLDEN") == "write":
            for path in FILES:
                path.write_text(rewritten(path.read_text(encoding="utf-8"), _shown), encoding="utf-8")


@pytest.mark.parametrize(("path", "number"), STEPS, ids=lambda value: getattr(value, "stem", value))
def test_a_command_prints_what_it_printed(path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    step = steps(path.read_text(encoding="utf-8"))[number]
    assert tidy(_shown(step.command)) == step.output
