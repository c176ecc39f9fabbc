"""Case files: one question Azure was asked, its answer, and the resources it was asked about.

A case is a JSON object::

    {"operation": "ipFlowVerify", "apiVersion": "2022-01-01", "method": "POST", "url": "/subscriptions/…/ipFlowVerify",
     "targetResourceId": "…", "request": {…}, "status": 200, "response": {…},
     "topology": {"resources": [ARM resources]}, "replayable": true,
     "source": {…, "grade": "recorded" | "documented" | "confirmed" | "lab" | "contested"},
     "compare": [JMESPath, …]?, "facts": {…}?, "why": "…"?}

A case of netwatch's own question liveFlow has ``"after": {"resources": […]}`` besides: the resources that changed.
Whatever else it holds is kept and not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.errors import TopologyError, TopologySchemaError, TopologySyntaxError
from netwatch.model.where import Where

if TYPE_CHECKING:
    from netwatch.model.topology import Topology

__all__ = ["NO_OPERATION", "Age", "Case", "Json", "age_of", "find_cases", "read_case", "topology_after", "topology_of"]

Json = Any

NO_OPERATION = "(not a case)"
"""The operation of a file that is not a case."""

_DATES_INSIDE = ("createdDateTime",)


class Age(NamedTuple):
    """How old an answer is: its api-version, and the date it was given (or, failing that, first published).

    Both are ISO dates or empty, so plain text comparison orders them. Ages sort by api-version first.
    """

    api_version: str
    date: str


class Case(NamedTuple):
    """One case file; ``name`` is its path below the directory replayed, with forward slashes.

    ``problem`` says why the file is not a case; then all else is empty, and the operation reads NO_OPERATION.
    """

    name: str
    path: Path
    operation: str
    request: Mapping[str, Json]
    status: int
    response: Json
    resources: list[Json]
    document: Mapping[str, Json]
    problem: str = ""

    @property
    def compare(self) -> tuple[str, ...]:
        return tuple(self.document.get("compare") or ())

    @property
    def grade(self) -> str:
        """The word the case gives for how well its answer is known; empty where it gives none."""
        source = self.document.get("source")
        return str(source.get("grade", "")) if isinstance(source, dict) else ""

    @property
    def not_replayable_because(self) -> str:
        """Why the case cannot be asked again or counted; empty when it can."""
        if self.problem:
            return self.problem
        replayable = self.document.get("replayable")
        if replayable is not True:
            return f"replayable is {json.dumps(replayable)}"
        return "contested: the sources disagree" if self.grade == "contested" else ""


def find_cases(directory: Path) -> Iterator[Case]:
    """Every .json file below ``directory``, by path; one that is not a case is given with its ``problem``.

    TopologySyntaxError when there is no such directory; what ``read_case`` raises when not one file is a case.
    """
    if not directory.is_dir():
        raise TopologySyntaxError(f"{directory} is not a directory.", hint="Name a directory that holds case files.")
    paths = sorted(directory.rglob("*.json"))
    cases = [_read_or_explain(path, path.relative_to(directory).as_posix()) for path in paths]
    if cases and all(case.problem for case in cases):
        read_case(paths[0], cases[0].name)
    yield from cases


def _read_or_explain(path: Path, name: str) -> Case:
    try:
        return read_case(path, name)
    except TopologyError as error:
        return Case(name, path, NO_OPERATION, {}, 0, None, [], {}, problem=error.message)


def read_case(path: Path, name: str) -> Case:
    """The case in ``path``; TopologySyntaxError or TopologySchemaError, with its place, when it is not one."""
    document = _read_object(path)
    if not isinstance(document.get("operation"), str):
        raise _not_a_case(path, "it names no operation")
    topology, request = document.get("topology") or {}, document.get("request") or {}
    if not isinstance(topology, dict) or not isinstance(topology.get("resources", []), list):
        raise _not_a_case(path, "topology.resources is not a list")
    if not isinstance(request, dict):
        raise _not_a_case(path, "request is not an object")
    compare = document.get("compare") or []
    if not isinstance(compare, list) or not all(isinstance(expression, str) for expression in compare):
        raise _not_a_case(path, "compare is not a list of JMESPath expressions")
    if not _is_number(document.get("status", 200)):
        raise _not_a_case(path, "status is not a number")
    return Case(
        name=name,
        path=path,
        operation=document["operation"],
        request=request,
        status=int(document.get("status", 200)),
        response=document.get("response"),
        resources=topology.get("resources", []),
        document=document,
    )


def age_of(case: Case) -> Age:
    """How old the answer of ``case`` is: dates inside the answer come before the date it was published."""
    source = case.document.get("source")
    published = source.get("commit_date", "") if isinstance(source, dict) else ""
    inside = case.response if isinstance(case.response, dict) else {}
    given = next((str(inside[key]) for key in _DATES_INSIDE if inside.get(key)), str(published))
    return Age(api_version=_api_version(case.document), date=given[:10])


def _api_version(document: Mapping[str, Json]) -> str:
    """The api-version as the case names it, or else as the question's URL does; empty where neither says."""
    if document.get("apiVersion"):
        return str(document["apiVersion"])
    return str(document.get("url") or "").partition("api-version=")[2].partition("&")[0]


def topology_of(case: Case) -> Topology:
    """The network of ``case``; a reference whose target was not recorded is Unresolved. Raises TopologyError."""
    from netwatch.formats import load

    return load(case.path, dangling="unresolved")


def topology_after(case: Case) -> Topology:
    """The network of ``case`` when the resources under ``after`` have taken the place of those of their ids."""
    from tempfile import TemporaryDirectory

    from netwatch.formats import load

    after = (case.document.get("after") or {}).get("resources") or []
    changed = {str(each.get("id")).lower(): each for each in after if isinstance(each, dict)}
    resources = [changed.get(str(each.get("id")).lower(), each) for each in case.resources if isinstance(each, dict)]
    with TemporaryDirectory() as directory:
        path = Path(directory) / case.path.name
        path.write_text(json.dumps({**case.document, "topology": {"resources": resources}}), encoding="utf-8")
        return load(path, dangling="unresolved")


def _read_object(path: Path) -> dict[str, Json]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise TopologySyntaxError(
            f"it is not JSON: {reason}.", where=Where(str(path)), hint="Every .json file below the directory is a case."
        ) from None
    if not isinstance(document, dict):
        raise _not_a_case(path, "it is not a JSON object")
    return document


def _is_number(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _not_a_case(path: Path, reason: str) -> TopologySchemaError:
    return TopologySchemaError(
        f"not a case file: {reason}.",
        where=Where(str(path)),
        hint="A case needs operation, request, status, response and topology.resources.",
    )
