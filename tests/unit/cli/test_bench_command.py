"""netwatch bench: which rules, how many flows, and what the exit code says. Kernels have tests of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from netwatch.cli import run
from netwatch.cli.loading import Inputs, load_watcher
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.tables import RuleTable
from netwatch.workloads import bench, contenders
from netwatch.workloads.bench import Contender
from netwatch.workloads.classbench import classbench_lines, filters, read_classbench
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.topology_rules import largest_rule_list
from tests.unit.workloads.test_bench import Kernel

Captured = pytest.CaptureFixture[str]
TINY = ["--flows", "200", "-o", "json"]


class Asked:
    """Stands in for the kernels: notes what it was asked for, and answers by the reference, with mistakes if told."""

    def __init__(self) -> None:
        self.table = RuleTable(4)
        self.kernels: tuple[str, ...] = ()
        self.threads = 0
        self.wrong = False

    def contenders(self, table: RuleTable, kernels: Sequence[str], *, threads: int, flows: int) -> list[Contender]:
        self.table, self.kernels, self.threads = table, tuple(kernels), threads
        kernel: Any = self._wrong if self.wrong else Kernel(table)
        return [Contender("fake", threads, kernel, 1.0, 2)]

    def witnesses(self, table: RuleTable) -> list[Contender]:
        return [Contender(name, 1, Kernel(table), 1.0, 2) for name in ("one", "two")]

    def _wrong(self, flows: FlowBatch, out: Any) -> None:
        out[:] = -1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    stand_in = Asked()
    monkeypatch.setattr(contenders, "contenders", stand_in.contenders)
    monkeypatch.setattr(contenders, "witnesses", stand_in.witnesses)
    monkeypatch.setattr(bench, "SAMPLE", 10)
    monkeypatch.setattr(bench, "EDGES", 10)
    return stand_in


def test_a_named_rule_set(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "--rules", "nsg10", "--trace", "cross", "--threads", "2", *TINY]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["workload"], found["flows"]) == ("nsg10 cross", 200)
    assert found["results"][0]["cores"] == asked.threads == 2
    assert asked.table == rule_set("nsg10")


def test_a_seed_draws_other_rules(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "--rules", "nsg10", "--seed", "5", *TINY]) == 0
    assert asked.table == rule_set("nsg10", seed=5) != rule_set("nsg10")


def test_a_classbench_file(asked: Asked, capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("".join(classbench_lines(RuleTable(4, rule_set("nsg10").rows[-1:], (False,)))))
    assert run(["bench", "--classbench", str(path), *TINY]) == 0
    assert json.loads(capsys.readouterr().out)["workload"] == "mine hit"
    assert len(asked.table.rows) == 1


def test_the_largest_list_of_a_topology(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "topologies/two-tier/two-tier.yaml", *TINY]) == 0
    assert json.loads(capsys.readouterr().out)["workload"].startswith("nsg-")
    assert asked.table.rows


def test_the_list_at_one_nic(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "topologies/two-tier/two-tier.yaml", "--nic", "db-0", *TINY]) == 0
    assert json.loads(capsys.readouterr().out)["workload"].startswith("nsg-data ")
    assert run(["bench", "topologies/two-tier/two-tier.yaml", "--nic", "nowhere", *TINY]) == 2


def test_named_kernels_are_passed_on(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "--rules", "nsg10", "--kernel", "numpy,numba", *TINY]) == 0
    assert asked.kernels == ("numpy", "numba")


def test_text_is_a_table(asked: Asked, capsys: Captured) -> None:
    assert run(["bench", "--rules", "nsg10", "--flows", "200"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("nsg10 hit: 200 flows, median of 5 interleaved passes")
    assert "M flows/s" in text


def test_a_wrong_row_is_an_exit_code(asked: Asked, capsys: Captured) -> None:
    asked.wrong = True
    assert run(["bench", "--rules", "nsg10", *TINY]) == 1
    assert json.loads(capsys.readouterr().out)["results"][0]["mismatches"] == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rules", "nsg10", "--classbench", "x"], "more than one rule list"),
        (["--rules", "nsg7"], "'nsg7' is not a rule set"),
        (["--nic", "a"], "--nic names a NIC of no topology"),
        (["--flows", "0"], "--flows cannot be '0'. Expected a whole number, 1 or more"),
        (["--flows", "many"], "--flows cannot be 'many'"),
        (["--threads", "²"], "--threads cannot be '²'"),
        (["--trace", "worst"], "'worst' is not a kind of trace"),
        (["-o", "yaml"], "'yaml' is not an output format here"),
    ],
)
def test_what_cannot_be_measured_is_said(asked: Asked, capsys: Captured, arguments: list[str], message: str) -> None:
    assert run(["bench", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_rules_of_a_topology_as_a_classbench_file(tmp_path: Path, capsys: Captured) -> None:
    """Read back they match as they did, but for where a row stands that became several."""
    assert run(["bench", "topologies/two-tier/two-tier.yaml", "-o", "classbench"]) == 0
    told = capsys.readouterr()
    path = tmp_path / "rules.txt"
    path.write_text(told.out)
    again = read_classbench(path)
    _, table = largest_rule_list(load_watcher(Inputs("topologies/two-tier/two-tier.yaml")).compiled)
    assert again.rows == filters(table).rows
    assert f"{len(again.rows):,} filters of " in told.err
    assert "what is allowed" in told.err
