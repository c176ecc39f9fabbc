"""Connectivity checks over a hub-and-spoke estate of 1,000 virtual networks: the first one, and later ones.

The estate is written from a seed and loaded; then 101 different pairs are asked, as a person would ask them. Exits with
1 when a limit of time is exceeded. ``--vnets N`` for another number of virtual networks, ``--seed N`` for another one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from time import perf_counter

from bench.processes import machine, median
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.watcher import NetworkWatcher
from netwatch.workloads import HubSpoke, hub_spoke_pairs, hub_spoke_yaml

FIRST_MS, LATER_MS, LATER = 500.0, 50.0, 100


def measure(watcher: NetworkWatcher, asked: list[tuple[str, str]]) -> tuple[list[float], Counter[str]]:
    """The ms that each question takes, in order, and how often each status is the answer."""
    times: list[float] = []
    statuses: Counter[str] = Counter()
    for source, dest in asked:
        begun = perf_counter()
        answer = watcher.connectivity_check(source, dest=dest, dest_port=443)
        times.append((perf_counter() - begun) * 1000)
        statuses[answer.status] += 1
    return times, statuses


def main() -> int:
    """Write and load the estate, ask, print, and say by the exit code whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vnets", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    estate = HubSpoke(vnets=options.vnets, seed=options.seed)
    begun = perf_counter()
    topology = read_topology_file("hub-spoke.yaml", "".join(hub_spoke_yaml(estate)))
    print(f"{machine()}; {estate}, {estate.hubs} hubs; loaded in {perf_counter() - begun:.1f} s")
    times, statuses = measure(NetworkWatcher(topology), list(hub_spoke_pairs(estate, LATER + 1)))
    first, later = times[0], median(times[1:])
    within = first <= FIRST_MS and later <= LATER_MS
    print(f"first connectivity check {first:5.0f} ms (limit {FIRST_MS:.0f})")
    print(f"{LATER} other pairs, median {later:5.1f} ms (limit {LATER_MS:.0f}), longest {max(times[1:]):.0f} ms")
    counted = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    print(f"{'within' if within else 'EXCEEDED'}; {counted}")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
