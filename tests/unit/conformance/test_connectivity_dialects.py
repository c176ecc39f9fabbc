"""Connectivity checks as they were written from 2017 on."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Age
from netwatch.conformance.dialects import in_dialect_of


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


def spoken(api_version: str, date: str) -> list[dict[str, Any]]:
    body = today()
    found = in_dialect_of(
        Age(api_version, date),
        "connectivityCheck",
        body,
        ask_rules=lambda nic: {},
        ask_configuration=lambda machine, address: f"{machine}/{address}",
    )
    assert body == today()
    hops: list[dict[str, Any]] = found["hops"]
    return hops


def shape(hops: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Types, the source's and the end's resource, the keys that tell where a link leads, and how many say whence."""
    source, end = hops
    links = [sorted(key for key in each if "ype" in key) for each in source.get("links", ["none"]) if each != "none"]
    is_linked = "links" in source
    return source["type"], source["resourceId"], end["type"], end.get("resourceId"), is_linked, links, len(source)


@pytest.mark.parametrize(
    ("api_version", "date", "expected"),
    [
        ("2022-01-01", "2025-10-08", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2021-02-01", "2021-08-05", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-11-01", "2021-03-26", ("Source", "/vm", "Destination", None, True, [[]], 9)),
        ("2020-07-01", "2021-01-20", ("Source", "/vm", "Destination", None, True, [[]], 9)),
        ("2020-07-01", "2020-12-04", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-05-01", "2020-07-01", ("Source", "/vm", "Internet", None, True, [["linkType"]], 9)),
        ("2020-04-01", "2020-06-02", ("Source", "/vm", "Internet", None, True, [["linkType", "type"]], 9)),
        ("2020-03-01", "2020-04-16", ("Source", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2019-04-01", "2019-09-02", ("Source", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2018-12-01", "2019-04-17", ("VirtualMachine", "/vm", "Internet", "", True, [["linkType", "type"]], 9)),
        ("2018-08-01", "2018-10-02", ("Source", "/vm", "Internet", "", True, [["type"]], 9)),
        ("2018-01-01", "2018-03-13", ("Source", "/vm/10.0.0.4", "Internet", "", True, [[]], 7)),
        ("2017-09-01", "2017-09-19", ("Source", "/vm/10.0.0.4", "Internet", "Internet", True, [], 7)),
        ("2017-03-01", "2019-06-11", ("Source", "/vm/10.0.0.4", "Internet", "Internet", False, [], 6)),
    ],
)
def test_every_shape_on_record(api_version: str, date: str, expected: tuple[Any, ...]) -> None:
    assert shape(spoken(api_version, date)) == expected


def test_the_number_of_a_link_to_the_internet() -> None:
    assert spoken("2018-08-01", "2018-10-02")[0]["links"][0]["type"] == "5"
