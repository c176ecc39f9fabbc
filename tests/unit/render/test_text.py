"""Answers in three blocks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import parse_address
from netwatch.model.answers import Verdict
from netwatch.model.flow import Level, Outcome
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteState
from netwatch.model.rules import SecurityRule
from netwatch.model.where import Where
from netwatch.render.arm import Answer
from netwatch.render.text import answer_line, refusal, text
from netwatch.render.trip import Page
from tests.build import prefixes, rule
from tests.unit.render.answers import (
    NIC,
    OPEN,
    default_rule,
    effective_nsg,
    ip_flow,
    next_hop,
    path,
    rules_answer,
    user_route,
    verdict,
    view_answer,
)


def _placed(name: str, line: int, dports: str = "*") -> SecurityRule:
    return replace(rule(name, dports=dports), where=Where("n.yaml", line))


def test_one_group() -> None:
    assert text(ip_flow(verdict(_placed("web", 17)))) == (
        "Asked\n"
        "  Inbound Tcp 203.0.113.7:50123 → 10.0.0.4:443 at nic of vm\n"
        "\n"
        "Trip\n"
        "  subnet  nsg  Allow  100  web  n.yaml:17\n"
        "\n"
        "Answer\n"
        "  Allow by nsg/web (priority 100, subnet), n.yaml:17\n"
    )


def test_two_groups_line_up_and_the_one_that_denies_settles_it() -> None:
    first, last = verdict(_placed("web", 17)), verdict(default_rule("DenyAllInBound"), Outcome.DENY, level=Level.NIC)
    both = Verdict(NIC.id, first.direction, first.flow, (*first.decisions, *last.decisions), Outcome.DENY)
    shown = text(ip_flow(both)).splitlines()
    assert shown[4:6] == [
        "  subnet  nsg  Allow  100    web             n.yaml:17",
        "  NIC     nsg  Deny   65500  DenyAllInBound  Azure default",
    ]
    assert shown[-1] == "  Deny by nsg/DenyAllInBound (priority 65500, NIC), Azure default"


def test_verbose_adds_the_rules_asked_before() -> None:
    answer = ip_flow(verdict(_placed("web", 17), tried=(_placed("ssh", 15, dports="22"),)))
    assert "ssh" not in text(answer)
    assert "      100  ssh  n.yaml:15\n" in text(answer, verbose=True)


def test_unknown_says_what_is_not_known_and_where() -> None:
    shown = text(ip_flow(verdict(None, Outcome.UNKNOWN, unresolved=(OPEN,))), width=120)
    reason = "[parameters('port')], not known, because it is a parameter (main.json:3)"
    assert f"Answer\n  Unknown: {reason}\n" in shown
    assert f"    {reason}\n" in shown


def test_the_list_of_service_tags_is_named_where_the_answer_rests_on_it() -> None:
    answer = ip_flow(verdict(_placed("web", 17)), service_tags="ServiceTags_Public, change 376")
    assert "  service tags: ServiceTags_Public, change 376\n" in text(answer)


def test_a_place_is_written_as_the_caller_says() -> None:
    assert "line seventeen" in text(ip_flow(verdict(_placed("web", 17))), place=lambda where: "line seventeen")


def test_the_answer_is_bold_in_colour_only() -> None:
    answer = ip_flow(verdict(_placed("web", 17)))
    assert "\x1b" not in text(answer)
    assert text(answer, colour=True).splitlines()[-1].startswith("\x1b[1m")


def test_names_cannot_speak_to_the_terminal() -> None:
    shown = text(ip_flow(verdict(_placed("\x1b]0;owned\x07", 1))))
    assert "\x1b" not in shown
    assert "\\x1b]0;owned\\x07" in shown


def test_a_next_hop_marks_the_route_that_won() -> None:
    route = user_route()
    other = EffectiveRoute(prefixes("0.0.0.0/0"), NextHopType.INTERNET, state=RouteState.INVALID)
    hop = next_hop(route, NextHopType.VIRTUAL_APPLIANCE, candidates=(route, other), address=parse_address("10.0.9.4"))
    assert text(hop, width=90).splitlines()[4:] == [
        "  >  0.0.0.0/0  VirtualAppliance  10.0.9.4  User              rt/to-fw  n.yaml:31",
        "     0.0.0.0/0  Internet                    Default  Invalid",
        "",
        "Answer",
        "  VirtualAppliance 10.0.9.4 by route rt/to-fw for 0.0.0.0/0, n.yaml:31",
    ]


def test_a_system_route_has_no_name_and_no_place() -> None:
    route = EffectiveRoute(prefixes("0.0.0.0/0"), NextHopType.INTERNET)
    assert answer_line(next_hop(route, NextHopType.INTERNET)) == "Internet by the system route for 0.0.0.0/0"


def test_an_appliance_out_of_reach_is_explained() -> None:
    line = answer_line(next_hop(user_route(), NextHopType.NONE, address=parse_address("10.0.9.4")))
    assert line.startswith("None 10.0.9.4 by route rt/to-fw")
    assert line.endswith("its VirtualAppliance 10.0.9.4 cannot be reached, so Azure drops the packet")


def test_no_route_and_an_open_route() -> None:
    assert answer_line(next_hop(None, NextHopType.NONE)) == "None: no route holds 8.8.8.8"
    assert "not known, because it is a parameter" in answer_line(next_hop(None, OPEN))


def test_a_refusal_says_what_happens_to_the_traffic() -> None:
    error = RefusedByAzureError("No NSG here.", code="NsgsNotAppliedOnNic", fate="Allow")
    assert refusal("ip-flow-verify --vm vm", error) == (
        "Asked\n  ip-flow-verify --vm vm\n\n"
        "Trip\n  NsgsNotAppliedOnNic (HTTP 400): No NSG here.\n\n"
        "Answer\n  Refused by Azure. The traffic itself: Allow.\n"
    )


ANSWERS: list[Answer] = [
    ip_flow(verdict(_placed("web", 17), tried=(_placed("ssh", 15),))),
    next_hop(user_route(), NextHopType.VIRTUAL_APPLIANCE, candidates=(user_route(),)),
    rules_answer(effective_nsg()),
    view_answer(effective_nsg(Level.NIC), effective_nsg()),
    path(),
    path(reached=False, middle=True),
]


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_lines_keep_to_the_width(answer: Answer, width: int) -> None:
    for verbose in (False, True):
        shown = text(answer, width=width, verbose=verbose)
        assert max(map(len, shown.splitlines())) <= width
        assert shown.endswith("\n")
        assert [line for line in shown.splitlines() if not line.startswith(" ") and line] == ["Asked", "Trip", "Answer"]


def test_one_line_each() -> None:
    answer = ip_flow(verdict(_placed("web", 17)))
    assert text(answer).startswith("Asked\n  Inbound Tcp 203.0.113.7:50123 → 10.0.0.4:443 at nic of vm\n")
    assert answer_line(answer, Page(place=lambda where: "there")).endswith("subnet), there")
