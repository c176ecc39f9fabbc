"""The public face: these names, no others, and none of them costs anything before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import netwatch

PUBLIC = [
    "Flow",
    "FlowBatch",
    "NetwatchError",
    "NetworkWatcher",
    "QueryError",
    "Topology",
    "TopologyError",
    "UnsupportedError",
    "__version__",
    "load",
]


def test_the_public_names_are_pinned() -> None:
    assert netwatch.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(netwatch, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'netwatch' has no attribute 'nothing'"):
        _ = netwatch.nothing


def test_importing_netwatch_imports_nothing_but_a_little_of_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import netwatch; print(*sorted(set(sys.modules) - before))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = shown.stdout.split()
    assert [name for name in loaded if name.split(".")[0] == "netwatch"] == ["netwatch"]
    assert {name.split(".")[0] for name in loaded} - {"netwatch"} <= sys.stdlib_module_names
