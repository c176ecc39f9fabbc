"""What does not stand in the side by side: one question, the time until a first answer, IPv6, and more than one core.

    python -m bench.bench_single [--out FILE]

On one core, time is the processor's; on two, the clock's. Medians; rows of the batches are compared with the kernel
``bits``, those of single questions with the reference.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.machine import code, load, machine_facts
from netwatch import NetworkWatcher
from netwatch.matcher import bitsets
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import Point, RuleTable
from netwatch.model.addresses import PortRange
from netwatch.model.rules import PortField
from netwatch.model.topology import Topology
from netwatch.workloads import Estate, arm_json
from netwatch.workloads.bench import interleaved
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.stream import stream_pass
from netwatch.workloads.traces import boundary_points, points_batch, trace
from netwatch.workloads.undisturbed import Probe, Watched

EXAMPLE = "topologies/two-tier/two-tier.yaml"
FLOWS = 4_000_000
REPEAT = 7
PATIENCE = 120
"""Seconds that may be spent on waiting for cores that nobody else uses."""


class Figure(NamedTuple):
    """One thing that was measured."""

    what: str
    value: float
    unit: str


def main() -> int:
    """Measure, print, and write the figures where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="a JSON file for the results")
    options = parser.parse_args()
    results: dict[str, Any] = {"machine": machine_facts(), "code": code(), "load_before": load(), "figures": []}
    for measure in (one_question, one_verdict, one_change, first_answers, ipv6, two_cores):
        for figure in measure():
            print(f"{figure.what:60} {figure.value:10.4g} {figure.unit}", flush=True)
            results["figures"].append(figure._asdict())
    results["load_after"] = load()
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _median(call: Callable[[], object], *, repeat: int = REPEAT) -> float:
    """Seconds of the processor."""
    found = []
    for _ in range(repeat):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return statistics.median(found)


def one_question() -> Iterator[Figure]:
    """Five integers against a table that stands ready."""
    for name in ("nsg100", "nsg1000", "nsg4000"):
        table = rule_set(name)
        sets = bitsets.bit_sets(table)
        for kind, points in (("hit", _hits(name)), ("edges", boundary_points(table, 2_000))):
            assert all(bitsets.first_match(sets, point) == first_match(table, point) for point in points[:500])
            seconds = _median(partial(_ask_all, sets, points))
            yield Figure(f"one question, {name}, {kind}", seconds / len(points) * 1e6, "µs")
    seconds = _median(lambda: bitsets.bit_sets(rule_set("nsg1000")))
    drawing = _median(lambda: rule_set("nsg1000"))
    yield Figure("until its first answer, nsg1000, standard library only", (seconds - drawing) * 1e3, "ms")


def _ask_all(sets: bitsets.BitSets, points: list[Point]) -> None:
    for point in points:
        bitsets.first_match(sets, point)


def _hits(name: str) -> list[Point]:
    flows = trace(rule_set(name), "hit", 2_000)
    columns = (flows.src, flows.dst, flows.sport, flows.dport, flows.protocol)
    return list(zip(*(column.tolist() for column in columns), strict=True))


QUESTION = {"direction": "Inbound", "protocol": "TCP", "local": ":443", "remote": "203.0.113.7:50123"}


def one_verdict() -> Iterator[Figure]:
    """ip_flow_verify from strings, on a topology that is loaded."""
    for name, watcher, vm in (("two-tier", NetworkWatcher.load(EXAMPLE), "web-0"), ("1,000 rules", _large(), VM)):

        def ask(watcher: NetworkWatcher = watcher, vm: str = vm) -> None:
            for _ in range(500):
                watcher.ip_flow_verify(vm, **QUESTION)

        yield Figure(f"ip_flow_verify from strings, {name}", _median(ask) / 500 * 1e6, "µs")


VM = "vm-00001"


def _large() -> NetworkWatcher:
    """A few machines under one group of a thousand rules."""
    estate = Estate(nics=10, vnets=1, subnets_per_vnet=1, nsgs=1, rules_per_nsg=1000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "estate.json")
        path.write_text("".join(arm_json(estate)))
        return NetworkWatcher.load(path)


