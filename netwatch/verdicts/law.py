"""The law of ``single.verdict`` in columns: what the rule lists at the NICs of many flows come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.first_products import columns_of, first_products
from netwatch.matcher.stacks import NO_PRODUCT
from netwatch.model.flow import Outcome
from netwatch.verdicts.chains import ADMIN, ALLOWS, Saying, Tables, saying_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["NO_LEVEL", "NO_RULE", "OUTCOMES", "Room", "Settled", "settle"]

OUTCOMES = (Outcome.ALLOW, Outcome.DENY, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
"""The outcomes, by their numbers in a column."""

NO_RULE, NO_LEVEL = -1, 255
"""Stand for the rule and the level of a flow for which no list was asked, or none had anything to say."""


class Settled(NamedTuple):
    """For each flow its outcome (uint8), the number of the rule that settled it (int32) and its level (uint8)."""

    outcome: Array
    rule: Array
    level: Array

    @classmethod
    def room(cls, size: int) -> Settled:
        """Room for ``size`` flows, nothing in it."""
        import numpy as np

        return cls(np.empty(size, np.uint8), np.empty(size, np.int32), np.empty(size, np.uint8))

    def clear(self) -> None:
        """Say of all flows that nothing has been asked about them."""
        for column, value in zip(self, (Saying.NOT_APPLICABLE, NO_RULE, NO_LEVEL), strict=True):
            column.fill(value)


class _State(NamedTuple):
    """How far the flows have come: what settles each so far, by which product and at which position of its chain.

    ``is_over``: no other list is asked. ``is_allowed_above``: an admin rule has allowed it.
    """

    said: Array
    product: Array
    position: Array
    is_over: Array
    is_allowed_above: Array


class Room(NamedTuple):
    """Where compiled loops keep what they know of the flows of a chunk.

    New memory costs more than what is done with it, so that one room serves chunk after chunk. First what ``law_loops``
    has: what is known of each flow, its chain, and of those that ask a list their places, lists and products. Then
    their tables, and what ``products`` has: their places among the sorted, the sorted, and the products of those.
    """

    known: Array
    words: Array
    flows: Array

    @classmethod
    def of(cls, size: int) -> Room:
        """Room for ``size`` flows: 45 bytes for each."""
        import numpy as np

        return cls(np.empty(size, np.uint8), np.empty((7, size), np.int32), np.empty((size, 4), np.uint32))

    def part(self, size: int) -> tuple[Any, ...]:
        """The columns for ``size`` flows, as compiled loops take them."""
        chain, left, lists, found, tables, places, products = (column[:size] for column in self.words)
        flows = places.view("uint32"), self.flows[:size], products
        return (self.known[:size], chain, left.view("uint32"), lists, found), (tables, flows)


def settle(tables: Tables, pairs: Array, flows: FlowBatch, out: Settled, room: Room | None) -> None:
    """What the lists of each flow's pair of NIC and way come to; -1 is a flow without a NIC.

    By compiled loops where there is room for them. These leave flows open whose first match in a list is only possible.
    """
    import numpy as np

    if room is None:
        _put_all(out, np.arange(flows.size), _by_columns(tables, tables.of_pairs.take(pairs), flows, "numpy"))
        return
    from netwatch.matcher.kernels.stacks import as_tuples
    from netwatch.verdicts import law_loops

    of_lists, of_products = (tables.first, tables.sections, tables.kinds, tables.nothing), (tables.said, tables.rules)
    of_chains = tables.of_pairs, tables.chains, tables.levels
    every = as_tuples(tables.stack), of_chains, of_lists, of_products
    law_loops.settle(pairs, columns_of(tables.stack, flows, "numba"), every, room.part(flows.size), tuple(out))
    left = np.flatnonzero(out.outcome == Saying.OPEN)
    if len(left):
        _put_all(out, left, _by_columns(tables, tables.of_pairs.take(pairs[left]), flows.take(left), "numba"))


def _put_all(out: Settled, places: Array, found: Settled) -> None:
    for column, own in zip(out, found, strict=True):
        _put(column, places, own)


def _by_columns(tables: Tables, chain: Array, flows: FlowBatch, kernel: str) -> Settled:
    """What the lists of chains come to, -1 for none: flows that are not settled ask the list at the next position."""
    import numpy as np

    said, product = np.full(flows.size, Saying.HANDED_ON, np.uint8), np.full(flows.size, NO_PRODUCT, np.int32)
    state = _State(said, product, *(np.zeros(flows.size, kind) for kind in (np.uint8, bool, bool)))
    left = np.flatnonzero(chain >= 0)
    for position, of_chains in enumerate(tables.chains):
        lists = of_chains.take(_taken(chain, left))
        left, lists = _where(lists >= 0, left, lists)
        asked = left, lists
        if ADMIN in tables.kinds:
            asked = _where((tables.kinds.take(lists) != ADMIN) | ~_taken(state.is_allowed_above, left), left, lists)
        _ask(tables, state, asked, flows, (position, kernel))
        left, _ = _where(~_taken(state.is_over, left), left, lists)
    return _settled(tables, state, chain)


def _ask(tables: Tables, state: _State, asked: tuple[Array, Array], flows: FlowBatch, how: tuple[int, str]) -> None:
    """Let some flows ask a list each. A Deny settles a flow; the first Unknown stands against every Allow; of several
    Allows the last is named."""
    (places, lists), (position, kernel) = asked, how
    said, product = _decisions(tables, lists, flows.take(places), kernel)
    _put(state.is_over, places, (said == Saying.DENY) | (said == Saying.ALWAYS_ALLOW))
    if ADMIN in tables.kinds:
        allows = (said == Saying.ALLOW) | (said == Saying.ALWAYS_ALLOW)
        state.is_allowed_above[places[(tables.kinds.take(lists) == ADMIN) & allows]] = True
    counts = said != Saying.HANDED_ON
    if position:
        counts &= (said == Saying.DENY) | (_taken(state.said, places) != Saying.UNKNOWN)
    at, said = _where(counts, places, said)
    _put(state.said, at, said)
    _put(state.product, at, _where(counts, places, product)[1])
    _put(state.position, at, position)


def _decisions(tables: Tables, lists: Array, flows: FlowBatch, kernel: str) -> tuple[Array, Array]:
    """What each flow's list says, and by which product, as ``single`` decides a list.

    First match wins. Where that is a rule with open values its access is only possible, and the next match is looked
    for, until one is certain; where all agree, the open values did not matter.
    """
    import numpy as np

    product = _next_products(tables, lists, flows, None, kernel)
    missed = np.flatnonzero(product == NO_PRODUCT)
    product[missed] = tables.nothing.take(lists[missed])
    said = tables.said.take(product)
    some = np.flatnonzero(said == Saying.OPEN)
    if len(some):
        said[some], product[some] = _open_decisions(tables, lists[some], flows.take(some), product[some], kernel)
    return said, product


def _open_decisions(tables: Tables, lists: Array, flows: FlowBatch, product: Array, kernel: str) -> tuple[Array, Array]:
    """What lists say whose first matches, ``product``, are of rules with open values."""
    import numpy as np

    possible = tables.bits.take(product)
    left = np.arange(flows.size)
    while len(left):
        product[left] = _next_products(tables, lists[left], flows.take(left), product[left] + 1, kernel)
        left = left[product[left] != NO_PRODUCT]
        possible[left] |= tables.bits.take(product[left])
        left = left[tables.said.take(product[left]) == Saying.OPEN]
    nothing = tables.nothing.take(lists)
    of_nothing = np.where(possible == ALLOWS, tables.said.take(nothing), Saying.UNKNOWN)
    sayings = np.array([saying_of(bits) for bits in range(8)], np.uint8)
    said = np.where(product == NO_PRODUCT, of_nothing, sayings.take(possible))
    return said, np.where((product == NO_PRODUCT) | (said == Saying.UNKNOWN), nothing, product)


def _next_products(tables: Tables, lists: Array, flows: FlowBatch, start: Array | None, kernel: str) -> Array:
    """The first product of each flow's list, from ``start`` on; a list of several tables is asked one by one."""
    import numpy as np

    first = tables.first.take(lists)
    found = first_products(tables.stack, first, flows, start=start, kernel=kernel)
    for section in range(1, int(tables.sections.max(initial=0))):
        left = np.flatnonzero((found == NO_PRODUCT) & (tables.sections.take(lists) > section))
        begin = None if start is None else start[left]
        some = flows.take(left)
        found[left] = first_products(tables.stack, first[left] + section, some, start=begin, kernel=kernel)
    return found


def _settled(tables: Tables, state: _State, chain: Array) -> Settled:
    import numpy as np

    out = Settled.room(len(chain))
    out.clear()
    places = np.flatnonzero(state.product != NO_PRODUCT)
    said, product = _taken(state.said, places), _taken(state.product, places)
    _put(out.outcome, places, np.where(said == Saying.ALWAYS_ALLOW, np.uint8(Saying.ALLOW), said))
    _put(out.rule, places, tables.rules.take(product))
    at = _taken(state.position, places) * np.int32(tables.levels.shape[1])
    at += _taken(chain, places)
    _put(out.level, places, tables.levels.take(at))
    return out


def _taken(column: Array, places: Array) -> Array:
    """The values at some places, ascending; of all of them no copy."""
    return column if len(places) == len(column) else column.take(places)


def _where(chosen: Array, *columns: Array) -> tuple[Array, Array]:
    """Two columns where ``chosen`` holds."""
    one, other = columns
    return (one, other) if chosen.all() else (one[chosen], other[chosen])


def _put(column: Array, places: Array, values: Array | int) -> None:
    """Set the values at some places, ascending; at all of them without looking at each place."""
    if len(places) == len(column):
        column[:] = values
    else:
        column[places] = values
