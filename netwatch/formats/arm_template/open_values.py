"""What evaluation adds to JSON: objects that know their place, and texts of which a part is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netwatch.formats.arm_resources.fields import AssumedText, PlacedObject
from netwatch.formats.arm_template.function_kind import MAX_TEXT, TooLongError
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["PartText", "PlacedObject", "RuntimeObject", "first_open", "joined", "placed_like", "stand_in", "weigh"]


class RuntimeObject(PlacedObject):
    """The properties of a resource as ``reference`` gives them: what is missing, Azure adds when it is made."""

    __slots__ = ("name",)

    def __init__(self, value: Mapping[str, Any], where: Where, name: str) -> None:
        super().__init__(value, where)
        self.name = name


@dataclass(frozen=True, slots=True)
class PartText(Unresolved):
    """A text of which a part is not known: ``stand_in`` writes each unknown part in braces, ``{prefix}-vnet``.

    Braces stand in no Azure name, so a stand-in is nobody's real name; and one unknown has one spelling, so two texts
    with one stand-in are equal whatever the unknown part is.
    """

    stand_in: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it can stand for a name: each level, ``parent/child``, is known in part, or is one parameter.

        What a function makes of something unknown is no name: it may well be that of another resource here.
        """
        return not any(_is_wholly_unknown(level) for level in self.stand_in.split("/"))


def _is_wholly_unknown(level: str) -> bool:
    inner = level[1:-1]
    return level[:1] == "{" and level.find("}") == len(level) - 1 and not inner.replace("_", "").isalnum()


def stand_in(value: Any) -> str:
    """How an unknown text is written inside a longer one."""
    if isinstance(value, PartText):
        return value.stand_in
    if isinstance(value, Unresolved):
        said = value.expression.strip("[]") or value.reason
        return "{" + "".join(c if c.isalnum() or c in " _-.,'()" else "_" for c in said) + "}"
    return str(value)


def joined(parts: Iterable[Any], join: Callable[[list[str]], str] = "".join) -> str | PartText:
    """One text made of several; a PartText where one of them is not known, assumed where one of them is."""
    found = list(parts)
    texts = [stand_in(part) for part in found]
    if sum(map(len, texts)) > MAX_TEXT:
        raise TooLongError
    text = join(texts)
    unknown = next((part for part in found if isinstance(part, Unresolved)), None)
    if unknown is None:
        return AssumedText(text) if any(isinstance(part, AssumedText) for part in found) else text
    return PartText(unknown.reason, unknown.expression, unknown.where, text)


def first_open(value: Any, spend: Callable[[int], None]) -> Unresolved | None:
    """The first unresolved value at any depth; ``spend`` is told of each node looked at, long texts as several."""
    if type(value) is str:
        return None
    waiting = [value]
    while waiting:
        node = waiting.pop()
        spend(1 + len(node) // 1000 if isinstance(node, str) else 1)
        if isinstance(node, Unresolved):
            return node
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return None


def weigh(value: Any, spend: Callable[[int], None]) -> None:
    """Tell ``spend`` of every node of a value, however often the same one stands in it."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        spend(1 + len(parts))
        waiting.extend(each for each in parts if isinstance(each, dict | list))


def placed_like(value: dict[str, Any], like: Any) -> dict[str, Any]:
    """The object with the place of another one, where that has any."""
    where = getattr(like, "where", None)
    return PlacedObject(value, where) if isinstance(where, Where) else value
