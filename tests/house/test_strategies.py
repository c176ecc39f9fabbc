"""What property tests draw is the same in every run of the same code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DRAWN = """
from hypothesis import HealthCheck, Phase, given, settings
from tests.strategies import estates, topologies

def show(strategy, many):
    @settings(max_examples=many, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(strategy)
    def each(network):
        print([resource.id.key for resource in network.resources()])
    each()

show(topologies(hubs=True), 60)
show(estates(), 5)
"""
"""Prints the resources of drawn networks in their order; of so many that a walk through a set shows."""


def _drawn(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", DRAWN]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_networks_that_are_drawn_do_not_go_by_the_seed_of_hashes() -> None:
    first = _drawn("1")
    assert "/vpngateways/" in first
    assert _drawn("3") == first
