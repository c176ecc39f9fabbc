"""The sorts of value in the native topology file, for pydantic: the reader's own judgement, and what JSON Schema says.

A JSON Schema cannot say that a prefix has no bits to the right of its length, that a port range runs forwards, or how
IPv6 is spelled: there it lets pass what the reader refuses. It never refuses what the reader accepts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, WithJsonSchema

from netwatch.formats.topology_file import values as read
from netwatch.formats.topology_file.admin_values import SCOPES, admin_access, admin_protocol, scope
from netwatch.formats.topology_file.allowed_values import (
    BALANCED_PROTOCOLS,
    BALANCER_SKUS,
    CONNECTION_STATUSES,
    CONNECTION_TYPES,
    CONNECTIVITY,
    GATEWAY_TYPES,
    GROUP_CONNECTIVITY,
    INTENT_POLICIES,
    MAX_FLOW_TIMEOUT,
    MAX_PORT,
    MAX_PRIORITY,
    MIN_ADMIN_PRIORITY,
    MIN_FLOW_TIMEOUT,
    MIN_PRIORITY,
    PEERING_STATES,
    POLICY_DESTINATIONS,
    PRIVATE_ENDPOINT_POLICIES,
    PROBE_PROTOCOLS,
    SKUS,
    VERSION,
    WAN_TYPES,
)
from netwatch.formats.topology_file.id_values import references_by_id
from netwatch.formats.topology_file.open_values import EXPRESSION, UNRESOLVED, open_value, or_open
from netwatch.formats.topology_file.semantics import read_semantics
from netwatch.model.semantics import SWITCHES

__all__ = [
    "ADDRESS",
    "NAME",
    "NAMES",
    "OPEN",
    "PREFIX",
    "Access",
    "Address",
    "Addresses",
    "AdminAccess",
    "AdminPriority",
    "AdminProtocol",
    "ApplianceAddresses",
    "BalancedProtocol",
    "BalancerSku",
    "Boolean",
    "ConnectionStatus",
    "ConnectionType",
    "Connectivity",
    "Direction",
    "FileName",
    "FirewallAccess",
    "FirewallProtocols",
    "FlowTimeout",
    "GatewayType",
    "GroupConnectivity",
    "GroupReferences",
    "IntentPolicies",
    "Json",
    "ListedName",
    "Named",
    "NamedMembers",
    "NextHopType",
    "OnePrefix",
    "OptionalReferences",
    "OptionalTexts",
    "Part",
    "Parts",
    "PeeringState",
    "PlainAddresses",
    "Policies",
    "PolicyDestinations",
    "PortNumber",
    "PortOrZero",
    "PortRange",
    "Ports",
    "Prefixes",
    "Priority",
    "ProbeProtocol",
    "Protocol",
    "Readings",
    "Reason",
    "Reference",
    "References",
    "ReferencesById",
    "Referred",
    "Region",
    "RoutePrefix",
    "Scopes",
    "ServiceEndpoints",
    "Sku",
    "Tags",
    "Text",
    "Texts",
    "Version",
    "WanType",
    "Word",
    "Words",
    "any_case",
    "one_or_list",
]

Json = dict[str, Any]

_Thing = TypeVar("_Thing")


OPEN: Json = {
    "type": "object",
    "properties": {
        UNRESOLVED: {"type": ["string", "integer"], "pattern": r"\S"},
        EXPRESSION: {"type": ["string", "integer", "null"]},
    },
    "required": [UNRESOLVED],
    "additionalProperties": False,
}
"""An open value in a field; in the whole schema a reference to its one description stands for it."""


def _or_open(item: Json) -> Json:
    return {"anyOf": [*(item["anyOf"] if set(item) == {"anyOf"} else [item]), OPEN]}


def one_or_list(item: Json, *, least: int = 1) -> Json:
    """The schema of one such value or a list of them."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": least}]}


def any_case(words: Sequence[str]) -> str:
    """A pattern for any of ``words`` in any case; JSON Schema has no flag for that."""
    spelled = ("".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in word) for word in words)
    return f"^({'|'.join(spelled)})$"


def _words(*words: str) -> Json:
    """One of some words in any case; the enum is what an editor offers."""
    return {"anyOf": [{"enum": list(words)}, {"type": "string", "pattern": any_case(words)}]}


_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_V4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_V6 = "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*"
_PORT = r"\s*0*(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})\s*"

