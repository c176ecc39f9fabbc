from __future__ import annotations

import dataclasses
from random import Random

import pytest

from netwatch.compile import rule_lists
from netwatch.compile.rule_lists import RuleLists, matching_rules, rule_list, with_rules
from netwatch.compile.rule_tables import flow_point
from netwatch.errors import UnsupportedError
from netwatch.matcher import products
from netwatch.matcher.products import table_bytes
from netwatch.model.answers import EffectiveRule
from netwatch.model.unresolved import Unresolved
from tests.build import effective, flow, prefixes, rule


def drawn(random: Random, many: int) -> list[EffectiveRule]:
    def some() -> EffectiveRule:
        sources = prefixes(*(f"10.{number}.0.0/16" for number in random.sample(range(9), random.randint(0, 3))))
        own = rule(protocol=random.choice(["Tcp", "*", "Icmp"]), dports=random.choice(["443", "80 90-99", "*"]))
        if random.random() < 0.2:
            own = dataclasses.replace(own, protocol=Unresolved("a parameter"))
        return effective(own, sources)

    return [some() for _ in range(many)]


@pytest.mark.parametrize("seed", range(30))
def test_a_list_made_over_is_the_list_made_anew(seed: int) -> None:
    random = Random(seed)
    rules = drawn(random, random.choice([0, 1, 8, 40]))
    listed = rule_list(tuple(rules), 4)
    for _ in range(3):
        begin = random.randint(0, len(rules))
        end = min(begin + random.randint(0, 2), len(rules))
        rules[begin:end] = drawn(random, random.randint(0, 2))
        listed = with_rules(listed, tuple(rules))
        assert listed == rule_list(tuple(rules), 4)


def test_a_list_that_has_not_changed_is_taken_over() -> None:
    rules = tuple(drawn(Random(0), 5))
    listed = rule_list(rules, 4)
    assert with_rules(listed, tuple(rules)) is listed


def _opened(name: str, *known: str) -> EffectiveRule:
    """A rule on prefixes that are known and one that is not."""
    own = rule(name=name, source=" ".join(known))
    more = dataclasses.replace(own.sources, terms=(*own.sources.terms, Unresolved("a parameter")))
    own = dataclasses.replace(own, sources=more)
    return dataclasses.replace(effective(own, prefixes("0.0.0.0/0")), unresolved=(Unresolved("a parameter"),))


def test_what_a_rule_with_open_values_certainly_holds_is_asked_before_it() -> None:
    first, last = _opened("first", "10.0.0.0/16"), effective(rule(name="last"))
    listed = rule_list((first, last), 4)
    assert [bool(each.unresolved) for each in listed.rules] == [False, True, False]
    inside, outside = flow("Tcp", "10.0.0.4 1", "10.0.1.4 443"), flow("Tcp", "10.9.0.4 1", "10.0.1.4 443")
    assert list(matching_rules(listed, flow_point(inside))) == [0, 1, 2]
    assert list(matching_rules(listed, flow_point(outside))) == [1, 2]
    assert [[each.name for each in listed.before(index)] for index in range(3)] == [[], [], ["first"]]


def test_a_list_with_certain_parts_is_made_over_too() -> None:
    rules = [_opened("a", "10.0.0.0/16"), *(effective(rule(name=f"r{number}")) for number in range(8))]
    listed = rule_list(tuple(rules), 4)
    for changed in ([*rules[:4], _opened("b", "10.1.0.0/16"), *rules[5:]], rules[1:]):
        assert with_rules(listed, tuple(changed)) == rule_list(tuple(changed), 4)


def test_a_rule_of_two_products_is_named_once() -> None:
    """Of an open protocol: on its ports where they have ports, and whatever its ports are where they have none."""
    opened = dataclasses.replace(rule(dports="443"), protocol=Unresolved("a parameter"))
    listed = rule_list((effective(opened), effective(rule())), 4)
    assert len(listed.rule_of) == 3
    assert list(matching_rules(listed, flow_point(flow("Tcp", "10.0.0.4 1", "10.0.1.4 443")))) == [0, 1]
    assert list(matching_rules(listed, flow_point(flow("Icmp", "10.0.0.4", "10.0.1.4")))) == [0, 1]
    assert list(matching_rules(listed, flow_point(flow("Tcp", "10.0.0.4 1", "10.0.1.4 444")))) == [1]


def test_one_list_for_the_very_rules_and_family() -> None:
    lists, rules = RuleLists(), tuple(drawn(Random(1), 5))
    once = lists.ready(rules, 4, name="a")
    assert lists.ready(rules, 4, name="b") is once
    assert lists.ready(rules, 6, name="a") is not once
    assert once.rules is rules


def test_the_lists_asked_for_longest_ago_are_given_up_first() -> None:
    several = [tuple(drawn(Random(seed), 8)) for seed in range(4)]
    sizes = [table_bytes(rule_list(rules, 4).table) for rules in several]
    lists = RuleLists(most=sum(sizes[:3]))
    first = [lists.ready(rules, 4, name=place) for place, rules in enumerate(several[:3])]
    assert lists.ready(several[0], 4, name=0) is first[0]
    again = lists.ready(several[3], 4, name=3)
    assert lists.bytes <= sum(sizes[:3])
    assert lists.ready(several[0], 4, name=0) is first[0]
    assert lists.ready(several[3], 4, name=3) is again
    made_again = lists.ready(several[1], 4, name=1)
    assert made_again == first[1]
    assert made_again is not first[1]


def test_what_an_earlier_state_has_is_made_over(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tuple(drawn(Random(2), 20))
    earlier = RuleLists()
    earlier.ready(rules, 4, name="a")
    changed = (*rules[:7], effective(rule(dports="1")), *rules[8:])
    wanted = rule_list(changed, 4)
    monkeypatch.setattr(rule_lists, "rule_list", None)
    assert RuleLists(earlier).ready(changed, 4, name="a") == wanted


def test_a_list_too_large_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "MAX_BYTES", 50)
    wide = effective(rule(name="wide"), prefixes("10.0.0.0/16", "10.2.0.0/16"))
    with pytest.raises(UnsupportedError, match="rule 'wide' names the most"):
        rule_list((effective(rule(name="narrow"), prefixes("10.0.0.0/8")), wide), 4)
