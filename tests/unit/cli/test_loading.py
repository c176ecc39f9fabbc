"""From paths to a watcher."""

from __future__ import annotations

from pathlib import Path

from netwatch.cli.loading import Inputs, load_topology, load_watcher


def test_facts_stand_beside_the_input(tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text("powerState: {web-0: deallocated}\n")
    topology = load_topology(Inputs("topologies/two-tier/two-tier.yaml", str(facts)))
    assert list(topology.facts.power_state.values()) == ["deallocated"]


def test_a_watcher_is_ready_to_be_asked() -> None:
    watcher = load_watcher(Inputs("topologies/two-tier/two-tier.yaml"))
    assert watcher.security_group_view("web-0").views
