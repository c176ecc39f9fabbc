"""Lines in a width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.render.layout import ascii_only, bold, columns, printable, wrap

ROWS = [("1", "web-0", "Allow", "a/place.yaml:10"), ("20", "database", "Deny", "")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web-0", "web-0"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("one\ntwo\t", "one\\ntwo\\t"),
        ("left‮right", "left\\u202eright"),
        ("naïve 網", "naïve 網"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_arrows_and_lines_have_likes_in_ascii() -> None:
    assert ascii_only("a → b … └─ ü") == "a -> b ... `- \\xfc"


def test_bold_only_where_wanted() -> None:
    assert bold("x", colour=False) == "x"
    assert bold("x", colour=True) == "\x1b[1mx\x1b[0m"


def test_columns_line_up_where_they_fit() -> None:
    assert columns(ROWS, 60, indent=2) == [
        "  1   web-0     Allow  a/place.yaml:10",
        "  20  database  Deny",
    ]


def test_the_last_column_goes_beneath_where_all_do_not_fit() -> None:
    assert columns(ROWS, 30) == ["1   web-0     Allow", "    a/place.yaml:10", "20  database  Deny"]


def test_as_many_columns_line_up_as_fit() -> None:
    assert columns(ROWS, 16) == ["1   web-0", "    Allow", "    a/place.yaml:10", "20  database", "    Deny"]
    assert columns([("a", "one", "x"), ("b", "a long one", "yy"), ("c", "", "z" * 20)], 16) == [
        "a  one         x",
        "b  a long one",
        "    yy",
        "c",
        "    " + "z" * 20,
    ]


def test_empty_columns_vanish() -> None:
    assert columns([("a", "", "b"), ("c", "", "d")], 40) == ["a  b", "c  d"]
    assert columns([], 40) == []


def test_cells_are_made_printable() -> None:
    assert columns([("a\nb", "c")], 40) == ["a\\nb  c"]


def test_a_paragraph_wraps_with_a_hanging_indent() -> None:
    assert wrap("one two three four", 12, indent=2) == ["  one two", "      three", "      four"]


def test_a_long_word_keeps_a_line_to_itself() -> None:
    assert wrap("a " + "x" * 20 + " b", 10) == ["a", "    " + "x" * 20, "    b"]


@given(st.lists(st.text("ab c", max_size=12), min_size=1, max_size=8), st.integers(20, 60))
def test_no_word_is_lost_and_no_line_of_short_words_is_too_long(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = wrap(text, width, indent=2)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in lines)
