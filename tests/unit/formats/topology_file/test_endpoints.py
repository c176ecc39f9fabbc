"""Private endpoints, NAT gateways, load balancers and delegations of topology files."""

from __future__ import annotations

import pytest

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
    outboundRules: [out]
publicIPAddresses: [pip]
virtualMachines: {vm: {networkInterfaces: {nic-0: {
    ipConfigurations: {a: {subnet: web}, b: {subnet: web, primary: true}}}}}}
networkInterfaces: {loose: {subnet: web}}
"""


def test_a_load_balancer() -> None:
    topology = read(_BALANCER)
    balancer = only(topology.load_balancers)
    assert (balancer.sku, balancer.has_outbound_rules, balancer.where.line) == ("Basic", True, 6)
    inner, outer = balancer.frontends
    assert (str(inner.private_ip), ids([inner.subnet]), ids([outer.public_ip])) == ("10.1.1.4", ["web"], ["pip"])
    backends = [(id.parent.parent.name, id.name) for id in balancer.backends]
    assert [name for _, name in backends] == ["b", "ipconfig1"]


def test_the_address_of_a_frontend_is_not_assumed_for_a_nic() -> None:
    configs = [config for nic in read(_BALANCER).nics.values() for config in nic.ip_configurations]
    assert [str(config.private_ip) for config in configs] == ["10.1.1.5", "10.1.1.6", "10.1.1.7"]


def test_a_load_balancer_is_standard_without_outbound_rules_and_may_be_empty() -> None:
    balancer = only(read("loadBalancers: {lb: }").load_balancers)
    assert (balancer.sku, balancer.has_outbound_rules, balancer.frontends, balancer.backends) == (
        "Standard", False, (), (),
    )  # fmt: skip


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
        ("loadBalancers: {lb: {backendAddressPools: [nic]}}",
         ['lb: "backendAddressPools" must be a mapping of names to fields, found a list.']),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, messages: list[str]) -> None:
    found = problems(f"{text}\npublicIPAddresses: [pip]\n")
    assert found == [f"net.yaml:5: {message}" for message in messages]
