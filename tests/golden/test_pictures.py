"""Pictures of the example networks, and of an export, as whole files. ``make golden`` writes them anew."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from netwatch.formats import load
from netwatch.render.picture.parts import picture
from netwatch.render.picture.svg import svg

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(__file__).parent / "pictures"
INPUTS = [
    *sorted(path for path in (ROOT / "topologies").glob("*/*.yaml") if path.stem == path.parent.name),
    Path(__file__).parent / "inputs" / "az-export",
    Path(__file__).parent / "inputs" / "guarded.json",
]


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_a_picture_is_drawn_as_it_was_drawn(path: Path) -> None:
    drawn = svg(picture(load(path)))
    kept = PICTURES / f"{path.stem}.svg"
    if os.environ.get("NETWATCH_GOLDEN") == "write":
        kept.write_text(drawn, encoding="utf-8")
    assert drawn == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_a_picture_is_xml_without_scripts_or_anything_from_elsewhere(path: Path) -> None:
    drawn = svg(picture(load(path)))
    root = ET.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in drawn
    assert drawn.count("http") == 1
