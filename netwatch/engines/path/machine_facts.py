"""What is declared about a machine: whether it runs, and what it listens on."""

from __future__ import annotations

from netwatch.model.flow import Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["listens", "power_state"]


def power_state(topology: Topology, vm: ResourceId) -> str:
    """The declared power state of a machine, ``running`` where nothing is declared."""
    return topology.facts.power_state.get(vm.key, "running")


def listens(topology: Topology, vm: ResourceId, flow: Flow) -> bool:
    """Whether a machine listens on the port of ``flow``; it does where nothing is declared."""
    listening = topology.facts.listening_ports.get(vm.key)
    if listening is None:
        return True
    return any(port.protocol in (flow.protocol, Protocol.ANY) and port.ports.holds(flow.dst_port) for port in listening)
