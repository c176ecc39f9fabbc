"""The way back: how replies come to the source, and which appliances see one direction of the flow only.

Azure's own check does not say this. Sources: "Network security groups" (stateful: a reply to what a rule let in needs
no rule); "Virtual network traffic routing" (each direction is routed by its own subnet's table); "Azure Private Link
frequently asked questions" and "Use Azure Firewall to inspect traffic destined to a private endpoint" (replies of a
private endpoint go straight to the source, whatever user-defined routes say).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import FirewallAddress, NicAddress
from netwatch.engines.path.handing_over import Sender, hand_over
from netwatch.engines.path.hops import denials, hops_of
from netwatch.engines.path.onward import leave_subnet
from netwatch.engines.path.steps import Step, Walk, steps_from, steps_on
from netwatch.engines.path.stops import GatewayStop, HubStop, Onward, key_of, name_of
from netwatch.engines.targets import subnet_of
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.answers import Hop, ReturnPath
from netwatch.model.flow import Flow
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved

__all__ = ["REPLY_PORT", "return_path"]

REPLY_PORT = 50000
"""Stands for the opener's port where that is open: one of the ports that operating systems pick."""


def return_path(compiled: CompiledTopology, steps: Sequence[Step]) -> ReturnPath:
    """How replies to a flow that took ``steps``, and was not dropped, come back to where it came from.

    Groups let replies pass at every NIC where the flow itself passed; elsewhere the reply is the first packet, and
    rules are asked. The walk begins at the destination; at the gateway where the far end lies beyond one; at the
    appliance that leaves to the Internet, which is taken to translate the source.
    """
    try:
        back = _steps_back(compiled, steps)
    except UnsupportedError as error:
        return ReturnPath((), "Unknown", (f"the way back is not evaluated: {error}",))
    if not back:
        return ReturnPath((), "Returned")
    strays = _strays(steps[-1], back)
    outcome = _outcome(back, strays)
    problems = (*_drops(back), *strays, *_one_way(steps, back), *_denied(back))
    return ReturnPath(_hops(compiled, back), outcome, problems)


def _steps_back(compiled: CompiledTopology, steps: Sequence[Step]) -> list[Step]:
    last, source = steps[-1], steps[0].stop
    flow = _reply(last.flow)
    quiet = frozenset(step.stop.nic.id.key for step in steps if isinstance(step.stop, NicAddress))
    walk = Walk(compiled, set(), quiet, hidden=dict(_hidden(steps)))
    if isinstance(last.stop, HubStop) or _ends_beyond_hub(last):
        return _from_branch(walk, compiled, last, flow)
    if isinstance(last.stop, FirewallAddress):
        return _from_firewall(walk, last.stop, flow)
    if isinstance(last.stop, GatewayStop):
        return _from_gateway(walk, last.stop, flow)
    if not isinstance(last.stop, NicAddress) or last.stop == source:
        return []
    if last.kind == "PrivateEndpoint":
        return _from_endpoint(walk, last.stop, flow)
    if last.kind != "VirtualNetwork":  # an appliance at the edge: what it gets back it hands to the source
        flow = _reply(steps[0].flow)
    return steps_from(walk, last.stop, flow)


def _hidden(steps: Sequence[Step]) -> Iterator[tuple[str, Address]]:
    """The source that each firewall on the way saw."""
    for before, step in pairwise(steps):
        if isinstance(step.stop, FirewallAddress):
            yield step.stop.firewall.id.key, before.flow.src_ip


def _from_firewall(walk: Walk, stop: FirewallAddress, flow: Flow) -> list[Step]:
    """From the firewall at the edge, which gets what it sent out under its own address, back to the source it hid."""
    from netwatch.engines.path.firewall_way import let_back

    walk.seen.add(key_of(stop))
    sent, onward = let_back(walk.compiled, stop, flow, walk.seen, walk.hidden or {})
    first = Step("VirtualAppliance", stop, sent, (), onward)
    return [first, *steps_on(walk, first)]


def _ends_beyond_hub(last: Step) -> bool:
    """Whether a firewall in a hub sent the flow to a branch."""
    return isinstance(last.stop, FirewallAddress) and last.stop.subnet is None and last.onward.end == "Destination"


def _from_branch(walk: Walk, compiled: CompiledTopology, last: Step, flow: Flow) -> list[Step]:
    """Out of the branch and on by the default table of its hub."""
    from netwatch.engines.path.hub_way import from_branch, through_hub

    stop = last.stop
    id = stop.row.hub if isinstance(stop, HubStop) else stop.firewall.hub if isinstance(stop, FirewallAddress) else None
    hub = compiled.topology.virtual_hubs.get(id.key) if isinstance(id, ResourceId) else None
    if hub is None:
        return []
    found = from_branch(compiled, hub, flow.dst_ip)
    if isinstance(found, Unresolved):
        return [Step("VirtualHub", stop, flow, (), Onward("", unresolved=(found,)))]
    first = Step("VirtualHub", found, flow, (), through_hub(compiled, found, flow, walk.seen))
    return [first, *steps_on(walk, first)]


