"""Commands about topology files: ``init`` begins one, ``schema`` describes them, ``load`` says what was understood."""

from __future__ import annotations

import typer

from netwatch.cli.loading import Inputs
from netwatch.cli.options import TOPOLOGY, VERBOSE, option, output, takes_inputs

__all__ = ["init", "load", "schema"]


def init(
    file: str = typer.Argument("", metavar="[FILE]", help="Where to write it (default: standard output)."),
) -> None:
    """A commented topology to start from.

    \b
    For example:
      netwatch init my-network.yaml
    """
    from netwatch.cli.streams import write
    from netwatch.errors import QueryError
    from netwatch.formats.topology_file.starter import starter

    if not file:
        write(starter())
        return
    try:
        with open(file, "x", encoding="utf-8") as new:
            new.write(starter())
    except FileExistsError:
        raise QueryError(f"{file} is there already.", hint="Name another file.") from None
    except OSError as error:
        raise QueryError(f"{file} cannot be written: {error.strerror}.") from None


def schema(
    checks: bool = option(False, "--checks", help="That of files of questions, such as checks.yaml."),
) -> None:
    """The JSON Schema of native topology files.

    Editors complete and check a topology with it as you type.

    \b
    For example:
      netwatch schema > topology.schema.json
      netwatch schema --checks > checks.schema.json
    """
    from netwatch.checks.schema import checks_schema
    from netwatch.cli.output import as_json
    from netwatch.cli.streams import write
    from netwatch.formats.topology_file.schema import json_schema

    write(as_json(checks_schema() if checks else json_schema()))


@takes_inputs
def load(
    topology: str = TOPOLOGY,
    output: str = output("text", "json"),
    verbose: bool = VERBOSE,
    *,
    inputs: Inputs,
) -> None:
    """What netwatch understood of an input.

    Counts by kind, what is named only or not read, what was assumed, and what the input leaves open; as JSON, -v adds
    what text has besides.

    \b
    For example:
      netwatch load network.json
    """
    from netwatch.cli.loading import load_topology
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import width, write
    from netwatch.errors import TopologyError, UnsupportedError
    from netwatch.render.load_report import load_report, load_report_text
    from netwatch.render.trip import Page

    check_format(output, ("text", "json"))
    try:
        loaded = load_topology(inputs._replace(topology=topology))
    except UnsupportedError as error:  # whether it can be loaded is the question here
        raise TopologyError(error.message, where=error.where, hint=error.hint, code=error.code) from None
    if output == "json":
        write(with_places(lambda place: as_json(load_report(loaded, Page(verbose=verbose, place=place)))))
    else:
        write(with_places(lambda place: load_report_text(loaded, Page(width(), verbose, place=place))))
