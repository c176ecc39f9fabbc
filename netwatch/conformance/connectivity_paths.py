"""What counts in a connectivity check: the path it shows, and the rules and routes that stand in its way."""

from __future__ import annotations

from typing import Any

from netwatch.conformance.cases import Case
from netwatch.model.addresses import parse_address

__all__ = ["COUNTED_ISSUES", "counted_path", "has_uncounted_issue", "is_by_name"]

Json = Any

COUNTED_ISSUES = ("NetworkSecurityRule", "UserDefinedRoute", "RouteMissing")
"""Issues that rules and routes decide; all others come from machines, names and the service itself."""

_LINK_MEMBERS = ("linkType", "type", "resourceId")


def is_by_name(case: Case) -> bool:
    """Whether the destination is a name, whose address no input holds."""
    destination = case.request.get("destination")
    address = str(destination.get("address") or "") if isinstance(destination, dict) else ""
    host = address.partition("://")[2].partition("/")[0] or address
    try:
        parse_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False


def has_uncounted_issue(body: Json) -> bool:
    """Whether an issue stands in ``body`` that does not count, so that its status does not count either."""
    return any(issue.get("type") not in COUNTED_ISSUES for hop in _objects(body, "hops") for issue in _issues(hop))


def counted_path(body: Json, *, end_address: bool, status: bool) -> Json:
    """``body`` reduced to what counts: hops by type and resource, edges by position, link types, issues.

    ``end_address``: addresses of hops of type Internet and Destination count. ``status``: connectionStatus does.
    """
    if not isinstance(body, dict) or not isinstance(body.get("hops"), list):
        return body
    places = {str(hop.get("id")): f"hop {number}" for number, hop in enumerate(_objects(body, "hops"), start=1)}
    hops = [_hop(hop, places, end_address=end_address) for hop in _objects(body, "hops")]
    return {"hops": hops, **({"connectionStatus": body.get("connectionStatus")} if status else {})}


def _hop(hop: dict[str, Json], places: dict[str, str], *, end_address: bool) -> Json:
    is_end = hop.get("type") in ("Internet", "Destination")
    out: dict[str, Json] = {key: hop[key] for key in ("type", "resourceId") if key in hop}
    if "address" in hop and (end_address or not is_end):
        out["address"] = hop["address"]
    for key in ("nextHopIds", "previousHopIds"):
        if isinstance(hop.get(key), list):
            out[key] = [places.get(str(id), id) for id in hop[key]]
    for key in ("links", "previousLinks"):
        if isinstance(hop.get(key), list):
            out[key] = [_link(link, places) for link in _objects(hop, key)]
    return {**out, "issues": [issue for issue in _issues(hop) if issue.get("type") in COUNTED_ISSUES]}


def _link(link: dict[str, Json], places: dict[str, str]) -> Json:
    to = link.get("nextHopId")
    return {"nextHopId": places.get(str(to), to), **{key: link[key] for key in _LINK_MEMBERS if key in link}}


def _issues(hop: dict[str, Json]) -> list[dict[str, Json]]:
    return _objects(hop, "issues")


def _objects(body: Json, key: str) -> list[dict[str, Json]]:
    value = body.get(key) if isinstance(body, dict) else None
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []
