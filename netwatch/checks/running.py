"""Asking the questions of a file, and holding each answer against what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.checks.reading import Question
from netwatch.checks.verbs import ask, headline
from netwatch.errors import NetwatchError, RefusedByAzureError

if TYPE_CHECKING:
    from netwatch.render.arm import Answer
    from netwatch.watcher import NetworkWatcher

__all__ = ["CheckOutcome", "Miss", "Result", "run"]


class CheckOutcome(Enum):
    """What became of a question. A question without an expectation is Answered, or Refused where Azure refuses it."""

    PASSED = "passed"
    MISSED = "missed"
    ANSWERED = "answered"
    REFUSED = "refused"
    ERROR = "error"

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look at it."""
        return self in (CheckOutcome.MISSED, CheckOutcome.REFUSED, CheckOutcome.ERROR)


class Miss(NamedTuple):
    """One expectation that was not met; ``what`` is its JMESPath expression, empty for the answer in one word."""

    what: str
    expected: Any
    got: Any


class Result(NamedTuple):
    """One question with what came of it: ``answer`` or ``error``, and ARM's ``body`` for either, where it has one."""

    question: Question
    outcome: CheckOutcome
    answer: Answer | None = None
    error: NetwatchError | None = None
    body: dict[str, Any] | None = None
    misses: tuple[Miss, ...] = ()


def run(watcher: NetworkWatcher, questions: Iterable[Question]) -> tuple[Result, ...]:
    """The result of each question, in order; an error ends its question, not the run."""
    return tuple(_result(watcher, question) for question in questions)


def _result(watcher: NetworkWatcher, question: Question) -> Result:
    from netwatch.render.arm import body, error_body

    try:
        answer = ask(watcher, question.verb, question.values)
    except RefusedByAzureError as error:
        misses = _misses(question, error_body(error), error.fate)
        outcome = _outcome(question, misses, CheckOutcome.REFUSED)
        return Result(question, outcome, None, error, error_body(error), misses)
    except NetwatchError as error:
        return Result(question, CheckOutcome.ERROR, error=error)
    arm = body(answer)
    misses = _misses(question, _with_reasons(watcher, question, answer, arm), headline(question.verb, arm))
    return Result(question, _outcome(question, misses, CheckOutcome.ANSWERED), answer, None, arm, misses)


def _with_reasons(watcher: NetworkWatcher, question: Question, answer: Answer, arm: dict[str, Any]) -> dict[str, Any]:
    """ARM's body, with the explanation beside its fields where an expectation speaks of it."""
    if not isinstance(question.expect, Mapping) or not any("explanation" in each for each in question.expect):
        return arm
    from netwatch.render.explanation import explanation

    return {**arm, "explanation": explanation(answer, watcher.compiled.topology)}


def _outcome(question: Question, misses: tuple[Miss, ...], unasked: CheckOutcome) -> CheckOutcome:
    if question.expect is None:
        return unasked
    return CheckOutcome.MISSED if misses else CheckOutcome.PASSED


def _misses(question: Question, arm: dict[str, Any], word: str) -> tuple[Miss, ...]:
    expect = question.expect
    if expect is None:
        return ()
    if isinstance(expect, str):
        return () if expect.lower() == word.lower() else (Miss("", expect, word),)
    found = ((what, expected, _searched(what, arm)) for what, expected in expect.items())
    return tuple(Miss(what, expected, got) for what, expected, got in found if not _same(expected, got))


def _searched(expression: str, arm: dict[str, Any]) -> Any:
    """What the expression finds; one that cannot be evaluated on this body finds its own complaint, so it is missed."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, arm)
    except JMESPathError as error:
        return f"({' '.join(str(error).split())})"


def _same(expected: Any, got: Any) -> bool:
    """Equal, and of one type: to a file ``1`` and ``true`` are two things, though Python calls them equal."""
    return bool(expected == got) and isinstance(expected, bool) == isinstance(got, bool)
