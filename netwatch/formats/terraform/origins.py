"""Where an unknown value comes from: references followed through modules, variables, outputs and loops.

The configuration of a plan says which things an expression mentions, not what it does with them, and locals not at
all. So what comes out are candidates: the instances that are mentioned, narrowed by the index or key that the
expression names or that the block itself has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.formats.terraform.addresses import Key, Step, heads, parse_traversal
from netwatch.formats.terraform.plan import Instance, Json, Module, Plan, called

__all__ = [
    "NOT_KNOWN",
    "Constant",
    "Opaque",
    "Origin",
    "Scope",
    "follow",
    "inside",
    "open_variable",
    "scope_of",
    "written",
]

_MOST_STEPS = 2_000
"""How many expressions and instances are looked at for one value. Real ones need a few dozen."""


class Scope(NamedTuple):
    """Where an expression stands: its module, and the index or key and the ``for_each`` of its block."""

    module: Module
    key: int | str | None
    loop: Json | None


class Origin(NamedTuple):
    """An instance that an expression mentions, and the path to what it means of it."""

    instance: Instance
    steps: tuple[Step, ...]


class Constant(NamedTuple):
    """A value that the configuration or a variable of the root fixes."""

    value: Any


class Opaque(NamedTuple):
    """Something that a plan does not show, by the name the configuration gives it: ``local.subnet_id``."""

    text: str


Found = Origin | Constant | Opaque


def scope_of(instance: Instance) -> Scope:
    """The scope of an instance's own expressions."""
    loop = instance.configuration.get("for_each_expression")
    return Scope(instance.module, instance.key, loop if isinstance(loop, dict) else None)


NOT_KNOWN = "Not known, because "
"""How the description of a variable begins that stands for an open value in an export of netwatch."""


def open_variable(plan: Plan, found: tuple[Found, ...]) -> tuple[str, str] | None:
    """Why a value is open that is one variable of the root and nothing else, and its text; else None."""
    text = found[0].text if len(found) == 1 and isinstance(found[0], Opaque) else ""
    variables = plan.root.configuration.get("variables")
    block = (
        variables.get(text.removeprefix("var.")) if isinstance(variables, dict) and text.startswith("var.") else None
    )
    if not isinstance(block, dict):
        return None
    reason = str(block.get("description", ""))
    if reason.startswith(NOT_KNOWN):
        return reason.removeprefix(NOT_KNOWN), str(block.get("//", ""))
    return "the variable has no value", text


def follow(plan: Plan, expression: Any, scope: Scope) -> tuple[Found, ...]:
    """What an expression can mean, each once, in the order in which it is mentioned."""
    return tuple(dict.fromkeys(map(_hashable, _Trail(plan).follow(expression, scope, ()))))


def _hashable(found: Found) -> Found:
    """Constants may be lists or objects; those say nothing about one value and are named instead."""
    if isinstance(found, Constant) and not isinstance(found.value, str | int | float | bool | None):
        return Opaque("a constant")
    return found


