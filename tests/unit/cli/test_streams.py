"""Standard output and error."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import pytest

from netwatch.cli import streams
from netwatch.errors import TopologySchemaError
from netwatch.model.where import Where


def _stream(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def test_a_stream_that_knows_no_arrows_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _stream("ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    streams.write("a → b ü\n")
    assert _written(stream) == "a -> b \\xfc\n"


def test_a_lone_surrogate_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _stream("utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    streams.write("a \udc80 →\n")
    assert _written(stream) == "a \\udc80 →\n"


def test_errors_and_notes_are_made_printable(capsys: pytest.CaptureFixture[str]) -> None:
    streams.report([TopologySchemaError("two\nlines \x1b[0m", where=Where("n.yaml", 3))])
    streams.note("a\nb")
    assert capsys.readouterr().err == "error: n.yaml:3: two\nlines \\x1b[0m\nnote: a\\nb\n"


@pytest.mark.parametrize(("columns", "width"), [("10", 40), ("90", 90), ("900", 200)])
def test_the_width_stays_within_bounds(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert streams.width() == width


def test_no_colour_without_a_terminal_or_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream = _stream("utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    assert not streams.colour_wanted()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert streams.colour_wanted()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not streams.colour_wanted()


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "netwatch", "check", "topologies", "-v"]
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, text=True)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="NOT TESTED: no /dev/full here")
@pytest.mark.parametrize("arguments", [["load", "topologies/two-tier/two-tier.yaml"], ["schema"], ["--help"]])
def test_a_full_disk_is_an_error_with_a_code_of_its_own(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "netwatch", *arguments], stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert done.returncode == 74
    assert done.stderr == "error: standard output cannot be written: No space left on device.\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
@pytest.mark.parametrize(("closed", "code"), [(">&-", 74), (">&- 2>&-", 74), ("2>&-", 0)])
def test_streams_may_be_closed(closed: str, code: int) -> None:
    command = f'"{sys.executable}" -m netwatch load topologies/two-tier/two-tier.yaml {closed}'
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False, text=True)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_person_at_a_terminal_is_told_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _stream("utf-8")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(streams, "PATIENCE", 0.01)
    with streams.patience("reading …"):
        time.sleep(0.2)
    assert _written(terminal) == "reading …\n"


def test_nobody_else_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PATIENCE", 0.01)
    with streams.patience("reading …"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
