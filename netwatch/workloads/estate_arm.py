"""An estate as resolved ARM resources, in the form Azure returns them: ``{"resources": [...]}``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from netwatch.workloads.estate import (
    APPLIANCE,
    LOCATION,
    RESOURCE_GROUP,
    SUBSCRIPTION,
    Estate,
    EstateNic,
    EstateRule,
    EstateVnet,
    nics,
    rules,
    vnets,
)

__all__ = ["arm_json"]

Json = Mapping[str, Any]

_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
_NETWORK = f"{_GROUP}/providers/Microsoft.Network"
_SUCCEEDED = {"provisioningState": "Succeeded"}


def arm_json(estate: Estate) -> Iterator[str]:
    """The text of the estate as ARM JSON, in pieces, one line for each resource; ValueError when it cannot be built.

    >>> text = "".join(arm_json(Estate(nics=1, vnets=1, subnets_per_vnet=1, nsgs=1, rules_per_nsg=0)))
    >>> [resource["name"] for resource in json.loads(text)["resources"]][-3:]
    ['vnet-hub', 'vm-00000-nic', 'vm-00000']
    """
    estate.check()
    yield '{"resources": [\n'
    for index, resource in enumerate(_resources(estate)):
        yield ("" if index == 0 else ",\n") + json.dumps(resource, separators=(",", ":"))
    yield "\n]}\n"


def _resources(estate: Estate) -> Iterator[Json]:
    homes = list(vnets(estate))
    for vnet in homes:
        yield from (_resource("applicationSecurityGroups", name, {}) for name in vnet.asgs)
        yield from (_nsg(estate, vnet, name) for name in vnet.nsgs)
        if vnet.route_table:
            yield _route_table(vnet)
        yield _vnet(vnet)
    for nic in nics(estate):
        yield _nic(nic)
        yield _vm(nic)


def _id(kind: str, name: str) -> str:
    return f"{_NETWORK}/{kind}/{name}"


def _etag(resource_id: str) -> str:
    return f'W/"{uuid5(UUID(SUBSCRIPTION), resource_id)}"'


def _resource(kind: str, name: str, properties: Json) -> Json:
    return {
        "name": name,
        "id": _id(kind, name),
        "etag": _etag(_id(kind, name)),
        "type": f"Microsoft.Network/{kind}",
        "location": LOCATION,
        "properties": {**_SUCCEEDED, **properties},
    }


def _child(parent: str, kind: str, name: str, properties: Json) -> Json:
    """A resource inside another; ``kind`` is its full type below Microsoft.Network."""
    child_id = f"{parent}/{kind.rpartition('/')[2]}/{name}"
    return {
        "name": name,
        "id": child_id,
        "etag": _etag(child_id),
        "type": f"Microsoft.Network/{kind}",
        "properties": {**_SUCCEEDED, **properties},
    }


def _vnet(vnet: EstateVnet) -> Json:
    parent = _id("virtualNetworks", vnet.name)
    subnets = [
        _child(
            parent,
            "virtualNetworks/subnets",
            subnet.name,
            {
                "addressPrefix": subnet.prefix,
                "networkSecurityGroup": {"id": _id("networkSecurityGroups", subnet.nsg)},
                **({"routeTable": {"id": _id("routeTables", vnet.route_table)}} if vnet.route_table else {}),
                "delegations": [],
                "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled",
            },
        )
        for subnet in vnet.subnets
    ]
    peerings = [_peering(parent, peer) for peer in vnet.peers]
    space = {"addressPrefixes": [vnet.prefix]}
    return _resource(
        "virtualNetworks", vnet.name, {"addressSpace": space, "subnets": subnets, "virtualNetworkPeerings": peerings}
    )


def _peering(parent: str, peer: str) -> Json:
    return _child(
        parent,
        "virtualNetworks/virtualNetworkPeerings",
        f"to-{peer}",
        {
            "peeringState": "Connected",
            "remoteVirtualNetwork": {"id": _id("virtualNetworks", peer)},
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "allowGatewayTransit": False,
            "useRemoteGateways": False,
        },
    )


def _route_table(vnet: EstateVnet) -> Json:
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": APPLIANCE}
    routes = [_child(_id("routeTables", vnet.route_table), "routeTables/routes", "default-to-hub", route)]
    return _resource("routeTables", vnet.route_table, {"disableBgpRoutePropagation": False, "routes": routes})


def _nsg(estate: Estate, vnet: EstateVnet, name: str) -> Json:
    parent = _id("networkSecurityGroups", name)
    kind = "networkSecurityGroups/securityRules"
    own = [_child(parent, kind, rule.name, _rule(rule)) for rule in rules(estate, vnet, name)]
    return _resource("networkSecurityGroups", name, {"securityRules": own})


def _rule(rule: EstateRule) -> Json:
    return {
        "protocol": rule.protocol,
        **_field("sourcePortRange", "sourcePortRanges", ("*",)),
        **_field("destinationPortRange", "destinationPortRanges", rule.destination_ports),
        **_side("source", rule.sources),
        **_side("destination", rule.destinations),
        "access": rule.access,
        "priority": rule.priority,
        "direction": rule.direction,
    }


def _field(singular: str, plural: str, values: tuple[str, ...]) -> Json:
    """One value in the singular property and an empty plural one, or several in the plural, as Azure answers."""
    return {singular: values[0], plural: []} if len(values) == 1 else {plural: list(values)}


def _side(side: str, terms: tuple[str, ...]) -> Json:
    if terms[0].startswith("asg:"):
        groups = [{"id": _id("applicationSecurityGroups", term.removeprefix("asg:"))} for term in terms]
        return {f"{side}AddressPrefixes": [], f"{side}ApplicationSecurityGroups": groups}
    return _field(f"{side}AddressPrefix", f"{side}AddressPrefixes", terms)


def _nic(nic: EstateNic) -> Json:
    parent = _id("networkInterfaces", nic.name)
    subnet = f"{_id('virtualNetworks', nic.vnet)}/subnets/{nic.subnet}"
    configuration = _child(
        parent,
        "networkInterfaces/ipConfigurations",
        "ipconfig1",
        {
            "privateIPAddress": nic.address,
            "privateIPAllocationMethod": "Dynamic",
            "privateIPAddressVersion": "IPv4",
            "primary": True,
            "subnet": {"id": subnet},
            "applicationSecurityGroups": [{"id": _id("applicationSecurityGroups", nic.asg)}],
        },
    )
    own_nsg = {"networkSecurityGroup": {"id": _id("networkSecurityGroups", nic.nsg)}} if nic.nsg else {}
    return _resource(
        "networkInterfaces",
        nic.name,
        {
            "ipConfigurations": [configuration],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": nic.forwards,
            "primary": True,
            "virtualMachine": {"id": _vm_id(nic)},
            **own_nsg,
        },
    )


def _vm_id(nic: EstateNic) -> str:
    return f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/{nic.vm}"


def _vm(nic: EstateNic) -> Json:
    interface = {"id": _id("networkInterfaces", nic.name), "properties": {"primary": True}}
    return {
        "name": nic.vm,
        "id": _vm_id(nic),
        "type": "Microsoft.Compute/virtualMachines",
        "location": LOCATION,
        "properties": {**_SUCCEEDED, "networkProfile": {"networkInterfaces": [interface]}},
    }
