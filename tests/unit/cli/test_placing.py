"""Places that are looked up only when they are printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from netwatch.cli.placing import with_places
from netwatch.model.where import Where


def test_places_with_lines_are_written_once() -> None:
    calls = []

    def write(place: Callable[[Where], str]) -> str:
        calls.append(1)
        return place(Where("n.yaml", 7))

    assert with_places(write) == "n.yaml:7"
    assert len(calls) == 1


def test_a_pointer_gets_its_line(tmp_path: Path) -> None:
    file = tmp_path / "n.json"
    file.write_text('[\n {"a": 1},\n {"b": 2}\n]\n')
    written = with_places(lambda place: [place(Where(str(file), 0, "1/b")), place(Where(str(file), 0, "0/a"))])
    assert written == [f"{file}:3 1/b", f"{file}:2 0/a"]


def test_a_file_that_is_gone_leaves_the_pointer(tmp_path: Path) -> None:
    gone = tmp_path / "gone.json"
    assert with_places(lambda place: place(Where(str(gone), 0, "1/b"))) == f"{gone} 1/b"
