"""Files that commands write: whole or not at all, and never over another file unless asked to."""

from __future__ import annotations

import os
from contextlib import suppress

from netwatch.errors import QueryError

__all__ = ["check_free", "write_file"]


def check_free(path: str, *, force: bool) -> None:
    """QueryError where a file would be overwritten that must not be; before the work, so that none is in vain."""
    if path and path != "-" and os.path.lexists(path) and not force:
        raise QueryError(f"{path} is there already.", hint="Name another file, or overwrite it with --force.")
    if path and os.path.isdir(path):
        raise QueryError(f"{path} is a directory.", hint="Name a file.")


def write_file(path: str, text: str, *, force: bool) -> None:
    """Write ``text`` to ``path``, or to standard output where it is empty or ``-``.

    It is written beside the file first and then put in its place, so nobody ever sees half of it. Raises QueryError.
    """
    if path in ("", "-"):
        from netwatch.cli.streams import write

        write(text)
        return
    check_free(path, force=force)
    path = os.path.realpath(path) if force else path
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        _put(beside, path, force=force)
    except FileExistsError:
        raise QueryError(f"{path} is there already.", hint="Name another file, or overwrite it with --force.") from None
    except OSError as error:
        raise QueryError(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        with suppress(OSError):
            os.unlink(beside)


def _put(beside: str, path: str, *, force: bool) -> None:
    """A link cannot replace what came in the meantime; where a file system has none, a look must do."""
    if force:
        os.replace(beside, path)
        return
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(beside, path)
