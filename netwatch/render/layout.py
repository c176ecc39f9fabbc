"""Lines of text in a given width: columns that line up, paragraphs that wrap, nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["HANG", "UNBOUNDED", "ascii_only", "bold", "columns", "printable", "wrap"]

UNBOUNDED = 1 << 30
"""A width that every line fits."""

GAP = 2
"""Spaces between two columns."""

HANG = 4
"""Further indentation of what did not fit into its line."""

_ASCII = {
    "→": "->",
    "…": "...",
    "─": "-",
    "├": "|",
    "└": "`",
    "│": "|",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "’": "'",
    "·": "*",
}


def printable(text: str) -> str:
    r"""``text`` with everything a terminal could obey written as an escape: control, format and odd space characters.

    >>> printable("web\x1b[31m-0")
    'web\\x1b[31m-0'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def ascii_only(text: str) -> str:
    """``text`` in ASCII: arrows and lines by their likes, other characters as escapes."""
    for sign, plain in _ASCII.items():
        text = text.replace(sign, plain)
    return text.encode("ascii", "backslashreplace").decode()


def bold(text: str, *, colour: bool) -> str:
    """``text`` in bold where the terminal may be coloured, else as it is."""
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def wrap(text: str, width: int, *, indent: int = 0, hang: int = HANG) -> list[str]:
    """``text`` broken at spaces into lines of at most ``width``; a word longer than that keeps a line to itself."""
    return _flow(printable(text).split(" "), width, indent, hang, " ")


def columns(rows: Iterable[Sequence[str]], width: int, *, indent: int = 0) -> list[str]:
    """``rows`` in columns that line up, as wide as their widest cell.

    Where that exceeds ``width``, as many columns from the left line up as fit; what is right of them follows, and goes
    beneath its row where there is no room (first of all the place, which comes last by custom). Cells are made
    printable. Empty columns vanish.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        return []
    used = [at for at in range(len(cells[0])) if any(row[at] for row in cells)]
    cells = [[row[at] for at in used] for row in cells]
    if _needs(cells) + indent <= width:
        return _aligned(cells, indent)
    lined_up = next((n for n in range(len(used) - 1, 1, -1) if _needs([row[:n] for row in cells]) + indent <= width), 1)
    heads = _padded([row[:lined_up] for row in cells])
    return [line for head, row in zip(heads, cells, strict=True) for line in _row(head, row[lined_up:], width, indent)]


def _needs(cells: list[list[str]]) -> int:
    return sum(_widths(cells)) + GAP * (len(cells[0]) - 1)


def _widths(cells: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _aligned(cells: list[list[str]], indent: int) -> list[str]:
    return [(" " * indent + line).rstrip() for line in _padded(cells)]


def _padded(cells: list[list[str]]) -> list[str]:
    widths = _widths(cells)
    return [(" " * GAP).join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def _row(head: str, rest: list[str], width: int, indent: int) -> list[str]:
    return [line.rstrip() for line in _flow([head, *(cell for cell in rest if cell)], width, indent, HANG, " " * GAP)]


def _flow(words: list[str], width: int, indent: int, hang: int, gap: str) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in words:
        room = width - indent - (hang if lines else 0)
        if line and len(line) + len(gap) + len(word) > room:
            lines.append(" " * (indent + (hang if lines else 0)) + line)
            line = word
        else:
            line = f"{line}{gap}{word}" if line else word
    lines.append(" " * (indent + (hang if lines else 0)) + line)
    return lines
