"""A directory of Terraform's own language, evaluated by the package ``tfparse`` (the extra ``terraform``).

What it cannot evaluate it leaves out: values that Azure makes, and data sources. A plan says more; where there is one,
it is the better input.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netwatch.errors import TopologyError, TopologySyntaxError, UnsupportedError
from netwatch.formats.terraform.addresses import Key, parse_traversal
from netwatch.formats.terraform.arm_ids import Ids
from netwatch.formats.terraform.plan import Instance, Json, Module, Plan
from netwatch.formats.terraform.provider_defaults import (
    asks_for_an_older_provider,
    provider_defaults,
    required_versions,
)
from netwatch.formats.terraform.reading import TerraformResources, read_terraform, translated
from netwatch.model.where import Where

__all__ = ["holds_terraform", "read_terraform_directory"]

_LEVELS = 5
"""How deeply a child may stand below parents that it names by id: an admin rule stands four below its manager."""

_NOT_RESOURCES = (
    "module",
    "variable",
    "output",
    "locals",
    "local",
    "provider",
    "terraform",
    "moved",
    "import",
    "check",
)


def holds_terraform(path: str) -> bool:
    """Whether a directory holds files of Terraform's language."""
    return os.path.isdir(path) and any(name.endswith((".tf", ".tf.json")) for name in os.listdir(path))


def read_terraform_directory(path: str, *, report: Callable[[TopologyError], None]) -> TerraformResources:
    """The resources that a directory describes; one in JSON syntax alone needs no package.

    Raises UnsupportedError without the package tfparse, TopologySyntaxError where that cannot read the directory.
    """
    names = sorted(name for name in os.listdir(path) if name.endswith((".tf", ".tf.json")))
    if not any(name.endswith(".tf") for name in names):
        return _read_json(path, names, report)
    try:
        from tfparse import ParseError, load_from_path  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        hint = 'pip install "aznetwatch[terraform]", or give what `terraform show -json` prints of a plan.'
        raise UnsupportedError("reading Terraform's language needs tfparse.", where=Where(path), hint=hint) from None
    try:
        parsed = load_from_path(path)
    except (ParseError, ValueError, OSError) as error:
        message = f"tfparse cannot read it: {str(error)[:200]}."
        raise TopologySyntaxError(message, where=Where(path), hint="Does terraform validate pass?") from None
    is_older = asks_for_an_older_provider(_versions(parsed))
    items = [
        (type, {**provider_defaults(type, item, is_older=is_older), **item})
        for type, found in parsed.items()
        if type not in _NOT_RESOURCES
        for item in found
        if _is_resource(item)
    ]
    remark = "Evaluated by tfparse from the source; a plan would say more."
    declared = [str(item["__tfmeta"]["path"]) for item in parsed.get("variable", ()) if _is_resource(item)]
    variables: dict[str, Json] = {each.removeprefix("variable."): {} for each in declared}
    root = Module("", {"variables": variables})
    return translated(_plan(path, root, items), (remark,))


def _versions(parsed: Mapping[str, Any]) -> Iterator[Any]:
    """What is asked of the version of azurerm: in ``required_providers``, and in older provider blocks."""
    for block in parsed.get("terraform", ()):
        yield from required_versions(block)
    for block in parsed.get("provider", ()):
        if isinstance(block, dict) and isinstance(block.get("__tfmeta"), dict):
            yield block.get("version") if block["__tfmeta"].get("label") == "azurerm" else None


def _read_json(path: str, names: list[str], report: Callable[[TopologyError], None]) -> TerraformResources:
    """A directory in JSON syntax alone, its files as one configuration."""
    from netwatch.formats.json_text import parse_json
    from netwatch.formats.terraform.json_configuration import configuration_as_plan, merged_configurations
    from netwatch.formats.text_file import read_text

    files = {name: os.path.join(path, name) for name in names}
    parsed = {name: parse_json(file, read_text(file)) for name, file in files.items()}
    return read_terraform(path, configuration_as_plan(path, merged_configurations(parsed)), report=report)


