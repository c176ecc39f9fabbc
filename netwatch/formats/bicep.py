"""Bicep files: the compiler turns them into the template that is read; netwatch has no compiler of its own."""

from __future__ import annotations

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.formats.text_file import read_text
from netwatch.model.where import Where

__all__ = ["input_text", "is_bicep", "parameter_text"]

_TIMEOUT = 120
"""Seconds that the compiler may take; it may have to fetch modules from a registry."""

_PARAMETERS = ".bicepparam"


def is_bicep(source: str) -> bool:
    """Whether a file is Bicep: by its name, because its text may begin with anything."""
    return source.lower().endswith((".bicep", _PARAMETERS))


def input_text(source: str, *, max_bytes: int) -> str:
    """The text of an input file; of a Bicep file, the template that the compiler makes of it.

    Of a file of parameters, the template that it uses. Raises UnsupportedError where there is no compiler on PATH or
    the template is kept in Azure, TopologySyntaxError where the compiler refuses the file.
    """
    text = read_text(source, max_bytes=max_bytes)
    if not is_bicep(source):
        return text
    if source.lower().endswith(_PARAMETERS):
        return _of_parameters(source, "templateJson")
    return _compiled(source, "build")


def parameter_text(source: str, *, max_bytes: int) -> str:
    """The text of a parameter file as JSON; errors as those of ``input_text``."""
    text = read_text(source, max_bytes=max_bytes)
    return _of_parameters(source, "parametersJson") if source.lower().endswith(_PARAMETERS) else text


def _of_parameters(source: str, part: str) -> str:
    """What ``bicep build-params`` prints is an object of two documents, each of them as text."""
    import json

    try:
        found = json.loads(_compiled(source, "build-params"))[part]
    except (ValueError, KeyError, TypeError):
        found = None
    if isinstance(found, str) and found:
        return found
    hint = "Give the template, and these parameters with --parameters."
    raise UnsupportedError(f"the Bicep compiler gives no {part} of it.", where=Where(source), hint=hint)


def _compiled(source: str, command: str) -> str:
    import shutil
    import subprocess

    compiler = shutil.which("bicep")
    if compiler is None:
        hint = (
            f"Put the Bicep CLI on PATH, or run `az bicep {command} --file FILE` elsewhere and give the JSON it makes."
        )
        raise UnsupportedError(
            "a Bicep file needs the Bicep compiler, which is not here.", where=Where(source), hint=hint
        )
    call = [compiler, command, "--stdout", source]
    try:
        done = subprocess.run(call, capture_output=True, timeout=_TIMEOUT, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TopologySyntaxError(f"the Bicep compiler did not answer: {error}.", where=Where(source)) from None
    text = done.stdout.decode("utf-8-sig", errors="replace")
    if done.returncode < 0:
        message = f"the Bicep compiler was stopped by signal {-done.returncode}."
        raise TopologySyntaxError(message, where=Where(source))
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        first = next((line for line in said if ": Error " in line), said[0] if said else "without a word")
        raise TopologySyntaxError(f"the Bicep compiler refuses it: {first}", where=Where(source))
    if not text.lstrip().startswith("{"):
        began = text.strip().partition("\n")[0][:60] or "nothing"
        message = f"the Bicep compiler printed no template: {began}"
        raise TopologySyntaxError(message, where=Where(source), hint="bicep build --stdout FILE shows what it prints.")
    return text
