"""Resources that a template makes, each with the place and the loop round it comes from; looked up by id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from netwatch.formats.arm_template.environment import Env
from netwatch.formats.arm_template.evaluator import evaluate
from netwatch.formats.arm_template.open_values import PartText, PlacedObject
from netwatch.formats.arm_template.scope import Scope, member
from netwatch.formats.arm_template.syntax import is_template_expression
from netwatch.model.unresolved import Unresolved

__all__ = ["Instance", "Nested", "Registry"]

_NOT_IN_BODY = frozenset(
    ("id", "name", "type", "condition", "copy", "dependson", "resources", "apiversion", "comments", "scope", "existing")
)

_BUSY = object()


class Instance:
    """One resource: its id (or the stand-in of one), type, and its body, evaluated when it is first asked for.

    ``open_condition`` says why it is not known whether the resource is made at all; None where it is.
    """

    def __init__(self, id: Any, type: str, raw: dict[str, Any], env: Env) -> None:
        self.id = id
        self.type = type
        self.env = env
        self.is_existing = member(raw, "existing") is True
        self.open_condition: Unresolved | None = None
        self.nested: Nested | None = None
        self.symbol = ""
        self.loop = ""
        self.depends_on: list[Any] = []
        self._raw = raw
        self._body: Any = None

    @property
    def id_text(self) -> str:
        """The id as a text; its stand-in where a part is not known."""
        return self.id.stand_in if isinstance(self.id, PartText) else str(self.id)

    @property
    def key(self) -> str:
        return self.id_text.lower()

    @property
    def name(self) -> str:
        return self.id_text.rsplit("/", 1)[-1]

    @property
    def scope(self) -> Scope:
        """The deployment whose names it uses."""
        names = self.env.names
        assert isinstance(names, Scope)
        return names

    @property
    def is_busy(self) -> bool:
        """Whether its body is being worked out just now."""
        return self._body is _BUSY

    def body(self) -> PlacedObject:
        """The fields of the resource beside its id, name and type."""
        if self._body is _BUSY:
            raise self.env.circle(self.name)
        if self._body is None:
            self.scope.world.where = self.env.where
            self._body = _BUSY
            try:
                self._body = self._evaluated()
            finally:
                if self._body is _BUSY:
                    self._body = None
        found: PlacedObject = self._body
        return found

    def properties(self) -> dict[str, Any]:
        """Its properties; empty where it has none or they are not known."""
        found = member(self.body(), "properties")
        return found if isinstance(found, dict) else {}

    def _evaluated(self) -> PlacedObject:
        found = PlacedObject({}, self.env.where)
        for key, value in self._raw.items():
            if key.lower() not in _NOT_IN_BODY and not is_template_expression(key):
                found[key] = evaluate(value, self.env.at(key))
        return found


class Nested(ABC):
    """A deployment inside a deployment; ``expand`` registers what it makes, once. The rest is the expander's.

    ``group`` is the resource group that it goes to, once it is expanded: empty for a subscription, or Unresolved.
    """

    def __init__(self) -> None:
        self.group: Any = ""
        self.members: list[Instance] = []
        self.missing: Unresolved | None = None
        self.is_expanded = False

    @abstractmethod
    def expand(self) -> None:
        """Register what it makes."""

    @abstractmethod
    def outputs(self) -> Any:
        """Its outputs, as ``reference`` gives them: name → {"type", "value"}."""


class Registry:
    """Every resource by id. Deployments are expanded as soon as somebody looks for what is not there."""

    def __init__(self) -> None:
        self.roots: list[Instance] = []
        self._by_key: dict[str, list[Instance]] = {}
        self._waiting: list[Nested] = []

    def add(self, instance: Instance) -> None:
        """Take a resource in."""
        self._by_key.setdefault(instance.key, []).append(instance)
        if instance.nested is not None:
            self._waiting.append(instance.nested)

    def find(self, key: str, scope: Scope | None = None) -> Instance | None:
        """The resource of that lower-case id: of several the one in ``scope``, else the last that is not busy."""
        while key not in self._by_key and self._waiting:
            self._waiting.pop(0).expand()
        found = self._by_key.get(key, [])
        own = [each for each in found if scope is not None and each.scope is scope and not each.is_busy]
        free = [each for each in found if not each.is_busy]
        return next((group[-1] for group in (own, free, found) if group), None)

    def expand_all(self) -> None:
        """Expand every deployment, those inside others too."""
        while self._waiting:
            self._waiting.pop(0).expand()

    def holds(self, key: str) -> bool:
        """Whether the templates make or name a resource of that lower-case id."""
        return key in self._by_key

    def registered(self) -> Iterator[Instance]:
        """Every resource registered so far."""
        return (each for group in self._by_key.values() for each in group)

    def ordered(self) -> Iterator[Instance]:
        """Every resource but deployments, in the order of the input, save that what one depends on goes before it."""
        self.expand_all()
        yield from _in_order(self.roots)


def _in_order(members: list[Instance]) -> Iterator[Instance]:
    by_name = _by_names(members)
    done: set[int] = set()
    for start in members:
        waiting = [(start, False)]
        while waiting:
            instance, is_ready = waiting.pop()
            if is_ready:
                yield from [instance] if instance.nested is None else _in_order(instance.nested.members)
            elif id(instance) not in done:
                done.add(id(instance))
                waiting.append((instance, True))
                needed = [each for name in instance.depends_on for each in by_name.get(str(name).lower(), ())]
                waiting.extend((each, False) for each in reversed(needed) if id(each) not in done)


def _by_names(members: list[Instance]) -> dict[str, list[Instance]]:
    """The resources of one template by whatever ``dependsOn`` may call them: id, name, loop or symbolic name."""
    found: dict[str, list[Instance]] = {}
    for each in members:
        full_name = "/".join(each.key.rsplit("/providers/", 1)[-1].split("/")[2::2])
        names = {each.key, each.name.lower(), full_name, each.loop.lower(), each.symbol.lower()}
        for name in names - {""}:
            found.setdefault(name, []).append(each)
    return found
