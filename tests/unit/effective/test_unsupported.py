"""What puts routes into a network and is not evaluated is refused, and nothing else is."""

from __future__ import annotations

import pytest

from netwatch.effective.unsupported import refuse_routes
from netwatch.errors import UnsupportedError
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology

IDS = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/netwatch/providers/Microsoft.Network"


def net(kind: str, reference: str, *, flag: str = "useRemoteGateways: true") -> Topology:
    """A hub and a spoke that uses its gateway; beside them a resource of ``kind`` that refers to ``reference``."""
    text = f"""
netwatch: 1
virtualNetworks:
  hub: {{addressPrefixes: 10.0.0.0/16, virtualNetworkPeerings: {{p: {{remoteVirtualNetwork: spoke}}}}}}
  spoke: {{addressPrefixes: 10.1.0.0/16, virtualNetworkPeerings: {{p: {{remoteVirtualNetwork: hub, {flag}}}}}}}
  other: {{addressPrefixes: 10.2.0.0/16}}
otherResources: {{{IDS}/{kind}: [{IDS}/{reference}]}}
"""
    return read_topology_file("net.yaml", text)


def refused(topology: Topology) -> set[str]:
    found = set()
    for vnet in topology.vnets.values():
        try:
            refuse_routes(topology, vnet)
        except UnsupportedError:
            found.add(vnet.id.name)
    return found


SERVER = "virtualHubs/rs/ipConfigurations/c"
CONNECTION = "virtualHubs/h/hubVirtualNetworkConnections/c"


@pytest.mark.parametrize(
    ("topology", "expected"),
    [
        (net(SERVER, "virtualNetworks/hub/subnets/RouteServerSubnet"), {"hub", "spoke"}),
        (net(SERVER, "virtualNetworks/hub/subnets/RouteServerSubnet", flag="useRemoteGateways: false"), {"hub"}),
        (net(SERVER, "virtualNetworks/other/subnets/RouteServerSubnet"), {"other"}),
        (net(CONNECTION, "virtualNetworks/hub"), {"hub"}),
        (net("bastionHosts/b", "virtualNetworks/hub"), set()),
    ],
)
def test_routes_of_what_is_not_evaluated(topology: Topology, expected: set[str]) -> None:
    assert refused(topology) == expected
