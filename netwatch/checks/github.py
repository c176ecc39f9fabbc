"""Results of checks as annotations of GitHub Actions, which show them at the lines of the files in a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netwatch.checks.reporting import missed_lines, title, why
from netwatch.checks.running import Result
from netwatch.model.where import Where
from netwatch.render.trip import Page

__all__ = ["github_annotations"]


def github_annotations(results: Iterable[Result], broken: Iterable[tuple[Where | None, str]], page: Page) -> str:
    """One line for everything that went wrong, in order; nothing where all is well.

    Source: "Workflow commands for GitHub Actions", error.
    """
    lines = [_error(where, "the input cannot be read", reason) for where, reason in broken]
    for result in results:
        if result.outcome.is_bad:
            told = "\n".join((*missed_lines(result), why(result, page)))
            lines.append(_error(result.question.where, title(result.question), told))
    return "".join(lines)


def _error(where: Where | None, title: str, text: str) -> str:
    place = {} if where is None else {"file": where.source, **({"line": str(where.line)} if where.line else {})}
    properties: Mapping[str, str] = {**place, "title": title}
    return f"::error {','.join(f'{key}={_property(value)}' for key, value in properties.items())}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
