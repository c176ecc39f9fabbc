"""The blocks of one configuration: resources with names of their own, references to them, and variables for gaps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from netwatch.formats.terraform.origins import NOT_KNOWN
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved

__all__ = ["Blocks", "Body", "filled", "label"]

Body = dict[str, Any]


class Blocks:
    """Resources as they are written, by type and name, and the variables that they take."""

    def __init__(self, ids: Iterable[ResourceId]) -> None:
        subscriptions = Counter(id.subscription for id in ids if id.resource_group)
        self._subscriptions = [each for each, _ in subscriptions.most_common()]
        self._names: dict[tuple[str, str], str] = {}
        self._taken: dict[str, set[str]] = {}
        self.resources: dict[str, dict[str, Body]] = {}
        self.variables: dict[str, Body] = {}

    def add(self, type: str, id: ResourceId | str, body: Body, *, label: str = "") -> None:
        """Write a resource; ``id`` tells it from others of its type, ``label`` is what its name is made of."""
        self.resources.setdefault(type, {})[self._name(type, id, label)] = body | self._provider(id)

    def _provider(self, id: ResourceId | str) -> Body:
        """Another provider where the resource is in another subscription than most."""
        at = self._subscriptions.index(id.subscription) if isinstance(id, ResourceId) and id.resource_group else 0
        return {"provider": f"azurerm.{_alias(at)}"} if at else {}

    def providers(self) -> list[Body]:
        """One for each subscription."""
        found = [{"features": {}, "subscription_id": each} for each in self._subscriptions or [""]]
        return [body | ({"alias": _alias(at)} if at else {}) for at, body in enumerate(found)]

    def _name(self, type: str, id: ResourceId | str, label: str) -> str:
        key = (type, id.key if isinstance(id, ResourceId) else id)
        if key not in self._names:
            taken = self._taken.setdefault(type, set())
            self._names[key] = _free(_identifier(label or (id.name if isinstance(id, ResourceId) else id)), taken)
        return self._names[key]

    def reference(self, type: str, id: ResourceId, attribute: str = "id", *, label: str = "") -> str:
        """An attribute of a resource that is written somewhere in the configuration."""
        return f"${{{type}.{self._name(type, id, label)}.{attribute}}}"

    def variable(self, value: Unresolved, stem: str, type: str = "string") -> str:
        """An input variable without a default that stands for a value that is not known."""
        name = _free(_identifier(stem), self._taken.setdefault("variable", set()))
        self.variables[name] = {"type": type, "description": f"{NOT_KNOWN}{value.reason}"} | filled(
            **{"//": value.expression}
        )
        return f"${{var.{name}}}"


def label(id: ResourceId) -> str:
    """What the name of a resource is made of: the names in its id."""
    return "_".join(id.text.split("/")[8::2])


def _alias(at: int) -> str:
    return f"subscription_{at + 1}"


def _identifier(text: str) -> str:
    """A text as one of Terraform's names."""
    word = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_") or "it"
    return word if word[0].isalpha() else f"_{word}"


def _free(word: str, taken: set[str]) -> str:
    """The word, with a number where it is taken."""
    number, found = 1, word
    while found.lower() in taken:
        number += 1
        found = f"{word}_{number}"
    taken.add(found.lower())
    return found


def filled(**fields: Any) -> Body:
    """The attributes that say something."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], ())}
