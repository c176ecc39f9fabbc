"""What would change an answer and is not evaluated: named aloud, so that no answer is a guess."""

from __future__ import annotations

from netwatch.errors import UnsupportedError
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetwork
from netwatch.model.topology import Topology

__all__ = ["refuse_routes"]

_CONNECTION = "microsoft.network/virtualhubs/hubvirtualnetworkconnections"

_ROUTE_MAKERS = {
    "microsoft.network/virtualhubs": "virtual WAN hubs and route servers",
    _CONNECTION: "virtual WAN hub connections",
    "microsoft.network/virtualhubs/ipconfigurations": "route servers",
}
"""Resource types that put routes into a virtual network they refer to, and what people call them."""


def refuse_routes(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError when a resource that netwatch does not evaluate puts routes into ``vnet``.

    Those of a route server reach peers that use it too ("Use the remote virtual network's gateway or Route Server";
    effective routes of published labs).
    """
    if topology.virtual_hubs:
        from netwatch.effective.virtual_hubs import refuse_hubs

        refuse_hubs(topology, vnet)
    makers = [other for other in topology.others.values() if other.type.lower() in _ROUTE_MAKERS]
    sources = [vnet.id.key, *_used(topology, vnet)] if makers else []
    for other in makers:
        noun = _ROUTE_MAKERS[other.type.lower()]
        reached = sources[:1] if other.type.lower() == _CONNECTION else sources
        if any(_concerns(reference.key, source) for reference in other.references for source in reached):
            raise UnsupportedError(
                f"{other.id.name}: routes of {noun} are not evaluated",
                where=other.where,
                hint=f"They reach {vnet.id.name} and would change its answers.",
            )


def _used(topology: Topology, vnet: VirtualNetwork) -> list[str]:
    """The networks whose gateways, and route servers, ``vnet`` uses by peering."""
    from netwatch.effective.peers import connected_peers

    used = (peering for peering in connected_peers(topology, vnet) if peering.use_remote_gateways)
    return [peering.remote_vnet.key for peering in used if isinstance(peering.remote_vnet, ResourceId)]


def _concerns(reference: str, vnet: str) -> bool:
    return reference == vnet or reference.startswith(f"{vnet}/")
