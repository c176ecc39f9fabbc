"""What was understood of an input."""

from __future__ import annotations

from dataclasses import replace

from netwatch.formats.assumed_addresses import SUBNET_NOT_KNOWN
from netwatch.model.facts import Deployment, Facts
from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.input_notes import Ignored, InputNotes
from netwatch.model.network_manager import (
    AdminRuleCollection,
    ConnectivityConfiguration,
    NetworkGroup,
    SecurityAdminConfiguration,
)
from netwatch.model.resources import OtherResource
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from netwatch.render.load_report import load_report, load_report_text
from netwatch.render.load_summary import load_summary
from netwatch.render.trip import Page, not_known
from tests.build import rule
from tests.unit.render.answers import NIC, NSG, OPEN

DISK = OtherResource(ResourceId("/subscriptions/s/disk"), "Microsoft.Compute/disks", "")
TOPOLOGY = Topology(
    "n.yaml",
    nics={NIC.id.key: NIC},
    nsgs={NSG.id.key: replace(NSG, rules=(rule("one"), rule("two", OPEN)))},
    others={DISK.id.key: DISK},
    facts=Facts(unused=("bandwidth",)),
)


def test_without_verbose_the_report_has_the_fields_that_every_input_has() -> None:
    fields = ["resources", "supported", "unsupported", "ignored", "unresolved", "assumed"]
    assert list(load_report(TOPOLOGY)) == fields
    assert list(load_report(TOPOLOGY, Page(verbose=True)))[: len(fields)] == fields


def test_counts_others_assumed_open_and_unused() -> None:
    found = load_report(TOPOLOGY, Page(verbose=True))
    assert found["source"] == "n.yaml"
    assert {kind: number for kind, number in found["counts"].items() if number} == {
        "network security groups": 1,
        "network interfaces": 1,
        "security rules": 2,
    }
    assert found["others"] == {"Microsoft.Compute/disks": 1}
    assert found["assumed"] == [{"nic": NIC.id.text, "address": "10.0.0.4", "where": "n.yaml:9"}]
    path = f"{NSG.id.text}/securityRules/two.protocol"
    reason = "[parameters('port')]: it is a parameter"
    assert found["unresolved"] == [{"path": path, "where": "main.json:3", "reason": reason}]
    assert found["unused_facts"] == ["bandwidth"]


def test_what_the_input_chooses_is_said() -> None:
    chosen = replace(TOPOLOGY, service_tags="lists/new.json", semantics=Semantics(empty_group="ignored"))
    assert load_report(chosen, Page(verbose=True))["service_tags"] == "lists/new.json"
    assert load_report(chosen, Page(verbose=True))["semantics"] == {"emptyGroup": "ignored"}
    text = load_report_text(chosen, Page(120))
    assert "Chosen by the input:\n  emptyGroup=ignored\n  service tags of lists/new.json\n" in text


def test_the_text_says_the_same() -> None:
    assert load_report_text(TOPOLOGY, Page(120)) == (
        "n.yaml is a network.\n"
        "  1  network security group\n"
        "  1  network interface\n"
        "  2  security rules\n"
        "Named, and no answer depends on it:\n"
        "  1  Microsoft.Compute/disks\n"
        "Assumed addresses:\n"
        "  nic  10.0.0.4  n.yaml:9\n"
        "Left open by the input:\n"
        "  nsg: [parameters('port')], not known, because it is a parameter (main.json:3)\n"
        "Facts not used yet:\n"
        "  bandwidth\n"
    )


_MANAGER = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/m")
_MESH = ConnectivityConfiguration(_MANAGER.child("connectivityConfigurations", "mesh"), ())
_ADMIN = SecurityAdminConfiguration(_MANAGER.child("securityAdminConfigurations", "baseline"))
_RULES = AdminRuleCollection(_ADMIN.id.child("ruleCollections", "rc"), (), (rule("one"), rule("two")))
_GROUP = NetworkGroup(_MANAGER.child("networkGroups", "all"))
_MANAGED = Topology(
    "n.yaml",
    network_groups={_GROUP.id.key: _GROUP},
    connectivity_configurations={_MESH.id.key: _MESH},
    security_admin_configurations={_ADMIN.id.key: _ADMIN},
    admin_rule_collections={_RULES.id.key: _RULES},
)


def test_admin_rules_are_counted() -> None:
    counts = {kind: number for kind, number in load_report(_MANAGED, Page(verbose=True))["counts"].items() if number}
    assert counts == {
        "network groups": 1,
        "security admin configurations": 1,
        "connectivity configurations": 1,
        "security admin rules": 2,
    }


def test_what_is_not_deployed_is_said_to_do_nothing() -> None:
    deployed = Facts(network_manager_deployments=(Deployment("w", frozenset({_ADMIN.id})),))
    assert [note.split(",")[0] for note in load_report(_MANAGED, Page(verbose=True))["notes"]] == [
        "baseline of m is not deployed",
        "mesh of m is not deployed",
        "network group all of m has no members here; those that Azure Policy adds are not in an export: "
        "add them as static members.",
    ]
    found = load_report(replace(_MANAGED, facts=deployed), Page(verbose=True))["notes"]
    assert found[0].startswith("mesh of m is not deployed")


def test_what_a_circuit_brings_must_be_declared() -> None:
    gateway = ResourceId("/subscriptions/s/gateway")
    connection = Connection(ResourceId("/subscriptions/s/to-circuit"), "w", "ExpressRoute", gateway, None)
    topology = Topology(connections={connection.id.key: connection})
    (note,) = load_report(topology, Page(verbose=True))["notes"]
    assert note == (
        "to-circuit: what its gateway learns over ExpressRoute is not declared; declare the fact gatewayLearnedRoutes."
    )
    declared = Facts(gateway_learned_routes={gateway.key: ()})
    assert load_report(replace(topology, facts=declared), Page(verbose=True))["notes"] == []
    assert (
        load_report(Topology(connections={"c": replace(connection, kind="IPsec")}), Page(verbose=True))["notes"] == []
    )


