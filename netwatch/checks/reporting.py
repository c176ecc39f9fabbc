"""Results of questions as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.checks.reading import Question
from netwatch.checks.running import CheckOutcome, Miss, Result
from netwatch.checks.verbs import question_line
from netwatch.render.layout import HANG, wrap
from netwatch.render.text import answer_line
from netwatch.render.trip import Page

__all__ = ["answers_text", "counts", "missed_lines", "report_json", "report_text", "title", "total_line", "why"]

INDENT = 2

LABEL = 9
"""Characters of the column of labels: ``expected``, ``got``, ``why``."""


def counts(results: Iterable[Result]) -> dict[str, int]:
    """How many questions had which outcome; outcomes that did not occur are left out."""
    found = [result.outcome for result in results]
    return {outcome.value: found.count(outcome) for outcome in CheckOutcome if outcome in found}


def report_text(title: str, results: tuple[Result, ...], page: Page) -> str:
    """One line for the file, then what went wrong in it: the question, expected and got, and why."""
    lines = wrap(f"{title}: {_counted(results)}", page.width)
    for result in results:
        if page.verbose or result.outcome.is_bad:
            lines += _result_lines(result, page)
    return "\n".join(lines) + "\n"


def total_line(results: Iterable[Result], files: int) -> str:
    """All counts in one line, for several files."""
    return f"{_counted(results)} in {files} files\n"


def _counted(results: Iterable[Result]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in counts(results).items())


def answers_text(results: tuple[Result, ...], page: Page) -> str:
    """Each question with its answer in one line."""
    lines = [line for result in results for line in (*_result_lines(result, page), "")]
    return "\n".join(lines[:-1]) + "\n"


def _result_lines(result: Result, page: Page) -> Iterator[str]:
    question = result.question
    yield from wrap(f"{result.outcome.value} {page.place(question.where)} {title(question)}", page.width, indent=INDENT)
    if question.name:
        yield from _labelled("asked", question_line(question.verb, question.values), page)
    for miss in result.misses:
        yield from _labelled("expected", _expected(miss), page)
        yield from _labelled("got", _shown(miss.got), page)
    yield from _labelled("why" if result.misses else "", why(result, page), page)


def missed_lines(result: Result) -> list[str]:
    """What was expected and what came out, one line for each expectation that was missed."""
    return [f"expected {_expected(miss)}, got {_shown(miss.got)}" for miss in result.misses]


def _expected(miss: Miss) -> str:
    return f"{miss.what} = {_shown(miss.expected)}" if miss.what else _shown(miss.expected)


def title(question: Question) -> str:
    """What a question is called, else the question itself."""
    return question.name or question_line(question.verb, question.values)


def _labelled(label: str, text: str, page: Page) -> list[str]:
    lead = label.ljust(LABEL) if label else ""
    return wrap(f"{lead}{text}", page.width, indent=2 * INDENT, hang=len(lead) or HANG)


def why(result: Result, page: Page) -> str:
    """What came out and what settled it, or the error; a refusal says the traffic's fate in its own hint."""
    if result.answer is not None:
        return answer_line(result.answer, page)
    return f"{result.error.code}: {' '.join(str(result.error).split())}" if result.error is not None else ""


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def report_json(results: tuple[Result, ...], page: Page) -> list[dict[str, Any]]:
    """Each question with its place, outcome, ARM's body (or the error), and the expectations that were missed."""
    return [_result_json(result, page) for result in results]


def _result_json(result: Result, page: Page) -> dict[str, Any]:
    question = result.question
    out: dict[str, Any] = {
        **({"name": question.name} if question.name else {}),
        "ask": question.verb.name,
        **question.values,
        "where": page.place(question.where),
        "outcome": result.outcome.value,
        "answer": result.body,
    }
    if result.error is not None and result.body is None:
        out["error"] = {"code": result.error.code, "message": str(result.error)}
    if question.expect is not None:
        out["expect"] = question.expect
        out["missed"] = [{"what": m.what, "expected": m.expected, "got": m.got} for m in result.misses]
    return out
