"""ask and check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.cli import run

TWO_TIER = "topologies/two-tier/two-tier.yaml"
PASSES = "- {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4, expect: VirtualNetwork}\n"
MISSES = "- {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4, expect: Internet}\n"
ASKS = "- {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 8.8.8.8}\n"
ERRS = "- {ask: next-hop, vm: nobody, source-ip: 10.0.1.4, dest-ip: 8.8.8.8}\n"

Captured = pytest.CaptureFixture[str]


def _run(capsys: Captured, *arguments: str) -> tuple[int, str]:
    code = run(arguments)
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("questions", "code"),
    [(PASSES + ASKS, 0), (PASSES + MISSES, 1), (MISSES + ERRS, 2), (ASKS, 0)],
    ids=["passes", "misses", "errs", "asks"],
)
@pytest.mark.parametrize("command", ["ask", "check"])
def test_exit_codes(capsys: Captured, tmp_path: Path, questions: str, code: int, command: str) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(questions)
    assert _run(capsys, command, TWO_TIER, str(file))[0] == code


def test_ask_answers_every_question(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(ASKS + ERRS + PASSES)
    _, out = _run(capsys, "ask", TWO_TIER, str(file))
    assert "Internet by the system route" in out
    assert "no virtual machine is called 'nobody'" in " ".join(out.split())
    assert "VirtualNetwork by the system route" in out


def test_ask_verbose_gives_the_three_blocks(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(ASKS + ERRS)
    _, out = _run(capsys, "ask", TWO_TIER, str(file), "-v")
    assert out.count("Asked\n") == 1
    assert "error" in out


def test_ask_json(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(ASKS)
    (found,) = json.loads(_run(capsys, "ask", TWO_TIER, str(file), "-o", "json")[1])
    assert found["outcome"] == "answered"
    assert found["answer"]["nextHopType"] == "Internet"


def test_check_json_counts_and_keeps_files_apart(capsys: Captured) -> None:
    code, out = _run(capsys, "check", "topologies", "-o", "json")
    found = json.loads(out)
    assert code == 0
    assert set(found["counts"]) == {"passed"}
    assert "topologies/two-tier/checks.yaml" in found["checks"]


def test_check_of_nothing(capsys: Captured, tmp_path: Path) -> None:
    assert run(["check", str(tmp_path)]) == 2
    assert "there is no checks.yaml here" in capsys.readouterr().err


BROKEN = "netwatch: 1\nvirtualNetworks: 3\nx: 1\n"


def test_a_network_that_cannot_be_read_leaves_the_others_asked(capsys: Captured, tmp_path: Path) -> None:
    for name, network in (("a", BROKEN), ("b", Path(TWO_TIER).read_text(encoding="utf-8"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.yaml").write_text(network, encoding="utf-8")
        (tmp_path / name / "checks.yaml").write_text(PASSES, encoding="utf-8")
    results = tmp_path / "results.xml"
    results.write_text("of the run before", encoding="utf-8")
    assert run(["check", str(tmp_path), "--junit", str(results)]) == 3
    shown = capsys.readouterr()
    assert f"{tmp_path / 'b' / 'checks.yaml'}: 1 passed" in shown.out
    assert [line.partition(": ")[2][:40] for line in shown.err.splitlines()] == [
        f"{tmp_path / 'a' / 'a.yaml'}:{line}: "[:40] for line in (2, 3)
    ]
    assert 'errors="1"' in results.read_text(encoding="utf-8")
    found = json.loads(_run(capsys, "check", str(tmp_path), "-o", "json")[1])
    assert [error["code"] for errors in found["errors"].values() for error in errors] == ["TopologySchema"] * 2


def test_github_gets_a_line_for_what_was_missed(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(PASSES + MISSES)
    code, out = _run(capsys, "check", TWO_TIER, str(file), "-o", "github")
    assert code == 1
    assert out.startswith(f"::error file={file},line=2,")
    assert out.count("\n") == 1
