"""What somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the known words nearest to ``word``, or all of them where none is near.

    >>> did_you_mean("alow", ("Allow", "Deny"))
    'Did you mean Allow?'
    """
    from difflib import get_close_matches

    by_key = {name.lower(): name for name in known}
    close = [by_key[key] for key in get_close_matches(word.lower(), by_key, n=3)]
    return f"Did you mean {' or '.join(close)}?" if close else f"Expected one of: {', '.join(by_key.values())}."
