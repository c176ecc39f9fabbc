"""What ``terraform show -json`` prints, read into a Plan: a plan, a state, or the state file itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netwatch.errors import TopologyError, TopologySchemaError, UnsupportedError
from netwatch.formats.terraform.plan import Instance, Json, Module, Plan
from netwatch.model.where import Where

__all__ = ["is_state_file", "read_plan"]

_Report = Callable[[TopologyError], None]


def is_state_file(value: Json) -> bool:
    """Whether a JSON object is a state file (``terraform.tfstate``), which is no public format but what people have."""
    return "terraform_version" in value and "lineage" in value and isinstance(value.get("resources"), list)


def read_plan(source: str, value: Json, report: _Report) -> Plan:
    """The plan in a JSON object. A resource that is malformed is reported; an envelope that is raises."""
    if is_state_file(value):
        return _read_state_file(source, value, report)
    _refuse_others(source, value)
    version = value.get("format_version")
    if not isinstance(version, str) or version.split(".")[0] not in ("0", "1"):
        message = f"format_version is {str(version)[:20]!r}, expected 1.x."
        raise UnsupportedError(message, where=Where(source), hint="Show the plan with Terraform 0.12 to 1.x.")
    configuration = _part(source, value, "configuration")
    root = Module("", _part(source, configuration, "root_module"))
    plan = Plan(source, root, _variables(value), _part(source, configuration, "provider_config"))
    changes = _changes(source, value, report)
    plan.gone = frozenset(_gone(changes.values()))
    reader = _Reader(plan, changes, report)
    if "planned_values" in value:
        reader.read(_part(source, value, "planned_values"))
        reader.read(_part(source, _part(source, value, "prior_state"), "values"), only_data=True)
    elif "values" in value or not changes:
        reader.read(_part(source, value, "values"))
    else:  # somebody cut the planned values off; the changes hold them too
        reader.read({"root_module": {"resources": list(_planned(changes))}})
    reader.read({"root_module": {"resources": list(_forgotten(plan, changes))}})
    return plan


def _forgotten(plan: Plan, changes: Mapping[str, Json]) -> Iterator[Json]:
    """The resources that a plan leaves in Azure and takes out of the state, as they are; not those it imports anew.

    Source: Terraform's documentation of the ``removed`` block (``destroy = false``).
    """
    present = {str(each.values.get("id")).lower() for each in plan.instances}
    for each in changes.values():
        before = each["change"].get("before")
        is_forgotten = each["change"].get("actions") == ["forget"] and isinstance(before, dict)
        if is_forgotten and str(before.get("id")).lower() not in present:
            yield {**each, "values": before, "sensitive_values": each["change"].get("before_sensitive")}


def _planned(changes: Mapping[str, Json]) -> Iterator[Json]:
    """The resources that changes leave behind, as planned values show them."""
    for each in changes.values():
        after = each["change"].get("after")
        if isinstance(after, dict):
            yield {**each, "values": after}


_PARTS = frozenset(
    {"terraform_version", "planned_values", "values", "resource_changes", "prior_state", "configuration"}
)


def _refuse_others(source: str, value: Json) -> None:
    """Raise for what Terraform or OpenTofu wrote and is neither plan nor state that can be read."""
    where = Where(source)
    if "encrypted_data" in value:
        message = "this state is encrypted, as OpenTofu does it."
        raise UnsupportedError(message, where=where, hint="tofu show -json prints it as it is.")
    if isinstance(value.get("modules"), list) and "lineage" in value:
        message = f"a state file of version {str(value.get('version'))[:5]}, expected version 4."
        raise UnsupportedError(message, where=where, hint="Terraform 0.12 to 1.x prints it: terraform show -json.")
    others = [name for name in value if name != "format_version"]
    if others and not _PARTS & value.keys():
        message = f"Terraform's JSON with {', '.join(others[:3])}, expected a plan or a state."
        raise TopologySchemaError(message, where=where, hint="terraform show -json prints either.")


def _part(source: str, value: Json, name: str) -> Json:
    """An object of the envelope; empty where it is not there."""
    part = value.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise TopologySchemaError(f"{name} is not an object.", where=Where(source), hint="Is the plan cut off?")
    return part


def _variables(value: Json) -> Json:
    variables = value.get("variables")
    found = variables.items() if isinstance(variables, dict) else ()
    return {name: each["value"] for name, each in found if isinstance(each, dict) and "value" in each}


def _changes(source: str, value: Json, report: _Report) -> dict[str, Json]:
    """What happens to each resource, by address; objects deposed by an earlier run are nobody's any more."""
    changes = value.get("resource_changes")
    if changes is not None and not isinstance(changes, list):
        raise TopologySchemaError("resource_changes is not a list.", where=Where(source), hint="Is the plan cut off?")
    found: dict[str, Json] = {}
    for number, each in enumerate(changes or ()):
        address = each.get("address") if isinstance(each, dict) else None
        if not isinstance(address, str) or not isinstance(each.get("change"), dict):
            where = Where(source, 0, f"resource_changes/{number}")
            report(TopologySchemaError("it has no address and change.", where=where, hint="Is the plan cut off?"))
        elif "deposed" not in each:
            found[address] = each
    return found


