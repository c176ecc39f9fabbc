from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import netwatch
from netwatch.cli import installation as module
from netwatch.cli.installation import EXTRAS, FLOWS, installation, installation_text
from netwatch.formats.service_tag_file import load_shipped
from netwatch.matcher.choice import KERNELS, choose_between

PACKAGE = Path(netwatch.__file__).parent

fast = pytest.mark.skipif(not find_spec("numba"), reason="needs the extra fast")


def test_it_says_what_is_chosen_by_the_choice_itself() -> None:
    found = installation()
    assert [each["flows"] for each in found["kernels"]] == list(FLOWS)
    for each in found["kernels"]:
        assert each["kernel"] in KERNELS
        assert each["why"]
    assert (found["kernels"][0]["kernel"], found["kernels"][0]["why"]) == choose_between(KERNELS, 1, kernel="auto")


def test_the_list_of_service_tags_is_the_one_that_ships() -> None:
    tags = load_shipped()
    found = installation()
    assert found["service_tags"] == {"cloud": tags.cloud, "change_number": tags.change_number, "date": tags.date}
    assert f"change {tags.change_number} of {tags.date}" in installation_text(found)


def test_what_is_not_here_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_version", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = installation()
    assert [each["found"] for each in found["extras"]] == [None] * len(EXTRAS)
    assert found["compiled_code"] == {"path": None, "why": "numba is not installed"}
    text = installation_text(found)
    assert all(each.how in text for each in EXTRAS)
    assert "Compiled code: not kept: numba is not installed" in text


def test_a_program_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bicep = tmp_path / "bicep"
    bicep.write_text("#!/bin/sh\n")
    bicep.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (extra,) = [each for each in installation()["extras"] if each["name"] == "bicep"]
    assert extra["found"] == str(bicep)


def test_as_json() -> None:
    command = [sys.executable, "-m", "netwatch", "doctor", "-o", "json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["netwatch"] == netwatch.__version__
    assert set(found) == set(installation())


COMPILE = """
import numpy as np
from netwatch.matcher.kernels.stack_loops import fields_of
from netwatch.cli.installation import installation

out = np.empty((5, 1), np.uint32)
fields_of(np.array([[1, 2, 3 << 16 | 4, 5]], np.uint32), out)
assert out.tolist() == [[1], [2], [3], [4], [5]]
print(sum(fields_of.stats.cache_hits.values()), installation()["compiled_code"]["path"], sep="|")
"""


@fast
def test_machine_code_is_kept_where_the_package_cannot_be_written_to(tmp_path: Path) -> None:
    """A file stands where the directory would be made: even the superuser cannot write there."""
    shutil.copytree(PACKAGE, tmp_path / "netwatch", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "netwatch/matcher/kernels/__pycache__").write_text("")
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    own = {"PYTHONPATH": str(tmp_path), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}
    said = []
    for _ in range(2):
        command = [sys.executable, "-c", COMPILE]
        run = subprocess.run(command, env=kept | own, cwd=tmp_path, check=True, capture_output=True, text=True)
        said.append(run.stdout.strip().split("|"))
    assert [hits for hits, _ in said] == ["0", "1"]
    assert all(Path(path).is_relative_to(home) for _, path in said)
