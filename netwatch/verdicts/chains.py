"""Which rule lists are asked at each NIC, as numbers: what a batch needs in the place of bindings, lists and rules.

A chain is the rule lists at a NIC in the order in which they are asked. There is one for each way a flow can take:
inbound, outbound, and outbound to the platform's own services, where only rules that name its tags can deny. NICs with
the same lists share a chain, and chains share lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.compile.compiled_topology import Binding, CompiledTopology
from netwatch.compile.rule_lists import RuleList, rule_list
from netwatch.effective.platform import names_platform
from netwatch.matcher.garbage import no_garbage_collection
from netwatch.matcher.stacks import NO_TABLE, Packed, Stack, pack, stack
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Access, Direction, Level
from netwatch.model.ids import ResourceId
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import bindings_in_order

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = [
    *("ADMIN", "ALLOWS", "EXEMPT", "LEVELS", "MAKING", "MAX_STACK_BYTES", "WAYS"),
    *("Chains", "DecidingRule", "Saying", "Tables", "saying_of"),
]

MAX_STACK_BYTES = 256 << 20
"""The most bytes of the tables that are searched together; NICs that need more are asked part by part."""

WAYS = (Direction.INBOUND, Direction.OUTBOUND, Direction.OUTBOUND)
"""The direction of each way; the last is the way to the platform's own services."""

EXEMPT = 2

MAKING = RLock()
"""Held while tables are made, so that threads may share a watcher. One for all: states of a network share theirs."""

LEVELS = (Level.ADMIN, Level.SUBNET, Level.NIC)
"""The levels, by their numbers in a column."""


class Saying(IntEnum):
    """What a rule list says of a flow. The first four are outcomes, by their numbers in a column.

    OPEN is a first match that is only possible: what is matched behind it has to be looked at.
    """

    ALLOW = 0
    DENY = 1
    UNKNOWN = 2
    NOT_APPLICABLE = 3
    ALWAYS_ALLOW = 4
    HANDED_ON = 5
    OPEN = 6


ALLOWS, DENIES, ALWAYS = 1, 2, 4
"""What rules may say, as bits: a rule with an open access says one of two."""

_BITS = {Access.ALLOW: ALLOWS, Access.DENY: DENIES, Access.ALWAYS_ALLOW: ALWAYS}
_SAYING = {ALLOWS: Saying.ALLOW, DENIES: Saying.DENY, ALWAYS: Saying.ALWAYS_ALLOW}

GROUP, ADMIN, UNREAD = 0, 1, 2
"""Kinds of list: what no rule of it matches is allowed, handed on, or not known, since the input does not hold it."""

_OF_NOTHING = (Saying.ALLOW, Saying.HANDED_ON, Saying.UNKNOWN)
"""What a list of each kind says where no rule of it matches."""


class DecidingRule(NamedTuple):
    """A rule that settles verdicts, and the group or network manager that owns it.

    ``rule`` is None where the owner's list settled it without one: open values left it Unknown, or no rule stops the
    platform's own services.
    """

    owner: ResourceId
    rule: SecurityRule | None


class Tables(NamedTuple):
    """All lists as columns.

    Of pairs of NIC and way: the chain, -1 where it is not made; the last line is for flows without a NIC.

    Of chains: the list at each position, -1 behind the last, and its level. Of lists: the first table and how many
    there are (a large list has several), the kind, and ``nothing``: a product that stands for no match. Of products:
    what they may say as bits, what that comes to as first match (OPEN for a rule with open values), and the number of
    their rule; behind those of the stack, those that stand for no match.
    """

    stack: Stack
    of_pairs: Array
    chains: Array
    levels: Array
    first: Array
    sections: Array
    kinds: Array
    nothing: Array
    bits: Array
    said: Array
    rules: Array


