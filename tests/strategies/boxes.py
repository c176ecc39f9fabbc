"""Load balancers and firewalls that a path leads to: with rules that take it, most of the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from netwatch.model.addresses import Address, PortRange, Prefix, parse_address, parse_port_range, parse_prefix
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Protocol
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
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Cidr, PortField, ServiceTag
from tests.strategies.pools import arm_id

__all__ = ["balancers_of", "firewall_of"]

NewPublicIp = Callable[[str], ResourceId]

_CIDRS = ("10.0.0.0/8", "10.1.0.0/16", "8.8.8.8", "10.1.0.4", "198.51.100.0/24")
_TERMS: tuple[AddressTerm, ...] = (
    *6 * [AnyAddress("*")],
    *(Cidr(parse_prefix(text), text) for text in _CIDRS),
)
_BEHIND = ("10.1.0.4", "10.1.0.10", "10.0.3.5", "8.8.8.8", "10.0.1.4", "20.8.1.2")
"""Where NAT rules send things: to machines, balancers, out, to the firewall itself, and to a public address."""


def balancers_of(
    draw: st.DrawFn,
    subnets: Sequence[Subnet],
    nics: Sequence[NetworkInterface],
    new_public_ip: NewPublicIp,
    *,
    is_sure: bool = False,
) -> list[LoadBalancer]:
    """One before appliances, for every port; one inside; and a public one. Each is there half of the time or surely."""
    found = []
    for number, subnet in enumerate(subnets[:3]):
        if is_sure or draw(st.sampled_from([True, False])):
            own = [nic for nic in nics if nic.ip_configurations[0].subnet == subnet.id]
            found.append(_balancer(draw, f"lb-{number}", subnet, own or list(nics), is_for_all=subnet.id.name == "nva"))
    if is_sure or draw(st.sampled_from([True, False])):
        sku = draw(st.sampled_from(["Standard", "Basic"]))
        found.append(_balancer(draw, "lb-public", new_public_ip(sku), list(nics), sku=sku))
    return found


def _balancer(
    draw: st.DrawFn,
    name: str,
    place: Subnet | ResourceId,
    nics: Sequence[NetworkInterface],
    *,
    is_for_all: bool = False,
    sku: str = "Standard",
) -> LoadBalancer:
    id = arm_id("loadBalancers", name)
    front = _frontend(id, place)
    configs = [nic.ip_configurations[0] for nic in nics]
    members = draw(st.lists(st.sampled_from([config.id for config in configs]), min_size=1, max_size=5, unique=True))
    named = [config.private_ip for config in configs[:2] if isinstance(config.private_ip, Address)]
    addresses = draw(st.sampled_from([(), (), (named[0],), (parse_address("10.77.0.4"),)]))
    home = nics[0].ip_configurations[0].subnet
    assert isinstance(home, ResourceId)
    held = draw(st.sampled_from([tuple(members), tuple(members), ()]))
    vnet = draw(st.sampled_from([None, home.parent]))
    pool = BackendPool(id.child("backendAddressPools", "pool"), held, addresses, vnet)
    probe = Probe(id.child("probes", "probe"), "Tcp", draw(st.sampled_from([80, 443, 8080])))
    snat = draw(st.booleans())
    rules = [_rule(draw, id.child("loadBalancingRules", f"rule-{at}"), front, pool, probe, snat) for at in range(2)]
    if is_for_all and draw(st.sampled_from([True, True, False])):
        rules = [_every_port(draw, id, front, pool, probe), *rules[:1]]
    return LoadBalancer(
        id,
        "westeurope",
        sku,
        (front,),
        (pool,),
        (probe,),
        tuple(rules),
        (_nat_rule(draw, id, front, pool, members),),
        draw(st.sampled_from([(), (OutboundRule(id.child("outboundRules", "out"), (front.id,), pool.id),)])),
    )


def _frontend(id: ResourceId, place: Subnet | ResourceId) -> Frontend:
    """At the tenth address of a subnet, or at a public address."""
    front = id.child("frontendIPConfigurations", "front")
    if isinstance(place, ResourceId):
        return Frontend(front, public_ip=place)
    prefix = place.prefixes[0]
    assert isinstance(prefix, Prefix)
    return Frontend(front, Address(4, prefix.network + 10), place.id)


def _rule(
    draw: st.DrawFn, id: ResourceId, front: Frontend, pool: BackendPool, probe: Probe, outbound_snat: bool
) -> LoadBalancingRule:
    port = draw(st.sampled_from([80, 443]))
    return LoadBalancingRule(
        id,
        front.id,
        (pool.id,),
        draw(st.sampled_from([Protocol.TCP, Protocol.TCP, Protocol.UDP, Protocol.ANY])),
        port,
        draw(st.sampled_from([port, port, 8080])),
        draw(st.sampled_from([None, probe.id])),
        draw(st.booleans()),
        outbound_snat,
    )


def _every_port(draw: st.DrawFn, id: ResourceId, front: Frontend, pool: BackendPool, probe: Probe) -> LoadBalancingRule:
    return LoadBalancingRule(
        id.child("loadBalancingRules", "all"),
        front.id,
        (pool.id,),
        Protocol.ANY,
        0,
        0,
        draw(st.sampled_from([None, probe.id])),
    )


def _nat_rule(
    draw: st.DrawFn, id: ResourceId, front: Frontend, pool: BackendPool, members: Sequence[ResourceId]
) -> InboundNatRule:
    """One port to one member, or ports to all of a pool in turn."""
    target = draw(st.sampled_from([*members, pool.id, pool.id, None]))
    return InboundNatRule(
        id.child("inboundNatRules", "nat"),
        front.id,
        Protocol.TCP,
        PortRange(5000, 5003) if target == pool.id else PortRange(5000, 5000),
        draw(st.sampled_from([22, 443, 5000])),
        target,
        floating_ip=draw(st.sampled_from([False, False, True])),
    )


def firewall_of(
    draw: st.DrawFn, subnets: Sequence[Subnet], new_public_ip: NewPublicIp, *, is_sure: bool = False
) -> list[Firewall]:
    """Most of the time one, or surely, at the fourth address of its subnet, with a few rules of each kind."""
    if not subnets or not (is_sure or draw(st.sampled_from([True, True, False]))):
        return []
    prefix = subnets[0].prefixes[0]
    assert isinstance(prefix, Prefix)
    public_ip = new_public_ip("Standard")
    return [
        Firewall(
            arm_id("azureFirewalls", "fw"),
            "westeurope",
            subnets[0].id,
            Address(4, prefix.network + 4),
            (public_ip,),
            tuple(_translation(draw, f"nat.{at}") for at in range(draw(st.integers(0, 2)))),
            (*(_firewall_rule(draw, f"net.{at}") for at in range(draw(st.integers(0, 3)))), *_for_all(draw)),
            tuple(_application_rule(draw, f"app.{at}") for at in range(draw(st.integers(1, 2)))),
            draw(st.sampled_from([PRIVATE_RANGES, PRIVATE_RANGES, (parse_prefix("8.0.0.0/8"),)])),
        )
    ]


def _side(term: AddressTerm) -> AddressField:
    return AddressField((term,), singular=False)


def _ports(text: str) -> PortField:
    return PortField((parse_port_range(text),), (text,), singular=False)


def _access(draw: st.DrawFn) -> Access:
    return draw(st.sampled_from([Access.ALLOW, Access.ALLOW, Access.DENY]))


def _for_all(draw: st.DrawFn) -> tuple[FirewallRule, ...]:
    """Half of the time the last network rule is for everything, which ICMP passes too."""
    everyone = _side(AnyAddress("*"))
    rule = FirewallRule("net.all", Access.ALLOW, (Protocol.ANY,), everyone, everyone, _ports("*"))
    return (rule,) if draw(st.booleans()) else ()


def _firewall_rule(draw: st.DrawFn, name: str) -> FirewallRule:
    """Half of them name no addresses but names."""
    fqdns = draw(st.sampled_from([(), (), (), ("*.contoso.com",), ("files.contoso.com",)]))
    there = _side(draw(st.sampled_from([*_TERMS, ServiceTag("Storage")])))
    return FirewallRule(
        name,
        _access(draw),
        (draw(st.sampled_from([Protocol.TCP, Protocol.ANY, Protocol.ANY, Protocol.UDP])),),
        _side(draw(st.sampled_from(_TERMS))),
        AddressField(()) if fqdns else there,
        _ports(draw(st.sampled_from(["*", "*", "443", "80-90"]))),
        fqdns,
    )


def _application_rule(draw: st.DrawFn, name: str) -> FirewallRule:
    """``*`` is every name; a tag of names is nobody knows which."""
    return FirewallRule(
        name,
        _access(draw),
        (Protocol.TCP,),
        _side(draw(st.sampled_from(_TERMS))),
        AddressField(()),
        _ports(draw(st.sampled_from(["443", "80", "8080"]))),
        draw(st.sampled_from([("*",), ("*",), ("*.contoso.com",), ("www.contoso.com",)])),
        draw(st.sampled_from([(), (), (), ("WindowsUpdate",)])),
    )


def _translation(draw: st.DrawFn, name: str) -> NatRule:
    return NatRule(
        name,
        (draw(st.sampled_from([Protocol.TCP, Protocol.ANY])),),
        _side(draw(st.sampled_from(_TERMS))),
        _side(AnyAddress("*")),
        _ports(draw(st.sampled_from(["443", "*", "5000"]))),
        draw(
            st.sampled_from(
                [
                    parse_address(text)
                    for text in ("10.1.0.4", "10.1.0.10", "10.0.3.5", "8.8.8.8", "10.0.1.4", "20.8.1.2")
                ]
            )
        ),
        draw(st.sampled_from([8080, None, 80])),
    )
