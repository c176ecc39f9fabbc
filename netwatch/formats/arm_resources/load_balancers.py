"""Load balancers of resolved ARM resources, with the parts that stand alone and what NICs say of them.

Source: the REST reference of Microsoft.Network/loadBalancers; ``loadBalancerBackendAddressPools`` and
``loadBalancerInboundNatRules`` of ip configurations say the same from the NIC's side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import ALL_PORTS, PortRange
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import (
    BackendPool,
    Frontend,
    InboundNatRule,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Probe,
)
from netwatch.model.resources import OtherResource
from netwatch.model.unresolved import Unresolved

__all__ = ["PARTS", "LoadBalancerReader"]

PARTS = (
    "backendAddressPools",
    "probes",
    "loadBalancingRules",
    "inboundNatRules",
    "inboundNatPools",
    "outboundRules",
)
"""The parts of a load balancer that may stand alone."""

_PROTOCOLS = ("Tcp", "Udp", "All")
_PROBE_PROTOCOLS = ("Tcp", "Http", "Https")


class LoadBalancerReader:
    """Reads load balancers; ``finish`` gives each the parts that stand alone, and the NICs that name its parts."""

    def __init__(self, draft: TopologyDraft) -> None:
        self._draft = draft
        self._balancers: list[LoadBalancer] = []
        self._own: dict[str, list[Any]] = {}

    def read(self, resource: ArmObject, id: ResourceId) -> None:
        """A load balancer with the parts that stand in it."""
        parts = [_part(child, child_id) for kind in PARTS for child, child_id in resource.children(id, kind)]
        balancer = LoadBalancer(
            id=id,
            location=resource.text("location"),
            sku=resource.object("sku").text("name"),
            frontends=tuple(_frontend(*each) for each in resource.children(id, "frontendIPConfigurations")),
            where=resource.where,
        )
        self._balancers.append(_with_parts(balancer, parts))

    def read_part(self, resource: ArmObject, id: ResourceId) -> None:
        """A part that stands alone."""
        self._own.setdefault(id.parent.key, []).append((resource.where, _part(resource, id)))

    def finish(self, joined: Mapping[str, list[ResourceId]]) -> None:
        """Give the whole to the draft; ``joined``: key of a pool or NAT rule → the ip configurations that name it."""
        for balancer in self._balancers:
            whole = _with_parts(balancer, [part for _, part in self._own.pop(balancer.id.key, ())])
            pools = tuple(_joined_pool(pool, joined.get(pool.id.key, ())) for pool in whole.pools)
            nat_rules = tuple(_joined_rule(rule, joined.get(rule.id.key, ())) for rule in whole.nat_rules)
            self._draft.add(replace(whole, pools=pools, nat_rules=nat_rules))
        for where, part in (each for parts in self._own.values() for each in parts):  # an export without the balancer
            self._draft.add(OtherResource(part.id, part.id.type, "", (part.id.parent,), where))


def _with_parts(balancer: LoadBalancer, parts: Iterable[Any]) -> LoadBalancer:
    """The balancer with more parts; one that it has by now stays as it is."""
    held = {each.id.key: each for each in _parts_of(balancer)}
    for part in parts:
        first = held.setdefault(part.id.key, part)
        if isinstance(first, BackendPool) and first is not part:  # Azure returns a pool in both places
            held[part.id.key] = _merged(first, part)
    found = list(held.values())
    return replace(
        balancer,
        pools=tuple(each for each in found if isinstance(each, BackendPool)),
        probes=tuple(each for each in found if isinstance(each, Probe)),
        rules=tuple(each for each in found if isinstance(each, LoadBalancingRule)),
        nat_rules=tuple(each for each in found if isinstance(each, InboundNatRule)),
        outbound_rules=tuple(each for each in found if isinstance(each, OutboundRule)),
    )


def _parts_of(balancer: LoadBalancer) -> Iterator[Any]:
    yield from balancer.pools
    yield from balancer.probes
    yield from balancer.rules
    yield from balancer.nat_rules
    yield from balancer.outbound_rules


def _merged(one: BackendPool, other: BackendPool) -> BackendPool:
    configurations = tuple(dict.fromkeys((*one.configurations, *other.configurations)))
    addresses = tuple(dict.fromkeys((*one.addresses, *other.addresses)))
    return BackendPool(one.id, configurations, addresses, one.vnet or other.vnet)


def _joined_pool(pool: BackendPool, configs: Iterable[ResourceId]) -> BackendPool:
    configurations = tuple(dict.fromkeys((*pool.configurations, *configs)))
    return pool if configurations == pool.configurations else replace(pool, configurations=configurations)


def _joined_rule(rule: InboundNatRule, configs: Iterable[ResourceId]) -> InboundNatRule:
    first = next(iter(configs), None)
    return rule if first is None or rule.target is not None else replace(rule, target=first)


def _part(resource: ArmObject, id: ResourceId) -> Any:
    read = _READERS.get(id.type.rsplit("/", 1)[-1].lower(), _pool)
    part = read(resource.object("properties"), id)
    return replace(part, where=resource.where) if isinstance(part, (LoadBalancingRule, InboundNatRule)) else part


def _frontend(resource: ArmObject, id: ResourceId) -> Frontend:
    fields = resource.object("properties")
    return Frontend(
        id=id,
        private_ip=fields.parsed("privateIPAddress", resource.reading.address),
        subnet=fields.reference("subnet"),
        public_ip=fields.reference("publicIPAddress"),
    )


def _pool(fields: ArmObject, id: ResourceId) -> BackendPool:
    """A backend pool, whichever of Azure's two lists names its members; one may be given by its address alone."""
    configs = [*fields.references("backendIPConfigurations")]
    addresses: list[Any] = []
    vnets = [fields.reference("virtualNetwork")]
    for each in fields.objects("loadBalancerBackendAddresses"):
        member = each.object("properties")
        config = member.reference("networkInterfaceIPConfiguration")
        address = member.parsed("ipAddress", fields.reading.address) if config is None else None
        configs += [] if config is None else [config]
        addresses += [] if address is None else [address]
        vnets += [member.reference("virtualNetwork")]
        vnets += [subnet.parent for subnet in (member.reference("subnet"),) if isinstance(subnet, ResourceId)]
    known = tuple(dict.fromkeys(each for each in configs if isinstance(each, ResourceId)))
    vnet = next((each for each in vnets if isinstance(each, ResourceId)), None)
    return BackendPool(id, known, tuple(addresses), vnet)