def _gone(changes: Any) -> Iterator[str]:
    for each in changes:
        change = each["change"]
        before = change.get("before")
        if change.get("actions") == ["delete"] and isinstance(before, dict) and isinstance(before.get("id"), str):
            yield before["id"].lower()


class _Reader:
    """Walks through the modules of planned or prior values and gives their instances to the plan."""

    def __init__(self, plan: Plan, changes: Mapping[str, Json], report: _Report) -> None:
        self._plan = plan
        self._changes = changes
        self._report = report
        self._blocks: dict[int, dict[str, Json]] = {}
        self._seen: set[str] = set()

    def read(self, values: Json, *, only_data: bool = False) -> None:
        """Read the ``root_module`` of values and the modules in it.

        Some versions of Terraform list resources of modules under the root too, so the address tells the module.
        """
        waiting = [_part(self._plan.source, values, "root_module")]
        while waiting:
            value = waiting.pop()
            for resource in self._list(value, "resources"):
                self._resource(resource, only_data)
            children = [child for child in self._list(value, "child_modules") if self._is_module(child)]
            waiting.extend(reversed(children))

    def _list(self, value: Json, name: str) -> list[Any]:
        found = value.get(name)
        if found is not None and not isinstance(found, list):
            self._problem(f"{name} of a module is not a list.")
        return found if isinstance(found, list) else []

    def _problem(self, message: str) -> None:
        self._report(TopologySchemaError(message, where=Where(self._plan.source), hint="Is the plan cut off?"))

    def _is_module(self, value: Any) -> bool:
        if not isinstance(value, dict):
            self._problem("a child module is not an object.")
        return isinstance(value, dict)

    def _resource(self, value: Any, only_data: bool) -> None:
        held = value if isinstance(value, dict) else {}
        missing = [key for key in ("address", "type", "name") if not isinstance(held.get(key), str)]
        address = str(held.get("address", "a resource"))
        if missing:
            self._problem(f"{address} has no {' and no '.join(missing)}.")
            return
        if address in self._seen or (only_data and value.get("mode") != "data"):
            return
        self._seen.add(address)
        values = value.get("values")
        if values is not None and not isinstance(values, dict):
            self._problem(f"{address}: its values are not an object.")
            return
        change = self._changes.get(address, {}).get("change", {})
        sensitive = change.get("after_sensitive") or value.get("sensitive_values")
        key = value.get("index")
        module = self._plan.module_of(address)
        self._plan.add(
            Instance(
                address=address,
                type=value["type"],
                name=value["name"],
                key=key if isinstance(key, int | str) and not isinstance(key, bool) else None,
                module=module,
                is_data=value.get("mode") == "data",
                values=values or {},
                unknown=None if only_data else change.get("after_unknown"),
                sensitive=sensitive,
                configuration=self._configuration(module, value),
                where=Where(self._plan.source, 0, address),
            )
        )

    def _configuration(self, module: Module, value: Json) -> Json:
        """The block of a resource, looked up by its address in its module (which has no index)."""
        blocks = self._blocks.get(id(module.configuration))
        if blocks is None:
            resources = module.configuration.get("resources")
            found = resources if isinstance(resources, list) else []
            blocks = {str(each.get("address")): each for each in found if isinstance(each, dict)}
            self._blocks[id(module.configuration)] = blocks
        prefix = "data." if value.get("mode") == "data" else ""
        return blocks.get(f"{prefix}{value['type']}.{value['name']}", {})


def _read_state_file(source: str, value: Json, report: _Report) -> Plan:
    """A state file: the same values as a shown state, block by block instead of module by module."""
    plan = Plan(source, Module("", {}))
    reader = _Reader(plan, {}, report)
    resources = [shown for each in value["resources"] for shown in _shown(each, report, source)]
    reader.read({"root_module": {"resources": resources}})
    return plan


def _shown(block: Any, report: _Report, source: str) -> Iterator[dict[str, Any]]:
    if not isinstance(block, dict) or not isinstance(block.get("instances"), list):
        message = "a resource of the state has no instances."
        report(TopologySchemaError(message, where=Where(source), hint="Is the state cut off?"))
        return
    steps = (block.get("module"), "data" if block.get("mode") == "data" else None, block.get("type"), block.get("name"))
    address = ".".join(str(step) for step in steps if step)
    for instance in block["instances"]:
        if not isinstance(instance, dict) or "deposed" in instance:
            continue
        key = instance.get("index_key")
        index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        yield {
            "address": f"{address}{index}",
            **{name: block.get(name) for name in ("mode", "type", "name")},
            "index": key,
            "values": instance.get("attributes"),
            "sensitive_values": _marked(instance.get("sensitive_attributes")),
        }


def _marked(paths: Any) -> dict[str, bool]:
    """The attributes that a state file marks as sensitive: the whole attribute, whatever of it is meant."""
    first = (path[0] for path in paths if isinstance(path, list) and path) if isinstance(paths, list) else ()
    return {step["value"]: True for step in first if isinstance(step, dict) and isinstance(step.get("value"), str)}
