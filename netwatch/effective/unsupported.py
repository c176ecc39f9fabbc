"""What would change an answer and is not evaluated yet: named aloud, so that no answer is a guess."""

from __future__ import annotations

from netwatch.errors import UnsupportedError
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource, Subnet, VirtualNetwork
from netwatch.model.topology import Topology

__all__ = ["refuse_admin_rules", "refuse_gateway", "refuse_mesh", "refuse_private_endpoint", "refuse_service_endpoint"]

_ADMIN_RULE = "microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules"
_CONNECTIVITY = "microsoft.network/networkmanagers/connectivityconfigurations"
_PRIVATE_ENDPOINT = "microsoft.network/privateendpoints"
_CONNECTION = "microsoft.network/connections"


def refuse_admin_rules(topology: Topology) -> None:
    """UnsupportedError when the input holds security admin rules: they are asked before every NSG."""
    rule = _first(topology, _ADMIN_RULE)
    if rule is not None:
        raise UnsupportedError(
            f"{rule.id.name}: security admin rules of a network manager are not evaluated yet",
            where=rule.where,
            hint="They are asked before network security groups, so an answer without them could be wrong.",
        )


def refuse_mesh(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError when the input holds a connectivity configuration: its mesh adds routes to member VNets."""
    configuration = _first(topology, _CONNECTIVITY)
    if configuration is not None:
        raise UnsupportedError(
            f"{configuration.id.name}: connectivity configurations of a network manager are not evaluated yet",
            where=configuration.where,
            hint=f"A mesh would add routes to {vnet.id.name}.",
        )


def refuse_gateway(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError when routes learned through a gateway reach ``vnet``: its own, or a peer's by transit."""
    for holder in _gateway_vnets(topology, vnet):
        for gateway in topology.gateways.values():
            stands_there = any(isinstance(s, ResourceId) and s.parent.key == holder for s in gateway.subnets)
            if stands_there and _learns_routes(topology, gateway.id):
                raise UnsupportedError(
                    f"{gateway.id.name}: routes learned through a virtual network gateway are not evaluated yet",
                    where=gateway.where,
                    hint=f"They reach {vnet.id.name} and would change its answers.",
                )


def _gateway_vnets(topology: Topology, vnet: VirtualNetwork) -> list[str]:
    """The VNets whose gateways ``vnet`` uses: itself, and peers it uses the remote gateway of."""
    remote = [
        peering.remote_vnet for peering in topology.peerings_of.get(vnet.id.key, ()) if peering.use_remote_gateways
    ]
    return [vnet.id.key, *(peer.key for peer in remote if isinstance(peer, ResourceId))]


def _learns_routes(topology: Topology, gateway: ResourceId) -> bool:
    if topology.facts.gateway_learned_routes.get(gateway.key):
        return True
    return any(other.type.lower() == _CONNECTION and gateway in other.references for other in topology.others.values())


def refuse_private_endpoint(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError when a private endpoint stands in ``vnet`` or a direct peer: its /32 is a route there."""
    near = {vnet.id.key}
    near.update(
        peering.remote_vnet.key
        for peering in topology.peerings_of.get(vnet.id.key, ())
        if isinstance(peering.remote_vnet, ResourceId)
    )
    for other in topology.others.values():
        if other.type.lower() != _PRIVATE_ENDPOINT:
            continue
        if any("/subnets/" in ref.key and ref.parent.key in near for ref in other.references):
            raise UnsupportedError(
                f"{other.id.name}: routes of private endpoints are not evaluated yet",
                where=other.where,
                hint=f"Its address is a route of its own in {vnet.id.name}.",
            )


def refuse_service_endpoint(subnet: Subnet) -> None:
    """UnsupportedError when ``subnet`` has service endpoints: each adds a route for its service's ranges."""
    if subnet.service_endpoints:
        raise UnsupportedError(
            f"{subnet.id.name}: routes of service endpoints ({subnet.service_endpoints[0].service}) "
            "are not evaluated yet",
            where=subnet.where,
        )


def _first(topology: Topology, kind: str) -> OtherResource | None:
    return next((other for other in topology.others.values() if other.type.lower() == kind), None)
