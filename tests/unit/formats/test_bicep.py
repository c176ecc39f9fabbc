"""Bicep goes through its compiler, or says how to get there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.formats import load
from tests.templates import template, vnet


def _compiler(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A stand-in for the compiler on PATH, and a Bicep file."""
    program = folder / "bicep"
    program.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    file = folder / "main.bicep"
    file.write_text("param p string\n")
    return file


def test_without_a_compiler_the_error_says_how_to_get_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _compiler(tmp_path, monkeypatch, "")
    (tmp_path / "bicep").unlink()
    with pytest.raises(UnsupportedError, match="az bicep build"):
        load(file)


def test_what_the_compiler_makes_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = json.dumps(template(vnet("[parameters('n')]"), parameters={"n": {"type": "string"}}))
    file = _compiler(tmp_path, monkeypatch, f"assert sys.argv[1:3] == ['build', '--stdout']\nprint({made!r})")
    (tmp_path / "main.parameters.json").write_text(json.dumps({"parameters": {"n": {"value": "v-1"}}}))
    topology = load(file)
    assert [each.id.name for each in topology.vnets.values()] == ["v-1"]
    assert next(iter(topology.vnets.values())).where.source == str(file)


def test_what_the_compiler_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "main.bicep(1,1) : Error BCP007: not recognised"
    file = _compiler(tmp_path, monkeypatch, f"print({said!r}, file=sys.stderr)\nsys.exit(1)")
    with pytest.raises(TopologySyntaxError, match="BCP007"):
        load(file)