class Chains:
    """The chains of one address family, each made when first asked for; ``rules`` are numbered as they are met."""

    def __init__(
        self,
        compiled: CompiledTopology,
        version: int,
        *,
        most: int = MAX_STACK_BYTES,
        former: Chains | None = None,
    ) -> None:
        self._compiled = compiled
        self._nics = tuple(compiled.topology.nics.values())
        self._version = version
        self._most = most
        self._rules: dict[tuple[str, int], int] = {}
        self.rules: list[DecidingRule] = []
        self.give_up()
        if former:
            self._take_over(former)

    def give_up(self) -> None:
        """Give up all tables; the numbers of rules stay."""
        self._bytes = 0
        self._chain_of: dict[int, int] = {}
        self._chains: dict[tuple[tuple[int, int], ...], int] = {}
        self._list_of: dict[tuple[int, str, bool], int] = {}
        self._listed: list[tuple[EffectiveRule, ...]] = []
        self._lists: list[tuple[int, int, int, int]] = []
        self._products: list[Array] = []
        self._size = 0
        self._packed: list[Packed] = []
        self._tables: Tables | None = None

    def _take_over(self, former: Chains) -> None:
        """The lists of ``former``, of a topology that differs in rules alone, and the chains without a changed list.

        What has changed stays behind in the tables, until they pass their bound and all are made anew.
        """
        topology, earlier = self._compiled.topology, former._compiled.topology
        if topology.admin_rule_collections is not earlier.admin_rule_collections:
            return
        kept = {key for key, group in topology.nsgs.items() if group is earlier.nsgs.get(key)}
        old = {
            place
            for place, (_, _, kind, owner) in enumerate(former._lists)
            if kind == GROUP and former.rules[owner].owner.key not in kept
        }
        gone = {number for chain, number in former._chains.items() if any(each in old for each, _ in chain)}
        self._chain_of = {pair: number for pair, number in former._chain_of.items() if number not in gone}
        self._list_of = {key: place for key, place in former._list_of.items() if place not in old}
        self._chains, self._rules = dict(former._chains), dict(former._rules)
        self.rules, self._lists, self._listed = list(former.rules), list(former._lists), list(former._listed)
        self._products, self._packed = list(former._products), list(former._packed)
        self._size, self._bytes = former._size, former._bytes

    def tables_of(self, pairs: Sequence[int]) -> Tables | None:
        """The tables of all lists that ``pairs`` ask; None where they pass the bound together. Raises as ``make`` does.

        One thread at a time makes them; what it gets no other changes.
        """
        with MAKING, no_garbage_collection():
            if not self.make(pairs):
                self.give_up()
                if not self.make(pairs) and len(pairs) > 1:
                    self.give_up()
                    return None
            return self.tables()

    def make(self, pairs: Iterable[int]) -> bool:
        """Make the chains of ``pairs``: NIC's place × WAYS + way. False where tables would pass the bound.

        Raises what reading the rules of a NIC raises.
        """
        for pair in pairs:
            if pair not in self._chain_of:
                self._chain_of[pair] = self._chain(*divmod(pair, len(WAYS)))
                self._tables = None
                if self._bytes > self._most:
                    return False
        return True

    def _of_pairs(self) -> Array:
        import numpy as np

        out = np.full(len(self._nics) * len(WAYS) + 1, -1, np.int32)
        out[list(self._chain_of)] = list(self._chain_of.values())
        return out

    def tables(self) -> Tables:
        """All that has been made."""
        if self._tables is None:
            self._tables = self._as_columns()
        return self._tables

    def _as_columns(self) -> Tables:
        import numpy as np

        longest = max(map(len, self._chains), default=0)
        chains = [[*chain, *[(-1, 0)] * (longest - len(chain))] for chain in self._chains]
        positions = np.array(chains, np.int32).reshape(len(chains), longest, 2).transpose(2, 1, 0)
        first, sections, kinds, _ = np.array(self._lists, np.int32).reshape(-1, 4).T.copy()
        nothing = self._size + np.arange(len(first), dtype=np.int32)
        none = [(0, _OF_NOTHING[kind], owner) for _, _, kind, owner in self._lists]
        lines = [*self._products, np.array(none, np.int32).reshape(-1, 3)]
        bits, said, rules = np.concatenate(lines).T
        return Tables(
            stack(self._version, self._packed),
            self._of_pairs(),
            np.ascontiguousarray(positions[0]),
            np.ascontiguousarray(positions[1]).astype(np.uint8),
            first,
            sections,
            kinds,
            nothing,
            bits.astype(np.uint8),
            said.astype(np.uint8),
            np.ascontiguousarray(rules),
        )

    def _chain(self, nic: int, way: int) -> int:
        bindings = bindings_in_order(self._compiled, self._nics[nic], WAYS[way])
        lists = tuple((self._list(binding, way), LEVELS.index(binding.level)) for binding in bindings)
        return self._chains.setdefault(lists, len(self._chains))

    def _list(self, binding: Binding, way: int) -> int:
        """The number of a list, after its tables and products have been added where it is met for the first time."""
        if isinstance(binding.nsg, Unresolved):
            return self._numbered((0, binding.bound_to.key, False), binding.bound_to, UNREAD, None)
        rules = self._compiled.rules(binding.nsg, WAYS[way])
        key = id(rules), binding.nsg.nsg.id.key, way == EXEMPT
        if key in self._list_of:
            return self._list_of[key]
        self._listed.append(rules)  # kept, so that its id is no other's
        if way == EXEMPT:
            listed = rule_list(tuple(rule for rule in rules if _may_stop_platform(rule)), self._version)
        else:
            listed = self._compiled.rule_list(binding.nsg, WAYS[way], self._version)
        return self._numbered(key, binding.nsg.nsg.id, ADMIN if binding.level is Level.ADMIN else GROUP, listed)

    def _numbered(self, key: tuple[int, str, bool], owner: ResourceId, kind: int, listed: RuleList | None) -> int:
        if key not in self._list_of:
            packed = [pack(section, self._version) for section in listed.table.sections] if listed else []
            first = len(self._packed) if packed else NO_TABLE
            self._lists.append((first, len(packed), kind, self._deciding(owner, None)))
            self._packed += packed
            self._bytes += sum(each.nbytes for each in packed)
            self._list_of[key] = len(self._lists) - 1
            if listed:
                self._add_products(listed, owner)
        return self._list_of[key]

    def _add_products(self, listed: RuleList, owner: ResourceId) -> None:
        import numpy as np

        lines = []
        for rule in listed.rules:
            bits = _may_say(rule)
            said = Saying.OPEN if rule.unresolved else _SAYING[bits]
            lines.append((bits, said, self._deciding(owner, rule.rule)))
        self._products.append(np.array(lines, np.int32).reshape(-1, 3).take(listed.rule_of, axis=0))
        self._size += len(listed.rule_of)

    def _deciding(self, owner: ResourceId, rule: SecurityRule | None) -> int:
        """The number of a rule; the list of rules keeps it, so that its id is no other's."""
        key = owner.key, 0 if rule is None else id(rule)
        if key not in self._rules:
            self._rules[key] = len(self.rules)
            self.rules.append(DecidingRule(owner, rule))
        return self._rules[key]


def _may_say(rule: EffectiveRule) -> int:
    access = rule.rule.access
    return ALLOWS | DENIES if isinstance(access, Unresolved) else _BITS[access]


def saying_of(bits: int) -> Saying:
    """What several matches come to, a certain one among them: what all of them say, or Unknown."""
    return _SAYING.get(bits, Saying.UNKNOWN)


def _may_stop_platform(rule: EffectiveRule) -> bool:
    """Whether ``rule`` counts for flows to the platform's own services: Denies do only where they name its tags."""
    return rule.rule.access is not Access.DENY or names_platform(rule.rule)
