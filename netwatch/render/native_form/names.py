"""What things are called in a native topology file: their keys, references to them, and where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from netwatch.formats.topology_file.names import DEFAULTS, Scope
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["KINDS", "NativeNames"]

KINDS: Mapping[str, str] = {
    "virtualNetworks": "vnets",
    "networkSecurityGroups": "nsgs",
    "applicationSecurityGroups": "asgs",
    "routeTables": "route_tables",
    "publicIPAddresses": "public_ips",
    "virtualNetworkGateways": "gateways",
    "localNetworkGateways": "local_network_gateways",
    "privateEndpoints": "private_endpoints",
    "natGateways": "nat_gateways",
    "loadBalancers": "load_balancers",
    "azureFirewalls": "firewalls",
    "networkManagers": "network_managers",
    "virtualWans": "virtual_wans",
    "virtualHubs": "virtual_hubs",
    "vpnSites": "vpn_sites",
    "vpnGateways": "hub_gateways",
    "p2sVpnGateways": "hub_gateways",
    "expressRouteGateways": "hub_gateways",
    "virtualMachines": "vms",
    "networkInterfaces": "nics",
}
"""Key of the file → the Topology mapping of what stands under it."""

_LOCATED = ("vnets", "nsgs", "nics", "vms", "route_tables", "public_ips")


class _Named(NamedTuple):
    """One kind: the key of each id in the file, and the ids whose key alone does not tell them apart."""

    keys: Mapping[str, str]
    held: Mapping[str, Any]


class NativeNames:
    """The names of one topology's things; where two of a kind share one, the later gets a key of its own."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._kinds = {kind: _named(getattr(topology, field)) for kind, field in KINDS.items()}
        self._vnets = Counter(vnet.id.name.lower() for vnet in topology.vnets.values())
        self._managers = Counter(manager.id.name.lower() for manager in topology.network_managers.values())
        self.scope = _scope(topology)

    def key(self, kind: str, id: ResourceId) -> str:
        """The key that a thing stands under."""
        return self._kinds[kind].keys[id.key]

    def reference(self, kind: str, id: ResourceId) -> str:
        """How others refer to it: by its key, or by its id where the input does not hold it."""
        return self._kinds[kind].keys.get(id.key, id.text)

    def subnet(self, id: ResourceId) -> str:
        """``vnet/subnet``; the id where two virtual networks have that name or the input does not hold it."""
        is_plain = id.key in self._topology.subnets and self._vnets[id.parent.name.lower()] == 1
        return f"{id.parent.name}/{id.name}" if is_plain else id.text

    def group(self, id: ResourceId, manager: ResourceId) -> str:
        """A network group as its manager, or another, refers to it."""
        if id.key not in self._topology.network_groups or self._managers[id.parent.name.lower()] > 1:
            return id.text
        return id.name if id.parent == manager else f"{id.parent.name}/{id.name}"

    def lies(self, id: ResourceId, location: str, scope: Scope, *, key: str = "") -> dict[str, Any]:
        """The fields that say where a thing lies, and its name, as far as ``scope`` and its key do not."""
        said: dict[str, Any] = {"name": id.name} if key and key != id.name else {}
        if id.subscription.lower() != scope.subscription.lower():
            said["subscription"] = id.subscription
        if id.resource_group.lower() != scope.resource_group.lower():
            said["resourceGroup"] = id.resource_group
        if location and location != scope.location:
            said["location"] = location
        return said

    def scope_of(self, id: ResourceId, location: str) -> Scope:
        """The scope that things inside of it are in."""
        return Scope(id.subscription, id.resource_group, location or self.scope.location)


def _named(held: Mapping[str, Any]) -> _Named:
    """Keys by id: the name, numbered from the second of that name on."""
    taken = {thing.id.name.lower() for thing in held.values()}
    seen: Counter[str] = Counter()
    keys: dict[str, str] = {}
    for key, thing in held.items():
        name = thing.id.name
        seen[name.lower()] += 1
        number = seen[name.lower()]
        while number > 1 and f"{name}-{number}".lower() in taken:
            number += 1
        keys[key] = name if number == 1 else f"{name}-{number}"
        taken.add(keys[key].lower())
    return _Named(keys, held)


def _scope(topology: Topology) -> Scope:
    """What most resources lie in."""
    things = [thing for field in _LOCATED for thing in getattr(topology, field).values()]
    return Scope(
        _most((thing.id.subscription for thing in things), DEFAULTS.subscription),
        _most((thing.id.resource_group for thing in things), DEFAULTS.resource_group),
        _most((thing.location for thing in things), DEFAULTS.location),
    )


def _most(words: Iterable[str], default: str) -> str:
    counted = Counter(word for word in words if word)
    return counted.most_common(1)[0][0] if counted else default
