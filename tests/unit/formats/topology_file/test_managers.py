"""Network managers of topology files: groups, admin rules, meshes, and where they are deployed."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import ALL_PORTS, PortRange
from netwatch.model.facts import Deployment
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.rules import AnyAddress, ServiceTag
from tests.unit.formats.arm import ids, only
from tests.unit.formats.native import problems, read

_MANAGER = """\
networkManagers:
  m:
    networkGroups: {all: [hub, spoke/web], none: }
    securityAdminConfigurations:
      baseline:
        ruleCollections:
          rc:
            appliesToGroups: all
            rules:
              no-ssh: {priority: 1, access: Deny, protocol: tcp, source: Internet, destinationPortRanges: 22}
              dns: {priority: 2, access: alwaysallow, direction: Outbound}
    connectivityConfigurations:
      mesh: {connectivityTopology: Mesh, appliesToGroups: [all, none], isGlobal: true}
      spokes: {connectivityTopology: HubAndSpoke, appliesToGroups: all}
      joined: {connectivityTopology: HubAndSpoke, appliesToGroups: all, groupConnectivity: DirectlyConnected}
      wheel: {connectivityTopology: HubAndSpoke, appliesToGroups: none, hubs: hub, useHubGateway: true}
      parts:
        connectivityTopology: HubAndSpoke
        appliesToGroups: {all: {groupConnectivity: DirectlyConnected, useHubGateway: false}, none: }
        useHubGateway: true
