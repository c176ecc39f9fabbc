"""Commands that ask many questions on one load: ``ask`` answers them, ``check`` says which answers are not expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED, USAGE, exit_code
from netwatch.cli.options import FACTS, MAX_BYTES, SEMANTICS, SERVICE_TAGS, TOPOLOGY, VERBOSE, output

if TYPE_CHECKING:
    from netwatch.checks.running import Result
    from netwatch.model.where import Where
    from netwatch.render.trip import Page

__all__ = ["ask", "check"]

_FORMATS = ("text", "json")


def ask(
    topology: str = TOPOLOGY,
    questions: str = typer.Argument(..., metavar="QUESTIONS", help="A YAML list of questions, as in checks.yaml."),
    output: str = output(*_FORMATS),
    verbose: bool = VERBOSE,
    facts: str = FACTS,
    service_tags: str = SERVICE_TAGS,
    semantics: str = SEMANTICS,
    max_bytes: str = MAX_BYTES,
) -> None:
    """Answer every question of a file on one load.

    Exits with 1 when an expectation is missed.

    \b
    For example:
      netwatch ask two-tier.yaml questions.yaml
    """
    from netwatch.checks.reading import read_questions
    from netwatch.checks.reporting import answers_text, report_json
    from netwatch.checks.running import run
    from netwatch.cli.loading import Inputs, load_watcher
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import write

    check_format(output, _FORMATS)
    asked = read_questions(questions)
    results = run(load_watcher(Inputs(topology, facts, service_tags, max_bytes, semantics)), asked)
    if output == "json":
        write(with_places(lambda place: as_json(report_json(results, _page(place)))))
    elif verbose:
        write(with_places(lambda place: _whole_answers(results, _page(place, verbose=True))))
    else:
        write(with_places(lambda place: answers_text(results, _page(place))))
    raise typer.Exit(_exit_code(results))


def _page(place: Callable[[Where], str], *, verbose: bool = False) -> Page:
    from netwatch.cli.streams import colour_wanted, width
    from netwatch.render.trip import Page

    return Page(width(), verbose, colour_wanted(), place)


def _whole_answers(results: tuple[Result, ...], page: Page) -> str:
    """Every answer in its three blocks; what has none, in its lines."""
    from netwatch.checks.reporting import answers_text
    from netwatch.render.text import text

    written = [
        text(result.answer, verbose=True, width=page.width, colour=page.colour, place=page.place)
        if result.answer is not None
        else answers_text((result,), page)
        for result in results
    ]
    return f"\n{'─' * page.width}\n\n".join(written)


def _exit_code(results: Iterable[Result]) -> int:
    """The code of the first question that could not be asked, else whether an expectation was missed."""
    from netwatch.checks.running import CheckOutcome

    codes = [ANSWERED]
    for result in results:
        if result.outcome is CheckOutcome.ERROR and result.error is not None:
            return exit_code(result.error)
        codes.append(
            {CheckOutcome.MISSED: EXPECTATION_MISSED, CheckOutcome.REFUSED: USAGE}.get(result.outcome, ANSWERED)
        )
    return max(codes)


def check(
    path: str = typer.Argument(".", metavar="[DIR|FILE]", help="A topology, or a directory with a checks.yaml."),
    questions: str = typer.Argument("", metavar="[QUESTIONS]", help="A file of questions that stands elsewhere."),
    output: str = output(*_FORMATS),
    verbose: bool = VERBOSE,
    facts: str = FACTS,
    service_tags: str = SERVICE_TAGS,
    semantics: str = SEMANTICS,
    max_bytes: str = MAX_BYTES,
) -> None:
    """Say which answers are not as expected.

    Asks the checks.yaml beside a topology; of a directory without one, those of the directories below it.
    Exits with 1 when an expectation is missed.

    \b
    For example:
      netwatch check topologies
    """
    from netwatch.checks.finding import Checked, find_checks
    from netwatch.checks.reading import read_questions
    from netwatch.checks.reporting import counts, report_json, report_text
    from netwatch.checks.running import run
    from netwatch.cli.loading import Inputs, load_watcher
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import write

    check_format(output, _FORMATS)
    found: dict[str, tuple[Result, ...]] = {}
    wanted = (Checked(Path(path), Path(questions)),) if questions else find_checks(Path(path))
    for checked in wanted:
        asked = read_questions(checked.questions)
        watcher = load_watcher(Inputs(str(checked.topology), facts, service_tags, max_bytes, semantics))
        found[str(checked.questions)] = run(watcher, asked)
    every = tuple(result for results in found.values() for result in results)
    if output == "text":
        pages = with_places(lambda place: [report_text(*of, _page(place, verbose=verbose)) for of in found.items()])
        write("".join(pages))
    else:
        checks = with_places(lambda place: {t: report_json(results, _page(place)) for t, results in found.items()})
        write(as_json({"counts": counts(every), "checks": checks}))
    raise typer.Exit(_exit_code(every))
