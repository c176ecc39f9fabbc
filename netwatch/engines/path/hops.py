"""Hops: the steps of a flow as ARM shows them, with every issue at its hop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, NicAddress
from netwatch.engines.path.steps import Step, endpoint_of
from netwatch.engines.path.stops import GatewayStop, HubStop, PublicAddress, name_of
from netwatch.model.addresses import Address
from netwatch.model.answers import Decision, Hop, Issue, Link, Verdict
from netwatch.model.flow import Direction, Level, Outcome
from netwatch.model.ids import ResourceId

__all__ = ["denials", "hops_of", "placed"]


def hops_of(compiled: CompiledTopology, steps: Iterable[Step]) -> Iterator[Hop]:
    """A hop for each step and for each peering crossed, in order. The last one's link leads to a hop still to come."""
    index = 0
    for step in steps:
        index += 1
        onward, crossed = step.onward, step.onward.crossed
        if not onward.link and not onward.issues and not onward.unresolved:
            yield _hop(compiled, step, ())
        elif crossed is None:
            yield _hop(compiled, step, (Link(index, onward.link),))
        else:
            yield _hop(compiled, step, (Link(index, "VirtualNetworkPeering", crossed.id),))
            index += 1
            link = Link(index, onward.link)
            yield Hop("VirtualNetworkPeering", crossed.id.name, None, crossed.id, (link,))


def _hop(compiled: CompiledTopology, step: Step, links: tuple[Link, ...]) -> Hop:
    issues = (*step.issues, *denials(step.verdicts), *step.onward.issues)
    name, resource = _named(compiled, step)
    return Hop(step.kind, name, _address(step), resource, links, issues, step.verdicts, step.onward.route)


def _named(compiled: CompiledTopology, step: Step) -> tuple[str, ResourceId]:
    """The source hop names its machine, other NICs their ip configuration (recorded since 2020)."""
    stop = step.stop
    if isinstance(stop, GatewayStop):
        return name_of(stop), stop.gateway.id
    if isinstance(stop, HubStop):
        return name_of(stop), stop.hub.id
    if isinstance(stop, PublicAddress):
        return name_of(stop), stop.public_ip.id
    if isinstance(stop, FirewallAddress):
        return name_of(stop), stop.firewall.id
    if isinstance(stop, BalancerAddress):
        return name_of(stop), stop.frontend.id
    endpoint = endpoint_of(compiled, stop.nic) if step.kind == "PrivateEndpoint" else None
    if endpoint is not None:
        return endpoint.id.name, endpoint.id
    owner = stop.nic.vm if step.kind == "Source" else None
    return name_of(stop), owner if isinstance(owner, ResourceId) else stop.config.id


def _address(step: Step) -> Address | None:
    if isinstance(step.stop, (NicAddress, FirewallAddress)):
        return step.stop.address
    if isinstance(step.stop, BalancerAddress):
        return step.stop.address or _public_address(step.front)
    return _public_address(step.stop if isinstance(step.stop, PublicAddress) else None)


def _public_address(front: PublicAddress | None) -> Address | None:
    address = front.public_ip.address if front is not None else None
    return address if isinstance(address, Address) else None


def denials(verdicts: Iterable[Verdict]) -> Iterator[Issue]:
    """An issue for each rule that denies and is not overruled."""
    for found in verdicts:
        for decision in found.decisions:
            if decision.outcome is Outcome.DENY and found.outcome is not Outcome.ALLOW:
                yield _denial(found.direction, decision)


def _denial(direction: Direction, decision: Decision) -> Issue:
    """Rules carry the prefix of connectivity checks, ``UserRule_`` or ``DefaultRule_``; an admin rule none.

    The bare name of an admin rule is decided by likeness with flow logs: no recording has one.
    """
    rule = decision.rule
    if rule is None:
        return Issue(direction.value, "NetworkSecurityRule")
    prefix = "" if decision.level is Level.ADMIN else "DefaultRule_" if rule.is_default else "UserRule_"
    context = (("RuleName", f"{prefix}{rule.name}"),)
    return Issue(direction.value, "NetworkSecurityRule", context=context, where=rule.where)


def placed(hops: tuple[Hop, ...], reading: str) -> tuple[Hop, ...]:
    """The hops with the issues of inbound rules where the switch ``securityRuleIssue`` wants them.

    ``ownHop``: at the hop whose rules deny, as Inbound. ``previousHop``: as Outbound at the hop before it that is not a
    peering, as the example of "Troubleshoot connections with the Azure REST API" has it.
    """
    if reading != "previousHop":
        return hops
    found = list(hops)
    for index in range(1, len(found)):
        moved = tuple(issue for issue in found[index].issues if _is_inbound_rule(issue))
        before = max(at for at in range(index) if found[at].type != "VirtualNetworkPeering")
        kept = tuple(issue for issue in found[index].issues if issue not in moved)
        found[index] = replace(found[index], issues=kept)
        outbound = tuple(replace(issue, origin="Outbound") for issue in moved)
        found[before] = replace(found[before], issues=(*found[before].issues, *outbound))
    return tuple(found)


def _is_inbound_rule(issue: Issue) -> bool:
    return issue.origin == "Inbound" and issue.type == "NetworkSecurityRule"
