"""Connectivity checks as they were written from 2017 on."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Age
from netwatch.conformance.dialects import Asides, in_dialect_of


def link(to: str) -> dict[str, Any]:
    return {"nextHopId": to, "linkType": "Internet", "properties": {}, "context": {}, "issues": [], "resourceId": ""}


def today() -> dict[str, Any]:
    source = {"type": "Source", "id": "a", "address": "10.0.0.4", "resourceId": "/vm", "nextHopIds": ["b"]}
    end = {"type": "Internet", "id": "b", "address": "1.2.3.4", "nextHopIds": [], "links": []}
    return {
        "hops": [
            {**source, "links": [link("b")], "previousHopIds": [], "previousLinks": [], "issues": []},
            {**end, "previousHopIds": ["a"], "previousLinks": [link("a")], "issues": []},
        ]
    }


Shape = tuple[Any, ...]


def recorded(shape: Shape) -> dict[str, Any]:
    """An answer of that shape (see ``shape_of``)."""
    source_type, source_id, end_type, end_id, is_linked, links, count = shape
    source = {"type": source_type, "id": "a", "address": "10.0.0.4", "resourceId": source_id, "nextHopIds": ["b"]}
    end = {"type": end_type, "id": "b", **({} if end_id is None else {"resourceId": end_id})}
    issues: dict[str, Any] = {"issues": []} if count == 9 else {}
    written = [{"nextHopId": "b", **issues, **dict.fromkeys(keys, "5")} for keys in links]
    back: dict[str, Any] = {"previousHopIds": [], "previousLinks": []} if count == 9 else {}
    return {"hops": [{**source, **({"links": written} if is_linked else {}), **back, "issues": []}, {**end, **back}]}


def spoken(api_version: str, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Our hops as ``answer``, of that api-version, is written."""
    body = today()
    found = in_dialect_of(
        Age(api_version, ""),
        "connectivityCheck",
        body,
        recorded=answer,
        asides=Asides(lambda nic: {}, lambda machine, address: f"{machine}/ipConfigurations/{address}"),
    )
    assert body == today()
    hops: list[dict[str, Any]] = found["hops"]
    return hops


def shape_of(hops: list[dict[str, Any]]) -> Shape:
    """Types, the source's and the end's resource, the keys that tell where a link leads, and how many say whence."""
    source, end = hops
    links = [sorted(key for key in each if "ype" in key) for each in source.get("links", ["none"]) if each != "none"]
    is_linked = "links" in source
    return source["type"], source["resourceId"], end["type"], end.get("resourceId"), is_linked, links, len(source)


@pytest.mark.parametrize(
    ("api_version", "shape"),
    [
        ("2022-01-01", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2021-02-01", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-11-01", ("Source", "/vm", "Destination", None, True, [[]], 9)),
        ("2020-07-01", ("Source", "/vm", "Destination", None, True, [[]], 9)),
        ("2020-07-01", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-05-01", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-04-01", ("Source", "/vm", "Internet", None, True, [["linkType", "type"]], 9)),
        ("2020-03-01", ("Source", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2019-04-01", ("Source", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2018-12-01", ("VirtualMachine", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2018-08-01", ("Source", "/vm", "Internet", "", True, [["type"]], 9)),
        ("2018-01-01", ("Source", "/vm/ipConfigurations/10.0.0.4", "Internet", "", True, [[]], 7)),
        ("2017-09-01", ("Source", "/vm/ipConfigurations/10.0.0.4", "Internet", "Internet", True, [], 7)),
        ("2017-03-01", ("Source", "/vm/ipConfigurations/10.0.0.4", "Internet", "Internet", False, [], 6)),
    ],
)
def test_every_shape_on_record(api_version: str, shape: Shape) -> None:
    answer = recorded(shape)
    assert shape_of(answer["hops"]) == shape
    assert shape_of(spoken(api_version, answer)) == shape


def test_an_old_shape_in_a_new_answer_is_not_met() -> None:
    new = ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)
    assert (
        shape_of(spoken("2022-01-01", recorded(("VirtualMachine", "/vm", "Internet", "", True, [["type"]], 9)))) == new
    )


def test_the_number_of_a_link_to_the_internet() -> None:
    answer = recorded(("Source", "/vm", "Internet", "", True, [["type"]], 9))
    assert spoken("2018-08-01", answer)[0]["links"][0]["type"] == "5"