def _is_resource(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("__tfmeta"), dict) and "path" in item["__tfmeta"]


def _plan(path: str, root: Module, items: list[tuple[str, Any]]) -> Plan:
    """The plan of all items. tfparse gives them ids of its own, which are put into Azure's, level by level."""
    ids: Mapping[str, str] = {}
    for _ in range(_LEVELS):
        plan = Plan(path, root, references_are_whole=True)  # tfparse shows no other expression as a reference
        for type, item in items:
            plan.add(_instance(plan, type, item, ids))
        composed = Ids(plan)
        pairs = zip(plan.instances, items, strict=True)
        found = {str(item.get("id")): composed.id_of(instance) for instance, (_, item) in pairs}
        if found == ids:
            break
        ids = found
    return plan


def _instance(plan: Plan, type: str, item: Mapping[str, Any], ids: Mapping[str, str]) -> Instance:
    meta = item["__tfmeta"]
    address = str(meta["path"])
    steps = parse_traversal(address)
    key = steps[-1].value if isinstance(steps[-1], Key) else None
    name = next((str(step) for step in reversed(steps) if isinstance(step, str)), "")
    line = meta.get("line_start")
    where = Where(
        os.path.join(plan.source, str(meta.get("filename", ""))), line if isinstance(line, int) else 0, address
    )
    values, unknown, expressions = _block(item, ids)
    is_data = "data" in steps[:-2]
    return Instance(
        address=address,
        type=type,
        name=name,
        key=key,
        module=plan.module_of(address),
        is_data=is_data,
        values=values,
        unknown=True if is_data else unknown,  # what a data source shows, only Azure knows
        sensitive=None,
        configuration={"expressions": expressions},
        where=where,
    )


_Block = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def _block(item: Mapping[str, Any], ids: Mapping[str, str]) -> _Block:
    """The attributes of a resource or block as a plan has them: values, what is unknown, and what it comes from.

    tfparse's own ids and remarks are no attributes.
    """
    found: _Block = ({}, {}, {})
    open = _variables(item.get("__tfmeta"))
    for name, value in item.items():
        if name in ("__tfmeta", "id", "count", "for_each"):
            continue
        for part, each in zip(found, _attribute(value, ids, open), strict=True):
            if each is not None:
                part[name] = each
    return found


def _variables(meta: Any) -> list[str]:
    """The variables that a block mentions, as it mentions them."""
    references = meta.get("references") if isinstance(meta, dict) else None
    held = [each for each in references or () if isinstance(each, dict)]
    return [f"var.{each['label']}" for each in held if each.get("label") and not each.get("name")]


def _attribute(value: Any, ids: Mapping[str, str], open: list[str]) -> tuple[Any, Any, Any]:
    """One attribute; ``open`` are the variables that a member without a value may come from."""
    if isinstance(value, dict) and "__attribute__" in value:  # something that Azure makes: {"__attribute__": "a.b.id"}
        return None, True, {"references": [str(value["__attribute__"]).replace(".[", "[")]}
    if isinstance(value, dict) and "__tfmeta" in value:
        value = [value]
    if isinstance(value, list | tuple | set | frozenset):
        parts = [_member(each, ids, open) for each in value]
        references = [text for part in parts if part[1] is True for text in part[2]["references"]]
        is_open = any(part[1] is True for part in parts)
        expressions = {"references": list(dict.fromkeys(references))} if is_open else [part[2] for part in parts]
        return [part[0] for part in parts], [part[1] for part in parts], expressions if parts else None
    return ids.get(value, value) if isinstance(value, str) else value, None, None


def _member(value: Any, ids: Mapping[str, str], open: list[str]) -> tuple[Any, Any, Any]:
    """A member of a list: tfparse has nothing in place of what it cannot evaluate there."""
    if value is None:
        return None, True, {"references": open}
    return _block(value, ids) if _is_block(value) else _attribute(value, ids, open)


def _is_block(value: Any) -> bool:
    return isinstance(value, dict) and "__attribute__" not in value
