"""``netwatch live-flow``: what becomes of a flow that is under way when the rules change."""

from __future__ import annotations

from typing import Any

import typer

from netwatch.cli.loading import Inputs
from netwatch.cli.options import option, output, takes_inputs

__all__ = ["live_flow"]

_BEFORE: Any = typer.Argument(..., metavar="BEFORE", help="The network under whose rules the flow began.")
_AFTER: Any = typer.Argument(..., metavar="AFTER", help="The network with the new rules.")


@takes_inputs
def live_flow(
    before: str = _BEFORE,
    after: str = _AFTER,
    vm: str = option(..., "--vm", help="The virtual machine.", metavar="NAME"),
    direction: str = option(..., "--direction", help="Inbound or Outbound.", metavar="DIRECTION"),
    protocol: str = option(..., "--protocol", help="TCP or UDP.", metavar="PROTOCOL"),
    local: str = option(..., "--local", help="The machine's end of the flow.", metavar="IP:PORT"),
    remote: str = option(..., "--remote", help="The other end.", metavar="IP:PORT"),
    nic: str = option("", "--nic", help="The network interface (default: the primary one).", metavar="NAME"),
    expect: str = option("", "--expect", help="Exit with 1 unless this is the fate.", metavar="WORD"),
    output: str = output("text", "json"),
    *,
    inputs: Inputs,
) -> None:
    """Does a flow under way survive a change of rules?

    The fate is Continues, Ends, NeverOpened or Unknown.

    \b
    For example:
      netwatch live-flow old.yaml new.yaml --vm web-0 --direction Inbound \\
          --protocol TCP --local :443 --remote 203.0.113.7:50123
    """
    from netwatch.checks.verbs import arguments_as_options
    from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED
    from netwatch.cli.loading import load_watcher
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.placing import with_places
    from netwatch.cli.streams import colour_wanted, note, width, write
    from netwatch.errors import QueryError
    from netwatch.model.live_flows import LiveFlowFate
    from netwatch.render.live_flow import live_flow_json, live_flow_text
    from netwatch.render.trip import Page

    check_format(output, ("text", "json"))
    fates = [fate.value for fate in LiveFlowFate]
    if expect and expect.lower() not in map(str.lower, fates):
        raise QueryError(f"--expect {expect!r} is no answer.", hint=f"Expected one of: {', '.join(fates)}.")
    old, new = (load_watcher(inputs._replace(topology=each)) for each in (before, after))
    with arguments_as_options():
        answer = old.live_flow(new, vm, direction=direction, protocol=protocol, local=local, remote=remote, nic=nic)
    if output == "json":
        write(with_places(lambda place: as_json(live_flow_json(answer, Page(place=place)))))
    else:
        write(with_places(lambda place: live_flow_text(answer, Page(width(), colour=colour_wanted(), place=place))))
    missed = bool(expect) and expect.lower() != answer.fate.value.lower()
    if missed:
        note(f"expected {expect}, got {answer.fate.value}")
    raise typer.Exit(EXPECTATION_MISSED if missed else ANSWERED)
