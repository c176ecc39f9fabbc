"""ARM's dialect of JSON, made plain: comments and trailing commas become blanks, and everything keeps its place.

Source: "Understand the structure and syntax of ARM templates" (comments in templates). Line breaks inside strings stay;
a reader of plain JSON must let them pass.
"""

from __future__ import annotations

import re

__all__ = ["plain_json"]


def plain_json(text: str) -> str:
    """The same JSON, of equal length, without comments and without commas before a closing bracket."""
    if "//" in text or "/*" in text:
        text = re.sub(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?(?:\*/|\Z)', _without_comment, text, flags=re.DOTALL)
    if not re.search(r",\s*[}\]]", text):  # nearly always, and string by string a large file takes seconds
        return text
    return re.sub(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', _without_comma, text, flags=re.DOTALL)


def _without_comment(match: re.Match[str]) -> str:
    found = match.group()
    return found if found[0] == '"' else re.sub(r"[^\n]", " ", found)


def _without_comma(match: re.Match[str]) -> str:
    return " " if match.group() == "," else match.group()
