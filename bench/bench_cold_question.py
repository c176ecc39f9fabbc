"""What one question costs on the command line, against an empty Typer app of two commands.

Whole processes, file cache warm, the three commands in turn so that the machine's moods meet all of them alike.
Exits with 1 when a question takes more than LIMIT times the empty app (medians of RUNS).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.processes import NETWATCH, machine, median, run

RUNS = 15
LIMIT = 1.5
EXAMPLE = "topologies/two-tier/two-tier.yaml"

EMPTY_APP = """
import typer

app = typer.Typer()


@app.command()
def one() -> None:
    print("one")


@app.command()
def two() -> None:
    print("two")


app()
"""


def _commands(folder: Path) -> dict[str, list[str]]:
    empty = folder / "empty.py"
    empty.write_text(EMPTY_APP, encoding="utf-8")
    ips = ["--source-ip", "10.0.1.4", "--dest-ip", "10.0.2.4"]
    flow = ["--direction", "Inbound", "--protocol", "TCP", "--local", ":443", "--remote", "203.0.113.7:50123"]
    return {
        "empty two-command app": [sys.executable, str(empty), "one"],
        "netwatch next-hop": [NETWATCH, "next-hop", EXAMPLE, "--vm", "web-0", *ips],
        "netwatch ip-flow-verify": [NETWATCH, "ip-flow-verify", EXAMPLE, "--vm", "web-0", *flow],
    }


def main() -> int:
    """Measure, print, and say by the exit code whether the limit holds."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(Path(folder))
        for command in commands.values():  # warm the file cache
            run(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(run(command).seconds)
    empty = median(times["empty two-command app"])
    ratios = {name: median(found) / empty for name, found in times.items()}
    for name, found in times.items():
        print(
            f"{name:24} median {median(found) * 1000:6.0f} ms   min {min(found) * 1000:6.0f} ms   ×{ratios[name]:.2f}"
        )
    within = all(ratio <= LIMIT for ratio in ratios.values())
    print(f"limit ×{LIMIT}: {'within' if within else 'EXCEEDED'}  (medians of {RUNS} interleaved runs)")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
