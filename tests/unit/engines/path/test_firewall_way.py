"""The way through an Azure firewall: rules, translated addresses, and replies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model.addresses import parse_address
from netwatch.model.flow import Protocol
from netwatch.model.topology import Topology
from tests.oracle import Asked, Issue, oracle_check
from tests.unit.engines.hub import check, issues, names, read

NET = """
netwatch: 1
virtualNetworks:
  hub: {addressPrefixes: 10.0.0.0/16, subnets: {AzureFirewallSubnet: {addressPrefix: 10.0.4.0/26, routeTable: rt-fw}},
        virtualNetworkPeerings: {to-one: {remoteVirtualNetwork: one}, to-two: {remoteVirtualNetwork: two}}}
  one: {addressPrefixes: 10.1.0.0/16, subnets: {web: {addressPrefix: 10.1.1.0/24, routeTable: rt}},
        virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}}
  two: {addressPrefixes: 10.2.0.0/16, subnets: {db: {addressPrefix: 10.2.1.0/24, networkSecurityGroup: nsg}},
        virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}}
routeTables:
  rt: {routes: {all: {addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.0.4.4}}}
  rt-fw: {routes: {ROUTES_GATEWAY}}
networkSecurityGroups: {nsg: {securityRules: {GROUP}}}
publicIPAddresses: {pip-fw: {ipAddress: 20.0.0.9, sku: Standard}}
azureFirewalls:
  fw: {subnet: hub/AzureFirewallSubnet, privateIPAddress: 10.0.4.4, publicIPAddress: pip-fw, RULES}
virtualMachines:
  web: {networkInterfaces: {web-nic: {subnet: one/web, privateIPAddress: 10.1.1.4}}}
  db: {networkInterfaces: {db-nic: {subnet: two/db, privateIPAddress: 10.2.1.4}}}