ADDRESS = f"^({_V4}|{_V6})$"
PREFIX = f"^({_V4}(/(3[0-2]|[12]?[0-9]))?|{_V6}(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$"
NAME = f"^[A-Za-z0-9_]([A-Za-z0-9_.-]{{0,{read.MAX_NAME - 2}}}[A-Za-z0-9_])?$"
NAMES: Json = {"propertyNames": {"pattern": NAME}}

_WORD: Json = {"type": ["string", "integer"], "pattern": r"""^[^\s/\\?#%&<>"']+$"""}
_REFERENCE: Json = {"type": ["string", "integer"], "pattern": r"^\S+$"}
_PREFIX: Json = {"type": "string", "pattern": PREFIX}
_ADDRESS: Json = {"type": "string", "pattern": ADDRESS}
_TAG: Json = {"type": "string", "pattern": NAME.replace("0-9_](", "_](", 1)}
_TERM: Json = {"anyOf": [{"enum": ["*", "Internet", "VirtualNetwork", "AzureLoadBalancer"]}, _PREFIX, _TAG]}
_NUMBERED: Json = {"type": "integer", "minimum": 0, "maximum": 65535}
_PORTS: Json = {"anyOf": [_NUMBERED, {"type": "string", "pattern": rf"^(\*|{_PORT}(-{_PORT})?)$"}]}


_DIGITS: Json = {"type": ["string", "integer"], "minimum": 0}


def _readings() -> Json:
    """The readings of every switch, with the question each of them answers."""
    switches = {
        name: {"description": switch.question, "anyOf": [*_words(*switch.readings)["anyOf"], {"type": "null"}]}
        for name, switch in SWITCHES.items()
    }
    return {"type": "object", "additionalProperties": False, "properties": switches}


def _named(things: dict[str, _Thing]) -> dict[str, _Thing]:
    for name in things:
        if not read.is_name(name):
            raise ValueError(f"{name!r} is not a name that Azure takes")
    return things


def _referred(things: dict[str, _Thing]) -> dict[str, _Thing]:
    return {read.reference(key): each for key, each in things.items()}


Referred = Annotated[
    dict[str, _Thing],
    AfterValidator(_referred),
    Field(min_length=1, json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": r"^\S+$"}}),
]
"""At least one thing, each under what refers to it."""

Named = Annotated[dict[str, _Thing], AfterValidator(_named)]
"""Named things; a field of this sort says NAMES too, since a dict's schema does not speak of its keys."""


def _name(value: Any) -> str:
    return next(iter(_named({read.name(value): None})))


def _named_members(value: Any) -> dict[str, tuple[Any, ...]]:
    return _named(read.named_members(value))


def _named_lists(item: Json) -> Json:
    lists = {"anyOf": [*one_or_list(item, least=0)["anyOf"], {"type": "null"}]}
    return {"type": "object", "additionalProperties": lists, **NAMES}


def _reason(value: Any) -> str:
    return open_value({UNRESOLVED: value}).reason


def _scope() -> Json:
    starts = ("".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in s) for s in SCOPES)
    return {"type": "string", "pattern": rf"^({'|'.join(starts)})[^/\s]+$"}


