"""Reading values of the native topology file that are names and ARM ids of resources."""

from __future__ import annotations

from typing import Any

from netwatch.formats.topology_file.values import (
    Fault,
    Malformed,
    collection,
    is_name,
    one_or_list,
    reference,
    shown,
    text,
)

__all__ = ["references_by_id", "resource_name"]


def resource_name(value: Any) -> str:
    """The name of a resource, where its key in the file is another."""
    word = text(value)
    if not is_name(word):
        raise Malformed(Fault(f"must be a name that Azure takes, found {shown(value)}"))
    return word


def references_by_id(value: Any) -> dict[str, tuple[str, ...]]:
    """ARM ids of resources with the ids each of them refers to; nothing for none."""
    found, faults = {}, []
    for key, each in collection(value).items():
        try:
            found[_full_id(key)] = () if each is None else tuple(_full_id(one) for one in _REFERENCES(each))
        except Malformed as error:
            faults += [fault._replace(steps=(key, *fault.steps)) for fault in error.faults]
    if faults:
        raise Malformed(*faults)
    return found


def _full_id(word: str) -> str:
    if not word.lower().startswith("/subscriptions/") or any(character.isspace() for character in word):
        raise Malformed(Fault(f"must be ARM ids, found {shown(word)}", "Write /subscriptions/…."))
    return word


_REFERENCES = one_or_list(reference, empty=True)
