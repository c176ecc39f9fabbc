"""Bicep files: the compiler turns them into the template that is read; netwatch has no compiler of its own."""

from __future__ import annotations

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.formats.text_file import read_text
from netwatch.model.where import Where

__all__ = ["input_text", "is_bicep"]

_TIMEOUT = 120
"""Seconds that the compiler may take; it may have to fetch modules from a registry."""


def is_bicep(source: str) -> bool:
    """Whether a file is Bicep: by its name, because its text may begin with anything."""
    return source.lower().endswith((".bicep", ".bicepparam"))


def input_text(source: str, *, max_bytes: int) -> str:
    """The text of an input file; of a Bicep file, the template that the compiler makes of it.

    Raises UnsupportedError where there is no compiler on PATH, TopologySyntaxError where it refuses the file.
    """
    text = read_text(source, max_bytes=max_bytes)
    if not is_bicep(source):
        return text
    if source.lower().endswith(".bicepparam"):
        hint = "Give the .bicep file, and its parameters as JSON: bicep build-params FILE."
        raise UnsupportedError("this is a file of parameters, not a template.", where=Where(source), hint=hint)
    return _compiled(source)


def _compiled(source: str) -> str:
    import shutil
    import subprocess

    compiler = shutil.which("bicep")
    if compiler is None:
        hint = "Put the Bicep CLI on PATH, or run `az bicep build --file FILE` elsewhere and give the JSON it makes."
        raise UnsupportedError(
            "a Bicep file needs the Bicep compiler, which is not here.", where=Where(source), hint=hint
        )
    command = [compiler, "build", "--stdout", source]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TopologySyntaxError(f"the Bicep compiler did not answer: {error}.", where=Where(source)) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        first = next((line for line in said if ": Error " in line), said[0] if said else "without a word")
        raise TopologySyntaxError(f"the Bicep compiler refuses it: {first}", where=Where(source))
    return done.stdout.decode("utf-8-sig", errors="replace")
