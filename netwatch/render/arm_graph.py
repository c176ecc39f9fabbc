"""ARM's bodies for what is connected: topology and connectivityCheck."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from netwatch.model.answers import Association, ConnectivityCheckAnswer, Hop, Issue, Link, TopologyAnswer

__all__ = ["NO_CLOCK", "connectivity_check", "topology"]

Body = dict[str, Any]

NO_CLOCK = "1970-01-01T00:00:00.0000000Z"
"""The times of a topology answer: netwatch has no clock, so that equal inputs give equal bodies."""

_NAMESPACE = uuid5(NAMESPACE_URL, "https://schema.management.azure.com/netwatch")


def topology(answer: TopologyAnswer) -> Body:
    """The body of topology, shape of 2023 and later (resources without ``properties``)."""
    resources = [
        {
            "name": resource.id.name,
            "id": resource.id.text,
            "location": resource.location,
            "associations": [_association(association) for association in resource.associations],
        }
        for resource in answer.resources
    ]
    keys = " ".join(resource.id.key for resource in answer.resources)
    guid = str(_guid(f"topology {answer.scope.lower()} {keys}"))
    return {"id": guid, "createdDateTime": NO_CLOCK, "lastModified": NO_CLOCK, "resources": resources}


def _association(association: Association) -> Body:
    return {
        "name": association.id.name,
        "resourceId": association.id.text,
        "associationType": association.kind,
    }


def _guid(text: str) -> UUID:
    return uuid5(_NAMESPACE, text)


def connectivity_check(answer: ConnectivityCheckAnswer) -> Body:
    """The body of connectivityCheck, shape of 2025: latencies only when reached, and an empty ``errors``."""
    ids = [str(_guid(f"hop {index} {_spelled(answer)}")) for index in range(len(answer.hops))]
    return {
        "hops": [_hop(answer, index, ids) for index in range(len(answer.hops))],
        "connectionStatus": answer.status,
        **_latencies(answer),
        "probesSent": answer.probes_sent,
        "probesFailed": answer.probes_failed,
        "errors": {},
    }


def _spelled(answer: ConnectivityCheckAnswer) -> str:
    """The path in words, from which hop ids are worked out."""
    return " ".join(f"{hop.type} {hop.address} {hop.resource.key if hop.resource else ''}" for hop in answer.hops)


def _latencies(answer: ConnectivityCheckAnswer) -> Body:
    if answer.avg_latency_ms is None:
        return {}
    return {
        "avgLatencyInMs": answer.avg_latency_ms,
        "minLatencyInMs": answer.min_latency_ms,
        "maxLatencyInMs": answer.max_latency_ms,
    }


def _hop(answer: ConnectivityCheckAnswer, index: int, ids: list[str]) -> Body:
    """One hop; ``address`` and ``resourceId`` stand only where they are known (recorded, 2020 to 2025)."""
    hop = answer.hops[index]
    out: Body = {"type": hop.type, "id": ids[index]}
    out |= {"address": _address(hop)} if _address(hop) else {}
    out |= {"resourceId": hop.resource.text} if hop.resource is not None else {}
    before = [(at, link) for at, hop in enumerate(answer.hops) for link in hop.links if link.to == index]
    return out | {
        "nextHopIds": [ids[link.to] for link in hop.links],
        "links": [_link(link, ids[link.to], _round_trip(link)) for link in hop.links],
        "previousHopIds": [ids[at] for at, _ in before],
        "previousLinks": [_link(link, ids[at], {}) for at, link in before],
        "issues": [_issue(issue) for issue in hop.issues],
    }


def _address(hop: Hop) -> str:
    """Its address; a destination that is only a name stands by its name, as recorded."""
    if hop.address is not None:
        return str(hop.address)
    return hop.name if hop.type == "Destination" else ""


def _round_trip(link: Link) -> Body:
    """The round trip of a link, seen from its near end only (recorded); empty where nothing is known of it."""
    if link.round_trip is None:
        return {}
    return {
        "roundTripTimeMin": link.round_trip.min_ms,
        "roundTripTimeAvg": link.round_trip.avg_ms,
        "roundTripTimeMax": link.round_trip.max_ms,
    }


def _link(link: Link, to: str, properties: Body) -> Body:
    """A link as seen from one of its ends; ``to`` is the hop at the other end. No type means no ``linkType``."""
    typed: Body = {"linkType": link.link_type} if link.link_type else {}
    resource = link.resource.text if link.resource is not None else ""
    return {
        "nextHopId": to,
        **typed,
        "properties": properties,
        "context": {},
        "issues": [],
        "resourceId": resource,
    }


def _issue(issue: Issue) -> Body:
    return {
        "origin": issue.origin,
        "severity": issue.severity,
        "type": issue.type,
        "context": [{"key": key, "value": value} for key, value in issue.context],
    }
