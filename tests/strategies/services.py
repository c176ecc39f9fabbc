"""What gives addresses a second way: gateways with their sites, private endpoints, public addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from netwatch.model.addresses import Address, Prefix, parse_address, parse_prefix
from netwatch.model.endpoints import PrivateEndpoint
from netwatch.model.gateways import Connection, LocalNetworkGateway
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    PublicIpAddress,
    Subnet,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from tests.strategies.pools import LEARNED, arm_id

__all__ = ["Sites", "endpoints", "gateway_subnets", "public_addresses", "sites"]

_PREFIXES = tuple(parse_prefix(text) for text in LEARNED)


@dataclass
class Sites:
    """Gateways, the sites they are connected to, and what BGP tells them."""

    gateways: list[VirtualNetworkGateway] = field(default_factory=list)
    locals: list[LocalNetworkGateway] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    advertised: dict[str, tuple[Prefix, ...]] = field(default_factory=dict)
    public_ips: list[PublicIpAddress] = field(default_factory=list)


def gateway_subnets(draw: st.DrawFn, vnets: Sequence[VirtualNetwork]) -> list[Subnet]:
    """The first VNet has one most of the time, the others now and then."""
    having = [
        vnet
        for number, vnet in enumerate(vnets)
        if draw(st.sampled_from([True, True, True, False] if number == 0 else [False, False, False, True]))
    ]
    return [Subnet(vnet.id.child("subnets", "GatewaySubnet"), ()) for vnet in having]


def sites(draw: st.DrawFn, subnets: Sequence[Subnet]) -> Sites:
    """A gateway in each of ``subnets``, a site behind each, and perhaps a connection between the first two."""
    found = Sites()
    for subnet in subnets:
        name = f"gw-{subnet.vnet.name}"
        ips = _public_ip(draw, found, name)
        gateway = VirtualNetworkGateway(
            arm_id("virtualNetworkGateways", name),
            "westeurope",
            subnets=(subnet.id,),
            public_ips=ips,
            client_prefixes=_some(draw) if draw(st.booleans()) else (),
        )
        found.gateways.append(gateway)
        site = LocalNetworkGateway(arm_id("localNetworkGateways", f"site-{name}"), "westeurope", _some(draw))
        found.locals.append(site)
        if draw(st.sampled_from([True, False, False])):
            found.gateways[-1] = replace(gateway, default_site=site.id)
        found.advertised[gateway.id.key] = _some(draw)
        _connect(found, gateway, site.id)
    if len(found.gateways) > 1 and draw(st.booleans()):
        one, other = found.gateways[:2]
        _connect(found, one, other.id)
        _connect(found, other, one.id)
    return found


def _some(draw: st.DrawFn) -> tuple[Prefix, ...]:
    return tuple(draw(st.lists(st.sampled_from(_PREFIXES), min_size=1, max_size=4, unique=True)))


def _public_ip(draw: st.DrawFn, found: Sites, name: str) -> tuple[ResourceId, ...]:
    if not draw(st.booleans()):
        return ()
    address = parse_address(f"20.8.0.{len(found.public_ips) + 1}")
    ip = PublicIpAddress(arm_id("publicIPAddresses", f"pip-{name}"), "westeurope", address)
    found.public_ips.append(ip)
    return (ip.id,)


def _connect(found: Sites, gateway: VirtualNetworkGateway, peer: ResourceId) -> None:
    id_ = arm_id("connections", f"{gateway.id.name}-{peer.name}")
    found.connections.append(Connection(id_, "westeurope", "IPsec", gateway.id, peer))


def endpoints(draw: st.DrawFn, subnets: Sequence[Subnet]) -> tuple[list[PrivateEndpoint], list[NetworkInterface]]:
    """Up to two private endpoints, and their NICs at the eighth address of their subnets."""
    homes = draw(st.lists(st.sampled_from(subnets), max_size=2, unique_by=lambda subnet: subnet.id))
    found, nics = [], []
    for home in homes:
        name = f"pe-{home.id.name}"
        nic = arm_id("networkInterfaces", f"{name}-nic")
        prefix = home.prefixes[0]
        assert isinstance(prefix, Prefix)
        config = IpConfiguration(
            nic.child("ipConfigurations", "ip"), Address(prefix.version, prefix.network + 8), home.id, primary=True
        )
        nics.append(NetworkInterface(nic, "westeurope", (config,)))
        found.append(PrivateEndpoint(arm_id("privateEndpoints", name), "westeurope", home.id, (nic,)))
    return found, nics


def public_addresses() -> list[PublicIpAddress]:
    """One of each kind, for NICs to bear."""
    return [
        PublicIpAddress(arm_id("publicIPAddresses", f"pip-{sku}"), "westeurope", parse_address(f"20.8.1.{number}"), sku)
        for number, sku in enumerate(("Standard", "Basic"))
    ]
