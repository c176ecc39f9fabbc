"""ARM's JSON objects, field by field: names in any case, values checked, expressions kept as Unresolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol, TypeVar

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_resources.open_expression import read_open_expression
from netwatch.model.addresses import parse_address, parse_port_range, parse_prefix
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressTerm, AnyAddress, Cidr, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = [
    "ArmObject",
    "ArmReading",
    "AssumedText",
    "PlacedObject",
    "ProblemSink",
    "is_expression",
    "is_placeholder",
    "is_tag_shaped",
    "parse_address_term",
]

_T = TypeVar("_T")


class ProblemSink(Protocol):
    """Whatever takes problems in: a TopologyDraft."""

    def problem(self, error: TopologyError) -> None: ...


class PlacedObject(dict[str, Any]):
    """A JSON object that knows its place, because it was made elsewhere than in the file and position being read."""

    __slots__ = ("where",)

    def __init__(self, value: Mapping[str, Any], where: Where) -> None:
        super().__init__(value)
        self.where = where


class AssumedText(str):
    """A text that Azure draws and netwatch worked out by rule: a dynamic address."""

    __slots__ = ()


class ArmReading:
    """One reading of one input: its name, where problems go, and the texts parsed so far.

    The same few hundred prefixes, ports and ids stand in an estate ten thousand times, so each is parsed once.
    """

    def __init__(self, source: str, sink: ProblemSink) -> None:
        self.source = source
        self.sink = sink
        self.resource_id = cache(ResourceId)
        self.address = cache(parse_address)
        self.prefix = cache(parse_prefix)
        self.exact_prefix = cache(lambda text: parse_prefix(text, strict=True))
        self.address_term = cache(parse_address_term)
        self.port_range = cache(parse_port_range)


class ArmObject:
    """One JSON object of the input and its place. ``label`` is what messages call it.

    A field that is absent, ``null`` or an empty text is not there. A field that cannot be read is a problem and reads
    as Unresolved, so that reading goes on and finds the next one.

    What az prints has the properties beside the id, at every level, instead of under ``properties``; there the object
    is its own ``properties``. An object that is itself Unresolved has every field, and each is Unresolved.
    """

    __slots__ = ("_is_flat", "_line", "_open", "_source", "_values", "label", "pointer", "reading")

    def __init__(self, reading: ArmReading, value: Any, pointer: str, label: str = "") -> None:
        self.reading = reading
        self.pointer = pointer
        self.label = label
        self._is_flat = False
        self._source, self._line = reading.source, 0
        self._open = value if isinstance(value, Unresolved) else None
        self._values: dict[str, Any] = {}
        if type(value) is not dict and isinstance(value, PlacedObject):
            self._source, self._line, self.pointer = value.where
        if isinstance(value, dict):
            self._values = {key.lower(): each for key, each in value.items()}
            if len(self._values) != len(value):
                self.problem("two of its keys differ only in case, which Azure does not tell apart.")
        elif self._open is None:
            self.problem(f"expected an object, found {_shown(value)}.")

    @property
    def where(self) -> Where:
        return Where(self._source, self._line, self.pointer.removeprefix("/"))

    def problem(self, message: str, hint: str = "") -> None:
        """Report what is wrong with this object."""
        label = f"{self.label}: " if self.label else ""
        self.reading.sink.problem(TopologySchemaError(f"{label}{message}", where=self.where, hint=hint))

    def raw(self, name: str) -> Any:
        """The value of a field as JSON has it; None where it is not there."""
        value = self._values.get(name.lower(), self._open)
        return None if value == "" else value

    def has_only(self, names: frozenset[str]) -> bool:
        """Whether every field that is there has one of these lower-case names."""
        return all(name in names for name, value in self._values.items() if value is not None)

    def values(self) -> Iterator[Any]:
        """Every value, as JSON has it."""
        return iter(self._values.values())

    def object(self, name: str) -> ArmObject:
        """The object in a field; an empty one where it is not there."""
        value = self.raw(name)
        if value is None and name == "properties" and (self._is_flat or "id" in self._values):
            self._is_flat = True
            return self
        return ArmObject(self.reading, {} if value is None else value, f"{self.pointer}/{name}", self.label)

    def items(self, name: str) -> list[Any]:
        """The list in a field; empty where it is not there; an expression in its place is its only item."""
        value = self.raw(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        if is_expression(value):
            return [value]
        self.problem(f"{name} is {_shown(value)}, expected a list.")
        return []

    def objects(self, name: str) -> Iterator[ArmObject]:
        """The objects in a list field, each labelled with its own name below this one's."""
        for index, value in enumerate(self.items(name)):
            if isinstance(value, str) and is_expression(value):
                self.problem(f"{name} holds the expression {value}, which is not evaluated yet.")
                continue
            child = ArmObject(self.reading, value, f"{self.pointer}/{name}/{index}", self.label)
            child._is_flat = self._is_flat
            own = child.raw("name")
            if isinstance(own, str):
                child.label = f"{self.label}/{own}" if self.label else own
            yield child

    def children(self, id: ResourceId, kind: str) -> Iterator[tuple[ArmObject, ResourceId]]:
        """The children of one kind of this resource with their ids; one without an id gets it from ``id``.

        One whose name is not known is called ``{unknown-0}``, by its number: braces stand in no Azure name.
        """
        for number, child in enumerate(self.object("properties").objects(kind)):
            name = child.raw("name")
            if isinstance(name, Unresolved):
                found: ResourceId | None = id.child(kind, f"{{unknown-{number}}}")
            elif child.raw("id") is not None:
                own = child.own_id()
                found = own.spelled(name) if own is not None and isinstance(name, str) else own
            elif isinstance(name, str) and not is_expression(name):
                found = id.child(kind, name)
            else:
                child.problem("it has neither an id nor a name.")
                continue
            if found is not None:
                yield child, found

    def text(self, name: str, default: str = "") -> str:
        """The text in a field; ``default`` where it is not there or is an expression."""
        value = self.raw(name)
        if value is None or is_expression(value):
            return default
        if not isinstance(value, str):
            self.problem(f"{name} is {_shown(value)}, expected a text.")
            return default
        return value

    def word(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of ``allowed``, in their spelling whatever that of the input."""
        value = self.text(name, default)
        for each in allowed:
            if each.lower() == value.lower():
                return each
        if value:
            self.problem(f'{name} is "{value}", expected {" or ".join(allowed)}.')
        return default

    def words(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """The words in a list field, or its one word, in the spelling of ``allowed``."""
        if isinstance(self.raw(name), str):
            word = self.word(name, allowed)
            return (word,) if word else ()
        found = (ArmObject(self.reading, {name: each}, self.pointer, self.label) for each in self.items(name))
        return tuple(word for word in (each.word(name, allowed) for each in found) if word)

    def flag(self, name: str, default: bool) -> bool:
        """true or false, ``default`` where the field is not there."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if isinstance(value, Unresolved):  # its reader lists it among what is open
            return default
        self.problem(f"{name} is {_shown(value)}, expected true or false.")
        return default

    def said_flag(self, name: str) -> bool | None:
        """true or false; None where the field is not there, or is open."""
        return None if isinstance(self.raw(name), Unresolved | None) else self.flag(name, False)

    def integer(self, name: str) -> int | Unresolved | None:
        """A whole number, as a number or as its digits; None where the field is not there."""
        value = self.raw(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        if is_expression(value):
            return self.unresolved(value)
        self.problem(f"{name} is {_shown(value)}, expected a whole number.")
        return self.unreadable(name)

    def parsed(self, name: str, parse: Callable[[str], _T]) -> _T | Unresolved | None:
        """What ``parse`` makes of the text in a field; None where it is not there."""
        value = self.raw(name)
        return None if value is None else self.parse(name, value, parse)

    def parse(self, name: str, value: Any, parse: Callable[[str], _T]) -> _T | Unresolved:
        """What ``parse`` makes of ``value``, which stands in the field ``name``; ValueError is a problem."""
        if isinstance(value, str):
            if is_expression(value):
                return self.unresolved(value)
            try:
                return parse(value)
            except ValueError as error:
                if is_placeholder(value):
                    return Unresolved(f"{name} holds a placeholder", value, self.where)
                self.problem(f"{name}: {_cut(str(error))}.")
                return self.unreadable(name)
        if isinstance(value, Unresolved):
            return value
        self.problem(f"{name} is {_shown(value)}, expected a text.")
        return self.unreadable(name)

    def all_parsed(self, name: str, parse: Callable[[str], _T]) -> tuple[_T | Unresolved, ...]:
        """What ``parse`` makes of each text in a list field."""
        return tuple(self.parse(name, value, parse) for value in self.items(name))

    def own_id(self) -> ResourceId | None:
        """The id of this object itself; None, with a problem, where it cannot be read."""
        id = self.parsed("id", self._resource_id)
        if isinstance(id, Unresolved) and id.expression:
            self.problem(f"its id is the expression {id.expression}, which is not evaluated yet.")
        return id if isinstance(id, ResourceId) else None

    def reference(self, name: str) -> ResourceId | Unresolved | None:
        """The id in a field of the form ``{"id": …}``; None where it is not there."""
        value = self.raw(name)
        return None if value is None else self._referred(name, value)

    def references(self, name: str) -> tuple[ResourceId | Unresolved, ...]:
        """The ids in a list of ``{"id": …}``."""
        values = self.items(name)
        if not values:
            return ()
        found = (self._referred(name, value) for value in values)
        return tuple(each for each in found if each is not None)

    def all_ids(self, name: str) -> tuple[ResourceId, ...]:
        """The ids in a list of texts, as ``networkManagerScopes`` has them."""
        found = self.all_parsed(name, self._resource_id)
        return tuple(each for each in found if isinstance(each, ResourceId))

    def id_text(self, name: str) -> ResourceId | Unresolved | None:
        """The id in a field that is its text; None where it is not there."""
        return self.parsed(name, self._resource_id)

    def _referred(self, name: str, value: Any) -> ResourceId | Unresolved | None:
        if is_expression(value):
            return self.unresolved(value)
        if isinstance(value, dict):
            id = value.get("id") or next((each for key, each in value.items() if key.lower() == "id"), None)
            if id:
                return self.parse(name, id, self._resource_id)
            if not value:
                return None
        self.problem(f'{name} is {_shown(value)}, expected {{"id": "/subscriptions/…"}}.')
        return self.unreadable(name)

    def _resource_id(self, text: str) -> ResourceId:
        if not text.startswith("/") or len(text) < 2:
            raise ValueError(f'"{text}" is not a resource id: it does not begin with "/"')
        return self.reading.resource_id(text)

    def unresolved(self, expression: str | Unresolved) -> Unresolved:
        """The value of an expression: not known."""
        if isinstance(expression, Unresolved):
            return expression
        return read_open_expression(expression, self.where)

    def unreadable(self, name: str) -> Unresolved:
        """The value of a field that was reported as a problem."""
        return Unresolved(f"{name} cannot be read", where=self.where)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a value that a gallery of templates puts in before it deploys: ``GEN-UNIQUE-8``."""
    return text.startswith(("GEN-", "GET-")) and "/" not in text


def is_expression(value: Any) -> bool:
    """Whether a value is not known: a template expression, ``[…]`` (but not ``[[…``), or Unresolved by now."""
    if isinstance(value, Unresolved):
        return True
    return isinstance(value, str) and value[:1] == "[" and value[-1:] == "]" and value[:2] != "[["


def is_tag_shaped(text: str) -> bool:
    """Whether a word could name a service tag: letters, digits, ``_``, ``.`` and ``-``, beginning with a letter."""
    rest = text.replace(".", "").replace("_", "").replace("-", "")
    return text[:1].isalpha() and rest.isalnum() and text.isascii()


def parse_address_term(text: str) -> AddressTerm:
    """What an address prefix of a security rule says: everything, an address, a prefix or a service tag.

    ``*``, ``Any`` and ``0.0.0.0/0`` all mean every address (Microsoft documentation, Virtual network service tags).
    Raises ValueError for anything else.
    """
    if text in ("*", "0.0.0.0/0") or text.lower() == "any":
        return AnyAddress(text)
    if text[:1].isdigit() or ":" in text or "/" in text:
        return Cidr(parse_prefix(text), text)
    if is_tag_shaped(text):
        return ServiceTag(text)
    raise ValueError(f'"{text}" is neither an address, a prefix nor a service tag')


def _cut(text: str) -> str:
    """A message as long as a person reads; a hostile input can hold a megabyte where an address is wanted."""
    return text if len(text) <= 300 else f"{text[:200]}… ({len(text):,} characters)"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
