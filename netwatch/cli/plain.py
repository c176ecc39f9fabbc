"""Typer's command and group for values that are text and flags, which need no conversion.

Typer converts every value through pydantic, whose import is 40 % of what an empty app costs. All our parameters are
text or flags: a value that is text is taken as it is, and one that was not given stays so. Whatever else comes along
goes Typer's own way.
"""

from __future__ import annotations

from typing import Any

from typer import BadParameter
from typer.core import TyperCommand, TyperGroup

from netwatch.errors import QueryError

__all__ = ["PlainCommand", "PlainGroup", "UsageError"]

UsageError: Any = BadParameter.__bases__[0]
"""What Typer raises where a command line is none; it keeps the class to itself."""


class PlainCommand(TyperCommand):
    """A command whose parameters take text as it was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.params:
            _take_as_it_is(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        return _take_as_it_is(super().get_help_option(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Typer names the first thing that is missing; who types a command for the first time misses several."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except BadParameter:
            missing = self._missing(ctx, given)
            if not missing:
                raise
        name = ctx.command_path.removeprefix("netwatch ")
        raise QueryError(f"{name} needs {', '.join(missing)}.", hint=f"netwatch {name} -h shows an example.")

    def _missing(self, ctx: Any, args: list[str]) -> list[str]:
        given, _, _ = self.make_parser(ctx).parse_args(args=args)
        wanted = [each for each in self.params if each.required and not given.get(each.name or "")]
        return [_named(each) if _is_argument(each) else max(each.opts, key=len) for each in wanted]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """``[OPTIONS] TOPOLOGY``: our names of arguments say themselves whether they may be left out."""
        return ["[OPTIONS]", *(_named(each) for each in self.get_params(ctx) if _is_argument(each))]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then options panel by panel: the command's own, those of any input, those of templates."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for each in self.get_params(ctx):
            record = each.get_help_record(ctx)
            if record is not None and _is_argument(each):
                panels.setdefault("Arguments", []).append((_named(each), record[1]))
            elif record is not None:
                panels.setdefault(getattr(each, "rich_help_panel", None) or "Options", []).append(record)
        for title, records in panels.items():
            with formatter.section(title):
                formatter.write_dl(records)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _named(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


class PlainGroup(TyperGroup):
    """A group of commands, whose own options are flags."""

    def get_help_option(self, ctx: Any) -> Any:
        return _take_as_it_is(super().get_help_option(ctx))


def _take_as_it_is(parameter: Any) -> Any:
    """The parameter, which from now on converts only what is neither text, nor texts, nor missing."""
    if parameter is None or "process_value" in vars(parameter):
        return parameter
    convert = parameter.process_value

    def process_value(context: Any, value: Any) -> Any:
        several = value if isinstance(value, list | tuple) else [value]
        is_done = all(isinstance(each, str) for each in several) or (value is None and not parameter.required)
        return value if is_done else convert(context, value)

    parameter.process_value = process_value
    return parameter
