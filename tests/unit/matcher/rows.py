"""Small tables and batches for the tests of this room."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.tables import Point, Range, Row, RuleTable

__all__ = ["EVERYONE", "EVERY_PORT", "EVERY_SPORT", "TCP", "batch", "rule", "table"]

EVERYONE: Range = (0, 2**32 - 1)
EVERY_SPORT: Range = (-1, 65535)
EVERY_PORT: Range = (0, 65535)
TCP: Range = (6, 6)


def rule(sources: list[Range], destinations: list[Range], dports: list[Range]) -> list[Row]:
    """The rows of a rule on Tcp, as a compiler lays them out."""
    return [(src, dst, EVERY_SPORT, dport, TCP) for src, dst, dport in product(sources, destinations, dports)]


def table(*rules: list[Row], version: int = 4) -> RuleTable:
    rows = tuple(row for rows in rules for row in rows)
    return RuleTable(version, rows, (False,) * len(rows))


def batch(*points: Point) -> FlowBatch:
    """IPv4 flows as columns."""
    types = (np.uint32, np.uint32, np.uint16, np.uint16, np.uint8)
    columns: list[np.ndarray[Any, Any]] = [
        np.array([point[field] for point in points], kind) for field, kind in enumerate(types)
    ]
    return FlowBatch.v4(columns[0], columns[1], sport=columns[2], dport=columns[3], protocol=columns[4])
