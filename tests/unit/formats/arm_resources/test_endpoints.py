"""Private endpoints, NAT gateways, load balancers and delegations of ARM inputs."""

from __future__ import annotations

from netwatch.model.addresses import parse_address
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
    balancer = _balancer(frontendIPConfigurations=frontends, outboundRules=[{"name": "out"}])
    found = only(read(vnet(), _PIP, balancer).load_balancers)
    assert (found.sku, found.has_outbound_rules) == ("Standard", True)
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
    assert [id.parent.name for id in found.backends] == ["nic-a", "nic-b", "nic-d", "nic-c"]


def test_the_address_of_a_frontend_is_not_given_to_a_nic() -> None:
    frontend = {"name": "fe", "properties": {"privateIPAddress": "10.0.1.4", "subnet": _SUBNET}}
    topology = read(vnet(), nic(), _balancer(frontendIPConfigurations=[frontend]))
    assert str(only(topology.nics).ip_configurations[0].private_ip) == "10.0.1.5"


def test_a_frontend_whose_subnet_is_unknown_stays_open_in_a_recording() -> None:
    frontend = {"name": "fe", "properties": {"subnet": _SUBNET}}
    topology = read(_balancer(frontendIPConfigurations=[frontend]), dangling="unresolved")
    assert isinstance(only(topology.load_balancers).frontends[0].subnet, Unresolved)
