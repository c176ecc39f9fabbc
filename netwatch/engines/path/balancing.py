"""Load balancers: to which of its backends one hands a flow."""

from __future__ import annotations

from collections.abc import Iterator, Set

from netwatch.engines.path.address_owner import Balanced, Place
from netwatch.engines.path.onward import power_state
from netwatch.engines.path.ways import Onward, key_of, platform_issue, route_issue
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["to_backend"]


def to_backend(topology: Topology, balanced: Balanced, seen: Set[str]) -> Onward:
    """On to the first backend, in the order of the pools, whose machine runs and that the flow has not passed.

    So both directions of a flow come to the same one. Azure's choice is a hash of the flow; a choice that stays is
    easier to reason about, and a note names it. Rules and probes of the balancer are not evaluated: every port is
    passed on unchanged.
    """
    name = balanced.balancer.id.name
    running = [place for place in _backends(topology, balanced) if _runs(topology, place)]
    if not running:
        issue = platform_issue("NoBackendRuns", balanced.balancer.where)
        return Onward("", issues=(issue,), notes=(f"{name} has no backend in the input that runs",))
    place = next((each for each in running if key_of(each) not in seen), None)
    if place is None:
        note = f"a routing loop: {name} leads back to {running[0].name}"
        return Onward("", issues=(route_issue(None),), notes=(note,))
    others = f"the first of {len(running)} that run" if len(running) > 1 else "the only one that runs"
    note = f"{name} is taken to hand the flow to {place.name}, {others}, on the same port"
    return Onward("VirtualNetwork", place=place, notes=(note,))


def _backends(topology: Topology, balanced: Balanced) -> Iterator[Place]:
    """The backends of the input, in the order of the pools."""
    for id in balanced.balancer.backends:
        nic = topology.nics.get(id.parent.key)
        for config in nic.ip_configurations if nic is not None else ():
            if config.id == id and nic is not None:
                yield Place(nic, config)


def _runs(topology: Topology, place: Place) -> bool:
    return not isinstance(place.nic.vm, ResourceId) or power_state(topology, place.nic.vm) == "running"
