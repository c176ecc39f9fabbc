"""A directory of case files, written by the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write(name=case, …)`` writes ``name.json`` files into one directory and returns it."""

    def write_cases(**cases: Any) -> Path:
        directory = tmp_path / "cases"
        directory.mkdir(exist_ok=True)
        for name, case in cases.items():
            (directory / f"{name}.json").write_text(json.dumps(case), encoding="utf-8")
        return directory

    return write_cases
