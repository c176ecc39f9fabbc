"""Functions on numbers, truth, lists and objects.

Sources: "Numeric functions", "Logical functions", "Comparison functions", "Array functions" and "Object functions
for ARM templates". Each takes the list of its arguments; ValueError says that Azure would refuse them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netwatch.formats.arm_template.function_kind import Function, text_of
from netwatch.formats.arm_template.open_values import RuntimeObject, placed_like
from netwatch.model.unresolved import Unresolved

__all__ = ["MAX_RANGE", "VALUE_FUNCTIONS", "index_into", "same"]

MAX_RANGE = 10_000
"""What ``range`` may count to (Microsoft documentation, Array functions for ARM templates)."""


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: of one type, texts letter by letter, objects whatever their order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def index_into(value: Any, key: Any) -> Any:
    """A member of an object, in any case, or an item of a list; ValueError where there is none."""
    if isinstance(value, dict):
        text = str(key)
        if text in value:
            return value[text]
        for each, found in value.items():
            if each.lower() == text.lower():
                return found
        raise ValueError(f'the object has no "{text}"')
    if isinstance(value, list) and isinstance(key, int):
        if 0 <= key < len(value):
            return value[key]
        raise ValueError(f"the list has {len(value)} items and none at {key}")
    raise ValueError(f'"{key}" is asked of something that is neither a list nor an object')


def _whole(work: Callable[[int, int], int]) -> Callable[[list[Any]], int]:
    def call(args: list[Any]) -> int:
        one, other = (_integer(each) for each in args)
        return _bounded(work(one, other))

    return call


def _bounded(value: int) -> int:
    if abs(value) >= 1 << 63:
        raise ValueError("the number is larger than 64 bits")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{text_of(value)[:40]} is not a whole number")
    return value


def _int(args: list[Any]) -> int:
    value = args[0]
    if isinstance(value, str) and not value.strip().removeprefix("-").removeprefix("+").isdigit():
        raise ValueError(f"'{value[:40]}' is no whole number")
    return int(value) if isinstance(value, str | float) and len(str(value)) < 20 else _integer(value)


def _divided(one: int, other: int) -> int:
    if other == 0:
        raise ValueError("it divides by zero")
    return abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)


def _remainder(one: int, other: int) -> int:
    return one - other * _divided(one, other)


def _extreme(pick: Callable[..., int]) -> Callable[[list[Any]], int]:
    def call(args: list[Any]) -> int:
        return pick(_integer(each) for each in (args[0] if isinstance(args[0], list) else args))

    return call


def _bool(args: list[Any]) -> bool:
    value = args[0]
    if isinstance(value, str):
        if value.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f'"{value[:40]}" is neither true nor false')
        return value.lower() in ("true", "1")
    return bool(value)


def _all_true(args: list[Any]) -> Any:
    """False as soon as one is false, whatever the unknown ones are."""
    if any(each is False for each in args):
        return False
    return next((each for each in args if isinstance(each, Unresolved)), True)


def _any_true(args: list[Any]) -> Any:
    if any(each is True for each in args):
        return True
    return next((each for each in args if isinstance(each, Unresolved)), False)


def _not(args: list[Any]) -> bool:
    return not _bool(args)


def _coalesce(args: list[Any]) -> Any:
    return next((each for each in args if each is not None), None)


def _compared(work: Callable[[Any, Any], bool]) -> Callable[[list[Any]], bool]:
    def call(args: list[Any]) -> bool:
        one, other = args
        if isinstance(one, str) != isinstance(other, str):
            raise ValueError("a text is compared with something else")
        return work(one, other)

    return call


def _set_by_azure(made: RuntimeObject, key: Any) -> Unresolved:
    return Unresolved(f"Azure may set {key} when {made.name} is made", f"reference('{made.name}').{key}", made.where)


def _contains(args: list[Any]) -> Any:
    holder, sought = args
    if isinstance(holder, RuntimeObject) and not any(key.lower() == str(sought).lower() for key in holder):
        return _set_by_azure(holder, sought)
    if isinstance(holder, dict):
        return any(key.lower() == str(sought).lower() for key in holder)
    if isinstance(holder, list):
        return any(same(item, sought) for item in holder)
    return text_of(sought) in holder


def _empty(args: list[Any]) -> Any:
    value = args[0]
    return value if isinstance(value, Unresolved) else value is None or len(value) == 0


def _length(args: list[Any]) -> Any:
    return args[0] if isinstance(args[0], Unresolved) else len(args[0])


def _end(index: int) -> Callable[[list[Any]], Any]:
    def call(args: list[Any]) -> Any:
        value = args[0]
        if isinstance(value, Unresolved) or value:
            return value if isinstance(value, Unresolved) else value[index]
        return "" if isinstance(value, str) else None

    return call


def _skip(args: list[Any]) -> Any:
    return _part(args[0], slice(max(_integer(args[1]), 0), None))


def _take(args: list[Any]) -> Any:
    return _part(args[0], slice(0, max(_integer(args[1]), 0)))


def _part(value: Any, part: slice) -> Any:
    if isinstance(value, dict):
        raise ValueError("an object has no first items")
    return value if isinstance(value, Unresolved) else value[part]


def _array(args: list[Any]) -> Any:
    return args[0] if isinstance(args[0], list | Unresolved) else [args[0]]


def _create_object(args: list[Any]) -> Any:
    if len(args) % 2:
        raise ValueError("createObject takes keys and values in turn")
    keys = args[::2]
    unknown = next((key for key in keys if isinstance(key, Unresolved)), None)
    return unknown or dict(zip(map(str, keys), args[1::2], strict=True))


def _range(args: list[Any]) -> list[int]:
    start, count = map(_integer, args)
    if not 0 <= count <= MAX_RANGE:
        raise ValueError(f"it counts {count}, where 0 to {MAX_RANGE:,} are possible")
    return list(range(start, start + count))


def _union(args: list[Any]) -> Any:
    """Lists: each item once. Objects: merged at every depth, the last one's values go before."""
    unknown = next((each for each in args if isinstance(each, Unresolved)), None)
    if unknown is not None:
        return unknown
    if all(isinstance(each, list) for each in args):
        found: list[Any] = []
        for item in (item for each in args for item in each):
            if not any(same(item, held) for held in found):
                found.append(item)
        return found
    return _merged(args, deep=True)


