"""Connectivity checks in a hub and spoke of 1,000 virtual networks: the first one, and later ones.

Every spoke has two machines and a table that sends what is private through an appliance in the hub. Exits with 1 when
a limit is exceeded. ``--vnets N`` for another number of networks.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter

from bench.processes import machine
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.watcher import NetworkWatcher

FIRST_MS, LATER_MS, PAIRS = 500.0, 50.0, 100


def hub_and_spokes(spokes: int) -> Iterator[str]:
    """The lines of the network's topology file."""
    yield "netwatch: 1"
    yield "networkSecurityGroups: {nsg: {securityRules: {https: {priority: 100, protocol: Tcp,"
    yield "  destinationPortRanges: 443, source: 10.0.0.0/8}}}}"
    yield "routeTables: {rt: {routes: {private: {addressPrefix: 10.0.0.0/8, nextHopType: VirtualAppliance,"
    yield "  nextHopIpAddress: 10.0.1.4}}}}"
    yield "virtualNetworks:"
    yield "  hub:"
    yield "    addressPrefixes: 10.0.0.0/16"
    yield "    subnets: {nva: {addressPrefix: 10.0.1.0/24}}"
    yield "    virtualNetworkPeerings:"
    yield from (f"      to-{n}: {{remoteVirtualNetwork: spoke-{n}}}" for n in range(spokes))
    for n in range(spokes):
        yield f"  spoke-{n}:"
        yield f"    addressPrefixes: {_space(n)}.0/24"
        yield f"    subnets: {{web: {{addressPrefix: {_space(n)}.0/25, networkSecurityGroup: nsg, routeTable: rt}}}}"
        yield "    virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}"
    yield "virtualMachines:"
    yield "  fw: {networkInterfaces: {fw-nic: {subnet: hub/nva, privateIPAddress: 10.0.1.4, enableIPForwarding: true}}}"
    for n in range(spokes):
        for m in (4, 5):
            nic = f"{{subnet: spoke-{n}/web, privateIPAddress: {_space(n)}.{m}}}"
            yield f"  vm-{n}-{m}: {{networkInterfaces: {{vm-{n}-{m}-nic: {nic}}}}}"


def _space(spoke: int) -> str:
    return f"10.{1 + spoke // 250}.{spoke % 250}"


def main() -> int:
    """Load, ask, print, and say by the exit code whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vnets", type=int, default=1000)
    spokes = parser.parse_args().vnets - 1
    print(machine())
    topology = read_topology_file("hub-and-spokes.yaml", "\n".join(hub_and_spokes(spokes)) + "\n")
    watcher, dice = NetworkWatcher(topology), random.Random(7)
    times = []
    for _ in range(PAIRS + 1):
        source, dest = dice.sample(range(spokes), 2)
        begun = perf_counter()
        answer = watcher.connectivity_check(f"vm-{source}-4", dest=f"vm-{dest}-5", dest_port=443)
        times.append((perf_counter() - begun) * 1000)
        assert answer.status == "Reachable", answer
    first, later = times[0], median(times[1:])
    print(f"{spokes + 1} virtual networks: first {first:.0f} ms (limit {FIRST_MS:.0f}),", end=" ")
    print(f"median of {PAIRS} later pairs {later:.1f} ms (limit {LATER_MS:.0f})")
    return 0 if first <= FIRST_MS and later <= LATER_MS else 1


if __name__ == "__main__":
    sys.exit(main())
