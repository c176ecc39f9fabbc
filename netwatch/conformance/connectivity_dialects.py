"""How connectivity checks used to be written: our body turned into an older shape, one change at a time.

Source of every function: recorded answers of the real service, 2017 to 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = [
    "end_without_resource",
    "links_named_twice",
    "links_of_numbers",
    "reached_destination",
    "resource_internet",
    "source_configuration",
    "source_is_machine",
    "without_back_references",
    "without_link_entries",
    "without_link_types",
    "without_links",
]

Json = Any


def reached_destination(body: Json) -> Json:
    """The Internet reads Destination, and its link has no type."""
    return _each_hop(_each_link(body, _untyped_internet), _internet_as_destination)


def _untyped_internet(link: Json) -> Json:
    return _without(link, "linkType") if link.get("linkType") == "Internet" else link


def _internet_as_destination(hop: Json) -> Json:
    return {**hop, "type": "Destination"} if hop["type"] == "Internet" else hop


def links_named_twice(body: Json) -> Json:
    """Links have ``type`` beside ``linkType``."""
    return _each_link(body, lambda link: {**link, "type": link["linkType"]} if "linkType" in link else link)


def links_of_numbers(body: Json) -> Json:
    """Links have a number as ``type`` and no ``linkType``; the only number on record is 5, Internet."""
    numbers = {"Internet": "5"}

    def numbered(link: Json) -> Json:
        number = numbers.get(link.get("linkType"), link.get("linkType"))
        return {**_without(link, "linkType"), "type": number}

    return _each_link(body, numbered)


def end_without_resource(body: Json) -> Json:
    """The Internet has an empty ``resourceId``."""
    return _each_hop(body, lambda hop: {**hop, "resourceId": ""} if hop["type"] == "Internet" else hop)


def resource_internet(body: Json) -> Json:
    """The Internet has the ``resourceId`` Internet."""
    return _each_hop(body, lambda hop: {**hop, "resourceId": "Internet"} if hop["type"] == "Internet" else hop)


def source_is_machine(body: Json) -> Json:
    """The source hop has the type VirtualMachine."""
    return _each_hop(body, lambda hop: {**hop, "type": "VirtualMachine"} if hop["type"] == "Source" else hop)


def source_configuration(body: Json, configuration: Callable[[str, str], str]) -> Json:
    """The source hop names its ip configuration, not its machine."""
    return _each_hop(
        body,
        lambda hop: (
            {**hop, "resourceId": configuration(hop["resourceId"], hop.get("address", ""))}
            if hop["type"] == "Source"
            else hop
        ),
    )


def without_back_references(body: Json) -> Json:
    """Hops do not name those before them."""
    return _each_hop(body, lambda hop: _without(hop, "previousHopIds", "previousLinks"))


def without_link_types(body: Json) -> Json:
    """Links say where they lead, and nothing else."""
    return _each_link(body, lambda link: _without(link, "linkType", "context", "issues", "resourceId"))


def without_link_entries(body: Json) -> Json:
    """Hops have an empty list of links."""
    return _each_hop(body, lambda hop: {**hop, "links": []})


def without_links(body: Json) -> Json:
    """Hops have no list of links."""
    return _each_hop(body, lambda hop: _without(hop, "links"))


def _each_hop(body: Json, change: Callable[[Json], Json]) -> Json:
    return {**body, "hops": [change(hop) for hop in body["hops"]]}


def _each_link(body: Json, change: Callable[[Json], Json]) -> Json:
    def changed(hop: Json) -> Json:
        links = {key: [change(link) for link in hop[key]] for key in ("links", "previousLinks") if key in hop}
        return {**hop, **links}

    return _each_hop(body, changed)


def _without(members: Json, *names: str) -> Json:
    return {key: value for key, value in members.items() if key not in names}