def _reply(flow: Flow) -> Flow:
    port = REPLY_PORT if flow.src_port == ANY_PORT else flow.src_port
    return Flow(flow.protocol, flow.dst_ip, flow.dst_port, flow.src_ip, port)


def _from_gateway(walk: Walk, stop: GatewayStop, flow: Flow) -> list[Step]:
    """Out of the tunnel and on by the routes of the gateway's subnet."""
    if stop.subnet is None:
        return []
    onward = leave_subnet(walk.compiled, stop.subnet, flow, walk.seen, is_gateway=True)
    first = Step("VirtualNetworkGateway", stop, flow, (), onward)
    return [first, *steps_on(walk, first)]


def _from_endpoint(walk: Walk, place: NicAddress, flow: Flow) -> list[Step]:
    """Straight to the source, where that is in the endpoint's network or a peer; else the far way is not known."""
    topology = walk.compiled.topology
    subnet = subnet_of(topology, place.nic)
    vnet = topology.vnets[subnet.vnet.key]
    onward = hand_over(walk.compiled, Sender(vnet, subnet, flow.src_ip), flow.dst_ip)
    if onward.stop is None:
        reason = f"its replies take no user-defined route, and {flow.dst_ip} is neither in {vnet.id.name} nor in a peer"
        onward = Onward("", unresolved=(Unresolved(reason, where=place.where),))
    first = Step("PrivateEndpoint", place, flow, (), onward)
    return [first, *steps_on(walk, first)]


def _hops(compiled: CompiledTopology, back: list[Step]) -> tuple[Hop, ...]:
    """The hops of the way back; one that does not arrive ends in a hop ``Destination`` or ``Internet``."""
    hops = tuple(hops_of(compiled, back))
    last = back[-1]
    if last.kind == "VirtualNetwork":
        return hops
    if last.onward.end == "Internet":
        return (*hops, Hop("Internet", "Internet", None, None))
    return (*hops, Hop(last.onward.end or "Destination", str(last.flow.dst_ip), last.flow.dst_ip, None))


def _strays(there: Step, back: list[Step]) -> tuple[str, ...]:
    """A sentence where replies leave to where the source is not; what came in from the Internet goes back there.

    It does by the destination's own subnet, or by the firewall that let it in. By another appliance it leaves from
    another address than it came to ("Virtual network traffic routing", 0.0.0.0/0 address prefix).
    """
    front, out = there.front, next((step for step in back if step.onward.link == "Internet"), None)
    if front is not None and out is not None:
        return () if out is back[0] or out.stop == front.behind else (_strayed(out),)
    return (_strayed(back[-1]),) if back[-1].onward.end else ()


def _strayed(here: Step) -> str:
    return f"replies do not come back: at {name_of(here.stop)} they leave by {here.onward.link}"


def _outcome(back: list[Step], strays: tuple[str, ...]) -> str:
    if strays or any(step.onward.issues for step in back):
        return "Dropped"
    return "Unknown" if any(step.onward.unresolved for step in back) else "Returned"


def _drops(back: list[Step]) -> Iterator[str]:
    for step in back:
        name = name_of(step.stop)
        if step.onward.issues:
            why = "; ".join(step.onward.notes) or "the route there drops them"
            yield f"replies do not come back: at {name}, {why}"
        for reason in step.onward.unresolved:
            yield f"whether replies come back is not known: at {name}, {reason}"


def _one_way(steps: Sequence[Step], back: list[Step]) -> Iterator[str]:
    """Appliances on one way only. One that keeps state drops a reply to what it never saw open."""
    there, here = _appliances(steps), _appliances(back)
    start = back[0].stop
    if isinstance(
        start, (NicAddress, FirewallAddress)
    ):  # an appliance at the edge sees both, being where the way back begins
        here.setdefault(_machine(start), "")
        there.setdefault(_machine(start), "")
    for machine, name in there.items():
        if machine not in here:
            yield f"{name} sees the way there only: replies pass it by, which a stateful appliance takes for a fault"
    for machine, name in here.items():
        if machine not in there:
            yield f"{name} sees the replies only: a stateful appliance drops what it did not see opened"


def _appliances(steps: Sequence[Step]) -> dict[str, str]:
    """The machines that forward on a way, by key, each with the NIC's name. A machine's NICs share its state."""
    return {
        _machine(step.stop): name_of(step.stop)
        for step in steps
        if step.kind == "VirtualAppliance" and isinstance(step.stop, (NicAddress, FirewallAddress))
    }


def _machine(place: NicAddress | FirewallAddress) -> str:
    if isinstance(place, FirewallAddress):
        return place.firewall.id.key
    return place.nic.vm.key if isinstance(place.nic.vm, ResourceId) else place.nic.id.key


def _denied(back: list[Step]) -> Iterator[str]:
    for step in back:
        for issue in denials(step.verdicts):
            rule = dict(issue.context).get("RuleName", "a rule")
            yield (
                f"{name_of(step.stop)} sees replies to a flow that it did not see opened, so its rules are asked, "
                f"and {rule} denies them ({issue.origin.lower()})"
            )
