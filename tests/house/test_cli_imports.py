"""A cold question on the command line does not pay for what it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TWO_TIER = "topologies/two-tier/two-tier.yaml"
HEAVY = ("numpy", "networkx", "scapy", "numba", "pydantic", "rich", "jmespath", "json")
"""What one question needs none of. Typer itself would import pydantic and rich."""

QUESTIONS = {
    "next-hop": ["--vm", "web-0", "--source-ip", "10.0.1.4", "--dest-ip", "10.0.2.4"],
    "ip-flow-verify": [
        *("--vm", "web-0", "--direction", "Inbound", "--protocol", "TCP"),
        *("--local", ":443", "--remote", "203.0.113.7:50123"),
    ],
}

SCRIPT = """
import sys
from netwatch.cli import run
code = run(sys.argv[1:])
print(code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def _imported(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT)
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stdout + done.stderr
    return set(modules)


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_question_imports_nothing_heavy(question: str) -> None:
    assert _imported(question, TWO_TIER, *QUESTIONS[question]) & set(HEAVY) == set()


def test_the_watch_sees_an_import() -> None:
    assert "jmespath" in _imported("next-hop", TWO_TIER, *QUESTIONS["next-hop"], "--query", "nextHopType")
