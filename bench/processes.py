"""Whole processes, measured from outside: time to the first printed byte, time to the end, peak memory."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["NETWATCH", "ROOT", "Run", "machine", "median", "run"]

ROOT = Path(__file__).resolve().parents[1]
NETWATCH = str(Path(sys.executable).with_name("netwatch"))


class Run(NamedTuple):
    """One finished process. Seconds from its start; ``processor`` are those that it computed, which other programs on
    the machine disturb less; ``peak_mib`` is its largest resident set in MiB.
    """

    first_byte: float
    seconds: float
    processor: float
    peak_mib: float
    output: str


def run(command: Sequence[str]) -> Run:
    """Run ``command`` in the repository's root; RuntimeError with its output when it does not exit with 0."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    first = process.stdout.read(1)
    first_byte = time.perf_counter() - start
    output = (first + process.stdout.read()).decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}:\n{output}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # macOS counts bytes, Linux KiB
    return Run(first_byte, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, output)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """One line about where the figures come from."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = f"{platform.system()}, Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} processors, {python}{load}"
