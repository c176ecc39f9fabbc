"""import and export: what is written where, what is refused, and that nothing is half written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.cli import run
from netwatch.formats import load

ROOT = Path(__file__).parents[3]
TWO_TIER = str(ROOT / "topologies" / "two-tier" / "two-tier.yaml")
OPEN = str(ROOT / "tests" / "golden" / "inputs" / "resources.json")

Captured = pytest.CaptureFixture[str]


def test_import_writes_what_is_read_again(tmp_path: Path) -> None:
    out = tmp_path / "topology.yaml"
    assert run(["import", str(ROOT / "topologies" / "two-tier"), "-o", str(out)]) == 0
    assert load(out).nics == load(TWO_TIER).nics
    assert [path.name for path in tmp_path.iterdir()] == ["topology.yaml"]


@pytest.mark.parametrize("command", [["import"], ["export", "--format", "svg"]])
def test_a_file_is_overwritten_only_by_force(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    out.write_text("mine", encoding="utf-8")
    assert run([*command, TWO_TIER, "-o", str(out)]) == 2
    assert "is there already. Name another file, or overwrite it with --force." in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"
    assert run([*command, TWO_TIER, "-o", str(out), "--force"]) == 0
    assert out.read_text(encoding="utf-8") != "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_is_written_where_the_work_fails(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out.yaml"
    assert run(["export", OPEN, "--format", "arm", "-o", str(out)]) == 4
    assert "is not known" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert run(["import", TWO_TIER, "-o", str(tmp_path / "no" / "out.yaml")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_open_values_are_refused_unless_they_are_kept(capsys: Captured) -> None:
    assert run(["export", OPEN, "--format", "arm"]) == 4
    capsys.readouterr()
    assert run(["export", OPEN, "--format", "arm", "--unresolved", "keep"]) == 0
    found = capsys.readouterr()
    rules = json.loads(found.out)["resources"][0]["properties"]["securityRules"]
    assert rules[1]["properties"]["destinationPortRange"] == "[parameters('port')]"
    assert "1 value is not known" in found.err
    assert run(["export", OPEN, "--format", "yaml"]) == 0
    assert "expression: \"[parameters('port')]\"" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "png"], "is not a form. Expected one of: arm, terraform-json, yaml, dot, mermaid, d2, svg."),
        (["--format", "arm", "--unresolved", "guess"], "neither refuse nor keep"),
    ],
)
def test_what_is_no_option(arguments: list[str], message: str, capsys: Captured) -> None:
    assert run(["export", TWO_TIER, *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_load_that_fails_is_code_3(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[{"id": 5}]', encoding="utf-8")
    assert run(["load", str(tmp_path)]) == 3
    assert run(["load", str(tmp_path / "gone")]) == 3
