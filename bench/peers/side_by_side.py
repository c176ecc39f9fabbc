"""netwatch's kernels beside what else could be used: one interleaved run for each workload, every pass checked.

    python -m bench.peers.side_by_side [--workloads NAME[/SEED]:TRACE ...] [--classbench DIR] [--passes N] [--out FILE]

All take the same flows in the same order, from cold, on one core unless said. A peer that is too slow for the whole
trace takes its first flows. The rows of every pass are compared with those of a witness, which is first compared with
the reference. On one core, seconds are those of the processor: what else runs on the machine does not count, though it
still takes its part of caches and memory. On two cores they are the clock's. A ratio to rte_acl is the median over
rounds of two passes that ran close to each other; rte_acl's best is that of its scalar, SSE and AVX2 algorithms with
the best median, AVX-512 being shown apart.

Each pass is between two probes that tell whether its cores were its own (``netwatch.workloads.undisturbed``), and waits
for that while the patience of its workload lasts. Every figure is given twice, of all passes and of the undisturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np

from bench.machine import code, load, machine_facts
from bench.peers.python_peers import PYTHON_PEERS
from bench.peers.rte_acl.driver import ALGORITHMS, Absent, RteAcl
from netwatch.matcher.reference import first_match
from netwatch.workloads.bench import Contender, Workload, interleaved
from netwatch.workloads.contenders import contenders
from netwatch.workloads.rule_sets import CLASSBENCH, rule_set
from netwatch.workloads.stream import bytes_per_flow, stream_pass
from netwatch.workloads.traces import trace
from netwatch.workloads.undisturbed import Probe, Watched

FLOWS = 4_000_000
SAMPLE = 1_024
CLASSBENCH_SETS = ("fw1_1k", "acl1_1k", "ipc1_1k", "fw1_10k", "acl1_10k", "ipc1_10k")
WORKLOADS = (
    *("nsg1000:hit", "nsg1000:zipf", "nsg1000:uniform", "nsg1000:cross"),
    # The first seed whose rules rte_acl splits into two tries, as very likely those that the floors were set with.
    *("nsg1000/3:hit", "nsg1000/3:zipf", "nsg1000/3:uniform", "nsg1000/3:cross"),
    *("nsg4000:hit", "nsg4000:cross"),
)
COUNTED = ("scalar", "sse", "avx2")

Rows = np.ndarray[Any, Any]
Passes = dict[Any, list[float]]
"""The seconds of each pass of each entrant."""


class Entrant(NamedTuple):
    """Somebody who takes part: a pass gives its seconds, and ``rows`` what the last pass found for its ``flows``."""

    name: str
    cores: int
    flows: int
    time_pass: Callable[[], float]
    rows: Callable[[], Rows]
    compile_ms: float
    table_bytes: int


def main() -> int:
    """Run, print, write the results where asked to; 1 when any row of any pass differed."""
    options = _options()
    names = [*options.workloads, *(f"classbench:{options.classbench / one}:hit" for one in _sets(options))]
    found = {
        "machine": machine_facts(),
        "code": code(),
        "load_before": load(),
        "passes": options.passes,
        "workloads": [],
    }
    for name in names:
        result = measure(_workload(name, options.flows), options, slow_peers=name == names[0])
        found["workloads"].append(result)
        print(_text(result), flush=True)
    found["load_after"] = load()
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if any(one["mismatches"] for each in found["workloads"] for one in each["results"]) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="*", default=WORKLOADS, metavar="NAME:TRACE")
    parser.add_argument("--classbench", type=Path, help="a directory with the sets acl1, fw1, ipc1 at 1k and 10k")
    parser.add_argument("--flows", type=int, default=FLOWS)
    parser.add_argument("--passes", type=int, default=15)
    parser.add_argument("--patience", type=float, default=120, help="seconds that each workload may wait for its cores")
    peers = parser.add_mutually_exclusive_group()
    peers.add_argument("--all-peers", action="store_true", help="slow peers in every workload, not only in the first")
    peers.add_argument("--rte-acl-only", action="store_true", help="no other peer in any workload")
    parser.add_argument("--rte-acl-size", type=int, default=0, metavar="BYTES", help="let its tables grow: fewer tries")
    parser.add_argument("--out", type=Path, help="a JSON file for the results")
    return parser.parse_args()


def _sets(options: argparse.Namespace) -> list[str]:
    if options.classbench is None:
        return []
    missing = [name for name in CLASSBENCH_SETS if not (options.classbench / name).exists()]
    if missing:
        print(f"absent: {', '.join(missing)} in {options.classbench}")
    return [name for name in CLASSBENCH_SETS if name not in missing]


def _workload(name: str, flows: int) -> Workload:
    """NAME:TRACE, or NAME/SEED:TRACE for rules and flows drawn by another seed than 0."""
    rules, _, kind = name.rpartition(":")
    drawn, _, seed = ("", "", "") if rules.startswith(CLASSBENCH) else rules.partition("/")
    if not (seed or "0").isdigit():
        raise SystemExit(f"{name!r} is no workload. Expected NAME:TRACE, or NAME/SEED:TRACE with a whole number.")
    table = rule_set(drawn or rules, seed=int(seed or 0))
    title = f"{Path(rules).name} {kind}" if not seed else f"{drawn} {kind}, seed {seed}"
    return Workload(title, table, trace(table, kind, flows, seed=int(seed or 0)))


def measure(workload: Workload, options: argparse.Namespace, *, slow_peers: bool) -> dict[str, Any]:
    """All entrants over one workload, as JSON."""
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        entrants = list(_ours(workload))
        acl = _rte_acl_process(workload, options.rte_acl_size, stack, absent)
        entrants += _rte_acl(acl, workload, absent) if acl else ()
        if options.all_peers or (slow_peers and not options.rte_acl_only):
            entrants += _python_peers(workload, absent)
        expected = _expected(workload, entrants)
        wrong = dict.fromkeys(entrants, 0)
        probe = Probe(options.patience)
        watched = {one: Watched(one.time_pass, probe, one.cores) for one in entrants}

        def checked(entrant: Entrant) -> float:
            seconds = watched[entrant]()
            rows = entrant.rows()
            wrong[entrant] = max(wrong[entrant], int((rows != expected[: len(rows)]).sum()))
            return seconds

        runs: dict[Any, Callable[[], float]] = {one: partial(_on, one.cores, partial(checked, one)) for one in entrants}
        for threads in (1, 2):
            stream = stack.enter_context(stream_pass(workload.flows, threads=threads, clock=_clock(threads)))
            runs[threads] = partial(_on, threads, stream)
        seconds = interleaved(runs, options.passes)
        own = {one: run.undisturbed(options.passes) for one, run in watched.items()}
    moved = workload.flows.size * bytes_per_flow(workload.table.version)
    return {
        "workload": workload.name,
        "rows": len(workload.table.rows),
        "flows": workload.flows.size,
        "rte_acl_tries": acl.tries if acl else None,
        "results": [_result(one, seconds, own, wrong[one]) for one in entrants],
        "absent": absent,
        "stream_gb_per_s": {str(n): round(moved / statistics.median(seconds[n]) / 1e9, 2) for n in (1, 2)},
    }


def _result(entrant: Entrant, seconds: Passes, own: dict[Entrant, list[bool]], wrong: int) -> dict[str, Any]:
    best = _best(seconds)
    every = [True] * len(seconds[entrant])
    return {
        "name": entrant.name,
        "cores": entrant.cores,
        "flows": entrant.flows,
        **_figures(entrant, best, seconds, every),
        "undisturbed": _figures(entrant, best, seconds, own[entrant], own[best] if best else every),
        "compile_ms": round(entrant.compile_ms, 1),
        "table_bytes": entrant.table_bytes,
        "mismatches": wrong,
    }


def _best(seconds: Passes) -> Entrant | None:
    """The one of rte_acl's algorithms that is counted."""
    counted = [one for one in seconds if isinstance(one, Entrant) and one.name.removeprefix("rte_acl ") in COUNTED]
    return min(counted, key=lambda one: statistics.median(seconds[one]), default=None)


