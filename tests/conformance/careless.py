"""How a careless linter reads security rules: each of the five mistakes, in the ways in which it is made.

A reading takes the groups of a case, by name, and gives what the linter believes them to be. Asking about that network
is the mistake, planted: whatever is asked about it, the answer is the linter's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["READINGS", "Reading"]

Rule = dict[str, Any]
Groups = dict[str, list[Rule]]
Reading = Callable[[Groups], Groups]

_ANY_PORT, _ANY_ADDRESS = ("*", "0-65535"), ("*", "0.0.0.0/0", "Internet")
_FIELDS = ("sourceAddressPrefix", "destinationAddressPrefix", "sourcePortRange", "destinationPortRange")
_EVERYTHING = dict.fromkeys(_FIELDS, "*") | {"protocol": "*", "direction": "Inbound", "priority": 4095}


def each_rule(change: Callable[[Rule], Rule]) -> Reading:
    """The reading that takes every rule for another one."""
    return lambda groups: {name: [change(dict(rule)) for rule in rules] for name, rules in groups.items()}


def _plural_of(field: str) -> str:
    return f"{field}es" if field.endswith("Prefix") else f"{field}s"


def _singular_only(rule: Rule, missing: Callable[[list[str]], str]) -> Rule:
    """The rule without its plural fields; ``missing`` says what their values mean."""
    for field in _FIELDS:
        held = rule.pop(_plural_of(field), None)
        if held is not None:
            rule[field] = missing(held) or rule[field]
    return rule


def passed_over(rule: Rule) -> Rule:
    """A rule that no question is about stands in its place."""
    return _EVERYTHING | {
        "direction": rule["direction"],
        "priority": rule["priority"],
        "access": "Deny",
        "protocol": "Ah",
    }


def plural_is_anything(rule: Rule) -> Rule:
    """Whatever the singular field says, or if it is not there: it must be any."""
    return _singular_only(rule, lambda held: "*")


def plural_is_nothing(rule: Rule) -> Rule:
    """No singular field, so the rule is passed over."""
    return passed_over(rule) if any(rule.get(_plural_of(each)) for each in _FIELDS) else rule


def plural_is_its_first(rule: Rule) -> Rule:
    return _singular_only(rule, lambda held: held[0] if held else "")


def a_range_is_its_first_port(rule: Rule) -> Rule:
    """``22 in "20-30"`` does not hold."""
    for field in ("destinationPortRange", "destinationPortRanges"):
        if field in rule:
            texts = [rule[field]] if isinstance(rule[field], str) else rule[field]
            plain = [text.partition("-")[0] for text in texts]
            rule[field] = plain[0] if isinstance(rule[field], str) else plain
    return rule


def a_star_is_no_port(rule: Rule) -> Rule:
    if rule.get("destinationPortRange") in _ANY_PORT:
        rule["destinationPortRange"] = "0"
    return rule


def only_a_star_is_everybody(rule: Rule) -> Rule:
    if rule.get("sourceAddressPrefix") in _ANY_ADDRESS[1:]:
        rule["sourceAddressPrefix"] = "192.0.2.1"
    return rule


def any_dotted_zero_is_everybody(rule: Rule) -> Rule:
    """A pattern such as ``0.0.0/``, unanchored."""
    if "0.0.0/" in rule.get("sourceAddressPrefix", ""):
        rule["sourceAddressPrefix"] = "*"
    return rule


def every_protocol_is_tcp(rule: Rule) -> Rule:
    """Nobody looked at the protocol."""
    return rule | {"protocol": "*"}


def a_star_is_no_protocol(rule: Rule) -> Rule:
    return passed_over(rule) if rule["protocol"] == "*" else rule


def only_tcp_counts(rule: Rule) -> Rule:
    return passed_over(rule) if rule["protocol"] != "Tcp" else rule


def a_star_of_protocols_is_a_star_of_ports(rule: Rule) -> Rule:
    return rule | {"destinationPortRange": "*"} if rule["protocol"] == "*" else rule


def every_rule_is_inbound(groups: Groups) -> Groups:
    """All of one list, by priority; the first of two with one number."""
    return {name: _in_one_direction(rules, "Inbound") for name, rules in groups.items()}


def every_rule_is_outbound(groups: Groups) -> Groups:
    return {name: _in_one_direction(rules, "Outbound") for name, rules in groups.items()}


def _in_one_direction(rules: list[Rule], direction: str) -> list[Rule]:
    return [rule | {"direction": direction, "priority": 100 + at} for at, rule in enumerate(_in_order(rules))]


def a_number_stands_once(groups: Groups) -> Groups:
    """The later of two rules with one priority replaces the earlier."""
    return {name: list({rule["priority"]: rule for rule in rules}.values()) for name, rules in groups.items()}


def _in_order(rules: list[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: int(rule["priority"]))


def higher_numbers_first(groups: Groups) -> Groups:
    return {name: [rule | {"priority": 4196 - rule["priority"]} for rule in rules] for name, rules in groups.items()}


def denials_do_not_count(groups: Groups) -> Groups:
    return {name: [rule for rule in rules if rule["access"] == "Allow"] for name, rules in groups.items()}


def every_rule_is_a_hole(groups: Groups) -> Groups:
    """A rule for the port is a hole, whatever it says."""
    return {name: [rule | {"access": "Allow"} for rule in rules] for name, rules in groups.items()}


def any_denial_closes(groups: Groups) -> Groups:
    """A Deny for the port closes it for everybody, wherever it stands."""
    return {name: [_closing(rule) for rule in rules] for name, rules in groups.items()}


def _closing(rule: Rule) -> Rule:
    if rule["access"] == "Allow":
        return rule | {"priority": min(rule["priority"] + 2000, 4096)}
    return rule | {"priority": rule["priority"] // 2 + 100, "sourceAddressPrefix": "*"}


def the_subnets_group_alone(groups: Groups) -> Groups:
    return {name: _open() if name == "nsg-nic" and "nsg-subnet" in groups else rules for name, rules in groups.items()}


def the_nics_group_alone(groups: Groups) -> Groups:
    return {name: _open() if name == "nsg-subnet" else rules for name, rules in groups.items()}


def one_list_of_both_groups(groups: Groups) -> Groups:
    """Numbers of two groups are compared: the one list stands at the NIC."""
    every = _in_order([rule for rules in groups.values() for rule in rules])
    return {name: every if name == "nsg-nic" else _open() for name in groups}


def default_rules_do_not_count(groups: Groups) -> Groups:
    """What no written rule opens is shut."""
    shut = _EVERYTHING | {"access": "Deny"}
    return {name: [*rules, shut] for name, rules in groups.items()}


def _open() -> list[Rule]:
    return [_EVERYTHING | {"access": "Allow"}]


READINGS: dict[str, list[Reading]] = {
    "plural fields": [each_rule(plural_is_anything), each_rule(plural_is_nothing), each_rule(plural_is_its_first)],
    "wildcards": [
        each_rule(a_range_is_its_first_port),
        each_rule(a_star_is_no_port),
        each_rule(only_a_star_is_everybody),
        each_rule(any_dotted_zero_is_everybody),
    ],
    "protocol": [
        each_rule(every_protocol_is_tcp),
        each_rule(a_star_is_no_protocol),
        each_rule(only_tcp_counts),
        each_rule(a_star_of_protocols_is_a_star_of_ports),
    ],
    "direction": [every_rule_is_inbound, every_rule_is_outbound, a_number_stands_once],
    "priority and both layers": [
        higher_numbers_first,
        denials_do_not_count,
        every_rule_is_a_hole,
        any_denial_closes,
        the_subnets_group_alone,
        the_nics_group_alone,
        one_list_of_both_groups,
        default_rules_do_not_count,
    ],
}
"""The mistakes by name, and the readings that make each."""
