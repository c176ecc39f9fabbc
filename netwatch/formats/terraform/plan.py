"""A plan or state as values: modules, instances of resources, and what of them will be gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwatch.formats.terraform.addresses import Key, Step, parse_traversal
from netwatch.model.where import Where

__all__ = ["Instance", "Json", "Module", "Plan", "called"]

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One instance of a module: ``call`` and ``key`` say which call of ``parent`` made it; the root has no parent.

    ``configuration`` is that of the module itself: its resources, calls, outputs and variables.
    """

    address: str
    configuration: Json
    parent: Module | None = None
    call: str = ""
    key: int | str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One instance of a resource or data source, as it will be once the plan is applied.

    ``values`` holds what is known; ``unknown`` and ``sensitive`` mark with true, in the same shape, what is known only
    afterwards and what must not be shown. ``configuration`` is the resource's block, empty where there is none.
    """

    address: str
    type: str
    name: str
    key: int | str | None
    module: Module
    is_data: bool
    values: Json
    unknown: Any
    sensitive: Any
    configuration: Json
    where: Where

    @property
    def expressions(self) -> Json | None:
        """What the configuration says, attribute by attribute; None where there is none."""
        found = self.configuration.get("expressions")
        return found if isinstance(found, dict) else None


@dataclass(slots=True, eq=False)
class Plan:
    """Every instance of a plan, managed ones first, each in the order of the input.

    ``gone`` holds the lower-case ids of what the plan destroys. ``variables`` are the values of the root's.
    ``providers`` is the configuration of providers. ``assumed`` holds addresses that were worked out in an earlier
    reading: (address of the instance, number of its ip configuration) → address; ``is_asked_for_addresses`` whether
    another value rests on them. ``references_are_whole``: an expression that holds one reference is that reference and
    nothing else, which the configuration of a plan leaves open.
    """

    source: str
    root: Module
    variables: Json = field(default_factory=dict)
    providers: Json = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    gone: frozenset[str] = frozenset()
    assumed: Mapping[tuple[str, int], str] = field(default_factory=dict)
    is_asked_for_addresses: bool = False
    references_are_whole: bool = False
    _named: dict[tuple[str, bool, str, str], dict[int | str | None, Instance]] = field(default_factory=dict)
    _modules: dict[tuple[str, str], dict[int | str | None, Module]] = field(default_factory=dict)
    _at: dict[str, Module] = field(default_factory=dict)
    _of_type: dict[str, list[Instance]] = field(default_factory=dict)

    def module(self, parent: Module, call: str, key: int | str | None) -> Module:
        """An instance of a module call, made where it is new."""
        held = self._modules.setdefault((parent.address, call), {})
        if key not in held:
            inner = called(parent, call).get("module")
            step = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
            address = f"{parent.address}.module.{call}{step}" if parent.address else f"module.{call}{step}"
            held[key] = Module(address, inner if isinstance(inner, dict) else {}, parent, call, key)
        return held[key]

    def add(self, instance: Instance) -> None:
        """Take in an instance of a resource."""
        self.instances.append(instance)
        name = (instance.module.address, instance.is_data, instance.type, instance.name)
        self._named.setdefault(name, {})[instance.key] = instance
        self._of_type.setdefault(instance.type, []).append(instance)

    def of_type(self, *types: str) -> Iterator[Instance]:
        """Every instance of these types."""
        return (instance for type in types for instance in self._of_type.get(type, ()))

    def instances_of(
        self, module: Module, type: str, name: str, *, is_data: bool = False
    ) -> Mapping[int | str | None, Instance]:
        """The instances of one resource block, by index or key (None where it has neither)."""
        return self._named.get((module.address, is_data, type, name), {})

    def siblings(self, instance: Instance) -> tuple[Instance, ...]:
        """All the instances of an instance's own block."""
        held = self.instances_of(instance.module, instance.type, instance.name, is_data=instance.is_data)
        return tuple(held.values())

    def module_of(self, address: str) -> Module:
        """The instance of a module in which the resource of an address stands, made where it is new."""
        if not address.startswith("module."):
            return self.root
        end = address.rfind('"].')  # keys may hold dots, and modules mostly have few: look behind the last key
        outside = address[: address.rfind(".", 0, address.rfind("."))] if end < 0 else address
        held = self._at.get(outside)
        if held is None:
            held = self._at[outside] = self._module_at(parse_traversal(address))
        return held

    def _module_at(self, steps: tuple[Step, ...]) -> Module:
        module, at = self.root, 0
        while steps[at : at + 1] == ("module",) and at + 2 < len(steps):
            call, after = str(steps[at + 1]), steps[at + 2]
            module = self.module(module, call, after.value if isinstance(after, Key) else None)
            at += 3 if isinstance(after, Key) else 2
        return module

    def modules_of(self, module: Module, call: str) -> Mapping[int | str | None, Module]:
        """The instances of one module call; one that has no resources is made from the configuration."""
        if (module.address, call) not in self._modules:
            block = called(module, call)
            if "module" in block and not ("count_expression" in block or "for_each_expression" in block):
                self.module(module, call, None)
        return self._modules.get((module.address, call), {})


def called(module: Module, call: str) -> Json:
    """The block in which ``module`` calls another one; empty where there is none."""
    calls = module.configuration.get("module_calls")
    block = calls.get(call) if isinstance(calls, dict) else None
    return block if isinstance(block, dict) else {}
