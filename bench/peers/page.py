"""Writes the figures of a results file into docs/benchmarks.md, between its two marks.

python -m bench.peers.page bench/results/FILE.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures begin -->", "<!-- figures end -->"


def main() -> int:
    """Put the tables of the results named on the command line into the page."""
    path = Path(sys.argv[1])
    results = json.loads(path.read_text())
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    figures = "\n".join(tables(results, path.name))
    PAGE.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}")
    return 0


def tables(results: dict[str, Any], name: str) -> Iterator[str]:
    """The lines of the page: the machine, then a table for each workload."""
    machine = results["machine"]
    caches = ", ".join(f"{level} {size}" for level, size in machine["caches"].items())
    versions = ", ".join(f"{library} {version}" for library, version in machine["versions"].items())
    yield ""
    yield f"From `bench/results/{name}`. {machine['processor']}, {machine['cores']} virtual processors, {caches};"
    yield f"{machine['memory_gb']} GB; {machine['system']}; {versions}."
    changed = f", with changes to {len(results['code']['changed'])} files" if results["code"]["changed"] else ""
    yield f"Measured: commit {results['code']['commit']}{changed}."
    yield f"Load average over a minute: {results['load_before'][0]} before, {results['load_after'][0]} after."
    yield f"Medians of {results['passes']} passes; then of those that nobody else seems to have disturbed."
    for workload in results["workloads"]:
        yield from _table(workload)


def _table(workload: dict[str, Any]) -> Iterator[str]:
    stream = workload["stream_gb_per_s"]
    yield ""
    yield f"### {workload['workload']}"
    yield ""
    tries = f" Tries of rte_acl: {workload['rte_acl_tries']}." if workload["rte_acl_tries"] else ""
    yield f"{workload['rows']:,} rows, {workload['flows']:,} flows.{tries}"
    yield f"Stream: {stream['1']} GB/s on one core" + (f", {stream['2']} on two." if "2" in stream else ".")
    yield ""
    columns = ("cores", "M flows/s", "least to most", "× rte_acl", "undisturbed", "M flows/s", "× rte_acl")
    yield f"| who | {' | '.join(columns)} | compile ms | table MB |"
    yield f"|---|{'---:|' * (len(columns) + 2)}"
    for one in workload["results"]:
        own = one["undisturbed"]
        size = f"{one['table_bytes'] / 1e6:.2f}" if one["table_bytes"] else ""
        yield (
            f"| {one['name']} | {one['cores']} | {_figure(one['mflows_per_s'])} "
            f"| {one['least']:.3g} to {one['most']:.3g} | {_figure(one['ratio_to_rte_acl'])} "
            f"| {own['passes']} | {_figure(own['mflows_per_s'])} | {_figure(own['ratio_to_rte_acl'])} "
            f"| {one['compile_ms']:.0f} | {size} |"
        )
    for name, reason in workload["absent"].items():
        yield f"\n{name}: absent, {reason}."
    wrong = sum(one["mismatches"] for one in workload["results"])
    yield ""
    yield f"Rows that differed in any pass: {wrong}."


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
