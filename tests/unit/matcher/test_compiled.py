from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

from netwatch.matcher.kernels import compiled

OUTER = """
from compiled import compiled
from inner import step

@compiled
def steps(x):
    return step(step(x))
"""
INNER = """
from compiled import compiled

@compiled
def step(x):
    return x + {}
"""


@pytest.mark.parametrize("room", ["", "room"])
def test_what_is_kept_is_forgotten_when_a_file_beside_it_changes(room: str, tmp_path: Path) -> None:
    """``steps`` stands in a file that stays as it is; what it calls is in its machine code all the same."""
    rooms = tmp_path, tmp_path / room
    rooms[1].mkdir(exist_ok=True)
    shutil.copy(compiled.__file__, tmp_path)
    (rooms[1] / "outer.py").write_text(OUTER)
    found = []
    for more in (1, 1, 10):
        (rooms[1] / "inner.py").write_text(INNER.format(more))
        done = subprocess.run(
            [sys.executable, "-c", "import outer; print(outer.steps(0), sum(outer.steps.stats.cache_hits.values()))"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms))},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(done.stdout.split())
    assert found == [["2", "0"], ["2", "1"], ["20", "0"]]
