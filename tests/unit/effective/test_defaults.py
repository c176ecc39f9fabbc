"""Default rules and reserved ranges."""

from __future__ import annotations

from netwatch.effective.defaults import PLATFORM_PREFIX, default_rules, reserved_prefixes
from netwatch.model.flow import Access, Direction, Protocol


def test_default_rules_stand_in_the_order_and_casing_of_the_service() -> None:
    assert [rule.name for rule in default_rules()] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]


def test_each_direction_ends_in_a_deny_of_everything() -> None:
    for direction in Direction:
        last = max((r for r in default_rules() if r.direction is direction), key=lambda r: int(str(r.priority)))
        assert (last.priority, last.access, last.protocol) == (65500, Access.DENY, Protocol.ANY)


def test_platform_prefix_and_reserved_ranges() -> None:
    assert str(PLATFORM_PREFIX) == "168.63.129.16/32"
    assert [str(p) for p in reserved_prefixes()] == ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"]
