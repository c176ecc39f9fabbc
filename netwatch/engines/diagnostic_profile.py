"""A profile of NSG diagnostics, as a person types it, turned into the query that rules are held against at a NIC."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.context_tags import context_tag, context_tag_names
from netwatch.effective.defaults import ANY_PREFIXES
from netwatch.errors import InvalidFlowError
from netwatch.model.addresses import ALL_PORTS, Address, PortRange, Prefix, parse_port_range, parse_prefix
from netwatch.model.flow import Direction, Protocol
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.conditions import AddressSet, DiagnosticQuery

__all__ = ["Profile", "Traffic", "own_address", "query_at", "traffic_of"]

_Parsed = TypeVar("_Parsed")
_PROTOCOLS = (Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.ANY)


class Profile(NamedTuple):
    """The traffic asked about, as a person types it.

    ``source`` and ``destination`` are ``*``, an address, a prefix or a service tag; ``dest_port`` is ``*``, a port or a
    range.
    """

    direction: str
    protocol: str
    source: str
    destination: str
    dest_port: str


class Traffic(NamedTuple):
    """What of a profile means the same at every NIC; for ICMP, ``ports`` are all there are."""

    direction: Direction
    protocol: Protocol
    ports: PortRange


def traffic_of(profile: Profile) -> Traffic:
    """Direction, protocol and destination ports of a profile; InvalidFlowError where one of them is not one.

    Protocols are TCP, UDP, ICMP and ``*``: "Diagnose network security rules" names ICMP, the REST specification the
    other three.
    """
    direction = _parsed(Direction.parse, profile.direction, "`direction`")
    protocol = _parsed(Protocol.parse, profile.protocol, "`protocol`")
    ports = _parsed(parse_port_range, profile.dest_port, "`dest_port`")
    if protocol not in _PROTOCOLS:
        raise InvalidFlowError(
            f"`protocol` {profile.protocol!r} cannot be asked here.", hint="NSG diagnostics takes TCP, UDP, ICMP or *."
        )
    return Traffic(direction, protocol, ALL_PORTS if protocol is Protocol.ICMP else ports)


def _parsed(parse: Callable[[str], _Parsed], text: str, what: str) -> _Parsed:
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidFlowError(f"{what}: {error}.") from None


def own_address(profile: Profile, direction: Direction) -> Address | None:
    """The address at the machine's end of a profile, where it names one."""
    text = profile.destination if direction is Direction.INBOUND else profile.source
    try:
        prefix = parse_prefix(text)
    except ValueError:
        return None
    return prefix.first if prefix.low == prefix.high else None


def query_at(compiled: CompiledTopology, nic: NetworkInterface, profile: Profile) -> DiagnosticQuery:
    """``profile`` as it is held against the rules at ``nic``, where service tags get their prefixes.

    Traffic is of one address family, so each side counts only with the families of the other; where both are open, with
    those of the NIC. Raises InvalidFlowError where a side is neither ``*``, an address, a prefix nor a known tag.
    """
    traffic = traffic_of(profile)
    source = _side(compiled, nic, profile.source, "`source`")
    destination = _side(compiled, nic, profile.destination, "`destination`")
    families = _families(source) & _families(destination)
    if not families:
        raise InvalidFlowError(f"{profile.source} and {profile.destination} are of different families.")
    if len(families) > 1:
        families = _families_of(nic) or families
    return DiagnosticQuery(
        traffic.direction,
        traffic.protocol,
        source.of_families(families),
        destination.of_families(families),
        traffic.ports,
        takes_overlap=compiled.topology.semantics.partial_overlap == "match",
    )


def _families(asked: AddressSet) -> frozenset[int]:
    return frozenset({4, 6} if asked.unresolved else {prefix.version for prefix in asked.prefixes})


def _families_of(nic: NetworkInterface) -> frozenset[int]:
    addresses = (config.private_ip for config in nic.ip_configurations)
    return frozenset(address.version for address in addresses if isinstance(address, Address))


def _side(compiled: CompiledTopology, nic: NetworkInterface, text: str, what: str) -> AddressSet:
    if text.lower() in ("*", "any"):
        return AddressSet(ANY_PREFIXES, is_any=True)
    if text[:1].isalpha() and ":" not in text and "/" not in text:
        return _tag(compiled, nic, text, what)
    try:
        prefix = parse_prefix(text)
    except ValueError as error:
        hint = "Expected *, an address, a prefix such as 10.0.1.0/24, or a service tag."
        raise InvalidFlowError(f"{what}: {error}.", hint=hint) from None
    return AddressSet((prefix,), is_any=prefix.length == 0)


def _tag(compiled: CompiledTopology, nic: NetworkInterface, name: str, what: str) -> AddressSet:
    key = name.lower()
    if key not in (own.lower() for own in context_tag_names()):
        return AddressSet(_published(compiled, name, what), tag=key)
    subnet = compiled.topology.subnet_of(nic)
    if not isinstance(subnet, Subnet):
        return AddressSet((), tag=key, unresolved=(subnet or Unresolved(f"{nic.id.name} stands in no subnet"),))
    expansion = context_tag(name, compiled.topology, subnet)
    assert expansion is not None
    return AddressSet(expansion.prefixes, tag=key, unresolved=expansion.unresolved)


def _published(compiled: CompiledTopology, name: str, what: str) -> tuple[Prefix, ...]:
    published = compiled.published_tags
    found = published.prefixes(name)
    if found is None:
        nearest = published.nearest(name, also=context_tag_names())
        hint = f'Did you mean "{nearest}"?' if nearest else f"It is not among the {published}."
        raise InvalidFlowError(f'{what}: unknown service tag "{name}".', hint=hint)
    return found
