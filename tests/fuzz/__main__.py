"""Fuzz every reader for some seconds each: ``python -m tests.fuzz [SECONDS] [TARGET ...]``; 1 where one broke.

What is found goes to ``build/fuzz/TARGET``: inputs that reach new code, which the next run begins with, and inputs that
broke a reader, by libFuzzer's names ``crash-…``, ``timeout-…`` and ``oom-…``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS

_OUT = Path("build") / "fuzz"
_LONGEST = 10
"""Seconds after which reading one input counts as a failure."""


def main(arguments: list[str]) -> int:
    """The exit code."""
    seconds = int(arguments[0]) if arguments else 60
    names = arguments[1:] or list(TARGETS)
    broken = [name for name in names if not _passes(name, seconds)]
    for name in broken:
        print(
            f"{name}: broken inputs are in {_OUT / name}; again: python -m tests.fuzz.one {name} FILE", file=sys.stderr
        )
    return 1 if broken else 0


def _passes(name: str, seconds: int) -> bool:
    """Whether a target stands for that many seconds; its seeds and words are written beside what is found."""
    folder = _OUT / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_text(seed, encoding="utf-8")
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in TARGETS[name].words()), encoding="utf-8")
    options = [f"-max_total_time={seconds}", f"-timeout={_LONGEST}", f"-dict={words}", f"-artifact_prefix={folder}/"]
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.one",
        name,
        *options,
        "-print_final_stats=1",
        "-max_len=20000",
        "-len_control=0",
    ]
    print(f"{name}: {seconds} s", flush=True)
    return subprocess.run([*command, str(corpus)], check=False).returncode == 0


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
