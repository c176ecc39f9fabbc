"""The example networks: each says what it teaches, and each gets the answers its checks.yaml expects."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from netwatch.checks.finding import find_checks
from netwatch.cli import run

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path for path in (ROOT / "topologies").iterdir() if path.is_dir())


NATIVE = [folder for folder in FOLDERS if (folder / f"{folder.name}.yaml").is_file()]


def _topology(folder: Path) -> Path:
    (checked,) = find_checks(folder)
    return checked.topology


def _lesson(folder: Path) -> str:
    """What an example says that it teaches: in its first line, of a template in its description."""
    topology = _topology(folder)
    if topology.name == "azuredeploy.json":
        return str(json.loads(topology.read_text(encoding="utf-8"))["metadata"]["description"])
    said = folder / "main.tf" if topology.name == "plan.json" else topology
    return said.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def test_there_are_examples() -> None:
    assert {folder.name for folder in NATIVE} >= {"two-tier", "dmz", "hub-spoke", "multi-tier-app"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_says_what_it_teaches(folder: Path) -> None:
    assert re.fullmatch(r"\S.{20,}\.", _lesson(folder))


@pytest.mark.parametrize("folder", NATIVE, ids=lambda folder: folder.name)
def test_the_version_comes_first(folder: Path) -> None:
    assert _topology(folder).read_text(encoding="utf-8").splitlines()[1] == "netwatch: 1"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_gets_the_answers_it_expects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["check", str(_topology(folder)), str(folder / "checks.yaml")])
    shown = capsys.readouterr()
    assert code == 0, shown.out + shown.err


def test_a_missed_expectation_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = tmp_path / "checks.yaml"
    checks.write_text("- {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4, expect: Internet}\n")
    assert run(["check", str(_topology(ROOT / "topologies" / "two-tier")), str(checks)]) == 1
    assert "Internet" in capsys.readouterr().out


def test_the_tour_names_only_examples_that_are_there() -> None:
    named = set(re.findall(r"topologies/[\w./-]+\.yaml", (ROOT / "topologies" / "tour.sh").read_text(encoding="utf-8")))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