"""


def test_a_manager_and_its_groups() -> None:
    topology = read(_MANAGER)
    manager = only(topology.network_managers)
    assert ids(manager.scopes) == ["00000000-0000-0000-0000-000000000000"]
    all, none = topology.network_groups.values()
    assert (ids(all.members), none.members, all.where.line) == (["hub", "web"], (), 7)


def test_scopes_of_a_manager() -> None:
    text = "[/subscriptions/s, /PROVIDERS/microsoft.management/managementGroups/top]"
    topology = read(f"networkManagers: {{m: {{networkManagerScopes: {text}}}}}")
    assert ids(only(topology.network_managers).scopes) == ["s", "top"]


def test_admin_rules() -> None:
    topology = read(_MANAGER)
    configuration = only(topology.security_admin_configurations)
    assert (configuration.id.name, configuration.applies_on_intent_policies) == ("baseline", "None")
    collection = only(topology.admin_rule_collections)
    assert (collection.id.parent, ids(collection.groups)) == (configuration.id, ["all"])
    ssh, dns = collection.rules
    assert (ssh.priority, ssh.access, ssh.direction, ssh.protocol) == (1, Access.DENY, Direction.INBOUND, Protocol.TCP)
    assert (ssh.sources.terms, ssh.destination_ports.ranges) == ((ServiceTag("Internet"),), (PortRange(22, 22),))
    assert (dns.access, dns.direction, dns.protocol) == (Access.ALWAYS_ALLOW, Direction.OUTBOUND, Protocol.ANY)
    assert (dns.destinations.terms, dns.source_ports.ranges) == ((AnyAddress("*"),), (ALL_PORTS,))
    assert [rule.where.line for rule in collection.rules] == [14, 15]
    assert ssh.id.type.endswith("/securityAdminConfigurations/ruleCollections/rules")


def test_meshes() -> None:
    found = {each.id.name: each for each in read(_MANAGER).connectivity_configurations.values()}
    assert {name: (ids(each.mesh_groups), each.is_global) for name, each in found.items()} == {
        "mesh": (["all", "none"], True),
        "spokes": ([], False),
        "joined": (["all"], False),
        "wheel": ([], False),
        "parts": (["all"], False),
    }


def test_hubs_and_spokes() -> None:
    found = {each.id.name: each for each in read(_MANAGER).connectivity_configurations.values()}
    assert {
        name: (ids(each.spoke_groups), ids(each.hubs), ids(each.gateway_groups)) for name, each in found.items()
    } == {
        "mesh": ([], [], []),
        "spokes": (["all"], [], []),
        "joined": (["all"], [], []),
        "wheel": (["none"], ["hub"], ["none"]),
        "parts": (["all", "none"], [], ["none"]),
    }


def test_a_group_stands_once_with_what_holds_for_it() -> None:
    wheel = _MANAGER.replace("appliesToGroups: {all: {", "appliesToGroups: {m/all: {useHubGateway: true}, all: {")
    assert any("a group stands here twice" in each for each in problems(wheel))
    empty = problems(_MANAGER.replace("[all, none]", "{}"))
    assert any("must hold at least one" in each for each in empty)


def test_deployments_are_facts() -> None:
    text = "facts: {networkManagerDeployments: {region: westeurope, configurationIds: [mesh, BASELINE]}}\n"
    topology = read(_MANAGER + text)
    mesh, baseline = (
        next(each.id for each in held.values() if each.id.name == name)
        for held, name in (
            (topology.connectivity_configurations, "mesh"),
            (topology.security_admin_configurations, "baseline"),
        )
    )
    assert topology.facts.network_manager_deployments == (Deployment("westeurope", frozenset({mesh, baseline})),)


def test_groups_of_equal_name_are_those_of_the_own_manager() -> None:
    second = "  n:\n    networkGroups: {all: spoke}\n    connectivityConfigurations: {c: {connectivityTopology: Mesh, "
    topology = read(_MANAGER + second + "appliesToGroups: all}}\n")
    found = list(topology.connectivity_configurations.values())[-1]
    assert found.mesh_groups[0].parent.name == "n"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("networkManagerScopes: /subscriptions/",
         'm: "networkManagerScopes" must be the id of a subscription or a management group, found "/subscriptions/".'
         " Write /subscriptions/… or /providers/Microsoft.Management/managementGroups/…"),
        ("networkGroups: {g: [hbu]}", 'm: virtual network "hbu" is not in the file. Did you mean "hub"?'),
        ("networkGroups: {g: [spoke/wbe]}", 'm: subnet "spoke/wbe" is not in the file. Did you mean "spoke/web"?'),
        ("connectivityConfigurations: {c: {connectivityTopology: Mesh, appliesToGroups: sales}}",
         'm/c: network group "m/sales" is not in the file. The file holds none under "networkGroups".'),
        ("connectivityConfigurations: {c: {connectivityTopology: Ring, appliesToGroups: [g]}}, networkGroups: {g: hub}",
         'm/c: "connectivityTopology" must be Mesh or HubAndSpoke, found "Ring".'),
        ("securityAdminConfigurations: {c: {ruleCollections: {r: {rules: {}}}}}",
         'm/c/r: "appliesToGroups" is missing. Add it: appliesToGroups: [all-networks]'),
        ("networkGroups: {g: hub}, securityAdminConfigurations: {c: {ruleCollections: {r: {appliesToGroups: g, "
         "rules: {x: {priority: 0, access: Deny}}}}}}",
         'm/c/r/x: "priority" must be a whole number from 1 to 4096, found 0.'),
        ("networkGroups: {g: hub}, securityAdminConfigurations: {c: {ruleCollections: {r: {appliesToGroups: g, "
         "rules: {x: {priority: 1}}}}}}",
         'm/c/r/x: "access" is missing. Add it: access: Deny'),
        ("networkGroups: {g: hub}, securityAdminConfigurations: {c: {ruleCollections: {r: {appliesToGroups: g, "
         "rules: {x: {priority: 1, access: Deny}, y: {priority: 1, access: Allow}}}}}}",
         "r/y: priority 1 is already that of x. Priorities are unique in one rule collection."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(fields: str, message: str) -> None:
    found = problems(f"networkManagers:\n  m: {{{fields}}}\n")
    assert [each[:10] for each in found] == ["net.yaml:6"]
    assert found[0].endswith(f": {message}")
