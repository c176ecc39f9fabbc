"""What becomes of a flow that is under way when rules change: no Azure tool answers it, and people ask it first.

Source: "Network security groups" (flow records: replies need no rule, existing flows survive the rule that let them
in; flushConnection) and "Virtual network flow timeout".
"""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.machine_flow import AskedFlow, asked_flow
from netwatch.model.flow import Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.live_flows import LiveFlowAnswer, LiveFlowFate
from netwatch.model.resources import Subnet
from netwatch.verdicts.single import verdict

__all__ = ["live_flow"]

DEFAULT_TIMEOUT_MINUTES = 4
"""How long a flow may be silent where flowTimeoutInMinutes is not set: the documentation says "a few minutes", 4 at
least."""


def live_flow(
    before: CompiledTopology,
    after: CompiledTopology,
    vm: str,
    *,
    direction: str,
    protocol: str,
    local: str,
    remote: str,
    nic: str = "",
) -> LiveFlowAnswer:
    """The fate of a flow opened under ``before`` when ``after`` takes its place; the question as in ip_flow_verify.

    A flow under way goes on when its rule is taken away: changed rules count for new flows only, unless the group that
    now denies it has flushConnection. Its replies need no rule, before or after.
    Raises ResourceNotFoundError (the machine must stand in both), InvalidFlowError, UnsupportedError.
    """
    words = {"direction": direction, "protocol": protocol, "local": local, "remote": remote, "nic": nic}
    opened = asked_flow(before.topology, vm, **words)
    then = asked_flow(after.topology, vm, **words)._replace(flow=opened.flow)
    old = verdict(before, opened.nic, opened.direction, opened.flow)
    new = verdict(after, then.nic, then.direction, then.flow)
    flushed = tuple(
        decision.owner.name
        for decision in new.decisions
        if _denies(decision.outcome) and _flushes(after, decision.owner)
    )
    return LiveFlowAnswer(old, new, _fate(old.outcome, new.outcome, flushed), flushed, _timeout(after, then))


def _denies(outcome: Outcome) -> bool:
    return outcome in (Outcome.DENY, Outcome.UNKNOWN)


def _fate(old: Outcome, new: Outcome, flushed: tuple[str, ...]) -> LiveFlowFate:
    if old is Outcome.DENY:
        return LiveFlowFate.NEVER_OPENED
    if old is Outcome.UNKNOWN or (new is Outcome.UNKNOWN and flushed):
        return LiveFlowFate.UNKNOWN
    return LiveFlowFate.ENDS if new is Outcome.DENY and flushed else LiveFlowFate.CONTINUES


def _flushes(compiled: CompiledTopology, owner: ResourceId) -> bool:
    group = compiled.topology.nsgs.get(owner.key)
    return group is not None and group.flush_connection


def _timeout(compiled: CompiledTopology, asked: AskedFlow) -> int:
    subnet = compiled.topology.subnet_of(asked.nic)
    if not isinstance(subnet, Subnet):
        return DEFAULT_TIMEOUT_MINUTES
    return compiled.topology.vnets[subnet.vnet.key].flow_timeout_minutes or DEFAULT_TIMEOUT_MINUTES
