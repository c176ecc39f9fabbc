"""One question on the command line: its options, its answer in the format asked for, and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.checks.verbs import Verb, ask, headline, question_line
from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED, USAGE
from netwatch.cli.loading import Inputs, load_watcher
from netwatch.cli.output import as_json, check_format, formatted
from netwatch.cli.placing import with_places
from netwatch.cli.streams import colour_wanted, note, width, write
from netwatch.errors import QueryError, RefusedByAzureError

if TYPE_CHECKING:
    from netwatch.model.topology import Topology
    from netwatch.render.arm import Answer

__all__ = ["Manner", "answer_question"]


class Manner(NamedTuple):
    """How a question is answered: the format, a query, the expected word, and how much is said."""

    output: str = "text"
    query: str = ""
    expect: str = ""
    explain: bool = False
    verbose: bool = False


def answer_question(verb: Verb, values: dict[str, str], inputs: Inputs, manner: Manner) -> int:
    """Answer one question on standard output, remarks on standard error; the exit code."""
    check_format(manner.output)
    _check_expectation(verb, manner)
    watcher = load_watcher(inputs)
    try:
        answer = ask(watcher, verb, values)
    except RefusedByAzureError as error:
        return _refused(verb, values, error, watcher.compiled.topology, manner)
    for remark in answer.notes:
        note(remark)
    write(_written(answer, watcher.compiled.topology, manner))
    if not manner.expect:
        return ANSWERED
    from netwatch.render.arm import body

    return _judged(manner.expect, headline(verb, body(answer)))


def _check_expectation(verb: Verb, manner: Manner) -> None:
    """A word that can never come out is a slip of the pen, not an expectation."""
    if not manner.expect or manner.expect.lower() in (word.lower() for word in verb.words):
        return
    if not verb.words:
        raise QueryError(f"--expect cannot be used with {verb.name}: its answer is not one word.")
    from netwatch.checks.nearest import did_you_mean

    raise QueryError(f"--expect {manner.expect!r} is no answer.", hint=did_you_mean(manner.expect, verb.words))


def _refused(verb: Verb, values: dict[str, str], error: RefusedByAzureError, topology: Topology, manner: Manner) -> int:
    """What Azure refuses: its error body, or in text what happens to the traffic too, which --expect compares."""
    from netwatch.render.trip import Page

    is_text = manner.output == "text" and not manner.query
    if is_text and not manner.explain:
        from netwatch.render.text import refusal

        asked, page = question_line(verb, values), Page(width(), manner.verbose, colour_wanted())
        write(with_places(lambda place: refusal(asked, error, page._replace(place=place))))
    else:
        from netwatch.render.arm import error_body
        from netwatch.render.explanation import explained_refusal

        said = error_body(error)
        if manner.explain:
            said = with_places(lambda place: explained_refusal(error, topology, Page(place=place)))
        write(as_json(said) if is_text else formatted(said, manner.output, manner.query))
    return _judged(manner.expect, error.fate) if manner.expect and error.fate else USAGE


def _judged(expected: str, got: str) -> int:
    if expected.lower() == got.lower():
        return ANSWERED
    note(f"expected {expected}, got {got}")
    return EXPECTATION_MISSED


def _written(answer: Answer, topology: Topology, manner: Manner) -> str:
    if manner.explain:
        return _explained(answer, topology, manner)
    if manner.output == "text" and not manner.query:
        from netwatch.render.text import text

        return with_places(
            lambda place: text(answer, verbose=manner.verbose, width=width(), colour=colour_wanted(), place=place)
        )
    from netwatch.render.arm import body

    return formatted(body(answer), manner.output, manner.query)


def _explained(answer: Answer, topology: Topology, manner: Manner) -> str:
    from netwatch.render.explanation import explained
    from netwatch.render.trip import Page

    found: dict[str, Any] = with_places(lambda place: explained(answer, topology, Page(place=place)))
    return formatted(found, manner.output, manner.query) if manner.query or manner.output != "text" else as_json(found)