def _figures(
    entrant: Entrant, best: Entrant | None, seconds: Passes, which: list[bool], others: list[bool] | None = None
) -> dict[str, Any]:
    """Speeds of some of the passes, and the ratio to ``best`` in rounds whose ``others`` count, too."""
    speeds = [entrant.flows / own / 1e6 for own in compress(seconds[entrant], which)]
    rounds = [a and b for a, b in zip(which, others or which, strict=True)]
    pairs = zip(seconds[entrant], seconds[best], strict=True) if best else ()
    ratios = [entrant.flows / own * other / best.flows for own, other in compress(pairs, rounds)] if best else []
    return {
        "passes": len(speeds),
        "mflows_per_s": float(f"{statistics.median(speeds):.4g}") if speeds else None,
        "least": float(f"{min(speeds):.4g}") if speeds else None,
        "most": float(f"{max(speeds):.4g}") if speeds else None,
        "rounds": len(ratios),
        "ratio_to_rte_acl": round(statistics.median(ratios), 3) if ratios else None,
    }


def _on(cores: int, run: Callable[[], float]) -> float:
    """``run`` on so many processors, always the same; rte_acl is told to use the last one (see ``driver``)."""
    if not hasattr(os, "sched_setaffinity"):
        return run()
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(every)[-cores:])
    try:
        return run()
    finally:
        os.sched_setaffinity(0, every)


