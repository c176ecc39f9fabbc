"""Writes the plans and states of this directory anew: ``python -m tests.terraform``."""

from __future__ import annotations

from pathlib import Path

from tests.terraform.written import FILES, text_of

for name in FILES:
    Path(__file__).with_name(name).write_text(text_of(name), encoding="utf-8")
