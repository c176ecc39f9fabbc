"""``conformance``: recorded answers of the real service, asked again and compared."""

from __future__ import annotations

import typer

from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED, USAGE
from netwatch.cli.options import VERBOSE, option, output

__all__ = ["conformance"]


def conformance(
    directory: str = typer.Argument(..., metavar="DIR", help="A directory of case files."),
    output: str = output("text", "json"),
    operation: str = option("", "--operation", help="Only this operation, as ARM calls it.", metavar="NAME"),
    sickbay: str = option("", "--sickbay", help="A YAML list of excused cases, each with its reason.", metavar="FILE"),
    verbose: bool = VERBOSE,
) -> None:
    """Ask recorded questions again, and compare.

    \b
    For example:
      netwatch conformance tests/conformance --operation ipFlowVerify
    """
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import note, patience, write
    from netwatch.conformance import replay

    check_format(output, ("text", "json"))
    with patience(f"asking the cases in {directory} again …"):
        report = replay(directory, operation=operation, sickbay=sickbay or None)
    if output == "json":
        write(as_json(report.to_json()))
        for problem in report.problems:
            note(problem)
    else:
        write(report.to_text(verbose=verbose) + "\n")
    if not report.results:  # a search that finds nothing must not pass for "nothing disagrees"
        note(f"{directory} holds no case{f' of {operation}' if operation else ''}")
        raise typer.Exit(USAGE)
    raise typer.Exit(EXPECTATION_MISSED if report.failed else ANSWERED)
