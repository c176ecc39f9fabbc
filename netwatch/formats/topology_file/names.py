"""The names a topology file declares, and the ids they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.model.ids import ResourceId

__all__ = ["DEFAULTS", "KINDS", "Kind", "Names", "Scope"]


class Kind(NamedTuple):
    """A kind of resource: what a person calls it, and its ARM type."""

    noun: str
    type: str


KINDS: Mapping[str, Kind] = {
    "virtualNetworks": Kind("virtual network", "Microsoft.Network/virtualNetworks"),
    "subnets": Kind("subnet", "Microsoft.Network/virtualNetworks/subnets"),
    "networkSecurityGroups": Kind("network security group", "Microsoft.Network/networkSecurityGroups"),
    "applicationSecurityGroups": Kind("application security group", "Microsoft.Network/applicationSecurityGroups"),
    "routeTables": Kind("route table", "Microsoft.Network/routeTables"),
    "publicIPAddresses": Kind("public IP address", "Microsoft.Network/publicIPAddresses"),
    "virtualNetworkGateways": Kind("virtual network gateway", "Microsoft.Network/virtualNetworkGateways"),
    "localNetworkGateways": Kind("local network gateway", "Microsoft.Network/localNetworkGateways"),
    "connections": Kind("connection", "Microsoft.Network/connections"),
    "privateEndpoints": Kind("private endpoint", "Microsoft.Network/privateEndpoints"),
    "natGateways": Kind("NAT gateway", "Microsoft.Network/natGateways"),
    "azureFirewalls": Kind("Azure firewall", "Microsoft.Network/azureFirewalls"),
    "loadBalancers": Kind("load balancer", "Microsoft.Network/loadBalancers"),
    "networkManagers": Kind("network manager", "Microsoft.Network/networkManagers"),
    "virtualWans": Kind("virtual WAN", "Microsoft.Network/virtualWans"),
    "virtualHubs": Kind("virtual hub", "Microsoft.Network/virtualHubs"),
    "vpnSites": Kind("VPN site", "Microsoft.Network/vpnSites"),
    "vpnGateways": Kind("VPN gateway of a hub", "Microsoft.Network/vpnGateways"),
    "p2sVpnGateways": Kind("point-to-site gateway of a hub", "Microsoft.Network/p2sVpnGateways"),
    "expressRouteGateways": Kind("ExpressRoute gateway of a hub", "Microsoft.Network/expressRouteGateways"),
    "networkGroups": Kind("network group", "Microsoft.Network/networkManagers/networkGroups"),
    "virtualMachines": Kind("virtual machine", "Microsoft.Compute/virtualMachines"),
    "networkInterfaces": Kind("network interface", "Microsoft.Network/networkInterfaces"),
}
"""Key of the file → what stands under it. Subnets, connections and network groups stand in their parents."""

_INNER = {"virtualNetworks": "subnets", "networkManagers": "networkGroups"}
"""Parent → its children that are referred to by ``child`` or ``parent/child``."""


class Scope(NamedTuple):
    """What a resource is in when it does not say otherwise; ``name`` where its own is not that of its key."""

    subscription: str
    resource_group: str
    location: str
    name: str = ""

    def of(self, body: Any) -> Scope:
        """The scope that a thing with these fields, as YAML gave them, is in."""
        if not isinstance(body, dict):
            return self.inner()
        return Scope(
            _said(body, "subscription") or self.subscription,
            _said(body, "resourceGroup") or self.resource_group,
            _said(body, "location") or self.location,
            _said(body, "name"),
        )

    def inner(self) -> Scope:
        """The same scope for another thing, which has its own name."""
        return self._replace(name="")

    def id(self, kind: str, name: str) -> ResourceId:
        """The id of a resource of that kind in this scope; ``name`` is its key in the file."""
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
        return ResourceId(f"{group}/providers/{KINDS[kind].type}/{self.name or name}")


DEFAULTS = Scope("00000000-0000-0000-0000-000000000000", "netwatch", "westeurope")


def _said(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    return str(value).strip() if isinstance(value, (str, int)) else ""


class Names:
    """Which ids a name stands for, kind by kind, without regard to case."""

    def __init__(self, top: Mapping[str, Any], scope: Scope) -> None:
        self._ids: dict[str, dict[str, dict[ResourceId, None]]] = {kind: {} for kind in KINDS}
        for kind in KINDS:
            for name, body in _things(top.get(kind)):
                id = scope.of(body).id(kind, name)
                self._declare(kind, name, id)
                if kind in _INNER:
                    self._declare_inner(id, _INNER[kind], body)
                if kind == "virtualMachines":
                    self._declare_nics(scope.of(body), body)

    def _declare(self, kind: str, name: str, id: ResourceId) -> None:
        self._ids[kind].setdefault(name.lower(), {})[id] = None

    def _declare_inner(self, parent: ResourceId, kind: str, body: Any) -> None:
        for name, _ in _things(body.get(kind) if isinstance(body, dict) else None):
            id = parent.child(kind, name)
            self._declare(kind, name, id)
            self._declare(kind, f"{parent.name}/{name}", id)

    def _declare_nics(self, scope: Scope, body: Any) -> None:
        for name, nic in _things(body.get("networkInterfaces") if isinstance(body, dict) else None):
            self._declare("networkInterfaces", name, scope.of(nic).id("networkInterfaces", name))

    def find(self, kind: str, name: str) -> list[ResourceId]:
        """Every id of that kind that the name stands for; a subnet's is ``subnet`` or ``vnet/subnet``."""
        return list(self._ids[kind].get(name.lower(), ()))

    def nearest(self, kind: str, name: str) -> str:
        """A hint: the declared name most like this one, else every one where they are few."""
        from difflib import get_close_matches

        known = {key: ids for key, ids in self._ids[kind].items() if kind not in _INNER.values() or "/" in key}
        near = get_close_matches(name.lower(), self._ids[kind], n=1)
        if near:
            return f'Did you mean "{self._spelled(near[0], next(iter(self._ids[kind][near[0]])))}"?'
        if not known:
            return f'The file holds none under "{kind}".' if kind != "subnets" else "No virtual network holds a subnet."
        shown = [self._spelled(key, next(iter(ids))) for key, ids in list(known.items())[:10]]
        return f"The file holds {', '.join(shown)}{' …' if len(known) > len(shown) else ''}."

    @staticmethod
    def _spelled(key: str, id: ResourceId) -> str:
        return f"{id.parent.name}/{id.name}" if "/" in key else id.name

    @staticmethod
    def labels(ids: list[ResourceId]) -> list[str]:
        """The ids as short as they stay apart."""
        short = [f"{id.parent.name}/{id.name}" if "/subnets/" in id.key else id.text for id in ids]
        return short if len(set(short)) == len(short) else [id.text for id in ids]


def _things(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
