"""One watcher asked by many threads: each gets what it would get alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from netwatch.matcher.batch import FlowBatch
from netwatch.model.topology import Topology
from netwatch.verdicts.batch import FlowVerdict
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, network

MACHINES = range(80)


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def estate() -> Topology:
    """Machines with a group each, which denies another port to each and names tags."""
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={f"v/s{place}": Net(f"10.0.{place}.0/24") for place in MACHINES},
        nics={f"m{place}-nic": Nic(f"v/s{place}", f"10.0.{place}.4", nsg=f"g{place}") for place in MACHINES},
        nsgs={f"g{place}": [rule(f"no-{place}", dports=str(place), access="Deny")] for place in MACHINES},
    )


def in_threads(ask: Callable[[int], object]) -> list[object]:
    """What ``ask`` gives for each machine, asked from two places at once, from both ends."""
    places = [place for pair in zip(MACHINES, reversed(MACHINES), strict=True) for place in pair]
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(places, pool.map(ask, places), strict=True))
    return [found[place] for place in MACHINES]


def batch_to(first: int) -> FlowBatch:
    """A flow to each machine, from ``first`` on, each to the port that its group denies or to one that it allows."""
    machines = np.roll(np.arange(len(MACHINES), dtype=np.uint32), -first)
    everyone = np.full(len(machines), 0x09090909, np.uint32)
    return FlowBatch.v4(
        everyone,
        np.uint32(0x0A000004) + (machines << np.uint32(8)),
        sport=np.zeros(len(machines), np.uint16),
        dport=(machines + machines % 2).astype(np.uint16),
        protocol=np.full(len(machines), 6, np.uint8),
    )


def from_either(watcher: NetworkWatcher, kernel: str, place: int) -> list[FlowVerdict]:
    """The verdicts on flows to all machines, from the first on or from the middle."""
    found = watcher.verify_batch(batch_to(len(MACHINES) // 2 * (place % 2)), kernel=kernel)
    return [found.flow(each) for each in range(len(found.outcome))]


@pytest.mark.parametrize("kernel", ["numpy", *(["numba"] if find_spec("numba") else [])])
def test_batches(kernel: str) -> None:
    topology = estate()
    wanted = [from_either(NetworkWatcher(topology), "numpy", place) for place in (0, 1)]
    assert len({each.decided for each in wanted[0]}) == len(MACHINES)
    for _ in range(3):
        watcher = NetworkWatcher(topology)
        found = in_threads(partial(from_either, watcher, kernel))
        assert found == [wanted[place % 2] for place in MACHINES]


def test_single_questions_while_rule_lists_are_given_up() -> None:
    def ask(watcher: NetworkWatcher, place: int) -> object:
        words = {"direction": "Inbound", "protocol": "TCP", "local": f"10.0.{place}.4:{place}", "remote": "9.9.9.9:1"}
        return watcher.ip_flow_verify(f"m{place}", **words), watcher.next_hop(f"m{place}", dest_ip="10.0.1.4")

    topology = estate()
    wanted = [ask(NetworkWatcher(topology), place) for place in MACHINES]
    for _ in range(3):
        watcher = NetworkWatcher(topology)
        watcher.compiled._lists._most = 2_000  # a few lists
        assert in_threads(partial(ask, watcher)) == wanted
