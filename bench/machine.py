"""What a figure must be read with: the machine, its load, and the versions of what was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["code", "load", "machine_facts"]

_ROOT = Path(__file__).resolve().parents[1]
_MEASURED = ("numpy", "numba", "duckdb", "polars", "pytricia")


def machine_facts() -> dict[str, Any]:
    """The processor, its caches as the system tells them, and the versions of Python and of the libraries here."""
    return {
        "processor": _cpu_model(),
        "cores": os.cpu_count(),
        "caches": _caches(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _MEASURED}},
    }


def code() -> dict[str, Any]:
    """The commit that was measured, and the files of netwatch and bench that differed from it, if any did."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    changed = [line[3:] for line in git("status", "--porcelain", "netwatch", "bench").splitlines()]
    return {"commit": git("rev-parse", "--short", "HEAD").strip() or "unknown", "changed": changed}


def load() -> list[float]:
    """Runnable processes on average over one, five and fifteen minutes; this one counts among them."""
    return [round(value, 2) for value in os.getloadavg()]


def _cpu_model() -> str:
    """The name of the processor, with its family and model, since virtual machines often hide the name."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine()
    facts = dict(_pair(line) for line in path.read_text().split("\n\n")[0].splitlines())
    numbers = f"family {facts.get('cpu family', '?')} model {facts.get('model', '?')}"
    wide = ", AVX-512" if "avx512bw" in facts.get("flags", "") else ""
    return f"{facts.get('model name', 'unnamed')} ({numbers}{wide})"


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _caches() -> dict[str, str]:
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((index / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            found[f"L{level}"] = size
    return found


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
