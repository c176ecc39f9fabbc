"""A hub with a gateway, an appliance and its balancer, two spokes, and a far network, for tests of whole paths."""

from __future__ import annotations

from typing import Any

from netwatch.engines.connectivity_check import connectivity_check
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.answers import ConnectivityCheckAnswer
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher

__all__ = ["HUB", "check", "issues", "names", "read", "types"]

HUB = """
netwatch: 1
virtualNetworks:
  hub:
    addressPrefixes: 10.0.0.0/16
    subnets:
      GatewaySubnet: {addressPrefix: 10.0.255.0/24, routeTable: rt-gateway}
      nva: {addressPrefix: 10.0.1.0/24}
      data: {addressPrefix: 10.0.2.0/24, privateEndpointNetworkPolicies: Enabled}
      out: {addressPrefix: 10.0.3.0/24, natGateway: nat}
    virtualNetworkPeerings:
      to-one: {remoteVirtualNetwork: one, allowGatewayTransit: true}
      to-two: {remoteVirtualNetwork: two}
  one:
    addressPrefixes: 10.1.0.0/16
    subnets: {web: {addressPrefix: 10.1.1.0/24, routeTable: rt-one}}
    virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, useRemoteGateways: true, allowForwardedTraffic: true}}
  two:
    addressPrefixes: 10.2.0.0/16
    subnets: {db: {addressPrefix: 10.2.1.0/24, routeTable: rt-two}}
    virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}
  far:
    addressPrefixes: 10.9.0.0/16
    location: eastus
    subnets: {GatewaySubnet: {addressPrefix: 10.9.255.0/24}, app: {addressPrefix: 10.9.1.0/24}}
routeTables:
  rt-one: {routes: {ROUTES_ONE}}
  rt-two: {routes: {ROUTES_TWO}}
  rt-gateway: {routes: {ROUTES_GATEWAY}}
publicIPAddresses:
  pip-nat: {ipAddress: 20.0.0.9, sku: Standard}
  pip-two: {ipAddress: 20.0.0.2, sku: Standard}
  pip-gw: {ipAddress: 20.0.0.5, sku: Standard}
natGateways: {nat: {publicIPAddresses: pip-nat}}
loadBalancers:
  ilb: {frontendIPConfigurations: {f: {subnet: hub/nva, privateIPAddress: 10.0.1.100}},
        backendAddressPools: {p: [fw-0-nic, fw-1-nic]}, loadBalancingRules: {every: {protocol: All}}}
virtualNetworkGateways:
  vgw: {subnet: hub/GatewaySubnet, publicIPAddress: pip-gw,
        connections: {to-site: {localNetworkGateway2: site},
                      to-far: {connectionType: Vnet2Vnet, virtualNetworkGateway2: fgw}}}
  fgw: {subnet: far/GatewaySubnet, location: eastus,
        connections: {to-hub: {connectionType: Vnet2Vnet, virtualNetworkGateway2: vgw}}}
localNetworkGateways: {site: {addressPrefixes: 192.168.0.0/16}}
privateEndpoints: {sql: {subnet: hub/data, privateIPAddress: 10.0.2.4}}
virtualMachines:
  fw-0: {networkInterfaces: {fw-0-nic: {subnet: hub/nva, privateIPAddress: 10.0.1.4, enableIPForwarding: true}}}
  fw-1: {networkInterfaces: {fw-1-nic: {subnet: hub/nva, privateIPAddress: 10.0.1.5, enableIPForwarding: true}}}
  jump: {networkInterfaces: {jump-nic: {subnet: hub/out, privateIPAddress: 10.0.3.4}}}
  one-0: {networkInterfaces: {one-0-nic: {subnet: one/web, privateIPAddress: 10.1.1.4}}}
  two-0: {networkInterfaces: {two-0-nic: {subnet: two/db, privateIPAddress: 10.2.1.4, publicIPAddress: pip-two}}}
  far-0: {location: eastus, networkInterfaces: {far-0-nic: {subnet: far/app, privateIPAddress: 10.9.1.4}}}
"""


def read(text: str = HUB, *, one: str = "", two: str = "", gateway: str = "", more: str = "") -> Topology:
    """``text`` with routes such as ``10.2.0.0/16 10.0.1.4`` (an appliance, or a next hop type) in its three tables."""
    tables = {"ROUTES_ONE": one, "ROUTES_TWO": two, "ROUTES_GATEWAY": gateway}
    for mark, routes in tables.items():
        text = text.replace(mark, _routes(routes))
    return read_topology_file("hub.yaml", text + more)


def _routes(text: str) -> str:
    return ", ".join(
        f"r{number}: {{addressPrefix: {prefix}, {_next_hop(hop)}}}"
        for number, (prefix, hop) in enumerate(route.split() for route in text.split(";") if route)
    )


def _next_hop(hop: str) -> str:
    return f"nextHopType: VirtualAppliance, nextHopIpAddress: {hop}" if hop[0].isdigit() else f"nextHopType: {hop}"


def check(topology: Topology, source: str, dest: str, **question: Any) -> ConnectivityCheckAnswer:
    return connectivity_check(NetworkWatcher(topology).compiled, source, dest=dest, **question)


def names(answer: ConnectivityCheckAnswer) -> list[str]:
    return [hop.name for hop in answer.hops]


def types(answer: ConnectivityCheckAnswer) -> list[str]:
    return [hop.type for hop in answer.hops]


def issues(answer: ConnectivityCheckAnswer) -> list[tuple[str, str, str]]:
    """Every issue: the name of its hop, its origin, and the first value of its context, or its type without any."""
    return [
        (hop.name, issue.origin, issue.context[0][1] if issue.context else issue.type)
        for hop in answer.hops
        for issue in hop.issues
    ]
