"""The bench: every pass is checked, figures are those of the clock, and a wrong row is never passed over."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import RuleTable
from netwatch.workloads import bench as module
from netwatch.workloads.bench import BenchReport, Contender, KernelResult, Workload, bench, interleaved
from netwatch.workloads.bench_report import report_json, report_text
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.stream import stream_pass
from netwatch.workloads.traces import trace
from tests.unit.workloads.test_traces import points

TABLE = rule_set("nsg10")
FLOWS = trace(TABLE, "hit", 300)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 50)
    monkeypatch.setattr(module, "EDGES", 20)


class Kernel:
    """The reference behind a kernel's door; gives one wrong row in each call of ``spoilt``, counted from 0."""

    def __init__(self, table: RuleTable = TABLE, spoilt: tuple[int, ...] = ()) -> None:
        self.table, self.spoilt, self.calls = table, spoilt, 0

    def __call__(self, flows: FlowBatch, out: np.ndarray[Any, Any]) -> None:
        out[:] = [first_match(self.table, point) for point in points(flows)]
        if self.calls in self.spoilt:
            out[-1] += 1
        self.calls += 1


def contender(name: str, kernel: Kernel, most: int = 0) -> Contender:
    return Contender(name, 1, kernel, compile_ms=1.25, table_bytes=1000, most=most)


WITNESSES = (contender("one", Kernel()), contender("two", Kernel()))


def run(*contenders: Contender) -> BenchReport:
    return bench(Workload("nsg10 hit", TABLE, FLOWS), contenders, witnesses=WITNESSES, passes=3)


def test_a_sound_kernel_has_no_mismatch_and_is_checked_on_every_flow() -> None:
    (result,) = run(contender("one", Kernel())).results
    assert (result.mismatches, result.checked, result.flows, len(result.seconds)) == (0, 300 + 50 + 20, 300, 3)
    assert len(result.undisturbed) == 3


@pytest.mark.parametrize("call", range(5), ids=["sample and edges", "uncounted pass", "pass 1", "pass 2", "pass 3"])
def test_one_wrong_row_in_any_call_is_found(call: int) -> None:
    report = run(contender("one", Kernel(spoilt=(call,))), contender("two", Kernel()))
    assert [result.mismatches for result in report.results] == [1, 0]
    assert report.mismatches == 1


def test_a_row_left_unwritten_is_found() -> None:
    report = run(contender("one", Kernel()), Contender("lazy", 1, lambda flows, out: None, 0.0, 0))
    assert report.results[1].mismatches == 300


def test_a_kernel_is_never_its_own_witness() -> None:
    wrong = Kernel(spoilt=tuple(range(20)))
    witnesses = (contender("one", wrong), contender("two", Kernel()))
    report = bench(Workload("x", TABLE, FLOWS), [contender("one", wrong)], witnesses=witnesses, passes=1)
    assert report.mismatches == 1


def test_a_slow_kernel_takes_the_first_flows() -> None:
    (result,) = run(contender("slow", Kernel(), most=100)).results
    assert (result.flows, result.checked) == (100, 100 + 70)


def test_ipv6_flows_are_checked_too() -> None:
    table = RuleTable(6, rule_set("nsg1000-ipv6").rows[:10], (False,) * 10)
    flows = trace(table, "hit", 100)
    witnesses = (contender("one", Kernel(table)), contender("two", Kernel(table)))
    report = bench(Workload("v6", table, flows), [contender("one", Kernel(table))], witnesses=witnesses, passes=1)
    assert (report.version, report.mismatches) == (6, 0)


def test_functions_take_turns_and_the_first_round_is_not_counted() -> None:
    order: list[str] = []

    def one(name: str) -> float:
        order.append(name)
        return float(len(order))

    assert interleaved({"a": lambda: one("a"), "b": lambda: one("b")}, 2) == {"a": [3.0, 5.0], "b": [4.0, 6.0]}
    assert order == ["a", "b"] * 3


def test_a_part_is_a_view() -> None:
    some = FLOWS.part(10, 20)
    assert points(some) == points(FLOWS)[10:20]
    assert np.shares_memory(some.src, FLOWS.src)


@pytest.mark.parametrize("table", [TABLE, rule_set("nsg1000-ipv6")])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_streaming_takes_time(table: RuleTable, threads: int) -> None:
    with stream_pass(trace(table, "hit", 40_000), threads=threads) as stream:
        assert stream() > 0


REPORT = BenchReport(
    workload="nsg1000 hit",
    version=4,
    flows=4_000_000,
    threads=2,
    results=(
        KernelResult("quick", 2, 4_000_000, (0.1, 0.05, 0.04), 12.345, 1_650_000, 4_010_240, 0, (False, True, True)),
        KernelResult("slow", 2, 10_000, (0.5, 1.0, 2.0), 1.0, 10, 20_240, 3, (False, True, False)),
    ),
    stream_gb_per_s=20.0,
)


def test_json_is_what_programs_were_promised() -> None:
    assert json.loads(json.dumps(report_json(REPORT))) == {
        "workload": "nsg1000 hit",
        "flows": 4_000_000,
        "results": [
            {
                "kernel": "quick",
                "cores": 2,
                "mflows_per_s": 80.0,
                "passes": 3,
                "undisturbed": 2,
                "compile_ms": 12.35,
                "table_bytes": 1_650_000,
                "checked": 4_010_240,
                "mismatches": 0,
            },
            {
                "kernel": "slow",
                "cores": 2,
                "mflows_per_s": 0.01,
                "passes": 3,
                "undisturbed": 1,
                "compile_ms": 1.0,
                "table_bytes": 10,
                "checked": 20_240,
                "mismatches": 3,
            },
        ],
        "stream_gb_per_s": 20.0,
    }


def test_text_says_speed_share_and_what_was_wrong() -> None:
    text = report_text(REPORT)
    quick = next(line for line in text.splitlines() if line.startswith("quick"))
    assert quick.split() == ["quick", "2", "80", "12.5", "6.8%", "12.3", "1,650", "4,010,240", "0"]
    assert "slow was timed on the first 10,000 flows." in text
    assert "on 2 cores: 20.0 GB/s" in text
    assert "In 3 of 6 passes somebody else" in text
    assert "MISMATCH" in text
    assert "MISMATCH" not in report_text(REPORT._replace(results=REPORT.results[:1]))
    alone = tuple(result._replace(undisturbed=(True,) * 3) for result in REPORT.results)
    assert "somebody else" not in report_text(REPORT._replace(results=alone))
