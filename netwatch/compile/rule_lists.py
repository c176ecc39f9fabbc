"""Rule lists ready to be asked: each once, however many NICs share it, made over where a few of its rules changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import NamedTuple

from netwatch.compile.rule_tables import rule_products
from netwatch.effective.rules import certain_part
from netwatch.errors import UnsupportedError
from netwatch.matcher.products import MAX_BYTES, Product, ProductTable, matches, product_table, spliced, table_bytes
from netwatch.matcher.tables import Point
from netwatch.model.answers import EffectiveRule
from netwatch.model.rules import SecurityRule

__all__ = ["MAX_ESTATE_BYTES", "RuleList", "RuleLists", "matching_rules", "rule_list", "with_rules"]

MAX_ESTATE_BYTES = 256 << 20
"""The most bytes that the tables of a whole estate keep; those asked for longest ago are given up first."""


class RuleList(NamedTuple):
    """Rules of one direction in the order in which they are asked, with their table for one address family.

    ``given`` are the rules of the list, and ``plain`` the same as written. In ``rules`` the certain part of a rule with
    open values stands before it; ``parts`` has the indices of those, ascending. ``rule_of`` has for each product of the
    table the index of the rule it comes from, ascending.
    """

    given: tuple[EffectiveRule, ...]
    plain: tuple[SecurityRule, ...]
    rules: tuple[EffectiveRule, ...]
    parts: tuple[int, ...]
    table: ProductTable
    rule_of: tuple[int, ...]

    def before(self, index: int) -> tuple[SecurityRule, ...]:
        """The rules as written that are asked before the one at ``index`` of ``rules``."""
        return self.plain[: index - bisect_left(self.parts, index)]


def rule_list(rules: tuple[EffectiveRule, ...], version: int) -> RuleList:
    """``rules`` made ready; about 10 ms for a thousand. UnsupportedError beyond the matcher's MAX_BYTES."""
    asked, parts = _with_parts(rules)
    products, rule_of = _products(asked, version)
    table = _bounded(rules, partial(product_table, version, products))
    return RuleList(rules, _plain(rules), asked, parts, table, rule_of)


def _with_parts(rules: tuple[EffectiveRule, ...]) -> tuple[tuple[EffectiveRule, ...], tuple[int, ...]]:
    """The rules with the certain part of each one with open values before it, and where those parts stand."""
    if not any(rule.unresolved for rule in rules):
        return rules, ()
    asked: list[EffectiveRule] = []
    parts: list[int] = []
    for rule in rules:
        part = certain_part(rule)
        if part is not None:
            parts.append(len(asked))
            asked.append(part)
        asked.append(rule)
    return tuple(asked), tuple(parts)


def with_rules(former: RuleList, rules: tuple[EffectiveRule, ...]) -> RuleList:
    """As ``rule_list(rules, …)``, by way of a list that has most of these rules already; of a thousand, 2 ms for one.

    What lies between the first and the last rule that differ is compiled, the rest is taken over.
    """
    if former.given == rules:
        return former
    asked, parts = _with_parts(rules)
    version, sections = former.table.version, former.table.sections
    begin = _shared(former.rules, asked)
    behind = _shared(former.rules[begin:][::-1], asked[begin:][::-1])
    old = range(begin, len(former.rules) - behind)
    if len(sections) != 1 or 2 * len(old) > len(former.rules):
        return rule_list(rules, version)
    some = asked[begin : len(asked) - behind]
    products, own = _products(some, version)
    first, last = _place(former.rule_of, old.start), _place(former.rule_of, old.stop)
    table = _bounded(rules, partial(spliced, former.table, first, last, products))
    moved = len(asked) - len(former.rules)
    rule_of = (
        *former.rule_of[:first],
        *(begin + index for index in own),
        *(index + moved for index in former.rule_of[last:]),
    )
    return RuleList(rules, _plain(rules), asked, parts, table, rule_of)


def matching_rules(listed: RuleList, point: Point) -> Iterator[int]:
    """The rules that hold the point, or may hold it, each once, in the order in which they are asked."""
    last = -1
    for product in matches(listed.table, point):
        if listed.rule_of[product] != last:
            last = listed.rule_of[product]
            yield last


class RuleLists:
    """Keeps rule lists: one for the very tuple of rules and the address family, up to MAX_ESTATE_BYTES in all.

    ``former`` are the lists of an earlier state of the network: a list that bears the same name there is made over.
    Threads may ask at once.
    """

    def __init__(self, former: RuleLists | None = None, *, most: int = MAX_ESTATE_BYTES) -> None:
        self._kept: OrderedDict[tuple[int, int], RuleList] = OrderedDict()
        self._former: dict[Hashable, RuleList] = dict(former._named) if former else {}
        self._named: dict[Hashable, RuleList] = {}
        self._bytes = 0
        self._most = most
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """The bytes of the tables that are kept."""
        return self._bytes

    def ready(self, rules: tuple[EffectiveRule, ...], version: int, *, name: Hashable) -> RuleList:
        """The list of ``rules``, compiled unless it is kept; ``name`` says which list of the network it is."""
        key = id(rules), version
        with self._lock:
            if key not in self._kept:
                former = self._former.pop((name, version), None)
                self._keep(key, with_rules(former, rules) if former else rule_list(rules, version), rules)
                self._named[name, version] = self._kept[key]
            self._kept.move_to_end(key)
            return self._kept[key]

    def _keep(self, key: tuple[int, int], made: RuleList, rules: tuple[EffectiveRule, ...]) -> None:
        """Keep ``made`` under the very tuple asked for, whose id must not pass to another while it is kept."""
        self._kept[key] = made._replace(given=rules, plain=_plain(rules))
        self._bytes += table_bytes(made.table)
        while self._bytes > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= table_bytes(oldest.table)
            self._named = {name: each for name, each in self._named.items() if each is not oldest}


def _products(rules: Iterable[EffectiveRule], version: int) -> tuple[list[Product], tuple[int, ...]]:
    products: list[Product] = []
    rule_of: list[int] = []
    for index, own in enumerate(rule_products(rules, version)):
        products += own
        rule_of += [index] * len(own)
    return products, tuple(rule_of)


def _plain(rules: Iterable[EffectiveRule]) -> tuple[SecurityRule, ...]:
    return tuple(each.rule for each in rules)


def _shared(some: Sequence[EffectiveRule], others: Sequence[EffectiveRule]) -> int:
    """How many rules are the same from the start on."""
    pairs = enumerate(zip(some, others, strict=False))
    return next(
        (place for place, (one, other) in pairs if one is not other and one != other), min(len(some), len(others))
    )


def _place(rule_of: Sequence[int], rule: int) -> int:
    """The first product of ``rule`` or of one behind it."""
    return bisect_left(rule_of, rule)


def _bounded(rules: Sequence[EffectiveRule], make: Callable[[], ProductTable]) -> ProductTable:
    try:
        return make()
    except OverflowError:
        widest = max(rules, key=lambda rule: len(rule.sources) + len(rule.destinations)).rule
        raise UnsupportedError(
            f"a list of {len(rules):,} rules names so many prefixes that its table would pass {MAX_BYTES >> 20} MiB; "
            f"rule {widest.name!r} names the most.",
            where=widest.where,
            hint="Name fewer or wider prefixes.",
        ) from None
