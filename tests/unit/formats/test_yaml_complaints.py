"""What is wrong with YAML, told where a person would look for it."""

from __future__ import annotations

import pytest

from netwatch.errors import TopologySyntaxError
from netwatch.formats.yaml_events import read_yaml


def _refused(text: str) -> str:
    with pytest.raises(TopologySyntaxError) as caught:
        read_yaml("n.yaml", text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n b:\n   c: 1\n  d: 1\n", "n.yaml:4: not valid YAML: this line is indented by 2, and those it stands "
         "among by 1 (from line 2 on). Indent lines that belong together equally."),
        ("a: 1\n  b: 2\n", "n.yaml:2: not valid YAML: this line is indented deeper than the one above, which has its "
         "value already. Indent them equally, or put text that holds a colon in quotes."),
        ("a: 'x\nb: 1\nc: 2\n", "n.yaml:1: not valid YAML: a quotation mark is opened here and not closed. "
         "Close it at the end of the text."),
        ("a: {b: 1\nc: 2\n", "n.yaml:1: not valid YAML: the { of this line is not closed before line 2. "
         "Close it, or add the missing comma."),
        ("x: 1\na: [b: 1\nc: 2}\n", "n.yaml:2: not valid YAML: the [ of this line is not closed before line 3. "
         "Close it, or add the missing comma."),
        ("a: 1\nb] c\nd: 1\n", "n.yaml:2: not valid YAML: this line has a name without a colon behind it. "
         "Write name: value."),
        ("a: [1,\nb: [\n", "n.yaml:2: not valid YAML: a value is missing here, or the bracket that closes what is "
         "open. It is written {key: value, key: value} or [value, value]."),
        ("a: {b: 1 c: 2}\n", "n.yaml:1: not valid YAML: after the { of this line, a comma or its closing bracket is "
         "missing. It is written {key: value, key: value} or [value, value]."),
    ],
)  # fmt: skip
def test_it_is_told_where_it_begins_and_what_to_do(text: str, said: str) -> None:
    assert _refused(text) == said


@pytest.mark.parametrize("text", ["p:\n  a: x: y\n", "p:  # why\n  a: x: y\n", "p:\n  # why\n  a: x: y\n"])
def test_a_colon_in_text_is_no_matter_of_indentation(text: str) -> None:
    assert "holds a colon in quotes" in _refused(text)
    assert "deeper" not in _refused(text)
