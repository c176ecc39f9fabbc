"""Which backend a load balancer hands a flow to."""

from __future__ import annotations

import pytest

from netwatch.model.topology import Topology
from tests.unit.engines.hub import HUB, check, issues, names, read

TO_TWO = {"one": "10.2.0.0/16 10.0.1.100", "two": "10.1.0.0/16 10.0.1.100"}


def test_the_first_of_the_pool_in_both_directions() -> None:
    answer = check(read(**TO_TWO), "one-0", "two-0")
    assert names(answer) == ["one-0-nic", "to-hub", "ilb", "fw-0-nic", "to-two", "two-0-nic"]
    chosen = "ilb is taken to hand the flow to fw-0-nic by every, the first well one of fw-0-nic, fw-1-nic"
    assert chosen in answer.notes
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == [
        "two-0-nic",
        "to-hub",
        "ilb",
        "fw-0-nic",
        "to-one",
        "one-0-nic",
    ]
    assert (answer.status, answer.returned.problems) == ("Reachable", ())


@pytest.mark.parametrize(
    ("off", "backend"), [("fw-0: stopped", "fw-1-nic"), ("fw-1: stopped", "fw-0-nic"), ("jump: stopped", "fw-0-nic")]
)
def test_one_that_runs(off: str, backend: str) -> None:
    answer = check(read(**TO_TWO, more=f"facts: {{powerState: {{{off}}}}}\n"), "one-0", "two-0")
    assert (answer.status, names(answer)[3]) == ("Reachable", backend)


def test_none_that_runs() -> None:
    answer = check(read(**TO_TWO, more="facts: {powerState: {fw-0: stopped, fw-1: stopped}}\n"), "one-0", "two-0")
    assert issues(answer) == [("ilb", "Local", "NoHealthyBackend")]
    assert "fw-0-nic gets nothing: fw-0 is stopped" in answer.notes


def test_as_destination_the_backend_is_the_end() -> None:
    answer = check(read(), "one-0", "10.0.1.100", dest_port=443)
    assert (answer.status, names(answer)) == ("Reachable", ["one-0-nic", "to-hub", "ilb", "fw-0-nic"])
    assert answer.hops[-1].type == "VirtualNetwork"


def test_rules_see_the_backends_address() -> None:
    group = "networkSecurityGroups: {nsg: {securityRules: {no: {priority: 100, access: Deny, destination: DEST}}}}\n"
    text = HUB.replace(
        "nva: {addressPrefix: 10.0.1.0/24", "nva: {addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg"
    )
    denied = check(read(text + group.replace("DEST", "10.0.1.4")), "one-0", "10.0.1.100")
    assert issues(denied) == [("fw-0-nic", "Inbound", "UserRule_no")]
    assert check(read(text + group.replace("DEST", "10.0.1.100")), "one-0", "10.0.1.100").status == "Reachable"


def test_a_backend_does_not_hand_to_itself() -> None:
    answer = check(read(), "fw-0", "10.0.1.100")
    assert names(answer) == ["fw-0-nic", "ilb", "fw-1-nic"]
    alone = check(read(more="facts: {powerState: {fw-1: stopped}}\n"), "fw-0", "10.0.1.100")
    assert issues(alone) == [("ilb", "Local", "BackendIsTheSource")]


WEB = """
netwatch: 1
virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {
    web: {addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg}, app: {addressPrefix: 10.0.2.0/24}}}}
networkSecurityGroups: {nsg: {securityRules: {RULES}}}
loadBalancers:
  lb:
    frontendIPConfigurations:
      f: {subnet: v/web, privateIPAddress: 10.0.1.100}
      g: {subnet: v/web, privateIPAddress: 10.0.1.101}
    backendAddressPools: {p: [a-nic, 10.0.1.5]}
    probes: {health: {protocol: Http, port: 8080}}
    loadBalancingRules: {web: {frontendIPConfiguration: f, frontendPort: 80, backendPort: 8000, probe: health}}
    inboundNatRules:
      ssh-b: {frontendIPConfiguration: f, frontendPort: 2222, backendPort: 22, networkInterface: b-nic}
      each: {frontendIPConfiguration: g, frontendPort: 5000-5001, backendPort: 22, backendAddressPool: p}
virtualMachines:
  a: {networkInterfaces: {a-nic: {subnet: v/web, privateIPAddress: 10.0.1.4}}}
  b: {networkInterfaces: {b-nic: {subnet: v/web, privateIPAddress: 10.0.1.5}}}
  c: {networkInterfaces: {c-nic: {subnet: v/app, privateIPAddress: 10.0.2.4}}}
"""


