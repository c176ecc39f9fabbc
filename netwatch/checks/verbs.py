"""The questions netwatch can be asked, as data: one table for the command line and for files of questions.

A verb has the name of its ARM action; its parts are the long options of the command line and the keys of a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from netwatch.errors import NetwatchError, QueryError

if TYPE_CHECKING:
    from netwatch.render.arm import Answer, Body
    from netwatch.watcher import NetworkWatcher

__all__ = ["VERBS", "Part", "Verb", "arguments_as_options", "ask", "headline", "question_line"]


class Part(NamedTuple):
    """One part of a question: ``name`` as it is written (``dest-port``), ``metavar`` a word for its value.

    ``is_port``: the value is one port, and the method takes it as a number.
    """

    name: str
    help: str
    required: bool = False
    metavar: str = "NAME"
    is_port: bool = False


class Verb(NamedTuple):
    """One question.

    ``parts`` in the order a person reads them; one of ``subject`` is given, and is the method's first argument.
    ``headline`` is the field of ARM's body that is the answer in one word, ``words`` all it can be; both empty where
    the answer is a list.
    """

    name: str
    help: str
    example: str
    parts: tuple[Part, ...]
    subject: tuple[str, ...] = ()
    headline: str = ""
    words: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The NetworkWatcher method that answers it."""
        return self.name.replace("-", "_")


_VM = Part("vm", "The virtual machine: its name, or its ARM id where the name is not unique.", True)
_NIC = Part("nic", "The network interface, where the machine has several (default: the primary one).")
_ANY_NIC = Part("nic", "The network interface: its name, or its ARM id.")
_ANY_VM = Part("vm", "A virtual machine instead: its primary network interface is taken.")

_END = "IP:PORT"

_HOPS = (
    "Internet",
    "NatGateway",
    "VirtualNetwork",
    "VirtualNetworkPeering",
    "ConnectedGroup",
    "VirtualNetworkGateway",
    "VirtualAppliance",
    "VirtualApplianceEcmp",
    "VirtualNetworkServiceEndpoint",
    "InterfaceEndpoint",
    "None",
    "Unknown",
)

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "ip-flow-verify",
            "Is a packet allowed, and which rule says so?",
            "--vm web-0 --direction Inbound --protocol TCP --local :443 --remote 203.0.113.7:50123",
            (
                _VM,
                Part("direction", "Inbound or Outbound, as seen from the machine.", True, "WAY"),
                Part("protocol", "TCP or UDP.", True, "PROTOCOL"),
                Part("local", "The machine's end; without IP its own address. The opener's port may be *.", True, _END),
                Part("remote", "The other end; IPv6 is written [fd00::4]:443.", True, _END),
                _NIC,
            ),
            ("vm",),
            "access",
            ("Allow", "Deny", "Unknown"),
        ),
        Verb(
            "nsg-diagnostics",
            "What does each security rule make of some traffic?",
            "--target web-0 --direction Inbound --protocol TCP --source Internet --destination 10.0.1.4 --dest-port 22",
            (
                Part("target", "A virtual machine or a network interface: its name, or its ARM id.", True),
                Part("direction", "Inbound or Outbound, as seen from the machine.", True, "WAY"),
                Part("protocol", "TCP, UDP, ICMP or *.", True, "PROTOCOL"),
                Part("source", "Where it comes from: *, an address, a prefix or a service tag.", True, "WHERE"),
                Part("destination", "Where it goes: *, an address, a prefix or a service tag.", True, "WHERE"),
                Part("dest-port", "The port at the destination, a range 80-90, or *.", True, "PORT"),
                Part("nic", "One network interface of a machine that has several (default: each of them)."),
                Part("verbosity", "Normal, Minimum or Full (the default): how many rules are listed.", False, "WORD"),
            ),
            ("target",),
            "securityRuleAccessResult",
            ("Allow", "Deny", "Unknown", "Mixed"),
        ),
        Verb(
            "next-hop",
            "Where does a packet go next, and by which route?",
            "--vm web-0 --dest-ip 10.0.2.4",
            (
                _VM,
                Part("source-ip", "Where it comes from, which chooses the NIC (default: its own).", False, "IP"),
                Part("dest-ip", "The address the packet goes to.", True, "IP"),
                _NIC,
            ),
            ("vm",),
            "nextHopType",
            _HOPS,
        ),
        Verb(
            "security-group-view",
            "Every security rule that stands at a machine.",
            "--vm web-0",
            (_VM,),
            ("vm",),
        ),
        Verb(
            "effective-routes",
            "Every route of a NIC, overridden ones too.",
            "--vm web-0",
            (_ANY_NIC, _ANY_VM),
            ("nic", "vm"),
        ),
        Verb(
            "effective-rules",
            "Every rule at a NIC, tags turned into prefixes.",
            "--vm web-0",
            (_ANY_NIC, _ANY_VM),
            ("nic", "vm"),
        ),
        Verb(
            "topology",
            "What a network holds, and how it hangs together.",
            "--vnet vnet-shop",
            (
                Part("resource-group", "A resource group, by name (default: the only one there is)."),
                Part("vnet", "A virtual network, by name or ARM id."),
                Part("subnet", "A subnet: vnet/subnet, its name where unique, or its ARM id."),
                Part("location", "Only what lies in this region, as its watcher lists it.", metavar="REGION"),
            ),
        ),
        Verb(
            "connectivity-check",
            "Does a connection get through, hop by hop?",
            "--source web-0 --dest db-0 --dest-port 5432",
            (
                Part("source", "The virtual machine that opens the connection.", True),
                Part("dest", "A virtual machine, an address, or a DNS name declared under facts.", True, "NAME|IP"),
                Part("dest-port", "The port at the destination.", False, "PORT", is_port=True),
                Part("protocol", "Tcp (the default), Http, Https or Icmp.", False, "PROTOCOL"),
            ),
            ("source",),
            "connectionStatus",
            ("Reachable", "Unreachable", "Unknown"),
        ),
    )
}  # fmt: skip
"""Every question, by name."""