def _merged(objects: list[Any], *, deep: bool) -> Any:
    merged: dict[str, Any] = {}
    names: dict[str, str] = {}
    for each in objects:
        for key, value in dict(each).items():
            held = names.setdefault(key.lower(), key)
            both = deep and isinstance(merged.get(held), dict) and isinstance(value, dict)
            merged[held] = _merged([merged[held], value], deep=True) if both else value
    return placed_like(merged, objects[-1])


def _shallow_merge(args: list[Any]) -> Any:
    return _merged(args[0], deep=False)


def _intersection(args: list[Any]) -> Any:
    first, *rest = args
    if isinstance(first, dict):
        return {key: value for key, value in first.items() if all(key in o and same(o[key], value) for o in rest)}
    return [item for item in first if all(any(same(item, held) for held in other) for other in rest)]


def _items(args: list[Any]) -> Any:
    """An object as a list of keys and values, in alphabetical order of the keys, to which case does not matter."""
    value = args[0]
    if isinstance(value, Unresolved):
        return value
    return [placed_like({"key": key, "value": value[key]}, value[key]) for key in sorted(value, key=str.lower)]


def _object_keys(args: list[Any]) -> Any:
    return args[0] if isinstance(args[0], Unresolved) else sorted(args[0], key=str.lower)


def _flatten(args: list[Any]) -> Any:
    if isinstance(args[0], Unresolved):
        return args[0]
    return [item for each in args[0] for item in (each if isinstance(each, list) else [each])]


def _try_get(args: list[Any]) -> Any:
    value = args[0]
    for key in args[1:]:
        if isinstance(value, Unresolved):
            return value
        try:
            value = index_into(value, key)
        except ValueError:
            return _set_by_azure(value, key) if isinstance(value, RuntimeObject) else None
    return value


def _from_end(args: list[Any]) -> Any:
    return args[0] if isinstance(args[0], Unresolved) else index_into(args[0], len(args[0]) - _integer(args[1]))


VALUE_FUNCTIONS: Mapping[str, Function] = {
    "add": Function(_whole(lambda a, b: a + b), 2, 2),
    "and": Function(_all_true, 1, None, sees_open=True),
    "array": Function(_array, 1, 1, sees_open=True),
    "bool": Function(_bool, 1, 1),
    "coalesce": Function(_coalesce, 1, None, sees_open=True),
    "contains": Function(_contains, 2, 2),
    "createArray": Function(list, 0, None, sees_open=True),
    "createObject": Function(_create_object, 0, None, sees_open=True),
    "div": Function(_whole(_divided), 2, 2),
    "empty": Function(_empty, 1, 1, sees_open=True),
    "equals": Function(lambda args: same(*args), 2, 2),
    "false": Function(lambda args: False, 0, 0),
    "first": Function(_end(0), 1, 1, sees_open=True),
    "flatten": Function(_flatten, 1, 1, sees_open=True),
    "float": Function(lambda args: float(args[0]), 1, 1),
    "greater": Function(_compared(lambda a, b: a > b), 2, 2),
    "greaterOrEquals": Function(_compared(lambda a, b: a >= b), 2, 2),
    "indexFromEnd": Function(_from_end, 2, 2, sees_open=True),
    "int": Function(_int, 1, 1),
    "intersection": Function(_intersection, 2, None, compares_all=True),
    "items": Function(_items, 1, 1, sees_open=True),
    "last": Function(_end(-1), 1, 1, sees_open=True),
    "length": Function(_length, 1, 1, sees_open=True),
    "less": Function(_compared(lambda a, b: a < b), 2, 2),
    "lessOrEquals": Function(_compared(lambda a, b: a <= b), 2, 2),
    "max": Function(_extreme(max), 1, None),
    "min": Function(_extreme(min), 1, None),
    "mod": Function(_whole(_remainder), 2, 2),
    "mul": Function(_whole(lambda a, b: a * b), 2, 2),
    "not": Function(_not, 1, 1),
    "null": Function(lambda args: None, 0, 0),
    "objectKeys": Function(_object_keys, 1, 1, sees_open=True),
    "or": Function(_any_true, 1, None, sees_open=True),
    "range": Function(_range, 2, 2),
    "shallowMerge": Function(_shallow_merge, 1, 1, sees_open=True),
    "skip": Function(_skip, 2, 2, sees_open=True),
    "sub": Function(_whole(lambda a, b: a - b), 2, 2),
    "take": Function(_take, 2, 2, sees_open=True),
    "true": Function(lambda args: True, 0, 0),
    "tryGet": Function(_try_get, 2, None, sees_open=True),
    "tryIndexFromEnd": Function(lambda args: _try_get([args[0], len(args[0]) - args[1]]), 2, 2),
    "union": Function(_union, 1, None, sees_open=True, compares_all=True),
}
"""By name."""
