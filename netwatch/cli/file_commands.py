"""Commands that ask many questions on one load: ``ask`` answers them, ``check`` says which answers are not expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED, USAGE, exit_code
from netwatch.cli.loading import Inputs
from netwatch.cli.options import TOPOLOGY, VERBOSE, option, output, takes_inputs
from netwatch.errors import NetwatchError

if TYPE_CHECKING:
    from netwatch.checks.finding import Checked
    from netwatch.checks.running import Result
    from netwatch.model.where import Where
    from netwatch.render.trip import Page

__all__ = ["ask", "check"]


@takes_inputs
def ask(
    topology: str = TOPOLOGY,
    questions: str = typer.Argument(..., metavar="QUESTIONS", help="A YAML list of questions, as in checks.yaml."),
    output: str = output("text", "json"),
    verbose: bool = VERBOSE,
    *,
    inputs: Inputs,
) -> None:
    """Answer every question of a file on one load.

    \b
    For example:
      netwatch ask two-tier.yaml checks.yaml
    """
    from netwatch.checks.reading import read_questions
    from netwatch.checks.reporting import answers_text, report_json
    from netwatch.checks.running import run
    from netwatch.cli.loading import load_watcher
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import write

    check_format(output, ("text", "json"))
    asked = read_questions(questions)
    results = run(load_watcher(inputs._replace(topology=topology)), asked)
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


@takes_inputs
def check(
    paths: list[str] = typer.Argument(
        None, metavar="[PATH…]", help="Topologies, checks.yaml files, directories, patterns (default: all below here)."
    ),
    output: str = output("text", "json", "github"),
    junit: str = option("", "--junit", help="Also write the results as JUnit XML.", metavar="FILE"),
    verbose: bool = VERBOSE,
    *,
    inputs: Inputs,
) -> None:
    """Say which answers are not as expected.

    Asks the checks.yaml beside each topology; of a directory without one, those of all directories below it. Of two
    paths the second may be a file of questions about the first. github prints annotations for GitHub Actions.

    \b
    For example:
      netwatch check topologies
      netwatch check two-tier.yaml other-checks.yaml
      netwatch check 'networks/**/checks.yaml' --junit results.xml
    """
    from netwatch.checks.finding import find_all_checks
    from netwatch.cli.output import check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import report, write
    from netwatch.cli.writing import write_file

    check_format(output, ("text", "json", "github"))
    done = _run_all(find_all_checks(paths or ["."]), inputs)
    write(with_places(lambda place: _reported(done, output, _page(place, verbose=verbose))))
    report([each for errors in done.broken.values() for each in errors])
    if junit:
        write_file(junit, with_places(lambda place: _junit(done, _page(place))), force=True)
    raise typer.Exit(done.exit_code)


class _Done(NamedTuple):
    """What was asked: results by the file of questions, and the errors of those that could not be asked at all."""

    results: dict[str, tuple[Result, ...]]
    broken: dict[str, list[NetwatchError]]

    @property
    def every(self) -> tuple[Result, ...]:
        return tuple(result for results in self.results.values() for result in results)

    @property
    def exit_code(self) -> int:
        errors = [error for errors in self.broken.values() for error in errors]
        return exit_code(errors[0]) if errors else _exit_code(self.every)


def _run_all(wanted: Iterable[Checked], inputs: Inputs) -> _Done:
    """A network that cannot be read is no reason to leave the others unasked."""
    from netwatch.checks.reading import read_questions
    from netwatch.checks.running import run
    from netwatch.cli.loading import load_watcher
    from netwatch.errors import TopologyErrors

    done = _Done({}, {})
    for checked in wanted:
        name = str(checked.questions)
        try:
            asked = read_questions(name)
            watcher = load_watcher(inputs._replace(topology=str(checked.topology)))
        except NetwatchError as error:
            done.broken[name] = list(error.errors) if isinstance(error, TopologyErrors) else [error]
        else:
            done.results[name] = run(watcher, asked)
    return done


def _reported(done: _Done, form: str, page: Page) -> str:
    from netwatch.checks.reporting import report_text, total_line

    if form == "json":
        return _json(done, page)
    if form == "github":
        from netwatch.checks.github import github_annotations

        broken = [(error.where, str(error)) for errors in done.broken.values() for error in errors]
        return github_annotations(done.every, broken, page)
    total = [total_line(done.every, len(done.results))] if len(done.results) > 1 else []
    return "".join([*(report_text(name, results, page) for name, results in done.results.items()), *total])


def _json(done: _Done, page: Page) -> str:
    from netwatch.checks.reporting import counts, report_json
    from netwatch.cli.output import as_json

    checks = {name: report_json(results, page) for name, results in done.results.items()}
    found: dict[str, Any] = {"counts": counts(done.every), "checks": checks}
    if done.broken:
        found["errors"] = {
            name: [{"code": error.code, "message": str(error)} for error in errors]
            for name, errors in done.broken.items()
        }
    return as_json(found)


def _junit(done: _Done, page: Page) -> str:
    from netwatch.checks.junit import junit

    return junit(done.results, {name: "\n".join(map(str, errors)) for name, errors in done.broken.items()}, page)
