"""docs/semantics.md is what the switches say. ``make golden`` writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from netwatch.formats.topology_file.semantics import read_semantics
from netwatch.model.semantics import SWITCHES
from netwatch.render.semantics import semantics_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "semantics.md"


def test_the_page_is_fresh() -> None:
    if os.environ.get("NETWATCH_GOLDEN") == "write":
        PAGE.write_text(semantics_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == semantics_page()


def test_the_example_on_the_page_can_be_chosen() -> None:
    assert read_semantics({"emptyGroup": "ignored", "platformTraffic": "ruled"})
    assert "semantics: {emptyGroup: ignored, platformTraffic: ruled}" in semantics_page()


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_has_a_paper_that_names_it_and_its_readings(name: str) -> None:
    paper = (DOCS / "decisions" / f"{SWITCHES[name].decision}.md").read_text(encoding="utf-8")
    default, *others = SWITCHES[name].readings
    line = " ".join(paper.partition("**Switch.**")[2].split("\n\n")[0].split())
    assert line.startswith(f"`{name}`: `{default}` (default), {', '.join(f'`{other}`' for other in others)}.")


@pytest.mark.parametrize("name", SWITCHES)
def test_a_paper_tells_of_every_issue_that_its_switch_cites(name: str) -> None:
    paper = (DOCS / "decisions" / f"{SWITCHES[name].decision}.md").read_text(encoding="utf-8")
    cited = {number for source in SWITCHES[name].sources for number in re.findall(r"\b\d{5,}\b", source)}
    assert cited <= set(re.findall(r"\b\d{5,}\b", paper))


def test_the_index_has_every_paper() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    papers = [f"[{paper.name[:4]}]({paper.name})" for paper in sorted((DOCS / "decisions").glob("[0-9]*.md"))]
    assert re.findall(r"^\| (\[\d+\]\(\S+\)) \| .+ \|$", index, re.MULTILINE) == papers
