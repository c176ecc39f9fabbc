"""Normalisers: what may differ between a recorded answer and ours without either being wrong. Each has a name.

None of them touches access, rule, next hop type, prefix or state. ``noise_routes`` and ``true_subscription`` change the
recorded answer only, ``propagation_flag`` ours only; all others treat both alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from netwatch.conformance.cases import Case, Json
from netwatch.conformance.connectivity_paths import counted_path, has_uncounted_issue, is_by_name
from netwatch.conformance.questions import SCRUBBED, true_subscriptions
from netwatch.model.addresses import Prefix, collapse, parse_prefix

__all__ = ["NORMALISERS", "Normaliser", "Pair", "normalised", "same_ids"]


class Pair(NamedTuple):
    """A recorded answer and ours."""

    expected: Json
    got: Json


class Normaliser(NamedTuple):
    """``name`` and ``why`` for people; ``apply`` returns the pair with the difference that does not count gone."""

    name: str
    why: str
    apply: Callable[[Pair, Case], Pair]


def normalised(pair: Pair, case: Case) -> Pair:
    """The pair with every normaliser applied, in the order of NORMALISERS."""
    for normaliser in NORMALISERS:
        pair = normaliser.apply(pair, case)
    return pair


def same_ids(pair: Pair, case: Case) -> Pair:
    """The pair with only its ids made comparable: what a JMESPath comparison needs."""
    return _id_casing(_true_subscription(pair, case), case)


def _true_subscription(pair: Pair, case: Case) -> Pair:
    subscriptions = true_subscriptions(case)
    if not subscriptions:
        return pair
    pattern = re.compile("(?i)/subscriptions/(" + "|".join(map(re.escape, sorted(subscriptions))) + ")/")
    return Pair(_each_text(pair.expected, lambda text: pattern.sub(f"/subscriptions/{SCRUBBED}/", text)), pair.got)


def _id_casing(pair: Pair, case: Case) -> Pair:
    return _both(pair, lambda body: _each_text(body, _lower_id))


def _lower_id(text: str) -> str:
    return text.lower() if text.lower().startswith("/subscriptions/") else text


def _server_fields(pair: Pair, case: Case) -> Pair:
    return _both(pair, lambda body: _without_keys(body, lambda key, value: key in _SERVER_FIELDS))


def _null_members(pair: Pair, case: Case) -> Pair:
    return _both(pair, lambda body: _without_keys(body, lambda key, value: value is None))


def _empty_plurals(pair: Pair, case: Case) -> Pair:
    return _both(pair, lambda body: _without_keys(body, lambda key, value: key in _PLURALS and value == []))


def _guids_by_position(pair: Pair, case: Case) -> Pair:
    return _both(pair, _number_guids)


def _number_guids(body: Json) -> Json:
    seen: dict[str, str] = {}
    pattern = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

    def numbered(value: Json) -> Json:
        if isinstance(value, list):
            return [numbered(member) for member in value]
        if not isinstance(value, dict):
            return value
        out = {key: numbered(member) for key, member in value.items()}
        if isinstance(out.get("id"), str) and pattern.fullmatch(out["id"]):
            out["id"] = seen.setdefault(out["id"].lower(), f"GUID {len(seen) + 1}")
        return out

    return numbered(body)


def _topology_order(pair: Pair, case: Case) -> Pair:
    return _both(pair, _sorted_topology) if case.operation == "topology" else pair


def _sorted_topology(body: Json) -> Json:
    resources = [
        {**resource, "associations": sorted(_members(resource, "associations"), key=str)}
        if isinstance(resource, dict)
        else resource
        for resource in _members(body, "resources")
    ]
    return {**body, "resources": sorted(resources, key=_id_of)} if isinstance(body, dict) else body


def _id_of(resource: Json) -> str:
    return str(resource.get("id")) if isinstance(resource, dict) else str(resource)


def _route_order(pair: Pair, case: Case) -> Pair:
    if case.operation != "effectiveRouteTable":
        return pair
    return _both(pair, lambda body: _with_members(body, "value", _sorted_routes))


def _sorted_routes(routes: list[Json]) -> list[Json]:
    """The rows in one order, and the prefixes in each row too."""
    rows = [
        {**route, "addressPrefix": sorted(map(str, _members(route, "addressPrefix")))}
        if isinstance(route, dict) and isinstance(route.get("addressPrefix"), list)
        else route
        for route in routes
    ]
    return sorted(rows, key=_route_key)


def _empty_route_members(pair: Pair, case: Case) -> Pair:
    if case.operation != "effectiveRouteTable":
        return pair
    empty = {"hasBgpOverride": False, "tagMap": {}, "destinationServiceTags": []}
    return _both(pair, lambda body: _without_keys(body, lambda key, value: key in empty and value == empty[key]))


def _route_key(route: Json) -> str:
    if not isinstance(route, dict):
        return str(route)
    return str([route.get(key) for key in ("addressPrefix", "source", "nextHopType", "state", "nextHopIpAddress")])


def _effective_rule_order(pair: Pair, case: Case) -> Pair:
    if case.operation != "effectiveNetworkSecurityGroups":
        return pair
    return _both(pair, lambda body: _with_members(body, "value", lambda entries: [_sorted_rules(e) for e in entries]))


def _sorted_rules(entry: Json) -> Json:
    return _with_members(entry, "effectiveSecurityRules", lambda rules: sorted(rules, key=_rule_key))


def _rule_key(rule: Json) -> str:
    return str((rule.get("direction"), rule.get("name"))) if isinstance(rule, dict) else str(rule)


def _propagation_flag(pair: Pair, case: Case) -> Pair:
    """Rows say disableBgpRoutePropagation in newer answers only."""
    if case.operation != "effectiveRouteTable" or _says(pair.expected, "disableBgpRoutePropagation"):
        return pair
    return Pair(pair.expected, _without_keys(pair.got, lambda key, value: key == "disableBgpRoutePropagation"))


def _noise_routes(pair: Pair, case: Case) -> Pair:
    """The recorded answer without the rows that only some subscriptions get, unless we list them too."""
    if case.operation != "effectiveRouteTable":
        return pair
    ours = {_route_key(route) for route in _sorted_routes(_members(pair.got, "value"))}
    ranges = _vnet_ranges(pair.expected)

    def kept(routes: list[Json]) -> list[Json]:
        return [route for route in _sorted_routes(routes) if _route_key(route) in ours or not _is_noise(route, ranges)]

    return Pair(_with_members(pair.expected, "value", kept), pair.got)


def _vnet_ranges(body: Json) -> list[Prefix]:
    rows = [row for row in _members(body, "value") if isinstance(row, dict) and row.get("nextHopType") == "VnetLocal"]
    return [prefix for row in rows for prefix in _prefixes(row.get("addressPrefix"))]


def _is_noise(route: Json, ranges: list[Prefix]) -> bool:
    """Whether a row is a system row outside private space that drops, or the IPv6 default of an IPv4 VNet."""
    if not isinstance(route, dict) or route.get("source") != "Default" or route.get("state") != "Active":
        return False
    prefixes = _prefixes(route.get("addressPrefix"))
    if not prefixes or any(prefix.overlaps(vnet) for prefix in prefixes for vnet in ranges):
        return False
    if route.get("nextHopType") == "None":
        private = [parse_prefix(text) for text in _PRIVATE]
        return not any(prefix.overlaps(block) for prefix in prefixes for block in private)
    is_v6_default = [str(prefix) for prefix in prefixes] == ["::/0"]
    return is_v6_default and route.get("nextHopType") == "Internet" and all(vnet.version == 4 for vnet in ranges)


def _tag_prefixes(pair: Pair, case: Case) -> Pair:
    return _both(pair, _with_sorted_expansions)


def _with_sorted_expansions(body: Json) -> Json:
    """``body`` with every expansion of a tag in one order; the one of Internet as few prefixes, without 25.0.0.0/8."""
    if isinstance(body, list):
        return [_with_sorted_expansions(member) for member in body]
    if not isinstance(body, dict):
        return body
    out = {key: _with_sorted_expansions(value) for key, value in body.items()}
    for side in ("Source", "Destination"):
        key, tag = f"expanded{side}AddressPrefix", str(body.get(f"{side.lower()}AddressPrefix", ""))
        if isinstance(out.get(key), list):
            out[key] = _sorted_expansion(tag, out[key])
    if isinstance(out.get("tagMap"), dict):
        out["tagMap"] = {tag: _sorted_expansion(tag, prefixes) for tag, prefixes in out["tagMap"].items()}
    return out


def _sorted_expansion(tag: str, texts: Json) -> Json:
    prefixes = _prefixes(texts)
    if not isinstance(texts, list) or len(prefixes) != len(texts):
        return texts
    if tag.lower() != "internet":
        return sorted(map(str, prefixes))
    military = parse_prefix("25.0.0.0/8")
    outside = [part for prefix in prefixes for part in _minus(prefix, military)]
    return [str(prefix) for prefix in collapse(outside)]


def _minus(prefix: Prefix, hole: Prefix) -> list[Prefix]:
    """``prefix`` without the addresses of ``hole``."""
    if hole.holds(prefix):
        return []
    if not prefix.overlaps(hole):
        return [prefix]
    half = prefix.length + 1
    bits = 32 if prefix.version == 4 else 128
    low = Prefix(prefix.version, prefix.network, half)
    high = Prefix(prefix.version, prefix.network | 1 << (bits - half), half)
    return [*_minus(low, hole), *_minus(high, hole)]


def _connectivity_paths(pair: Pair, case: Case) -> Pair:
    """Of a connectivity check, what rules and routes decide. A destination by name has an address only there."""
    if case.operation != "connectivityCheck":
        return pair
    named, status = is_by_name(case), not has_uncounted_issue(pair.expected)
    return _both(pair, lambda body: counted_path(body, end_address=not named, status=status))


def _prefixes(texts: Json) -> list[Prefix]:
    """The prefixes ``texts`` spells; none at all when one of them is not a prefix."""
    try:
        return [parse_prefix(text) for text in texts]
    except (TypeError, ValueError, AttributeError):
        return []


def _both(pair: Pair, change: Callable[[Json], Json]) -> Pair:
    return Pair(change(pair.expected), change(pair.got))


def _each_text(body: Json, change: Callable[[str], str]) -> Json:
    if isinstance(body, dict):
        return {key: _each_text(value, change) for key, value in body.items()}
    if isinstance(body, list):
        return [_each_text(value, change) for value in body]
    return change(body) if isinstance(body, str) else body


def _without_keys(body: Json, drop: Callable[[str, Json], bool]) -> Json:
    if isinstance(body, dict):
        return {key: _without_keys(value, drop) for key, value in body.items() if not drop(key, value)}
    return [_without_keys(value, drop) for value in body] if isinstance(body, list) else body


def _says(body: Json, key: str) -> bool:
    if isinstance(body, dict):
        return key in body or any(_says(value, key) for value in body.values())
    return isinstance(body, list) and any(_says(value, key) for value in body)


def _members(body: Json, key: str) -> list[Json]:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, list) else []


def _with_members(body: Json, key: str, change: Callable[[list[Json]], list[Json]]) -> Json:
    """``body`` with ``change`` applied to its list ``key``, as it is where it has no such list."""
    if not isinstance(body, dict) or not isinstance(body.get(key), list):
        return body
    return {**body, key: change(body[key])}


_SERVER_FIELDS = frozenset({"etag", "provisioningState", "resourceGuid", "createdDateTime", "lastModified"})
_PLURALS = frozenset(
    {"sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes"}
)
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")

NORMALISERS: tuple[Normaliser, ...] = (
    Normaliser(
        "true_subscription",
        "a recording scrubbed the subscription of its resources and left the true one in question and answer",
        _true_subscription,
    ),
    Normaliser("id_casing", "ids are equal without regard to case", _id_casing),
    Normaliser(
        "server_fields",
        "etag, provisioningState, resourceGuid, createdDateTime and lastModified are the service's own",
        _server_fields,
    ),
    Normaliser("null_members", "a member that is null and one that is absent mean the same", _null_members),
    Normaliser("empty_plurals", "an empty plural field and an absent one mean the same", _empty_plurals),
    Normaliser("topology_order", "resources and associations of a topology come in no order", _topology_order),
    Normaliser(
        "connectivity_paths",
        "of a connectivity check count the hops by type, resource and address (not the address of a name), edges with "
        "hop ids replaced by position, link types, and the issues NetworkSecurityRule, UserDefinedRoute and "
        "RouteMissing; the status unless an issue that does not count may decide it",
        _connectivity_paths,
    ),
    Normaliser("guids_by_position", "an id that is a bare GUID counts by where it first stands", _guids_by_position),
    Normaliser(
        "effective_rule_order",
        "the rules of an effective network security group were recorded in two orders; priorities say what counts",
        _effective_rule_order,
    ),
    Normaliser(
        "tag_prefixes",
        "the prefixes of a tag are a set; those of Internet a set of addresses, where 25.0.0.0/8 comes and goes",
        _tag_prefixes,
    ),
    Normaliser(
        "propagation_flag",
        "effective routes carry disableBgpRoutePropagation in newer answers only",
        _propagation_flag,
    ),
    Normaliser(
        "noise_routes",
        "some subscriptions also list system routes that drop outside private space (127.0.0.0/8, 25.0.0.0/8, IPv6 "
        "blocks), and the IPv6 default route in an IPv4 VNet",
        _noise_routes,
    ),
    Normaliser(
        "empty_route_members",
        "newer effective routes carry hasBgpOverride, tagMap and destinationServiceTags, which say nothing while false "
        "or empty",
        _empty_route_members,
    ),
    Normaliser(
        "route_order",
        "the longest prefix wins wherever its row stands, and wherever it stands in its row",
        _route_order,
    ),
)
"""Every normaliser, in the order they apply."""
