"""Security rules as values: equal when they say the same, wherever they stand."""

from __future__ import annotations

import dataclasses

import pytest

from netwatch.model.addresses import ALL_PORTS, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

ANY_ADDRESS = AddressField((AnyAddress(),))
ANY_PORTS = PortField((ALL_PORTS,), ("*",))
RULE = SecurityRule(
    id=ResourceId("/nsg/securityRules/allow-https"),
    name="allow-https",
    direction=Direction.INBOUND,
    priority=100,
    access=Access.ALLOW,
    protocol=Protocol.TCP,
    sources=ANY_ADDRESS,
    source_ports=ANY_PORTS,
    destinations=ANY_ADDRESS,
    destination_ports=ANY_PORTS,
)


def test_the_place_takes_no_part_in_equality_or_hash() -> None:
    moved = dataclasses.replace(RULE, where=Where("shop.yaml", 12))
    assert moved == RULE
    assert hash(moved) == hash(RULE)
    assert RULE.where is AZURE_DEFAULT


def test_what_a_rule_says_takes_part() -> None:
    assert dataclasses.replace(RULE, priority=101) != RULE
    assert dataclasses.replace(RULE, sources=AddressField((ServiceTag("Internet"),))) != RULE


def test_a_rule_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RULE.priority = 101  # type: ignore[misc]


def test_terms_of_different_kinds_differ_even_when_their_texts_agree() -> None:
    """Named tuples are equal to any tuple of equal values: the kinds must not meet in one set unnoticed."""
    prefix = parse_prefix("10.0.0.4")
    assert Cidr(prefix, "10.0.0.4") != Cidr(prefix, "10.0.0.4/32"), "the text as written is part of the answer"
    assert Asg(ResourceId("/a")) == Asg(ResourceId("/A"))


def test_an_unresolved_value_says_why() -> None:
    plain = Unresolved("the deployment decides it")
    expression = Unresolved("no value was given", "parameters('port')", Where("main.json", 7))
    assert str(plain) == "unresolved (the deployment decides it)"
    assert str(expression) == "unresolved (parameters('port'): no value was given)"
    assert expression == dataclasses.replace(expression, where=None)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where("shop.yaml"), "shop.yaml"),
        (Where("shop.yaml", 41), "shop.yaml:41"),
        (Where("shop.yaml", 41, "nsg-web/allow-https"), "shop.yaml:41 nsg-web/allow-https"),
        (Where("shop.json", 0, "resources/3"), "shop.json resources/3"),
        (AZURE_DEFAULT, "Azure default"),
    ],
)
def test_a_place_is_written_file_line_pointer(where: Where, text: str) -> None:
    assert str(where) == text
