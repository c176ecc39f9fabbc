"""Properties of resources that could change an answer and that no reader reads: a table, and who looks into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from netwatch.formats.arm_resources.fields import ArmObject, is_expression
from netwatch.model.input_notes import Ignored
from netwatch.model.unresolved import Unresolved

__all__ = ["NOT_READ", "Unread", "open_sku", "unread"]


class Unread(NamedTuple):
    """A property by its path below ``properties``, what it would change, and the value, or values, that change nothing.

    Words are compared in any case.
    """

    path: str
    effect: str
    harmless: Any = None


_WITH_SKU = ("loadbalancers", "publicipaddresses")
_THREATS = "flows to addresses and names that Microsoft knows as threats, which it drops"
_WATCHES = ("off", "alert")
"""Modes in which a firewall lets everything pass that its rules do ("Azure Firewall threat intelligence", "IDPS")."""

NOT_READ: Mapping[str, tuple[Unread, ...]] = {
    "virtualnetworkpeerings": (
        Unread("peeringSyncLevel", "which of the peer's ranges it has routes to", "fullyinsync"),
    ),
    "virtualnetworks": (
        Unread("privateEndpointVNetPolicies", "how far the routes of private endpoints reach", "disabled"),
    ),
    "subnets": (Unread("serviceEndpointPolicies", "which accounts its service endpoints reach"),),
    "routetables": (Unread("disablePeeringRoute", "whether its subnets have routes to peers", "none"),),
    "routes": (Unread("hasBgpOverride", "which learned routes it overrides", False),),
    "networkgroups": (Unread("conditionalMembership", "which networks are its members"),),
    "networkinterfaces": (
        Unread("disableTcpStateTracking", "whether its flows are followed, so that replies need no rule", False),
    ),
    "ipconfigurations": (
        Unread("privateIPAddressPrefixLength", "a whole block of addresses of its own"),
        Unread("gatewayLoadBalancer", "an appliance that its public flows pass"),
        Unread("applicationGatewayBackendAddressPools", "who reaches it through an application gateway"),
        Unread("virtualNetworkTaps", "copies of its traffic"),
    ),
    "virtualmachines": (
        Unread("networkProfile.networkInterfaceConfigurations", "network interfaces that come with the machine"),
    ),
    "virtualnetworkgateways": (
        Unread("natRules", "addresses that it translates"),
        Unread("enableBgp", "prefixes it learns: declare the fact gatewayLearnedRoutes", False),
    ),
    "localnetworkgateways": (
        Unread("bgpSettings.bgpPeeringAddress", "prefixes it announces: declare the fact gatewayLearnedRoutes"),
    ),
    "connections": (
        Unread("trafficSelectorPolicies", "which flows the tunnel takes"),
        Unread("usePolicyBasedTrafficSelectors", "which flows the tunnel takes", False),
        Unread("routingWeight", "which of several connections takes a packet", 0),
    ),
    "hubvirtualnetworkconnections": (
        Unread(
            "routingConfiguration.vnetRoutes.staticRoutesConfig.vnetLocalRouteOverrideCriteria",
            "whether what is for the network itself passes the appliance of a static route",
            "contains",
        ),
    ),
    "vpnconnections": (
        Unread("routingConfiguration.inboundRouteMap", "which prefixes hubs learn, and how"),
        Unread("routingConfiguration.outboundRouteMap", "which prefixes branches learn, and how"),
        Unread("trafficSelectorPolicies", "which flows the tunnel takes"),
    ),
    "vpngateways": (Unread("natRules", "addresses that it translates"),),
    "privateendpoints": (
        Unread("applicationSecurityGroups", "rules that name these groups"),
        Unread("manualPrivateLinkServiceConnections", "whether its connection is approved"),
    ),
    "natgateways": (
        Unread("publicIpPrefixes", "addresses that outbound flows leave from"),
        Unread("publicIpAddressesV6", "addresses that outbound flows leave from"),
    ),
    "azurefirewalls": (Unread("threatIntelMode", _THREATS, _WATCHES),),
    "firewallpolicies": (
        Unread("threatIntelMode", _THREATS, _WATCHES),
        Unread("intrusionDetection.mode", "flows that look like attacks, which it drops", _WATCHES),
        Unread("transportSecurity", "flows that it ends and opens anew to look into them"),
    ),
    "frontendipconfigurations": (
        Unread("gatewayLoadBalancer", "an appliance that its flows pass"),
        Unread("publicIPPrefix", "which public addresses it listens on"),
    ),
}
"""Last part of the type, lower case → what is not read. Sources: the REST reference of Microsoft.Network.

DNS settings are not here: a question that names a name nobody declared is refused, not answered otherwise. Nor are
customRoutes of a gateway: they tell its point-to-site clients alone what to send into the tunnel ("Advertise custom
routes for P2S VPN clients").
"""


def unread(resource: ArmObject, kind: str) -> Iterator[Ignored]:
    """What a resource of that kind (the last part of its type, lower case) says and nobody reads."""
    for each in NOT_READ.get(kind, ()):
        *outer, last = each.path.split(".")
        fields = resource.object("properties")
        for name in outer:
            if not isinstance(fields.raw(name), dict):
                break
            fields = fields.object(name)
        else:
            value = _plain(fields.raw(last))
            harmless = each.harmless if isinstance(each.harmless, tuple) else (each.harmless,)
            if value not in (None, *harmless, [], {}) and not isinstance(value, Unresolved):
                yield Ignored(resource.label, each.path, each.effect, resource.where)


def open_sku(resource: ArmObject, kind: str) -> Iterator[Ignored]:
    """The SKU of a load balancer or public address, where it is not known; answers take it for Basic."""
    if kind in _WITH_SKU and is_expression(resource.object("sku").raw("name")):
        effect = "who reaches it, and who leaves by it: it is not known, and taken for Basic"
        yield Ignored(resource.label, "sku.name", effect, resource.where)


def _plain(value: Any) -> Any:
    """``"false"`` in quotes is false to Azure too, and it heeds no capitals."""
    word = value.lower() if isinstance(value, str) else value
    return word == "true" if word in ("true", "false") else word