def ask(watcher: NetworkWatcher, verb: Verb, values: Mapping[str, str]) -> Answer:
    """The answer to a question; ``values`` holds its parts by name, absent or empty where not given.

    Raises QueryError where a part is missing, and whatever the NetworkWatcher method raises, with options in its words.
    """
    given = {name: value for name, value in values.items() if value}
    missing = [f"--{part.name}" for part in verb.parts if part.required and part.name not in given]
    if missing:
        raise QueryError(f"{verb.name} needs {', '.join(missing)}.", hint=f"For example: {verb.name} {verb.example}")
    arguments = [_subject(verb, given)] if verb.subject else []
    ports = {part.name for part in verb.parts if part.is_port}
    keywords = {name.replace("-", "_"): _port(name, value) if name in ports else value for name, value in given.items()}
    with arguments_as_options():
        answer: Answer = getattr(watcher, verb.method)(*arguments, **keywords)
    return answer


@contextmanager
def arguments_as_options() -> Iterator[None]:
    """Errors from inside, with the options of the command line where they name arguments of methods in backticks."""
    try:
        yield
    except NetwatchError as error:
        error.message, error.hint = _with_options(error.message), _with_options(error.hint)
        raise


def _with_options(text: str) -> str:
    for name in {part.name for verb in VERBS.values() for part in verb.parts}:
        text = text.replace(f"`{name.replace('-', '_')}`", f"--{name}")
    return text


def _subject(verb: Verb, given: dict[str, str]) -> str:
    """The value of the only subject that is given; it is taken out of ``given``."""
    wanted = " or ".join(f"--{name}" for name in verb.subject)
    found = [given.pop(name) for name in verb.subject if name in given]
    if not found:
        raise QueryError(f"{verb.name} needs {wanted}.", hint=f"For example: {verb.name} {verb.example}")
    if len(found) > 1:
        raise QueryError(f"{verb.name} takes {wanted}, not both.", hint="Leave one of them out.")
    return found[0]


def _port(name: str, value: str) -> int:
    """The number of a port; 0 is none, and to the methods means that no port was named."""
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise QueryError(f"--{name} {value!r} is not a port.", hint="Expected a number from 1 to 65535.")
    return int(value)


def headline(verb: Verb, body: Body) -> str:
    """The answer in one word, out of ARM's body; empty for verbs whose answer is a list.

    A diagnostic may have several results: where they differ the word is Mixed, and where there is none it is Allow,
    since nothing stands in the way.
    """
    if verb.name != "nsg-diagnostics":
        return str(body.get(verb.headline, "")) if verb.headline else ""
    found = {result["networkSecurityGroupResult"][verb.headline] for result in body["results"]}
    return found.pop() if len(found) == 1 else "Mixed" if found else "Allow"


def question_line(verb: Verb, values: Mapping[str, str]) -> str:
    """The question as a person would type it: ``next-hop --vm web-0 …``."""
    parts = [f"--{part.name} {values[part.name]}" for part in verb.parts if values.get(part.name)]
    return " ".join([verb.name, *parts])
