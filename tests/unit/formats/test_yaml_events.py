"""YAML as a person means it, with a place for every value; and nothing else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netwatch.errors import NetwatchError, TopologyErrors, TopologySyntaxError
from netwatch.formats.yaml_events import MAX_ALIASED, MAX_DEPTH, read_yaml


@pytest.fixture(params=["libyaml", "Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds with libyaml and with the parser that stands in where it is missing."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml here")


def value(text: str) -> Any:
    return read_yaml("net.yaml", text).value


def refused(text: str) -> str:
    with pytest.raises(TopologySyntaxError) as caught:
        read_yaml("net.yaml", text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["no", "on", "off", "yes", "y", "22:22", "12:30:45", "010", "0x1F", "0o17", "0b1", "1_000", "2026-01-01", "1e3",
     "1.5", "+5", "1,000", ".inf", "None", "tRUE", "=", "- x".replace("- ", "-"), "10.0.0.0/8", "fd00::1", "⁵", "٣"],
)  # fmt: skip
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert value(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("False", False), ("TRUE", True), ("null", None), ("~", None), ("", None), ("NULL", None),
     ("0", 0), ("443", 443), ("-7", -7), ("999999999999999999", 999_999_999_999_999_999)],
)  # fmt: skip
def test_truth_nothing_and_plain_integers_are_typed(text: str, expected: object) -> None:
    found = value(f"key: {text}")["key"]
    assert (found, type(found)) == (expected, type(expected))


def test_a_number_longer_than_any_we_mean_stays_text() -> None:
    assert value("1" * 5000) == "1" * 5000


@pytest.mark.parametrize("text", ['"443"', "'true'", '"~"', '""'])
def test_what_is_in_quotes_is_text(text: str) -> None:
    assert value(f"key: {text}") == {"key": text[1:-1]}


def test_keys_are_text() -> None:
    assert value("{1: a, true: b, ~: c, 010: d}") == {"1": "a", "true": "b", "~": "c", "010": "d"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_document_is_nothing(text: str) -> None:
    assert value(text) is None


def test_lists_and_mappings_in_both_styles() -> None:
    assert value("a:\n- 1\n- {b: [x, y]}\nc: {}\nd: []\n") == {"a": [1, {"b": ["x", "y"]}], "c": {}, "d": []}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert value("\ufeffa: 1") == {"a": 1}


DOCUMENT = """\
one: 1
nested:
  name:
    inner: x
  flow: {a: 1, b: [2, 3]}
items:
- first
-
  key: v
- {k: w}
wide: [
  {a: 1}, {b: 2},
  3
]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [((), "net.yaml:1"), (("one",), "net.yaml:1"), (("nested",), "net.yaml:2"), (("nested", "name"), "net.yaml:3"),
     (("nested", "name", "inner"), "net.yaml:4"), (("nested", "flow"), "net.yaml:5"),
     (("nested", "flow", "b", 1), "net.yaml:5 nested/flow/b/1"), (("items", 0), "net.yaml:7"),
     (("items", 1, "key"), "net.yaml:9 items/1/key"), (("items", 2), "net.yaml:10"),
     (("items", 2, "k"), "net.yaml:10 items/2/k"),
     (("wide", 1), "net.yaml:12 wide/1"), (("wide", 2), "net.yaml:13 wide/2")],
)  # fmt: skip
def test_every_path_has_its_line_and_a_pointer_where_one_line_holds_many(
    path: tuple[str | int, ...], place: str
) -> None:
    assert str(read_yaml("net.yaml", DOCUMENT).place(path)) == place


@pytest.mark.parametrize(
    ("path", "line"), [(("absent",), 1), (("nested", "absent", "x"), 2), (("items", 7), 6), (("one", "x"), 1)]
)
def test_a_path_that_leads_nowhere_has_the_place_of_the_last_thing_on_the_way(
    path: tuple[str | int, ...], line: int
) -> None:
    assert read_yaml("net.yaml", DOCUMENT).place(path).line == line


