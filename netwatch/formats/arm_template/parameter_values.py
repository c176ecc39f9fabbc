"""Values of parameters from outside: a parameter file, the one beside the template, ``NAME=VALUE``.

Source: "Create Resource Manager parameter file".
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from netwatch.errors import QueryError, TopologySchemaError
from netwatch.formats.arm_template.environment import under
from netwatch.formats.arm_template.linked_templates import parse_template
from netwatch.formats.arm_template.open_values import PlacedObject
from netwatch.formats.arm_template.scope import member
from netwatch.formats.bicep import parameter_text
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["Given", "parameter_file_beside", "parameter_values"]


class Given(NamedTuple):
    """Values by lower-case name, as functions that give them; the file they are from, and names nobody declares."""

    values: Mapping[str, Callable[[], Any]]
    file: str = ""
    unused: tuple[str, ...] = ()


def parameter_file_beside(template: str) -> str:
    """The parameter file beside a template, ``azuredeploy.parameters.json``; empty where there is none.

    A ``.bicepparam`` file stands for a template and its parameters at once; beside a ``.bicep`` file it counts too.
    """
    if template.endswith(".bicepparam"):
        return template
    stem = template.removesuffix(".json").removesuffix(".bicep")
    beside = [f"{stem}.bicepparam"] if template.endswith(".bicep") else []
    for name in (f"{stem}.parameters.json", f"{stem}.param.json", *beside):
        if name != template and os.path.isfile(name):
            return name
    return ""


def parameter_values(template: Mapping[str, Any], file: str, said: Iterable[str], *, max_bytes: int) -> Given:
    """What the file and the ``NAME=VALUE`` texts give; the texts go before the file.

    Raises TopologyError where the file is no parameter file, QueryError where a text gives no declared parameter.
    """
    declared = member(template, "parameters")
    known = {name.lower(): (name, each) for name, each in declared.items()} if isinstance(declared, dict) else {}
    values: dict[str, Callable[[], Any]] = {}
    unused = []
    for name, entry, where in _entries(file, max_bytes) if file else ():
        if name.lower() not in known:
            unused.append(name)
        values[name.lower()] = _thunk(_value(name, entry, where))
    _tell_placeholders_apart(values)
    for text in said:
        name, value = _said(text, known)
        values[name.lower()] = _thunk(value)
    return Given(values, file, tuple(unused))


def _thunk(value: Any) -> Callable[[], Any]:
    return lambda: value


def _entries(file: str, max_bytes: int) -> Iterable[tuple[str, Any, Where]]:
    value = parse_template(file, parameter_text(file, max_bytes=max_bytes))
    entries = member(value, "parameters")
    where = Where(file, 0, "parameters")
    if entries is None and "$schema" not in value:
        entries, where = value, Where(file)
    if not isinstance(entries, dict):
        raise TopologySchemaError("this is no parameter file: it has no parameters.", where=Where(file))
    return [(name, entry, under(where, name)) for name, entry in entries.items()]


def _value(name: str, entry: Any, where: Where) -> Any:
    if not isinstance(entry, dict):
        message = f"the parameter {name} has no value."
        raise TopologySchemaError(message, where=where, hint='Expected {"value": …}.')
    if member(entry, "reference") is not None:
        return Unresolved(f"the parameter {name} comes from a key vault", f"parameters('{name}')", where)
    return _placed(member(entry, "value"), under(where, "value"))


def _placed(value: Any, where: Where) -> Any:
    """The JSON value with a place in each of its objects; expressions are not evaluated in parameter files."""
    if isinstance(value, dict):
        return PlacedObject({key: _placed(item, under(where, key)) for key, item in value.items()}, where)
    if isinstance(value, list):
        return [_placed(item, under(where, index)) for index, item in enumerate(value)]
    return value


def _tell_placeholders_apart(values: dict[str, Callable[[], Any]]) -> None:
    """The gallery puts another unique text for each ``GEN-UNIQUE``; two parameters must not get one name from it."""
    by_text: dict[str, list[str]] = {}
    for name, give in values.items():
        value = give()
        if isinstance(value, str) and value.upper().startswith("GEN-UNIQUE"):
            by_text.setdefault(value, []).append(name)
    for text, names in by_text.items():
        for name in names[1:]:
            values[name] = _thunk(f"{text}-{name}")


def _said(text: str, known: Mapping[str, tuple[str, Any]]) -> tuple[str, Any]:
    """The name and the value in ``NAME=VALUE``; ``known``: lower-case name → the name as declared, its definition."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        raise QueryError(f'--set "{text}" is not NAME=VALUE.', hint="For example --set vnetName=vnet-hub.")
    if name.lower() not in known:
        from difflib import get_close_matches

        near = get_close_matches(name.lower(), known, n=1)
        names = ", ".join(declared for declared, _ in known.values())
        hint = f'Did you mean "{known[near[0]][0]}"?' if near else f"It has {names or 'none'}."
        raise QueryError(f'--set: the template has no parameter "{name}".', hint=hint)
    _, definition = known[name.lower()]
    return name, _typed(name, value, str(member(definition, "type") or "string").lower())


def _typed(name: str, text: str, type: str) -> Any:
    """The text as the type that the template declares."""
    if type in ("string", "securestring"):
        return text
    try:
        value = json.loads(text.lower() if type == "bool" else text)
    except (ValueError, RecursionError):
        hint = f"Give it as JSON: {_EXAMPLES.get(type, '1')}."
        raise QueryError(f"--set {name}: the value is no {type}.", hint=hint) from None
    return _placed(value, Where(f"--set {name}"))


_EXAMPLES = {"array": '["a", "b"]', "object": '{"a": 1}', "secureobject": '{"a": 1}', "bool": "true", "int": "4"}
