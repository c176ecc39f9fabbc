"""Gateways in hubs of virtual WANs, with what they are connected to, of resolved ARM resources.

Source: the REST reference of vpnGateways, p2sVpnGateways and expressRouteGateways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.virtual_hubs import HubBranch, HubGateway, HubRouting

__all__ = ["GATEWAYS", "read_gateway", "read_part", "routing"]

GATEWAYS = ("vpngateways", "p2svpngateways", "expressroutegateways")

_CHILDREN = {
    "vpngateways": ("connections", "vpnConnections"),
    "p2svpngateways": ("p2SConnectionConfigurations", "p2sConnectionConfigurations"),
    "expressroutegateways": ("expressRouteConnections", "expressRouteConnections"),
}
"""Last part of a gateway's type → the property that lists what it is connected to, and the type of those."""


def read_gateway(resource: ArmObject, id: ResourceId, own: Iterable[HubBranch]) -> HubGateway:
    """A gateway with its branches; ``own`` are those that stand alone. Azure returns one in both places."""
    fields = resource.object("properties")
    name, kind = _CHILDREN[id.type.lower().rsplit("/", 1)[-1]]
    inside = (_placed(child, child_id, id, kind) for child, child_id in _listed(resource, id, name))
    branches = {branch.id.key: branch for branch in (*inside, *own)}
    return HubGateway(
        id=id,
        location=resource.text("location"),
        hub=fields.reference("virtualHub"),
        branches=tuple(branches.values()),
        addresses=tuple(_addresses(fields.object("bgpSettings"))),
        where=resource.where,
    )


def _listed(resource: ArmObject, id: ResourceId, name: str) -> Iterator[tuple[ArmObject, ResourceId]]:
    """The children that a gateway lists; one that is only named by its id is said in full elsewhere."""
    for child, child_id in resource.children(id, name):
        if child.raw("properties") is not None or child.raw("name") is not None:
            yield child, child_id


def _placed(child: ArmObject, id: ResourceId, gateway: ResourceId, kind: str) -> HubBranch:
    return replace(read_part(child, id), id=gateway.child(kind, id.name))


def read_part(resource: ArmObject, id: ResourceId) -> HubBranch:
    """What a gateway is connected to. A circuit announces its prefixes over BGP, and so does a link that says so."""
    fields = resource.object("properties")
    links = [each.object("properties") for each in fields.objects("vpnLinkConnections")]
    is_circuit = fields.raw("expressRouteCircuitPeering") is not None
    pool = fields.object("vpnClientAddressPool")
    return HubBranch(
        id=id,
        site=fields.reference("remoteVpnSite"),
        prefixes=pool.all_parsed("addressPrefixes", fields.reading.exact_prefix),
        bgp=is_circuit or any(each.flag("enableBgp", False) for each in (fields, *links)),
        routing=routing(fields.object("routingConfiguration")),
        where=resource.where,
    )


def routing(fields: ArmObject) -> HubRouting:
    """A routing configuration."""
    propagated = fields.object("propagatedRouteTables")
    return HubRouting(
        fields.reference("associatedRouteTable"),
        propagated.references("ids"),
        propagated.all_parsed("labels", str),
    )


def _addresses(settings: ArmObject) -> Iterator[Address]:
    """The addresses that the instances of a VPN gateway speak BGP from, as Azure returns them."""
    for each in settings.objects("bgpPeeringAddresses"):
        for found in each.all_parsed("defaultBgpIpAddresses", settings.reading.address):
            if isinstance(found, Address):
                yield found
