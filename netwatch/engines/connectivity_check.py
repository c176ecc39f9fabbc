"""connectivityCheck: the path from a machine to a machine, an address or a name, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.platform import SMTP_TAKEN_TO_PASS, is_smtp
from netwatch.engines.assumed import elsewhere, of_routes, prefixes_at
from netwatch.engines.path.address_owner import FirewallAddress, NicAddress
from netwatch.engines.path.destination import Destination, find_destination
from netwatch.engines.path.hops import placed
from netwatch.engines.path.machine_facts import listens, power_state
from netwatch.engines.path.steps import Step
from netwatch.engines.path.stops import platform_issue
from netwatch.engines.path.walk import Path, walk
from netwatch.engines.path.way_back import return_path
from netwatch.engines.targets import find_nic_of_vm, find_vm, primary_configuration
from netwatch.errors import InvalidFlowError
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.answers import ConnectivityCheckAnswer, Egress, Hop, Issue, Link, ReturnPath
from netwatch.model.facts import Latency
from netwatch.model.flow import Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet, VirtualMachine
from netwatch.model.routes import EffectiveRoute
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["connectivity_check"]

_PROTOCOLS = {"tcp": Protocol.TCP, "http": Protocol.TCP, "https": Protocol.TCP, "icmp": Protocol.ICMP}


class _Probes(NamedTuple):
    sent: int
    failed: int


_REACHED = _Probes(66, 0)
_NOT_REACHED = _Probes(30, 30)
_NOT_SENT = _Probes(0, 0)
"""Recorded counts; none are sent where the source cannot (recorded for a name that did not resolve)."""


def connectivity_check(
    compiled: CompiledTopology, source: str, *, dest: str, dest_port: int = 0, protocol: str = "Tcp"
) -> ConnectivityCheckAnswer:
    """Whether ``source`` (a machine) reaches ``dest`` (a machine, address, DNS name or URL), hop by hop.

    ``protocol`` is Tcp, Http, Https or Icmp. Port 0 is the URL's, else 443 for Https and 80 otherwise (the example in
    "Troubleshoot connections with the Azure REST API" asks port 0 and is stopped by a rule for 80). The opener's port
    is left open. The status is Reachable, Unreachable, or Unknown where the input leaves open what decides; notes say
    what. Reachable also needs the declared facts: source, appliances and destination run, and the destination listens
    on the port. And it needs the replies: where routes drop them for certain the status is Unreachable, without an
    issue at a hop, since ARM's hops are those of the way there.

    Latency, in whole ms, is the one declared for the two machines, else that of the model in ``engines.latency``. None
    unless reached. Raises ResourceNotFoundError, InvalidFlowError, UnsupportedError.
    """
    answer, steps = _checked(compiled, source, dest, dest_port, protocol)

    def status(moved: CompiledTopology, there: str) -> str:
        return _checked(moved, source, there, dest_port, protocol)[0].status

    return replace(answer, notes=(*answer.notes, *_elsewhere(compiled, steps, dest, status)))


def _elsewhere(
    compiled: CompiledTopology, steps: tuple[Step, ...], dest: str, status: Callable[[CompiledTopology, str], str]
) -> Iterator[str]:
    """Where the status would be another, had Azure drawn another address for one of the ends."""
    places = [step.stop for step in steps if isinstance(step.stop, NicAddress)]
    for place in dict.fromkeys(places[:1] + places[-1:]):
        if place.config.assumed:
            inside = [prefix for each in places for prefix in prefixes_at(compiled, each.nic)]
            routes = (route for each in places for route in _routes_at(compiled, each.nic))
            inside += [prefix for route in routes for prefix in route.prefixes]
            ask = partial(_status_at, status, dest, str(place.address))
            yield from elsewhere(compiled, place.config, ask, prefixes=inside)


def _status_at(
    status: Callable[[CompiledTopology, str], str], dest: str, old: str, moved: CompiledTopology, new: Address
) -> str:
    """The status on ``moved``; a destination that was named by the old address is named by the new one."""
    return status(moved, str(new) if dest == old else dest)


def _routes_at(compiled: CompiledTopology, nic: NetworkInterface) -> tuple[EffectiveRoute, ...]:
    subnet = compiled.topology.subnet_of(nic)
    return compiled.effective_routes(subnet) if isinstance(subnet, Subnet) else ()


def _checked(
    compiled: CompiledTopology, source: str, dest: str, dest_port: int, protocol: str
) -> tuple[ConnectivityCheckAnswer, tuple[Step, ...]]:
    """The answer, with the steps of the way that it rests on."""
    topology = compiled.topology
    machine = find_vm(topology, source)
    destination = find_destination(topology, dest)
    nic = find_nic_of_vm(topology, machine)
    place = _source_place(nic, destination)
    if destination.is_unresolvable:
        return _unresolvable(machine, place, destination), ()
    if place.address is None or destination.address is None:
        return _unknown_ends(machine, place, destination), ()
    flow = _flow(place.address, destination.address, dest_port or destination.default_port, protocol)
    path = _with_facts(topology, walk(compiled, place, destination, flow), flow, machine, destination)
    path = _at_nat_gateway(compiled, path, destination)
    is_cut = bool(path.unresolved) or any(step.onward.issues for step in path.steps)
    returned = None if is_cut else return_path(compiled, path.steps)
    answer = _answer(topology, machine, path, returned, _notes(compiled, machine, destination, path))
    return replace(answer, flow=flow), path.steps


def _source_place(nic: NetworkInterface, destination: Destination) -> NicAddress:
    version = destination.address.version if destination.address else 4
    config = primary_configuration(nic, version)
    if config is None:
        raise InvalidFlowError(
            f"{nic.id.name} has no IPv{version} address, and {destination.name} is IPv{version}.",
            where=nic.where,
            hint="Source and destination must be of one address family.",
        )
    return NicAddress(nic, config)


def _flow(source: Address, destination: Address, port: int, protocol: str) -> Flow:
    kind = _PROTOCOLS.get(protocol.lower())
    if kind is None:
        raise InvalidFlowError(
            f"`protocol` {protocol!r} cannot be asked here.", hint="Expected Tcp, Http, Https or Icmp."
        )
    if not 0 <= port <= 65535:
        raise InvalidFlowError(
            f"`dest_port` {port} is not a port.", hint="Expected 1 to 65535, or 0 for the usual one."
        )
    if kind is Protocol.ICMP:
        return Flow(kind, source, 0, destination, 0)
    usual = 443 if protocol.lower() == "https" else 80
    return Flow(kind, source, ANY_PORT, destination, port or usual)


def _unknown_ends(machine: VirtualMachine, place: NicAddress, destination: Destination) -> ConnectivityCheckAnswer:
    """The answer when one end has an address that the input does not fix."""
    blank = [end for end in (place, destination.place) if end is not None and end.address is None]
    notes = tuple(f"the address of {end.nic.id.name} is not known: {_reason(end)}" for end in blank)
    return ConnectivityCheckAnswer(_ends(machine, place, destination), "Unknown", notes=notes)


def _unresolvable(machine: VirtualMachine, place: NicAddress, destination: Destination) -> ConnectivityCheckAnswer:
    """The answer for a name that has no address, as recorded in 2023, which spells the issue type so: nothing is sent.

    The documentation's enumeration has ``DnsResolution``.
    """
    source, end = _ends(machine, place, destination)
    note = f"{destination.name} has no address anywhere: names below invalid never resolve (RFC 6761)"
    hops = (_with_issue(source, Issue("Local", "DNSResolution")), end)
    return ConnectivityCheckAnswer(hops, "Unreachable", notes=(note,))


def _ends(machine: VirtualMachine, place: NicAddress, destination: Destination) -> tuple[Hop, Hop]:
    """The two hops of a path that is not walked."""
    end = destination.place
    return (
        Hop("Source", place.nic.id.name, place.address, machine.id, (Link(1, ""),)),
        Hop("Destination", destination.name, destination.shown, end.config.id if end else None),
    )


def _reason(place: NicAddress) -> str:
    address = place.config.private_ip
    return address.reason if isinstance(address, Unresolved) else "the input has none"


def _with_facts(topology: Topology, path: Path, flow: Flow, machine: VirtualMachine, destination: Destination) -> Path:
    """The path with the issues that declared facts bring at its two ends."""
    hops = list(path.hops)
    state = power_state(topology, machine.id)
    if state != "running":
        hops[0] = _with_issue(hops[0], Issue("Local", "AgentStopped", context=(("PowerState", state),)))
    wanted = destination.place.nic if destination.place else path.arrived
    if path.arrived is not None and path.arrived != wanted:
        hops[-1] = _with_issue(hops[-1], platform_issue("AnotherMachineHasTheAddress", path.arrived.where))
    there = path.steps[-1].flow if path.arrived is not None else flow  # a load balancer may have changed the port
    for issue in _destination_issues(topology, path.arrived or path.meant, there):
        hops[-1] = _with_issue(hops[-1], issue)
    return path._replace(hops=placed(tuple(hops), topology.semantics.security_rule_issue))


def _at_nat_gateway(compiled: CompiledTopology, path: Path, destination: Destination) -> Path:
    """The path with an issue where it ends at the public address of a NAT gateway, which takes in replies alone."""
    if destination.address is None or path.steps[-1].onward.end != "Internet":
        return path
    from netwatch.engines.path.public_way import takes_nothing_in

    if not takes_nothing_in(compiled, destination.address):
        return path
    return path._replace(hops=(*path.hops[:-1], _with_issue(path.hops[-1], platform_issue("NatGatewayTakesNothingIn"))))


def _with_issue(hop: Hop, issue: Issue) -> Hop:
    return replace(hop, issues=(*hop.issues, issue))


def _destination_issues(topology: Topology, nic: NetworkInterface | None, flow: Flow) -> Iterator[Issue]:
    if nic is None or not isinstance(nic.vm, ResourceId):
        return
    state = power_state(topology, nic.vm)
    if state != "running":
        yield Issue("Local", "Platform", context=(("PowerState", state),))
    elif flow.protocol.has_ports and not listens(topology, nic.vm, flow):
        # Recorded together since July 2018, in this order: the service cannot tell which of the two it is.
        yield Issue("Local", "NoListenerOnDestination")
        yield Issue("Local", "GuestFirewall")


def _answer(
    topology: Topology, machine: VirtualMachine, path: Path, returned: ReturnPath | None, notes: Iterator[str]
) -> ConnectivityCheckAnswer:
    status = _status(path, returned)
    timed = _timed(topology, machine, path) if status == "Reachable" else _Timed(path.hops, None)
    probes = _probes(path, status)
    unresolved = (str(reason) for reason in path.unresolved)
    return ConnectivityCheckAnswer(
        timed.hops,
        status,
        avg_latency_ms=timed.latency.avg_ms if timed.latency else None,
        min_latency_ms=timed.latency.min_ms if timed.latency else None,
        max_latency_ms=timed.latency.max_ms if timed.latency else None,
        probes_sent=probes.sent,
        probes_failed=probes.failed,
        notes=tuple(dict.fromkeys((*notes, *path.notes, *unresolved))),
        returned=returned,
        egress=_egress(topology, path),
    )


def _status(path: Path, returned: ReturnPath | None) -> str:
    if any(issue.severity == "Error" for hop in path.hops for issue in hop.issues):
        return "Unreachable"
    if path.unresolved or (returned is not None and returned.outcome == "Unknown"):
        return "Unknown"
    return "Unreachable" if returned is not None and returned.outcome == "Dropped" else "Reachable"


def _egress(topology: Topology, path: Path) -> Egress | None:
    """How the flow leaves to the Internet, where a NIC of the path sends it there."""
    for step in path.steps:
        if step.onward.link == "Internet" and isinstance(step.stop, (NicAddress, FirewallAddress)):
            from netwatch.engines.path.public_way import egress, firewall_egress

            if isinstance(step.stop, FirewallAddress):
                return firewall_egress(topology, step.stop)
            return egress(topology, step.stop, step.flow.protocol)
    return None


def _probes(path: Path, status: str) -> _Probes:
    if status == "Reachable":
        return _REACHED
    can_send = not any(issue.type == "AgentStopped" for issue in path.hops[0].issues)
    return _NOT_REACHED if status == "Unreachable" and can_send else _NOT_SENT


class _Timed(NamedTuple):
    hops: tuple[Hop, ...]
    latency: Latency | None


def _timed(topology: Topology, machine: VirtualMachine, path: Path) -> _Timed:
    """The hops with round trips and their sum; a declared latency is shown on the link of a path that has only one."""
    if path.arrived is not None and isinstance(path.arrived.vm, ResourceId):
        declared = topology.facts.latency.get((machine.id.key, path.arrived.vm.key))
        if declared is not None:
            return _Timed(_declared(path.hops, declared), declared)
    from netwatch.engines.path.latency import total, with_round_trips

    hops = with_round_trips(topology, path.hops, seed=topology.facts.latency_seed)
    return _Timed(hops, total(hops))


def _declared(hops: tuple[Hop, ...], latency: Latency) -> tuple[Hop, ...]:
    if len(hops) != 2:
        return hops
    links = tuple(replace(link, round_trip=latency) for link in hops[0].links)
    return (replace(hops[0], links=links), hops[1])


def _notes(compiled: CompiledTopology, machine: VirtualMachine, destination: Destination, path: Path) -> Iterator[str]:
    topology = compiled.topology
    nics = topology.nics_of[machine.id.key]
    if len(nics) > 1:
        yield f"{machine.id.name} has several network interfaces; the primary one, {nics[0].id.name}, is taken"
    yield from _why_no_way_out(topology, path)
    if any(step.onward.link == "Internet" and is_smtp(step.flow) for step in path.steps):
        yield SMTP_TAKEN_TO_PASS
    yield from dict.fromkeys(of_routes(topology, (hop.route for hop in path.hops if hop.route is not None)))
    if destination.is_stand_in:
        yield f"{destination.name} is not declared under facts.dns; it is taken for a public address that no rule names"
    elif path.steps[-1].onward.end == "Internet" and destination.address is not None:
        from netwatch.engines.path.public_way import find_public_ip

        public_ip = find_public_ip(compiled, destination.address)
        if public_ip is not None:
            name = public_ip.id.name
            yield f"{destination.address} is {name} of this input; what lies behind it is not walked"


def _why_no_way_out(topology: Topology, path: Path) -> Iterator[str]:
    for step in path.steps:
        if isinstance(step.stop, NicAddress) and any(
            ("Reason", "NoOutboundAccess") in each.context for each in step.issues
        ):
            from netwatch.engines.path.public_way import why_no_way_out

            yield why_no_way_out(topology, step.stop, step.flow.protocol)
