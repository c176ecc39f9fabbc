"""The text of an input file, or a clear reason why there is none."""

from __future__ import annotations

import os
from typing import BinaryIO

from netwatch.errors import TopologySyntaxError
from netwatch.model.where import Where

__all__ = ["DEFAULT_MAX_BYTES", "STANDARD_INPUT", "can_read_again", "read_text", "source_name"]

STANDARD_INPUT = "-"
"""The path that means standard input."""

DEFAULT_MAX_BYTES = 128 * 1024 * 1024
"""The largest file that is read unless the caller says otherwise: 128 MiB.

10,000 NICs with 50,000 security rules take 55 MiB as ARM JSON, 82 MiB when it is indented.
"""

_CHUNK = 1024 * 1024
_ZIP_MARK = b"PK\x03\x04"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: str | os.PathLike[str], *, max_bytes: int = DEFAULT_MAX_BYTES) -> str:
    """The text of the file at ``path``: UTF-8 with or without a byte order mark, or UTF-16 with one.

    The path ``-`` is standard input.
    Raises TopologySyntaxError where there is no file, it is no text, or it is larger than ``max_bytes``.
    """
    source = os.fspath(path)
    data = _read(source, max_bytes)
    if len(data) > max_bytes:
        message = f"the file is larger than {max_bytes:,} bytes."
        raise TopologySyntaxError(message, where=Where(source), hint="Raise the limit with --max-bytes if it is yours.")
    return _decode(source, data)


def source_name(path: str) -> str:
    """What an input is called in places."""
    return "<stdin>" if path == STANDARD_INPUT else path


def can_read_again(source: str) -> bool:
    """Whether a file can be read twice: a pipe gives what it holds once, and waits for ever the second time."""
    return os.path.isfile(source)


def _read(source: str, max_bytes: int) -> bytearray:
    """The bytes of a file, or some more than ``max_bytes`` of them; in chunks, as it may be a pipe without an end."""
    data = bytearray()
    try:
        with _opened(source) as file:
            while len(data) <= max_bytes and (chunk := file.read(_CHUNK)):
                data += chunk
            return data
    except FileNotFoundError:
        raise TopologySyntaxError("there is no such file.", where=Where(source), hint="Check the path.") from None
    except IsADirectoryError:
        raise TopologySyntaxError("this is a directory.", where=Where(source), hint="Name a file in it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise TopologySyntaxError(f"the file cannot be read: {reason}.", where=Where(source)) from None


def _opened(source: str) -> BinaryIO:
    if source != STANDARD_INPUT:
        return open(source, "rb")
    import sys

    if sys.stdin is None:
        raise ValueError("standard input is closed")
    return open(sys.stdin.fileno(), "rb", closefd=False)


def _decode(source: str, data: bytearray) -> str:
    if data.startswith(_ZIP_MARK):
        hint = "A plan of Terraform is one: terraform show -json prints it."
        raise TopologySyntaxError("not a text file: it is a zip archive.", where=Where(source), hint=hint)
    encoding = "utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not a text file: byte {error.start} is not {encoding.removesuffix('-sig').upper()}."
        raise TopologySyntaxError(message, where=Where(source, line), hint="Save it as UTF-8.") from None
    end = text.find("\0")
    if end >= 0:
        line = text.count("\n", 0, end) + 1
        raise TopologySyntaxError("not a text file: it holds a NUL character.", where=Where(source, line))
    return text
