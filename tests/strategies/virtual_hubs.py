"""Virtual WANs with hubs, tables, connections, policies and gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from netwatch.model.addresses import Prefix, parse_address, parse_prefix
from netwatch.model.firewalls import Firewall
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetwork
from netwatch.model.virtual_hubs import (
    BgpPeer,
    HubBranch,
    HubConnection,
    HubGateway,
    HubRoute,
    HubRouteTable,
    HubRouting,
    HubStaticRoute,
    RoutingPolicy,
    VirtualHub,
    VirtualWan,
    VpnSite,
)
from tests.strategies.pools import arm_id

__all__ = ["Wan", "virtual_wans"]

_TABLES = ("red", "defaultRouteTable", "noneRouteTable")
_PREFIXES = ("192.168.0.0/16", "10.1.0.0/16", "0.0.0.0/0")


class Wan(NamedTuple):
    """What makes up a virtual WAN, and what its gateways and hubs are declared to learn."""

    wans: Sequence[VirtualWan] = ()
    hubs: Sequence[VirtualHub] = ()
    gateways: Sequence[HubGateway] = ()
    sites: Sequence[VpnSite] = ()
    firewalls: Sequence[Firewall] = ()
    learned: Mapping[str, tuple[Prefix, ...]] = {}


def virtual_wans(draw: st.DrawFn, vnets: Sequence[VirtualNetwork]) -> Wan:
    """At most one WAN, with one or two hubs; each network is connected to one hub or to none."""
    if not draw(st.sampled_from([True, False, False])):
        return Wan()
    wan = VirtualWan(arm_id("virtualWans", "wan"), "westeurope", draw(st.sampled_from([*2 * ["Standard"], "Basic"])))
    ids = [arm_id("virtualHubs", f"vhub-{number}") for number in range(draw(st.integers(1, 2)))]
    homes = [draw(st.sampled_from([*ids, None])) for _ in vnets]
    wall = Firewall(arm_id("azureFirewalls", "fw-hub"), "westeurope", None, hub=ids[0])
    hubs = [_hub(draw, wan, id, ids, [v for v, home in zip(vnets, homes, strict=True) if home == id]) for id in ids]
    site = VpnSite(arm_id("vpnSites", "branch"), "westeurope", (parse_prefix("192.168.1.0/24"),))
    gateways = [
        _gateway(draw, kind, ids, site) for kind in draw(st.lists(st.sampled_from(sorted(_KINDS)), unique=True))
    ]
    speakers = [*(each.id.key for each in gateways), *(each.id.key for each in hubs)]
    learned = {key: draw(st.sampled_from([(), (parse_prefix("172.20.0.0/16"),)])) for key in speakers}
    return Wan([wan], hubs, gateways, [site], [wall], learned)


def _hub(
    draw: st.DrawFn, wan: VirtualWan, id: ResourceId, hubs: Sequence[ResourceId], vnets: Sequence[VirtualNetwork]
) -> VirtualHub:
    wall = arm_id("azureFirewalls", "fw-hub")
    connections = [_connection(draw, id, hubs, vnet) for vnet in vnets]
    ways = [wall, *(each.id for each in connections)]
    policies = [
        RoutingPolicy(name, (name,), wall)
        for name in draw(st.sets(st.sampled_from(["Internet", "PrivateTraffic"])).map(sorted))
    ]
    peers = draw(st.sampled_from([(), (BgpPeer(id.child("bgpConnections", "nva"), parse_address("10.0.0.9")),)]))
    return VirtualHub(
        id,
        draw(st.sampled_from(["westeurope", "northeurope"])),
        wan.id,
        parse_prefix(f"10.20{hubs.index(id)}.0.0/23"),
        draw(st.sampled_from(["", "Standard"])),
        (_table(draw, id, ways),),
        tuple(connections),
        tuple(policies),
        peers,
    )


def _table(draw: st.DrawFn, hub: ResourceId, ways: Sequence[ResourceId]) -> HubRouteTable:
    name = draw(st.sampled_from(["red", "defaultRouteTable"]))
    prefixes = (parse_prefix(draw(st.sampled_from(_PREFIXES))),)
    routes = draw(st.sampled_from([(), (HubRoute("to", prefixes, draw(st.sampled_from(ways))),)]))
    return HubRouteTable(hub.child("hubRouteTables", name), draw(st.sampled_from([(), ("VNet",)])), routes)


def _connection(draw: st.DrawFn, hub: ResourceId, hubs: Sequence[ResourceId], vnet: VirtualNetwork) -> HubConnection:
    prefixes = (parse_prefix("10.99.0.0/16"),)
    static = draw(st.sampled_from([(), (HubStaticRoute("nva", prefixes, parse_address("10.0.0.9")),)]))
    own = draw(st.sampled_from([None, hub.child("hubRouteTables", "defaultRouteTable")]))
    flag = st.sampled_from([True, False, None])
    return HubConnection(
        hub.child("hubVirtualNetworkConnections", f"to-{vnet.id.name}"),
        vnet.id,
        draw(flag),
        HubRouting(own, *_propagation(draw, hubs)),
        static,
        draw(flag),
    )


def _propagation(draw: st.DrawFn, hubs: Sequence[ResourceId]) -> tuple[tuple[ResourceId, ...], tuple[str, ...]]:
    tables = [hub.child("hubRouteTables", "defaultRouteTable") for hub in hubs]
    tables.append(hubs[0].child("hubRouteTables", "noneRouteTable"))
    named = draw(st.lists(st.sampled_from(tables), max_size=2, unique=True))
    return tuple(named), draw(st.sampled_from([(), ("default",), ("VNet", "none")]))


_KINDS = {
    "vpnGateways": "vpnConnections",
    "p2sVpnGateways": "p2sConnectionConfigurations",
    "expressRouteGateways": "expressRouteConnections",
}


def _gateway(draw: st.DrawFn, kind: str, hubs: Sequence[ResourceId], site: VpnSite) -> HubGateway:
    id = arm_id(kind, kind[:3])
    is_vpn = kind == "vpnGateways"
    branch = HubBranch(
        id.child(_KINDS[kind], "c"),
        site.id if is_vpn else None,
        (parse_prefix("172.30.0.0/24"),) if kind == "p2sVpnGateways" else (),
        kind == "expressRouteGateways" or (is_vpn and draw(st.booleans())),
        HubRouting(None, *_propagation(draw, hubs)),
    )
    addresses = draw(st.sampled_from([(), (parse_address("10.200.0.12"), parse_address("10.200.0.13"))]))
    return HubGateway(id, "westeurope", draw(st.sampled_from(hubs)), (branch,), addresses if is_vpn else ())
