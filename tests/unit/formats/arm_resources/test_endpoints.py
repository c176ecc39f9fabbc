"""Private endpoints, NAT gateways, load balancers and delegations of ARM inputs."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import PortRange, parse_address
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from tests.unit.formats.arm import Json, arm_id, ids, nic, only, problems, read, resource, vnet

_SUBNET = {"id": arm_id("virtualNetworks", "vnet-a") + "/subnets/web"}
_PIP = resource("publicIPAddresses", "pip", ipAddress="20.0.0.4")


def _balancer(**properties: object) -> Json:
    return {**resource("loadBalancers", "lb", **properties), "sku": {"name": "Standard"}}


def _config(name: str) -> Json:
    return {"id": arm_id("networkInterfaces", name) + "/ipConfigurations/ip"}


def test_a_private_endpoint_has_a_subnet_and_nics() -> None:
    endpoint = resource("privateEndpoints", "pe", subnet=_SUBNET, networkInterfaces=[{"id": nic()["id"]}])
    found = only(read(vnet(), nic(), endpoint).private_endpoints)
    assert (found.subnet, ids(found.nics)) == (ResourceId(_SUBNET["id"]), ["nic-a"])


@pytest.mark.parametrize("kind", ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"])
def test_a_private_endpoint_may_wait_for_approval(kind: str) -> None:
    state = {"name": "c", "properties": {"privateLinkServiceConnectionState": {"status": "pending"}}}
    endpoint = resource("privateEndpoints", "pe", subnet=_SUBNET, networkInterfaces=[{"id": nic()["id"]}])
    assert only(read(vnet(), nic(), endpoint).private_endpoints).status == "Approved"
    endpoint["properties"][kind] = [state]
    assert only(read(vnet(), nic(), endpoint).private_endpoints).status == "Pending"


def test_an_export_without_the_nic_of_an_endpoint_loads_and_leaves_it_open() -> None:
    endpoint = resource("privateEndpoints", "pe", subnet=_SUBNET, networkInterfaces=[{"id": nic()["id"]}])
    found = only(read(vnet(), endpoint).private_endpoints)
    assert ids(found.nics) == ["network interface nic-a is not in the input"]


def test_an_endpoint_in_a_subnet_that_is_not_there() -> None:
    assert "pe: subnet" in problems(resource("privateEndpoints", "pe", subnet=_SUBNET))[0]


def test_a_nat_gateway_and_the_subnet_that_uses_it() -> None:
    gateway = resource("natGateways", "nat", publicIpAddresses=[{"id": _PIP["id"]}])
    topology = read(vnet(natGateway={"id": gateway["id"]}), gateway, _PIP)
    assert ids(only(topology.nat_gateways).public_ips) == ["pip"]
    assert only(topology.subnets).nat_gateway == only(topology.nat_gateways).id
    assert "web: NAT gateway" in problems(vnet(natGateway={"id": gateway["id"]}))[0]


def test_a_subnet_is_delegated() -> None:
    delegation = {"name": "d", "properties": {"serviceName": "Microsoft.Sql/managedInstances"}}
    subnet = only(read(vnet(delegations=[delegation, {"name": "empty"}])).subnets)
    assert subnet.delegations == ("Microsoft.Sql/managedInstances",)


def test_a_balancer_listens_on_private_and_public_addresses() -> None:
    private = {"privateIPAddress": "10.0.1.60", "subnet": _SUBNET}
    frontends = [
        {"name": "inner", "properties": private},
        {"name": "outer", "properties": {"publicIPAddress": {"id": _PIP["id"]}}},
    ]
    balancer = _balancer(frontendIPConfigurations=frontends)
    found = only(read(vnet(), _PIP, balancer).load_balancers)
    assert found.sku == "Standard"
    inner, outer = found.frontends
    assert (inner.id.text, inner.private_ip) == (
        balancer["id"] + "/frontendIPConfigurations/inner",
        parse_address("10.0.1.60"),
    )
    assert (inner.subnet, outer.public_ip) == (ResourceId(_SUBNET["id"]), ResourceId(_PIP["id"]))
    assert len(problems(_balancer(frontendIPConfigurations=frontends))) == 2


def test_backends_are_named_by_pools_by_nics_and_by_pools_of_their_own() -> None:
    address = {"properties": {"networkInterfaceIPConfiguration": _config("nic-b")}}
    pools = [
        {"name": "one", "properties": {"backendIPConfigurations": [_config("nic-a")]}},
        {"name": "two", "properties": {"loadBalancerBackendAddresses": [address]}},
    ]
    balancer = _balancer(backendAddressPools=pools)
    own = resource("loadBalancers/backendAddressPools", "lb/three", backendIPConfigurations=[_config("nic-c")])
    joined = nic("nic-d", loadBalancerBackendAddressPools=[{"id": balancer["id"] + "/backendAddressPools/one"}])
    again = nic("nic-a", loadBalancerBackendAddressPools=[{"id": balancer["id"] + "/backendAddressPools/one"}])
    found = only(read(vnet(), joined, again, own, balancer).load_balancers)
    assert [id.parent.name for id in found.backends] == ["nic-a", "nic-d", "nic-b", "nic-c"]


def _of(balancer: Json, kind: str, name: str) -> Json:
    return {"id": f"{balancer['id']}/{kind}/{name}"}


def test_rules_may_stand_in_the_balancer_or_alone() -> None:
    balancer = _balancer(
        frontendIPConfigurations=[{"name": "fe", "properties": {"publicIPAddress": {"id": _PIP["id"]}}}],
        backendAddressPools=[{"name": "one", "properties": {}}],
        probes=[{"name": "health", "properties": {"protocol": "Https", "port": 8443}}],
        inboundNatPools=[
            {"name": "pool", "properties": {"frontendPortRangeStart": 1, "frontendPortRangeEnd": 9, "backendPort": 22}}
        ],
    )
    front, pool = _of(balancer, "frontendIPConfigurations", "fe"), _of(balancer, "backendAddressPools", "one")
    ports = {"frontendIPConfiguration": front, "protocol": "Tcp", "frontendPort": 443, "backendPort": "8443"}
    inline = {
        "name": "r",
        "properties": {**ports, "backendAddressPool": pool, "probe": _of(balancer, "probes", "health")},
    }
    balancer["properties"]["loadBalancingRules"] = [inline]
    every = {**ports, "protocol": "All", "frontendPort": 0, "backendPort": 0, "disableOutboundSnat": True}
    alone = resource("loadBalancers/loadBalancingRules", "lb/every", **every, backendAddressPools=[pool])
    ssh = resource("loadBalancers/inboundNatRules", "lb/ssh", **{**ports, "frontendPort": 2222})
    joined = nic("nic-a", loadBalancerInboundNatRules=[{"id": ssh["id"]}])
    found = only(read(vnet(), _PIP, joined, balancer, alone, ssh).load_balancers)
    one, two = found.rules
    assert (one.frontend_port, one.backend_port, ids(one.pools), ids([one.probe])) == (443, 8443, ["one"], ["health"])
    assert (two.protocol, two.frontend_port, two.outbound_snat, one.outbound_snat) == (Protocol.ANY, 0, False, True)
    assert [(rule.id.name, rule.is_pool, rule.frontend_ports) for rule in found.nat_rules] == [
        ("pool", True, PortRange(1, 9)),
        ("ssh", False, PortRange(2222, 2222)),
    ]
    assert ids([found.nat_rules[1].target]) == ["ip"]
    assert [(probe.protocol, probe.port) for probe in found.probes] == [("Https", 8443)]


def test_a_member_of_a_pool_may_be_an_address() -> None:
    member = {"properties": {"ipAddress": "10.0.1.9", "virtualNetwork": {"id": vnet()["id"]}}}
    pools = [{"name": "one", "properties": {"loadBalancerBackendAddresses": [member]}}]
    pool = only(read(vnet(), _balancer(backendAddressPools=pools)).load_balancers).pools[0]
    assert ([str(each) for each in pool.addresses], pool.vnet, pool.configurations) == (
        ["10.0.1.9"],
        ResourceId(vnet()["id"]),
        (),
    )


def test_a_rule_names_parts_of_its_own_balancer() -> None:
    rule = {"name": "r", "properties": {"frontendIPConfiguration": {"id": "/subscriptions/s/x"}, "frontendPort": 70000}}
    found = " ".join(problems(_balancer(loadBalancingRules=[rule])))
    assert "frontendPort is 70000, expected 0 to 65535." in found
    assert "lb/r: /subscriptions/s/x is no part of lb." in found


def test_a_part_whose_balancer_is_not_in_the_input_is_only_named() -> None:
    own = resource("loadBalancers/probes", "lb/health", protocol="Tcp", port=80)
    assert only(read(own).others).type == "Microsoft.Network/loadBalancers/probes"


def test_the_address_of_a_frontend_is_not_given_to_a_nic() -> None:
    frontend = {"name": "fe", "properties": {"privateIPAddress": "10.0.1.4", "subnet": _SUBNET}}
    topology = read(vnet(), nic(), _balancer(frontendIPConfigurations=[frontend]))
    assert str(only(topology.nics).ip_configurations[0].private_ip) == "10.0.1.5"


def test_a_frontend_whose_subnet_is_unknown_stays_open_in_a_recording() -> None:
    frontend = {"name": "fe", "properties": {"subnet": _SUBNET}}
    topology = read(_balancer(frontendIPConfigurations=[frontend]), dangling="unresolved")
    assert isinstance(only(topology.load_balancers).frontends[0].subnet, Unresolved)
