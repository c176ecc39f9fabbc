"""Small answers, built by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netwatch.effective.defaults import default_rules
from netwatch.model.addresses import Address, parse_address, parse_prefix
from netwatch.model.answers import (
    Association,
    ConnectivityCheckAnswer,
    Decision,
    EffectiveNsg,
    EffectiveRule,
    EffectiveRulesAnswer,
    EvaluatedNsg,
    Hop,
    IpFlowVerifyAnswer,
    Issue,
    Link,
    NextHopAnswer,
    NicSecurityView,
    NsgDiagnostic,
    NsgDiagnosticsAnswer,
    RuleEvaluation,
    SecurityGroupViewAnswer,
    TopologyAnswer,
    TopologyResource,
    Verdict,
)
from netwatch.model.facts import Latency
from netwatch.model.flow import Direction, Level, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, NetworkSecurityGroup, VirtualMachine
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from tests.build import GROUP, flow, prefixes, rule

__all__ = [
    "NIC",
    "NSG",
    "OPEN",
    "ROUTE_TABLE",
    "SUBNET",
    "VM",
    "default_rule",
    "diagnostic",
    "effective_nsg",
    "evaluated",
    "held",
    "ip_flow",
    "next_hop",
    "path",
    "resource",
    "rules_answer",
    "topology_answer",
    "user_route",
    "verdict",
    "view_answer",
]

NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
VM = VirtualMachine(ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm"), "")
SUBNET = ResourceId(f"{NETWORK}/virtualNetworks/vnet/subnets/web")
NIC_ID = ResourceId(f"{NETWORK}/networkInterfaces/nic")
ROUTE_TABLE = ResourceId(f"{NETWORK}/routeTables/rt")
NIC = NetworkInterface(
    NIC_ID,
    "",
    (
        IpConfiguration(
            NIC_ID.child("ipConfigurations", "one"),
            parse_address("10.0.0.4"),
            SUBNET,
            assumed=True,
            where=Where("n.yaml", 9),
        ),
    ),
    vm=VM.id,
)
NSG = NetworkSecurityGroup(GROUP, "", (rule("own", "Tcp", source="Internet", dports="443"),))
OPEN = Unresolved("it is a parameter", "[parameters('port')]", Where("main.json", 3))


def evaluated(
    *conditions: RuleEvaluation, level: Level = Level.SUBNET, outcome: Outcome = Outcome.DENY, **more: Any
) -> EvaluatedNsg:
    """A rule list that asked these rules; the last one matched unless ``more`` says otherwise."""
    owner, place = (GROUP, SUBNET) if level is Level.SUBNET else (GROUP, NIC_ID)
    matched = conditions[-1].rule if conditions else None
    return replace(EvaluatedNsg(level, owner, place, outcome, matched, conditions), **more)


def held(rule: SecurityRule, missed: str = "") -> RuleEvaluation:
    """How a rule held; ``missed`` names the conditions that did not, as ``source dest_port``."""
    names = ("protocol", "source", "source_port", "destination", "destination_port")
    return RuleEvaluation(rule, *(name not in missed.split() for name in names))


def diagnostic(*nsgs: EvaluatedNsg, outcome: Outcome = Outcome.DENY, **more: Any) -> NsgDiagnosticsAnswer:
    """A diagnostic of one NIC: TCP from anywhere to its port 22."""
    result = NsgDiagnostic(Direction.INBOUND, "TCP", "*", "10.0.0.4", "22", NIC_ID, outcome, nsgs)
    return NsgDiagnosticsAnswer(**{"target": VM.id, "results": (result,), **more})


def default_rule(name: str) -> SecurityRule:
    return next(each for each in default_rules() if each.name == name)


def verdict(
    settled: SecurityRule | None,
    outcome: Outcome = Outcome.ALLOW,
    *,
    level: Level = Level.SUBNET,
    tried: tuple[SecurityRule, ...] = (),
    unresolved: tuple[Unresolved, ...] = (),
) -> Verdict:
    decision = Decision(level, GROUP, outcome, settled, tried, unresolved)
    return Verdict(NIC.id, Direction.INBOUND, flow("Tcp", "203.0.113.7 50123", "10.0.0.4 443"), (decision,), outcome)


def ip_flow(found: Verdict, *, service_tags: str = "") -> IpFlowVerifyAnswer:
    return IpFlowVerifyAnswer(VM, found, service_tags)


def user_route(
    prefix: str = "0.0.0.0/0", hop: NextHopType = NextHopType.VIRTUAL_APPLIANCE, address: str = "10.0.9.4"
) -> EffectiveRoute:
    return EffectiveRoute(
        prefixes(prefix),
        hop,
        RouteSource.USER,
        RouteState.ACTIVE,
        parse_address(address) if address else None,
        "to-fw",
        ROUTE_TABLE,
        where=Where("n.yaml", 31),
    )


def next_hop(
    route: EffectiveRoute | None,
    hop: NextHopType | Unresolved,
    *,
    candidates: tuple[EffectiveRoute, ...] = (),
    address: Address | Unresolved | None = None,
) -> NextHopAnswer:
    source, dest = parse_address("10.0.0.4"), parse_address("8.8.8.8")
    return NextHopAnswer(VM, NIC, source, dest, hop, address, route, parse_prefix("0.0.0.0/0"), candidates)


def effective_nsg(level: Level = Level.SUBNET, own: tuple[EffectiveRule, ...] | None = None) -> EffectiveNsg:
    every = prefixes("0.0.0.0/0", "::/0")
    mine = (
        own if own is not None else (EffectiveRule(NSG.rules[0], prefixes("1.0.0.0/8"), every, prefixes("1.0.0.0/8")),)
    )
    defaults = tuple(EffectiveRule(each, every, every) for each in default_rules())
    bound_to = NIC.id if level is Level.NIC else SUBNET
    return EffectiveNsg(NSG, level, bound_to, (*mine, *defaults))


def rules_answer(*nsgs: EffectiveNsg) -> EffectiveRulesAnswer:
    return EffectiveRulesAnswer(NIC, nsgs)


def view_answer(nic: EffectiveNsg | None, subnet: EffectiveNsg | None) -> SecurityGroupViewAnswer:
    return SecurityGroupViewAnswer(VM, (NicSecurityView(NIC, SUBNET, nic, subnet),))


def resource(kind: str, name: str, *associations: Association) -> TopologyResource:
    return TopologyResource(ResourceId(f"{NETWORK}/{kind}/{name}"), "westeurope", associations)


def topology_answer(*resources: TopologyResource) -> TopologyAnswer:
    return TopologyAnswer(resources, "rg")


def _link() -> Link:
    return Link(1, "VirtualNetwork", SUBNET, Latency(2, 1, 10))


def path(*, reached: bool = True, middle: bool = False) -> ConnectivityCheckAnswer:
    """A path of two hops, or of three with ``middle``; the last hop has an issue unless it is ``reached``."""
    last = 2 if middle else 1
    issue = Issue("Inbound", "NetworkSecurityRule", context=(("RuleName", "UserRule_no"),), where=Where("n.yaml", 5))
    hops = [
        Hop("Source", "a-nic", parse_address("10.0.0.4"), VM.id, (_link(),)),
        Hop("VirtualAppliance", "fw", parse_address("10.0.9.4"), NIC.id, (Link(2, ""),)),
        Hop("VirtualNetwork", "b-nic", parse_address("10.0.1.4"), NIC.id, (), () if reached else (issue,)),
    ]
    found = tuple(hops if middle else (hops[0], hops[last + 1]))
    if not reached:
        return ConnectivityCheckAnswer(found, "Unreachable", probes_sent=30, probes_failed=30)
    return ConnectivityCheckAnswer(found, "Reachable", 2, 1, 10, 66, 0)
