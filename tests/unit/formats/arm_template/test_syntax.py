"""Expressions become trees, or say where they stop making sense."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.errors import TopologyError
from netwatch.formats.arm_template.syntax import (
    MAX_NESTING,
    Call,
    ExpressionError,
    Literal,
    Member,
    Node,
    is_template_expression,
    parse,
)
from tests.templates import value_of


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("['it''s']", Literal("it's")),
        ("[-12]", Literal(-12)),
        ("[1.5]", Literal(1.5)),
        ("[ f ( ) ]", Call("f", ())),
        ("[my.function(1)]", Call("my.function", (Literal(1),))),
        ("[f('a', g())]", Call("f", (Literal("a"), Call("g", ())))),
        ("[f().b-c]", Member(Call("f", ()), Literal("b-c"))),
        ("[f()[0].x]", Member(Member(Call("f", ()), Literal(0)), Literal("x"))),
        ("[f()[g()]]", Member(Call("f", ()), Call("g", ()))),
        ("[f(\n  1,\n  2)]", Call("f", (Literal(1), Literal(2)))),
        ("[f(']', '[')]", Call("f", (Literal("]"), Literal("[")))),
    ],
)
def test_the_tree_of_an_expression(text: str, node: Node) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected a text, a number or a function at character 2, found the end"),
        ("[f]", 'expected "("'),
        ("[f(]", "expected a text, a number or a function"),
        ("[f(1 2)]", 'expected "," at character 6, found "2)"'),
        ("[f() g()]", 'expected the end at character 6, found "g()"'),
        ("['open]", "expected a text"),
        ("[f().]", "expected a name"),
        ("[f()[0]", 'expected "]"'),
        ("[f(,)]", "expected a text, a number or a function at character 4"),
        ("[" + "9" * 30 + "]", "more than 20 digits"),
        ("[" + "f(" * (MAX_NESTING + 2) + "1" + ")" * (MAX_NESTING + 2) + "]", f"more than {MAX_NESTING} deep"),
        ("[" + "f(" * 100_000 + "]", f"more than {MAX_NESTING} deep"),
    ],
)
def test_what_is_no_expression_says_why_and_where(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert message in str(raised.value)


def test_two_brackets_and_half_of_one_are_plain_text() -> None:
    assert is_template_expression("[f()]")
    assert not any(is_template_expression(text) for text in ("[[f()]", "[f()", "f()]", "", "x[f()]"))


_NODES = st.recursive(
    st.one_of(
        st.builds(Literal, st.text("ab'[] ,()", max_size=5)),
        st.builds(Literal, st.integers(-(10**6), 10**6)),
        st.builds(Call, st.sampled_from(["f", "a.b", "concat"]), st.just(())),
    ),
    lambda inner: st.one_of(
        st.builds(Call, st.sampled_from(["f", "createArray"]), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Member, st.builds(Call, st.just("f"), st.just(())), inner),
    ),
    max_leaves=12,
)


def _written(node: Node) -> str:
    if isinstance(node, Literal):
        return "'" + node.value.replace("'", "''") + "'" if isinstance(node.value, str) else str(node.value)
    if isinstance(node, Member):
        return f"{_written(node.of)}[{_written(node.key)}]"
    return f"{node.name}({', '.join(map(_written, node.arguments))})"


@given(_NODES)
def test_a_tree_that_is_written_down_and_read_again_is_the_same(node: Node) -> None:
    assert parse(f"[{_written(node)}]") == node


_WORDS = st.sampled_from(
    [
        "concat", "parameters", "resourceId", "if", "map", "lambda", "format", "range", "copyIndex", "json",
        "reference", "union", "variables", "add", "createObject", "items", "tryGet", "cidrSubnet", "x",
        "(", ")", "[", "]", ",", ".",
        "'", "'a'", "'{0}'", "'['", "'v'", "'10.0.0.0/8'", "0", "-1", "1.5", "-", " ", "\n",
    ]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=20).map("".join) | st.text(max_size=30))
def test_whatever_is_written_is_evaluated_or_a_mistake(text: str) -> None:
    with suppress(TopologyError):
        value_of(f"[{text}]", variables={"v": "[variables('v')]", "w": [1]})