class _Trail:
    """One value followed back; it counts its steps, because configurations can be hostile and go in circles."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left = _MOST_STEPS
        self._depth = 0

    def follow(self, expression: Any, scope: Scope, rest: tuple[Step, ...]) -> Iterator[Found]:
        """What the expression can mean; ``rest`` is the path that is taken into its value."""
        self._left -= 1
        if not isinstance(expression, dict) or self._left < 0 or self._depth > 50:
            return
        if "constant_value" in expression and not expression.get("references"):  # JSON syntax shows its text besides
            yield Constant(inside(expression["constant_value"], rest))
            return
        references = expression.get("references")
        texts = tuple(each for each in references if isinstance(each, str)) if isinstance(references, list) else ()
        mentioned = [parse_traversal(each) for each in heads(texts)]
        hints = _Hints(self, scope, mentioned, rest)
        self._depth += 1
        for steps in mentioned:
            yield from self._mention(steps, scope, hints)
        self._depth -= 1

    def _mention(self, steps: tuple[Step, ...], scope: Scope, hints: _Hints) -> Iterator[Found]:
        kind = steps[0] if steps else ""
        if kind in ("count", "path", "terraform", "self") or steps[:2] == ("each", "key"):
            return
        if kind == "each":
            yield from self.follow(scope.loop, scope, (Key(_or_empty(scope.key)), *steps[2:], *hints.rest))
        elif kind == "var" and len(steps) > 1:
            yield from self._variable(str(steps[1]), scope.module, (*steps[2:], *hints.rest), hints)
        elif kind == "module" and len(steps) > 1:
            yield from self._output(steps[1:], scope.module, hints)
        elif kind in ("local", "") or len(steps) < 2:
            yield Opaque(written(steps))
        else:
            yield from self._instances(steps, scope.module, hints)

    def _variable(self, name: str, module: Module, rest: tuple[Step, ...], hints: _Hints) -> Iterator[Found]:
        """The value of a variable: of the root's from the plan, of any other's from the call of its module."""
        if module.parent is None:
            if name in self._plan.variables:
                yield Constant(inside(self._plan.variables[name], rest))
                return
        else:
            block = called(module.parent, module.call)
            expressions, loop = block.get("expressions"), block.get("for_each_expression")
            if isinstance(expressions, dict) and name in expressions:
                outer = Scope(module.parent, module.key, loop if isinstance(loop, dict) else None)
                yield from self.follow(expressions[name], outer, (*rest, *hints.own()))
                return
        variables = module.configuration.get("variables")
        variable = variables.get(name) if isinstance(variables, dict) else None
        if isinstance(variable, dict) and "default" in variable:
            yield Constant(inside(variable["default"], rest))
        else:
            yield Opaque(f"var.{name}")

    def _output(self, steps: tuple[Step, ...], module: Module, hints: _Hints) -> Iterator[Found]:
        """The output of a module call: ``steps`` are the call, its key if any, the output, and a path into it."""
        call, path = str(steps[0]), steps[1:]
        modules = self._plan.modules_of(module, call)
        if path and isinstance(path[0], Key):
            chosen: Iterable[Module] = filter(None, [modules.get(path[0].value)])
            path = path[1:]
        else:
            chosen = hints.choose(modules)
        for each in chosen:
            outputs = each.configuration.get("outputs")
            held = outputs if isinstance(outputs, dict) else {}
            names = (str(path[0]),) if path else tuple(held)  # module.a[each.key].b is mentioned as module.a
            known = [held[name] for name in names if isinstance(held.get(name), dict)]
            for output in known:
                rest = (*path[1:], *hints.rest, *hints.own())
                yield from self.follow(output.get("expression"), Scope(each, None, None), rest)
            if not known:
                yield Opaque(".".join(("module", call, *names)))

    def _instances(self, steps: tuple[Step, ...], module: Module, hints: _Hints) -> Iterator[Found]:
        is_data = steps[0] == "data"
        type, name, *path = (str(steps[1]), str(steps[2]), *steps[3:]) if is_data and len(steps) > 2 else steps
        held = self._plan.instances_of(module, str(type), str(name), is_data=is_data)
        chosen: Iterable[Instance]
        if path and isinstance(path[0], Key):
            chosen = filter(None, [held.get(path[0].value)])
            path = path[1:]
        else:
            chosen = hints.choose(held)
        found = False
        for each in chosen:
            self._left -= 1
            if self._left < 0:
                return
            found = True
            yield Origin(each, (*path, *hints.rest))
        if not found:
            yield Opaque(written(steps))


class _Hints:
    """Which of several instances an expression means: by an index or key that it, or its own block, names."""

    def __init__(self, trail: _Trail, scope: Scope, mentioned: list[tuple[Step, ...]], rest: tuple[Step, ...]) -> None:
        self.rest = rest
        self._trail = trail
        self._scope = scope
        self._mentioned = mentioned

    def own(self) -> tuple[Key, ...]:
        """The index or key of the block, where the expression mentions it; else values it mentions beside others."""
        if any(steps[:1] == ("count",) or steps[:2] == ("each", "key") for steps in self._mentioned):
            return () if self._scope.key is None else (Key(self._scope.key),)
        return tuple(self._mentioned_keys()) if len(self._mentioned) > 1 else ()

    def _mentioned_keys(self) -> Iterator[Key]:
        """Texts of variables and of ``each.value`` that may be keys: ``azurerm_subnet.all[each.value.subnet]``.

        Numbers and flags beside a list mostly say how many, or whether; they are no keys.
        """
        for steps in self._mentioned:
            if steps[:1] not in (("var",), ("each",)):
                continue
            for found in self._trail._mention(steps, self._scope, _Hints(self._trail, self._scope, [], ())):
                if isinstance(found, Constant) and isinstance(found.value, str):
                    yield Key(found.value)

    def choose(self, held: Mapping[int | str | None, Any]) -> Iterable[Any]:
        """The one that an index or key names; else one whose name is such a key; else all."""
        if len(held) < 2:
            return held.values()
        keys = [step.value if isinstance(step, Key) else step for step in (*self.rest, *self.own())]
        for key in keys:
            if key in held:
                return (held[key],)
            if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 10 and int(key) in held:
                return (held[int(key)],)  # for_each = {for i, each in a list}: keys are texts, indices numbers
        for key in keys:
            named = [each for each in held.values() if isinstance(each, Instance) and each.values.get("name") == key]
            if len(named) == 1:
                return named
        return held.values()


def _or_empty(key: int | str | None) -> int | str:
    return "" if key is None else key


def inside(value: Any, rest: Iterable[Step]) -> Any:
    """What stands at a path inside a known value; None where the path leads nowhere."""
    for step in rest:
        key = step.value if isinstance(step, Key) else step
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key] if key < len(value) else None
        elif isinstance(value, list):
            value = key if key in value else None
        else:
            return value
    return value


def written(steps: Iterable[Step]) -> str:
    """Steps as Terraform writes them."""
    text = ""
    for step in steps:
        if isinstance(step, Key):
            text += f"[{step.value}]" if isinstance(step.value, int) else f'["{step.value}"]'
        else:
            text += f".{step}" if text else step
    return text
