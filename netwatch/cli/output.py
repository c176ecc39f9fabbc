"""Output formats: text, and ARM's body as json, yaml, table or tsv, after a JMESPath query where one is given."""

from __future__ import annotations

from typing import Any

from netwatch.errors import QueryError

__all__ = ["FORMATS", "as_json", "check_format", "formatted"]

Json = Any

FORMATS = ("text", "json", "yaml", "table", "tsv")


def check_format(name: str, allowed: tuple[str, ...] = FORMATS) -> None:
    """QueryError unless ``name`` is an output format of this verb."""
    if name not in allowed:
        raise QueryError(f"{name!r} is not an output format here.", hint=f"Expected one of: {', '.join(allowed)}.")


def formatted(body: Json, form: str, query: str = "") -> str:
    """``body``, or what ``query`` makes of it, in one of FORMATS; the text of a query's result is its JSON."""
    value = queried(body, query) if query else body
    if form == "yaml":
        return _as_yaml(value)
    if form == "table":
        from netwatch.render.tables import table

        return table(value)
    if form == "tsv":
        from netwatch.render.tables import tsv

        return tsv(value)
    return as_json(value)


def queried(body: Json, query: str) -> Json:
    """What a JMESPath expression makes of ``body``; QueryError where it is not one."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(query, body)
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        raise QueryError(f"--query is not a JMESPath expression: {reason}", hint="See https://jmespath.org.") from None


def as_json(value: Json) -> str:
    """``value`` as indented JSON, ending in a newline; other characters than ASCII stand as they are where possible."""
    import json
    import sys

    from netwatch.cli.streams import is_unicode

    return json.dumps(value, indent=2, ensure_ascii=not is_unicode(sys.stdout)) + "\n"


def _as_yaml(value: Json) -> str:
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False))
