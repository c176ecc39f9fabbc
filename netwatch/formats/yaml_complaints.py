"""What a YAML parser complains about, in the words of a person who looks at the file."""

from __future__ import annotations

from typing import Any

__all__ = ["Complaint", "complaint"]

Complaint = tuple[int, str, str]
"""The line, what is wrong with it, and what to do."""

_QUOTE = "Put text that begins with @ ` % & ! | > or holds a colon in quotes."
_LAYOUT = "Check indentation, brackets and quotes."
_FLOW = "It is written {key: value, key: value} or [value, value]."

_OUT_OF_LINE = ("did not find expected key", "expected <block end>")
"""How the C parser and the Python parser say that a line is indented as none of its neighbours is."""


def complaint(text: str, error: Any) -> Complaint:
    """The complaint of PyYAML's ``error`` about ``text``, at a line that the text has.

    A parser complains where it is lost, which may be the end of the file. So what was opened and never closed is
    told at the line that opens it.
    """
    mark, opened, context = error.problem_mark or error.context_mark, error.context_mark, error.context or ""
    line, problem = _line(text, mark), str(error.problem)
    if "quoted scalar" in context and opened is not None:
        return (
            _line(text, opened),
            "a quotation mark is opened here and not closed.",
            "Close it at the end of the text.",
        )
    if "simple key" in context and opened is not None:
        return _line(text, opened), "this line has a name without a colon behind it.", "Write name: value."
    if "parsing a flow" in context and opened is not None:
        return _unclosed(text, opened, line, problem)
    if problem.startswith(_OUT_OF_LINE) and opened is not None and mark.column != opened.column:
        what = f"this line is indented by {mark.column}, and those it stands among by {opened.column}"
        return line, f"{what} (from line {opened.line + 1} on).", "Indent lines that belong together equally."
    if "mapping values" in problem and _is_deeper(text, line):
        what = "this line is indented deeper than the one above, which has its value already."
        return line, what, "Indent them equally, or put text that holds a colon in quotes."
    if "alias" in context:
        return line, f"{problem} {context}.", 'A * of its own stands in quotes: "*".'
    hint = _QUOTE if "token" in problem or "mapping values" in problem else _LAYOUT
    return line, f"{problem} {context}".rstrip() + ".", hint


def _line(text: str, mark: Any) -> int:
    return int(min(mark.line, text.rstrip("\n").count("\n"))) + 1


def _unclosed(text: str, opened: Any, line: int, problem: str) -> Complaint:
    """A bracket that is closed by the wrong one, or too late: what follows it looks like part of it."""
    first = _line(text, opened)
    if "node" in problem:
        return line, "a value is missing here, or the bracket that closes what is open.", _FLOW
    bracket = "[" if "]" in problem else "{"
    if line == first:
        what = f"after the {bracket} of this line, a comma or its closing bracket is missing."
        return line, what, _FLOW
    return first, f"the {bracket} of this line is not closed before line {line}.", "Close it, or add the missing comma."


def _is_deeper(text: str, line: int) -> bool:
    """Whether a line is indented deeper than the last one above it that says anything, which has a value."""
    lines = text.split("\n")[:line]
    above = next((each for each in reversed(lines[:-1]) if each.strip() and not each.lstrip().startswith("#")), "")
    has_value = not above.split(" #")[0].rstrip().endswith((":", "-"))
    return has_value and _indentation(lines[-1]) > _indentation(above)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
