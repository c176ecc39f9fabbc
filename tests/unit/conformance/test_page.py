"""The conformance page is fresh, and says what the tables hold."""

from __future__ import annotations

from pathlib import Path

from netwatch.conformance.dialects import DIALECTS
from netwatch.conformance.normalisers import NORMALISERS
from netwatch.conformance.page import PAGE, page

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_fresh() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(ROOT), "write it anew: python -m netwatch.conformance.page"


def test_the_page_names_every_normaliser_and_every_dialect() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert [normaliser.name for normaliser in NORMALISERS if f"`{normaliser.name}`" not in text] == []
    assert [dialect.name for dialect in DIALECTS if dialect.name not in text] == []
