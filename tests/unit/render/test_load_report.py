"""What was understood of an input."""

from __future__ import annotations

from dataclasses import replace

from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.render.load_report import load_report, load_report_text
from netwatch.render.trip import Page
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


def test_counts_others_assumed_open_and_unused() -> None:
    found = load_report(TOPOLOGY)
    assert found["source"] == "n.yaml"
    assert {kind: number for kind, number in found["counts"].items() if number} == {
        "network security groups": 1,
        "network interfaces": 1,
        "security rules": 2,
    }
    assert found["others"] == {"Microsoft.Compute/disks": 1}
    assert found["assumed"] == [{"nic": NIC.id.text, "address": "10.0.0.4", "where": "n.yaml:9"}]
    reason = "[parameters('port')], not known, because it is a parameter (main.json:3)"
    assert found["unresolved"] == [{"resource": NSG.id.text, "reason": reason}]
    assert found["unused_facts"] == ["bandwidth"]


def test_what_the_input_chooses_is_said() -> None:
    chosen = replace(TOPOLOGY, service_tags="lists/new.json", semantics=Semantics(empty_group="ignored"))
    assert load_report(chosen)["service_tags"] == "lists/new.json"
    assert load_report(chosen)["semantics"] == {"emptyGroup": "ignored"}
    text = load_report_text(chosen, Page(120))
    assert "Chosen by the input:\n  emptyGroup=ignored\n  service tags of lists/new.json\n" in text


def test_the_text_says_the_same() -> None:
    assert load_report_text(TOPOLOGY, Page(120)) == (
        "n.yaml is a network.\n"
        "  1  network security groups\n"
        "  1  network interfaces\n"
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


def test_long_lists_are_cut_without_verbose() -> None:
    rules = tuple(rule(f"rule-{n}", OPEN) for n in range(30))
    topology = replace(TOPOLOGY, nsgs={NSG.id.key: replace(NSG, rules=rules)})
    assert "… and 20 more; -v shows all" in load_report_text(topology, Page(120))
    assert "more; -v" not in load_report_text(topology, Page(120, verbose=True))
