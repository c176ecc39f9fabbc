"""The line of a JSON pointer, and a JSON text that is refused says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.formats.places import json_lines, json_tokens, locate_all, pointer
from netwatch.model.where import Where

_TEXT = """{
  "a [{ \\" \\u00e4": [1, "]",
    {"b": {}, "b/c": null},
    {"d": "}{" ,
     "E":
       [[],
        [0]]}],
  "z~": 5
}
"""


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ('a [{ " ä', 2),
        ('a [{ " ä/0', 2),
        ('a [{ " ä/1', 2),
        ('a [{ " ä/2', 3),
        ('a [{ " ä/2/b~1c', 3),
        ('a [{ " ä/3/d', 4),
        ('a [{ " ä/3/e', 6),
        ('a [{ " ä/3/E/1/0', 7),
        ("z~0", 8),
    ],
)
def test_the_line_on_which_a_value_begins(at: str, line: int) -> None:
    assert json_lines(_TEXT, [at]) == {at: line}


def test_a_pointer_that_leads_nowhere_is_left_out() -> None:
    assert json_lines(_TEXT, ["nowhere", "z~0/1", 'a [{ " ä/9', "z~0"]) == {"z~0": 8}


def test_text_that_is_no_json_gives_what_was_found_before() -> None:
    assert json_lines('{"a": 1,\n"b": 2,\n"c" 3}', ["a", "b", "c"]) == {"a": 1, "b": 2}
    assert json_lines("netwatch: 1", ["a"]) == {}
    assert json_lines("", ["a"]) == {}


def test_a_list_at_the_root() -> None:
    assert json_lines('[\n{"id": 1},\n\n{"id": 2}]', ["1/id", "0"]) == {"0": 2, "1/id": 4}


_keys = st.sampled_from(["a", "b/", "c~", '"'])
_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in children for each in _paths(child, (*path, key)))]


@given(_values)
def test_every_value_of_an_indented_text_is_found_on_its_own_line(value: Any) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    paths = [path for path in _paths(value) if path]
    lines = json_lines(text, [pointer(path) for path in paths])
    assert sorted(lines) == sorted({pointer(path) for path in paths})
    assert len(set(lines.values())) == len(paths)  # json.dumps gives every value a line of its own
    assert [lines[pointer(path)] for path in paths] == sorted(lines.values())  # in the order of the text


def test_the_line_of_a_pointer_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text('[\n {"id": "x"}\n]')
    assert locate_all([Where(str(file), 0, "0/id")]) == [Where(str(file), 2, "0/id")]


def test_order_stays_and_what_has_a_line_or_no_pointer(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text('{"b": 1,\n"a": 2}')
    source = str(file)
    places = [Where(source, 0, "a"), Where(source, 7, "a"), Where(source), Where(source, 0, "b")]
    assert [place.line for place in locate_all(places)] == [2, 7, 0, 1]


def test_a_file_that_is_gone_keeps_its_pointer(tmp_path: Path) -> None:
    place = Where(str(tmp_path / "gone.json"), 0, "resources/1")
    assert locate_all([place]) == [place]


def test_tokens_with_their_offsets() -> None:
    assert list(json_tokens('{"a\\"]": [-1.5, null]}')) == [
        (0, "{"), (1, '"a\\"]"'), (7, ":"), (9, "["), (10, "-1.5"), (14, ","), (16, "null"), (20, "]"), (21, "}"),
    ]  # fmt: skip
