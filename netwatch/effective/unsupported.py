"""What would change an answer and is not evaluated: named aloud, so that no answer is a guess."""

from __future__ import annotations

from netwatch.errors import UnsupportedError
from netwatch.model.resources import VirtualNetwork
from netwatch.model.topology import Topology

__all__ = ["refuse_routes"]

_ROUTE_MAKERS = {
    "microsoft.network/virtualhubs": "virtual WAN hubs and route servers",
    "microsoft.network/virtualhubs/hubvirtualnetworkconnections": "virtual WAN hub connections",
    "microsoft.network/virtualhubs/ipconfigurations": "route servers",
}
"""Resource types that put routes into a virtual network they refer to, and what people call them."""


def refuse_routes(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError when a resource that netwatch does not evaluate puts routes into ``vnet``."""
    if topology.virtual_hubs:
        from netwatch.effective.virtual_hubs import refuse_hubs

        refuse_hubs(topology, vnet)
    for other in topology.others.values():
        noun = _ROUTE_MAKERS.get(other.type.lower())
        if noun and any(_concerns(reference.key, vnet.id.key) for reference in other.references):
            raise UnsupportedError(
                f"{other.id.name}: routes of {noun} are not evaluated",
                where=other.where,
                hint=f"They reach {vnet.id.name} and would change its answers.",
            )


def _concerns(reference: str, vnet: str) -> bool:
    return reference == vnet or reference.startswith(f"{vnet}/")
