"""Terraform's addresses and references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.formats.terraform.addresses import Key, heads, parse_traversal
from netwatch.formats.terraform.origins import written


@pytest.mark.parametrize(("text", "steps"), [
    ("azurerm_subnet.web", ("azurerm_subnet", "web")),
    ("azurerm_subnet.web[0].id", ("azurerm_subnet", "web", Key(0), "id")),
    ("azurerm_subnet.web.0.id", ("azurerm_subnet", "web", Key(0), "id")),
    ('module.net["a.b[0]"].a.web["x"]', ("module", "net", Key("a.b[0]"), "a", "web", Key("x"))),
    ('a.b["say \\"hi\\""]', ("a", "b", Key('say "hi"'))),
    ("a.b[", ("a", "b", "[")),
    ('a.b["x', ("a", "b", '["x')),
    ("a.b[*].id", ("a", "b", "[*].id")),
    ("", ()),
])  # fmt: skip
def test_steps(text: str, steps: tuple[object, ...]) -> None:
    assert parse_traversal(text) == steps


@given(st.text(max_size=40))
def test_any_text_has_steps(text: str) -> None:
    assert isinstance(parse_traversal(text), tuple)


@pytest.mark.parametrize("text", ["a.b", 'module.m["k"].a.b[3].c', "data.a.b.c"])
def test_steps_are_written_as_they_were(text: str) -> None:
    assert written(parse_traversal(text)) == text


@pytest.mark.parametrize(("references", "expected"), [
    (("a.b.id", "a.b"), ("a.b.id",)),
    (("a.b.id", "a.b", "a.b.name", "a.b"), ("a.b.id", "a.b.name")),
    (("a.b", "count.index"), ("a.b", "count.index")),
    (("a.b[0].id", "a.b[0]", "a.b"), ("a.b[0].id",)),
    (("a.bc", "a.b"), ("a.bc", "a.b")),
    (("each.value.x", "each.value"), ("each.value.x",)),
    (("a.b", "a.b"), ("a.b",)),
    ((), ()),
])  # fmt: skip
def test_only_the_longest_form_of_a_reference_counts(references: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert heads(references) == expected