def one_change() -> Iterator[Figure]:
    """One rule of a thousand changed: until a single question is answered, and until a batch is; and from nothing."""
    watcher = _large()
    topology = watcher.compiled.topology
    flow = points_batch(4, [(0xCB007107, 0x0A000005, 50123, 443, 6)])
    watcher.ip_flow_verify(VM, **QUESTION)
    watcher.verify_batch(flow, kernel="numba")
    seconds: dict[str, list[float]] = {"single question": [], "batch": [], "single question, all made anew": []}
    for place in range(300, 300 + 2 * REPEAT):
        changed = _changed(topology, place)
        start = time.process_time()
        after = watcher.changed(changed)
        after.ip_flow_verify(VM, **QUESTION)
        seconds["single question"].append(time.process_time() - start)
        start = time.process_time()
        after.verify_batch(flow, kernel="numba")
        seconds["batch"].append(time.process_time() - start)
        start = time.process_time()
        NetworkWatcher(changed).ip_flow_verify(VM, **QUESTION)
        seconds["single question, all made anew"].append(time.process_time() - start)
    for what, found in seconds.items():
        yield Figure(f"one rule of 1,000 changed, until a {what}", statistics.median(found) * 1e3, "ms")


def _changed(topology: Topology, place: int) -> Topology:
    """The topology with another destination port in one rule."""
    key, group = next(iter(topology.nsgs.items()))
    rules = list(group.rules)
    rules[place] = replace(rules[place], destination_ports=PortField((PortRange(place, place),), (str(place),)))
    return replace(topology, nsgs={**topology.nsgs, key: replace(group, rules=tuple(rules))})


def first_answers() -> Iterator[Figure]:
    """From rows to the answer of one flow, by the tables that batches of a size get; code and libraries being there."""
    for name in ("nsg1000", "nsg4000"):
        table = rule_set(name)
        flow = trace(table, "hit", 1)
        for kernel, flows in (("numpy", 100_000), ("numba", 100_000), ("numba", FLOWS)):
            compile_and_ask = partial(_first_answer, table, flow, kernel, flows)
            size = compile_and_ask()
            what = f"until a first answer, {name}, {kernel}, for {flows:,} flows"
            yield Figure(what, _median(compile_and_ask) * 1e3, "ms")
            yield Figure(f"  its tables ({name}, {kernel}, for {flows:,} flows)", size / 1e6, "MB")


def _first_answer(table: RuleTable, flow: FlowBatch, kernel: str, flows: int) -> int:
    prepared = prepare(table, kernel=kernel, flows=flows)
    classify(prepared, flow, kernel=kernel)
    return prepared.table_bytes


def ipv6() -> Iterator[Figure]:
    """Whole traces of IPv6."""
    table = rule_set("nsg1000-ipv6")
    for kind in ("hit", "cross"):
        flows = trace(table, kind, FLOWS)
        some = flows.part(0, 100_000)
        expected = classify(table, some, kernel="bits")
        for kernel in ("numba", "numpy"):
            prepared, out = prepare(table, kernel=kernel, flows=FLOWS), np.empty(FLOWS, np.int32)
            call = partial(classify, prepared, flows, kernel=kernel, out=out)
            call()
            assert (out[:100_000] == expected).all()
            yield Figure(f"nsg1000-ipv6 {kind}, {kernel}", FLOWS / _median(call, repeat=5) / 1e6, "M flows/s")


def two_cores() -> Iterator[Figure]:
    """How much two threads gain, beside what the stream gains, by the clock and in turn."""
    table = rule_set("nsg1000")
    flows = trace(table, "hit", FLOWS)
    prepared, out = prepare(table, kernel="numba", flows=FLOWS), np.empty(FLOWS, np.int32)

    def timed(threads: int) -> float:
        start = time.perf_counter()
        classify(prepared, flows, kernel="numba", out=out, threads=threads)
        return time.perf_counter() - start

    probe = Probe(PATIENCE)
    with stream_pass(flows, threads=1) as alone, stream_pass(flows, threads=2) as both:
        runs = {
            (what, threads): Watched(run, probe, threads)
            for what, *pair in (("nsg1000 hit", lambda: timed(1), lambda: timed(2)), ("stream", alone, both))
            for threads, run in enumerate(pair, start=1)
        }
        seconds = interleaved(runs, 3 * REPEAT)
    for what in ("nsg1000 hit", "stream"):
        one, two = ((seconds[what, n], runs[what, n].undisturbed(3 * REPEAT)) for n in (1, 2))
        yield Figure(f"two threads against one, {what}", statistics.median(one[0]) / statistics.median(two[0]), "×")
        own = [list(compress(*each)) for each in (one, two)]
        yield Figure(f"undisturbed passes, {what}, of {3 * REPEAT} on one core", len(own[0]), "")
        yield Figure(f"undisturbed passes, {what}, of {3 * REPEAT} on two", len(own[1]), "")
        if all(own):
            gain = statistics.median(own[0]) / statistics.median(own[1])
            yield Figure(f"two threads against one, {what}, undisturbed passes", gain, "×")


if __name__ == "__main__":
    sys.exit(main())
