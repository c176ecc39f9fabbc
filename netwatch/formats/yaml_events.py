"""YAML, read from the parser's event stream: plain values, and the place of every one of them, in one pass.

What is accepted is the part of YAML 1.2 that a person means:

- Typed are ``true``/``false``, ``null``/``~``/nothing, and plain decimal integers. All else is text as written: the
  surprises of YAML 1.1 (``no``, ``on``, ``22:22``, ``010``, ``1_000``, ``2026-01-01``, ``1e3``) do not happen.
  There are no floats: no field wants one.
- Keys are text, always; a key stands once in its mapping.
- Anchors and aliases are fine, within a bound. Merge keys (``<<``) are not YAML 1.2 and are refused.
- One document; no tags; no tabs in the indentation; nesting to MAX_DEPTH.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from netwatch.errors import TopologyError, TopologyErrors, TopologySyntaxError
from netwatch.model.where import Where

__all__ = ["MAX_ALIASED", "MAX_DEPTH", "Value", "YamlDocument", "read_yaml"]

MAX_DEPTH = 50
"""How many lists and mappings may stand inside one another; a topology needs about eight."""

MAX_ALIASED = 100_000
"""How many values all aliases of a document may add to it."""

Value = Any
"""What a document holds: dict with text keys, list, str, int, bool or None."""

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_Mark = Any
"""Where a value stands: its line where that line holds all of it, else (line, marks of its parts, in flow style?)."""


class YamlDocument:
    """One YAML document: ``value``, and ``place`` for every path in it."""

    __slots__ = ("_root", "source", "value")

    def __init__(self, source: str, value: Value, root: _Mark) -> None:
        self.source = source
        self.value = value
        self._root = root

    def place(self, path: tuple[str | int, ...]) -> Where:
        """The place of the value at ``path`` (keys and list indices): the line of its key, or of the list item.

        ``pointer`` is set where one line holds many values. A path that leads out of the document gives the place of
        the nearest value on the way, which is what a missing field wants.
        """
        mark, shared = self._root, False
        for step in path:
            if not isinstance(mark, tuple):
                shared = True
                break
            _, parts, flow = mark
            try:
                mark = parts[step]
            except (KeyError, IndexError, TypeError):
                break
            shared = flow
        line = mark[0] if isinstance(mark, tuple) else mark
        return Where(self.source, line, "/".join(map(str, path)) if shared else "")


def read_yaml(source: str, text: str) -> YamlDocument:
    """The document that ``text`` holds; ``source`` is its name in places. An empty text has the value None.

    Raises TopologySyntaxError, or TopologyErrors where one pass finds several.
    """
    import yaml

    _refuse_tabs(source, text)
    loader: Any = None
    builder = _Builder(source)
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        builder.consume(loader.get_event)
    except yaml.MarkedYAMLError as error:
        raise _broken(source, text, error) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise _not_text(source, text, error) from None
    finally:
        if loader is not None:
            loader.dispose()
    if builder.problems:
        raise builder.problems[0] if len(builder.problems) == 1 else TopologyErrors(builder.problems)
    return YamlDocument(source, builder.root, builder.root_mark)


def _refuse_tabs(source: str, text: str) -> None:
    if "\t" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip():
            raise _error(source, number, "there is a tab in the indentation.", "Indent with spaces.")


def _broken(source: str, text: str, error: Any) -> TopologySyntaxError:
    from netwatch.formats.yaml_complaints import complaint

    line, message, hint = complaint(text, error)
    return _error(source, line, f"not valid YAML: {message}", hint)


def _not_text(source: str, text: str, error: Any) -> TopologySyntaxError:
    """The error of a character that may not stand in YAML; the two parsers say where in different units, so look."""
    for number, line in enumerate(text.split("\n"), 1):
        for character in line:
            if not (character.isprintable() or character.isspace() or character == "\ufeff"):
                return _error(source, number, f"the character {character!r} may not stand in YAML.", "Remove it.")
    return _error(source, 0, f"not a YAML text: {error}.", "Save the file as UTF-8 text.")


def _error(source: str, line: int, message: str, hint: str) -> TopologySyntaxError:
    return TopologySyntaxError(message, where=Where(source, line), hint=hint)


class _Anchored(NamedTuple):
    value: Value
    mark: _Mark
    size: int
    height: int


class _Frame:
    """A list or mapping under construction. ``key`` waits for its value; None where the next scalar is a key."""

    __slots__ = ("anchor", "flow", "height", "key", "key_line", "line", "marks", "size_before", "value")

    def __init__(self, value: Any, marks: Any, line: int, flow: bool) -> None:
        self.value = value
        self.marks = marks
        self.line = line
        self.flow = flow
        self.key: str | None = None
        self.key_line = 0
        self.anchor: str | None = None
        self.size_before = 0
        self.height = 0


class _Builder:
    """Turns events into values and marks, with a stack of its own, so that no nesting exhausts Python's."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Value = None
        self.root_mark: _Mark = 1
        self.problems: list[TopologyError] = []
        self._stack: list[_Frame] = []
        self._top: _Frame | None = None
        self._anchors: dict[str, _Anchored | None] = {}
        self._texts: dict[str, Value] = dict(_WORDS)  # plain scalars by spelling: an estate repeats itself
        self._keys: dict[str, str] = {}
        self._size = 0
        self._aliased = 0
        self._line = 0  # of the last scalar
        self._documents = 0

    def consume(self, get_event: Callable[[], Any]) -> None:
        """Take every event up to the end of the stream."""
        handlers: dict[str, Callable[[Any], None]] = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._open_mapping,
            "MappingEndEvent": self._close,
            "SequenceStartEvent": self._open_sequence,
            "SequenceEndEvent": self._close,
            "DocumentStartEvent": self._document,
        }
        while (event := get_event()) is not None:
            handler = handlers.get(event.__class__.__name__)
            if handler is not None:
                handler(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._fatal(event, "a second document begins here.", "One file holds one document: split the file.")

    def _scalar(self, event: Any) -> None:
        text, line, top = event.value, event.start_mark.line + 1, self._top
        self._line = line
        if event.tag is not None:
            self._tagged(event)
        if top is not None and top.key is None and top.value.__class__ is dict:
            self._name(top, event, line)
            return
        value = self._typed(text) if event.implicit[0] else text
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, line, 1, 0)
        self._put(value, line)

    def _typed(self, text: str) -> Value:
        try:
            return self._texts[text]
        except KeyError:
            value = self._texts[text] = _integer_or_text(text)
            return value

    def _name(self, top: _Frame, event: Any, line: int) -> None:
        key = self._keys.setdefault(event.value, event.value)
        if key == "<<" and event.implicit[0]:
            self._problem(line, 'the merge key "<<" is not supported.', "Write the fields out, or alias a whole value.")
        if key in top.marks:
            first = top.marks[key]
            first = first[0] if isinstance(first, tuple) else first
            self._problem(
                line, f'the key "{key}" stands twice, first in line {first}.', "Remove or rename one of them."
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(key, line, 1, 0)
        top.key, top.key_line = key, line

    def _put(self, value: Value, mark: _Mark) -> None:
        self._size += 1
        top = self._top
        if top is None:
            self.root, self.root_mark = value, mark
        elif top.key is not None:
            top.value[top.key] = value
            top.marks[top.key] = top.key_line if mark.__class__ is int else mark
            top.key = None
        else:
            top.value.append(value)
            top.marks.append(mark)

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, {})

    def _open_sequence(self, event: Any) -> None:
        self._open(event, [], [])

    def _open(self, event: Any, value: Value, marks: Any) -> None:
        top, line = self._top, event.start_mark.line + 1
        if event.tag is not None:
            self._tagged(event)
        if top is not None and top.key is None and top.value.__class__ is dict:
            raise self._fatal(event, "a key is a list or a mapping.", "Write keys as plain names.")
        if len(self._stack) >= MAX_DEPTH:
            raise self._too_deep(event)
        if top is not None and top.key is not None:
            line = top.key_line
        frame = self._top = _Frame(value, marks, line, event.flow_style)
        self._stack.append(frame)
        self._line = line
        frame.size_before = self._size
        if event.anchor is not None:
            frame.anchor = event.anchor
            self._anchors[event.anchor] = None  # not whole yet: an alias to it from within would never end

    def _close(self, _: Any) -> None:
        frame = self._stack.pop()
        self._top = self._stack[-1] if self._stack else None
        mark = frame.line if frame.line == self._line else (frame.line, frame.marks, frame.flow)
        if frame.anchor is not None:
            size = self._size - frame.size_before + 1
            self._anchors[frame.anchor] = _Anchored(frame.value, mark, size, frame.height + 1)
        self._rise(frame.height + 1)
        self._put(frame.value, mark)

    def _rise(self, height: int) -> None:
        if self._top is not None and height > self._top.height:
            self._top.height = height

    def _alias(self, event: Any) -> None:
        name, top = event.anchor, self._top
        self._line = event.start_mark.line + 1
        anchored = self._anchors.get(name)
        if anchored is None:
            why = "holds itself" if name in self._anchors else f"has no anchor &{name} before it"
            raise self._fatal(event, f"the alias *{name} {why}.", "Name an anchor that is complete above.")
        if top is not None and top.key is None and top.value.__class__ is dict:
            raise self._fatal(event, f"a key is the alias *{name}.", "Write keys as plain names.")
        self._aliased += anchored.size
        if self._aliased > MAX_ALIASED:
            raise self._fatal(event, f"aliases expand to more than {MAX_ALIASED:,} values.", "Write fewer of them.")
        if len(self._stack) + anchored.height > MAX_DEPTH:
            raise self._too_deep(event)
        self._size += anchored.size - 1
        self._rise(anchored.height)
        self._put(anchored.value, anchored.mark if isinstance(anchored.mark, tuple) else self._line)

    def _tagged(self, event: Any) -> None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        hint = "Write the plain value; text that looks like a number goes in quotes."
        self._problem(event.start_mark.line + 1, f'the tag "{tag}" is not supported.', hint)

    def _too_deep(self, event: Any) -> TopologySyntaxError:
        return self._fatal(event, f"nested more than {MAX_DEPTH} deep.", "A topology needs about eight levels.")

    def _problem(self, line: int, message: str, hint: str) -> None:
        self.problems.append(_error(self.source, line, message, hint))

    def _fatal(self, event: Any, message: str, hint: str) -> TopologySyntaxError:
        return _error(self.source, event.start_mark.line + 1, message, hint)


def _integer_or_text(text: str) -> int | str:
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits[0] != "0" or digits == "0") and len(digits) <= 18:
        return int(text)
    return text
