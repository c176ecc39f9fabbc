"""Replaying: every case of a directory asked again, and what came of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from netwatch.conformance.cases import Case, Json, age_of, find_cases, topology_of
from netwatch.conformance.dialects import Asides, in_dialect_of
from netwatch.conformance.differences import Difference, differences
from netwatch.conformance.normalisers import Pair, normalised, same_ids
from netwatch.conformance.questions import QUESTIONS, Question
from netwatch.conformance.report import Report, Result
from netwatch.conformance.sickbay import Entry, excuse_problem, read_sickbay
from netwatch.errors import (
    NetwatchError,
    QueryError,
    RefusedByAzureError,
    ResourceNotFoundError,
    UnsupportedError,
)
from netwatch.watcher import NetworkWatcher

__all__ = ["replay"]


class _Reply(NamedTuple):
    """What netwatch answers: an HTTP status and ARM's body, or ARM's error body."""

    status: int
    body: Json


def replay(directory: str | Path, *, operation: str = "", sickbay: str | Path | None = None) -> Report:
    """The report on every case file below ``directory``, or on those of one ``operation`` (its ARM name, any case).

    ``sickbay`` is a sickbay file. A case netwatch cannot answer is an outcome in the report, never an error.
    Raises QueryError for an operation nobody knows, and TopologySyntaxError or TopologySchemaError when the directory,
    a case file or the sickbay cannot be read.
    """
    entries = read_sickbay(Path(sickbay)) if sickbay is not None else ()
    cases = {case.name: _spelled(case) for case in find_cases(Path(directory))}
    wanted = [case for case in cases.values() if not operation or case.operation.lower() == operation.lower()]
    if not wanted:
        _check_operation(operation, cases.values())
    results = [_result(case) for case in wanted]
    return _excused(results, entries, cases)


def _spelled(case: Case) -> Case:
    """``case`` with its operation in ARM's casing."""
    known = (name for name in QUESTIONS if name.lower() == case.operation.lower())
    return case._replace(operation=next(known, case.operation))


def _check_operation(operation: str, cases: Iterable[Case]) -> None:
    """QueryError for an operation that nobody knows: a slip of the pen must not pass for "nothing disagrees"."""
    known = sorted({*QUESTIONS, *(case.operation for case in cases)})
    if operation and operation.lower() not in (name.lower() for name in known):
        raise QueryError(f"no case asks the operation {operation!r}.", hint=f"Known are {', '.join(known)}.")


def _result(case: Case) -> Result:
    if case.not_replayable_because:
        return Result(case.name, case.operation, "not_replayable", note=case.not_replayable_because)
    if case.operation not in QUESTIONS:
        return Result(case.name, case.operation, "unsupported", note=f"{case.operation} is not replayed yet")
    try:
        diff = _diff(case)
    except UnsupportedError as error:
        return Result(case.name, case.operation, "unsupported", note=str(error))
    except NetwatchError as error:
        diff = (Difference("", case.response, f"{type(error).__name__}: {error}"),)
    except Exception as error:  # a slip of ours in one case must not hide what became of all the others
        diff = (Difference("", case.response, f"netwatch failed, {type(error).__name__}: {error}"),)
    return Result(case.name, case.operation, "disagree" if diff else "agree", diff)


def _diff(case: Case) -> tuple[Difference, ...]:
    watcher = NetworkWatcher(topology_of(case))
    reply = _ask(watcher, QUESTIONS[case.operation](case))
    if reply.status != 200 or case.status != 200:
        return _status_diff(case, reply)
    body = in_dialect_of(
        age_of(case),
        case.operation,
        reply.body,
        recorded=case.response,
        asides=Asides(
            rules=lambda nic: _ask(watcher, Question("effective_rules", nic, {})).body,
            configuration=lambda machine, address: _configuration(watcher, machine, address),
        ),
    )
    pair = Pair(case.response, body)
    if case.compare:
        return tuple(d for expression in case.compare for d in _expression_diff(expression, pair, case))
    pair = normalised(pair, case)
    return differences(pair.expected, pair.got)


