"""Which kernel does a batch, and on how many threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise

from netwatch.errors import KernelUnavailableError, QueryError

__all__ = ["KERNELS", "at_once", "choose_between", "spread"]

KERNELS = ("reference", "bits", "numpy", "numba")
"""Names of kernels, the slowest first."""

FEW = 500
"""The most flows for which one at a time is quicker than making tables for NumPy."""

NUMBA_FROM = 2_000_000
"""The batch from which importing numba pays, where nothing has imported it yet."""

_THREAD_SPAN = 1 << 16


def choose_between(kernels: Sequence[str], n: int, *, kernel: str) -> tuple[str, str]:
    """The kernel for ``n`` flows among ``kernels``, and why in a few words; raises as ``classify.choose`` does."""
    import sys
    from importlib.util import find_spec

    if kernel not in ("auto", *kernels):
        raise QueryError(f"{kernel!r} is not a kernel.", hint=f"Expected auto, {', '.join(kernels)}.")
    installed = find_spec("numba") is not None
    if kernel == "numba" and not installed:
        raise KernelUnavailableError(
            "the kernel numba needs numba, which is not installed.",
            hint="Install aznetwatch[fast], or take --kernel numpy.",
        )
    if kernel != "auto":
        return kernel, "asked for by name"
    if n <= FEW and "bits" in kernels:
        return "bits", f"too few flows for tables to be worth making ({n:,})"
    if not installed:
        return "numpy", "numba is not installed; aznetwatch[fast] has it"
    if "numba" not in sys.modules and n < NUMBA_FROM:
        return "numpy", f"done before numba would be imported (flows: {n:,})"
    return "numba", f"numba is installed, and there are enough flows ({n:,})"


def spread(run: Callable[[range], None], size: int, threads: int, *, span: int = _THREAD_SPAN) -> None:
    """``run`` on spans of 0 to ``size``, in threads where there is enough for several.

    Shorter spans than ``span`` are made only where a thread would have none otherwise. QueryError for no thread.
    """
    left = iter(_spans(size, threads, span) if threads > 1 and size > _THREAD_SPAN else [range(size)])

    def work() -> None:
        try:
            for some in left:
                run(some)
        except BaseException:
            deque(left, maxlen=0)  # nothing is left for the others: an interrupt does not wait for the whole batch
            raise

    at_once(work, size, threads)


def at_once(run: Callable[[], None], size: int, threads: int) -> None:
    """``run`` in so many threads, this one among them; in this one alone where a batch of ``size`` flows is short.

    This thread works as well, since a new one may be put where it waits, and another processor do nothing for a while.
    Raises what a thread raises, and QueryError for no thread.
    """
    if threads < 1:
        raise QueryError(f"{threads} threads.", hint="Batches are done on one thread or more.")
    if threads == 1 or size <= _THREAD_SPAN:
        run()
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(run) for _ in range(threads - 1)]
        run()
    for other in others:
        other.result()


def _spans(size: int, threads: int, span: int) -> list[range]:
    """Several spans for each thread, so that one that is held up leaves work to the others."""
    parts = min(4 * threads, max(threads, -(-size // span)))
    return [range(begin, end) for begin, end in pairwise(size * part // parts for part in range(parts + 1))]