ListedName = Annotated[Any, AfterValidator(_name), WithJsonSchema({**_DIGITS, "pattern": NAME})]
Reason = Annotated[Any, AfterValidator(_reason), WithJsonSchema(OPEN["properties"][UNRESOLVED])]
Text = Annotated[Any, AfterValidator(read.text), WithJsonSchema({"type": ["string", "integer"]})]
Word = Annotated[Any, AfterValidator(read.name), WithJsonSchema(_WORD)]
FileName = Annotated[
    Any, AfterValidator(read.file_name), WithJsonSchema({"type": ["string", "integer"], "pattern": r"\S"})
]
Region = Annotated[
    Any, AfterValidator(read.location), WithJsonSchema({"type": ["string", "integer"], "pattern": r"\S"})
]
Tags = Annotated[
    Any,
    AfterValidator(read.tags),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}}),
]
Boolean = Annotated[Any, AfterValidator(read.boolean), WithJsonSchema({"type": "boolean"})]
Version = Annotated[Any, AfterValidator(read.whole_number(VERSION, VERSION)), WithJsonSchema({"const": VERSION})]
Priority = Annotated[
    Any,
    AfterValidator(or_open(read.whole_number(MIN_PRIORITY, MAX_PRIORITY))),
    WithJsonSchema(_or_open({"type": "integer", "minimum": MIN_PRIORITY, "maximum": MAX_PRIORITY})),
]
FlowTimeout = Annotated[
    Any,
    AfterValidator(read.whole_number(MIN_FLOW_TIMEOUT, MAX_FLOW_TIMEOUT)),
    WithJsonSchema({"type": "integer", "minimum": MIN_FLOW_TIMEOUT, "maximum": MAX_FLOW_TIMEOUT}),
]
Readings = Annotated[Any, AfterValidator(read_semantics), WithJsonSchema(_readings())]
Reference = Annotated[Any, AfterValidator(or_open(read.reference)), WithJsonSchema(_or_open(_REFERENCE))]
References = Annotated[Any, AfterValidator(read.one_or_list(read.reference)), WithJsonSchema(one_or_list(_REFERENCE))]
Words = Annotated[
    Any,
    AfterValidator(read.one_or_list(read.reference, empty=True)),
    WithJsonSchema(one_or_list(_REFERENCE, least=0)),
]
GroupReferences = Annotated[
    Any,
    AfterValidator(read.one_or_list(or_open(read.reference))),
    WithJsonSchema(one_or_list(_or_open(_REFERENCE))),
]
OptionalReferences = Annotated[
    Any,
    AfterValidator(read.one_or_list(or_open(read.reference), empty=True)),
    WithJsonSchema(one_or_list(_or_open(_REFERENCE), least=0)),
]
ServiceEndpoints = Annotated[
    Any,
    AfterValidator(read.one_or_list(read.service_endpoint, empty=True)),
    WithJsonSchema(one_or_list(_WORD, least=0)),
]
Address = Annotated[Any, AfterValidator(or_open(read.address)), WithJsonSchema(_or_open(_ADDRESS))]
ApplianceAddresses = Annotated[
    Any,
    AfterValidator(read.one_or_list(or_open(read.address))),
    WithJsonSchema(one_or_list(_or_open(_ADDRESS))),
]
Prefixes = Annotated[Any, AfterValidator(read.prefixes), WithJsonSchema(one_or_list(_or_open(_PREFIX)))]
RoutePrefix = Annotated[
    Any, AfterValidator(or_open(read.route_prefix)), WithJsonSchema(_or_open({"anyOf": [_PREFIX, _TAG]}))
]
Addresses = Annotated[Any, AfterValidator(read.addresses), WithJsonSchema(one_or_list(_or_open(_TERM)))]
Ports = Annotated[Any, AfterValidator(read.ports), WithJsonSchema(one_or_list(_or_open(_PORTS)))]
Protocol = Annotated[
    Any, AfterValidator(read.protocol), WithJsonSchema(_or_open(_words("Tcp", "Udp", "Icmp", "Esp", "Ah", "*")))
]
Access = Annotated[Any, AfterValidator(or_open(read.access)), WithJsonSchema(_or_open(_words("Allow", "Deny")))]
FirewallAccess = Annotated[Any, AfterValidator(read.access), WithJsonSchema(_words("Allow", "Deny"))]
Direction = Annotated[
    Any, AfterValidator(or_open(read.direction)), WithJsonSchema(_or_open(_words("Inbound", "Outbound")))
]
NextHopType = Annotated[
    Any, AfterValidator(or_open(read.next_hop_type)), WithJsonSchema(_or_open(_words(*read.NEXT_HOP_TYPES)))
]
PeeringState = Annotated[Any, AfterValidator(read.one_of(*PEERING_STATES)), WithJsonSchema(_words(*PEERING_STATES))]
ConnectionStatus = Annotated[
    Any, AfterValidator(read.one_of(*CONNECTION_STATUSES)), WithJsonSchema(_words(*CONNECTION_STATUSES))
]
Policies = Annotated[
    Any, AfterValidator(read.one_of(*PRIVATE_ENDPOINT_POLICIES)), WithJsonSchema(_words(*PRIVATE_ENDPOINT_POLICIES))
]
GatewayType = Annotated[Any, AfterValidator(read.one_of(*GATEWAY_TYPES)), WithJsonSchema(_words(*GATEWAY_TYPES))]
ConnectionType = Annotated[
    Any, AfterValidator(read.one_of(*CONNECTION_TYPES)), WithJsonSchema(_words(*CONNECTION_TYPES))
]
IntentPolicies = Annotated[Any, AfterValidator(read.one_of(*INTENT_POLICIES)), WithJsonSchema(_words(*INTENT_POLICIES))]
Connectivity = Annotated[Any, AfterValidator(read.one_of(*CONNECTIVITY)), WithJsonSchema(_words(*CONNECTIVITY))]
GroupConnectivity = Annotated[
    Any, AfterValidator(read.one_of(*GROUP_CONNECTIVITY)), WithJsonSchema(_words(*GROUP_CONNECTIVITY))
]
AdminPriority = Annotated[
    Any,
    AfterValidator(or_open(read.whole_number(MIN_ADMIN_PRIORITY, MAX_PRIORITY))),
    WithJsonSchema(_or_open({"type": "integer", "minimum": MIN_ADMIN_PRIORITY, "maximum": MAX_PRIORITY})),
]
AdminAccess = Annotated[
    Any, AfterValidator(or_open(admin_access)), WithJsonSchema(_or_open(_words("Allow", "AlwaysAllow", "Deny")))
]
AdminProtocol = Annotated[
    Any,
    AfterValidator(admin_protocol),
    WithJsonSchema(_or_open(_words("Any", "Tcp", "Udp", "Icmp", "Esp", "Ah", "*"))),
]
Scopes = Annotated[Any, AfterValidator(read.one_or_list(scope)), WithJsonSchema(one_or_list(_scope()))]
Part = Annotated[Any, AfterValidator(or_open(read.name)), WithJsonSchema(_or_open(_WORD))]
Parts = Annotated[
    Any, AfterValidator(read.one_or_list(or_open(read.name))), WithJsonSchema(one_or_list(_or_open(_WORD)))
]
ProbeProtocol = Annotated[Any, AfterValidator(read.one_of(*PROBE_PROTOCOLS)), WithJsonSchema(_words(*PROBE_PROTOCOLS))]
BalancedProtocol = Annotated[
    Any, AfterValidator(read.one_of(*BALANCED_PROTOCOLS)), WithJsonSchema(_words(*BALANCED_PROTOCOLS))
]
_TEXT: Json = {"type": ["string", "integer"]}
Texts = Annotated[Any, AfterValidator(read.one_or_list(read.text)), WithJsonSchema(one_or_list(_TEXT))]
OptionalTexts = Annotated[
    Any,
    AfterValidator(read.one_or_list(or_open(read.text), empty=True)),
    WithJsonSchema(one_or_list(_or_open(_TEXT), least=0)),
]
OnePrefix = Annotated[Any, AfterValidator(or_open(read.prefix)), WithJsonSchema(_or_open(_PREFIX))]
PlainAddresses = Annotated[Any, AfterValidator(read.one_or_list(read.address)), WithJsonSchema(one_or_list(_ADDRESS))]
WanType = Annotated[Any, AfterValidator(read.one_of(*WAN_TYPES)), WithJsonSchema(_words(*WAN_TYPES))]
PolicyDestinations = Annotated[
    Any,
    AfterValidator(read.one_or_list(read.one_of(*POLICY_DESTINATIONS))),
    WithJsonSchema(one_or_list(_words(*POLICY_DESTINATIONS))),
]
FirewallProtocols = Annotated[
    Any,
    AfterValidator(read.one_or_list(read.firewall_protocol)),
    WithJsonSchema(one_or_list(_or_open(_words("Tcp", "Udp", "Icmp", "Any")))),
]
PortNumber = Annotated[
    Any,
    AfterValidator(or_open(read.whole_number(1, MAX_PORT))),
    WithJsonSchema(_or_open({**_NUMBERED, "minimum": 1})),
]
PortOrZero = Annotated[
    Any, AfterValidator(or_open(read.whole_number(0, MAX_PORT))), WithJsonSchema(_or_open(_NUMBERED))
]
PortRange = Annotated[Any, AfterValidator(or_open(read.port_range)), WithJsonSchema(_or_open(_PORTS))]
NamedMembers = Annotated[Any, AfterValidator(_named_members), WithJsonSchema(_named_lists(_or_open(_REFERENCE)))]
_FULL_ID: Json = {"type": "string", "pattern": r"^/[sS][uU][bB][sS][cC][rR][iI][pP][tT][iI][oO][nN][sS]/\S*$"}
ReferencesById = Annotated[
    Any,
    AfterValidator(references_by_id),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [*one_or_list(_FULL_ID, least=0)["anyOf"], {"type": "null"}]},
            "propertyNames": _FULL_ID,
        }
    ),
]
Sku = Annotated[Any, AfterValidator(read.one_of(*SKUS)), WithJsonSchema(_words(*SKUS))]
BalancerSku = Annotated[Any, AfterValidator(read.one_of(*BALANCER_SKUS)), WithJsonSchema(_words(*BALANCER_SKUS))]
