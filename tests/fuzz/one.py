"""One target under atheris: ``python -m tests.fuzz.one TARGET [libFuzzer's options]``. It ends the process itself."""

from __future__ import annotations

import sys
from contextlib import suppress


def _import_readers() -> None:
    """Import all that reading may import later, so that its coverage is seen."""
    import importlib
    import pkgutil

    import netwatch.formats
    import netwatch.render.load_report

    for module in pkgutil.walk_packages(netwatch.formats.__path__, "netwatch.formats."):
        importlib.import_module(module.name)


def main() -> None:
    """Fuzz the target that the first argument names; the rest goes to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["netwatch"]):
        _import_readers()

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
