"""``first_products``: the first match of every flow of a batch, in the table of a stack that is named for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.choice import choose_between
from netwatch.matcher.look_up import look_up
from netwatch.matcher.stacks import Stack

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["columns_of", "first_products"]


def first_products(
    stack: Stack, tables: Array, flows: FlowBatch, *, start: Array | None = None, kernel: str = "auto"
) -> Array:
    """The number of the first product that holds each flow in the table named for it, int32; NO_PRODUCT for none.

    ``tables`` are int32; NO_TABLE asks none. Only products from ``start`` on count, where it is given: numbers, int32.
    ``kernel`` is auto, numpy or numba, and raises as ``classify`` does.
    """
    import numpy as np

    from netwatch.matcher.kernels import stacks

    name, _ = choose_between(("numpy", "numba"), flows.size, kernel=kernel)
    out = np.empty(flows.size, np.int32)
    run = stacks.numba_products if name == "numba" else stacks.numpy_products
    run(stack, tables, columns_of(stack, flows, name), start, out)
    return out


def columns_of(stack: Stack, flows: FlowBatch, kernel: str) -> tuple[Array, ...]:
    """The five columns to search ``stack`` by: those of ``flows``, but for the addresses of IPv6, as numbers."""
    return *_addresses(stack, flows, kernel), flows.sport, flows.dport, flows.protocol


def _addresses(stack: Stack, flows: FlowBatch, kernel: str) -> tuple[Array, ...]:
    import numpy as np

    if flows.src_low is None or flows.dst_low is None:
        return flows.src, flows.dst
    first = np.zeros(flows.size, np.uint32)
    sides = ((flows.src, flows.src_low), (flows.dst, flows.dst_low))
    return tuple(
        look_up(axis, first, side, kernel=kernel).view(np.uint32) for axis, side in zip(stack.axes, sides, strict=True)
    )
