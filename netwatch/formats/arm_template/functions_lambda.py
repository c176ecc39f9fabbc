"""Functions that go over a list with lambdas. Source: "Lambda functions for ARM templates".

Each takes the list (``mapValues``: the object) and the rest of its arguments, in which a lambda is a Python function.
Where a lambda gives Unresolved and the result hangs on it, the result is that Unresolved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netwatch.model.unresolved import Unresolved

__all__ = ["LAMBDA_FUNCTIONS"]


def _map(items: list[Any], rest: list[Any]) -> Any:
    return [rest[0](item, index) for index, item in enumerate(items)]


def _filter(items: list[Any], rest: list[Any]) -> Any:
    kept = [rest[0](item, index) for index, item in enumerate(items)]
    return _open(kept) or [item for item, keep in zip(items, kept, strict=True) if keep is True]


def _reduce(items: list[Any], rest: list[Any]) -> Any:
    value, each = rest
    for index, item in enumerate(items):
        value = each(value, item, index)
    return value


def _sort(items: list[Any], rest: list[Any]) -> Any:
    """Sorted by a lambda that says whether its first argument goes before the second."""
    from functools import cmp_to_key

    unknown: list[Unresolved] = []

    def compare(one: Any, other: Any) -> int:
        first, second = rest[0](one, other), rest[0](other, one)
        unknown.extend(each for each in (first, second) if isinstance(each, Unresolved))
        return (second is True) - (first is True)

    ordered = sorted(items, key=cmp_to_key(compare))
    return _open(unknown) or ordered


def _to_object(items: list[Any], rest: list[Any]) -> Any:
    keys = [rest[0](item) for item in items]
    values = [rest[1](item) for item in items] if len(rest) > 1 else items
    return _open(keys) or {str(key): value for key, value in zip(keys, values, strict=True)}


def _group_by(items: list[Any], rest: list[Any]) -> Any:
    keys = [rest[0](item) for item in items]
    groups: dict[str, list[Any]] = {}
    for key, item in zip(keys, items, strict=True):
        groups.setdefault(str(key), []).append(item)
    return _open(keys) or groups


def _map_values(items: dict[str, Any], rest: list[Any]) -> Any:
    return {key: rest[0](item) for key, item in items.items()}


def _open(values: list[Any]) -> Unresolved | None:
    return next((each for each in values if isinstance(each, Unresolved)), None)


LAMBDA_FUNCTIONS: Mapping[str, Callable[[Any, list[Any]], Any]] = {
    "filter": _filter,
    "groupBy": _group_by,
    "map": _map,
    "mapValues": _map_values,
    "reduce": _reduce,
    "sort": _sort,
    "toObject": _to_object,
}
"""By name; each takes two or three arguments."""
