"""Typer's command and group for values that are text and flags, which need no conversion.

Typer converts every value through pydantic, whose import is 40 % of what an empty app costs. All our parameters are
text or flags: a value that is text is taken as it is, and one that was not given stays so. Whatever else comes along
goes Typer's own way.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["PlainCommand", "PlainGroup"]


class PlainCommand(TyperCommand):
    """A command whose parameters take text as it was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.params:
            _take_as_it_is(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        return _take_as_it_is(super().get_help_option(ctx))


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
