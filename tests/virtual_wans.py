"""A virtual WAN for tests, as a published lab has it: two hubs, networks that are red or blue, a branch at each hub."""

from __future__ import annotations

from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology

__all__ = ["LAB", "read_lab", "wan"]

_RED = (
    "associatedRouteTable: red, propagatedRouteTables: [defaultRouteTable, red, {other}/defaultRouteTable, {other}/red]"
)
_BLUE = _RED.replace("red", "blue")
_BRANCH = (
    "propagatedRouteTables: [hub1/defaultRouteTable, hub1/red, hub1/blue, hub2/defaultRouteTable, hub2/red, hub2/blue]"
)

LAB = f"""
netwatch: 1
virtualNetworks:
  vnet1: {{addressPrefixes: 10.0.1.0/24, subnets: {{s1: {{addressPrefix: 10.0.1.0/25}}}}}}
  vnet2: {{addressPrefixes: 10.0.2.0/24, subnets: {{s2: {{addressPrefix: 10.0.2.0/25}}}}}}
  vnet3: {{addressPrefixes: 10.0.3.0/24, subnets: {{s3: {{addressPrefix: 10.0.3.0/25}}}}}}
  vnet4: {{addressPrefixes: 10.0.4.0/24, subnets: {{s4: {{addressPrefix: 10.0.4.0/25}}}}}}
  vnet5: {{addressPrefixes: 10.0.5.0/24, subnets: {{s5: {{addressPrefix: 10.0.5.0/25}}}}}}
  vnet6: {{addressPrefixes: 10.0.6.0/24, subnets: {{s6: {{addressPrefix: 10.0.6.0/25}}}}}}
virtualMachines:
  vm1: {{networkInterfaces: {{nic1: {{subnet: s1}}}}}}
  vm3: {{networkInterfaces: {{nic3: {{subnet: s3}}}}}}
  vm4: {{networkInterfaces: {{nic4: {{subnet: s4}}}}}}
  vm6: {{networkInterfaces: {{nic6: {{subnet: s6}}}}}}
virtualWans: [wan]
virtualHubs:
  hub1:
    virtualWan: wan
    addressPrefix: 10.10.0.0/23
    hubRouteTables: {{red: {{}}, blue: {{}}}}
    hubVirtualNetworkConnections:
      conn1: {{remoteVirtualNetwork: vnet1, {_RED.format(other="hub2")}}}
      conn2: {{remoteVirtualNetwork: vnet2, {_BLUE.format(other="hub2")}}}
      conn3: {{remoteVirtualNetwork: vnet3, {_BLUE.format(other="hub2")}}}
  hub2:
    virtualWan: wan
    addressPrefix: 10.11.0.0/23
    hubRouteTables: {{red: {{}}, blue: {{}}}}
    hubVirtualNetworkConnections:
      conn4: {{remoteVirtualNetwork: vnet4, {_RED.format(other="hub1")}}}
      conn5: {{remoteVirtualNetwork: vnet5, {_RED.format(other="hub1")}}}
      conn6: {{remoteVirtualNetwork: vnet6, {_BLUE.format(other="hub1")}}}
vpnSites:
  branch1: {{bgpPeeringAddress: 192.168.1.254}}
  branch2: {{bgpPeeringAddress: 192.168.2.254}}
vpnGateways:
  gw1:
    virtualHub: hub1
    bgpPeeringAddresses: [10.10.0.12, 10.10.0.13]
    connections: {{to1: {{remoteVpnSite: branch1, {_BRANCH}}}}}
  gw2:
    virtualHub: hub2
    bgpPeeringAddresses: [10.11.0.12, 10.11.0.13]
    connections: {{to2: {{remoteVpnSite: branch2, {_BRANCH}}}}}
facts: {{gatewayLearnedRoutes: {{gw1: [192.168.1.0/24], gw2: [192.168.2.0/24]}}}}
"""


def read_lab() -> Topology:
    """The lab, whole."""
    return read_topology_file("wan.yaml", LAB)


def wan(hub: str, *, more: str = "", facts: str = "{}") -> Topology:
    """Three networks a, b, c of 10.1, 10.2 and 10.3.0.0/16 with a subnet of the same name; ``hub`` are a hub's fields.

    ``more`` are further sections of the file.
    """
    nets = "".join(
        f"  {name}: {{addressPrefixes: 10.{at}.0.0/16, subnets: {{{name}: {{addressPrefix: 10.{at}.1.0/24}}}}}}\n"
        for at, name in enumerate("abc", 1)
    )
    machines = "".join(f"  vm-{name}: {{networkInterfaces: {{nic-{name}: {{subnet: {name}}}}}}}\n" for name in "abc")
    text = f"netwatch: 1\nvirtualNetworks:\n{nets}virtualMachines:\n{machines}virtualWans: [wan]\n"
    return read_topology_file("wan.yaml", f"{text}virtualHubs:\n  hub: {hub}\n{more}\nfacts: {facts}\n")
