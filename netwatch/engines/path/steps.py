"""The steps of one flow: everything it comes to, what rules make of it there, and where it goes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import HANDS_TO, heads
from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, NicAddress
from netwatch.engines.path.onward import forward, leave, leave_subnet
from netwatch.engines.path.stops import GatewayStop, HubStop, Onward, PublicAddress, Stop, key_of, platform_issue
from netwatch.model.addresses import Address
from netwatch.model.answers import Issue, Verdict
from netwatch.model.flow import Direction, Flow
from netwatch.model.resources import NetworkInterface
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import verdict

if TYPE_CHECKING:
    from netwatch.model.endpoints import PrivateEndpoint

__all__ = ["Step", "Walk", "endpoint_of", "steps_from", "steps_on"]


class Step(NamedTuple):
    """The flow at one place: as what it is there (ARM's hop type), what rules make of it, and where it goes.

    ``flow`` is as it is after this place: load balancers and public addresses change its addresses. ``issues`` are
    those of the place itself; ``front`` is the public address by which it came into the network, None where by none.
    """

    kind: str
    stop: Stop
    flow: Flow
    verdicts: tuple[Verdict, ...]
    onward: Onward
    issues: tuple[Issue, ...] = ()
    front: PublicAddress | None = None


class Walk(NamedTuple):
    """What a walk goes by: ``seen`` are the keys of what it has come to, and grow; ``quiet`` the NICs without rules.

    A NIC is quiet where the groups hold state for the flow, since they let replies pass without asking a rule.
    ``host`` is the name the flow is for. ``hidden``, on the way back, is the source that each firewall saw: its key →
    that address; None on the way there.
    """

    compiled: CompiledTopology
    seen: set[str]
    quiet: frozenset[str] = frozenset()
    host: str = ""
    hidden: Mapping[str, Address] | None = None

    def verdicts(self, place: NicAddress, flow: Flow, direction: Direction) -> tuple[Verdict, ...]:
        """What the rules at a NIC make of the flow; none where it is quiet."""
        if place.nic.id.key in self.quiet:
            return ()
        return (verdict(self.compiled, place.nic, direction, flow),)


def steps_from(walk: Walk, source: NicAddress, flow: Flow) -> list[Step]:
    """The flow from the NIC that sends it. What a machine sends to itself meets no rules."""
    walk.seen.add(key_of(source))
    onward = leave(walk.compiled, source, flow, walk.seen)
    if isinstance(onward.stop, NicAddress) and onward.stop.nic == source.nic:
        end = Step("VirtualNetwork", onward.stop, flow, (), Onward(""))
        return [Step("Source", source, flow, (), onward), end]
    verdicts = walk.verdicts(source, flow, Direction.OUTBOUND)
    first = Step("Source", source, flow, verdicts, onward, _no_way_out(walk, source, onward, flow))
    return [first, *steps_on(walk, first)]


def steps_on(walk: Walk, step: Step) -> Iterator[Step]:
    """The steps that follow ``step``, up to the destination, a drop, or the edge of what the input holds."""
    while step.onward.stop is not None:
        walk.seen.add(key_of(step.onward.stop))
        step = _next(walk, step.onward.stop, step)
        yield step


def _next(walk: Walk, stop: Stop, before: Step) -> Step:
    if isinstance(stop, NicAddress):
        return _at_nic(walk, stop, before)
    if isinstance(stop, BalancerAddress):
        return _at_balancer(walk, stop, before)
    if isinstance(stop, PublicAddress):
        return _at_front(walk, stop, before)
    if isinstance(stop, FirewallAddress):
        return _at_firewall(walk, stop, before)
    if isinstance(stop, HubStop):
        return _at_hub(walk, stop, before)
    return Step("VirtualNetworkGateway", stop, before.flow, (), _through(walk, stop, before.flow))


def _at_nic(walk: Walk, place: NicAddress, before: Step) -> Step:
    flow = before.flow
    closed = _closed(walk, before.front, place)
    inbound = walk.verdicts(place, flow, Direction.INBOUND)
    if place.address == flow.dst_ip:
        endpoint = endpoint_of(walk.compiled, place.nic)
        kind = "PrivateEndpoint" if endpoint else "VirtualNetwork"
        return Step(kind, place, flow, inbound, Onward(""), (*closed, *_not_approved(endpoint)), before.front)
    onward = forward(walk.compiled, place, flow, walk.seen)
    outbound = walk.verdicts(place, flow, Direction.OUTBOUND) if onward.route else ()
    issues = (*closed, *_no_way_out(walk, place, onward, flow))
    return Step("VirtualAppliance", place, flow, (*inbound, *outbound), onward, issues)


def _not_approved(endpoint: PrivateEndpoint | None) -> tuple[Issue, ...]:
    """Only an approved endpoint sends traffic to what it leads to ("What is a private endpoint")."""
    if endpoint is None or endpoint.status == "Approved":
        return ()
    return (platform_issue(f"PrivateEndpoint{endpoint.status}", endpoint.where),)


def _no_way_out(walk: Walk, place: NicAddress, onward: Onward, flow: Flow) -> tuple[Issue, ...]:
    if onward.link != "Internet" or place.nic.id.key in walk.quiet:
        return ()
    from netwatch.engines.path.public_way import egress, no_way_out

    return no_way_out(egress(walk.compiled.topology, place, flow.protocol))


def _closed(walk: Walk, front: PublicAddress | None, place: NicAddress) -> tuple[Issue, ...]:
    if front is None or place.nic.id.key in walk.quiet:
        return ()
    from netwatch.engines.path.public_way import closed_inbound

    issue = closed_inbound(walk.compiled, front, place)
    return (issue,) if issue is not None else ()


def _at_balancer(walk: Walk, stop: BalancerAddress, before: Step) -> Step:
    from netwatch.engines.path.balancing import hand_on

    flow, onward = hand_on(walk.compiled, stop, before.flow, walk.seen, is_front=before.kind == "Internet")
    return Step("LoadBalancer", stop, flow, (), onward, front=before.front)


def _at_firewall(walk: Walk, stop: FirewallAddress, before: Step) -> Step:
    """ARM's word for a firewall on a path is not known; it stands where a route leads to a virtual appliance."""
    from netwatch.engines.path.firewall_way import let_back, let_in, let_through

    if walk.hidden is not None:
        flow, onward = let_back(walk.compiled, stop, before.flow, walk.seen, walk.hidden)
    elif before.kind == "Internet":
        flow, onward = let_in(walk.compiled, stop, before.flow, walk.seen)
    else:
        flow, onward = let_through(walk.compiled, stop, before.flow, walk.seen, host=walk.host)
    return Step("VirtualAppliance", stop, flow, (), onward, front=before.front)


def _at_hub(walk: Walk, stop: HubStop, before: Step) -> Step:
    """ARM's word for a hub of a virtual WAN on a path is not known; it is called by its own name."""
    from netwatch.engines.path.hub_way import through_hub

    onward = through_hub(walk.compiled, stop, before.flow, walk.seen)
    return Step("VirtualHub", stop, before.flow, (), onward)


def _at_front(walk: Walk, front: PublicAddress, before: Step) -> Step:
    """Behind a public address: what arrives bears the sender's public address, and is addressed to the private one.

    Source: "Network security groups": inbound rules see the private address, and the sender as the Internet has it.
    """
    from netwatch.engines.path.destination import stand_in
    from netwatch.engines.path.public_way import egress, firewall_egress

    topology, protocol = walk.compiled.topology, before.flow.protocol
    sender = egress(topology, before.stop, protocol) if isinstance(before.stop, NicAddress) else None
    if isinstance(before.stop, FirewallAddress):
        sender = firewall_egress(topology, before.stop)
    known = sender.address if sender is not None else None
    notes = () if known else ("the public address that the sender bears is not known; no rule is taken to name it",)
    flow = before.flow._replace(src_ip=known or stand_in(topology, before.flow.src_ip.version))
    if isinstance(front.behind, NicAddress) and front.behind.address is not None:
        flow = flow._replace(dst_ip=front.behind.address)
    onward = Onward("VirtualNetwork", stop=front.behind, notes=notes)
    return Step("Internet", front, flow, (), onward, front=front)


def _through(walk: Walk, stop: GatewayStop, flow: Flow) -> Onward:
    """Into the tunnels; or out of them, or back to a network the gateway serves, by the routes of its subnet."""
    from netwatch.engines.path.gateway_way import beyond, turns_back

    if not stop.inward and not turns_back(walk.compiled, stop.gateway, flow.dst_ip):
        return beyond(walk.compiled, stop, flow.dst_ip)
    if stop.subnet is None:
        reason = f"the subnet of {stop.gateway.id.name} is not in the input"
        return Onward("", unresolved=(Unresolved(reason, where=stop.gateway.where),))
    return leave_subnet(walk.compiled, stop.subnet, flow, walk.seen, is_gateway=True)


def endpoint_of(compiled: CompiledTopology, nic: NetworkInterface) -> PrivateEndpoint | None:
    """The private endpoint that ``nic`` is of; None where it is a NIC like any other."""
    found = heads(compiled.ways, nic.id.key, HANDS_TO, of="PrivateEndpoint")
    return compiled.topology.private_endpoints[found[0]] if found else None
