"""What one question costs on the command line, against an empty Typer app of two commands.

Whole processes, file cache warm, the three commands in turn so that the machine's moods meet all of them alike.
Exits with 1 when a question takes more than LIMIT times the empty app (medians of RUNS). The processor's time stands
beside it: it is what to go by on a machine that has other things to do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.processes import NETWATCH, Run, machine, median, run

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
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                runs[name].append(run(command))
    wall = {name: median([each.seconds for each in found]) for name, found in runs.items()}
    computed = {name: median([each.processor for each in found]) for name, found in runs.items()}
    ratios = {name: seconds / wall["empty two-command app"] for name, seconds in wall.items()}
    for name in runs:
        busy = f"processor {computed[name] * 1000:6.0f} ms  ×{computed[name] / computed['empty two-command app']:.2f}"
        print(f"{name:24} whole {wall[name] * 1000:6.0f} ms  ×{ratios[name]:.2f}   {busy}")
    within = all(ratio <= LIMIT for ratio in ratios.values())
    print(f"limit ×{LIMIT}: {'within' if within else 'EXCEEDED'}  (medians of {RUNS} interleaved runs)")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