def test_aliases_repeat_their_anchor_and_have_their_own_line() -> None:
    document = read_yaml("net.yaml", "a: &x {k: 1}\nb: &y\n  k: 2\nc: *x\nd: [*y, *x]\n")
    assert document.value == {"a": {"k": 1}, "b": {"k": 2}, "c": {"k": 1}, "d": [{"k": 2}, {"k": 1}]}
    assert document.place(("c",)).line == 4


def test_equal_keys_are_all_reported_with_both_lines() -> None:
    with pytest.raises(TopologyErrors) as caught:
        read_yaml("net.yaml", "a: 1\nb: {c: 1, c: 2}\na: 2\n'a': 3\n")
    assert str(caught.value).splitlines() == [
        'net.yaml:2: the key "c" stands twice, first in line 2. Remove or rename one of them.',
        'net.yaml:3: the key "a" stands twice, first in line 1. Remove or rename one of them.',
        'net.yaml:4: the key "a" stands twice, first in line 3. Remove or rename one of them.',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: !!python/object:os.system x\n",
         'net.yaml:2: the tag "!!python/object:os.system" is not supported.'
         " Write the plain value; text that looks like a number goes in quotes."),
        ("a: !own {b: 1}\n",
         'net.yaml:1: the tag "!own" is not supported.'
         " Write the plain value; text that looks like a number goes in quotes."),
        ("base: &b {x: 1}\nc:\n  <<: *b\n",
         'net.yaml:3: the merge key "<<" is not supported. Write the fields out, or alias a whole value.'),
        ("a: 1\n---\nb: 2\n",
         "net.yaml:2: a second document begins here. One file holds one document: split the file."),
        ("a:\n\tb: 1\n", "net.yaml:2: there is a tab in the indentation. Indent with spaces."),
        ("a: 1\n? [b]\n: 2\n", "net.yaml:2: a key is a list or a mapping. Write keys as plain names."),
        ("a: &x b\n*x : 2\n", "net.yaml:2: a key is the alias *x. Write keys as plain names."),
        ("a: 1\nb: *x\n",
         "net.yaml:2: the alias *x has no anchor &x before it. Name an anchor that is complete above."),
        ("a: &x\n  b: *x\n", "net.yaml:2: the alias *x holds itself. Name an anchor that is complete above."),
        ("a: 1\nb: \x07\n", "net.yaml:2: the character '\\x07' may not stand in YAML. Remove it."),
        ("a: \ud800\n", "net.yaml:1: the character '\\ud800' may not stand in YAML. Remove it."),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named_with_its_line(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [("a: 1\nb: *, c\n", "net.yaml:2: not valid YAML: ", 'A * of its own stands in quotes: "*".'),
     ("a: @x\n", "net.yaml:1: not valid YAML: ", "in quotes."), ("a: b: c\n", "net.yaml:1: ", "in quotes."),
     ("a:\n  b: 1\n c: 2\n", "net.yaml:3: not valid YAML: ", "belong together equally."),
     ("a: [1,\n  2\n\n\n", "net.yaml:1: not valid YAML: ", "Close it, or add the missing comma.")],
)  # fmt: skip
def test_broken_yaml_has_a_line_and_what_most_likely_helps(text: str, place: str, hint: str) -> None:
    message = refused(text)
    assert message.startswith(place)
    assert message.endswith(hint)


def test_nesting_has_a_limit_however_it_comes_about() -> None:
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert refused("[" * (MAX_DEPTH + 1)) == (
        f"net.yaml:1: nested more than {MAX_DEPTH} deep. A topology needs about eight levels."
    )
    assert "nested more than" in refused("[" * 100_000)
    chain = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, MAX_DEPTH + 5))
    assert "nested more than" in refused(chain)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
    assert refused(bomb) == f"net.yaml:5: aliases expand to more than {MAX_ALIASED:,} values. Write fewer of them."


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"#%@`? \n\tab1.~<"))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(NetwatchError):
        assert read_yaml("net.yaml", text).place(()).source == "net.yaml"
