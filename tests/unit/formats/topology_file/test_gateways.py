"""Gateways, connections and local network gateways of topology files."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import parse_prefix
from netwatch.model.unresolved import Unresolved
from tests.unit.formats.arm import ids
from tests.unit.formats.native import problems, read

_GATEWAYS = """\
virtualNetworkGateways:
  vgw:
    subnet: hub/GatewaySubnet
    publicIPAddress: pip
    vpnClientAddressPool: 172.20.0.0/24
    gatewayDefaultSite: site
    connections:
      to-site: {localNetworkGateway2: site}
      to-cloud: {virtualNetworkGateway2: er}
      to-both: {connectionType: ipsec, virtualNetworkGateway2: er}
  er:
    gatewayType: expressroute
    subnet: GatewaySubnet
    connections: {to-circuit: {connectionType: ExpressRoute}}
localNetworkGateways: {site: {addressPrefixes: 192.168.0.0/16}, speaks-bgp: }
publicIPAddresses: [pip]
"""


def test_gateways_and_sites() -> None:
    topology = read(_GATEWAYS)
    vgw, er = topology.gateways.values()
    assert (vgw.gateway_type, er.gateway_type) == ("Vpn", "ExpressRoute")
    assert ids(vgw.subnets) == ids(er.subnets) == ["GatewaySubnet"]
    assert (ids(vgw.public_ips), er.public_ips, vgw.where.line) == (["pip"], (), 6)
    assert (ids([vgw.default_site]), er.default_site) == (["site"], None)
    assert (vgw.client_prefixes, er.client_prefixes) == ((parse_prefix("172.20.0.0/24"),), ())
    site, bgp = topology.local_network_gateways.values()
    assert (site.prefixes, bgp.prefixes) == ((parse_prefix("192.168.0.0/16"),), ())


def test_a_connection_is_of_the_type_its_far_end_means() -> None:
    found = {each.id.name: each for each in read(_GATEWAYS).connections.values()}
    assert {name: each.kind for name, each in found.items()} == {
        "to-site": "IPsec",
        "to-cloud": "Vnet2Vnet",
        "to-both": "IPsec",
        "to-circuit": "ExpressRoute",
    }
    ends = [found[name].peer for name in ("to-site", "to-cloud")]
    assert (ids(ends), found["to-circuit"].peer) == (["site", "er"], None)
    assert {each.gateway.name for each in found.values() if not isinstance(each.gateway, Unresolved)} == {"vgw", "er"}
    assert found["to-cloud"].where.line == 13
    assert found["to-site"].id.type == "Microsoft.Network/connections"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("subnet: GatewaySubnet, gatewayType: Local",
         'g: "gatewayType" must be Vpn or ExpressRoute, found "Local".'),
        ("gatewayType: Vpn", 'g: "subnet" is missing. Add it: subnet: vnet-hub/GatewaySubnet'),
        ("subnet: GatewaySubnt", 'g: subnet "GatewaySubnt" is not in the file. Did you mean "GatewaySubnet"?'),
        ("subnet: GatewaySubnet, publicIPAddress: pip",
         'g: public IP address "pip" is not in the file. The file holds none under "publicIPAddresses".'),
        ("subnet: GatewaySubnet, connections: {c: {}}",
         'g/c: "localNetworkGateway2" is missing. Add it, or virtualNetworkGateway2, or connectionType: ExpressRoute.'),
        ("subnet: GatewaySubnet, connections: {c: {localNetworkGateway2: sites}}",
         'g/c: local network gateway "sites" is not in the file. Did you mean "site"?'),
        ("subnet: GatewaySubnet, connections: {c: {localNetworkGateway2: site, virtualNetworkGateway2: g}}",
         'g/c: "virtualNetworkGateway2" is one far end too many. A connection has one far end;'
         " that of ExpressRoute is a circuit, which need not be named."),
        ("subnet: GatewaySubnet, connections: {c: {connectionType: ExpressRoute, localNetworkGateway2: site}}",
         'g/c: "localNetworkGateway2" is one far end too many. A connection has one far end;'
         " that of ExpressRoute is a circuit, which need not be named."),
        ("subnet: GatewaySubnet, connections: {c: {connectionType: Vpn, localNetworkGateway2: site}}",
         'g/c: "connectionType" must be IPsec, Vnet2Vnet or ExpressRoute, found "Vpn".'),
        ("subnet: GatewaySubnet, connections: {c: {connectionType: Vpn}}",
         'g/c: "connectionType" must be IPsec, Vnet2Vnet or ExpressRoute, found "Vpn".'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(fields: str, message: str) -> None:
    text = f"localNetworkGateways: {{site: }}\nvirtualNetworkGateways:\n  g: {{{fields}}}\n"
    assert problems(text) == [f"net.yaml:7: {message}"]
