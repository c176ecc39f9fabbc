"""Bicep goes through its compiler, or says how to get there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.formats import load
from netwatch.formats.template_context import TemplateContext
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


_WITH_PARAMETERS = {
    "templateJson": json.dumps(template(vnet("[parameters('n')]"), parameters={"n": {"type": "string"}})),
    "parametersJson": json.dumps({"parameters": {"n": {"value": "v-2"}}}),
    "templateSpecId": None,
}
"""What ``bicep build-params --stdout`` prints."""


def _printing(value: object) -> str:
    printed = {"build": _WITH_PARAMETERS["templateJson"], "build-params": json.dumps(value)}
    return f"command, where = sys.argv[1:3]\nassert where == '--stdout'\nprint({printed!r}[command])"


def test_a_file_of_parameters_is_a_template_and_its_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _compiler(tmp_path, monkeypatch, _printing(_WITH_PARAMETERS)).with_suffix(".bicepparam")
    file.write_text("using 'main.bicep'\n")
    topology = load(file)
    assert [each.id.name for each in topology.vnets.values()] == ["v-2"]
    assert topology.notes.remarks[0] == f"Parameters are taken from {file}."


@pytest.mark.parametrize("is_named", [True, False])
def test_a_file_of_parameters_beside_a_bicep_file_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    file = _compiler(tmp_path, monkeypatch, _printing(_WITH_PARAMETERS))
    parameters = tmp_path / ("own.bicepparam" if is_named else "main.bicepparam")
    parameters.write_text("using 'main.bicep'\n")
    topology = load(file, template=TemplateContext(parameter_file=str(parameters) if is_named else ""))
    assert [each.id.name for each in topology.vnets.values()] == ["v-2"]


def test_parameters_of_a_template_that_is_kept_in_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {**_WITH_PARAMETERS, "templateJson": None, "templateSpecId": "/subscriptions/s/x"}
    file = _compiler(tmp_path, monkeypatch, _printing(kept)).with_suffix(".bicepparam")
    file.write_text("using 'ts:s/g/t:1'\n")
    with pytest.raises(UnsupportedError, match="gives no templateJson"):
        load(file)


@pytest.mark.parametrize(("body", "message"), [
    ("print('Usage: bicep')", "printed no template: Usage: bicep"),
    ("", "printed no template: nothing"),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "stopped by signal 9"),
    ("sys.exit(1)", "refuses it: without a word"),
])  # fmt: skip
def test_a_compiler_that_gives_no_template_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    with pytest.raises(TopologySyntaxError, match=message):
        load(_compiler(tmp_path, monkeypatch, body))


def test_warnings_of_the_compiler_do_not_stand_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"print('main.bicep(1,7) : Warning', file=sys.stderr)\nprint({json.dumps(template(vnet()))!r})"
    assert load(_compiler(tmp_path, monkeypatch, body)).vnets


def test_a_directory_of_bicep_says_to_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "main.bicep").write_text("param p string\n")
    with pytest.raises(TopologySyntaxError, match=r"Name the Bicep file: .*main\.bicep"):
        load(tmp_path)
    (tmp_path / "azuredeploy.json").write_text(json.dumps(template(vnet())))
    (ignored,) = load(tmp_path).notes.ignored
    assert ignored.effect == "Bicep is read where it is named itself"
