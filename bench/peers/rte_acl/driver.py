"""DPDK's rte_acl as a process beside ours: it builds its tables once, then runs a pass whenever it is told to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.tables import Range, RuleTable

__all__ = ["ALGORITHMS", "CHUNK", "Absent", "RteAcl"]

ALGORITHMS = ("scalar", "sse", "avx2", "avx512x16", "avx512x32")
"""Best of the first three is what netwatch is measured against; AVX-512 is shown apart."""

CHUNK = 4096
"""Flows handed over in one call. From 64 to 65,536 the figures differ by a few per cent; this is the middle."""

_HERE = Path(__file__).parent
_BINARY = _HERE.parents[2] / "build" / "peers" / "rte_acl_driver"
_EAL = ("--no-huge", "-m", "2048", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=error")

_RULE = np.dtype(
    [("src", "<u4"), ("dst", "<u4"), ("src_length", "u1"), ("dst_length", "u1"), ("protocol", "u1"), ("mask", "u1")]
    + [(name, "<u2") for name in ("sport_low", "sport_high", "dport_low", "dport_high")]
)
_FLOW = np.dtype(
    [("protocol", "u1"), ("padding", "u1", 3), ("src", ">u4"), ("dst", ">u4"), ("sport", ">u2"), ("dport", ">u2")]
)


class Absent(Exception):  # noqa: N818, it is no fault
    """This peer is not here; the message says what is missing."""


class RteAcl:
    """A context over ``table``, and the packets of ``flows``, of IPv4.

    ``build_ms``, ``table_bytes`` and ``tries`` are its own. Tries are what it splits the rules into, and every packet
    goes through each; it makes fewer where its tables may take ``size`` bytes. 0 leaves that to rte_acl.

    Raises Absent where the driver cannot be built, and ValueError for rows that are not prefixes.
    """

    def __init__(self, table: RuleTable, flows: FlowBatch, folder: Path, *, size: int = 0) -> None:
        _build()
        rules, trace, self._rows = folder / "rules", folder / "trace", folder / "rows"
        rules.write_bytes(_rules(table).tobytes())
        trace.write_bytes(_packets(flows).tobytes())
        self._process = subprocess.Popen(
            [_BINARY, rules, trace, self._rows, str(size), *_EAL, f"--lcores=0@{max(os.sched_getaffinity(0))}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.tries = int(self._answer("num_tries=")[0].partition("=")[2])
        _, seconds, used = self._answer("ready")
        self.build_ms, self.table_bytes = float(seconds) * 1000, int(used)

    def time_pass(self, algorithm: str) -> float | None:
        """Seconds of one pass over the whole trace; None where this processor lacks the algorithm."""
        word, value = self._told(f"pass {algorithm} {CHUNK}")
        return float(value) if word == "took" else None

    def rows(self) -> np.ndarray[Any, Any]:
        """The row of each flow in the last pass, int32."""
        self._told("dump")
        return np.fromfile(self._rows, np.int32)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _told(self, line: str) -> list[str]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self, expected: str = "") -> list[str]:
        """The words of the driver's next line, passing over what the EAL prints before ``expected``."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip().startswith(expected):
                return line.split()
        raise Absent(f"the driver stopped: {self._process.communicate()[1].strip() or 'no reason given'}")


def _build() -> None:
    source = _HERE / "driver.c"
    if _BINARY.exists() and _BINARY.stat().st_mtime > source.stat().st_mtime:
        return
    made = subprocess.run(["sh", str(_HERE / "build.sh")], capture_output=True, text=True)
    if made.returncode != 0:
        raise Absent(made.stderr.strip())


def _rules(table: RuleTable) -> np.ndarray[Any, Any]:
    out = np.zeros(len(table.rows), _RULE)
    for index, (src, dst, sport, dport, protocol) in enumerate(table.rows):
        number, mask = _masked(protocol)
        lengths = _length(src), _length(dst)
        out[index] = (src[0], dst[0], *lengths, number, mask, max(sport[0], 0), sport[1], dport[0], dport[1])
    return out


def _length(addresses: Range) -> int:
    low, high = addresses
    free = (high - low).bit_length()
    if high - low + 1 != 1 << free or low & (high - low):
        raise ValueError(f"{low} to {high} is no prefix")
    return 32 - free


def _masked(protocol: Range) -> tuple[int, int]:
    if protocol == (0, 255):
        return 0, 0
    if protocol[0] != protocol[1]:
        raise ValueError(f"protocols {protocol[0]} to {protocol[1]}")
    return protocol[0], 255


def _packets(flows: FlowBatch) -> np.ndarray[Any, Any]:
    out = np.zeros(len(flows.protocol), _FLOW)
    for field in ("src", "dst", "sport", "dport", "protocol"):
        out[field] = getattr(flows, field)
    return out
