"""The app holds what is called, and all of it for help."""

from __future__ import annotations

import pytest
from typer.main import get_command

from netwatch.checks.verbs import VERBS
from netwatch.cli.app import COMMANDS, build_app


def _names(*arguments: str) -> list[str]:
    command = get_command(build_app(arguments))
    return list(getattr(command, "commands", {}))


def test_only_the_command_that_is_called() -> None:
    assert _names("next-hop", "n.yaml") == ["next-hop"]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("nexthop",)])
def test_all_of_them_otherwise(arguments: tuple[str, ...]) -> None:
    assert _names(*arguments) == list(COMMANDS)


def test_all_of_them_for_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NETWATCH_COMPLETE", "complete_bash")
    assert _names("next-hop") == list(COMMANDS)


def test_every_question_is_a_command() -> None:
    assert set(VERBS) <= set(COMMANDS)
