"""Values of templates: JSON with expressions in it becomes JSON without, where what is not known is Unresolved.

Azure's own mistakes (an unknown parameter, a circle, a text that is no expression) are errors with their place. What
evaluates to nothing (a property that is not there, a function that only Azure can answer) is Unresolved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_template.environment import CircleError, Env
from netwatch.formats.arm_template.function_kind import MAX_TEXT, Function, TooLongError
from netwatch.formats.arm_template.functions_addresses import ADDRESS_FUNCTIONS
from netwatch.formats.arm_template.functions_dates import DATE_FUNCTIONS
from netwatch.formats.arm_template.functions_lambda import LAMBDA_FUNCTIONS
from netwatch.formats.arm_template.functions_text import TEXT_FUNCTIONS
from netwatch.formats.arm_template.functions_values import VALUE_FUNCTIONS, index_into
from netwatch.formats.arm_template.open_values import PartText, PlacedObject, RuntimeObject, first_open, stand_in, weigh
from netwatch.formats.arm_template.syntax import Call, Literal, Member, Node, is_template_expression
from netwatch.model.unresolved import Unresolved

__all__ = [
    "MAX_COPIES",
    "counted",
    "evaluate",
    "evaluate_node",
    "looped",
    "pure_functions",
]

MAX_COPIES = 800
"""What one loop may make (Microsoft documentation, Azure Resource Manager limits)."""

_MAX_ITEMS = 100_000
_MAX_CALL = 160


def evaluate(value: Any, env: Env) -> Any:
    """The value with every expression in it worked out, at any depth. Objects in it are PlacedObjects.

    A mistake in one expression is reported as a problem and leaves Unresolved, so that reading goes on.
    """
    env.names.world.spend(1)
    if isinstance(value, str):
        return _text(value, env)
    if isinstance(value, list):
        return [evaluate(item, env.at(index)) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, env)
    return value


def _text(text: str, env: Env) -> Any:
    if text.startswith("[["):
        return text[1:] if env.escaped is None else _text(text[1:], Env(env.escaped, env.where))
    if not is_template_expression(text):
        return text
    try:
        value = evaluate_node(env.names.world.parse(text, env.where), env)
    except CircleError as error:
        if env.names.world.is_probing:
            raise
        env.names.world.problem(error)
        return Unresolved("it refers to itself", text, env.where)
    except TopologyError as error:
        env.names.world.problem(error)
        return Unresolved("it cannot be evaluated", text, env.where)
    if isinstance(value, Unresolved):
        named = value if value.expression else replace(value, expression=text)
        return named if named.where is not None else replace(named, where=env.where)
    return value


def _object(value: dict[str, Any], env: Env) -> PlacedObject:
    found = PlacedObject({}, env.where)
    for key, item in value.items():
        if key.lower() == "copy" and isinstance(item, list):
            continue
        name = _text(key, env) if is_template_expression(key) else key
        if not isinstance(name, Unresolved):
            found[str(name)] = evaluate(item, env.at(key))
    found.update(_copies(value, env))
    return found


def _copies(value: dict[str, Any], env: Env) -> dict[str, Any]:
    """The properties that the loops in an object's ``copy`` make: name → list."""
    loops = next((item for key, item in value.items() if key.lower() == "copy" and isinstance(item, list)), [])
    found: dict[str, Any] = {}
    for number, loop in enumerate(loops):
        inside = env.at("copy", number)
        found[str(loop.get("name")) if isinstance(loop, dict) else ""] = looped(loop, inside)
    return found


def looped(loop: Any, env: Env) -> Any:
    """The list that one loop of properties or variables makes: ``{"name": …, "count": …, "input": …}``."""
    if not isinstance(loop, dict) or not isinstance(loop.get("name"), str) or "input" not in loop:
        raise env.error("a loop needs a name, a count and an input.")
    count = counted(loop.get("count"), env.at("count"))
    if isinstance(count, Unresolved):
        return count
    name = str(loop["name"])
    env.names.world.spend(2 * count)
    return [evaluate(loop["input"], env.at(f"input[{i}]").looped(name, i)) for i in range(count)]


def counted(value: Any, env: Env) -> int | Unresolved:
    """How many rounds a loop makes; an error where that is no number, or more than Azure allows."""
    count = evaluate(value, env)
    if isinstance(count, Unresolved):
        return count
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise env.error(f"count is {str(count)[:40]!r}, expected a whole number.")
    if count > MAX_COPIES:
        raise env.error(f"the loop makes {count} copies.", f"Azure makes {MAX_COPIES} at most.")
    return count


