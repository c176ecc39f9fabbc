"""Text of a connectivity check beyond the hops: how the flow leaves, and how replies come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model.addresses import parse_address
from netwatch.model.answers import Egress, Hop, ReturnPath
from netwatch.model.topology import Topology
from netwatch.render.explanation import explanation
from netwatch.render.text import answer_line, text
from tests.unit.render.answers import NIC, NSG, path

BACK = (Hop("Source", "b-nic", None, None), Hop("VirtualNetworkPeering", "to-a", None, None), *path().hops[:1])
ONE_WAY = ReturnPath(BACK, "Returned", ("fw sees the way there only",))


@pytest.mark.parametrize(
    ("egress", "line"),
    [
        (Egress("NatGateway", NIC.id, parse_address("20.0.0.4"), NSG.id), f"by NAT gateway {NSG.id.name}, as 20.0.0.4"),
        (Egress("PublicIpAddress", NIC.id, None, NSG.id), f"by its public address {NSG.id.name}"),
        (Egress("LoadBalancer", NIC.id, None, NSG.id), f"by load balancer {NSG.id.name}"),
        (Egress("DefaultOutbound", NIC.id), "by default outbound access, with an address that Azure picks"),
        (Egress("None", NIC.id), "by nothing"),
    ],
)
def test_how_the_flow_leaves(egress: Egress, line: str) -> None:
    assert f"  {NIC.id.name} leaves to the Internet {line}" in text(replace(path(), egress=egress), width=200)


def test_how_replies_come_back() -> None:
    shown = text(replace(path(), returned=ONE_WAY), width=200)
    assert "  replies: b-nic → a-nic; the groups that let the flow pass ask no rule for them\n" in shown
    assert "  fw sees the way there only\n" in shown
    assert shown.endswith("maximum 10; 1 problem on the way back\n")
    assert "replies: b-nic → to-a → a-nic" in text(replace(path(), returned=ONE_WAY), width=200, verbose=True)


def test_lost_replies_are_the_answer_where_no_hop_is_at_fault() -> None:
    lost = ReturnPath(BACK, "Dropped", ("replies do not come back", "fw sees the way there only"))
    answer = replace(path(), status="Unreachable", returned=lost, avg_latency_ms=None)
    assert answer_line(answer) == "Unreachable: replies do not come back"
    assert "not reached" not in text(answer)
    assert "not reached" in text(replace(answer, returned=None))


def test_an_explanation_has_the_way_out_and_the_way_back() -> None:
    egress = Egress("NatGateway", NIC.id, parse_address("20.0.0.4"), NSG.id)
    found = explanation(replace(path(), returned=ONE_WAY, egress=egress, notes=("a note",)), Topology())
    assert found["egress"] == {
        "kind": "NatGateway",
        "nic": NIC.id.text,
        "address": "20.0.0.4",
        "resource": NSG.id.text,
    }
    assert (found["return"]["outcome"], found["return"]["problems"]) == ("Returned", ["fw sees the way there only"])
    assert [hop["name"] for hop in found["return"]["hops"]] == ["b-nic", "to-a", "a-nic"]
    assert found["notes"] == ["a note"]
    bare = explanation(path(), Topology())
    assert (bare["egress"], bare["return"]) == (None, None)
