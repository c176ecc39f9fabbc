"""Terraform's configuration in its JSON syntax (``main.tf.json``), laid out as the plan it would make.

Literal values, references, variables with defaults and locals are evaluated; what needs Terraform itself (functions,
conditions, modules) is open or named. Source: Terraform documentation, "JSON Configuration Syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.errors import TopologySchemaError, UnsupportedError
from netwatch.formats.terraform.addresses import Key, Step, parse_traversal
from netwatch.formats.terraform.provider_defaults import (
    asks_for_an_older_provider,
    provider_defaults,
    required_versions,
)
from netwatch.model.where import Where

__all__ = ["configuration_as_plan", "merged_configurations"]

Json = Mapping[str, Any]

_META = frozenset(("depends_on", "lifecycle", "provider", "provisioner", "connection", "//"))
_OBJECTS = frozenset(("body", "tags", "triggers"))
"""Attributes that are objects, where others are blocks."""

_REPEATED = ("count", "for_each", "dynamic")
_REFERENCE = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[(?:\d+|\"[^\"]*\")\])+")
_MOST_STEPS = 50
"""How far a value is followed from reference to reference."""


def merged_configurations(configurations: Mapping[str, Json]) -> dict[str, Any]:
    """Several files of one module as one; ``configurations`` by file name."""
    merged: dict[str, list[Any]] = {}
    for configuration in configurations.values():
        for key, blocks in configuration.items():
            merged.setdefault(key, []).extend(blocks if isinstance(blocks, list) else [blocks])
    return merged


def configuration_as_plan(source: str, value: Json) -> dict[str, Any]:
    """What ``terraform show -json`` would print of a plan of it, as far as that can be told without a provider."""
    module = _Module(source, value)
    made = [module.resource(*each) for each in module.resources()]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [each.value for each in made]}},
        "resource_changes": [each.change for each in made],
        "variables": {name: {"value": each} for name, each in module.defaults.items()},
        "configuration": {
            "provider_config": module.providers(),
            "root_module": {
                "resources": [each.block for each in made],
                "variables": {name: _described(body) for name, body in module.variables.items()},
            },
        },
    }


class _Made(NamedTuple):
    """One resource in the three places in which a plan speaks of it."""

    value: dict[str, Any]
    change: dict[str, Any]
    block: dict[str, Any]


class _Found(NamedTuple):
    """One value: as far as it is known, the marks of what is not, and the expression it comes from."""

    value: Any
    unknown: Any
    expression: Any


class _Module:
    """One configuration: its variables, locals and resources by address."""

    def __init__(self, source: str, value: Json) -> None:
        self._source = source
        self._value = value
        if value.get("module"):
            hint = "Give what `terraform show -json` prints of a plan; it holds what modules make."
            raise UnsupportedError("modules of a JSON configuration are not read.", where=Where(source), hint=hint)
        self.variables = {name: body for (name,), body in self._blocks("variable", 1)}
        self.defaults = {name: body["default"] for name, body in self.variables.items() if "default" in body}
        self._locals = {name: each for _, body in self._blocks("locals", 0) for name, each in body.items()}
        self._is_older = asks_for_an_older_provider(self._versions())
        self._bodies = {
            f"{kind}{type}.{name}": body
            for key, kind in (("resource", ""), ("data", "data."))
            for (type, name), body in self._blocks(key, 2)
        }

    def _versions(self) -> Iterator[Any]:
        """What is asked of the version of azurerm: in ``required_providers``, and in older provider blocks."""
        for _, body in self._blocks("terraform", 0):
            yield from required_versions(body)
        yield from (body.get("version") for (name,), body in self._blocks("provider", 1) if name == "azurerm")

    def _blocks(self, key: str, labels: int) -> Iterator[tuple[tuple[str, ...], Json]]:
        """The bodies of blocks of one kind, with their labels; everywhere a list may stand for several."""
        waiting: list[tuple[tuple[str, ...], Any]] = [((), self._value.get(key) or {})]
        while waiting:
            path, value = waiting.pop(0)
            if isinstance(value, list):
                waiting[:0] = [(path, each) for each in value]
            elif not isinstance(value, dict):
                where = Where(self._source, 0, ".".join((key, *path)))
                hint = "See Terraform's documentation of its JSON syntax."
                raise TopologySchemaError("it is not an object.", where=where, hint=hint)
            elif len(path) == labels:
                yield path, value
            else:
                waiting[:0] = [((*path, label), body) for label, body in value.items() if label != "//"]

    def resources(self) -> Iterator[tuple[str, str, str, Json]]:
        """Mode, type, name and body of every resource and data source."""
        for key, mode in (("resource", "managed"), ("data", "data")):
            for (type, name), body in self._blocks(key, 2):
                yield mode, type, name, body

    def providers(self) -> dict[str, Any]:
        """Configurations of providers by the key by which resources name them."""
        found: dict[str, Any] = {}
        for (name,), body in self._blocks("provider", 1):
            key = f"{name}.{body['alias']}" if isinstance(body.get("alias"), str) else name
            found[key] = {"name": name, "expressions": self._block(body).expression}
        return found

    def resource(self, mode: str, type: str, name: str, body: Json) -> _Made:
        repeats = next((key for key in _REPEATED if key in body), None)
        address = f"{'data.' if mode == 'data' else ''}{type}.{name}"
        if repeats is not None:
            hint = "Give what `terraform show -json` prints of a plan; it says how many there are."
            message = f"{address}: {repeats} in a JSON configuration is not read."
            raise UnsupportedError(message, where=Where(self._source, 0, address), hint=hint)
        added = provider_defaults(type, body, is_older=self._is_older) if mode == "managed" else {}
        found = self._block({**added, **body})
        base = {"address": address, "mode": mode, "type": type, "name": name}
        unknown = True if mode == "data" else {**found.unknown, "id": True}
        provider = body.get("provider")
        key = provider.strip("${} ") if isinstance(provider, str) else type.split("_")[0]
        return _Made(
            {**base, "values": found.value},
            {**base, "change": {"actions": ["create"], "after_unknown": unknown}},
            {**base, "provider_config_key": key, "expressions": found.expression},
        )

    def _block(self, body: Json) -> _Found:
        parts: tuple[dict[str, Any], ...] = ({}, {}, {})
        for name, value in body.items():
            if name in _META:
                continue
            found = self._tree(value) if name in _OBJECTS else self._attribute(value)
            for part, each in zip(parts, found, strict=True):
                if each is not None:
                    part[name] = each
        return _Found(*parts)

    def _attribute(self, value: Any) -> _Found:
        """An attribute, or blocks of one kind; which of the two it is only a provider knows, and here it is alike."""
        if isinstance(value, dict):
            value = [value]
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            blocks = [self._block(each) if isinstance(each, dict) else self._scalar(each) for each in value]
            return _Found(*(list(part) for part in zip(*blocks, strict=True)))
        if isinstance(value, list):
            members = [self._scalar(each) for each in value]
            references = [text for each in members if each.unknown for text in each.expression["references"]]
            marks = [bool(each.unknown) for each in members]
            expression = {"references": references} if references else {"constant_value": value}
            return _Found([each.value for each in members], marks if references else None, expression)
        return self._scalar(value)

    def _tree(self, value: Any) -> _Found:
        """An attribute that is an object, or a list of them, however deep."""
        if not isinstance(value, dict | list):
            return self._scalar(value)
        parts = {
            key: self._tree(each) for key, each in (value.items() if isinstance(value, dict) else enumerate(value))
        }
        references = [text for each in parts.values() if each.unknown for text in each.expression["references"]]
        expression = {"references": references} if references else {"constant_value": value}
        values, marks = ({key: each[at] for key, each in parts.items()} for at in (0, 1))
        if isinstance(value, list):
            return _Found([*values.values()], [*marks.values()] if references else None, expression)
        return _Found(values, marks if references else None, expression)

    def _scalar(self, value: Any) -> _Found:
        known, references = self._evaluated(value)
        if references is None:
            return _Found(known, None, {"constant_value": known})
        return _Found(None, True, {"references": references})

    def _evaluated(self, value: Any, steps: int = 0) -> tuple[Any, list[str] | None]:
        """A value with its templates evaluated; where that cannot be, what they refer to."""
        if not isinstance(value, str) or not re.search(r"[$%]\{", value):
            return value, None
        whole = re.fullmatch(r"\$\{([^{}]*)\}", value)
        if whole and not value.startswith("$${"):
            return self._expression(whole.group(1).strip(), steps)
        parts, references = list[str](), list[str]()
        for text in re.split(r"(\$\$\{|%%\{|\$\{[^{}]*\}|%\{)", value):
            if text in ("$${", "%%{"):
                parts.append(text[1:])
            elif text.startswith("${"):
                found, more = self._expression(text[2:-1].strip(), steps)
                parts.append(str(found))
                references.extend(more or ())
            else:
                references.extend(["a template"] if text == "%{" else ())
                parts.append(text)
        return ("".join(parts), None) if not references else (None, references)

    def _expression(self, text: str, steps: int) -> tuple[Any, list[str] | None]:
        if _REFERENCE.fullmatch(text) is None:
            return None, [each for found in _REFERENCE.findall(text) for each in _prefixes(found)] or [text]
        kind, name, *path = parse_traversal(text)
        if kind == "var" and not path and name in self.defaults:
            return self.defaults[str(name)], None
        if steps < _MOST_STEPS and kind == "local" and not path and name in self._locals:
            return self._evaluated(self._locals[str(name)], steps + 1)
        body = self._bodies.get(f"{kind}.{name}")
        if steps < _MOST_STEPS and body is not None and path:
            held = _said_at(body, path)
            if isinstance(held, str | int | bool):
                value, references = self._evaluated(held, steps + 1)
                return (value, None) if references is None else (None, _prefixes(text))
        return None, _prefixes(text)


def _said_at(body: Any, path: Iterable[Step]) -> Any:
    """What the body of a resource says at a path; an object may stand for a list of one block."""
    for step in path:
        if isinstance(step, Key):
            blocks = body if isinstance(body, list) else [body]
            body = blocks[step.value] if isinstance(step.value, int) and step.value < len(blocks) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


def _described(variable: Json) -> dict[str, Any]:
    return {key: each for key, each in variable.items() if key in ("description", "//") and isinstance(each, str)}


def _prefixes(text: str) -> list[str]:
    """A reference and, as Terraform lists it after, what it is an attribute of: ``a.b.id``, ``a.b``."""
    head = ".".join(text.split(".")[:2])
    return [text] if head == text else [text, head]