def _ours(workload: Workload) -> Iterator[Entrant]:
    for threads in (1, 2):
        for one in contenders(workload.table, (), threads=threads, flows=workload.flows.size):
            if not one.most and (threads == 1 or one.name == "auto"):
                yield _entrant(one, workload)


def _entrant(contender: Contender, workload: Workload) -> Entrant:
    out = np.empty(workload.flows.size, np.int32)

    clock = _clock(contender.cores)

    def time_pass() -> float:
        out.fill(-2)
        start = clock()
        contender.rows(workload.flows, out)
        return clock() - start

    name = f"netwatch {contender.name}" + (f" ({contender.kernel})" if contender.name == "auto" else "")
    return Entrant(name, contender.cores, len(out), time_pass, lambda: out, contender.compile_ms, contender.table_bytes)


def _clock(cores: int) -> Callable[[], float]:
    return time.process_time if cores == 1 else time.perf_counter


def _rte_acl_process(workload: Workload, size: int, stack: ExitStack, absent: dict[str, str]) -> RteAcl | None:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    try:
        return stack.enter_context(closing(RteAcl(workload.table, workload.flows, folder, size=size)))
    except (Absent, OSError) as error:
        absent["rte_acl"] = str(error)
        return None


def _rte_acl(process: RteAcl, workload: Workload, absent: dict[str, str]) -> Iterator[Entrant]:
    for algorithm in ALGORITHMS:
        if process.time_pass(algorithm) is None:
            absent[f"rte_acl {algorithm}"] = "not on this processor"
            continue

        def time_pass(algorithm: str = algorithm) -> float:
            return process.time_pass(algorithm) or 0.0

        size = workload.flows.size
        yield Entrant(f"rte_acl {algorithm}", 1, size, time_pass, process.rows, process.build_ms, process.table_bytes)


def _python_peers(workload: Workload, absent: dict[str, str]) -> Iterator[Entrant]:
    for name, (prepare, most) in PYTHON_PEERS.items():
        batch = workload.flows.part(0, most)
        start = time.process_time()
        try:
            match = prepare(workload.table)
        except ImportError as error:
            absent[name] = str(error)
            continue
        compile_ms = (time.process_time() - start) * 1000
        last: list[Rows] = []

        def time_pass(match: Any = match, batch: Any = batch, last: list[Rows] = last) -> float:
            start = time.process_time()
            last[:] = [match(batch)]
            return time.process_time() - start

        def rows(last: list[Rows] = last) -> Rows:
            return last[0]

        yield Entrant(name, 1, batch.size, time_pass, rows, compile_ms, 0)


def _expected(workload: Workload, entrants: list[Entrant]) -> Rows:
    """The rows that everybody must find: rte_acl's where it is here, since it shares no code with ours."""
    whole = [one for one in entrants if one.flows == workload.flows.size]
    witness = next((one for one in whole if one.name.startswith("rte_acl")), whole[0])
    witness.time_pass()
    rows = witness.rows().copy()
    flows = workload.flows
    for place in np.random.default_rng(0).integers(0, flows.size, SAMPLE).tolist():
        src, dst, sport, dport, protocol = (
            int(column[place]) for column in (flows.src, flows.dst, flows.sport, flows.dport, flows.protocol)
        )
        meant = first_match(workload.table, (src, dst, sport, dport, protocol))
        if rows[place] != meant:
            raise SystemExit(f"{witness.name} gives row {rows[place]} for flow {place}, the reference {meant}")
    return rows


def _text(result: dict[str, Any]) -> str:
    stream = result["stream_gb_per_s"]
    tries = f"; tries of rte_acl: {result['rte_acl_tries']}" if result["rte_acl_tries"] else ""
    lines = [
        f"{result['workload']}: {result['rows']:,} rows, {result['flows']:,} flows; "
        f"stream {stream['1']} GB/s on one core, {stream['2']} on two{tries}"
    ]
    for one in result["results"]:
        own = one["undisturbed"]
        lines.append(
            f"  {one['name']:21} {one['cores']} core(s)  {_speed(one)} ({one['least']:.3g} to {one['most']:.3g})  "
            f"undisturbed, {own['passes']:2} passes: {_speed(own)}  "
            f"{one['table_bytes'] / 1e6:6.2f} MB  {one['mismatches']} wrong"
        )
    return "\n".join([*lines, *(f"  {name}: absent, {reason}" for name, reason in result["absent"].items())])


def _speed(figures: dict[str, Any]) -> str:
    ratio = "" if figures["ratio_to_rte_acl"] is None else f"×{figures['ratio_to_rte_acl']:.3g}"
    return f"{figures['mflows_per_s'] or 0:6.4g} M/s {ratio:>6}"


if __name__ == "__main__":
    sys.exit(main())