def web(rules: str = "", facts: str = "") -> Topology:
    return read(WEB.replace("RULES", rules) + (f"facts: {{{facts}}}\n" if facts else ""))


def test_a_rule_translates_the_port_and_rules_see_the_backends() -> None:
    open_8000 = (
        "in: {priority: 100, destinationPortRanges: 8000}, no: {priority: 200, access: Deny, source: 10.0.0.0/16}"
    )
    answer = check(web(open_8000), "c", "10.0.1.100", dest_port=80)
    assert (answer.status, names(answer)) == ("Reachable", ["c-nic", "lb", "a-nic"])
    open_80 = open_8000.replace("8000", "80")
    assert issues(check(web(open_80), "c", "10.0.1.100", dest_port=80)) == [("a-nic", "Inbound", "UserRule_no")]


def test_the_backend_has_to_listen_on_the_rules_port() -> None:
    silent = check(web(facts="listeningPorts: {a: [80, 8080], b: [80, 8080]}"), "c", "10.0.1.100", dest_port=80)
    assert [each[2] for each in issues(silent)] == ["NoListenerOnDestination", "GuestFirewall"]
    assert check(web(facts="listeningPorts: {a: [8000, 8080]}"), "c", "10.0.1.100", dest_port=80).status == "Reachable"


def test_a_port_without_a_rule_is_dropped() -> None:
    answer = check(web(), "c", "10.0.1.100", dest_port=443)
    assert issues(answer) == [("lb", "Local", "NoLoadBalancingRule")]
    assert "lb has no rule for Tcp 443 on this frontend; it takes Tcp 2222-2222, Tcp 80" in answer.notes


def test_ping_is_not_balanced() -> None:
    answer = check(web(), "c", "10.0.1.100", protocol="Icmp")
    assert issues(answer) == [("lb", "Local", "ProtocolNotBalanced")]


@pytest.mark.parametrize(
    ("address", "port", "backend"),
    [("10.0.1.100", 2222, "b-nic"), ("10.0.1.101", 5000, "a-nic"), ("10.0.1.101", 5001, "b-nic")],
)
def test_a_nat_rule_leads_to_one_backend(address: str, port: int, backend: str) -> None:
    only_22 = "in: {priority: 100, destinationPortRanges: 22}, no: {priority: 200, access: Deny, source: 10.0.0.0/16}"
    answer = check(web(only_22), "c", address, dest_port=port)
    assert (answer.status, names(answer)[-1]) == ("Reachable", backend)


def test_a_probe_that_nobody_answers_takes_a_backend_out() -> None:
    answer = check(web(facts="listeningPorts: {a: [8000]}"), "c", "10.0.1.100", dest_port=80)
    assert (answer.status, names(answer)[-1]) == ("Reachable", "b-nic")
    assert "a-nic gets nothing: probe health finds nobody listening on 8080" in answer.notes


@pytest.mark.parametrize("source", ["AzureLoadBalancer", "VirtualNetwork", "168.63.129.16"])
def test_a_rule_that_stops_probes_takes_every_backend_out(source: str) -> None:
    """168.63.129.16 is in VirtualNetwork too, which is how a deny of that tag stops a balancer."""
    no_probe = f"no: {{priority: 100, access: Deny, source: {source}, destinationPortRanges: 8080}}"
    answer = check(web(no_probe), "c", "10.0.1.100", dest_port=80)
    assert issues(answer) == [("lb", "Local", "NoHealthyBackend")]
    assert "a-nic gets nothing: no denies probe health from 168.63.129.16" in answer.notes


def test_a_backend_may_be_handed_its_own_flow() -> None:
    answer = check(web(), "a", "10.0.1.100", dest_port=80)
    assert (answer.status, names(answer)) == ("Reachable", ["a-nic", "lb", "b-nic"])
    assert "lb may choose a-nic, which the flow comes from; such a flow fails" in answer.notes


