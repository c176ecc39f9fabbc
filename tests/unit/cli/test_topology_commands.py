"""init, schema, load and conformance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.cli import run

Captured = pytest.CaptureFixture[str]


def test_what_init_writes_can_be_loaded(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    assert run(["init", str(file)]) == 0
    assert run(["init"]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    assert run(["load", str(file)]) == 0


def test_init_overwrites_nothing(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    file.write_text("mine")
    assert run(["init", str(file)]) == 2
    assert file.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err
    assert run(["init", str(tmp_path / "none" / "network.yaml")]) == 2


def test_schema_is_json(capsys: Captured) -> None:
    assert run(["schema"]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)
    assert run(["schema", "--checks"]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "array"


def test_load_reports_in_json_too(capsys: Captured) -> None:
    assert run(["load", "topologies/two-tier/two-tier.yaml", "-v", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["subnets"] == 2


def test_conformance_replays(capsys: Captured) -> None:
    assert run(["conformance", "tests/conformance/next_hop", "-v", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["operations"]["nextHop"]["disagree"] == 0
    assert found["operations"]["nextHop"]["agree"] == len(found["cases"])


def test_conformance_fails_on_a_disagreement(capsys: Captured, tmp_path: Path) -> None:
    case = json.loads(Path("tests/conformance/next_hop/internet.json").read_text(encoding="utf-8"))
    case["response"]["nextHopType"] = "VirtualAppliance"
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    assert run(["conformance", str(tmp_path)]) == 1
    assert "nextHopType" in capsys.readouterr().out


def test_conformance_of_no_directory(capsys: Captured) -> None:
    assert run(["conformance", "nowhere"]) == 3
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(("operation", "of"), [((), ""), (("--operation", "nextHop"), " of nextHop")])
def test_conformance_of_nothing_is_not_conformance(
    capsys: Captured, tmp_path: Path, operation: tuple[str, ...], of: str
) -> None:
    assert run(["conformance", str(tmp_path), *operation]) == 2
    assert capsys.readouterr().err == f"note: {tmp_path} holds no case{of}\n"