def evaluate_node(node: Node, env: Env) -> Any:
    """The value of a parsed expression."""
    env.names.world.spend(1)
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Member):
        return _member(node, env)
    return _call(node, env)


def _member(node: Member, env: Env) -> Any:
    value, key = evaluate_node(node.of, env), evaluate_node(node.key, env)
    if isinstance(value, Unresolved):
        return Unresolved(value.reason, f"{_argument(value)}.{stand_in(key)}", value.where)
    if isinstance(key, Unresolved):
        return _of_unknown("member", [value, key], key)
    try:
        return index_into(value, key)
    except ValueError as error:
        if isinstance(value, RuntimeObject):
            asked = f"reference('{value.name}').{key}"
            return Unresolved(f"Azure sets {key} when {value.name} is made", asked, env.where)
        return Unresolved(str(error), where=env.where)


def _call(node: Call, env: Env) -> Any:
    name = node.name.lower()
    special = _SPECIAL.get(name)
    if special is not None:
        _check_count(node, special.fewest, special.most, env)
        return special.call(node.arguments, env)
    function = pure_functions().get(name)
    if function is None:
        return env.names.scoped(node, env)
    _check_count(node, function.fewest, function.most, env)
    return _applied(node.name, function, [evaluate_node(each, env) for each in node.arguments], env)


def _check_count(node: Call, fewest: int, most: int | None, env: Env) -> None:
    given = len(node.arguments)
    if given < fewest or (most is not None and given > most):
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}" if most is not None else f"at least {fewest}"
        raise env.error(f"{node.name} has {given} arguments, expected {wanted}.")


