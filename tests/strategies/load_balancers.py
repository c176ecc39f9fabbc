"""Load balancers with every kind of part, before NICs of the network."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from netwatch.model.addresses import Address, PortRange, Prefix
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
from netwatch.model.resources import NetworkInterface, Subnet
from tests.strategies.pools import arm_id

__all__ = ["balancers"]

_PORTS = (22, 80, 443, 8080)


def balancers(draw: st.DrawFn, subnets: Sequence[Subnet], nics: Sequence[NetworkInterface]) -> list[LoadBalancer]:
    """At most one, with an internal frontend at the tenth address of a subnet."""
    if not nics or not draw(st.booleans()):
        return []
    home = draw(st.sampled_from(subnets))
    prefix = home.prefixes[0]
    assert isinstance(prefix, Prefix)
    id = arm_id("loadBalancers", "lb")
    frontend = Frontend(
        id.child("frontendIPConfigurations", "front"), Address(prefix.version, prefix.network + 10), home.id
    )
    members = draw(st.lists(st.sampled_from([nic.ip_configurations[0].id for nic in nics]), max_size=2, unique=True))
    addresses = draw(st.sampled_from([(), (Address(prefix.version, prefix.network + 4),)]))
    pool = BackendPool(id.child("backendAddressPools", "pool"), tuple(members), addresses)
    probe = Probe(id.child("probes", "probe"), draw(st.sampled_from(["Tcp", "Http", "Https"])), 8080)
    return [
        LoadBalancer(
            id,
            "westeurope",
            draw(st.sampled_from(["Basic", "Standard"])),
            (frontend,),
            (pool,),
            (probe,),
            (_rule(draw, id, frontend, pool, probe),),
            (_nat_rule(draw, id, frontend, pool, members),),
            (OutboundRule(id.child("outboundRules", "out"), (frontend.id,), pool.id),),
        )
    ]


def _rule(draw: st.DrawFn, id: ResourceId, frontend: Frontend, pool: BackendPool, probe: Probe) -> LoadBalancingRule:
    is_every = draw(st.booleans())
    return LoadBalancingRule(
        id.child("loadBalancingRules", "rule"),
        frontend.id,
        (pool.id,),
        Protocol.ANY if is_every else draw(st.sampled_from([Protocol.TCP, Protocol.UDP])),
        0 if is_every else draw(st.sampled_from(_PORTS)),
        0 if is_every else draw(st.sampled_from(_PORTS)),
        draw(st.sampled_from([None, probe.id])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def _nat_rule(
    draw: st.DrawFn, id: ResourceId, frontend: Frontend, pool: BackendPool, members: Sequence[ResourceId]
) -> InboundNatRule:
    target = draw(st.sampled_from([*members, pool.id, None]))
    ports = PortRange(5000, 5009) if target == pool.id else PortRange(5000, 5000)
    return InboundNatRule(
        id.child("inboundNatRules", "nat"),
        frontend.id,
        draw(st.sampled_from([Protocol.TCP, Protocol.UDP])),
        ports,
        draw(st.sampled_from([22, 5000])),
        target,
        floating_ip=draw(st.booleans()),
    )
