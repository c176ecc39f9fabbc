"""The one door to the matcher: ``classify`` gives the row of every flow. ``prepare`` and ``choose`` stand by it.

What happens behind it, for whoever comes to make it quicker
------------------------------------------------------------
A question is five integers, an answer the first row that holds them all; ``reference`` says so in ten lines. A thousand
rules are about 6,000 rows, so asking row by row costs microseconds. Nothing below changes the answer, and a property
test holds every kernel to the reference. Figures are for the drawn thousand rules ``nsg1000`` on one core of a Zen 4
with 1 MB of second-level cache, medians while others used the machine; a flow takes 5.2 ns in all where nobody else
uses the core. ``netwatch bench`` gives those of your machine.

What decides is where tables lie. A look-up in the first two caches costs half a nanosecond when many are under way; in
the third, which others share, 2 to 8. So tables are made small first and few second.

1. **Bricks** (``bricks``). Rows of a rule are a product: its sources × destinations × services. Taken as one brick,
   6,000 rows are 1,000, and all that follows is six times smaller. The row is counted out at the end (``places``).
2. **Classes** (``axes``). Values that no range tells apart are one class: 1,900 of sources, 2,000 of destinations, 300
   of services (source port, protocol and destination port in one). Sets of ranges are compared by the exclusive or of
   random 64-bit words, so nothing grows with intervals × ranges.
3. **From addresses to classes.** ``numba`` goes down a **search tree** (``search_trees``). Its upper half are 255 keys
   that say which of 256 parts an address is in; they stay in registers, 128 addresses are halved eight times side by
   side (``kernels/instructions``), 0.45 ns. Nodes below are lines of the cache: sixteen comparisons in one
   instruction, 0.8 ns, and one of them is enough for 4,352 intervals. Their values lie as far from the first as they
   do. 30 kB for 3,500, so most of the near caches is left to what follows. Where registers are narrower two nodes tell
   the part. The tries of NumPy, which has no such comparison, take 2.5 to 3.7 ns: **tries** (``tries``) of 16, 8 and 8
   bits, 0.9 MB each. Of IPv6 the high half goes down a tree of eight keys to a node, 3.3 ns, and the low half is
   compared with a line of those that matter under that high half, 4 ns (``halves``): 20 ns a flow. Services take four
   look-ups; two of them, of source ports and protocols, are done inside registers where source ports are few, 0.8 ns
   instead of 1.
4. Then one of two ways from three classes to a row:

   **Groups** (``groups``, ``clusters``). Bit rows: a bit for each brick and class, an AND of three, the first bit left.
   Plain bit rows read a hundred bytes and more for each field. Here bricks that take about the same addresses share a
   word, so that an AND of three *summary* words leaves 2 of 16 groups (4 of 63 for 4,000 rules), and only words that
   are not empty are kept: 0.3 MB instead of 0.5, for 4,000 rules 2 instead of 7. They cannot blow up and are made in
   10 ms. 15 ns a flow, for 4,000 rules 45. The row then takes 4 ns (15 to 30), which read a byte for each list and
   class; lists that hold nothing in common share a row of bytes, so these are 0.07 MB instead of 0.8 (0.8 instead
   of 12).

   **Pairs** (``pairs``). Every combination worked out: (source, destination) to pair class, (pair class, service) to
   row. 3.7 million cells, which no near cache holds; cut into blocks of sixteen, equal blocks kept once, 1.7 MB. 4 ns
   a flow. They take 0.2 s to make and explode for some rules, so they are made for large batches only and given up
   beyond their bounds; then groups do the work. They are the way for ``numpy``, too, which is slow at loops over bits.

5. **Kernels.** ``numba`` runs these tables in machine code. It takes blocks of 4,096 flows through one short loop for
   each step: 30 % quicker than one loop for all, since more flows are under way at once. ``numpy`` does the same with
   ``take``, at a third of the speed: 13 of these and nearly fifty other passes over a chunk, 0.7 to 1.2 ns and 0.1 ns
   each where types are the same on both sides; a sum into another type takes 0.6. ``bits`` is the standard library
   alone, 2 µs a question, for few flows.

Large rule lists are bounded: beyond ``MAX_BYTES`` the rows are asked in halves, each with tables of its own.

6. **Memories.** Nothing is kept from one call to the next, but within a call ``numba`` remembers.

   **Combinations** (``kernels/combinations``). Flows differ where their classes do not: a million flows of ``hit`` are
   21,000 combinations of three classes, and nine in ten flows are of 6,000 of these. What pairs have for them lies
   scattered over 14,500 lines of the cache, 0.9 MB, of which a twelfth is met; a memory has it in 256 KB. It is looked
   into sixteen at a time (``kernels/recall``), and two combinations share a place, so that 2 in 100 flows are new: 1.7
   ns a flow instead of 3.4. One at a time it would take as long as pairs do; there only groups have a memory, of
   262,144 combinations: for 4,000 rules 18 ns a flow instead of 45 on ``hit``.

   **Flows** (``kernels/repeats``). Real traffic repeats, and ``zipf`` stands for it. 16,384 flows that have just been
   answered are kept, 256 KB, and only what is new of a block is searched, an eighth: 4.4 ns a flow on ``zipf``. Of what
   is new every fourth flow is kept. Were all, one that comes once would drive out one that comes often, and that would
   be new until the block ends: an eighth to a sixth, as the mixing of flows into places happens to fall.

   Both are left alone for a time where they know too little (``kernels/spells``), so ``cross`` loses a hundredth.

7. **Threads** share tables and nothing else: each has memories of its own, and takes eight blocks at a time from a
   number they count up together. On two cores that nobody else uses they make 1.83 times one. In turn with four long
   spans for each thread, of which one does the last while the other waits: 1.8 and 1.6 where those made 1.55 and 1.3,
   on cores that others used, too.

What is left of a flow's 5.2 ns on ``hit``: addresses 2.6, services 0.8, combinations 1.7, and what the steps cost one
another by what they push out of the caches. Halving is bound by the units that look up and compare registers of 512
bits, nodes by loads and by what leads from such a comparison to a number, services by loads, combinations by what comes
from the second-level cache: 0.75 ns where they are few.

Tried, measured, and left
-------------------------
- Plain bit rows over bricks: for 4,000 rules 160 ns a flow where the search stops at the first bit, 85 where all words
  are ANDed in vector registers; groups took 50 beside them.
- Summaries over bit rows in the rules' own order: 15 of 16 groups are left. Order makes them say something.
  Sorted by width, then by place: 3.9 of 16 (5.6 of 63); cut in two by the best of four keys: 2.2 (3.9).
- Groups in rounds (every flow one step, then those with groups left the next, without branches), and groups to visit
  written to a list first, the list worked off then: no quicker than a loop that ends when it ends, and twice the code.
- Places of addresses as lines of numbers to compare, a hundredth of the bytes: 10 to 20 ns a flow instead of 4.
- Rows of places packed at any offset: 104 kB instead of 331 for 4,000 rules, and 25 s to find.
- Pairs in one table without blocks: as quick where traffic is local, 30 % slower where it is not, seven times the
  bytes. Blocks of 8 and 32 are as good as 16; 4 × 4, 8 × 2 and 8 × 8 leave more bytes, not fewer. One, two, three or
  four loops from classes to row: one is slower, the others alike.
- Pairs for 4,000 rules: 202,000 pair classes, 135 million cells to work out, and 10 MB at least for the first of the
  two tables alone.
- Tries in the compiled loops: 2.5 to 3.7 ns an address alone, level by level or not, and more beside the other tables.
  Their last step as 4 + 4 bits: half the bytes, one look-up more, 5 to 25 % slower.
- All tables in one block of large pages: no difference to the whole, though a random look-up alone gains by it.
- Gathers (AVX-512): 1.3 cycles a look-up, no less than single loads take; the compiler does without them. Nodes by
  gathers, sixteen addresses halved four times: 2.3 ns. Nodes of eight keys, of which twice as many are needed, bits
  stored and counted sixteen at a time: as quick as nodes of sixteen.
- Halving addresses in turn with other steps, or steps of one block with those of the one before: no quicker, though
  the units they wait for are others. Two, four, six, eight and ten registers of addresses halved together: 0.73, 0.61,
  0.53, 0.54 and 0.57 ns, streaming.
- Index arithmetic of pairs in loops of its own, which the compiler writes sixteen wide: 15 % slower, since what lies
  between must be stored. Fetching columns past the second-level cache ahead of time: no difference. Fetching the next
  block's into it while this one's are halved is done, and gains 3 to 6 %; all at once, or for flows that are
  remembered, it gains nothing.
- A memory of combinations before pairs, looked into one at a time: 3 % gained on ``hit``, 6 % lost on ``cross``.
  Half as many places: 6 % slower; twice as many: 2 %. New combinations written out with their numbers: 3 % slower than
  working the few out anew.
- What pairs have for often met combinations, nearer together: blocks numbered by how often they are used, tables
  turned, tiles of 2 × 16 to 32 × 1. Counted, not timed: one of four tables would have half the lines, the others all.
- Destination ports halved in registers, nine times for the 296 intervals of a thousand rules, in place of a look-up in
  128 kB: as quick on ``hit``, 3 % slower on ``uniform``.
- Classes of services in an order that puts together what the same lists hold: a third fewer blocks, no gain in time.
- IPv6 by binary search: 125 ns a flow, with branches or without: its steps wait for one another. The low half alone by
  binary search: 57 ns.
- The search's comparisons as such: the compiler makes branches of them, and half are guessed wrong.
- In place of the parts a shift for each value of the high eight bits, and a cell that names one node: 1.8 ns an
  address. The cells follow the densest part of a network, 132 kB here and 32 MB at worst.
- ``numpy`` with larger tables and fewer passes (pairs and rows written out, services by one table of 64K for each kind,
  places as 64 bits that need no change of type): half the passes, 14 % gained on ``hit``, nothing on ``cross``, for 15
  MB instead of 5. A first step of 18 to 21 bits: 3 ns a take. Large pages, and one table after the other for eight
  chunks at once: no difference. A memory of combinations, one to a place: 5 % gained on ``hit``, 8 % lost on ``cross``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from netwatch.errors import InvalidFlowError
from netwatch.matcher.batch import FlowBatch, is_column
from netwatch.matcher.choice import KERNELS, at_once, choose_between, spread
from netwatch.matcher.garbage import no_garbage_collection
from netwatch.matcher.prepared import PreparedTable
from netwatch.matcher.tables import NO_ROW, RuleTable

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["KERNELS", "choose", "classify", "prepare"]


class _Kernel(Protocol):
    def __call__(self, prepared: PreparedTable, flows: FlowBatch, span: range, out: Array, /) -> None: ...


def classify(
    table: RuleTable | PreparedTable,
    flows: FlowBatch,
    *,
    kernel: str = "auto",
    out: Array | None = None,
    threads: int = 1,
) -> Array:
    """The index of the first row that matches each flow, int32, NO_ROW where none does; what ``reference`` would say.

    The columns of ``flows`` are read where they are. ``out``, if given, is written and returned: an int32 array, one
    number for each flow, in memory that no column has. ``threads`` share the work; ``numba`` scales best, since it
    holds no lock. A bare RuleTable is prepared for this batch alone: ``prepare`` it once where there are several.

    Raises QueryError for a kernel that is none or fewer threads than one, KernelUnavailableError for a kernel that is
    not installed, and InvalidFlowError for columns, a version or an ``out`` that do not fit.

    >>> import numpy as np
    >>> every = (0, 2**32 - 1)
    >>> table = RuleTable(4, ((every, (10, 20), (-1, 65535), (443, 443), (6, 6)),), (False,))
    >>> port, tcp = np.array([443, 443, 80], np.uint16), np.array([6, 6, 6], np.uint8)
    >>> dst = np.array([10, 21, 10], np.uint32)
    >>> classify(table, FlowBatch.v4(dst, dst, sport=port, dport=port, protocol=tcp)).tolist()
    [0, -1, -1]
    """
    import numpy as np

    prepared = table if isinstance(table, PreparedTable) else PreparedTable(table)
    _check(prepared.table.version, flows, out)
    name, _ = choose(prepared, flows.size, kernel=kernel)
    rows = np.empty(flows.size, np.int32) if out is None else out
    if name in ("numpy", "numba") and not _made_ready(prepared, name, flows.size):
        return _in_halves(prepared.table, flows, kernel=name, out=rows)
    if name == "numba":
        _compiled(prepared, flows, rows, threads)
        return rows
    run = _kernel(name)
    spread(lambda span: run(prepared, flows, span, rows), flows.size, threads)
    return rows


def prepare(table: RuleTable, *, kernel: str = "auto", flows: int = 0) -> PreparedTable:
    """``table`` made ready for batches of about ``flows`` flows, to be given to ``classify`` in its stead.

    What larger batches need is added when one comes. The result pickles, and loads in worker processes ready to use.
    """
    prepared = PreparedTable(table)
    name, _ = choose(prepared, flows, kernel=kernel)
    if name == "bits":
        prepared.bits  # noqa: B018, made by being asked for
    elif name in ("numpy", "numba"):
        _made_ready(prepared, name, flows)
    return prepared


def choose(table: RuleTable | PreparedTable, n: int, *, kernel: str = "auto") -> tuple[str, str]:
    """The kernel that ``classify`` takes for ``n`` flows, and why in a few words.

    Raises QueryError for a name that is no kernel's, and KernelUnavailableError for one that is not installed.
    """
    return choose_between(KERNELS, n, kernel=kernel)


def _made_ready(prepared: PreparedTable, name: str, flows: int) -> bool:
    from netwatch.matcher.kernels import numba, numpy

    with no_garbage_collection():
        return numba.made_ready(prepared, flows) if name == "numba" else numpy.made_ready(prepared, flows)


def _compiled(prepared: PreparedTable, flows: FlowBatch, out: Array, threads: int) -> None:
    import numpy as np

    from netwatch.matcher.kernels import numba

    begun = np.zeros(1, np.int64)
    at_once(lambda: numba.rows(prepared, flows, begun, out), flows.size, threads)


def _kernel(name: str) -> _Kernel:
    from netwatch.matcher.kernels import numpy, scalar

    kernels: dict[str, _Kernel] = {"reference": scalar.reference, "bits": scalar.bits, "numpy": numpy.rows}
    return kernels[name]


def _in_halves(table: RuleTable, flows: FlowBatch, *, kernel: str, out: Array) -> Array:
    """Ask the first half of the rows, then the second for the flows that are left; no half's tables are kept."""
    import numpy as np

    middle = len(table.rows) // 2
    first, second = (
        RuleTable(table.version, table.rows[part], table.maybe[part]) for part in (slice(middle), slice(middle, None))
    )
    classify(first, flows, kernel=kernel, out=out)
    left = np.flatnonzero(out == NO_ROW)
    some = flows._replace(**{name: value[left] for name, value in _columns(flows).items()})
    found = classify(second, some, kernel=kernel)
    out[left] = np.where(found == NO_ROW, NO_ROW, found + middle)
    return out


def _columns(flows: FlowBatch) -> dict[str, Any]:
    return {name: value for name, value in flows._asdict().items() if name != "version" and value is not None}


def _check(version: int, flows: FlowBatch, out: Array | None) -> None:
    """Raise InvalidFlowError unless the batch is of the table's family and its columns are as FlowBatch promises."""
    if flows.version != version:
        raise InvalidFlowError(f"flows of IPv{flows.version} cannot be looked up in rows of IPv{version}.")
    flows.check()
    if out is not None:
        _check_out(flows, out)


def _check_out(flows: FlowBatch, out: Array) -> None:
    """Raise InvalidFlowError unless rows can be written to ``out`` before all flows are read."""
    import numpy as np

    if not is_column(out, "int32") or len(out) != flows.size:
        raise InvalidFlowError("the result needs an int32 array with a number for each flow.")
    if not out.flags.writeable:
        raise InvalidFlowError("the array for the result is read-only.")
    shared = [name for name, column in _columns(flows).items() if np.shares_memory(out, column)]
    if shared:
        raise InvalidFlowError(f"the array for the result lies where the column {shared[0]} does.")
