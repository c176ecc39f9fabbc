"""The same case on another estate: every name, address, subscription and region another, and the answer's too."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["ESTATES", "lower_case_ids", "other_addresses", "other_names", "other_order", "other_regions"]

Json = Any
Document = dict[str, Json]

_IPV4 = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?:/(\d{1,2}))?(?![\w.])")
_IPV6 = re.compile(r"(?<![\w:])(f[cd][0-9a-f:]+)(?:/(\d{1,3}))?(?![\w:])", re.IGNORECASE)
_BLOCKS = {"10.0.0.0/8": 0x00540000, "172.16.0.0/12": 0x00050000, "192.168.0.0/16": 0x00005400}
_V6_BITS = 0x0054 << 96
_LITERAL = re.compile(r"(?<=')[^']+(?=')|(?<=`\")[^`\"]+(?=\"`)")


def other_addresses(document: Document) -> Document:
    """Private addresses and prefixes moved within their reserved range; how they lie to each other stays the same."""
    return dict(_each_text(document, _moved))


def _moved(text: str) -> str:
    return _IPV6.sub(_moved_v6, _IPV4.sub(_moved_v4, text))


def _moved_v4(match: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv4Address(match[1])
    except ValueError:
        return match[0]
    for block, bits in _BLOCKS.items():
        network = ipaddress.IPv4Network(block)
        if address in network and (match[2] is None or int(match[2]) > network.prefixlen):
            return _written(ipaddress.IPv4Address(int(address) ^ bits), match[2], 32)
    return match[0]


def _moved_v6(match: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv6Address(match[1])
    except ValueError:
        return match[0]
    if match[2] is not None and int(match[2]) <= 16:
        return match[0]
    return _written(ipaddress.IPv6Address(int(address) ^ _V6_BITS), match[2], 128)


def _written(address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: str | None, bits: int) -> str:
    """The prefix with host bits only where the one that was moved had some: a move may set bits beyond the length."""
    if length is None:
        return str(address)
    beyond = (1 << (bits - int(length))) - 1
    moved = _V6_BITS if bits == 128 else next(b for n, b in _BLOCKS.items() if address in ipaddress.IPv4Network(n))
    return f"{type(address)(int(address) ^ (moved & beyond))}/{length}"


_KEPT = frozenset(
    (
        "gatewaysubnet", "azurefirewallsubnet", "azurebastionsubnet", "azurefirewallmanagementsubnet",
        "routeserversubnet", "default", "none", "internet", "user", "source", "active", "inbound", "outbound", "allow",
        "deny", "tcp", "udp", "icmp", "any", "all", "nic", "subnet", "virtualnetwork", "destination",
        "azureloadbalancer", "error", "warning", "local", "connected", "reachable", "unreachable", "mesh",
        "hubandspoke", "allowvnetinbound", "allowazureloadbalancerinbound", "denyallinbound", "allowvnetoutbound",
        "allowinternetoutbound", "denyalloutbound",
    )
)  # fmt: skip
"""Names with a meaning of their own, and names that are spelled as a word of ARM's."""

_NAMED = ("securityRules/", "UserRule_")


def other_names(document: Document) -> Document:
    """Every resource, group and subscription by another name."""
    names = {name.lower(): f"x{len(name)}-{name[::-1].strip('-._')}-{name[:2]}" for name in _names_in(document)}
    names = {name: other for name, other in names.items() if name not in _KEPT}
    return dict(_each_text(document, lambda text: _renamed(text, names)))


def _names_in(document: Document) -> Iterator[str]:
    for text in _texts([document.get("topology"), document.get("request"), document.get("facts")]):
        if text.lower().startswith("/subscriptions/"):
            yield from (part for place, part in _parts(text) if place == "name")


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The segments of an ARM id, each with its place: word, subscription or name."""
    words = text.split("/")
    provider = next((index for index, word in enumerate(words) if word.lower() == "providers"), len(words))
    for index, word in enumerate(words):
        if index == 2:
            yield "subscription", word
        elif word and ((index < provider and index == 4) or (index > provider + 1 and (index - provider) % 2 == 1)):
            yield "name", word
        else:
            yield "word", word


def _renamed(text: str, names: Mapping[str, str]) -> str:
    if text.lower().startswith("/subscriptions/"):
        return "/".join(_other_part(place, part, names) for place, part in _parts(text))
    if text.lower().startswith("microsoft."):
        return text
    for prefix in _NAMED:
        if text.startswith(prefix):
            return prefix + names.get(text.removeprefix(prefix).lower(), text.removeprefix(prefix))
    if any(sign in text for sign in "'`"):
        return _LITERAL.sub(lambda match: _renamed(match[0], names), text)
    return "/".join(names.get(part.lower(), part) for part in text.split("/"))


def _other_part(place: str, part: str, names: Mapping[str, str]) -> str:
    if place == "subscription" and part.strip("0-"):
        return part[::-1]
    return names.get(part.lower(), part) if place == "name" else part


_REGIONS = ("norwayeast", "swedencentral", "japaneast", "uksouth", "eastasia", "canadacentral")


def other_regions(document: Document) -> Document:
    """Every region another; a case whose ranges hang on the region (service endpoints, regional tags) stays."""
    text = json.dumps(document)
    if "serviceEndpoints" in text or re.search(r'"[A-Z][A-Za-z]+\.[A-Z][A-Za-z0-9]+"', text):
        return document
    found = dict.fromkeys(each.replace(" ", "").lower() for each in _regions_in(document))
    others = dict(zip(found, _REGIONS, strict=False))
    return dict(_each_text(document, lambda each: others.get(each.replace(" ", "").lower(), each)))


def _regions_in(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (v for k, v in value.items() if k in ("location", "region") and isinstance(v, str))
        for member in value.values():
            yield from _regions_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _regions_in(member)


def lower_case_ids(document: Document) -> Document:
    """The ids of the network in lower case, those of question and answer as they were."""
    topology = document.get("topology")
    return {**document, "topology": _each_text(topology, lambda t: t.lower() if t.startswith("/subscriptions/") else t)}


def other_order(document: Document) -> Document:
    """The resources of the network the other way round."""
    changed = copy.deepcopy(document)
    resources = (changed.get("topology") or {}).get("resources")
    if isinstance(resources, list):
        resources.reverse()
    return changed


def _each_text(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, dict):
        return {_changed_key(key, change): _each_text(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_each_text(member, change) for member in value]
    return change(value) if isinstance(value, str) else value


def _changed_key(key: str, change: Callable[[str], str]) -> str:
    """Facts have ids for keys."""
    return change(key) if key.startswith("/subscriptions/") else key


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, str):
        yield value


ESTATES = (other_addresses, other_names, other_regions, lower_case_ids, other_order)
