"""One target under atheris: ``python -m tests.fuzz.one TARGET [libFuzzer's options]``. It ends the process itself."""

from __future__ import annotations

import sys
from contextlib import suppress


def main() -> None:
    """Fuzz the target that the first argument names; the rest goes to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["netwatch"]):
        import netwatch.formats.arm_template.reading
        import netwatch.formats.input_reader
        import netwatch.formats.terraform.reading
        import netwatch.formats.topology_file.reading
        import netwatch.render.load_report  # noqa: F401

    from netwatch.errors import NetwatchError
    from tests.fuzz.targets import TARGETS

    name, *options = sys.argv[1:]
    read = TARGETS[name].read

    def test_one_input(data: bytes) -> None:
        with suppress(NetwatchError):  # every mistake of an input ends in one
            read(data.decode("utf-8", errors="replace"))

    atheris.Setup([sys.argv[0], *options], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
