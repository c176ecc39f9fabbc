"""What the rules of an Azure firewall make of a flow.

Source: "Azure Firewall rule processing logic": the first network rule that matches ends it; where none does,
application rules are asked for HTTP, HTTPS and MSSQL; what no rule allows is denied. NAT rules come first, and what
they translate is allowed unless a network rule denies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.addresses import Address
from netwatch.model.firewalls import Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Flow, Protocol
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, ServiceTag
from netwatch.model.unresolved import Unresolved

__all__ = ["Judgement", "judge", "judge_translated", "nat_rule_for"]

_Match = bool | Unresolved


class Judgement(NamedTuple):
    """``access`` is None where the input leaves it open, for ``unresolved``; ``rule`` is None for the default deny.

    ``is_proxied``: an application rule allowed it, so that the firewall opens a flow of its own.
    """

    access: Access | None
    rule: FirewallRule | None = None
    unresolved: Unresolved | None = None
    is_proxied: bool = False


def judge(compiled: CompiledTopology, firewall: Firewall, flow: Flow, host: str = "") -> Judgement:
    """What network rules, then application rules, make of a flow; ``host`` is the name it is for, empty for none."""
    if firewall.unresolved:
        return Judgement(None, unresolved=firewall.unresolved[0])
    network = [Judgement(rule.access, rule) for rule in firewall.network_rules]
    application = [
        Judgement(rule.access, rule, is_proxied=rule.access is Access.ALLOW) for rule in firewall.application_rules
    ]
    return _first(compiled, (*network, *application, Judgement(Access.DENY)), flow, host)


def judge_translated(compiled: CompiledTopology, firewall: Firewall, flow: Flow) -> Judgement:
    """What becomes of a flow that a NAT rule has translated: allowed without a rule, unless a network rule denies it.

    Application rules are not for what comes in.
    """
    network = [Judgement(rule.access, rule) for rule in firewall.network_rules]
    return _first(compiled, (*network, Judgement(Access.ALLOW)), flow, "")


def _first(compiled: CompiledTopology, judgements: Sequence[Judgement], flow: Flow, host: str) -> Judgement:
    """The first whose rule matches, or that has none; open where one that may match before it says otherwise."""
    pending: list[Judgement] = []
    for judgement in judgements:
        match = judgement.rule is None or _matches(compiled, judgement.rule, flow, host)
        if isinstance(match, Unresolved):
            pending.append(judgement._replace(unresolved=match))
        elif match:
            other = (each for each in pending if _differs(each, judgement))
            return next((each._replace(access=None) for each in other), judgement)
    raise AssertionError("the last judgement has no rule")  # pragma: no cover


def _differs(one: Judgement, other: Judgement) -> bool:
    """Whether it matters which of the two it is: a proxy hides the source."""
    return (one.access, one.is_proxied) != (other.access, other.is_proxied)


def _matches(compiled: CompiledTopology, rule: FirewallRule, flow: Flow, host: str) -> _Match:
    there = _holds(compiled, rule.destinations, flow.dst_ip)
    if there is False and (rule.fqdns or rule.other_names):
        there = _is_named(compiled, rule, flow.dst_ip, host)
    return _all((*_common(compiled, rule, flow), there))


def _common(compiled: CompiledTopology, rule: FirewallRule | NatRule, flow: Flow) -> tuple[_Match, ...]:
    return (_speaks(rule.protocols, flow), _holds_port(rule.ports, flow), _holds(compiled, rule.sources, flow.src_ip))


def _all(matches: Iterable[_Match]) -> _Match:
    open: Unresolved | None = None
    for each in matches:
        if each is False:
            return False
        if isinstance(each, Unresolved):
            open = each
    return open if open is not None else True


def _speaks(protocols: Iterable[Protocol | Unresolved], flow: Flow) -> _Match:
    open = None
    for each in protocols:
        if isinstance(each, Unresolved):
            open = each
        elif each in (flow.protocol, Protocol.ANY):
            return True
    return open or False


def _holds_port(ports: PortField, flow: Flow) -> _Match:
    """Protocols without ports are not asked for one."""
    if not flow.protocol.has_ports:
        return True
    open = None
    for each in ports.ranges:
        if isinstance(each, Unresolved):
            open = each
        elif each.holds(flow.dst_port):
            return True
    return open or False


def _holds(compiled: CompiledTopology, side: AddressField, address: Address) -> _Match:
    open: Unresolved | None = None
    for term in side.terms:
        if isinstance(term, AnyAddress) or (isinstance(term, Cidr) and term.prefix.holds(address)):
            return True
        if isinstance(term, Unresolved):
            open = term
        elif isinstance(term, ServiceTag):
            prefixes = compiled.published_tags.prefixes(term.text)
            if prefixes is None:
                open = Unresolved(f"{term.text} is not in the published list of service tags")
            elif any(prefix.holds(address) for prefix in prefixes):
                return True
        elif isinstance(term, Asg):
            open = Unresolved("a firewall knows no application security groups")
    return open or False


def _is_named(compiled: CompiledTopology, rule: FirewallRule, address: Address, host: str) -> _Match:
    """Whether a rule for names is for the name asked for, or for one that ``facts.dns`` gives this address."""
    if "*" in rule.fqdns:
        return True
    names = [host.lower()] if host else []
    names += [name for name, known in compiled.topology.facts.dns.items() if known == address]
    if any(_is_below(name, pattern.lower()) for name in names for pattern in rule.fqdns):
        return True
    if rule.other_names:
        kinds = ", ".join(rule.other_names[:3])
        return Unresolved(f"rule {rule.name} is for {kinds}, whose names are not listed", where=rule.where)
    if names:
        return False
    listed = ", ".join(rule.fqdns[:3])
    return Unresolved(f"rule {rule.name} is for names ({listed}), and the flow is for {address}", where=rule.where)


def _is_below(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.startswith("*") and name.endswith(pattern[1:]))


def nat_rule_for(compiled: CompiledTopology, firewall: Firewall, flow: Flow) -> NatRule | Unresolved | None:
    """The NAT rule that takes a flow addressed to the firewall; None without one."""
    if firewall.unresolved:
        return firewall.unresolved[0]
    for rule in firewall.nat_rules:
        match = _all((*_common(compiled, rule, flow), _holds(compiled, rule.destinations, flow.dst_ip)))
        if isinstance(match, Unresolved):
            return match
        if match:
            return rule
    return None
