"""The README's examples do what it says. ``make golden`` writes their outputs anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from netwatch.cli import run
from tests.house.readme import README, ROOT, blocks, console_steps, readme_rewritten, shown_by
from tests.house.transcript import Step, rewritten, steps, tidy

TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module", autouse=True)
def _write_anew() -> None:
    """With NETWATCH_GOLDEN=write the README gets the outputs of today, and the tests then hold."""
    global TEXT
    if os.environ.get("NETWATCH_GOLDEN") == "write":
        TEXT = readme_rewritten(TEXT)
        README.write_text(TEXT, encoding="utf-8")


def test_there_are_examples() -> None:
    assert len(console_steps(TEXT)) > 5
    assert blocks("python", TEXT)


@pytest.mark.parametrize("number", range(len(console_steps(TEXT))), ids=lambda n: console_steps(TEXT)[n].command[:40])
def test_a_command_prints_what_the_readme_shows(number: int) -> None:
    step = console_steps(TEXT)[number]
    assert tidy(shown_by(step.command)) == step.output


@pytest.mark.parametrize("number", range(len(blocks("python", TEXT))))
def test_a_python_block_runs(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(blocks("python", TEXT)[number], f"README.md, block {number}", "exec"), {})


def test_the_network_and_the_questions_shown_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network, questions = tmp_path / "network.yaml", tmp_path / "checks.yaml"
    for block in blocks("yaml", TEXT):
        (network if "netwatch: 1" in block else questions).write_text(block, encoding="utf-8")
    assert run(["check", str(network), str(questions)]) == 0, capsys.readouterr()


def test_commands_over_several_lines_are_read_as_one() -> None:
    assert steps("$ one \\\n    two\nout\n\n$ three\n") == [Step("one two", "out"), Step("three", "")]


def test_writing_anew_keeps_the_commands_as_typed() -> None:
    text = "$ echo a \\\n    b\nold\n\n$ true\n"
    assert rewritten(text, shown_by) == "$ echo a \\\n    b\na b\n\n$ true\n"


def test_writing_anew_leaves_everything_else_alone() -> None:
    text = "before\n```python\n$ no\n```\n```console\n$ echo a\nold\n```\nafter\n"
    assert readme_rewritten(text) == "before\n```python\n$ no\n```\n```console\n$ echo a\na\n```\nafter\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []
