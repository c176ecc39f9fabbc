"""Azure firewalls in plans: rules of policies and classic ones, IP groups, base policies."""

from __future__ import annotations

import json
from pathlib import Path

from netwatch.formats import load
from netwatch.model.firewalls import Firewall
from netwatch.model.flow import Access, Protocol
from netwatch.model.unresolved import Unresolved
from tests.terraform.written import GROUP, Json, network, plan, ref, resource, subnet


def _read(path: Path, value: Json) -> Firewall:
    file = path / "plan.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    (found,) = load(str(file)).firewalls.values()
    return found


def _firewall(**refs: Json) -> list[Json]:
    """A firewall at the first free address of its subnet."""
    values = {"name": "fw", "sku_name": "AZFW_VNet", "ip_configuration": [{"name": "c"}], **GROUP}
    unknown = {
        "id": True,
        "ip_configuration": [{"subnet_id": True, "private_ip_address": True}],
        **dict.fromkeys(refs, True),
    }
    expressions = {"ip_configuration": [{"subnet_id": ref("azurerm_subnet.AzureFirewallSubnet.id")}], **refs}
    return [
        network(),
        subnet("AzureFirewallSubnet", "10.0.1.0/26"),
        resource("azurerm_firewall.fw", values, expressions, unknown=unknown),
    ]


def _group(
    name: str, policy: str, priority: int, refs: Json | None = None, unknown: Json | None = None, **blocks: Json
) -> Json:
    expressions = {"firewall_policy_id": ref(f"azurerm_firewall_policy.{policy}.id"), **(refs or {})}
    values = {"name": name, "priority": priority, **{kind: [block] for kind, block in blocks.items()}}
    marks = {"id": True, "firewall_policy_id": True, **(unknown or {})}
    return resource(f"azurerm_firewall_policy_rule_collection_group.{name}", values, expressions, unknown=marks)


_WEB = {
    "name": "web",
    "protocols": ["TCP"],
    "source_addresses": ["10.0.0.0/8"],
    "destination_addresses": ["*"],
    "destination_ports": ["443", "8000-8010"],
}


def test_the_rules_of_a_policy_come_behind_those_of_its_base(tmp_path: Path) -> None:
    policies = [
        resource("azurerm_firewall_policy.base", {"name": "base", **GROUP}),
        resource(
            "azurerm_firewall_policy.own",
            {"name": "own", "private_ip_ranges": ["8.0.0.0/8"], **GROUP},
            {"base_policy_id": ref("azurerm_firewall_policy.base.id")},
        ),
    ]
    deny = {"name": "no", "priority": 500, "action": "Deny", "rule": [{**_WEB, "name": "none"}]}
    allow = {"name": "yes", "priority": 100, "action": "Allow", "rule": [_WEB]}
    names = {
        "name": "names",
        "priority": 300,
        "action": "Allow",
        "rule": [
            {
                "name": "pages",
                "protocols": [{"type": "Https", "port": 443}],
                "source_addresses": ["*"],
                "destination_fqdns": ["*.contoso.com"],
                "destination_fqdn_tags": ["WindowsUpdate"],
            }
        ],
    }
    inward = {
        "name": "in",
        "priority": 200,
        "action": "Dnat",
        "rule": [
            {
                "name": "ssh",
                "protocols": ["TCP"],
                "source_addresses": ["*"],
                "destination_address": "20.0.0.9",
                "destination_ports": ["2222"],
                "translated_address": "10.0.2.4",
                "translated_port": "22",
            }
        ],
    }
    groups = [
        _group(
            "g",
            "own",
            100,
            network_rule_collection=allow,
            application_rule_collection=names,
            nat_rule_collection=inward,
        ),
        _group("b", "base", 900, network_rule_collection=deny),
    ]
    found = _read(
        tmp_path, plan(*_firewall(firewall_policy_id=ref("azurerm_firewall_policy.own.id")), *policies, *groups)
    )
    assert (str(found.private_ip), found.unresolved) == ("10.0.1.4", ())
    assert [(each.name, each.access) for each in found.network_rules] == [
        ("b.no.none", Access.DENY),
        ("g.yes.web", Access.ALLOW),
    ]
    assert found.network_rules[1].ports.texts == ("443", "8000-8010")
    (page,) = found.application_rules
    assert (page.protocols, page.ports.texts, page.fqdns, page.other_names) == (
        (Protocol.TCP,),
        ("443",),
        ("*.contoso.com",),
        ("WindowsUpdate",),
    )
    (ssh,) = found.nat_rules
    assert (ssh.name, str(ssh.translated_address), ssh.translated_port) == ("g.in.ssh", "10.0.2.4", 22)
    assert [str(each) for each in found.private_ranges] == ["8.0.0.0/8"]


def test_an_ip_group_stands_for_its_addresses(tmp_path: Path) -> None:
    group = resource("azurerm_ip_group.office", {"name": "office", "cidrs": ["192.168.1.0/24"], **GROUP})
    rule = {**_WEB, "source_addresses": [], "source_ip_groups": [None]}
    collection = {"name": "n", "priority": 100, "action": "Allow", "rule": [rule]}
    refs = {"network_rule_collection": [{"rule": [{"source_ip_groups": ref("azurerm_ip_group.office.id")}]}]}
    unknown = {"network_rule_collection": [{"rule": [{"source_ip_groups": [True]}]}]}
    own = resource("azurerm_firewall_policy.p", {"name": "p", **GROUP})
    held = _group("g", "p", 100, refs, unknown, network_rule_collection=collection)
    found = _read(tmp_path, plan(*_firewall(firewall_policy_id=ref("azurerm_firewall_policy.p.id")), own, group, held))
    assert [str(term.text) for term in found.network_rules[0].sources.terms] == ["192.168.1.0/24"]  # type: ignore[union-attr]


def test_classic_rules_stand_in_collections_that_name_their_firewall(tmp_path: Path) -> None:
    shown = {
        "name": "out",
        "azure_firewall_name": "fw",
        "resource_group_name": "rg-net",
        "priority": 200,
        "action": "Allow",
    }
    pages = {
        "name": "p",
        "source_addresses": ["*"],
        "target_fqdns": ["a.com"],
        "protocol": [{"type": "Http", "port": 80}],
    }
    classic = [
        resource("azurerm_firewall_network_rule_collection.out", {**shown, "rule": [_WEB]}),
        resource("azurerm_firewall_application_rule_collection.p", {**shown, "name": "pages", "rule": [pages]}),
    ]
    found = _read(tmp_path, plan(*_firewall(), *classic))
    assert [each.name for each in found.network_rules] == ["out.web"]
    (page,) = found.application_rules
    assert (page.name, page.ports.texts, page.fqdns) == ("pages.p", ("80",), ("a.com",))


def test_rules_of_a_policy_elsewhere_are_open(tmp_path: Path) -> None:
    firewalls = _firewall(firewall_policy_id={"references": ["data.terraform_remote_state.hub"]})
    (open,) = _read(tmp_path, plan(*firewalls)).unresolved
    assert isinstance(open, Unresolved)
    assert "data.terraform_remote_state.hub" in open.reason
