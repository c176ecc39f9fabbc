"""The path of one flow as hops: security rules at each, and the routes that lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import NicAddress, find_owner_anywhere
from netwatch.engines.path.destination import Destination
from netwatch.engines.path.hops import denials, hops_of
from netwatch.engines.path.steps import Step, Walk, steps_from
from netwatch.model.answers import Hop
from netwatch.model.flow import Direction, Flow, Outcome
from netwatch.model.resources import NetworkInterface
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import verdict

__all__ = ["Path", "assumed", "open_values", "walk"]

_ENDS = ("VirtualNetwork", "PrivateEndpoint")
"""Hop types of a NIC that has the address asked for."""


class Path(NamedTuple):
    """The hops from the source on. ``arrived`` is the NIC at the destination, None where the flow ends elsewhere.

    ``unresolved`` are the open values on which the path depends; ``notes`` say what was assumed, and why it ends.
    ``meant`` is the NIC that has the destination's address where the flow does not come to it.
    """

    hops: tuple[Hop, ...]
    arrived: NetworkInterface | None
    unresolved: tuple[Unresolved, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    meant: NetworkInterface | None = None


def walk(compiled: CompiledTopology, source: NicAddress, destination: Destination, flow: Flow) -> Path:
    """The path of ``flow`` from the NIC that opens it.

    Neither a rule that denies nor an appliance that does not forward ends the path, because routes do not ask them:
    each becomes an issue of its hop, and so every blocker shows. A drop by a route or a peering ends it, and so does a
    loop; a hop ``Destination`` then stands for the end not reached, with what its own rules would say.
    Raises UnsupportedError where something decides that is not evaluated.
    """
    host = "" if destination.place is not None or destination.name == str(destination.address) else destination.name
    steps = steps_from(Walk(compiled, set(), host=host), source, flow)
    last = steps[-1]
    arrived = last.stop.nic if last.kind in _ENDS and isinstance(last.stop, NicAddress) else None
    meant = None if arrived or last.onward.end else _meant(compiled, destination)
    closing = _closing_hop(compiled, last, destination, meant)
    unresolved = [reason for step in steps for reason in open_values(step)]
    notes = [note for step in steps for note in (*assumed(step), *step.onward.notes)]
    notes += _other_way(compiled, source, last, meant)
    return Path(
        (*hops_of(compiled, steps), *closing),
        arrived,
        tuple(dict.fromkeys(unresolved)),
        tuple(dict.fromkeys(notes)),
        tuple(steps),
        meant.nic if meant is not None else None,
    )


def _other_way(compiled: CompiledTopology, source: NicAddress, last: Step, meant: NicAddress | None) -> Iterator[str]:
    """Where routes drop the flow: whether anything could have handed it on."""
    if meant is not None and any(issue.type == "UserDefinedRoute" for issue in last.onward.issues):
        from netwatch.engines.path.other_way import other_way

        yield from other_way(compiled, source, meant)


def open_values(step: Step) -> Iterator[Unresolved]:
    """The open values on which a step depends."""
    yield from step.onward.unresolved
    for found in step.verdicts:
        if found.outcome is Outcome.UNKNOWN:
            yield from found.unresolved


def assumed(step: Step) -> Iterator[str]:
    """A sentence where the address of the NIC is worked out, and not of the input."""
    if isinstance(step.stop, NicAddress) and step.stop.config.assumed:
        yield f"{step.stop.name} is assumed to have the address {step.stop.config.private_ip}"


def _meant(compiled: CompiledTopology, destination: Destination) -> NicAddress | None:
    """The NIC that should have been reached."""
    if destination.place is not None or destination.shown is None:
        return destination.place
    return find_owner_anywhere(compiled.topology, destination.shown)


def _closing_hop(
    compiled: CompiledTopology, last: Step, destination: Destination, meant: NicAddress | None
) -> Iterator[Hop]:
    """The hop after the last step, if that is not the destination: where it leaves to, or the end not reached."""
    if last.kind in _ENDS:
        return
    end = last.onward.end or "Destination"
    if end == "Internet":
        name = destination.name if destination.is_stand_in else "Internet"
        yield Hop(end, name, destination.shown, None)
    elif meant is None:
        yield Hop(end, destination.name, destination.shown, None)
    else:
        verdicts = (verdict(compiled, meant.nic, Direction.INBOUND, last.flow),)
        issues = tuple(denials(verdicts))
        yield Hop(end, meant.name, destination.shown, meant.config.id, (), issues, verdicts)
