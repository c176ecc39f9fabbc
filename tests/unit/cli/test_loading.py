"""From paths to a watcher."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pytest

from netwatch.cli import loading
from netwatch.cli.loading import Inputs, load_topology, load_watcher


def test_facts_stand_beside_the_input(tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text("powerState: {web-0: deallocated}\n")
    topology = load_topology(Inputs("topologies/two-tier/two-tier.yaml", str(facts)))
    assert list(topology.facts.power_state.values()) == ["deallocated"]


def test_a_watcher_is_ready_to_be_asked() -> None:
    watcher = load_watcher(Inputs("topologies/two-tier/two-tier.yaml"))
    assert watcher.security_group_view("web-0").views


def test_a_person_at_a_terminal_is_told_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(loading, "PATIENCE", 0.01)
    with loading._patience("reading …"):
        time.sleep(0.2)
    assert terminal.getvalue() == "reading …\n"


def test_nobody_else_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "PATIENCE", 0.01)
    with loading._patience("reading …"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