def test_a_rule_for_one_port_says_nothing_of_flows_that_are_only_routed_to_it() -> None:
    """The documentation has every port before appliances; the same port in front and behind changes nothing."""
    text = HUB.replace("every: {protocol: All}", "one: {frontendPort: 443, backendPort: 8443}")
    answer = check(read(text, one="10.2.0.0/16 10.0.1.100"), "one-0", "two-0", dest_port=443)
    assert answer.status == "Unknown"
    text = text.replace("8443", "443")
    answer = check(read(text, one="10.2.0.0/16 10.0.1.100"), "one-0", "two-0", dest_port=443)
    assert (names(answer)[-1], issues(answer)) == ("two-0-nic", [])
    other = check(read(text, one="10.2.0.0/16 10.0.1.100"), "one-0", "two-0", dest_port=80)
    assert issues(other)[0] == ("ilb", "Local", "NoLoadBalancingRule")


def test_replies_need_a_rule_too() -> None:
    text = HUB.replace("every: {protocol: All}", "one: {frontendPort: 443}")
    answer = check(read(text, **TO_TWO), "one-0", "two-0", dest_port=443)
    assert (answer.status, answer.returned and answer.returned.outcome) == ("Unreachable", "Dropped")


def test_floating_ip_keeps_the_port() -> None:
    text = WEB.replace("backendPort: 8000,", "backendPort: 80, enableFloatingIP: true,").replace("RULES", "")
    answer = check(read(text), "c", "10.0.1.100", dest_port=80)
    assert "web has floating IP: packets keep the frontend's address, which the guest must have" in answer.notes
    assert answer.hops[-1].verdicts[0].flow.dst_port == 80


FAR = """
netwatch: 1
location: westeurope
virtualNetworks:
  near: {addressPrefixes: 10.1.0.0/16, subnets: {s: {addressPrefix: 10.1.0.0/24, routeTable: rt}},
    virtualNetworkPeerings: {p: {remoteVirtualNetwork: far}}}
  far: {location: REGION, addressPrefixes: 10.2.0.0/16, subnets: {s: {addressPrefix: 10.2.0.0/24}},
    virtualNetworkPeerings: {p: {remoteVirtualNetwork: near}}}
routeTables:
  rt: {routes: {x: {addressPrefix: 192.0.2.0/24, nextHopType: VirtualAppliance, nextHopIpAddress: 10.2.0.100}}}
loadBalancers:
  ilb:
    sku: SKU
    location: REGION
    frontendIPConfigurations: {f: {subnet: far/s, privateIPAddress: 10.2.0.100}}
    backendAddressPools: {p: [w-nic]}
    loadBalancingRules: {all: {protocol: All, frontendPort: 0, backendPort: 0}}
virtualMachines:
  c: {networkInterfaces: {c-nic: {subnet: near/s, privateIPAddress: 10.1.0.4}}}
  w: {location: REGION, networkInterfaces: {w-nic: {subnet: far/s, privateIPAddress: 10.2.0.4}}}
"""


@pytest.mark.parametrize(
    ("sku", "region", "status"),
    [
        ("Basic", "northeurope", "Unreachable"),
        ("Basic", "West Europe", "Reachable"),
        ("Standard", "northeurope", "Reachable"),
    ],
)
def test_global_peering_reaches_no_basic_frontend(sku: str, region: str, status: str) -> None:
    answer = check(read(FAR.replace("SKU", sku).replace("REGION", region)), "c", "10.2.0.100")
    assert answer.status == status
    if status == "Unreachable":
        assert issues(answer) == [("c-nic", "Outbound", "BasicLoadBalancer")]
        assert any("10.2.0.100 is a frontend of ilb, which is Basic" in note for note in answer.notes)


def test_global_peering_leads_to_no_appliances_behind_a_basic_frontend() -> None:
    answer = check(read(FAR.replace("SKU", "Basic").replace("REGION", "northeurope")), "c", "192.0.2.9")
    assert (answer.status, issues(answer)[0][:2]) == ("Unreachable", ("c-nic", "Outbound"))
