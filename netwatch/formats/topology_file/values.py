"""Reading one value of the native topology file: a reader for each sort of value.

A reader takes the plain value that YAML gave and returns the model's, or raises Malformed with every fault in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from netwatch.formats.topology_file.faults import Fault, Malformed, shown, text, wanted
from netwatch.formats.topology_file.open_values import is_open, open_value, or_open
from netwatch.model.addresses import (
    ALL_PORTS,
    Address,
    PortRange,
    Prefix,
    parse_address,
    parse_port_range,
    parse_prefix,
)
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.resources import ServiceEndpoint
from netwatch.model.routes import NextHopType
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Cidr, PortField, ServiceTag
from netwatch.model.unresolved import Unresolved

__all__ = [
    "ANY_ADDRESS",
    "ANY_PORTS",
    "MAX_NAME",
    "NEXT_HOP_TYPES",
    "Fault",
    "Malformed",
    "access",
    "address",
    "addresses",
    "anything",
    "boolean",
    "collection",
    "direction",
    "file_name",
    "filled_collection",
    "firewall_protocol",
    "is_name",
    "location",
    "name",
    "named_members",
    "names_or_collection",
    "next_hop_type",
    "one_of",
    "one_or_list",
    "only_open",
    "port_range",
    "ports",
    "prefix",
    "prefixes",
    "protocol",
    "reference",
    "references_or_collection",
    "route_prefix",
    "service_endpoint",
    "shown",
    "tags",
    "text",
    "whole_number",
]

MAX_NAME = 80
"""Azure's longest name of a network resource (Microsoft documentation, naming rules for Azure resources)."""

NEXT_HOP_TYPES = ("VirtualAppliance", "VirtualApplianceEcmp", "VirtualNetworkGateway", "VnetLocal", "Internet", "None")
"""What a user route may name (Microsoft documentation, virtual network traffic routing)."""

_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

_T = TypeVar("_T")


def is_name(name: str) -> bool:
    """Whether Azure takes ``name``: letters, digits, ``_ . -``; first a letter, digit or ``_``; last neither . nor -.

    Source: Microsoft documentation, naming rules and restrictions for Azure resources.
    """
    return 0 < len(name) <= MAX_NAME and not name.strip(_NAME_CHARACTERS) and not {name[0], name[-1]} & {".", "-"}


def location(value: Any) -> str:
    """A region, by its name or as the portal shows it (``West Europe``)."""
    region = text(value).strip()
    if not region:
        raise wanted("a region", value, "Leave the field out for the default.")
    return region


def name(value: Any) -> str:
    """A name of one word, such as a resource group's; Azure allows parentheses in those."""
    word = text(value)
    if not word or any(character.isspace() or character in "/\\?#%&<>\"'" for character in word):
        raise wanted("a name", value, "A name has no spaces and no slashes.")
    return word


def file_name(value: Any) -> str:
    """The path of a file beside the one that is read."""
    path = text(value)
    if not path.strip():
        raise wanted("the path of a file", value)
    return path


def whole_number(low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers from ``low`` to ``high``, both inside."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            hint = "Write the number without quotes." if isinstance(value, str) and value.isdecimal() else ""
            raise wanted(f"a whole number from {low} to {high}", value, hint)
        return value

    return read


def boolean(value: Any) -> bool:
    """``true`` or ``false``; ``yes``, ``no``, ``on`` and ``off`` are text in YAML 1.2."""
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).lower())
    raise wanted("true or false", value, f"Write {meant}." if meant else "")


def one_of(*words: str) -> Callable[[Any], str]:
    """A reader of one of ``words``, in any case; it returns Azure's spelling."""
    known = {word.lower(): word for word in words}

    def read(value: Any) -> str:
        word = known.get(value.lower()) if isinstance(value, str) else None
        if word is None:
            raise wanted(" or ".join((", ".join(words[:-1]), words[-1])), value, _nearest(value, words))
        return word

    return read


