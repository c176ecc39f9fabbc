"""Functions on address ranges. Source: "CIDR functions for ARM templates"."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from netwatch.formats.arm_template.function_kind import Function

__all__ = ["ADDRESS_FUNCTIONS"]


def _network(text: Any) -> IPv4Network | IPv6Network:
    if not isinstance(text, str) or "/" not in text:
        raise ValueError(f"{str(text)[:40]!r} is not a prefix")
    return ip_network(text, strict=False)


def _parse_cidr(args: list[Any]) -> dict[str, Any]:
    """``firstUsable`` and ``lastUsable`` leave out the network and the broadcast address of an IPv4 range."""
    net = _network(args[0])
    edge = 1 if net.version == 4 and net.prefixlen < 31 else 0
    broadcast = {"broadcast": str(net.broadcast_address)} if net.version == 4 else {}
    return {
        "network": str(net.network_address),
        "netmask": str(net.netmask),
        **broadcast,
        "firstUsable": str(net.network_address + edge),
        "lastUsable": str(net.broadcast_address - edge),
        "cidr": net.prefixlen,
    }


def _cidr_subnet(args: list[Any]) -> str:
    """The part number ``args[2]``, from 0, of the range cut into parts of prefix length ``args[1]``."""
    net, length, index = _network(args[0]), args[1], args[2]
    if not net.prefixlen <= length <= net.max_prefixlen:
        raise ValueError(f"{net} cannot be cut into parts of length {length}")
    if not 0 <= index < 1 << (length - net.prefixlen):
        raise ValueError(f"{net} has no part {index} of length {length}")
    start = net.network_address + (index << (net.max_prefixlen - length))
    return f"{start}/{length}"


def _cidr_host(args: list[Any]) -> str:
    """The usable host number ``args[1]``, from 0: ``cidrHost('10.0.0.0/24', 0)`` is 10.0.0.1."""
    net, index = _network(args[0]), args[1]
    if not 0 <= index < net.num_addresses - 2:
        raise ValueError(f"{net} has no host {index}")
    return str(net.network_address + 1 + index)


ADDRESS_FUNCTIONS: Mapping[str, Function] = {
    "cidrHost": Function(_cidr_host, 2, 2),
    "cidrSubnet": Function(_cidr_subnet, 3, 3),
    "parseCidr": Function(_parse_cidr, 1, 1),
}
"""By name."""
