"""From an ARM request to the NetworkWatcher method that answers it, with its arguments as a person would type them.

``QUESTIONS`` is the whole table: an operation that is not in it is one netwatch does not replay yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from netwatch.conformance.cases import Case, Json, topology_after
from netwatch.engines.diagnostic_profile import Profile
from netwatch.errors import InvalidFlowError

__all__ = ["QUESTIONS", "SCRUBBED", "Question", "true_subscriptions"]

SCRUBBED = "00000000-0000-0000-0000-000000000000"
"""What recordings write in place of a subscription that should not be seen."""


class Question(NamedTuple):
    """A call of a NetworkWatcher method: its name, its first argument where it has one, and its keyword arguments."""

    method: str
    target: str | None
    arguments: Mapping[str, object]


def true_subscriptions(case: Case) -> frozenset[str]:
    """Subscriptions (lower case) that the question names where the topology was scrubbed; empty where it was not.

    A topology counts as scrubbed when ids of its resources stand in the all-zero subscription; the question's is the
    true one of these when no resource stands in it.
    """
    held = {_subscription(str(resource.get("id", ""))) for resource in case.resources if isinstance(resource, dict)}
    if SCRUBBED not in held:
        return frozenset()
    asked = {_subscription(text) for text in _texts([case.request, case.document.get("targetResourceId")])}
    return frozenset(asked - held - {""})


def _ip_flow_verify(case: Case) -> Question:
    return Question(
        "ip_flow_verify",
        _target(case),
        {
            "direction": _text(case, "direction"),
            "protocol": _text(case, "protocol"),
            "local": _endpoint(_text(case, "localIPAddress"), _text(case, "localPort")),
            "remote": _endpoint(_text(case, "remoteIPAddress"), _text(case, "remotePort")),
            "nic": _id(case, _text(case, "targetNicResourceId")),
        },
    )


def _live_flow(case: Case) -> Question:
    """netwatch's own question: the flow of an ipFlowVerify request, and what of the network changed."""
    from netwatch.watcher import NetworkWatcher

    asked = _ip_flow_verify(case)
    arguments = {**asked.arguments, "after": NetworkWatcher(topology_after(case)), "vm": asked.target}
    return Question("live_flow", None, arguments)


def _next_hop(case: Case) -> Question:
    return Question(
        "next_hop",
        _target(case),
        {
            "source_ip": _text(case, "sourceIPAddress"),
            "dest_ip": _text(case, "destinationIPAddress"),
            "nic": _id(case, _text(case, "targetNicResourceId")),
        },
    )


def _security_group_view(case: Case) -> Question:
    return Question("security_group_view", _target(case), {})


def _effective_rules(case: Case) -> Question:
    return Question("effective_rules", _nic(case), {})


def _effective_routes(case: Case) -> Question:
    return Question("effective_routes", _nic(case), {})


def _topology(case: Case) -> Question:
    group = _text(case, "targetResourceGroupName")
    if group:
        region = _watched_region(case)
        return Question("topology", None, {"resource_group": group} | ({"location": region} if region else {}))
    for key, argument in (("targetVirtualNetwork", "vnet"), ("targetSubnet", "subnet")):
        target = _field(case.request, key)
        if isinstance(target, dict):
            return Question("topology", None, {argument: _id(case, str(_field(target, "id") or ""))})
    raise InvalidFlowError("the request names no resource group, virtual network or subnet.")


def _watched_region(case: Case) -> str:
    """The region of the watcher that was asked, where the topology holds it; empty elsewhere."""
    watcher = str(case.document.get("url", "")).partition("?")[0].rstrip("/").rpartition("/")[0].lower()
    held = (each for each in case.resources if isinstance(each, dict) and str(each.get("id", "")).lower() == watcher)
    return str(next(held, {}).get("location", ""))


def _nsg_diagnostics(case: Case) -> Question:
    """All profiles of the request at once; it called them queries in 2018."""
    profiles = _field(case.request, "profiles") or _field(case.request, "queries")
    if not isinstance(profiles, list) or not profiles or not all(isinstance(each, dict) for each in profiles):
        raise InvalidFlowError("the request has no profile.")
    asked = [Profile(*(str(_field(each, name) or "") for name in _PROFILE)) for each in profiles]
    return Question(
        "network_configuration_diagnostic",
        _target(case),
        {"profiles": asked, "verbosity": _text(case, "verbosityLevel")},
    )


_PROFILE = ("direction", "protocol", "source", "destination", "destinationPort")


def _connectivity_check(case: Case) -> Question:
    """The destination's resource goes before its address; a protocol left out is Tcp."""
    source, destination = _field(case.request, "source"), _field(case.request, "destination")
    if not isinstance(source, dict) or not isinstance(destination, dict):
        raise InvalidFlowError("the request names no source or no destination.")
    port = _field(destination, "port")
    return Question(
        "connectivity_check",
        _id(case, str(_field(source, "resourceId") or "")),
        {
            "dest": _id(case, str(_field(destination, "resourceId") or _field(destination, "address") or "")),
            "dest_port": int(port) if str(port or "").isdigit() else 0,
            "protocol": _text(case, "protocol") or "Tcp",
        },
    )


QUESTIONS: Mapping[str, Callable[[Case], Question]] = {
    "ipFlowVerify": _ip_flow_verify,
    "liveFlow": _live_flow,
    "connectivityCheck": _connectivity_check,
    "networkConfigurationDiagnostic": _nsg_diagnostics,
    "nextHop": _next_hop,
    "securityGroupView": _security_group_view,
    "effectiveNetworkSecurityGroups": _effective_rules,
    "effectiveRouteTable": _effective_routes,
    "topology": _topology,
}


def _target(case: Case) -> str:
    return _id(case, _text(case, "targetResourceId") or str(case.document.get("targetResourceId") or ""))


def _nic(case: Case) -> str:
    """The NIC of an operation that is a POST on the NIC itself: its id stands in the URL and nowhere in the body."""
    target = case.document.get("targetResourceId")
    return _id(case, str(target or str(case.document.get("url", "")).split("?")[0].rsplit("/", 1)[0]))


def _id(case: Case, text: str) -> str:
    """``text`` as the topology spells it: where that was scrubbed, the subscription is too."""
    for subscription in true_subscriptions(case):
        text = re.sub(f"(?i)/subscriptions/{re.escape(subscription)}/", f"/subscriptions/{SCRUBBED}/", text)
    return text


def _text(case: Case, name: str) -> str:
    value = _field(case.request, name)
    return "" if value is None else str(value)


def _field(request: Mapping[str, Json], name: str) -> Json:
    """The member ``name`` in any casing (the documentation of 2017 writes targetNICResourceId); None without it."""
    return next((value for key, value in request.items() if key.lower() == name.lower()), None)


def _endpoint(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _subscription(text: str) -> str:
    parts = text.lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for member in value.values() for text in _texts(member)]
    if isinstance(value, list):
        return [text for member in value for text in _texts(member)]
    return [value] if isinstance(value, str) else []
