"""The way through an Azure firewall: its rules, the addresses it translates, and the routes of its own subnet.

Sources: "Azure Firewall rule processing logic"; "Azure Firewall SNAT private IP address ranges" (the source is kept
towards private ranges, save by application rules); "Filter inbound Internet traffic with Azure Firewall DNAT".
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import FirewallAddress
from netwatch.engines.path.firewall_rules import Judgement, judge, judge_translated, nat_rule_for
from netwatch.engines.path.onward import leave_subnet
from netwatch.engines.path.stops import Onward, PublicAddress, key_of, looped, platform_issue
from netwatch.model.addresses import Address
from netwatch.model.firewalls import FirewallRule, NatRule
from netwatch.model.flow import Access, Flow
from netwatch.model.resources import Subnet
from netwatch.model.unresolved import Unresolved

__all__ = ["Passed", "let_back", "let_in", "let_through"]


class Passed(NamedTuple):
    """A flow as it leaves a firewall, and where it goes."""

    flow: Flow
    onward: Onward


def let_through(
    compiled: CompiledTopology, stop: FirewallAddress, flow: Flow, seen: Set[str], *, host: str = ""
) -> Passed:
    """On by the routes of the firewall's subnet, with an issue where its rules deny the flow.

    ``host`` is the name that the flow is for. The flow is followed past rules that deny it, so that what else stands in
    its way shows too.
    """
    if flow.dst_ip == stop.address:
        return let_in(compiled, stop, flow, seen)
    judgement = judge(compiled, stop.firewall, flow, host)
    sent = flow
    if judgement.is_proxied or not any(prefix.holds(flow.dst_ip) for prefix in stop.firewall.private_ranges):
        sent = flow._replace(src_ip=stop.address or flow.src_ip)
    return Passed(sent, _judged(compiled, stop, judgement, _leave(compiled, stop, sent, seen)))


def _leave(compiled: CompiledTopology, stop: FirewallAddress, flow: Flow, seen: Set[str]) -> Onward:
    if stop.subnet is None:
        from netwatch.engines.path.hub_way import from_firewall

        return from_firewall(compiled, stop, flow, seen)
    subnet = compiled.topology.subnets.get(stop.subnet.key)
    if not isinstance(subnet, Subnet):
        return Onward("", unresolved=(Unresolved(f"the subnet of {stop.name} is not in the input", where=stop.where),))
    return leave_subnet(compiled, subnet, flow, seen)


def _judged(compiled: CompiledTopology, stop: FirewallAddress, judgement: Judgement, onward: Onward) -> Onward:
    rule = judgement.rule
    if judgement.access is None:
        reasons = (judgement.unresolved,) if judgement.unresolved is not None else ()
        return onward._replace(unresolved=(*reasons, *onward.unresolved))
    if judgement.access is Access.ALLOW and rule is not None:
        note = f"{stop.name} lets the flow pass by {rule.name}{_rests_on(compiled, rule)}"
        return onward._replace(notes=(note, *onward.notes))
    why = f"denies the flow by {rule.name}" if rule is not None else "denies the flow: no rule of its is for it"
    issue = platform_issue("DeniedByFirewall", rule.where if rule is not None else stop.where)
    return onward._replace(issues=(issue, *onward.issues), notes=(f"{stop.name} {why}", *onward.notes))


def _rests_on(compiled: CompiledTopology, rule: FirewallRule) -> str:
    from netwatch.model.rules import ServiceTag

    terms = (*rule.sources.terms, *rule.destinations.terms)
    is_tagged = any(isinstance(term, ServiceTag) for term in terms)
    return f" (service tags {compiled.published_tags.label})" if is_tagged else ""


def let_in(compiled: CompiledTopology, stop: FirewallAddress, flow: Flow, seen: Set[str]) -> Passed:
    """A flow to the firewall itself goes where a NAT rule sends it, and bears the firewall's address there."""
    rule = nat_rule_for(compiled, stop.firewall, flow)
    if isinstance(rule, Unresolved):
        return Passed(flow, Onward("", unresolved=(rule,)))
    if rule is None:
        note = f"{stop.name} has no NAT rule for {flow.protocol.value} {flow.dst_port}"
        return Passed(flow, Onward("", issues=(platform_issue("NoNatRule", stop.where),), notes=(note,)))
    if not isinstance(rule.translated_address, Address) or isinstance(rule.translated_port, Unresolved):
        reason = rule.translated_address or rule.translated_port
        named = reason if isinstance(reason, Unresolved) else Unresolved(f"{rule.name} names no address")
        return Passed(flow, Onward("", unresolved=(named,)))
    port = flow.dst_port if rule.translated_port is None else rule.translated_port
    sent = flow._replace(src_ip=stop.address or flow.src_ip, dst_ip=rule.translated_address, dst_port=port)
    onward = _once(_leave(compiled, stop, sent, seen), seen)
    return Passed(sent, _denied_after(compiled, stop, rule, flow._replace(dst_ip=sent.dst_ip, dst_port=port), onward))


def _once(onward: Onward, seen: Set[str]) -> Onward:
    """A rule may translate to the firewall itself, or to a public address of it: the flow goes round once."""
    is_round = isinstance(onward.stop, (FirewallAddress, PublicAddress)) and key_of(onward.stop) in seen
    return looped(onward) if is_round else onward


def _denied_after(
    compiled: CompiledTopology, stop: FirewallAddress, nat: NatRule, flow: Flow, onward: Onward
) -> Onward:
    """What a NAT rule translates is allowed, unless a network rule denies it."""
    judgement = judge_translated(compiled, stop.firewall, flow)
    if judgement.access is not Access.ALLOW:
        return _judged(compiled, stop, judgement, onward)
    return onward._replace(notes=(f"{stop.name} sends the flow on by {nat.name}", *onward.notes))


def let_back(
    compiled: CompiledTopology, stop: FirewallAddress, flow: Flow, seen: Set[str], hidden: Mapping[str, Address]
) -> Passed:
    """Replies pass where the firewall saw the flow open, back to the source it hid; elsewhere it drops them."""
    key = stop.firewall.id.key
    if key not in hidden:
        note = f"{stop.name} sees replies to a flow that it did not see opened, and drops them"
        return Passed(flow, Onward("", issues=(platform_issue("NoFlowForReply", stop.where),), notes=(note,)))
    back = flow._replace(dst_ip=hidden[key])
    return Passed(back, _leave(compiled, stop, back, seen))
