"""One question in process, on a loaded estate: what a script or a server pays for each (pytest-benchmark)."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from netwatch import NetworkWatcher, load
from netwatch.model.topology import Topology
from netwatch.workloads import Estate, native_yaml
from netwatch.workloads.estate import nics

SMALL = Estate(nics=1000, vnets=5, subnets_per_vnet=10, nsgs=50, rules_per_nsg=100)
VM = "vm-00321"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Topology:
    """A thousand NICs behind fifty groups of a hundred rules."""
    path = tmp_path_factory.mktemp("estate") / "estate.yaml"
    path.write_text("".join(native_yaml(SMALL)), encoding="utf-8")
    return load(path)


def _ask(watcher: NetworkWatcher) -> object:
    return watcher.ip_flow_verify(VM, direction="Inbound", protocol="TCP", local=":443", remote="10.1.0.9:50123")


def test_first_question_about_a_nic(benchmark: BenchmarkFixture, estate: Topology) -> None:
    """The NIC's rules are worked out for it."""
    benchmark(lambda: _ask(NetworkWatcher(estate)))


def test_next_question_about_the_same_nic(benchmark: BenchmarkFixture, estate: Topology) -> None:
    """The NIC's rules are there already."""
    watcher = NetworkWatcher(estate)
    _ask(watcher)
    benchmark(lambda: _ask(watcher))


def test_next_hop(benchmark: BenchmarkFixture, estate: Topology) -> None:
    """The NIC's routes are there already."""
    watcher = NetworkWatcher(estate)
    source = next(nic.address for nic in nics(SMALL) if nic.vm == VM)
    benchmark(lambda: watcher.next_hop(VM, source_ip=source, dest_ip="20.0.0.1"))
