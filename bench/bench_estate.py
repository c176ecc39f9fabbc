"""A large estate, from process start to the first printed answer: 10,000 NICs, 500 groups of 100 rules.

The same estate as ARM JSON and as native YAML. Exits with 1 when a limit of time or memory is exceeded.
`--runs N` for another number of runs; `--keep DIR` to keep the two files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.processes import NETWATCH, Run, machine, median, run
from netwatch.workloads import Estate, arm_json, native_yaml

PEAK_MIB = 1024
FORMS: dict[str, tuple[Callable[[Estate], Iterator[str]], float]] = {
    "estate.json": (arm_json, 6.0),
    "estate.yaml": (native_yaml, 8.0),
}
FLOW = ["--direction", "Inbound", "--protocol", "TCP", "--local", ":443", "--remote", "10.7.0.9:50123"]


def _measure(path: Path, runs: int, limit: float) -> bool:
    found: list[Run] = [run([NETWATCH, "ip-flow-verify", str(path), "--vm", "vm-04321", *FLOW]) for _ in range(runs)]
    first, peak = median([one.first_byte for one in found]), max(one.peak_mib for one in found)
    computed = median([one.processor for one in found])
    within = first <= limit and peak < PEAK_MIB
    print(
        f"{path.name:12} {path.stat().st_size / 1e6:5.1f} MB   first answer {first:5.2f} s (limit {limit} s)   "
        f"processor {computed:5.2f} s   "
        f"peak {peak:4.0f} MiB (limit {PEAK_MIB})   {'within' if within else 'EXCEEDED'}"
    )
    return within


def main() -> int:
    """Write the estate in both forms, ask one question of each, print, and say by the exit code whether limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, default=None, metavar="DIR")
    options = parser.parse_args()
    print(f"{machine()}; median of {options.runs} runs")
    print(Estate())
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        results = []
        for name, (write, limit) in FORMS.items():
            path = (folder / name).resolve()
            with path.open("w", encoding="utf-8") as file:
                file.writelines(write(Estate()))
            results.append(_measure(path, options.runs, limit))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