def _applied(name: str, function: Function, args: list[Any], env: Env) -> Any:
    if not function.sees_open:
        for each in args:
            unknown = first_open(each, env.names.world.spend)
            if unknown is not None:
                return _in_parts(function, name, args, unknown)
    if function.compares_all:
        weigh(args, env.names.world.spend)
        env.names.world.spend(sum(len(each) for each in args if isinstance(each, list)) ** 2 // 20)
    try:
        value = function.call(args)
    except TooLongError:
        raise _too_long(name, env) from None
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, OverflowError) as error:
        reason = str(error) if isinstance(error, ValueError) else "its arguments are of another type"
        return Unresolved(f"{name}: {reason}", where=env.where)
    if isinstance(value, Unresolved) and any(value is each for each in args):
        return _of_unknown(name, args, value)
    if isinstance(value, str | list):
        env.names.world.spend(len(value) // 100)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise _too_long(name, env)
    if isinstance(value, list) and len(value) > _MAX_ITEMS:
        raise env.error(f"{name} makes a list of {len(value):,} items.", f"The limit is {_MAX_ITEMS:,}.")
    return value


def _too_long(name: str, env: Env) -> TopologySchemaError:
    return env.error(f"{name} makes a text that is too long.", f"The limit is {MAX_TEXT:,} characters.")


def _in_parts(function: Function, name: str, args: list[Any], unknown: Unresolved) -> Unresolved:
    """A function that works letter by letter leaves the known parts known."""
    if function.in_parts and unknown is args[0] and isinstance(unknown, PartText):
        return replace(unknown, stand_in=function.call([unknown.stand_in]))
    return _of_unknown(name, args, unknown)


def _of_unknown(name: str, args: list[Any], unknown: Unresolved) -> Unresolved:
    """What a function makes of something unknown: another unknown, told by the call."""
    call = f"{name}({', '.join(_argument(each) for each in args)})"
    if len(call) > _MAX_CALL:
        from hashlib import sha256

        call = f"{call[:_MAX_CALL]}… {sha256(call.encode()).hexdigest()[:8]}"
    return Unresolved(unknown.reason, call, unknown.where)


def _argument(value: Any) -> str:
    if isinstance(value, Unresolved):
        return stand_in(value).removeprefix("{").removesuffix("}")
    return repr(value) if isinstance(value, str) else "…" if isinstance(value, dict | list) else str(value)


@cache
def pure_functions() -> Mapping[str, Function]:
    """Every function whose result depends on its arguments alone, by lower-case name."""
    tables = (TEXT_FUNCTIONS, VALUE_FUNCTIONS, ADDRESS_FUNCTIONS, DATE_FUNCTIONS)
    return {name.lower(): function for table in tables for name, function in table.items()}


def _if(arguments: tuple[Node, ...], env: Env) -> Any:
    """Only the branch that is taken is evaluated; where that is open, both, since they may agree."""
    condition = evaluate_node(arguments[0], env)
    if isinstance(condition, Unresolved):
        one, other = (evaluate_node(each, env) for each in arguments[1:])
        return one if one == other else _of_unknown("if", [condition, one, other], condition)
    if isinstance(condition, str) and condition.lower() in ("true", "false"):
        condition = condition.lower() == "true"
    if not isinstance(condition, bool):
        return Unresolved("the condition of if is neither true nor false", where=env.where)
    return evaluate_node(arguments[1 if condition else 2], env)


def _named(arguments: tuple[Node, ...], env: Env) -> str | Unresolved:
    name = evaluate_node(arguments[0], env)
    return name if isinstance(name, str | Unresolved) else str(name)


def _parameters(arguments: tuple[Node, ...], env: Env) -> Any:
    name = _named(arguments, env)
    return name if isinstance(name, Unresolved) else env.names.parameter(name, env)


def _variables(arguments: tuple[Node, ...], env: Env) -> Any:
    name = _named(arguments, env)
    return name if isinstance(name, Unresolved) else env.names.variable(name, env)


def _copy_index(arguments: tuple[Node, ...], env: Env) -> Any:
    """The round of the named loop, or of the resource's own, plus an offset."""
    values = [evaluate_node(each, env) for each in arguments]
    unknown = next((each for each in values if isinstance(each, Unresolved)), None)
    if unknown is not None:
        return unknown
    name = values.pop(0) if values and isinstance(values[0], str) else ""
    offset = values[0] if values else 0
    index = env.loops.get(name.lower())
    if index is None:
        raise env.error(f"copyIndex({name!r}) stands outside of that loop." if name else "copyIndex outside of a loop.")
    return index + offset if isinstance(offset, int) else Unresolved("the offset of copyIndex is no number")


def _lambda_variables(arguments: tuple[Node, ...], env: Env) -> Any:
    name = _named(arguments, env)
    if isinstance(name, Unresolved):
        return name
    if name.lower() not in env.lambdas:
        raise env.error(f"lambdaVariables({name!r}) stands outside of a lambda with that variable.")
    return env.lambdas[name.lower()]


def _over_items(name: str) -> Callable[[tuple[Node, ...], Env], Any]:
    """A function that goes over a list, or an object, with lambdas; what it goes over may be Unresolved."""
    work = LAMBDA_FUNCTIONS[name]

    def call(arguments: tuple[Node, ...], env: Env) -> Any:
        items = evaluate_node(arguments[0], env)
        if isinstance(items, Unresolved):
            return _of_unknown(name, [items], items)
        if not isinstance(items, dict if name == "mapValues" else list):
            return Unresolved(f"{name}: it goes over something of another type", where=env.where)
        rest = [_given_to_lambda(each, env) for each in arguments[1:]]
        try:
            return work(items, rest)
        except (TypeError, IndexError):
            raise env.error(f"{name}: its last argument is no lambda('name', …).") from None

    return call


def _given_to_lambda(node: Node, env: Env) -> Any:
    """A function for a ``lambda('x', …)``, a value for anything else."""
    if not isinstance(node, Call) or node.name.lower() != "lambda":
        return evaluate_node(node, env)
    if not node.arguments:
        raise env.error("a lambda needs a body.")
    *names, body = node.arguments
    variables = [str(evaluate_node(name, env)).lower() for name in names]

    def call(*values: Any) -> Any:
        named = dict(zip(variables, values, strict=False))
        return evaluate_node(body, env._replace(lambdas={**env.lambdas, **named}))

    return call


class _Special(NamedTuple):
    """A function that decides itself which of its arguments are evaluated, and when."""

    fewest: int
    most: int
    call: Callable[[tuple[Node, ...], Env], Any]


_SPECIAL: Mapping[str, _Special] = {
    "if": _Special(3, 3, _if),
    "parameters": _Special(1, 1, _parameters),
    "variables": _Special(1, 1, _variables),
    "copyindex": _Special(0, 2, _copy_index),
    "lambdavariables": _Special(1, 1, _lambda_variables),
    **{name.lower(): _Special(2, 3, _over_items(name)) for name in LAMBDA_FUNCTIONS},
}
