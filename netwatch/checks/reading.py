"""Questions from a file: a YAML list, each item a verb with its parts and, if one likes, the answer it should get.

::

    - {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4, expect: VirtualNetwork}
    - name: nobody logs in from outside
      ask: ip-flow-verify
      vm: web-0
      …
      expect: {access: Deny, "explanation.decisions[-1].level": subnet}

``expect`` is the answer in one word, or JMESPath expressions with the values they must give. They are evaluated over
ARM's body, beside which ``explanation`` holds what ``--explain`` prints. ``name`` is for those who read the results.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.checks.nearest import did_you_mean
from netwatch.checks.verbs import VERBS, Verb
from netwatch.errors import TopologyError, TopologyErrors, TopologySchemaError
from netwatch.formats.text_file import read_text, source_name
from netwatch.formats.yaml_events import YamlDocument, read_yaml
from netwatch.model.where import Where

__all__ = ["Expectation", "Question", "read_questions"]

Expectation = str | Mapping[str, Any] | None
"""The answer in one word, or JMESPath → value; None where nothing is expected."""

_Item = dict[str, Any]


class Question(NamedTuple):
    """One question of a file: ``values`` holds its parts by name; ``name`` is what it is called."""

    verb: Verb
    values: Mapping[str, str]
    expect: Expectation
    where: Where
    name: str = ""


def read_questions(path: str | os.PathLike[str]) -> tuple[Question, ...]:
    """The questions in the file at ``path``, in order.

    Raises TopologySyntaxError where it cannot be read, and TopologySchemaError (TopologyErrors for several) where an
    item is no question: every problem with its line and the nearest word that would do.
    """
    source = source_name(os.fspath(path))
    document = read_yaml(source, read_text(path))
    if not isinstance(document.value, list) or not document.value:
        hint = "Expected items such as: - {ask: next-hop, vm: web-0, source-ip: 10.0.1.4, dest-ip: 10.0.2.4}"
        raise TopologySchemaError("a file of questions is a list.", where=Where(source, 1), hint=hint)
    reader = _Reader(document)
    questions = [reader.question(index, item) for index, item in enumerate(document.value)]
    if reader.problems:
        raise reader.problems[0] if len(reader.problems) == 1 else TopologyErrors(reader.problems)
    return tuple(question for question in questions if question is not None)


class _Reader:
    """Reads items one by one and keeps what is wrong with them."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self.problems: list[TopologyError] = []

    def question(self, index: int, item: Any) -> Question | None:
        """The question that ``item`` asks; None, with a problem noted, where it asks none."""
        verb = self._verb(index, item)
        if verb is None:
            return None
        values = dict(self._values(index, item, verb))
        for part in verb.parts:
            if part.required and part.name not in item:
                self._problem((index,), f"{verb.name} needs {part.name}.", f"For example: {verb.example}")
        if len(verb.subject) > 1 and sum(name in item for name in verb.subject) != 1:
            self._problem((index,), f"{verb.name} needs {' or '.join(verb.subject)}.", "Name one of them.")
        expect, where = self._expectation(index, item.get("expect"), verb), self._where(index)
        name = item.get("name")
        if isinstance(name, list | dict):
            self._problem((index, "name"), "a name is text.", "Write it as plain text.")
        return Question(verb, values, expect, where, "" if name is None else str(name))

    def _verb(self, index: int, item: Any) -> Verb | None:
        if not isinstance(item, dict):
            self._problem((index,), "a question is a mapping.", "Expected: {ask: next-hop, vm: web-0, …}")
            return None
        if "ask" not in item:
            self._problem((index,), "a question says what it asks.", f"Add ask, one of: {', '.join(VERBS)}.")
            return None
        verb = VERBS.get(str(item["ask"]))
        if verb is None:
            self._problem((index, "ask"), f"unknown question {item['ask']!r}.", did_you_mean(str(item["ask"]), VERBS))
        return verb

    def _values(self, index: int, item: _Item, verb: Verb) -> Iterator[tuple[str, str]]:
        names = [part.name for part in verb.parts]
        for key, value in item.items():
            if key in ("ask", "expect"):
                continue
            if key not in (*names, "name"):
                hint = did_you_mean(key, [*names, "name", "expect"])
                self._problem((index, key), f"{verb.name} has no part {key!r}.", hint)
            elif key == "name":
                continue
            elif isinstance(value, bool) or not isinstance(value, str | int):
                self._problem((index, key), f"{key} is one value.", "Write it as plain text.")
            else:
                yield key, str(value)

    def _expectation(self, index: int, expect: Any, verb: Verb) -> Expectation:
        if expect is None or (isinstance(expect, dict) and self._are_expressions(index, expect)):
            return expect
        words = {word.lower(): word for word in verb.words}
        if isinstance(expect, str) and expect.lower() in words:
            return words[expect.lower()]
        if not isinstance(expect, dict):
            example = "Expected JMESPath expressions: expect: {'length(value)': 4}"
            hint = did_you_mean(str(expect), verb.words) if verb.words else example
            self._problem((index, "expect"), f"{expect!r} is no answer of {verb.name}.", hint)
        return None

    def _are_expressions(self, index: int, expect: _Item) -> bool:
        import jmespath
        from jmespath.exceptions import JMESPathError

        known = len(self.problems)
        for expression in expect:
            try:
                jmespath.compile(expression)
            except JMESPathError as error:
                reason = " ".join(str(error).split())
                self._problem((index, "expect", expression), f"not a JMESPath expression: {reason}", "")
        return len(self.problems) == known

    def _where(self, index: int) -> Where:
        return self._document.place((index,))._replace(pointer="")

    def _problem(self, path: tuple[str | int, ...], message: str, hint: str) -> None:
        where = self._document.place(path)._replace(pointer="")
        self.problems.append(TopologySchemaError(message, where=where, hint=hint))
