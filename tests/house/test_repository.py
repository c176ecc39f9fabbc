"""House rules about the files under version control: what they must not name, and that the lock fits the project."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import netwatch

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "dev.txt"

# Written so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.\-/}])/(?:[w]ork|[r]oot|[t]mp|[h]ome/\w+|[U]sers/\w+)/\w"),
    "a registry host": re.compile(
        r"[p]ypi\.org|[p]ythonhosted\.org|[r]egistry\.npmjs|[c]rates\.io|[p]roxy\.golang", re.I
    ),
    "an index or find-links option": re.compile(r"^\s*--(?:[i]ndex-url|[e]xtra-index-url|[f]ind-links)", re.MULTILINE),
}


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        return []
    shown = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in shown.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout: no list of tracked files")
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = []
    for path in _tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN[what].finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see /" + "work/main"),
        ("a path of one machine", '"/' + 'home/ann/x"'),
        ("a registry host", "https://" + "pypi" + ".org/simple"),
        ("an index or find-links option", "--index" + "-url x"),
    ],
)
def test_what_must_not_be_named_would_be_found(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)


def _project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def _locked() -> dict[str, set[str]]:
    """Name → the versions the lock pins it to (several where they differ by Python version)."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.\-]+)==([^\s;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        pins.setdefault(_normal(name), set()).add(version)
    return pins


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wanted() -> list[str]:
    project = _project()
    runtime = project["project"]["dependencies"]  # type: ignore[index]
    groups = project["dependency-groups"]["dev"]  # type: ignore[index]
    return [*runtime, *groups]


@pytest.mark.parametrize("line", _wanted())
def test_the_lock_holds_what_the_project_asks_for(line: str) -> None:
    wanted = Requirement(line)
    versions = _locked().get(_normal(wanted.name), set())
    assert versions, f"{wanted.name} is not in requirements/dev.txt: run `make lock`"
    assert all(version in wanted.specifier for version in versions), f"{line} against {versions}: run `make lock`"


def test_every_pin_is_hashed() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_version_is_said_once_and_the_same() -> None:
    version = _project()["project"]["version"]  # type: ignore[index]
    assert netwatch.__version__ == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