def _configuration(watcher: NetworkWatcher, machine: str, address: str) -> str:
    """The id of the machine's ip configuration that has the address; the machine's where none has."""
    for nic in watcher.compiled.topology.nics_of.get(machine.lower(), ()):
        for config in nic.ip_configurations:
            if str(config.private_ip) == address:
                return config.id.text
    return machine


def _ask(watcher: NetworkWatcher, question: Question) -> _Reply:
    targets = [question.target] if question.target is not None else []
    try:
        return _Reply(200, _body(getattr(watcher, question.method)(*targets, **question.arguments)))
    except QueryError as error:
        return _Reply(_status_of(error), {"error": {"code": error.code, "message": error.message}})


def _body(answer: Any) -> Json:
    """ARM's body; of the one question that no ARM action answers, netwatch's own."""
    from netwatch.model.live_flows import LiveFlowAnswer

    if isinstance(answer, LiveFlowAnswer):
        from netwatch.render.live_flow import live_flow_json
        from netwatch.render.trip import Page

        return live_flow_json(answer, Page())
    from netwatch.render.arm import body

    return body(answer)


def _status_of(error: QueryError) -> int:
    if isinstance(error, RefusedByAzureError):
        return error.status
    return 404 if isinstance(error, ResourceNotFoundError) else 400


def _status_diff(case: Case, reply: _Reply) -> tuple[Difference, ...]:
    """A refusal is compared by status and error.code: messages name resources and change from year to year."""
    expected, got = {"status": case.status, **_code(case.response)}, {"status": reply.status, **_code(reply.body)}
    return differences(expected, got)


def _code(body: Json) -> dict[str, Json]:
    error = body.get("error") if isinstance(body, dict) else None
    return {"error": {"code": error.get("code")}} if isinstance(error, dict) else {}


def _expression_diff(expression: str, pair: Pair, case: Case) -> tuple[Difference, ...]:
    """What differs in what ``expression`` finds. Where ids are spelled in other casings, their order and what a filter
    lets through may differ by that alone, so such a difference counts only if it stays with all ids in lower case."""
    from jmespath.exceptions import JMESPathError

    try:
        found = same_ids(_searched(expression, pair), case)
        diff = differences(found.expected, found.got, expression)
        folded = _searched(_ID_IN_QUOTES.sub(lambda id: id[0].lower(), expression), same_ids(pair, case))
    except JMESPathError as error:
        return (Difference(expression, "a value", f"JMESPath: {error}"),)
    return () if folded.expected and not differences(folded.expected, folded.got) else diff


_ID_IN_QUOTES = re.compile("(?i)(?<=['\"`])/subscriptions/[^'\"`]*")


def _searched(expression: str, pair: Pair) -> Pair:
    import jmespath

    return Pair(*(jmespath.search(expression, body) for body in pair))


def _excused(results: list[Result], entries: Iterable[Entry], cases: Mapping[str, Case]) -> Report:
    """The report with the disagreements that ``entries`` excuse moved to the sickbay."""
    by_case = {result.case: number for number, result in enumerate(results)}
    problems: list[str] = []
    for entry in entries:
        if entry.case not in cases:
            problems.append(f"{entry}: there is no such case")
        elif entry.case in by_case:
            number = by_case[entry.case]
            problem = _entry_problem(entry, results[number], cases)
            if problem:
                problems.append(f"{entry}: {problem}")
            elif results[number].outcome == "disagree":
                results[number] = results[number]._replace(outcome="sickbay", note=_reason(entry))
    return Report(tuple(results), tuple(problems))


def _entry_problem(entry: Entry, result: Result, cases: Mapping[str, Case]) -> str:
    if result.outcome == "agree":
        return "the case agrees, so it needs no entry"
    if result.outcome == "not_replayable":
        return "the case cannot be replayed, so it needs no entry"
    if result.outcome == "unsupported":
        return ""
    return excuse_problem(entry, cases[entry.case], result.diff, cases=cases)


def _reason(entry: Entry) -> str:
    return f"{entry.reason}, by {entry.by}" + (f": {entry.note}" if entry.note else "")
