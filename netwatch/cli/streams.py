"""Standard output and standard error: what goes where, in an encoding that it can hold, and quiet when nobody reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from netwatch.cli.exits import BROKEN_PIPE, UNWRITABLE
from netwatch.errors import NetwatchError
from netwatch.model.where import Where

__all__ = ["colour_wanted", "complain", "is_unicode", "note", "patience", "report", "width", "write"]

PATIENCE = 2.0
"""Seconds after which a person at a terminal is told what takes so long."""

NARROWEST, WIDEST, NO_TERMINAL = 40, 200, 100


def write(text: str) -> None:
    """``text`` on standard output; a reader that has gone away ends the process quietly, a full disk with an error."""
    fault = _put(sys.stdout, text)
    if fault:
        complain(f"standard output cannot be written: {fault}.")
        raise SystemExit(UNWRITABLE)


def note(text: str) -> None:
    """A remark for a person, on standard error."""
    from netwatch.render.layout import printable

    _put(sys.stderr, f"note: {printable(text)}\n")


def complain(message: str) -> None:
    """An error in one line, on standard error."""
    from netwatch.render.layout import printable

    _put(sys.stderr, f"error: {printable(message)}\n")


def report(errors: Sequence[NetwatchError]) -> None:
    """Each error on standard error, with its place looked up; lines stay, other control characters are escaped."""
    from netwatch.render.layout import printable

    _locate(errors)
    for error in errors:
        _put(sys.stderr, "error: " + "\n".join(map(printable, str(error).split("\n"))) + "\n")


def _locate(errors: Sequence[NetwatchError]) -> None:
    """Fill in the lines of places that are only pointers so far."""
    open_places = [error for error in errors if _is_open(error.where)]
    if not open_places:
        return
    from netwatch.formats.places import locate_all

    located = locate_all([error.where for error in open_places if error.where is not None])
    for error, where in zip(open_places, located, strict=True):
        error.where = where


def _is_open(where: Where | None) -> bool:
    return where is not None and bool(where.pointer) and not where.line


def is_unicode(stream: TextIO | None) -> bool:
    """Whether ``stream`` can hold every character."""
    return ((stream is not None and stream.encoding) or "").lower().replace("-", "").startswith("utf")


def colour_wanted() -> bool:
    """Whether standard output is a terminal and NO_COLOR is not set (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def width() -> int:
    """The characters in a line: the terminal's (or COLUMNS), between 40 and 200; 100 where there is no terminal."""
    import shutil

    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((NO_TERMINAL, 24)).columns))


def _put(stream: TextIO | None, text: str) -> str:
    """Write and flush; why that failed, or an empty text. Nobody can be told that standard error cannot be written."""
    if stream is None:
        return "it is closed"
    if not is_unicode(stream):
        from netwatch.render.layout import ascii_only

        text = ascii_only(text)
    try:
        stream.write(text.encode("utf-8", "backslashreplace").decode("utf-8") if not text.isascii() else text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
        raise SystemExit(BROKEN_PIPE) from None
    except OSError as error:
        _silence(stream)
        return error.strerror or str(error)
    return ""


def _silence(stream: TextIO) -> None:
    """What is still in its buffer goes nowhere; else Python would try again at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def patience(message: str) -> Iterator[None]:
    """Say ``message`` on a terminal's standard error when the body takes longer than PATIENCE."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from threading import Timer

    timer = Timer(PATIENCE, _put, (sys.stderr, f"{message}\n"))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
