"""What a picture shows, where it stands, and that no name can break out of its form."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from netwatch.formats import load
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology
from netwatch.render.picture.layout import Box, layout
from netwatch.render.picture.parts import Picture, picture
from netwatch.render.picture.svg import svg
from netwatch.render.picture.text import d2, dot, mermaid
from tests.virtual_wans import read_lab

GUARDED = Path(__file__).parents[3] / "golden" / "inputs" / "guarded.json"


def _spokes(number: int, nics: int = 2) -> Picture:
    """A hub with an appliance, and spokes that send everything to it."""
    lines = ["netwatch: 1", "virtualNetworks:"]
    lines.append("  hub:\n    addressPrefixes: 10.0.0.0/16\n    subnets: {nva: {addressPrefix: 10.0.0.0/24}}")
    lines.append("    virtualNetworkPeerings:")
    lines += [f"      to-{n}: {{remoteVirtualNetwork: spoke-{n}}}" for n in range(1, number + 1)]
    for n in range(1, number + 1):
        lines.append(f"  spoke-{n}:\n    addressPrefixes: 10.{n}.0.0/16")
        lines.append(f"    subnets: {{work: {{addressPrefix: 10.{n}.0.0/24, routeTable: rt}}}}")
        lines.append("    virtualNetworkPeerings: {to-hub: {remoteVirtualNetwork: hub}}")
    lines.append("routeTables:\n  rt:\n    routes:")
    lines.append("      all: {addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.0.0.4}")
    lines.append("virtualMachines:\n  fw: {networkInterfaces: {fw-nic: {subnet: hub/nva, enableIPForwarding: true}}}")
    lines += [
        f"  vm-{n}-{m}: {{networkInterfaces: {{nic-{n}-{m}: {{subnet: spoke-{n}/work}}}}}}"
        for n in range(1, number + 1)
        for m in range(nics)
    ]
    return picture(read_topology_file("n", "\n".join(lines)))


def _apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x or other.x + other.width <= one.x or one.bottom <= other.y or other.bottom <= one.y
    )


@pytest.mark.parametrize(("spokes", "nics"), [(1, 1), (4, 3), (12, 10), (30, 4)])
def test_boxes_stand_in_their_parents_and_apart_from_their_neighbours(spokes: int, nics: int) -> None:
    shown = _spokes(spokes, nics)
    places = layout(shown)
    for network, outer in zip(shown.networks, places.networks, strict=True):
        areas = [places.boxes[area.key] for area in network.areas]
        assert all(outer.x < box.x and box.x + box.width < outer.x + outer.width for box in areas)
        assert all(outer.y < box.y and box.bottom < outer.bottom for box in areas)
        for area, box in zip(network.areas, areas, strict=True):
            cards = [places.boxes[card.key] for card in area.cards]
            assert all(box.x < card.x and card.bottom < box.bottom for card in cards)
            assert all(_apart(one, two) for at, one in enumerate(cards) for two in cards[:at])
    boxes = places.networks
    assert all(_apart(one, two) for at, one in enumerate(boxes) for two in boxes[:at])
    assert all(box.x >= 0 and box.x + box.width <= places.width and box.bottom <= places.height for box in boxes)


@pytest.mark.parametrize("spokes", [1, 4, 12, 30])
def test_lines_between_networks_cross_no_box(spokes: int) -> None:
    places = layout(_spokes(spokes))
    assert places.paths
    for path in places.paths.values():
        for (x1, y1), (x2, y2) in itertools.pairwise(path):
            assert x1 == x2 or y1 == y2
            thin = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            assert all(_apart(thin, box) for box in places.networks)


def test_routes_to_an_appliance_and_peerings_are_lines() -> None:
    lines = _spokes(2).lines
    assert [line.kind for line in lines] == ["peering", "peering", "route", "route"]
    assert {line.label for line in lines} == {"", "0.0.0.0/0"}


def test_a_peering_of_one_side_is_a_half() -> None:
    text = "netwatch: 1\nvirtualNetworks:\n"
    text += "  a: {addressPrefixes: 10.0.0.0/16, virtualNetworkPeerings: {p: {remoteVirtualNetwork: b}}}\n"
    text += "  b: {addressPrefixes: 10.1.0.0/16}\n"
    assert [line.kind for line in picture(read_topology_file("n", text)).lines] == ["half"]


def test_firewalls_and_bastions_stand_in_their_subnets_and_routes_lead_to_firewalls() -> None:
    shown = picture(load(GUARDED))
    hub, spoke = shown.networks
    cards = {area.name: [(card.kind, card.name, card.marks) for card in area.cards] for area in hub.areas}
    assert cards == {
        "AzureFirewallSubnet": [("firewall", "fw", ("public",))],
        "AzureBastionSubnet": [("bastion", "bastion", ("public",))],
    }
    assert [card.kind for card in spoke.areas[0].cards] == ["nic", "balancer"]
    (route,) = (line for line in shown.lines if line.kind == "route")
    assert (route.source, route.target) == (spoke.areas[0].key, hub.areas[0].cards[0].key)
    for write in (dot, mermaid, d2):
        assert "10.0.0.4 · firewall" in write(shown)


def test_a_firewall_or_a_bastion_whose_subnet_is_not_there_stands_outside() -> None:
    topology = load(GUARDED)
    apart = replace(topology, subnets={}, vnets={}, peerings={}, nics={})
    (outside,) = picture(apart).networks
    assert {"firewall", "bastion"} <= {card.kind for card in outside.areas[0].cards}


def test_the_caption_counts() -> None:
    assert _spokes(2, 3).caption == "3 virtual networks, 3 subnets, 7 NICs"
    assert picture(Topology()).caption == "0 virtual networks, 0 subnets, 0 NICs"


def test_an_empty_network_is_a_picture_too() -> None:
    empty = picture(Topology())
    assert ET.fromstring(svg(empty)).tag.endswith("svg")
    assert all(write(empty) for write in (dot, mermaid, d2))


def test_equal_networks_give_equal_pictures() -> None:
    assert svg(_spokes(5)) == svg(_spokes(5))


def test_no_name_breaks_out_of_its_form() -> None:
    shown = _spokes(1)
    hostile = shown._replace(networks=tuple(each._replace(name='</text>"]\n&{|<x>\x00') for each in shown.networks))
    root = ET.fromstring(svg(hostile))
    assert not [each for each in root.iter() if each.tag.endswith("}x")]
    for write in (dot, mermaid, d2):
        lines = write(hostile).splitlines()
        assert len(lines) == len(write(shown).splitlines())
    assert '\\"]\\\\n' in dot(hostile)
    assert '\\"]\\\\n' in d2(hostile)
    assert "&lt;x&gt;" in svg(hostile)
    assert "#lt;x#gt;" in mermaid(hostile)


def test_a_hub_is_a_box_with_lines_to_its_networks_and_to_other_hubs() -> None:
    found = picture(read_lab())
    hubs = [network for network in found.networks if network.is_hub]
    assert [(hub.name, hub.detail, [card.name for card in hub.areas[0].cards]) for hub in hubs] == [
        ("hub1", "10.10.0.0/23", ["gw1"]),
        ("hub2", "10.11.0.0/23", ["gw2"]),
    ]
    named = {network.key: network.name for network in found.networks}
    lines = [(named[line.source], named[line.target]) for line in found.lines if line.kind == "peering"]
    assert lines[:4] == [("hub1", "vnet1"), ("hub1", "vnet2"), ("hub1", "vnet3"), ("hub1", "hub2")]
    assert [line.label for line in found.lines if line.kind == "connection"] == ["to1", "to2"]
    assert found.caption == "6 virtual networks, 6 subnets, 4 NICs, 2 virtual hubs"
    assert all(each in svg(found) for each in ("hub1", "gw2", "branch1"))


def test_a_line_into_its_own_cluster_begins_inside() -> None:
    """Graphviz warns of a line that begins at the border of what its other end stands in."""
    text = """netwatch: 1
virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24, routeTable: rt}}}}
routeTables:
  rt: {routes: {r: {addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.0.0.4}}}
virtualMachines: {fw: {networkInterfaces: {nic: {subnet: v/s, enableIPForwarding: true}}}}
"""
    (line,) = [each for each in dot(picture(read_topology_file("n", text))).splitlines() if " -> " in each]
    assert "ltail" not in line
    assert "ltail" in dot(_spokes(1))


def test_a_label_is_what_its_program_reads_as_text() -> None:
    """As the programs have it: Mermaid takes a leading backtick for Markdown and no empty title; D2 reads ``$x``."""
    shown = _spokes(1)
    named = shown._replace(networks=tuple(each._replace(name="`${x}`", detail="") for each in shown.networks))
    assert '["#96;${x}#96;"]' in mermaid(named)
    assert '"`\\${x}`"' in d2(named)
    blank = shown._replace(networks=tuple(each._replace(name="", detail="") for each in shown.networks))
    assert '[" "]' in mermaid(blank)
