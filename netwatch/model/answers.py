"""Answers: values that say what was asked, what came out, and why. Faces turn them into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netwatch.model.addresses import Address, Prefix
from netwatch.model.facts import Latency
from netwatch.model.flow import Direction, Flow, Level, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, NetworkSecurityGroup, VirtualMachine
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = [
    "Association",
    "ConnectivityCheckAnswer",
    "Decision",
    "EffectiveNsg",
    "EffectiveRoutesAnswer",
    "EffectiveRule",
    "EffectiveRulesAnswer",
    "Egress",
    "EvaluatedNsg",
    "Hop",
    "IpFlowVerifyAnswer",
    "Issue",
    "Link",
    "NextHopAnswer",
    "NicSecurityView",
    "NsgDiagnostic",
    "NsgDiagnosticsAnswer",
    "ReturnPath",
    "RuleEvaluation",
    "SecurityGroupViewAnswer",
    "TopologyAnswer",
    "TopologyResource",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule list makes of a flow.

    ``owner`` is the network security group (or network manager) that holds the list. ``rule`` settled it; None
    where ``outcome`` is Unknown, or Allow by no rule (only rules that name its tags can deny the platform's services).
    ``tried`` are the rules of that direction asked before it, in order.
    ``unresolved`` says why the outcome is Unknown, or which open values did not matter.
    """

    level: Level
    owner: ResourceId
    outcome: Outcome
    rule: SecurityRule | None
    tried: tuple[SecurityRule, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """All decisions at one NIC, in the order Azure asks, and what they come to.

    Not one decision, because no rule list is bound: ``outcome`` is NotApplicable, and the traffic passes.
    """

    nic: ResourceId
    direction: Direction
    flow: Flow
    decisions: tuple[Decision, ...]
    outcome: Outcome

    @property
    def settled(self) -> Decision | None:
        """The first decision with the verdict's outcome, the last one if it is Allow; None where there is no decision.

        An Allow is Azure's last word, so it is the last group's rule that gets named; a Deny ends the matter at once.
        """
        same = [decision for decision in self.decisions if decision.outcome is self.outcome]
        if not same:
            return None
        return same[-1] if self.outcome is Outcome.ALLOW else same[0]

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        return tuple(reason for decision in self.decisions for reason in decision.unresolved)

    def __repr__(self) -> str:
        settled = self.settled
        rule = f" by {settled.owner.name}/{settled.rule.name}" if settled and settled.rule else ""
        level = f" ({settled.level.value})" if settled else ""
        return f"<Verdict {self.outcome.value} {self.direction.value} at {self.nic.name}: {self.flow}{rule}{level}>"


@dataclass(frozen=True, slots=True)
class IpFlowVerifyAnswer:
    """The answer of ipFlowVerify. ``notes`` are remarks for a person (which NIC was taken, what was assumed)."""

    vm: VirtualMachine
    verdict: Verdict
    service_tags: str = ""
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return self.verdict.outcome


@dataclass(frozen=True, slots=True)
class NextHopAnswer:
    """The answer of nextHop. ``route`` is the row that took the packet; None where no row holds the destination.

    ``next_hop_type`` can differ from the route's: an appliance that cannot be reached makes it None.
    """

    vm: VirtualMachine
    nic: NetworkInterface
    source_ip: Address
    dest_ip: Address
    next_hop_type: NextHopType | Unresolved
    next_hop_ip: Address | Unresolved | None
    route: EffectiveRoute | None
    prefix: Prefix | None = None
    candidates: tuple[EffectiveRoute, ...] = ()
    notes: tuple[str, ...] = ()
    service_tags: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveRule:
    """A rule at one NIC, with tags and groups turned into prefixes of both families.

    ``sources`` and ``destinations`` are all prefixes the rule can match there. ``expanded_sources`` and
    ``expanded_destinations`` hold the expansion where the field is a tag or a group, else None (Azure leaves it out).
    ``unresolved`` lists the open values of the rule; its prefixes are then the widest they could be.
    """

    rule: SecurityRule
    sources: tuple[Prefix, ...]
    destinations: tuple[Prefix, ...]
    expanded_sources: tuple[Prefix, ...] | None = None
    expanded_destinations: tuple[Prefix, ...] | None = None
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectiveNsg:
    """One rule list bound at a NIC: on the NIC itself or on its subnet; ``bound_to`` is that NIC or subnet."""

    nsg: NetworkSecurityGroup
    level: Level
    bound_to: ResourceId
    rules: tuple[EffectiveRule, ...]
    tag_map: Mapping[str, tuple[Prefix, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectiveRulesAnswer:
    """The answer of effectiveNetworkSecurityGroups: the NIC's group first, then the subnet's."""

    nic: NetworkInterface
    nsgs: tuple[EffectiveNsg, ...]
    service_tags: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectiveRoutesAnswer:
    """The answer of effectiveRouteTable, in Azure's order; ``propagates``: gateway routes are let into the subnet."""

    nic: NetworkInterface
    routes: tuple[EffectiveRoute, ...]
    notes: tuple[str, ...] = ()
    service_tags: str = ""
    propagates: bool = True


@dataclass(frozen=True, slots=True)
class RuleEvaluation:
    """How one rule held against a diagnostic query, condition by condition."""

    rule: SecurityRule
    protocol: bool
    source: bool
    source_port: bool
    destination: bool
    destination_port: bool

    @property
    def matched(self) -> bool:
        return self.protocol and self.source and self.source_port and self.destination and self.destination_port


@dataclass(frozen=True, slots=True)
class EvaluatedNsg:
    """One rule list in a diagnostic: ``owner`` is the group or network manager, ``applied_to`` where it is bound.

    ``evaluations`` are the rules of the direction in order, up to and with ``matched``; None where nothing matched.
    """

    level: Level
    owner: ResourceId
    applied_to: ResourceId
    outcome: Outcome
    matched: SecurityRule | None
    evaluations: tuple[RuleEvaluation, ...]
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class NsgDiagnostic:
    """The result for one profile; the query's fields are echoed as asked."""

    direction: Direction
    protocol: str
    source: str
    destination: str
    destination_port: str
    nic: ResourceId
    outcome: Outcome
    evaluated: tuple[EvaluatedNsg, ...]

    @property
    def settled(self) -> EvaluatedNsg | None:
        """The list whose rule gets named: the first to deny, the last to allow; None where no rule settled it."""
        same = [nsg for nsg in self.evaluated if nsg.outcome is self.outcome and nsg.matched is not None]
        if not same:
            return None
        return same[-1] if self.outcome is Outcome.ALLOW else same[0]

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        return tuple(reason for nsg in self.evaluated for reason in nsg.unresolved)


@dataclass(frozen=True, slots=True)
class NsgDiagnosticsAnswer:
    """The answer of networkConfigurationDiagnostic: one result for each profile and NIC that has a rule list.

    ``verbosity`` is ARM's word, ``Full`` where the question has none; ``matched_rule`` is the reading of the switch
    ``diagnosticsMatchedRule``. Neither changes the value: they say how ARM's body is written.
    """

    target: ResourceId
    results: tuple[NsgDiagnostic, ...]
    service_tags: str = ""
    verbosity: str = "Full"
    matched_rule: str = "ownRule"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NicSecurityView:
    """One NIC of a security group view; a group is None where none is bound at that level."""

    nic: NetworkInterface
    subnet: ResourceId | None
    nic_nsg: EffectiveNsg | None
    subnet_nsg: EffectiveNsg | None


@dataclass(frozen=True, slots=True)
class SecurityGroupViewAnswer:
    """The answer of securityGroupView: one view for each NIC of the machine that has a group at either level."""

    vm: VirtualMachine
    views: tuple[NicSecurityView, ...]
    notes: tuple[str, ...] = ()


class Association(NamedTuple):
    """What a resource has to do with another: ``kind`` is ``Contains`` or ``Associated``."""

    kind: str
    id: ResourceId


@dataclass(frozen=True, slots=True)
class TopologyResource:
    """One resource of a topology answer."""

    id: ResourceId
    location: str
    associations: tuple[Association, ...] = ()


@dataclass(frozen=True, slots=True)
class TopologyAnswer:
    """The answer of topology: the resources of one group, VNet or subnet, each with its associations."""

    resources: tuple[TopologyResource, ...]
    scope: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong at a hop, in ARM's words: ``origin`` Local, Inbound or Outbound; ``severity`` Error or Warning."""

    origin: str
    type: str
    severity: str = "Error"
    context: tuple[tuple[str, str], ...] = ()
    where: Where | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """The way from one hop to the next, which stands at index ``to`` of the answer's hops.

    ``round_trip`` is in ms; None where the path is not reached or its links cannot be told apart.
    """

    to: int
    link_type: str
    resource: ResourceId | None = None
    round_trip: Latency | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of a path. ``type`` is ARM's word; ``name`` what a person calls it; ``address`` None where not known."""

    type: str
    name: str
    address: Address | None
    resource: ResourceId | None
    links: tuple[Link, ...] = ()
    issues: tuple[Issue, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    route: EffectiveRoute | None = None


class Egress(NamedTuple):
    """How flows of ``nic`` leave to the Internet: whose public address they bear there.

    ``kind`` is NatGateway, PublicIpAddress, LoadBalancer, DefaultOutbound, or None where there is no way out.
    ``address`` is None where the input does not fix it, ``resource`` where no resource of the input gives it.
    """

    kind: str
    nic: ResourceId
    address: Address | None = None
    resource: ResourceId | None = None


class ReturnPath(NamedTuple):
    """How replies come back, which ARM's answer does not say: hops from the far end to the source.

    ``problems`` are sentences: replies that are dropped, and appliances that see one direction only. ``outcome`` is
    Returned, Dropped or Unknown. No hops where replies come back the way the platform keeps for them (the Internet).
    """

    hops: tuple[Hop, ...]
    outcome: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectivityCheckAnswer:
    """The answer of connectivityCheck: the hops from the source on; latencies in whole ms, None unless reached.

    ``returned`` is the way back of the replies, None where the opener does not arrive; ``egress`` how the flow leaves
    to the Internet, None where it does not. ``flow`` is what was checked, None where an address is not known. ARM's
    body has none of the three.
    """

    hops: tuple[Hop, ...]
    status: str
    avg_latency_ms: int | None = None
    min_latency_ms: int | None = None
    max_latency_ms: int | None = None
    probes_sent: int = 0
    probes_failed: int = 0
    notes: tuple[str, ...] = ()
    returned: ReturnPath | None = None
    egress: Egress | None = None
    flow: Flow | None = None
