"""The readings a person chooses for open questions: ``semantics:`` in a topology file, ``--semantics`` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netwatch.formats.topology_file.values import Fault, Malformed, shown
from netwatch.model.semantics import SWITCHES, Semantics

__all__ = ["read_semantics"]


def read_semantics(given: Any, *, over: Semantics = Semantics()) -> Semantics:  # noqa: B008, semantics are a value
    """``over`` with the readings in ``given``, a mapping of switch names to readings; nothing for one is left out.

    Readings are taken in any case, names as ``SWITCHES`` spells them. Malformed with every fault, and the nearest name.
    """
    if not isinstance(given, Mapping):
        raise Malformed(Fault(f"must be a mapping of switches to readings, found {shown(given)}", _KNOWN))
    readings: dict[str, str] = {}
    faults: list[Fault] = []
    for name, word in given.items():
        try:
            field = _field(name)
            if word is not None:
                readings[field] = _reading(name, word)
        except Malformed as error:
            faults += [fault._replace(steps=(name,)) for fault in error.faults]
    if faults:
        raise Malformed(*faults)
    return over._replace(**readings)


_KNOWN = "netwatch semantics lists the switches and their readings."


def _field(name: str) -> str:
    """The field of Semantics for a switch, whose name is the same in camelCase."""
    if name not in SWITCHES:
        raise Malformed(Fault(f'holds no switch named "{name}"', _nearest(name, tuple(SWITCHES)) or _KNOWN))
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _reading(name: str, word: Any) -> str:
    readings = SWITCHES[name].readings
    for reading in readings:
        if isinstance(word, str) and word.lower() == reading.lower():
            return reading
    hint = _nearest(str(word), readings)
    raise Malformed(Fault(f"must read {name} as {' or '.join(readings)}, found {shown(word)}", hint))


def _nearest(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), lower, n=1)
    return f'Did you mean "{lower[near[0]]}"?' if near else ""
