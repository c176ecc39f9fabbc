"""Backends of a load balancer: who they are, and whether one is well, by what its probe would find.

Source: "Azure Load Balancer health probes": probes come from 168.63.129.16, which security rules must let in
(AzureLoadBalancer); a machine that does not listen on the probed port counts as down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import BalancerAddress, NicAddress, find_owner, find_owner_anywhere
from netwatch.engines.path.machine_facts import listens, power_state
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.flow import Direction, Flow, Outcome, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import BackendPool, InboundNatRule, LoadBalancingRule, Probe
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import verdict

__all__ = ["Backend", "members_of"]

_PROBER = Address(4, 0xA83F8110)
"""168.63.129.16."""


class Backend(NamedTuple):
    """A member of a pool. ``obstacle`` says why it gets no flow, None where it is well; ``unresolved`` what is open."""

    place: NicAddress
    obstacle: str | None = None
    unresolved: tuple[Unresolved, ...] = ()


def members_of(
    compiled: CompiledTopology, stop: BalancerAddress, rule: LoadBalancingRule | InboundNatRule, flow: Flow
) -> list[Backend] | Unresolved:
    """Every backend of a rule, well or not, in the order of its pools; those of the input alone.

    Unresolved where nobody can tell who they are.
    """
    if isinstance(rule, InboundNatRule):
        places = _of_nat_rule(compiled, stop, rule, flow.dst_port)
        probe = None
    else:
        unknown = next((each for each in (*rule.pools, rule.probe) if isinstance(each, Unresolved)), None)
        if unknown is not None:
            return unknown
        pools = [pool for pool in stop.balancer.pools if pool.id in rule.pools]
        places = [place for pool in pools for place in _of_pool(compiled, stop, pool)]
        probe = next((each for each in stop.balancer.probes if each.id == rule.probe), None)
        if not places and any(pool.configurations or pool.addresses for pool in pools):
            reason = f"no member of the backend pool of {rule.id.name} is in the input"
            return Unresolved(reason, where=rule.where)
    if isinstance(places, Unresolved):
        return places
    return [_judged(compiled, place, probe) for place in places]


def _of_nat_rule(
    compiled: CompiledTopology, stop: BalancerAddress, rule: InboundNatRule, port: int
) -> list[NicAddress] | Unresolved:
    """The one backend that has the port: of a pool, each member has one in turn, in the order of the pool."""
    if rule.is_pool:
        reason = f"{rule.id.name} is of the instances of a scale set, which are not in the input"
        return Unresolved(reason, where=rule.where)
    if isinstance(rule.target, Unresolved):
        return rule.target
    pool = next((each for each in stop.balancer.pools if each.id == rule.target), None)
    if pool is None:
        return list(_of_configuration(compiled.topology, rule.target)) if rule.target is not None else []
    assert not isinstance(rule.frontend_ports, Unresolved)
    members = list(_of_pool(compiled, stop, pool))
    at = port - rule.frontend_ports.low
    return members[at : at + 1]


def _of_pool(compiled: CompiledTopology, stop: BalancerAddress, pool: BackendPool) -> Iterator[NicAddress]:
    for id in pool.configurations:
        yield from _of_configuration(compiled.topology, id)
    for address in pool.addresses:
        owner = _at(compiled, stop, pool, address) if isinstance(address, Address) else None
        if isinstance(owner, NicAddress):
            yield owner


def _of_configuration(topology: Topology, id: ResourceId) -> Iterator[NicAddress]:
    nic = topology.nics.get(id.parent.key)
    for config in nic.ip_configurations if nic is not None else ():
        if config.id == id and nic is not None:
            yield NicAddress(nic, config)


def _at(compiled: CompiledTopology, stop: BalancerAddress, pool: BackendPool, address: Address) -> object:
    """Who has an address of a pool: in the network the pool names, else in that of the frontend."""
    subnet = stop.frontend.subnet
    vnet = pool.vnet or (subnet.parent if isinstance(subnet, ResourceId) else None)
    if vnet is None or vnet.key not in compiled.topology.vnets:
        return find_owner_anywhere(compiled.topology, address)
    return find_owner(compiled, vnet, address)


def _judged(compiled: CompiledTopology, place: NicAddress, probe: Probe | None) -> Backend:
    """A backend and what keeps it from being chosen. Without a probe, one whose machine runs is well."""
    topology, vm = compiled.topology, place.nic.vm
    if isinstance(vm, ResourceId) and power_state(topology, vm) != "running":
        return Backend(place, f"{vm.name} is {power_state(topology, vm)}")
    if probe is None or place.address is None:
        return Backend(place)
    if isinstance(probe.port, Unresolved):
        return Backend(place, unresolved=(probe.port,))
    asked = Flow(Protocol.TCP, _PROBER, ANY_PORT, place.address, probe.port)
    if isinstance(vm, ResourceId) and not listens(topology, vm, asked):
        return Backend(place, f"probe {probe.id.name} finds nobody listening on {probe.port}")
    if place.address.version != 4:
        return Backend(place)
    found = verdict(compiled, place.nic, Direction.INBOUND, asked)
    if found.outcome is Outcome.DENY:
        rule = found.settled.rule.name if found.settled and found.settled.rule else "a rule"
        return Backend(place, f"{rule} denies probe {probe.id.name} from {_PROBER}")
    return Backend(place, unresolved=found.unresolved if found.outcome is Outcome.UNKNOWN else ())
