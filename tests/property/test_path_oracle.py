"""netwatch against the independent oracle on whole paths: every hop, everything in the way, loops and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from netwatch.errors import UnsupportedError
from netwatch.model.answers import ConnectivityCheckAnswer, Hop
from netwatch.model.answers import Issue as ArmIssue
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher
from tests.oracle import Asked, Checked, HopSaid, Issue, Unevaluated, oracle_check
from tests.strategies import TAGS, estates, published_tags, questions_of, topologies

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the network that tells them apart

MORE = settings(max_examples=2 * settings().max_examples)  # paths part ways at many places


class Case(NamedTuple):
    """Several questions about one network: drawing it costs more than asking it."""

    topology: Topology
    asked: list[Asked]


@st.composite
def cases(draw: st.DrawFn, networks: st.SearchStrategy[Topology], *, questions: int) -> Case:
    topology = draw(networks)
    near = questions_of(topology)
    return Case(topology, [draw(near) for _ in range(questions)])


@MORE
@given(cases(estates(), questions=12))
def test_every_hop_and_all_that_is_in_the_way(case: Case) -> None:
    check(case)


@MORE
@given(cases(estates(("firewall",)), questions=12))
def test_paths_through_firewalls(case: Case) -> None:
    check(case)


@given(cases(topologies(), questions=6))
def test_paths_of_networks_of_any_kind(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    for asked in case.asked:
        try:
            expected = oracle_check(case.topology, asked, TAGS)
        except Unevaluated:
            with pytest.raises(UnsupportedError):
                ask(watcher, asked)
            continue
        found = said(case.topology, ask(watcher, asked))
        assert found == expected, asked
        for reached in sorted(set(reached_by(expected))):
            event(reached)


def ask(watcher: NetworkWatcher, asked: Asked) -> ConnectivityCheckAnswer:
    dest = asked.dest.text if isinstance(asked.dest, ResourceId) else str(asked.dest)
    return watcher.connectivity_check(asked.source.text, dest=dest, dest_port=asked.port, protocol=asked.protocol.value)


def said(topology: Topology, answer: ConnectivityCheckAnswer) -> Checked:
    """The answer in the oracle's words."""
    back = answer.returned
    return Checked(
        answer.status,
        [hop_said(topology, hop) for hop in answer.hops],
        back.outcome if back is not None else "",
        [hop_said(topology, hop) for hop in back.hops] if back is not None else [],
        any("routing loop" in note for note in answer.notes),
    )


def hop_said(topology: Topology, hop: Hop) -> HopSaid:
    """A peering that a network manager is to make has the name of its network."""
    resource = hop.resource.text if hop.resource is not None else ""
    if hop.type == "VirtualNetworkPeering" and hop.resource is not None and hop.resource.key not in topology.peerings:
        resource = hop.resource.parent.text
    return HopSaid(hop.type, resource, hop.links[0].link_type if hop.links else "", issues_said(hop.issues))


def issues_said(issues: Iterable[ArmIssue]) -> tuple[Issue, ...]:
    return tuple(sorted(Issue(each.origin, each.type, each.context[0][1] if each.context else "") for each in issues))


def reached_by(checked: Checked) -> Iterator[str]:
    """What an example reaches, for ``--hypothesis-show-statistics``."""
    yield f"status {checked.status}"
    yield f"back {checked.returned or 'not asked'}"
    if checked.loops:
        yield "loop"
    for hop in checked.hops:
        yield f"hop {hop.type}"
        for issue in hop.issues:
            named = f" {issue.context}" if issue.type in ("Platform", "UserDefinedRoute") else ""
            yield f"issue {issue.origin} {issue.type}{named}"
