"""Whole verdicts by the million: ``verify_batch`` over an estate of 10,000 NICs, from cold tables to the last flow.

    python -m bench.bench_batch_verdicts [--flows N] [--threads N] [--nics N] [--kernel NAME] [--out FILE]

The estate is that of ``bench_estate``: 50 networks, 500 groups of 100 rules, hub and spokes. Flows are drawn by a seed:
half cross two random NICs of the estate, half join a random NIC and a random address, inbound and outbound in turn.
Time is the clock's and, beside it, the processor's over all threads, which other programs disturb less; medians of
passes. Making the tables ready is apart. A sample of the flows is asked one by one and compared, all columns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import code, load, machine_facts
from netwatch import NetworkWatcher
from netwatch.matcher.batch import FlowBatch
from netwatch.model.addresses import Address
from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.resources import Subnet
from netwatch.verdicts.batch import BatchVerdicts
from netwatch.verdicts.next_hops import next_hop_type
from netwatch.verdicts.single import verdict
from netwatch.workloads import Estate, arm_json
from netwatch.workloads.undisturbed import Probe, Watched

SAMPLE = 1_000
PORTS = (443, 80, 22, 3389, 1433, 5432, 6379, 8080, 53, 30_000)


def main() -> int:
    """Measure, print, write the figures where asked to; 1 where a verdict of the sample differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--nics", type=int, default=10_000)
    parser.add_argument("--passes", type=int, default=15)
    parser.add_argument("--kernel", default="auto")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait, in all, for cores of one's own")
    parser.add_argument("--out", type=Path, help="a JSON file for the results")
    options = parser.parse_args()
    watcher = NetworkWatcher.load(_written(Estate(nics=options.nics)))
    flows = drawn(watcher, options.flows)
    first = flows.part(0, min(options.flows, 2_000_000))
    start = time.perf_counter()
    watcher.verify_batch(first, kernel=options.kernel, threads=options.threads)
    ready = time.perf_counter() - start
    busy, last = [], list[BatchVerdicts]()

    def timed() -> float:
        start, work = time.perf_counter(), time.process_time()
        last[:] = [watcher.verify_batch(flows, kernel=options.kernel, threads=options.threads)]
        busy.append(time.process_time() - work)
        return time.perf_counter() - start

    watched = Watched(timed, Probe(options.patience), options.threads)
    seconds = [watched() for _ in range(options.passes)]
    own = watched.undisturbed(options.passes)
    (found,) = last
    wrong = sum(said(found, place) != alone(watcher, flows, place, found) for place in _sample(options.flows))
    results = {
        "workload": f"{options.nics} NICs, {options.flows} flows",
        "threads": options.threads,
        "kernel": options.kernel,
        "mflows_per_s": options.flows / statistics.median(seconds) / 1e6,
        "mflows_per_s_undisturbed": [options.flows / each / 1e6 for each in compress(seconds, own)],
        "mflows_per_processor_s": options.flows / statistics.median(busy) / 1e6,
        "passes": seconds,
        "processor": busy,
        "first_batch_s": ready,
        "outcomes": np.bincount(found.outcome, minlength=4).tolist(),
        "checked": SAMPLE,
        "mismatches": wrong,
        "machine": machine_facts(),
        "code": code(),
        "load": load(),
    }
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if wrong else 0


def _written(estate: Estate) -> str:
    path = Path(tempfile.mkdtemp()) / "estate.json"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(arm_json(estate))
    return str(path)


def drawn(watcher: NetworkWatcher, size: int, *, seed: int = 0) -> FlowBatch:
    """``size`` flows at random NICs of the estate."""
    random = np.random.default_rng(seed)
    own = np.array(
        [
            config.private_ip.value
            for nic in watcher.compiled.topology.nics.values()
            for config in nic.ip_configurations
            if isinstance(config.private_ip, Address)
        ],
        np.uint32,
    )
    near, far = own[random.integers(0, len(own), size)], own[random.integers(0, len(own), size)]
    stranger = random.integers(0, 1 << 32, size, np.uint32)
    far = np.where(random.random(size) < 0.5, far, stranger)
    outbound = random.random(size) < 0.5
    return FlowBatch.v4(
        np.where(outbound, near, far),
        np.where(outbound, far, near),
        sport=random.integers(1024, 65536, size).astype(np.uint16),
        dport=np.array(PORTS, np.uint16)[random.integers(0, len(PORTS), size)],
        protocol=np.array([6, 6, 6, 17], np.uint8)[random.integers(0, 4, size)],
    )


def _sample(size: int) -> list[int]:
    found: list[int] = np.random.default_rng(1).integers(0, size, SAMPLE).tolist()
    return found


def said(found: BatchVerdicts, place: int) -> tuple[Any, ...]:
    """What the batch says of one flow."""
    one = found.flow(place)
    decided = (one.decided.owner, one.decided.rule) if one.decided else None
    return one.outcome, one.level, decided, one.next_hop and (one.next_hop.type, one.next_hop.address)


def alone(watcher: NetworkWatcher, flows: FlowBatch, place: int, found: BatchVerdicts) -> tuple[Any, ...]:
    """What the single questions say of it."""
    nic = found.flow(place).nic
    assert nic is not None
    src, dst, sport, dport, number = (
        int(column[place]) for column in (flows.src, flows.dst, flows.sport, flows.dport, flows.protocol)
    )
    protocol = next(each for each in Protocol if each.number == number)
    flow = Flow(protocol, Address(4, src), sport, Address(4, dst), dport)
    direction = Direction.OUTBOUND if found.direction[place] else Direction.INBOUND
    one = verdict(watcher.compiled, nic, direction, flow)
    settled = one.settled
    subnet = watcher.compiled.topology.subnet_of(nic)
    assert isinstance(subnet, Subnet)
    remote = flow.dst_ip if direction is Direction.OUTBOUND else flow.src_ip
    selection = watcher.compiled.select_route(subnet, remote)
    hop = next_hop_type(watcher.compiled, subnet, selection), getattr(selection.route, "next_hop_ip", None)
    decided = (settled.owner, settled.rule) if settled else None
    return one.outcome, settled and settled.level, decided, hop


if __name__ == "__main__":
    sys.exit(main())
