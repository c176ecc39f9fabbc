"""NSG diagnostics as text."""

from __future__ import annotations

from dataclasses import replace

from netwatch.model.flow import Level, Outcome
from netwatch.model.where import Where
from netwatch.render.text import text
from tests.build import rule
from tests.unit.render.answers import OPEN, default_rule, diagnostic, evaluated, held

WEB = replace(rule("web", priority=200), where=Where("n.yaml", 7))
MATCHED = held(default_rule("DenyAllInBound"))
DENY = evaluated(held(WEB, "protocol source"), held(rule("x"), "protocol source destination_port"), MATCHED)


def test_each_rule_says_what_of_it_does_not_hold() -> None:
    assert text(diagnostic(DENY), width=100) == (
        "Asked\n"
        "  Inbound TCP * → 10.0.0.4 port 22, at vm\n"
        "\n"
        "Trip\n"
        "  nsg on the subnet web: Deny\n"
        "       200    web             not its protocol and source                    n.yaml:7\n"
        "       100    x               not its protocol, source and destination port\n"
        "    >  65500  DenyAllInBound  matches\n"
        "\n"
        "Answer\n"
        "  Deny by nsg/DenyAllInBound (priority 65500, subnet), Azure default\n"
    )


def test_verbosity_says_how_many_rules_are_shown_and_v_shows_all() -> None:
    normal = diagnostic(DENY, verbosity="Normal")
    assert "web  " not in text(normal)
    assert "DenyAllInBound  matches" in text(normal)
    assert "matches" not in text(diagnostic(DENY, verbosity="Minimum"))
    assert "not its protocol and source" in text(normal, verbose=True)


def test_the_list_that_settled_it_is_named() -> None:
    allow = evaluated(held(WEB), outcome=Outcome.ALLOW)
    on_nic = evaluated(held(rule("nic")), level=Level.NIC, outcome=Outcome.ALLOW)
    both = text(diagnostic(allow, on_nic, outcome=Outcome.ALLOW))
    assert both.endswith("Allow by nsg/nic (priority 100, NIC), Azure default\n")
    admin = evaluated(held(WEB), level=Level.ADMIN, outcome=Outcome.ALLOW)
    by_admin = text(diagnostic(admin, outcome=Outcome.ALLOW))
    assert "Allow by nsg/web (priority 200, network manager), n.yaml:7" in by_admin


def test_each_nic_is_told_apart() -> None:
    one = diagnostic(DENY)
    other = replace(one.results[0], nic=one.results[0].nic.parent.child("networkInterfaces", "back"))
    shown = text(replace(one, results=(*one.results, other)), width=200)
    assert "  NIC nic\n" in shown
    assert "  NIC back\n" in shown
    assert "nic: Deny by nsg/DenyAllInBound" in shown
    assert "; back: Deny by nsg/DenyAllInBound" in shown


def test_what_may_match_is_marked_and_the_reason_given() -> None:
    unknown = evaluated(held(WEB), held(rule("all")), outcome=Outcome.UNKNOWN, matched=None, unresolved=(OPEN,))
    shown = text(diagnostic(unknown, outcome=Outcome.UNKNOWN), width=120)
    assert "?  200  web  may match" in shown
    assert shown.count("not known, because it is a parameter") == 2
    assert "Unknown: [parameters('port')], not known, because it is a parameter (main.json:3)\n" in shown


def test_without_any_group() -> None:
    assert "no result: no network security group is bound, so the traffic passes" in text(diagnostic(results=()))


def test_admin_rules_alone_that_do_not_match() -> None:
    silent = evaluated(held(WEB, "source"), level=Level.ADMIN, outcome=Outcome.NOT_APPLICABLE, matched=None)
    shown = text(diagnostic(silent, outcome=Outcome.NOT_APPLICABLE))
    assert "no rule matches" in shown
    assert shown.endswith("no result: no rule matches, so the traffic passes\n")


def test_the_list_of_service_tags_is_named() -> None:
    assert "service tags: list 9" in text(diagnostic(DENY, service_tags="list 9"))
