"""The sickbay: recorded answers that are known to be wrong or old, each with a reason that is checked.

A sickbay file is a YAML list of ``{case, reason, by, note}``; an empty file means none. ``case`` is a path below the
directory replayed. ``reason: fault`` says the service answered wrongly: ``by`` names the kind of fault, one of FAULTS,
which the case must show, or another case with an equal question and an equal network and another answer.
``reason: superseded`` says the shape of the answer changed: ``by`` names a newer case of the operation that has the
new shape. It excuses members that are there or not there, never access, rule, next hop type, prefix or state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from netwatch.conformance.cases import Case, Json, age_of
from netwatch.conformance.differences import ABSENT, Difference
from netwatch.conformance.networks import network_of
from netwatch.conformance.normalisers import Pair, normalised
from netwatch.errors import TopologySchemaError
from netwatch.formats.text_file import read_text
from netwatch.formats.yaml_events import read_yaml
from netwatch.model.where import Where

__all__ = ["FAULTS", "Entry", "excuse_problem", "read_sickbay"]

_FIELDS = ("case", "reason", "by", "note")
_REASONS = ("fault", "superseded")


class Entry(NamedTuple):
    """One line of a sickbay; ``number`` counts from 1 and ``source`` is the file, for messages."""

    case: str
    reason: str
    by: str
    note: str
    number: int
    source: str

    def __str__(self) -> str:
        return f"{self.source}: entry {self.number} ({self.case})"


def read_sickbay(path: Path) -> tuple[Entry, ...]:
    """The entries of a sickbay file, in its order; TopologySyntaxError or TopologySchemaError when it is not one."""
    document = read_yaml(str(path), read_text(path)).value
    if document is None:
        return ()
    if not isinstance(document, list):
        raise _bad_sickbay(path, "it is not a list")
    entries = tuple(_entry(item, number, path) for number, item in enumerate(document, start=1))
    names = [entry.case for entry in entries]
    for entry in entries:
        if names.count(entry.case) > 1:
            raise _bad_sickbay(path, f"{entry.case} stands in it twice")
    return entries


def _entry(item: Json, number: int, path: Path) -> Entry:
    if not isinstance(item, dict):
        raise _bad_sickbay(path, f"entry {number} is not a mapping")
    unknown = [str(key) for key in item if key not in _FIELDS]
    if unknown:
        raise _bad_sickbay(path, f"entry {number} has the unknown field {unknown[0]!r}")
    missing = [field for field in ("case", "reason", "by") if not isinstance(item.get(field), str) or not item[field]]
    if missing:
        raise _bad_sickbay(path, f"entry {number} has no text in {missing[0]!r}")
    if item["reason"] not in _REASONS:
        raise _bad_sickbay(path, f"entry {number} has the reason {item['reason']!r}, not fault or superseded")
    return Entry(item["case"], item["reason"], item["by"], str(item.get("note") or ""), number, str(path))


def excuse_problem(entry: Entry, case: Case, diff: Iterable[Difference], *, cases: Mapping[str, Case]) -> str:
    """Why ``entry`` does not excuse ``diff``, for a person; empty when it does."""
    if entry.reason == "fault":
        return _fault_problem(entry, case, cases)
    return _superseded_problem(entry, case, diff, cases)


def _fault_problem(entry: Entry, case: Case, cases: Mapping[str, Case]) -> str:
    if entry.by in cases:
        return _contradiction_problem(case, cases[entry.by])
    shown = [kind for kind, shows in FAULTS.items() if shows(case)]
    named = _fault_named(entry.by)
    if not named:
        return f"by is neither a case nor a kind of fault ({', '.join(FAULTS)})"
    return "" if set(shown) & named else f"the case does not show the fault {entry.by!r}"


def _fault_named(by: str) -> set[str]:
    """The kinds of fault that ``by`` can mean: a telling word of each is enough, in any case."""
    text = by.lower()
    exact = {kind for kind in FAULTS if kind.lower() in text}
    return exact or {kind for kind, words in _FAULT_WORDS.items() if any(word in text for word in words)}


def _contradiction_problem(case: Case, other: Case) -> str:
    if other.name == case.name:
        return "by names the case itself"
    if other.operation != case.operation:
        return f"{other.name} asks another operation"
    ours, theirs = network_of(case), network_of(other)
    if ours.question != theirs.question:
        return f"{other.name} asks another question"
    if ours.resources != theirs.resources:
        return f"{other.name} asks about another network"
    pair = normalised(Pair(case.response, other.response), case)
    is_equal = bool(pair.expected == pair.got and case.status == other.status)
    return f"{other.name} has the same answer" if is_equal else ""


def _superseded_problem(entry: Entry, case: Case, diff: Iterable[Difference], cases: Mapping[str, Case]) -> str:
    newer = cases.get(entry.by)
    if newer is None:
        return f"by names no case: {entry.by}"
    if newer.operation != case.operation:
        return f"{newer.name} answers another operation"
    if age_of(newer) <= age_of(case):
        return f"{newer.name} is not newer"
    shape = _shape(newer.response)
    if shape == _shape(case.response):
        return f"{newer.name} has the same shape"
    meant = [difference for difference in diff if not _is_shape(difference, shape)]
    return f"it differs in more than shape: {meant[0]}" if meant else ""


def _is_shape(difference: Difference, shape: frozenset[str]) -> bool:
    """Whether only a member's presence differs, and the newer answer has it exactly where ours does."""
    path = _generic(difference.path)
    is_present, was_present = bool(difference.got != ABSENT), bool(difference.expected != ABSENT)
    if path.endswith("]") or path.rpartition(".")[2] in _MEANING or is_present == was_present:
        return False
    return (path in shape) == is_present


