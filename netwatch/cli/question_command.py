"""A Typer command for each question, made from the table of verbs: its parts become options, the rest is the same."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from netwatch.checks.verbs import VERBS, Part
from netwatch.cli import options

__all__ = ["question_command"]

WIDTH, INDENT = 74, 6
"""Characters in a line of an example, and those before a line that goes on."""


def question_command(name: str) -> Callable[..., None]:
    """The function that Typer makes the command ``name`` from; its signature is worked out from the verb's parts."""
    verb = VERBS[name]

    def command(**given: Any) -> None:
        from netwatch.cli.asking import Manner, answer_question
        from netwatch.cli.loading import Inputs

        values = {part.name: given[_identifier(part.name)] for part in verb.parts}
        inputs = Inputs(**{field: given[field] for field in Inputs._fields if field in given})
        if "resource-group" in values:  # the group that is asked about
            inputs = inputs._replace(asked_group=values["resource-group"], resource_group="")
        manner = Manner(**{field: given[field] for field in Manner._fields if field in given})
        raise typer.Exit(answer_question(verb, values, inputs, manner))

    parameters = [_parameter("topology", str, options.TOPOLOGY)]
    parameters += [_parameter(_identifier(part.name), str, _option(part)) for part in verb.parts]
    parameters += [_parameter("expect", str, options.EXPECT)] if verb.words else []
    shared = {**options.ANSWER, **options.INPUT}
    own = {parameter.name for parameter in parameters}  # what is asked about stands for where to deploy
    parameters += [_parameter(name, kind, option) for name, (kind, option) in shared.items() if name not in own]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__doc__ = f"{verb.help}\n\n\b\nFor example:\n  {_typed(f'netwatch {name} two-tier.yaml {verb.example}')}"
    return command


def _typed(line: str) -> str:
    """A command line as one types it where the window ends: an option stays with its value."""
    typed, *options = line.split(" --")
    end = len(typed)
    for option in (f" --{each}" for each in options):
        if end + len(option) > WIDTH:
            typed, end = f"{typed} \\\n{' ' * (INDENT - 1)}", INDENT
        typed, end = typed + option, end + len(option)
    return typed


def _identifier(name: str) -> str:
    return name.replace("-", "_")


def _option(part: Part) -> Any:
    return options.option(... if part.required else "", f"--{part.name}", help=part.help, metavar=part.metavar)


def _parameter(name: str, kind: type, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
