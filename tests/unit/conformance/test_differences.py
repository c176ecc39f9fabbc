"""Differences between JSON values, field by field."""

from __future__ import annotations

import pytest

from netwatch.conformance.differences import ABSENT, Difference, differences


@pytest.mark.parametrize("value", [None, 1, "a", [], {}, [1, 2], {"a": [{"b": 1}]}])
def test_equal_values_have_none(value: object) -> None:
    assert differences(value, value) == ()


def test_each_field_that_differs_is_named() -> None:
    expected = {"a": 1, "b": [{"c": "x"}, {"c": "y"}], "gone": True}
    got = {"a": 2, "b": [{"c": "x"}, {"c": "z"}], "new": None}
    assert differences(expected, got) == (
        Difference("a", 1, 2),
        Difference("b[1].c", "y", "z"),
        Difference("gone", True, ABSENT),
        Difference("new", ABSENT, None),
    )


def test_true_is_not_one() -> None:
    assert differences({"a": True}, {"a": 1}) == (Difference("a", True, 1),)


def test_lists_of_unequal_length_show_what_the_other_lacks() -> None:
    expected, got = [{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 3}, {"a": 4}]
    assert differences(expected, got, "value") == (
        Difference("value[0]", {"a": 1}, ABSENT),
        Difference("value[1]", ABSENT, {"a": 3}),
        Difference("value[2]", ABSENT, {"a": 4}),
    )


def test_a_row_that_stands_twice_is_a_difference() -> None:
    assert differences([{"a": 1}], [{"a": 1}, {"a": 1}], "value") == (
        Difference("value", [{"a": 1}], [{"a": 1}, {"a": 1}]),
    )


def test_lists_of_plain_values_are_compared_whole() -> None:
    assert differences({"p": ["a", "b"]}, {"p": ["b", "a"]}) == (Difference("p", ["a", "b"], ["b", "a"]),)


def test_a_list_against_an_empty_one_differs_as_a_whole() -> None:
    assert differences({"value": []}, {"value": [{"a": 1}]}) == (Difference("value", [], [{"a": 1}]),)


def test_as_text_a_difference_is_one_short_line() -> None:
    text = str(Difference("a.b", ABSENT, "x" * 500))
    assert text.startswith("a.b: expected (absent), got ")
    assert len(text) < 240
    assert str(Difference("", 1, 2)) == "(answer): expected 1, got 2"


def test_as_json_a_difference_has_path_expected_and_got() -> None:
    assert Difference("a", 1, None).to_json() == {"path": "a", "expected": 1, "got": None}
