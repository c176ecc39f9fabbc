"""The law of ``law`` in numba, for a chunk of flows. Only ``law`` imports this file: numba takes half a second.

It says the same, but of one thing: a list whose first match is only possible. Such a flow is left OPEN, for ``law``.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled
from netwatch.matcher.kernels.stack_loops import products
from netwatch.verdicts import chains

__all__ = ["settle"]

i32, u8, u64 = np.int32, np.uint8, np.uint64
ALLOW, DENY, UNKNOWN, NOT_APPLICABLE, ALWAYS_ALLOW, HANDED_ON, OPEN = (u8(each) for each in chains.Saying)
ADMIN = chains.ADMIN
NO_RULE, NO_LEVEL = i32(-1), u8(255)
OVER, ALLOWED_ABOVE = u8(1), u8(2)
"""What is known of a flow: that no other list is asked, and that an admin rule has allowed it."""


@compiled
def settle(pairs, columns, tables, room, out):
    """What the lists come to that each flow's pair asks, position by position; -1 is a flow without a pair.

    ``room`` is for as many flows, see ``Room``.
    """
    stack, (of_pairs, lists_of, levels), of_lists, of_products = tables
    (known, chain, left, lists, found), _ = room
    begun(pairs, of_pairs, known, chain, out)
    for position in range(len(lists_of)):
        many = asking(chain, (lists_of[position], of_lists[2]), known, left, lists)
        first_found(columns, (left[:many], lists[:many], found[:many]), of_lists, stack, room[1])
        own = of_lists[2], of_products[0], of_products[1], levels[position], chain
        decide((left[:many], lists[:many], found), own, known, out)


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
def first_found(columns, asked, of_lists, stack, room):
    """The first product of each flow's list, else what stands for none; a list of several tables asks one by one."""
    left, lists, found = asked
    first, sections, _, nothing = of_lists
    tables, every, most = room[0][: len(lists)], np.empty(0, np.int32), 1
    for i in range(u64(len(lists))):
        tables[i] = first[u64(lists[i])]
        most = max(most, sections[u64(lists[i])])
    products((left, tables, every), columns, stack, room[1], found)
    if most > 1:
        behind = np.empty(len(lists), np.int32)
        for section in range(1, most):
            for i in range(u64(len(lists))):
                has = found[i] < 0 and sections[u64(lists[i])] > section
                tables[i] = first[u64(lists[i])] + section if has else -1
            products((left, tables, every), columns, stack, room[1], behind)
            for i in range(u64(len(lists))):
                found[i] = max(found[i], behind[i])
    for i in range(u64(len(lists))):
        found[i] = found[i] if found[i] >= 0 else nothing[u64(lists[i])]


@compiled
def decide(asked, tables, known, out):
    """Let lists decide. A Deny settles a flow; the first Unknown stands against every Allow; of several Allows the last
    is named. Nothing is branched on: what flows are told would be guessed wrong."""
    left, lists, found = asked
    kinds, sayings, rules, levels, chain = tables
    outcome, rule, level = out
    for i in range(u64(len(left))):
        at, product = u64(left[i]), u64(found[i])
        said, own_rule, own_level = sayings[product], rules[product], levels[u64(chain[at])]
        ends = (said == DENY) | (said == OPEN)
        is_always = said == ALWAYS_ALLOW
        is_above = ((said == ALLOW) | is_always) & (kinds[u64(lists[i])] == ADMIN)
        counts = ends | ((said != HANDED_ON) & (outcome[at] != UNKNOWN))
        known[at] |= u8(ends | is_always) * OVER | u8(is_above) * ALLOWED_ABOVE
        outcome[at] = (ALLOW if is_always else said) if counts else outcome[at]
        rule[at] = own_rule if counts else rule[at]
        level[at] = own_level if counts else level[at]