"""

BACK = "two: {addressPrefixes: 10.2.0.0/16, subnets: {db: {addressPrefix: 10.2.1.0/24,"
ALL = "protocol: Any, source: '*', destination: '*', destinationPortRanges: '*'"


def net(rules: str, *, group: str = "", routed: bool = True, routes: str = "") -> Topology:
    text = NET.replace("RULES", rules).replace("GROUP", group)
    return read(text.replace(BACK, f"{BACK} routeTable: rt,") if routed else text, gateway=routes)


def test_a_network_rule_keeps_the_source_between_private_addresses() -> None:
    group = "in: {priority: 100, source: 10.1.1.4}, no: {priority: 200, access: Deny}"
    answer = check(net(f"networkRules: {{all: {{{ALL}}}}}", group=group), "web", "db")
    assert (answer.status, names(answer)) == ("Reachable", ["web-nic", "to-hub", "fw", "to-two", "db-nic"])
    assert answer.hops[2].type == "VirtualAppliance"


def test_private_ranges_of_the_firewalls_own_change_what_keeps_its_source() -> None:
    group = "in: {priority: 100, source: 10.0.4.4}, no: {priority: 200, access: Deny}"
    rules = f"privateRanges: 192.168.0.0/16, networkRules: {{all: {{{ALL}}}}}"
    assert check(net(rules, group=group), "web", "db").status == "Reachable"


def test_an_application_rule_hides_the_source_and_replies_find_it() -> None:
    group = "in: {priority: 100, source: 10.0.4.4}, no: {priority: 200, access: Deny}"
    rules = "applicationRules: {all: {protocol: Tcp, source: '*', destinationPortRanges: 443, fqdns: '*'}}"
    answer = check(net(rules, group=group, routed=False), "web", "db", dest_port=443)
    assert answer.status == "Reachable"
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == ["db-nic", "to-hub", "fw", "to-one", "web-nic"]
    assert answer.returned.problems == ()


@pytest.mark.parametrize(
    ("rule", "is_allowed"),
    [
        ("protocol: Tcp, source: 10.1.1.0/24, destination: 10.2.1.4, destinationPortRanges: 1433", True),
        ("protocol: [Udp, Tcp], source: ['*'], destination: ['*'], destinationPortRanges: 1400-1500", True),
        ("protocol: Udp, source: '*', destination: '*', destinationPortRanges: 1433", False),
        ("protocol: Tcp, source: 10.1.2.0/24, destination: '*', destinationPortRanges: 1433", False),
        ("protocol: Tcp, source: '*', destination: Sql, destinationPortRanges: 1433", False),
        ("protocol: Tcp, source: '*', destination: '*', destinationPortRanges: 1434", False),
    ],
)
def test_a_rule_is_for_protocol_source_destination_and_port(rule: str, is_allowed: bool) -> None:
    answer = check(net(f"networkRules: {{r: {{{rule}}}}}"), "web", "db", dest_port=1433)
    assert answer.status == ("Reachable" if is_allowed else "Unreachable")
    assert issues(answer) == ([] if is_allowed else [("fw", "Local", "DeniedByFirewall")])


def test_a_rule_for_a_tag_names_the_list() -> None:
    rule = "protocol: Tcp, source: '*', destination: Storage, destinationPortRanges: 443"
    topology = net(f"networkRules: {{r: {{{rule}}}}}")
    answer = check(topology, "web", "20.60.0.4", dest_port=443)
    assert any("fw lets the flow pass by r (service tags Public, change" in note for note in answer.notes)
    assert check(topology, "web", "8.8.8.8", dest_port=443).status == "Unreachable"


def test_an_open_value_counts_only_where_it_decides() -> None:
    open = "protocol: Tcp, source: {unresolved: later}, destination: '*', destinationPortRanges: '*'"
    assert check(net(f"networkRules: {{a: {{{open}}}}}"), "web", "db").status == "Unknown"
    assert check(net(f"networkRules: {{a: {{{open}}}, b: {{{ALL}}}}}"), "web", "db").status == "Reachable"
    denying = f"networkRules: {{a: {{access: Deny, {open}}}, b: {{{ALL}}}}}"
    assert check(net(denying), "web", "db").status == "Unknown"


def test_rules_that_are_not_known_leave_the_answer_open() -> None:
    answer = check(net("firewallPolicy: {unresolved: it is elsewhere}"), "web", "db")
    assert answer.status == "Unknown"
    assert any("it is elsewhere" in note for note in answer.notes)


def test_a_declared_name_decides_a_rule_for_names() -> None:
    rule = "protocol: Tcp, source: '*', destinationPortRanges: 1433, fqdns: db.contoso.com"
    topology = net(f"networkRules: {{r: {{{rule}}}}}")
    assert check(topology, "web", "db", dest_port=1433).status == "Unknown"
    text = NET.replace("RULES", f"networkRules: {{r: {{{rule}}}}}").replace("GROUP", "").replace("ROUTES_GATEWAY", "")
    named = read(text.replace(BACK, f"{BACK} routeTable: rt,") + "facts: {dns: {db.contoso.com: 10.2.1.4}}\n")
    assert check(named, "web", "db.contoso.com", dest_port=1433).status == "Reachable"
    other = read(text.replace(BACK, f"{BACK} routeTable: rt,") + "facts: {dns: {other.contoso.com: 10.2.1.4}}\n")
    assert check(other, "web", "db", dest_port=1433).status == "Unreachable"


def test_names_that_are_not_listed_leave_the_answer_open() -> None:
    rules = "applicationRules: {w: {protocol: Tcp, source: '*', destinationPortRanges: 443, otherNames: WindowsUpdate}}"
    assert check(net(rules), "web", "update.contoso.com", dest_port=443).status == "Unknown"
    assert check(net(rules), "web", "update.contoso.com", dest_port=25).status == "Unreachable"


def test_it_bears_its_public_address_in_the_internet() -> None:
    egress = check(net(f"networkRules: {{all: {{{ALL}}}}}"), "web", "8.8.8.8").egress
    assert egress is not None
    assert (egress.kind, egress.nic.name, str(egress.address)) == ("PublicIpAddress", "fw", "20.0.0.9")


def test_its_own_subnets_routes_lead_on() -> None:
    loop = check(net(f"networkRules: {{all: {{{ALL}}}}}", routes="10.2.0.0/16 10.0.4.4"), "web", "db")
    assert issues(loop) == [("fw", "Outbound", "User")]
    dropped = check(net(f"networkRules: {{all: {{{ALL}}}}}", routes="0.0.0.0/0 None"), "web", "8.8.8.8")
    assert issues(dropped) == [("fw", "Outbound", "User")]


NAT = "natRules: {in: {protocol: Tcp, source: '*', destination: 20.0.0.9, destinationPortRanges: 443, TARGET}}"
TO_DB = "translatedAddress: 10.2.1.4, translatedPort: 8443"


FAR = """  far: {addressPrefixes: 10.9.0.0/16, subnets: {app: {addressPrefix: 10.9.1.0/24}}}
routeTables:"""
FAR_MACHINE = "  far: {networkInterfaces: {far-nic: {subnet: far/app, privateIPAddress: 10.9.1.4}}}\n"


def from_outside(rules: str, group: str = "") -> Topology:
    text = NET.replace("routeTables:", FAR, 1).replace("RULES", rules).replace("GROUP", group)
    return read(text.replace("ROUTES_GATEWAY", "") + FAR_MACHINE)


def test_a_nat_rule_sends_on_what_arrives_at_a_public_address() -> None:
    group = "in: {priority: 100, source: 10.0.4.4, destinationPortRanges: 8443}, no: {priority: 200, access: Deny}"
    answer = check(from_outside(NAT.replace("TARGET", TO_DB), group), "far", "20.0.0.9", dest_port=443)
    assert (answer.status, names(answer)) == ("Reachable", ["far-nic", "pip-fw", "fw", "to-two", "db-nic"])
    assert "fw sends the flow on by in" in answer.notes
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops][:3] == ["db-nic", "to-hub", "fw"]


def test_a_network_rule_can_deny_what_a_nat_rule_sends_on() -> None:
    deny = "networkRules: {no: {access: Deny, protocol: Tcp, source: '*', destination: 10.2.1.4,"
    rules = f"{NAT.replace('TARGET', TO_DB)}, {deny} destinationPortRanges: 8443}}}}"
    answer = check(from_outside(rules), "far", "20.0.0.9", dest_port=443)
    assert issues(answer) == [("fw", "Local", "DeniedByFirewall")]


MAY_DENY = "networkRules: {no: {access: Deny, protocol: Tcp, source: '*', destinationPortRanges: '*', fqdns: a.b.com}}"


def test_application_rules_are_not_asked_about_what_a_nat_rule_sends_on() -> None:
    rule = "access: Deny, protocol: Tcp, source: '*', destinationPortRanges: 8443, fqdns: '*'"
    rules = f"{NAT.replace('TARGET', TO_DB)}, applicationRules: {{no: {{{rule}}}}}"
    assert check(from_outside(rules), "far", "20.0.0.9", dest_port=443).status == "Reachable"
    maybe = f"{NAT.replace('TARGET', TO_DB)}, {MAY_DENY}"
    assert check(from_outside(maybe), "far", "20.0.0.9", dest_port=443).status == "Unknown"


def test_an_application_rule_behind_a_network_rule_that_may_deny_leaves_the_answer_open() -> None:
    yes = "applicationRules: {yes: {protocol: Tcp, source: '*', destinationPortRanges: 443, fqdns: '*'}}"
    assert check(net(f"{MAY_DENY}, {yes}"), "web", "8.8.8.8", dest_port=443).status == "Unknown"
    no = yes.replace("protocol", "access: Deny, protocol")
    assert check(net(f"{MAY_DENY}, {no}"), "web", "8.8.8.8", dest_port=443).status == "Unreachable"


@pytest.mark.parametrize("target", ["20.0.0.9", "10.0.4.4"])
def test_a_nat_rule_that_leads_back_to_the_firewall_is_a_loop(target: str) -> None:
    rule = NAT.replace("destination: 20.0.0.9", "destination: '*'").replace("TARGET", f"translatedAddress: {target}")
    answer = check(from_outside(rule), "far", "20.0.0.9", dest_port=443)
    assert issues(answer) == [("fw", "Outbound", "Default")]
    assert any("routing loop" in note for note in answer.notes)


def test_the_route_that_leads_back_may_be_a_users_and_the_oracle_says_so_too() -> None:
    rule = NAT.replace("destination: 20.0.0.9", "destination: '*'").replace("TARGET", "translatedAddress: 10.0.4.4")
    topology = net(rule, routes="10.0.4.0/26 10.0.4.4")
    answer = check(topology, "web", "10.0.4.4", dest_port=443)
    assert issues(answer) == [("fw", "Outbound", "User")]
    web = next(vm.id for vm in topology.vms.values() if vm.id.name == "web")
    told = oracle_check(topology, Asked(web, parse_address("10.0.4.4"), Protocol.TCP, 443), {})
    assert told.loops
    assert [each for hop in told.hops for each in hop.issues] == [Issue("Outbound", "UserDefinedRoute", "User")]


def test_behind_a_firewall_no_group_is_needed() -> None:
    topology = from_outside(NAT.replace("TARGET", TO_DB))
    bare = replace(topology, subnets={key: replace(each, nsg=None) for key, each in topology.subnets.items()})
    assert check(bare, "far", "20.0.0.9", dest_port=443).status == "Reachable"


@pytest.mark.parametrize(
    ("target", "port", "status"),
    [(TO_DB, 80, "Unreachable"), ("translatedAddress: {unresolved: later}", 443, "Unknown")],
)
def test_without_a_nat_rule_nothing_comes_in(target: str, port: int, status: str) -> None:
    answer = check(from_outside(NAT.replace("TARGET", target)), "far", "20.0.0.9", dest_port=port)
    assert answer.status == status
    assert issues(answer) == ([("fw", "Local", "NoNatRule")] if status == "Unreachable" else [])


def test_replies_that_it_did_not_see_opened_are_dropped() -> None:
    text = NET.replace("routeTable: rt}}", "delegations: []}}").replace("RULES", f"networkRules: {{all: {{{ALL}}}}}")
    text = text.replace("GROUP", "").replace("ROUTES_GATEWAY", "").replace(BACK, f"{BACK} routeTable: rt,")
    text = text.replace(
        "to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}}\n  two",
        "to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}, "
        "to-two: {remoteVirtualNetwork: two}}}\n  two",
    )
    text = text.replace(
        "virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}}}\nr",
        "virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub, allowForwardedTraffic: true}, "
        "to-one: {remoteVirtualNetwork: one}}}\nr",
    )
    text = text.replace("all: {addressPrefix: 0.0.0.0/0,", "all: {addressPrefix: 10.1.0.0/16,")
    answer = check(read(text), "web", "db")
    assert answer.status == "Unreachable"
    assert answer.returned is not None
    assert answer.returned.outcome == "Dropped"
    assert any("fw sees replies to a flow that it did not see opened" in each for each in answer.returned.problems)
