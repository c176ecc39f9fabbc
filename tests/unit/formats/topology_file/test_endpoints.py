"""Private endpoints, NAT gateways, load balancers and delegations of topology files."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import PortRange
from netwatch.model.flow import Protocol
from tests.unit.formats.arm import ids, only
from tests.unit.formats.native import problems, read


def test_a_private_endpoint_makes_its_nic() -> None:
    topology = read("privateEndpoints: {sql: {subnet: web, privateIPAddress: 10.1.1.9}, kv: {subnet: spoke/web}}")
    sql, kv = topology.private_endpoints.values()
    assert (ids([sql.subnet]), ids(sql.nics), ids(kv.nics)) == (["web"], ["sql-nic"], ["kv-nic"])
    addresses = [nic.ip_configurations[0] for nic in topology.nics.values()]
    assert [(str(each.private_ip), each.assumed) for each in addresses] == [("10.1.1.9", False), ("10.1.1.4", True)]
    assert [nic.vm for nic in topology.nics.values()] == [None, None]


def test_a_private_endpoint_can_be_a_member_of_a_group() -> None:
    topology = read(
        "privateEndpoints: {sql: {subnet: web, applicationSecurityGroups: asg}}\napplicationSecurityGroups: [asg]"
    )
    assert ids(only(topology.nics).ip_configurations[0].asgs) == ["asg"]


def test_a_private_endpoint_may_not_be_approved() -> None:
    topology = read("privateEndpoints: {sql: {subnet: web, connectionStatus: rejected}, kv: {subnet: web}}")
    assert {each.id.name: each.status for each in topology.private_endpoints.values()} == {
        "sql": "Rejected",
        "kv": "Approved",
    }


def test_a_nat_gateway_has_public_addresses() -> None:
    topology = read("natGateways: {nat: {publicIPAddresses: [one, two]}}\npublicIPAddresses: [one, two]")
    assert ids(only(topology.nat_gateways).public_ips) == ["one", "two"]


def test_a_subnet_is_delegated() -> None:
    subnet = "{addressPrefix: 10.2.0.0/24, delegations: Microsoft.Sql/managedInstances}"
    topology = read(f"  data: {{addressPrefixes: 10.2.0.0/16, subnets: {{sql: {subnet}}}}}")
    assert [each.delegations for each in topology.subnets.values()] == [(), (), ("Microsoft.Sql/managedInstances",)]


_BALANCER = """\
loadBalancers:
  lb:
    sku: basic
    frontendIPConfigurations:
      inner: {subnet: web, privateIPAddress: 10.1.1.4}
      outer: {publicIPAddress: pip}
    backendAddressPools: {web: [nic-0, loose], again: nic-0, none: }
    probes: {health: {port: 8080}}
    loadBalancingRules:
      web: {frontendIPConfiguration: inner, frontendPort: 443, backendPort: 8443, backendAddressPool: web,
            probe: health}
      all: {frontendIPConfiguration: inner, protocol: all, backendAddressPool: again, disableOutboundSnat: true}
    inboundNatRules:
      ssh: {frontendIPConfiguration: outer, frontendPort: 2222, backendPort: 22, networkInterface: nic-0}
      each: {frontendIPConfiguration: outer, protocol: udp, frontendPort: 5000-5009, backendAddressPool: web}
    outboundRules: {out: {frontendIPConfigurations: outer, backendAddressPool: WEB}}
publicIPAddresses: [pip]
virtualMachines: {vm: {networkInterfaces: {nic-0: {
    ipConfigurations: {a: {subnet: web}, b: {subnet: web, primary: true}}}}}}