def test_types_that_act_on_a_network_are_apart_from_those_that_are_named() -> None:
    firewall = OtherResource(ResourceId("/subscriptions/s/fw"), "microsoft.network/AzureFirewalls", "")
    topology = Topology("n.yaml", others={each.id.key: each for each in (DISK, firewall)})
    report = load_report(topology, Page(verbose=True))
    assert report["others"] == {"Microsoft.Compute/disks": 1}
    assert report["not_evaluated"] == [
        {"type": "microsoft.network/AzureFirewalls", "count": 1, "acts_on": "what it lets pass"}
    ]
    assert load_report_text(topology, Page(120)) == (
        "n.yaml is a network.\n"
        "Not evaluated, though it acts on the network:\n"
        "  1  microsoft.network/AzureFirewalls  what it lets pass\n"
        "Named, and no answer depends on it:\n"
        "  1  Microsoft.Compute/disks\n"
    )


def test_long_lists_are_cut_without_verbose() -> None:
    rules = tuple(rule(f"rule-{n}", Unresolved(f"it is parameter {n}")) for n in range(30))
    topology = replace(TOPOLOGY, nsgs={NSG.id.key: replace(NSG, rules=rules)})
    assert "… and 20 more; -v shows all" in load_report_text(topology, Page(120))
    assert "more; -v" not in load_report_text(topology, Page(120, verbose=True))


def test_what_every_input_has_comes_first() -> None:
    firewall = OtherResource(
        ResourceId("/subscriptions/s/fw"), "Microsoft.Network/azureFirewalls", "", (), Where("n", 7)
    )
    ignored = Ignored("lb", "loadBalancingRules", "which ports it hands on", Where("n", 9))
    topology = replace(TOPOLOGY, others={"d": DISK, "f": firewall}, notes=InputNotes(ignored=(ignored,)))
    report = load_report(topology, Page(verbose=True))
    assert list(report)[:6] == ["resources", "supported", "unsupported", "ignored", "unresolved", "assumed"]
    assert (report["resources"], report["supported"]) == (4, 2)
    assert report["unsupported"] == [{"type": "Microsoft.Network/azureFirewalls", "name": "fw", "where": "n:7"}]
    assert report["ignored"] == [{**ignored._asdict(), "where": "n:9"}]
    assert "  lb: loadBalancingRules  which ports it hands on  n:9\n" in load_report_text(topology, Page(120))


def test_the_summary_counts_what_matters_and_is_silent_where_nothing_does() -> None:
    firewall = OtherResource(ResourceId("/subscriptions/s/fw"), "Microsoft.Network/azureFirewalls", "")
    passed_over = Ignored("checks.yaml", "", "it is no input", Where("checks.yaml"))
    assert load_summary(Topology(others={"d": DISK}, notes=InputNotes(ignored=(passed_over,)))) == ""
    ignored = Ignored("lb", "loadBalancingRules", "which ports it hands on", Where("n", 9))
    topology = replace(TOPOLOGY, others={"f": firewall}, notes=InputNotes(ignored=(ignored, ignored)))
    assert load_summary(topology) == (
        "1 value is not known, 2 properties are not read, 1 resource is not evaluated; netwatch load says which."
    )


def test_an_input_without_anything_of_a_network_is_not_called_one() -> None:
    assert load_report_text(Topology("n.json"), Page(120)) == "n.json holds nothing of a network.\n"


def test_one_cause_is_said_once_for_all_that_it_leaves_open() -> None:
    other = replace(NSG, id=ResourceId(f"{NSG.id.text}-2"), rules=(rule("two", OPEN),))
    topology = replace(TOPOLOGY, nsgs={**TOPOLOGY.nsgs, other.id.key: other})
    assert "  nsg, nsg-2: [parameters('port')], not known, because" in load_report_text(topology, Page(120))


def test_an_address_that_waits_for_its_subnet_is_no_cause_of_its_own() -> None:
    missing = Unresolved("subnet a is not in the input")
    config = replace(NIC.ip_configurations[0], subnet=missing, private_ip=Unresolved(SUBNET_NOT_KNOWN), assumed=False)
    topology = Topology("n.yaml", nics={NIC.id.key: replace(NIC, ip_configurations=(config,))})
    text = load_report_text(topology, Page(120))
    assert "nic: not known, because subnet a is not in the input" in text
    assert SUBNET_NOT_KNOWN not in text


def test_a_nic_in_no_subnet_is_said_to_be_in_no_network() -> None:
    config = replace(NIC.ip_configurations[0], subnet=None)
    topology = Topology("n.yaml", nics={NIC.id.key: replace(NIC, ip_configurations=(config,))})
    (note,) = load_report(topology, Page(verbose=True))["notes"]
    assert note == "network interface nic names no subnet, so it is in no network."


def test_a_rule_apart_from_its_group_could_change_an_answer() -> None:
    id = ResourceId(f"{NSG.id.text}/securityRules/r")
    orphan = OtherResource(id, "Microsoft.Network/networkSecurityGroups/securityRules", "")
    (found,) = load_report(Topology("n.yaml", others={id.key: orphan}), Page(verbose=True))["not_evaluated"]
    assert found["acts_on"] == "a security group that is not in the input"


def test_an_id_that_is_not_known_is_written_short() -> None:
    id = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets/apps"
    found = not_known(Unresolved("subnet apps is not in the input", id), Page())
    assert found == "net/virtualNetworks/hub/subnets/apps, not known, because subnet apps is not in the input"
