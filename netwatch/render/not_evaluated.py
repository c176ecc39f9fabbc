"""Resource types that act on a network and that netwatch does not evaluate, with what they would change."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NOT_EVALUATED"]

_OF_A_BALANCER = "a load balancer that is not in the input"

NOT_EVALUATED: Mapping[str, str] = {
    "Microsoft.Compute/virtualMachineScaleSets": "machines and NICs of its own",
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines": "machines and NICs of its own",
    "Microsoft.ContainerInstance/containerGroups": "addresses in subnets",
    "Microsoft.ContainerService/managedClusters": "machines and NICs of its own, routes, rules",
    "Microsoft.Network/applicationGateways": "what reaches its backends",
    "Microsoft.Network/azureFirewalls": "what it lets pass",
    "Microsoft.Network/bastionHosts": "who reaches machines through it",
    "Microsoft.Network/dnsForwardingRulesets": "what names resolve to: declare the fact dns",
    "Microsoft.Network/dnsResolvers": "what names resolve to: declare the fact dns",
    "Microsoft.Network/dnsZones": "what public names resolve to: declare the fact dns",
    "Microsoft.Network/expressRouteCircuits": "prefixes a gateway learns: declare the fact gatewayLearnedRoutes",
    "Microsoft.Network/expressRouteGateways": "routes of a virtual WAN hub",
    "Microsoft.Network/loadBalancers/backendAddressPools": _OF_A_BALANCER,
    "Microsoft.Network/loadBalancers/inboundNatPools": _OF_A_BALANCER,
    "Microsoft.Network/loadBalancers/inboundNatRules": _OF_A_BALANCER,
    "Microsoft.Network/loadBalancers/loadBalancingRules": _OF_A_BALANCER,
    "Microsoft.Network/loadBalancers/outboundRules": _OF_A_BALANCER,
    "Microsoft.Network/loadBalancers/probes": _OF_A_BALANCER,
    "Microsoft.Network/networkManagers/routingConfigurations": "user-defined routes it lays over networks",
    "Microsoft.Network/networkManagers/securityUserConfigurations": "security rules it lays over networks",
    "Microsoft.Network/networkSecurityPerimeters": "who reaches services inside it",
    "Microsoft.Network/networkSecurityGroups/securityRules": "a security group that is not in the input",
    "Microsoft.Network/networkVirtualAppliances": "what it lets pass, and where it sends it",
    "Microsoft.Network/p2sVpnGateways": "routes of a virtual WAN hub",
    "Microsoft.Network/privateDnsZones": "what names resolve to: declare the fact dns",
    "Microsoft.Network/privateLinkServices": "who reaches what stands behind it",
    "Microsoft.Network/publicIPPrefixes": "addresses that outbound flows leave from",
    "Microsoft.Network/routeFilters": "prefixes a gateway learns: declare the fact gatewayLearnedRoutes",
    "Microsoft.Network/routeTables/routes": "a route table that is not in the input",
    "Microsoft.Network/securityPartnerProviders": "what lets traffic of a virtual WAN hub pass",
    "Microsoft.Network/serviceEndpointPolicies": "which accounts a service endpoint reaches",
    "Microsoft.Network/trafficManagerProfiles": "what names resolve to: declare the fact dns",
    "Microsoft.Network/virtualHubs": "routes of a route server, or of a hub with older routes or route maps",
    "Microsoft.Network/virtualHubs/bgpConnections": "routes of a route server",
    "Microsoft.Network/virtualHubs/hubRouteTables": "routes of a virtual WAN hub",
    "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections": "routes of a virtual WAN hub",
    "Microsoft.Network/virtualHubs/ipConfigurations": "routes of a route server",
    "Microsoft.Network/virtualHubs/routingIntent": "routes of a virtual WAN hub",
    "Microsoft.Network/virtualNetworkTaps": "copies of traffic",
    "Microsoft.Network/virtualRouters": "routes of a route server",
    "Microsoft.Network/virtualWans": "routes of a virtual WAN hub",
    "Microsoft.Network/vpnGateways": "routes of a virtual WAN hub",
    "Microsoft.Network/vpnServerConfigurations": "who connects to a virtual WAN hub",
    "Microsoft.Network/vpnSites": "routes of a virtual WAN hub",
    "Microsoft.Resources/deploymentStacks": "whatever its template makes",
    "Microsoft.Sql/managedInstances": "addresses in subnets, and rules and routes that Azure adds there",
}
"""ARM type → what it acts on. Types that are not here are merely named: no answer depends on them.

Parts of groups, tables and balancers stand apart only where an input does not hold what they are parts of.
"""
