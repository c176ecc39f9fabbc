"""Azure firewalls with every kind of rule."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from netwatch.model.addresses import Address, Prefix, parse_address, parse_port_range, parse_prefix
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Protocol
from netwatch.model.resources import Subnet
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Cidr, PortField, ServiceTag
from tests.strategies.pools import arm_id

__all__ = ["firewalls"]

_TERMS: tuple[AddressTerm, ...] = (
    AnyAddress("*"),
    Cidr(parse_prefix("10.0.0.0/16"), "10.0.0.0/16"),
    Cidr(parse_prefix("8.8.8.8"), "8.8.8.8"),
)


def firewalls(draw: st.DrawFn, subnets: Sequence[Subnet]) -> list[Firewall]:
    """At most one, at the twelfth address of a subnet."""
    if not draw(st.sampled_from([True, False, False])):
        return []
    home = draw(st.sampled_from(subnets))
    prefix = home.prefixes[0]
    assert isinstance(prefix, Prefix)
    return [
        Firewall(
            arm_id("azureFirewalls", "fw"),
            "westeurope",
            home.id,
            Address(prefix.version, prefix.network + 12),
            draw(st.sampled_from([(), (arm_id("publicIPAddresses", "pip-Standard"),)])),
            (_nat_rule(draw),),
            (_rule(draw, "net.a", is_network=True), _rule(draw, "net.b", is_network=True)),
            (_rule(draw, "app.a", is_network=False),),
            draw(st.sampled_from([PRIVATE_RANGES, (parse_prefix("8.0.0.0/8"),)])),
        )
    ]


def _rule(draw: st.DrawFn, name: str, *, is_network: bool) -> FirewallRule:
    protocols = (Protocol.TCP, Protocol.UDP, Protocol.ANY) if is_network else (Protocol.TCP,)
    ports = draw(st.sampled_from(["443", "80-90", "*"] if is_network else ["443", "8443"]))
    destinations: tuple[AddressTerm, ...] = (*_TERMS, ServiceTag("Storage")) if is_network else ()
    return FirewallRule(
        name,
        draw(st.sampled_from([Access.ALLOW, Access.DENY])),
        (draw(st.sampled_from(protocols)),),
        AddressField((draw(st.sampled_from(_TERMS)),), singular=False),
        AddressField((draw(st.sampled_from(destinations)),) if destinations else (), singular=not is_network),
        PortField((parse_port_range(ports),), (ports,), singular=False),
        draw(st.sampled_from([(), ("*.contoso.com",)])),
        () if is_network else draw(st.sampled_from([(), ("WindowsUpdate",)])),
    )


def _nat_rule(draw: st.DrawFn) -> NatRule:
    return NatRule(
        "nat.in",
        (Protocol.TCP,),
        AddressField((AnyAddress("*"),), singular=False),
        AddressField((Cidr(parse_prefix("20.0.0.9"), "20.0.0.9"),), singular=False),
        PortField((parse_port_range("443"),), ("443",), singular=False),
        draw(st.sampled_from([parse_address("10.0.0.4"), None])),
        draw(st.sampled_from([8443, None])),
    )
