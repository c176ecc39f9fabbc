"""connectivityCheck: the path from a machine to a machine, an address or a name, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.peers import is_global
from netwatch.engines.address_owner import Place
from netwatch.engines.destination import Destination, find_destination
from netwatch.engines.onward import power_state
from netwatch.engines.path_walk import Path, walk
from netwatch.engines.targets import find_nic_of_vm, find_vm, primary_configuration
from netwatch.errors import InvalidFlowError
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.answers import ConnectivityCheckAnswer, Hop, Issue, Link
from netwatch.model.facts import Latency
from netwatch.model.flow import Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, VirtualMachine
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["connectivity_check"]

_PROTOCOLS = {"tcp": Protocol.TCP, "http": Protocol.TCP, "https": Protocol.TCP, "icmp": Protocol.ICMP}

_LINK_MS = {"VirtualNetwork": 1, "VirtualAppliance": 1, "Internet": 26}
"""The usual round trip of one link in ms, as recorded within a region (1) and to a public web site (26)."""

_GLOBAL_PEERING_MS = 40
"""What a peering between two regions adds: a stand-in, since no recording has one. Facts can declare the true one."""


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
    on the port. Answers to the opener are not walked.

    Latency, in whole ms, is the one declared for the two machines. Without one each link counts 1 ms, a link to the
    Internet 26 ms, a peering between regions 40 ms more; the sum is average and minimum, the maximum is 1 ms a link
    more. None unless reached. Raises ResourceNotFoundError, InvalidFlowError, UnsupportedError.
    """
    topology = compiled.topology
    machine = find_vm(topology, source)
    destination = find_destination(topology, dest)
    nic = find_nic_of_vm(topology, machine)
    place = _source_place(nic, destination)
    if place.address is None or destination.address is None:
        return _unknown_ends(machine, place, destination)
    flow = _flow(place.address, destination.address, dest_port or destination.default_port, protocol)
    path = _with_facts(topology, walk(compiled, place, destination, flow), flow, machine, destination)
    return _answer(topology, machine, path, _notes(topology, machine, destination))


def _source_place(nic: NetworkInterface, destination: Destination) -> Place:
    version = destination.address.version if destination.address else 4
    config = primary_configuration(nic, version)
    if config is None:
        raise InvalidFlowError(
            f"{nic.id.name} has no IPv{version} address, and {destination.name} is IPv{version}.",
            where=nic.where,
            hint="Source and destination must be of one address family.",
        )
    return Place(nic, config)


def _flow(source: Address, destination: Address, port: int, protocol: str) -> Flow:
    kind = _PROTOCOLS.get(protocol.lower())
    if kind is None:
        raise InvalidFlowError(f"{protocol!r} is not a protocol.", hint="Expected Tcp, Http, Https or Icmp.")
    if not 0 <= port <= 65535:
        raise InvalidFlowError(f"{port} is not a port.", hint="Expected 0 to 65535.")
    if kind is Protocol.ICMP:
        return Flow(kind, source, 0, destination, 0)
    usual = 443 if protocol.lower() == "https" else 80
    return Flow(kind, source, ANY_PORT, destination, port or usual)


def _unknown_ends(machine: VirtualMachine, place: Place, destination: Destination) -> ConnectivityCheckAnswer:
    """The answer when one end has an address that the input does not fix."""
    end = destination.place
    hops = (
        Hop("Source", place.nic.id.name, place.address, machine.id, (Link(1, ""),)),
        Hop("Destination", destination.name, destination.shown, end.config.id if end else None),
    )
    blank = [end for end in (place, destination.place) if end is not None and end.address is None]
    notes = tuple(f"the address of {end.nic.id.name} is not known: {_reason(end)}" for end in blank)
    return ConnectivityCheckAnswer(hops, "Unknown", notes=notes)


def _reason(place: Place) -> str:
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
        issue = Issue(
            "Local", "Platform", context=(("Reason", "AnotherMachineHasTheAddress"),), where=path.arrived.where
        )
        hops[-1] = _with_issue(hops[-1], issue)
    for issue in _destination_issues(topology, path.arrived, flow):
        hops[-1] = _with_issue(hops[-1], issue)
    return path._replace(hops=tuple(hops))


def _with_issue(hop: Hop, issue: Issue) -> Hop:
    return replace(hop, issues=(*hop.issues, issue))


def _destination_issues(topology: Topology, nic: NetworkInterface | None, flow: Flow) -> Iterator[Issue]:
    if nic is None or not isinstance(nic.vm, ResourceId):
        return
    state = power_state(topology, nic.vm)
    if state != "running":
        yield Issue("Local", "Platform", context=(("PowerState", state),))
    elif flow.protocol.has_ports and not _listens(topology, nic.vm, flow):
        yield Issue("Local", "NoListenerOnDestination")


def _listens(topology: Topology, vm: ResourceId, flow: Flow) -> bool:
    listening = topology.facts.listening_ports.get(vm.key)
    if listening is None:
        return True
    return any(port.protocol in (flow.protocol, Protocol.ANY) and port.ports.holds(flow.dst_port) for port in listening)


def _answer(topology: Topology, machine: VirtualMachine, path: Path, notes: Iterator[str]) -> ConnectivityCheckAnswer:
    status = _status(path)
    latency = _latency(topology, machine, path) if status == "Reachable" else None
    probes = _probes(path, status)
    unresolved = (str(reason) for reason in path.unresolved)
    return ConnectivityCheckAnswer(
        path.hops,
        status,
        latency.avg_ms if latency else None,
        latency.min_ms if latency else None,
        latency.max_ms if latency else None,
        probes.sent,
        probes.failed,
        tuple(dict.fromkeys((*notes, *path.notes, *unresolved))),
    )


def _status(path: Path) -> str:
    if any(issue.severity == "Error" for hop in path.hops for issue in hop.issues):
        return "Unreachable"
    return "Unknown" if path.unresolved else "Reachable"


def _probes(path: Path, status: str) -> _Probes:
    if status == "Reachable":
        return _REACHED
    can_send = not any(issue.type == "AgentStopped" for issue in path.hops[0].issues)
    return _NOT_REACHED if status == "Unreachable" and can_send else _NOT_SENT


def _latency(topology: Topology, machine: VirtualMachine, path: Path) -> Latency:
    if path.arrived is not None and isinstance(path.arrived.vm, ResourceId):
        declared = topology.facts.latency.get((machine.id.key, path.arrived.vm.key))
        if declared is not None:
            return declared
    links = [link for hop in path.hops for link in hop.links]
    usual = sum(_link_ms(topology, link) for link in links)
    return Latency(usual, usual, usual + sum(link.link_type in _LINK_MS for link in links))


def _link_ms(topology: Topology, link: Link) -> int:
    """A peering within a region adds nothing to the link that leads on from it."""
    if link.resource is not None and is_global(topology, topology.peerings[link.resource.key]):
        return _GLOBAL_PEERING_MS
    return _LINK_MS.get(link.link_type, 0)


def _notes(topology: Topology, machine: VirtualMachine, destination: Destination) -> Iterator[str]:
    nics = topology.nics_of[machine.id.key]
    if len(nics) > 1:
        yield f"{machine.id.name} has several network interfaces; the primary one, {nics[0].id.name}, is taken"
    if destination.is_stand_in:
        yield f"{destination.name} is not declared under facts.dns; it is taken for a public address that no rule names"
    for public_ip in topology.public_ips.values():
        if public_ip.address is not None and public_ip.address == destination.address:
            yield f"{destination.address} is {public_ip.id.name} of this input; what lies behind it is not walked"