def _shape(body: Json, path: str = "") -> frozenset[str]:
    """The paths of all members, list places left out: ``networkInterfaces[].id``."""
    if isinstance(body, dict):
        here = {f"{path}.{key}" if path else key: value for key, value in body.items()}
        return frozenset(here).union(*(_shape(value, place) for place, value in here.items()))
    if isinstance(body, list):
        return frozenset().union(*(_shape(value, f"{path}[]") for value in body))
    return frozenset()


def _generic(path: str) -> str:
    import re

    return re.sub(r"\[\d+\]", "[]", path)


def _answers_unknown(case: Case) -> bool:
    return isinstance(case.response, dict) and case.response.get("access") == "Unknown"


def _denies_by_an_allow_rule(case: Case) -> bool:
    """An answer Deny that names a rule whose access is Allow: a default rule by its name, or one in the topology."""
    answer = case.response if isinstance(case.response, dict) else {}
    name = str(answer.get("ruleName", ""))
    if answer.get("access") != "Deny" or not name:
        return False
    if name.startswith("defaultSecurityRules/"):
        return name.removeprefix("defaultSecurityRules/").startswith("Allow")
    rule_id = str(answer.get("ruleId", "")).lower()
    return network_of(case).access_of.get(rule_id) == "Allow"


def _is_http_500(case: Case) -> bool:
    return case.status >= 500


def _is_empty_although_bound(case: Case) -> bool:
    answer = case.response if isinstance(case.response, dict) else {}
    lists = [answer[key] for key in ("networkInterfaces", "results", "value") if key in answer]
    return case.status == 200 and lists == [[]] and network_of(case).has_bound_nsg


FAULTS: Mapping[str, Callable[[Case], bool]] = {
    "Unknown answered": _answers_unknown,
    "Deny with an Allow rule": _denies_by_an_allow_rule,
    "HTTP 500": _is_http_500,
    "empty answer although an NSG is bound": _is_empty_although_bound,
}
"""Kinds of wrong answers the real service was recorded giving, and how a case shows one."""

_FAULT_WORDS: Mapping[str, tuple[str, ...]] = {
    "Unknown answered": ("unknown",),
    "Deny with an Allow rule": ("deny",),
    "HTTP 500": ("500",),
    "empty answer although an NSG is bound": ("empty", "[]"),
}

_MEANING = frozenset(
    {
        "access",
        "ruleName",
        "name",
        "priority",
        "direction",
        "protocol",
        "nextHopType",
        "nextHopIpAddress",
        "routeTableId",
        "addressPrefix",
        "sourceAddressPrefix",
        "destinationAddressPrefix",
        "sourcePortRange",
        "destinationPortRange",
        "source",
        "state",
        "associationType",
        "resourceId",
    }
)
"""Members that no entry excuses, present or not."""


def _bad_sickbay(path: Path, reason: str) -> TopologySchemaError:
    return TopologySchemaError(
        f"not a sickbay: {reason}.",
        where=Where(str(path)),
        hint="It is a YAML list of {case, reason: fault|superseded, by, note}.",
    )