def _probe(fields: ArmObject, id: ResourceId) -> Probe:
    return Probe(id, fields.word("protocol", _PROBE_PROTOCOLS, "Tcp"), _port(fields, "port"))


def _rule(fields: ArmObject, id: ResourceId) -> LoadBalancingRule:
    pools = (fields.reference("backendAddressPool"), *fields.references("backendAddressPools"))
    return LoadBalancingRule(
        id=id,
        frontend=fields.reference("frontendIPConfiguration"),
        pools=tuple(dict.fromkeys(each for each in pools if each is not None)),
        protocol=_protocol(fields),
        frontend_port=_port(fields, "frontendPort"),
        backend_port=_port(fields, "backendPort"),
        probe=fields.reference("probe"),
        floating_ip=fields.flag("enableFloatingIP", False),
        outbound_snat=not fields.flag("disableOutboundSnat", False),
    )


def _nat_rule(fields: ArmObject, id: ResourceId) -> InboundNatRule:
    """One port for one address, or a range for the members of a pool."""
    is_range = fields.raw("frontendPortRangeStart") is not None
    ports = _port_range(fields) if is_range else _single(_port(fields, "frontendPort"))
    return InboundNatRule(
        id=id,
        frontend=fields.reference("frontendIPConfiguration"),
        protocol=_protocol(fields),
        frontend_ports=ports,
        backend_port=_port(fields, "backendPort"),
        target=fields.reference("backendIPConfiguration") or fields.reference("backendAddressPool"),
        is_pool=id.type.lower().endswith("inboundnatpools"),
        floating_ip=fields.flag("enableFloatingIP", False),
    )


def _outbound_rule(fields: ArmObject, id: ResourceId) -> OutboundRule:
    frontends = fields.references("frontendIPConfigurations")
    return OutboundRule(id, frontends, fields.reference("backendAddressPool"))


_READERS = {
    "backendaddresspools": _pool,
    "probes": _probe,
    "loadbalancingrules": _rule,
    "inboundnatrules": _nat_rule,
    "inboundnatpools": _nat_rule,
    "outboundrules": _outbound_rule,
}


def _protocol(fields: ArmObject) -> Protocol:
    word = fields.word("protocol", _PROTOCOLS, "Tcp")
    return Protocol.ANY if word == "All" else Protocol.parse(word)


def _port(fields: ArmObject, name: str) -> int | Unresolved:
    found = fields.integer(name)
    if isinstance(found, int) and found > ALL_PORTS.high:
        fields.problem(f"{name} is {found}, expected 0 to 65535.")
        return fields.unreadable(name)
    return 0 if found is None else found


def _single(port: int | Unresolved) -> PortRange | Unresolved:
    return port if isinstance(port, Unresolved) else PortRange(port, port)


def _port_range(fields: ArmObject) -> PortRange | Unresolved:
    low, high = _port(fields, "frontendPortRangeStart"), _port(fields, "frontendPortRangeEnd")
    for bound in (low, high):
        if isinstance(bound, Unresolved):
            return bound
    assert isinstance(low, int)
    assert isinstance(high, int)
    return PortRange(low, max(low, high))
