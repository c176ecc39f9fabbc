"""The law of ``law`` in numba, for a chunk of flows. Only ``law`` imports this file: numba takes half a second.

It says the same, but of one thing: a list whose first match is only possible. Such a flow is left OPEN, for ``law``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netwatch.matcher.kernels.compiled import compiled
from netwatch.matcher.kernels.stack_loops import products
from netwatch.verdicts import chains

__all__ = ["settle"]

Array = np.ndarray[Any, Any]
Arrays = tuple[Any, ...]

i32, u8, u64 = np.int32, np.uint8, np.uint64
ALLOW, DENY, UNKNOWN, NOT_APPLICABLE, ALWAYS_ALLOW, HANDED_ON, OPEN = (u8(each) for each in chains.Saying)
ADMIN = chains.ADMIN
NO_RULE, NO_LEVEL = i32(-1), u8(255)
OVER, ALLOWED_ABOVE = u8(1), u8(2)
"""What is known of a flow: that no other list is asked, and that an admin rule has allowed it."""


def settle(pairs: Array, columns: Arrays, tables: Arrays, room: Arrays, out: Arrays) -> None:
    """What the lists come to that each flow's pair asks, position by position; -1 is a flow without a pair.

    ``room`` is for as many flows, see ``Room``. Not compiled itself: ``products`` would be compiled once more for it.
    """
    stack, (of_pairs, lists_of, levels), of_lists, of_products = tables
    (known, chain, left, lists, found), rest = room
    begun(pairs, of_pairs, known, chain, out)
    for position in range(len(lists_of)):
        many = asking(chain, (lists_of[position], of_lists[2]), known, left, lists)
        asked = left[:many], lists[:many], found[:many]
        first_found(columns, asked, of_lists, stack, rest)
        decide(asked, (of_lists[2:], of_products, levels[position], chain), known, out)


def first_found(columns: Arrays, asked: Arrays, of_lists: Arrays, stack: Arrays, room: Arrays) -> None:
    """The first product of each flow's list, -1 for none; a list of several tables asks one by one."""
    left, lists, found = asked
    first, sections = of_lists[:2]
    tables, every = room[0][: len(lists)], np.empty(0, np.int32)
    first_tables(lists, first, tables)
    products((left, tables, every), columns, stack, room[1], found)
    for section in range(1, int(sections.max(initial=1))):
        behind = np.empty(len(lists), np.int32)
        if more_tables((lists, found), section, (first, sections), tables):
            products((left, tables, every), columns, stack, room[1], behind)
            np.maximum(found, behind, out=found)


@compiled
def first_tables(lists, first, tables):
    """The first table of each flow's list."""
    for i in range(u64(len(lists))):
        tables[i] = first[u64(lists[i])]


@compiled
def more_tables(asked, section, of_lists, tables):
    """Another table of the lists that had nothing to say so far, -1 for the others: how many there are."""
    lists, found = asked
    first, sections = of_lists
    many = 0
    for i in range(u64(len(lists))):
        has = found[i] < 0 and sections[u64(lists[i])] > section
        tables[i] = first[u64(lists[i])] + section if has else -1
        many += has
    return many


@compiled
def begun(pairs, of_pairs, known, chain, out):
    """The chain of each flow, and what is known before a list is asked."""
    outcome, rule, level = out
    last = u64(len(of_pairs) - 1)
    for i in range(u64(len(pairs))):
        chain[i] = of_pairs[u64(pairs[i]) if pairs[i] >= 0 else last]
        known[i] = OVER if chain[i] < 0 else u8(0)
        outcome[i], rule[i], level[i] = NOT_APPLICABLE, NO_RULE, NO_LEVEL


@compiled
def asking(chain, tables, known, left, lists):
    """How many flows ask a list at this position; and which, and their lists."""
    lists_of, kinds = tables
    many = u64(0)
    for i in range(u64(len(known))):
        own = lists_of[u64(chain[i]) if chain[i] >= 0 else u64(0)]
        is_admin = kinds[u64(own) if own >= 0 else u64(0)] == ADMIN
        is_over = (known[i] & OVER != 0) | ((known[i] & ALLOWED_ABOVE != 0) & is_admin)
        left[many], lists[many] = i, own  # the next overwrites it where it asks none
        many += u64((own >= 0) & ~is_over)
    return many


@compiled
def decide(asked, tables, known, out):
    """Let lists decide. A Deny settles a flow; the first Unknown stands against every Allow; of several Allows the last
    is named. Nothing is branched on: what flows are told would be guessed wrong."""
    left, lists, found = asked
    (kinds, nothing), (sayings, rules), levels, chain = tables
    outcome, rule, level = out
    for i in range(u64(len(left))):
        at, product = u64(left[i]), u64(found[i] if found[i] >= 0 else nothing[u64(lists[i])])
        said, own_rule, own_level = sayings[product], rules[product], levels[u64(chain[at])]
        ends = (said == DENY) | (said == OPEN)
        is_always = said == ALWAYS_ALLOW
        is_above = ((said == ALLOW) | is_always) & (kinds[u64(lists[i])] == ADMIN)
        counts = ends | ((said != HANDED_ON) & (outcome[at] != UNKNOWN))
        known[at] |= u8(ends | is_always) * OVER | u8(is_above) * ALLOWED_ABOVE
        outcome[at] = (ALLOW if is_always else said) if counts else outcome[at]
        rule[at] = own_rule if counts else rule[at]
        level[at] = own_level if counts else level[at]
