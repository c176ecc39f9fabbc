"""``netwatch bench``: how quickly rules are matched on this machine, every timed pass checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import typer

from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED
from netwatch.cli.loading import Inputs
from netwatch.cli.options import option, output, takes_inputs

if TYPE_CHECKING:
    from netwatch.matcher.tables import RuleTable

__all__ = ["bench"]

_DEFAULT = "nsg1000"


@takes_inputs
def bench(
    topology: str = typer.Argument("", metavar="[TOPOLOGY]", help="Match the largest rule list of this topology."),
    rules: str = option("", "--rules", help="A named rule set: nsg10, nsg100, nsg1000 …", metavar="NAME"),
    classbench: str = option("", "--classbench", help="The rules of a ClassBench filter file.", metavar="FILE"),
    nic: str = option("", "--nic", help="Of the topology, the largest rule list at this NIC.", metavar="NIC"),
    trace: str = option(
        "hit", "--trace", help="The flows that are drawn for the rules.", metavar="hit|zipf|uniform|cross"
    ),
    flows: str = option("4000000", "--flows", help="How many (default: 4,000,000).", metavar="N"),
    kernel: str = option(
        "", "--kernel", help="Only these kernels (default: all that are here).", metavar="NAME[,NAME …]"
    ),
    threads: str = option("1", "--threads", help="How many threads match at once (default: 1).", metavar="N"),
    seed: str = option("0", "--seed", help="Draw other rules and flows (default: 0).", metavar="N"),
    output: str = output("text", "json", "classbench"),
    *,
    inputs: Inputs,
) -> None:
    """How quickly rules are matched on this machine.

    Rules are those of nsg1000 unless others are named: a thousand rules shaped like a large network security group's.
    Kernels take turns over the same flows, every pass from cold. The rows of every pass are compared with another
    kernel's, and a sample of them with the reference. Compiling is not in a pass; it is shown beside it.
    With -o classbench nothing is timed: the rules are written as a ClassBench filter file, for other programs.

    \b
    For example:
      netwatch bench --rules nsg4000 --trace cross
      netwatch bench hub-spoke.yaml --kernel numpy -o json
      netwatch bench hub-spoke.yaml -o classbench > rules.txt
    """
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import patience, write
    from netwatch.workloads.bench import Workload
    from netwatch.workloads.bench import bench as run
    from netwatch.workloads.bench_report import report_json, report_text
    from netwatch.workloads.contenders import contenders, witnesses
    from netwatch.workloads.traces import trace as draw

    check_format(output, ("text", "json", "classbench"))
    _check(topology=topology, rules=rules, classbench=classbench, nic=nic)
    count, cores = _number("--flows", flows, 1), _number("--threads", threads, 1)
    drawn_by = _number("--seed", seed, 0)
    name, table = _table(_Source(inputs._replace(topology=topology), rules, classbench, nic), drawn_by)
    if output == "classbench":
        write(_as_filters(name, table))
        return
    ready = contenders(table, kernel.split(",") if kernel else (), threads=cores, flows=count)
    workload = Workload(f"{name} {trace}", table, draw(table, trace, count, seed=drawn_by))
    with patience(f"matching {count:,} flows again and again …"):
        report = run(workload, ready, witnesses=witnesses(table))
    write(as_json(report_json(report)) if output == "json" else report_text(report))
    raise typer.Exit(EXPECTATION_MISSED if report.mismatches else ANSWERED)


def _as_filters(name: str, table: RuleTable) -> str:
    """The rules as a ClassBench filter file; what it does not say is noted."""
    from netwatch.cli.streams import note
    from netwatch.workloads.classbench import classbench_lines, filters

    made = filters(table)
    note(f"{len(made.rows):,} filters of {name}, of {len(table.rows):,} rows. Not kept: names, and what is allowed.")
    if any(table.maybe):
        note(f"not kept: {sum(table.maybe):,} of these rows have open values and are written as wide as they may be.")
    return "".join(classbench_lines(made))


def _check(*, topology: str, rules: str, classbench: str, nic: str) -> None:
    from netwatch.errors import QueryError

    if sum(map(bool, (topology, rules, classbench))) > 1:
        raise QueryError("there is more than one rule list to match.", hint="Give TOPOLOGY, --rules or --classbench.")
    if nic and not topology:
        raise QueryError("--nic names a NIC of no topology.", hint="Give the TOPOLOGY too.")


def _number(name: str, text: str, least: int) -> int:
    """The number in ``text``; QueryError where it is none, or below ``least``."""
    from netwatch.errors import QueryError

    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise QueryError(f"{name} cannot be {text!r}.", hint=f"Expected a whole number, {least} or more.")
    return int(text)


class _Source(NamedTuple):
    """Where the rules come from; at most one of the first three is given."""

    inputs: Inputs
    rules: str
    classbench: str
    nic: str


def _table(source: _Source, seed: int) -> tuple[str, RuleTable]:
    """The name of the workload's rules, and their table."""
    if source.inputs.topology:
        from netwatch.cli.loading import load_watcher
        from netwatch.workloads.topology_rules import largest_rule_list

        return largest_rule_list(load_watcher(source.inputs).compiled, nic=source.nic)
    from netwatch.workloads.rule_sets import rule_set

    if source.classbench:
        from pathlib import Path

        return Path(source.classbench).name, rule_set(f"classbench:{source.classbench}")
    return source.rules or _DEFAULT, rule_set(source.rules or _DEFAULT, seed=seed)
