"""Addresses that netwatch assumed: which of them an answer rests on, and whether it would be another one elsewhere.

An input may leave a private address to Azure, which draws one in the subnet when it makes the resource. What is
assumed is the first free one (decision 0007); the answer is asked again for the others that rules or routes tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.errors import NetwatchError
from netwatch.formats.assumed_addresses import usable_addresses
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.rules import Cidr, SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["elsewhere", "of_address", "of_routes", "of_rules", "prefixes_at"]

_MOST = 24
"""How many other addresses are tried: the edges of what rules and routes tell apart inside one subnet."""


def of_address(nic: NetworkInterface, config: IpConfiguration) -> str:
    """The sentence that says that an address is assumed."""
    return f"{config.private_ip} of {nic.id.name} is assumed: a dynamic address that the input does not fix"


def of_routes(topology: Topology, routes: Iterable[EffectiveRoute]) -> Iterator[str]:
    """A sentence for each route that leads to an assumed address, or to where a private endpoint is assumed to be."""
    for route in routes:
        if route.table is not None and topology.notes.assumption(route.table.key, str(route.next_hop_ip)):
            yield f"{route.next_hop_ip}, the next hop of {route.table.name}/{route.name}, is assumed"
        elif route.next_hop_type is NextHopType.INTERFACE_ENDPOINT:
            yield from _endpoint(topology, route)


def _endpoint(topology: Topology, route: EffectiveRoute) -> Iterator[str]:
    for endpoint in topology.private_endpoints.values():
        held = (topology.nics.get(id.key) for id in endpoint.nics if isinstance(id, ResourceId))
        for nic in (each for each in held if each is not None):
            for config in nic.ip_configurations:
                ip = config.private_ip
                if config.assumed and isinstance(ip, Address) and any(each.holds(ip) for each in route.prefixes):
                    yield f"{ip}, the address of private endpoint {endpoint.id.name}, is assumed"


def of_rules(topology: Topology, rules: Iterable[SecurityRule]) -> Iterator[str]:
    """A sentence for each rule that names an assumed address."""
    for rule in rules:
        for term in (*rule.sources.terms, *rule.destinations.terms):
            if isinstance(term, Cidr) and topology.notes.assumption(rule.id.parent.key, term.text):
                yield f"{term.text}, which {rule.id.parent.name}/{rule.name} names, is assumed"


def elsewhere(
    compiled: CompiledTopology,
    config: IpConfiguration,
    ask: Callable[[CompiledTopology, Address], str],
    *,
    prefixes: Iterable[Prefix],
) -> Iterator[str]:
    """One sentence where the answer is another with the address elsewhere in its subnet.

    ``ask`` gives the answer in a few words for a topology in which the address is the given one. ``prefixes`` are
    those of whatever decides it: where none of them parts the subnet, nothing is asked.
    """
    others = _other_addresses(compiled.topology, config, prefixes)
    if not others or not isinstance(config.private_ip, Address):
        return
    here = ask(compiled, config.private_ip)
    for address in others:
        try:
            there = ask(_moved(compiled, config, address), address)
        except NetwatchError:
            continue
        if there != here:
            yield f"had Azure drawn {address} instead, the answer would be {there}"
            return


def prefixes_at(compiled: CompiledTopology, nic: NetworkInterface) -> Iterator[Prefix]:
    """The prefixes that the rules at a NIC name."""
    for binding in (*compiled.admin_bindings(nic), *compiled.bindings(nic)):
        for rule in () if isinstance(binding.nsg, Unresolved) else binding.nsg.nsg.rules:
            for term in (*rule.sources.terms, *rule.destinations.terms):
                if isinstance(term, Cidr):
                    yield term.prefix


def _moved(compiled: CompiledTopology, config: IpConfiguration, address: Address) -> CompiledTopology:
    topology = compiled.topology
    nic = topology.nics[config.id.parent.key]
    configs = tuple(replace(each, private_ip=address) if each is config else each for each in nic.ip_configurations)
    nics = {**topology.nics, nic.id.key: replace(nic, ip_configurations=configs)}
    return CompiledTopology(replace(topology, nics=nics), lambda: compiled.published_tags, ways=lambda: compiled.ways)


def _other_addresses(topology: Topology, config: IpConfiguration, prefixes: Iterable[Prefix]) -> list[Address]:
    """Free addresses of the subnet, one on each side of every edge that a prefix draws in it; none where none does."""
    subnet = topology.subnets.get(getattr(config.subnet, "key", ""))
    own = config.private_ip
    if not isinstance(subnet, Subnet) or not isinstance(own, Address):
        return []
    whole = next((each for each in subnet.prefixes if isinstance(each, Prefix) and each.holds(own)), None)
    inner = [each for each in prefixes if whole is not None and whole.overlaps(each) and not each.holds(whole)]
    if whole is None or not inner:
        return []
    usable = usable_addresses(whole)
    taken = {each.private_ip for nic in topology.nics.values() for each in nic.ip_configurations}
    edges = {edge for each in inner for edge in (each.low - 1, each.low, each.high, each.high + 1)}
    edges |= {usable.start, usable.stop - 1}
    found = [Address(own.version, _nearest_free(edge, usable, taken, own.version)) for edge in sorted(edges)]
    return [each for each in dict.fromkeys(found) if each != own and each.value in usable][:_MOST]


def _nearest_free(value: int, usable: range, taken: Set[object], version: int) -> int:
    """The value itself, or the next one up that is usable and nobody's; itself where there is none near."""
    start = max(value, usable.start)
    near = (start + step for step in range(8))
    return next((each for each in near if each in usable and Address(version, each) not in taken), value)
