"""What a replay came to: one result for each case, counts for each operation, and what is wrong with the sickbay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from netwatch.conformance.cases import Json
from netwatch.conformance.differences import Difference

__all__ = ["OUTCOMES", "Report", "Result"]

OUTCOMES = ("agree", "disagree", "sickbay", "unsupported", "not_replayable")
"""What can become of a case.

``agree`` and ``disagree``: the answers are equal, or not. ``sickbay``: they are not, and a checked entry says why.
``unsupported``: netwatch says that it cannot answer this. ``not_replayable``: the case cannot be asked, or its sources
contest the answer.
"""


class Result(NamedTuple):
    """What became of one case; ``note`` says why where the outcome alone does not."""

    case: str
    operation: str
    outcome: str
    diff: tuple[Difference, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Json]:
        diff = [difference.to_json() for difference in self.diff]
        return {"case": self.case, "operation": self.operation, "outcome": self.outcome, "diff": diff}


class Report(NamedTuple):
    """The results in the order of the cases, and ``problems``: sickbay entries that do not hold, as sentences."""

    results: tuple[Result, ...]
    problems: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a case disagrees or a sickbay entry does not hold: exit code 1."""
        return bool(self.problems) or any(result.outcome == "disagree" for result in self.results)

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Operation → outcome → number of cases, operations by name, every outcome of OUTCOMES present."""
        counted: dict[str, Counter[str]] = {}
        for result in self.results:
            counted.setdefault(result.operation, Counter())[result.outcome] += 1
        return {operation: {o: counted[operation][o] for o in OUTCOMES} for operation in sorted(counted)}

    def to_json(self) -> dict[str, Json]:
        """``{"operations": {operation: {outcome: n}}, "cases": [{case, operation, outcome, diff}]}``."""
        return {
            "operations": {operation: dict(row) for operation, row in self.counts.items()},
            "cases": [result.to_json() for result in self.results],
        }

    def to_text(self, *, verbose: bool = False) -> str:
        """A table of counts, then each disagreement field by field, then sickbay entries that do not hold.

        ``verbose`` also lists the cases that are in the sickbay, unsupported or not replayable, with the reason.
        """
        lines = [*_table(self.counts), *_details(self.results, "disagree")]
        if verbose:
            for outcome in ("sickbay", "unsupported", "not_replayable"):
                lines += _details(self.results, outcome)
        if self.problems:
            lines += ["", "sickbay entries that do not hold:", *(f"  {problem}" for problem in self.problems)]
        return "\n".join(lines)


def _table(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    if not counts:
        return ["no cases"]
    width = max(len(operation) for operation in ("operation", *counts))
    head = f"{'operation':{width}}  " + "  ".join(OUTCOMES)
    rows = [
        f"{operation:{width}}  " + "  ".join(f"{row[outcome]:{len(outcome)}}" for outcome in OUTCOMES)
        for operation, row in counts.items()
    ]
    total = [sum(row[outcome] for row in counts.values()) for outcome in OUTCOMES]
    foot = f"{'total':{width}}  " + "  ".join(f"{n:{len(o)}}" for n, o in zip(total, OUTCOMES, strict=True))
    return [head, *rows, foot]


def _details(results: tuple[Result, ...], outcome: str) -> list[str]:
    lines: list[str] = []
    for result in results:
        if result.outcome == outcome:
            note = f": {result.note}" if result.note else ""
            lines += ["", f"{outcome}  {result.case}{note}", *(f"  {difference}" for difference in result.diff)]
    return lines