networkInterfaces: {loose: {subnet: web}}
"""


def test_a_load_balancer() -> None:
    topology = read(_BALANCER)
    balancer = only(topology.load_balancers)
    assert (balancer.sku, balancer.where.line) == ("Basic", 6)
    inner, outer = balancer.frontends
    assert (str(inner.private_ip), ids([inner.subnet]), ids([outer.public_ip])) == ("10.1.1.4", ["web"], ["pip"])
    backends = [(id.parent.parent.name, id.name) for id in balancer.backends]
    assert [name for _, name in backends] == ["b", "ipconfig1"]


def test_the_rules_of_a_load_balancer() -> None:
    balancer = only(read(_BALANCER).load_balancers)
    web, every = balancer.rules
    assert (ids([web.frontend]), ids(web.pools), ids([web.probe])) == (["inner"], ["web"], ["health"])
    assert (web.protocol, web.frontend_port, web.backend_port, web.outbound_snat) == (Protocol.TCP, 443, 8443, True)
    assert (every.protocol, every.frontend_port, every.backend_port, every.outbound_snat) == (Protocol.ANY, 0, 0, False)
    ssh, each = balancer.nat_rules
    assert (ssh.frontend_ports, ssh.backend_port, ids([ssh.target])) == (PortRange(2222, 2222), 22, ["b"])
    assert (each.frontend_ports, each.backend_port, ids([each.target])) == (PortRange(5000, 5009), 5000, ["web"])
    (out,) = balancer.outbound_rules
    assert (ids(out.frontends), ids([out.pool])) == (["outer"], ["web"])
    assert [(probe.protocol, probe.port) for probe in balancer.probes] == [("Tcp", 8080)]


def test_members_of_a_pool_may_be_addresses_and_the_only_part_need_not_be_named() -> None:
    text = """loadBalancers: {lb: {frontendIPConfigurations: {f: {subnet: web, privateIPAddress: 10.1.1.9}},
        backendAddressPools: {p: 10.1.1.7}, loadBalancingRules: {r: {frontendPort: 80}}}}"""
    balancer = only(read(text).load_balancers)
    assert [str(each) for each in balancer.pools[0].addresses] == ["10.1.1.7"]
    assert (ids([balancer.rules[0].frontend]), ids(balancer.rules[0].pools)) == (["f"], ["p"])


def test_the_address_of_a_frontend_is_not_assumed_for_a_nic() -> None:
    configs = [config for nic in read(_BALANCER).nics.values() for config in nic.ip_configurations]
    assert [str(config.private_ip) for config in configs] == ["10.1.1.5", "10.1.1.6", "10.1.1.7"]


def test_a_load_balancer_is_standard_without_outbound_rules_and_may_be_empty() -> None:
    balancer = only(read("loadBalancers: {lb: }").load_balancers)
    assert (balancer.sku, balancer.outbound_rules, balancer.frontends, balancer.backends) == ("Standard", (), (), ())


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("privateEndpoints: {pe: {}}", ['pe: "subnet" is missing. Add it: subnet: vnet-shop/data']),
        ("privateEndpoints: {pe: {subnet: wbe}}", ['pe: subnet "wbe" is not in the file. Did you mean "web"?']),
        ("natGateways: {nat: {publicIPAddresses: [p]}}",
         ['nat: public IP address "p" is not in the file. The file holds pip.']),
        ("loadBalancers: {lb: {frontendIPConfigurations: {f: {subnet: web}}}}",
         ['lb/f: "privateIPAddress" is missing.'
          " A frontend has a subnet and a privateIPAddress, or a publicIPAddress."]),
        ("loadBalancers: {lb: {frontendIPConfigurations: {f: {publicIPAddress: pip, subnet: web}}}}",
         ['lb/f: "subnet" stands beside "publicIPAddress". Remove one of them.']),
        ("loadBalancers: {lb: {backendAddressPools: {p: [nic-0]}}}",
         ['lb: network interface "nic-0" is not in the file. The file holds none under "networkInterfaces".']),
        ("loadBalancers: {lb: {backendAddressPools: {p: [a b]}}}",
         ['lb: "backendAddressPools" must be a name or an ARM id, found "a b".']),
        ("loadBalancers: {lb: {loadBalancingRules: {r: {frontendPort: 80}}}}",
         ['lb/r: "frontendIPConfiguration" is missing. Add "frontendIPConfigurations" to the load balancer.',
          'lb/r: "backendAddressPool" is missing. Add "backendAddressPools" to the load balancer.']),
        ("loadBalancers: {lb: {backendAddressPools: {p: , q: }, frontendIPConfigurations: {f: {publicIPAddress: pip}},"
         " loadBalancingRules: {r: {}, s: {frontendPort: 1, protocol: All, backendAddressPool: x, probe: y}}}}",
         ['lb/r: "frontendPort" is missing. Add it, or protocol: All for every port.',
          'lb/r: "backendAddressPool" is missing. It has p, q; write which one.',
          'lb/s: "frontendPort" stands beside protocol All. Protocol All is for every port (HA ports).',
          'lb/s: "x" is none of the backendAddressPools of this load balancer. It has p, q.',
          'lb/s: "y" is none of the probes of this load balancer. Add it under "probes".']),
        ("loadBalancers: {lb: {backendAddressPools: {p: }, frontendIPConfigurations: {f: {publicIPAddress: pip}},"
         " inboundNatRules: {r: {frontendPort: 80, networkInterface: n, backendAddressPool: p}}}}",
         ['lb/r: "backendAddressPool" stands beside "networkInterface".'
          " One port leads to a NIC, a range of ports to a pool.",
          'lb/r: network interface "n" is not in the file. The file holds none under "networkInterfaces".']),
        ("loadBalancers: {lb: {backendAddressPools: [nic]}}",
         ['lb: "backendAddressPools" must be a mapping of names to fields, found a list.']),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, messages: list[str]) -> None:
    found = problems(f"{text}\npublicIPAddresses: [pip]\n")
    assert found == [f"net.yaml:5: {message}" for message in messages]
