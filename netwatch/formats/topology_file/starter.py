"""The commented file to start from, which ``netwatch init`` prints."""

from __future__ import annotations

__all__ = ["SCHEMA_FILE", "starter"]

SCHEMA_FILE = "topology.schema.json"
"""The schema beside it that the starter's first line names; ``netwatch schema`` prints it."""


def starter() -> str:
    """A small network with a comment on everything; it loads, and its questions can be asked as they stand."""
    return f"# yaml-language-server: $schema=./{SCHEMA_FILE}\n{_STARTER}"


_STARTER = """\
# A web server that the internet may reach, and a database that only the web server may reach.
#
# An editor that knows YAML completes and checks this file:    netwatch schema > topology.schema.json
# Ask it:
#   netwatch ip-flow-verify my-network.yaml --vm web-0 --direction Inbound --protocol TCP --local :443 \\
#       --remote 203.0.113.7:50123
#   netwatch connectivity-check my-network.yaml --source web-0 --dest db-0 --dest-port 1433

netwatch: 1                     # the version of this form, always the first key
# resourceGroup: my-group       # these three have defaults; any resource may say its own
# location: westeurope
# subscription: 00000000-0000-0000-0000-000000000000

virtualNetworks:
  vnet-0:
    addressPrefixes: 10.0.0.0/16              # one, or a list: [10.0.0.0/16, fd00::/48]
    subnets:
      web: {addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg-web}
      data: {addressPrefix: 10.0.2.0/24, networkSecurityGroup: nsg-data}   # also: routeTable, natGateway
    # virtualNetworkPeerings:                 # one on each side
    #   to-hub: {remoteVirtualNetwork: vnet-hub, allowForwardedTraffic: true}

networkSecurityGroups:
  nsg-web:
    securityRules:
      # Left out means: any address, any port, any protocol, Inbound, Allow. Azure's default rules stand behind these.
      allow-https: {priority: 100, protocol: Tcp, source: Internet, destinationPortRanges: 443}
  nsg-data:
    securityRules:
      # source and destination: "*", addresses, prefixes and service tags, one or a list.
      allow-sql: {priority: 100, protocol: Tcp, source: 10.0.1.0/24, destinationPortRanges: [1433, 11000-11999]}
      deny-network: {priority: 200, access: Deny, source: VirtualNetwork}
      # By role: sourceApplicationSecurityGroups and destinationApplicationSecurityGroups.

# applicationSecurityGroups: [asg-web]        # NICs say that they are members: applicationSecurityGroups: asg-web

# routeTables:
#   rt-web:
#     routes:
#       to-firewall: {addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.0.9.4}

publicIPAddresses:
  pip-web: {ipAddress: 20.0.0.4, sku: Standard}
  # pip-later: {ipAddress: {unresolved: "Azure draws it"}}   # values may be open; what rests on them is Unknown

virtualMachines:
  web-0:
    networkInterfaces:
      web-0-nic: {subnet: vnet-0/web, privateIPAddress: 10.0.1.4, publicIPAddress: pip-web}
  db-0:
    networkInterfaces:
      db-0-nic: {subnet: data}                # no address: the first free one of the subnet is assumed, 10.0.2.4

facts:                                        # what no Azure resource says
  listeningPorts: {web-0: [443], db-0: [1433]}
  # powerState: {db-0: deallocated}
  # latency: [{source: web-0, destination: db-0, avgMs: 2, minMs: 1, maxMs: 10}]
  # dns: {db.contoso.com: 10.0.2.4}
"""
