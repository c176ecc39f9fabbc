"""What load balancers and Azure firewalls make of a flow.

Sources: "Azure Load Balancer components", "High availability ports overview", "Azure Load Balancer health probes",
"Azure Firewall rule processing logic", "Azure Firewall SNAT private IP address ranges", "Filter inbound Internet
traffic with Azure Firewall DNAT"; where they are silent, decision 0031.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netwatch.model.addresses import ANY_PORT, Address, PortRange, parse_address
from netwatch.model.firewalls import Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import BackendPool, InboundNatRule, LoadBalancer, LoadBalancingRule
from netwatch.model.rules import AddressField, AnyAddress, Cidr, PortField, ServiceTag
from netwatch.model.topology import Topology
from tests.oracle.around import host, network
from tests.oracle.spots import Spot, holder_anywhere, holder_in, of_configuration
from tests.oracle.tags import published
from tests.oracle.trips import Issue, Move, Trip, denied, platform, runs, takes_port

__all__ = ["Judged", "balanced", "judged", "translated"]

PROBER = parse_address("168.63.129.16")
Rule = LoadBalancingRule | InboundNatRule


# --- load balancers ---------------------------------------------------------------------------------------------------


def balanced(trip: Trip, spot: Spot, flow: Flow, *, from_outside: bool) -> tuple[Flow, Move]:
    """The flow behind a frontend, and its move to the first healthy member that it has not passed.

    ``from_outside``: it came by the public address of the frontend.
    """
    balancer = trip.topology.load_balancers[spot.id.parent.key]
    is_for_it = from_outside or flow.dst_ip == spot.address
    if flow.protocol not in (Protocol.TCP, Protocol.UDP):
        if from_outside and flow.protocol is Protocol.ICMP:
            return flow, Move(is_open=True)  # public frontends answer a ping under conditions of their own
        return flow, Move(issues=(platform("ProtocolNotBalanced"),))
    rule = _rule(balancer, spot.id, flow)
    if rule is None:
        return flow, Move(issues=(platform("NoLoadBalancingRule"),))
    new_port = _port_behind(rule, flow.dst_port)
    if not is_for_it and (isinstance(rule, InboundNatRule) or new_port != flow.dst_port):
        return flow, Move(is_open=True)  # what a rule makes of the port of a flow that is only routed here is not told
    healthy = [one for one in _members(trip, balancer, rule, spot, flow) if _is_healthy(trip, balancer, rule, one)]
    if not healthy:
        any_member = list(_members(trip, balancer, rule, spot, flow))
        if not any_member and _has_strangers(balancer, rule):
            return flow, Move(is_open=True)
        return flow, Move(issues=(platform("NoHealthyBackend" if any_member else "NoBackend"),))
    fresh = [one for one in healthy if one.key not in trip.passed]
    if not fresh and is_for_it:
        return flow, Move(issues=(platform("BackendIsTheSource"),))
    if not fresh:
        return flow, Move(issues=(Issue("Outbound", "UserDefinedRoute", "Default"),), loops=True)
    if is_for_it:
        assert fresh[0].address is not None
        flow = flow._replace(dst_ip=fresh[0].address, dst_port=new_port)
    return flow, Move("VirtualNetwork", fresh[0])


def _rule(balancer: LoadBalancer, frontend: ResourceId, flow: Flow) -> Rule | None:
    """A rule that names the port comes before one for every port."""
    every: list[Rule] = [*balancer.nat_rules, *balancer.rules]
    own = [each for each in every if each.frontend == frontend and each.protocol in (flow.protocol, Protocol.ANY)]
    naming = [
        rule
        for rule in own
        if not _takes_all(rule) and _front_port(rule).low <= flow.dst_port <= _front_port(rule).high
    ]
    return next(iter(naming + [rule for rule in own if _takes_all(rule)]), None)


def _front_port(rule: Rule) -> PortRange:
    if isinstance(rule, InboundNatRule):
        assert isinstance(rule.frontend_ports, PortRange)
        return rule.frontend_ports
    assert isinstance(rule.frontend_port, int)
    return PortRange(rule.frontend_port, rule.frontend_port)


def _takes_all(rule: Rule) -> bool:
    """High availability ports: protocol All, port 0."""
    return isinstance(rule, LoadBalancingRule) and (rule.protocol, rule.frontend_port) == (Protocol.ANY, 0)


def _port_behind(rule: Rule, port: int) -> int:
    if rule.floating_ip or _takes_all(rule):
        return port
    assert isinstance(rule.backend_port, int)
    return rule.backend_port


def _members(trip: Trip, balancer: LoadBalancer, rule: Rule, spot: Spot, flow: Flow) -> Iterator[Spot]:
    """All members of the pools of a rule; of a NAT rule the one that has the port."""
    pools = {pool.id: pool for pool in balancer.pools}
    if isinstance(rule, LoadBalancingRule):
        for pool in balancer.pools:
            if pool.id in rule.pools:
                yield from _of_pool(trip.topology, pool, spot)
    elif isinstance(rule.target, ResourceId) and rule.target in pools:
        members = list(_of_pool(trip.topology, pools[rule.target], spot))
        nth = flow.dst_port - _front_port(rule).low
        yield from members[nth : nth + 1]
    elif isinstance(rule.target, ResourceId):
        one = of_configuration(trip.topology, rule.target)
        assert one is not None
        yield one


def _of_pool(topology: Topology, pool: BackendPool, spot: Spot) -> Iterator[Spot]:
    for config in pool.configurations:
        one = of_configuration(topology, config)
        if one is not None:
            yield one
    vnet = pool.vnet or (spot.subnet.parent if spot.subnet else None)
    for address in pool.addresses:
        assert isinstance(address, Address)
        one = holder_in(topology, vnet, address) if vnet else holder_anywhere(topology, address)
        if one is not None and one.kind == "nic":
            yield one


def _has_strangers(balancer: LoadBalancer, rule: Rule) -> bool:
    """Whether a pool of the rule names members that the input does not hold."""
    if isinstance(rule, InboundNatRule):
        return False
    return any(pool.id in rule.pools and (pool.configurations or pool.addresses) for pool in balancer.pools)


def _is_healthy(trip: Trip, balancer: LoadBalancer, rule: Rule, one: Spot) -> bool:
    """It runs; and where the rule has a probe, it listens on the probed port and lets the probe in."""
    assert one.nic is not None
    assert one.address is not None
    if not runs(trip.topology, one.nic):
        return False
    probes = [] if isinstance(rule, InboundNatRule) else [each for each in balancer.probes if each.id == rule.probe]
    for probe in probes:
        assert isinstance(probe.port, int)
        if not takes_port(trip.topology, one.nic, "Tcp", probe.port):
            return False
        asked = Flow(Protocol.TCP, PROBER, ANY_PORT, one.address, probe.port)
        if one.address.version == 4 and denied(trip.topology, one.nic, Direction.INBOUND, asked, trip.tags):
            return False
    return True


# --- firewalls --------------------------------------------------------------------------------------------------------


class Judged(NamedTuple):
    """``access`` is Allow, Deny or Unknown; ``by`` is network, application, or empty where no rule matches."""

    access: str
    by: str = ""


def judged(trip: Trip, firewall: Firewall, flow: Flow) -> Judged:
    """The first network rule that matches decides, else the first application rule, else it is denied.

    Of what is allowed it must be known by which kind of rule, too: application rules hide the source.
    """
    possible = _possible(trip, [("network", firewall.network_rules), ("application", firewall.application_rules)], flow)
    accesses, kinds = {each.access for each in possible}, {each.by for each in possible}
    if accesses == {"Deny"}:
        return Judged("Deny")
    return possible[0] if len(accesses) == len(kinds) == 1 else Judged("Unknown")


def _possible(trip: Trip, lists: list[tuple[str, tuple[FirewallRule, ...]]], flow: Flow) -> list[Judged]:
    """What may come of the lists: by each rule that may match, up to the first that does; else the default deny."""
    found = []
    for by, rules in lists:
        for rule in rules:
            match = _matches(trip, rule, flow)
            if match != "no":
                found.append(Judged("Allow" if rule.access is Access.ALLOW else "Deny", by))
            if match == "yes":
                return found
    return [*found, Judged("Deny")]


def _matches(trip: Trip, rule: FirewallRule, flow: Flow) -> str:
    if not _is_of_service(rule, flow, trip):
        return "no"
    if _held(trip, rule.destinations, flow.dst_ip) or "*" in rule.fqdns:
        return "yes"
    dns = trip.topology.facts.dns.items()
    names = [trip.name.lower()] * bool(trip.name) + [name for name, address in dns if address == flow.dst_ip]
    if any(_is_like(name, fqdn.lower()) for name in names for fqdn in rule.fqdns):
        return "yes"
    if rule.other_names:
        return "maybe"  # a tag or a category: which names it stands for is not listed
    return "maybe" if rule.fqdns and not names else "no"


def _is_like(name: str, fqdn: str) -> bool:
    return name.endswith(fqdn[1:]) if fqdn.startswith("*") else name == fqdn


def _is_of_service(rule: FirewallRule | NatRule, flow: Flow, trip: Trip) -> bool:
    """Protocol, port and source."""
    speaks = bool({flow.protocol, Protocol.ANY} & set(rule.protocols))
    port = not flow.protocol.has_ports or _has_port(rule.ports, flow.dst_port)
    return speaks and port and _held(trip, rule.sources, flow.src_ip)


def _has_port(field: PortField, port: int) -> bool:
    return any(isinstance(each, PortRange) and each.low <= port <= each.high for each in field.ranges)


def _held(trip: Trip, field: AddressField, address: Address) -> bool:
    for term in field.terms:
        if isinstance(term, AnyAddress) or (isinstance(term, Cidr) and host(address) in network(term.prefix)):
            return True
        if isinstance(term, ServiceTag) and any(host(address) in held for held in published(term.text, trip.tags)):
            return True
    return False


def translated(trip: Trip, firewall: Firewall, flow: Flow) -> tuple[Flow | None, Sequence[Issue], bool]:
    """A flow for the firewall itself by its NAT rules: as it goes on, what is wrong with it, and whether that is open.

    What a NAT rule takes needs no other rule; a network rule may deny it, an application rule is not asked.
    """
    assert isinstance(firewall.private_ip, Address)
    for rule in firewall.nat_rules:
        if not _is_of_service(rule, flow, trip) or not _held(trip, rule.destinations, flow.dst_ip):
            continue
        if not isinstance(rule.translated_address, Address):
            return None, (), True
        port = rule.translated_port if isinstance(rule.translated_port, int) else flow.dst_port
        there = flow._replace(dst_ip=rule.translated_address, dst_port=port)
        denying = {
            each == ("Deny", "network") for each in _possible(trip, [("network", firewall.network_rules)], there)
        }
        issues = [platform("DeniedByFirewall")] if denying == {True} else []
        return there._replace(src_ip=firewall.private_ip), issues, len(denying) > 1
    return None, [platform("NoNatRule")], False
