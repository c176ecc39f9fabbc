"""What of netwatch is here: versions, extras, kernels and why they are chosen, and where compiled code is kept."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

__all__ = ["EXTRAS", "FLOWS", "Extra", "installation", "installation_text"]

Json = dict[str, Any]

FLOWS = (1, 1_000, 100_000, 1_000_000, 10_000_000)
"""Batch sizes for which the kernel is told."""

_LIBRARIES = ("numpy", "networkx", "pydantic", "PyYAML", "typer")


class Extra(NamedTuple):
    """Something that netwatch does more with: a distribution, or a program on PATH; ``how`` it is got."""

    name: str
    gives: str
    how: str
    distribution: str = ""
    program: str = ""


EXTRAS = (
    Extra("fast", "the kernel numba", "pip install 'aznetwatch[fast]'", distribution="numba"),
    Extra(
        "scapy",
        "nothing needs it yet",
        "pip install 'aznetwatch[scapy]'",
        distribution="scapy",
    ),
    Extra("terraform", "directories of Terraform files", "pip install 'aznetwatch[terraform]'", distribution="tfparse"),
    Extra("bicep", "Bicep files", "put the Bicep CLI on PATH", program="bicep"),
)
"""What need not be there."""


def installation() -> Json:
    """All of it, for programs. Kernels are those of a process that has not imported numba yet."""
    from netwatch import __version__
    from netwatch.formats.service_tag_file import load_shipped

    kernels = _kernels()
    tags = load_shipped()
    return {
        "netwatch": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": _cores(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "extras": [_extra(each) for each in EXTRAS],
        "kernels": kernels,
        "compiled_code": _compiled_code(),
        "service_tags": {"cloud": tags.cloud, "change_number": tags.change_number, "date": tags.date},
    }


def installation_text(found: Json) -> str:
    """All of it, for people."""
    lines = [f"netwatch {found['netwatch']}, Python {found['python']}, {found['system']}, {found['cores']} cores", ""]
    lines += _aligned([(name, number or "not installed") for name, number in found["libraries"].items()])
    lines += ["", "Extras"]
    lines += _aligned([(each["name"], _extra_text(each)) for each in found["extras"]])
    lines += ["", "The kernel that auto takes"]
    lines += _aligned([(_many(each["flows"]), f"{each['kernel']}: {each['why']}") for each in found["kernels"]])
    tags = found["service_tags"]
    lines += ["", f"Compiled code: {_code_text(found['compiled_code'])}"]
    lines += [f"Service tags that ship: {tags['cloud']}, change {tags['change_number']} of {tags['date']}"]
    return "\n".join(lines) + "\n"


def _many(flows: int) -> str:
    return "1 flow" if flows == 1 else f"{flows:,} flows"


def _kernels() -> list[Json]:
    from netwatch.matcher.choice import KERNELS, choose_between

    chosen = [(flows, *choose_between(KERNELS, flows, kernel="auto")) for flows in FLOWS]
    return [{"flows": flows, "kernel": kernel, "why": why} for flows, kernel, why in chosen]


def _cores() -> int:
    """The cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _extra(extra: Extra) -> Json:
    found = shutil.which(extra.program) if extra.program else _version(extra.distribution)
    what = extra.distribution or extra.program
    return {"name": extra.name, "needs": what, "found": found, "gives": extra.gives, "how": extra.how}


def _extra_text(extra: Json) -> str:
    if extra["found"]:
        return f"{extra['gives']}: {extra['needs']} {extra['found']}"
    return f"not here ({extra['gives']}): {extra['how']}"


def _compiled_code() -> Json:
    """Where machine code is kept; no path where numba is not here, or where it finds no directory to write to."""
    if _version("numba") is None:
        return {"path": None, "why": "numba is not installed"}
    from netwatch.matcher.kernels import stack_loops

    path = stack_loops.fields_of.stats.cache_path
    if path is None:
        why = "no directory can be written to, so every process compiles anew; NUMBA_CACHE_DIR names one"
        return {"path": None, "why": why}
    beside = os.path.dirname(os.path.abspath(stack_loops.__file__))
    is_beside = os.path.abspath(path).startswith(beside)
    why = "beside the package" if is_beside else "the directory of the package cannot be written to"
    return {"path": path, "why": "NUMBA_CACHE_DIR says so" if "NUMBA_CACHE_DIR" in os.environ else why}


def _code_text(code: Json) -> str:
    return f"{code['path']} ({code['why']})" if code["path"] else f"not kept: {code['why']}"


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    wide = max(len(name) for name, _ in rows)
    return [f"  {name.ljust(wide)}  {text}" for name, text in rows]
