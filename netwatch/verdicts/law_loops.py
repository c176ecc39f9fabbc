"""The law of ``law`` in numba, for a chunk of flows. Only ``law`` imports this file: numba takes half a second.

It says the same, but of one thing: a list whose first match is only possible. Such a flow is left OPEN, for ``law``.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled
from netwatch.matcher.kernels.stack_loops import products
from netwatch.verdicts import chains

__all__ = ["settle"]

i32, u8, u32, u64 = np.int32, np.uint8, np.uint32, np.uint64
ALLOW, DENY, UNKNOWN, NOT_APPLICABLE, ALWAYS_ALLOW, HANDED_ON, OPEN = (u8(each) for each in chains.Saying)
ADMIN = chains.ADMIN
NO_RULE, NO_LEVEL = i32(-1), u8(255)
OVER, ALLOWED_ABOVE, NAMED = u8(1), u8(2), u8(4)
"""What is known of a flow: no other list is asked; an admin rule has allowed it; the last list had something to say."""


@compiled
def settle(chain, columns, tables, out):
    """What the lists of each flow's chain come to, position by position; -1 is a flow without a chain."""
    stack, (lists_of, levels), of_lists, of_products = tables
    known = begun(chain, out)
    for position in range(len(lists_of)):
        left, lists = asking(chain, lists_of[position], of_lists[2], known)
        if len(left) == len(chain):
            found = first_found(columns, lists, of_lists, stack)
        else:
            found = first_found(taken(columns, left), lists, of_lists, stack)
        decide((left, lists, found), of_lists, of_products, known, out[0])
        name((left, found), (levels[position], chain), of_products[1], known, out)


@compiled
def begun(chain, out):
    """What is known before a list is asked."""
    outcome, rule, level = out
    known = np.empty(len(chain), np.uint8)
    for i in range(u64(len(chain))):
        known[i] = OVER if chain[i] < 0 else u8(0)
        outcome[i], rule[i], level[i] = NOT_APPLICABLE, NO_RULE, NO_LEVEL
    return known


@compiled
def asking(chain, lists_of, kinds, known):
    """The flows that ask a list at this position, and their lists."""
    left, lists, many = np.empty(len(chain), np.uint32), np.empty(len(chain), np.int32), u64(0)
    for i in range(u64(len(chain))):
        if known[i] & OVER:
            continue
        own = lists_of[u64(chain[i])]
        if own >= 0 and not (known[i] & ALLOWED_ABOVE and kinds[u64(own)] == ADMIN):
            left[many], lists[many] = i, own
            many += u64(1)
    return left[:many], lists[:many]


@compiled
def taken(columns, places):
    """The columns at some places."""
    src, dst, sport, dport, protocol = columns
    some = np.empty(len(places), np.uint32), np.empty(len(places), np.uint32)
    ports = np.empty(len(places), np.uint16), np.empty(len(places), np.uint16), np.empty(len(places), np.uint8)
    for i in range(u64(len(places))):
        at = places[i]
        some[0][i], some[1][i] = src[at], dst[at]
        ports[0][i], ports[1][i], ports[2][i] = sport[at], dport[at], protocol[at]
    return some[0], some[1], ports[0], ports[1], ports[2]


@compiled
def first_found(columns, lists, of_lists, stack):
    """The first product of each flow's list, else what stands for none; a list of several tables asks one by one."""
    first, sections, _, nothing = of_lists
    tables, found, every = np.empty(len(lists), np.int32), np.empty(len(lists), np.int32), np.empty(0, np.int32)
    most = 1
    for i in range(u64(len(lists))):
        tables[i] = first[u64(lists[i])]
        most = max(most, sections[u64(lists[i])])
    products((tables, every), columns, stack, found)
    if most > 1:
        behind = np.empty(len(lists), np.int32)
        for section in range(1, most):
            for i in range(u64(len(lists))):
                has = found[i] < 0 and sections[u64(lists[i])] > section
                tables[i] = first[u64(lists[i])] + section if has else -1
            products((tables, every), columns, stack, behind)
            for i in range(u64(len(lists))):
                found[i] = max(found[i], behind[i])
    for i in range(u64(len(lists))):
        found[i] = found[i] if found[i] >= 0 else nothing[u64(lists[i])]
    return found


@compiled
def decide(asked, of_lists, of_products, known, outcome):
    """Let lists decide. A Deny settles a flow; the first Unknown stands against every Allow."""
    left, lists, found = asked
    kinds, said_by = of_lists[2], of_products[0]
    for i in range(u64(len(left))):
        said, at = said_by[u64(found[i])], u64(left[i])
        state = known[at] & ~NAMED
        if said in (DENY, ALWAYS_ALLOW, OPEN):
            state |= OVER
        if kinds[u64(lists[i])] == ADMIN and said in (ALLOW, ALWAYS_ALLOW):
            state |= ALLOWED_ABOVE
        if said in (DENY, OPEN) or (said != HANDED_ON and outcome[at] != UNKNOWN):
            outcome[at] = ALLOW if said == ALWAYS_ALLOW else said
            state |= NAMED
        known[at] = state


@compiled
def name(asked, levels, rules, known, out):
    """Name the rule and the level where a list has just decided; of several Allows the last stays."""
    left, found = asked
    of_chain, chain = levels
    _, rule, level = out
    for i in range(u64(len(left))):
        at = u64(left[i])
        if known[at] & NAMED:
            rule[at], level[at] = rules[u64(found[i])], of_chain[u64(chain[at])]
