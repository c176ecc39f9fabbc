"""Functions in machine code: ``compiled`` ones are kept from one process to the next, ``inlined`` ones are in these."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from numba import njit

__all__ = ["compiled", "inlined"]


@cache
def _sources(room: Path) -> str:
    files = sorted({*Path(__file__).parent.glob("*.py"), *room.glob("*.py")})
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=16).hexdigest()


def compiled(function: Any) -> Any:
    """``function`` compiled when first called, from then on read from a file; it runs without the interpreter's lock.

    The file lies beside the function's own, else where NUMBA_CACHE_DIR says, else in the user's cache directory. Where
    nothing of that can be written it is compiled anew in every process: slow to begin, but an answer.
    """
    try:
        made: Any = njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        return njit(nogil=True, error_model="numpy")(function)
    # Numba asks whether the function's own file has changed. What it calls is in the machine code, too, and stands in
    # the files beside it or beside this one: an old answer of theirs must not outlive them.
    made._cache._cache_file._source_stamp = _sources(Path(function.__code__.co_filename).parent)
    return made


def inlined(function: Any) -> Any:
    """``function`` written into each compiled one that calls it. For what is short or called from one place alone.

    A function compiled by itself costs a tenth of a second more, once. Were all of them, the first batch after an
    installation would wait three seconds longer.
    """
    return njit(nogil=True, error_model="numpy", inline="always")(function)