def _nearest(value: Any, words: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    lower = {word.lower(): word for word in words}
    near = get_close_matches(str(value).lower(), lower, n=1)
    return f'Did you mean "{lower[near[0]]}"?' if near else ""


def one_or_list(read: Callable[[Any], _T], *, empty: bool = False) -> Callable[[Any], tuple[_T, ...]]:
    """A reader of one value or a list of them; ``empty`` says whether the list may be empty."""

    def read_all(value: Any) -> tuple[_T, ...]:
        if not isinstance(value, list):
            return (read(value),)
        if not value and not empty:
            raise wanted("one value or a list of them", value, "Leave the field out instead.")
        values, faults = [], []
        for index, item in enumerate(value):
            try:
                values.append(read(item))
            except Malformed as error:
                faults += [fault._replace(steps=(index, *fault.steps)) for fault in error.faults]
        if faults:
            raise Malformed(*faults)
        return tuple(values)

    return read_all


def _parsed(parse: Callable[[str], _T], expected: str) -> Callable[[Any], _T]:
    """A reader that has one of the model's parsers judge the text, and passes its reason on."""

    def read(value: Any) -> _T:
        if isinstance(value, (dict, list, bool)) or value is None:
            raise wanted(expected, value)
        try:
            return parse(str(value))
        except ValueError as error:
            raise Malformed(Fault(f"must be {expected}: {error}".replace("'", '"'))) from None

    return read


def _term(word: str) -> AddressTerm:
    """``*``, an address, a prefix or a service tag; what begins like an address is not taken for a tag."""
    if word == "*" or word.lower() == "any" or word == "0.0.0.0/0":
        return AnyAddress(word)
    if _looks_like_address(word):
        return Cidr(parse_prefix(word), word)
    return ServiceTag(_tag(word))


def _route_prefix(word: str) -> Prefix | ServiceTag:
    return parse_prefix(word, strict=True) if _looks_like_address(word) else ServiceTag(_tag(word))


def _looks_like_address(word: str) -> bool:
    return word[:1].isdecimal() or ":" in word or "/" in word


def _tag(word: str) -> str:
    if not is_name(word):
        raise ValueError(f'"{word}" is none of them')
    return word


def _strict_prefix(word: str) -> Prefix:
    return parse_prefix(word, strict=True)


def _port(word: str) -> tuple[PortRange, str]:
    return parse_port_range(word), word


def address(value: Any) -> Address:
    """One IP address."""
    return _ADDRESS(value)


def prefixes(value: Any) -> tuple[Prefix | Unresolved, ...]:
    """One prefix or a list of them, without bits to the right of its length; any of them may be open."""
    return _PREFIXES(value)


def prefix(value: Any) -> Prefix:
    """One prefix, without bits to the right of its length."""
    return _PREFIX(value)


def route_prefix(value: Any) -> Prefix | ServiceTag:
    """Where a route's packets go: a prefix or a service tag."""
    return _ROUTE_PREFIX(value)


def addresses(value: Any) -> AddressField:
    """A rule's source or destination: one term or a list of them; any of them may be open."""
    return AddressField(_TERMS(value), singular=not isinstance(value, list))


def ports(value: Any) -> PortField:
    """A rule's ports: one range or a list of them; any of them may be open."""
    pairs = [(each, each.text) if isinstance(each, Unresolved) else each for each in _PORTS(value)]
    return PortField(tuple(p for p, _ in pairs), tuple(t for _, t in pairs), singular=not isinstance(value, list))


def port_range(value: Any) -> PortRange:
    """One port or one range of them."""
    return _PORT_RANGE(value)


def protocol(value: Any) -> tuple[Protocol | Unresolved, str]:
    """A rule's protocol, and its spelling in the file; it may be open, and then has none."""
    word = _PROTOCOL(value)
    return (word, "") if isinstance(word, Unresolved) else (Protocol.parse(word), str(value))


def firewall_protocol(value: Any) -> Protocol | Unresolved:
    """What a rule of a firewall is for; it may be open."""
    word = _FIREWALL_PROTOCOL(value)
    return word if isinstance(word, Unresolved) else Protocol.parse(word)


def only_open(value: Any) -> Unresolved:
    """A value that a native file cannot say otherwise than as open."""
    if not is_open(value):
        raise wanted('{unresolved: "why it is not known"}', value)
    return open_value(value)


def access(value: Any) -> Access:
    """Allow or Deny."""
    return Access(_ACCESS(value))


def direction(value: Any) -> Direction:
    """Inbound or Outbound."""
    return Direction(_DIRECTION(value))


def named_members(value: Any) -> dict[str, tuple[str | Unresolved, ...]]:
    """Named lists of references, any of which may be open; one stands for a list of it, nothing for none."""
    found: dict[str, tuple[str | Unresolved, ...]] = {}
    faults: list[Fault] = []
    for key, each in collection(value).items():
        try:
            found[key] = () if each is None else _MEMBERS(each)
        except Malformed as error:
            faults += [fault._replace(steps=(key, *fault.steps)) for fault in error.faults]
    if faults:
        raise Malformed(*faults)
    return found


def next_hop_type(value: Any) -> NextHopType:
    """The next hop type of a user-defined route."""
    return NextHopType(_NEXT_HOP_TYPE(value))


def service_endpoint(value: Any) -> ServiceEndpoint:
    """A service by its name, such as ``Microsoft.Storage``."""
    return ServiceEndpoint(name(value))


def collection(value: Any) -> dict[str, Any]:
    """Named things: a mapping of names to fields."""
    if not isinstance(value, dict):
        raise wanted("a mapping of names to fields", value)
    return value


def filled_collection(value: Any) -> dict[str, Any]:
    """Named things, at least one."""
    if value == {}:
        raise Malformed(Fault("must hold at least one"))
    return collection(value)


def names_or_collection(value: Any) -> dict[str, Any]:
    """Named things that need no fields: a mapping, or a list of names."""
    if not isinstance(value, list):
        return collection(value)
    return dict.fromkeys(_NAMES(value))


def references_or_collection(value: Any) -> tuple[str, ...] | dict[str, Any]:
    """What a field refers to, one or a list of them; or at least one as a key, with fields of its own."""
    if isinstance(value, dict):
        return {reference(key): each for key, each in filled_collection(value).items()}
    return _REFERRED(value)


def tags(value: Any) -> dict[str, str]:
    """Azure's tags: any text for any key; they change no answer."""
    if not isinstance(value, dict):
        raise wanted("a mapping of texts", value)
    return {key: text(each) for key, each in value.items() if each is not None}


def anything(value: Any) -> Any:
    """Left to a reader of its own."""
    return value


def reference(value: Any) -> str:
    """What a field refers to by: a name, ``vnet/subnet`` or an ARM id."""
    word = text(value)
    if not word or any(character.isspace() for character in word):
        raise wanted("a name or an ARM id", value)
    return word


_TERMS = one_or_list(or_open(_parsed(_term, "*, an address, a prefix or a service tag")))
_PORTS = one_or_list(or_open(_parsed(_port, "a port, a range or *")))
_PORT_RANGE = _parsed(parse_port_range, "a port or a range")
_NAMES = one_or_list(name, empty=True)
_PREFIX = _parsed(_strict_prefix, "a prefix")
_PREFIXES = one_or_list(or_open(_PREFIX))
_ADDRESS = _parsed(parse_address, "an IP address")
_PROTOCOL = or_open(one_of("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"))
_FIREWALL_PROTOCOL = or_open(one_of("Tcp", "Udp", "Icmp", "Any"))
_ACCESS = one_of("Allow", "Deny")
_DIRECTION = one_of("Inbound", "Outbound")
_REFERRED = one_or_list(reference)
_MEMBERS = one_or_list(or_open(reference), empty=True)
_NEXT_HOP_TYPE = one_of(*NEXT_HOP_TYPES)
_ROUTE_PREFIX = _parsed(_route_prefix, "a prefix or a service tag")

ANY_ADDRESS = AddressField((AnyAddress(),))
ANY_PORTS = PortField((ALL_PORTS,), ("*",))
