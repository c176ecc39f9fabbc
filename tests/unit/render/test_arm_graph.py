"""ARM's bodies for topologies and paths."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from netwatch.model.answers import Association, Hop
from netwatch.render.arm import body
from tests.unit.render.answers import NIC, SUBNET, VM, path, resource, topology_answer


def test_a_topology_has_resources_with_associations_and_no_properties() -> None:
    network = resource("virtualNetworks", "vnet", Association("Contains", SUBNET))
    found = body(topology_answer(network))
    assert list(found) == ["id", "createdDateTime", "lastModified", "resources"]
    assert found["resources"] == [
        {
            "name": "vnet",
            "id": network.id.text,
            "location": "westeurope",
            "associations": [{"name": "web", "resourceId": SUBNET.text, "associationType": "Contains"}],
        }
    ]


def test_the_id_of_a_topology_depends_on_what_it_holds_and_on_nothing_else() -> None:
    one, two = resource("virtualNetworks", "a"), resource("virtualNetworks", "b")
    assert UUID(body(topology_answer(one))["id"])
    assert body(topology_answer(one)) == body(topology_answer(one))
    assert body(topology_answer(one))["id"] != body(topology_answer(two))["id"]


def test_a_path_in_the_shape_of_2025() -> None:
    found = body(path())
    assert list(found) == [
        "hops",
        "connectionStatus",
        "avgLatencyInMs",
        "minLatencyInMs",
        "maxLatencyInMs",
        "probesSent",
        "probesFailed",
        "errors",
    ]
    first, last = found["hops"]
    assert list(first) == [
        "type",
        "id",
        "address",
        "resourceId",
        "nextHopIds",
        "links",
        "previousHopIds",
        "previousLinks",
        "issues",
    ]
    assert first["resourceId"] == VM.id.text
    assert first["nextHopIds"] == [last["id"]]
    assert first["links"] == [
        {
            "nextHopId": last["id"],
            "linkType": "VirtualNetwork",
            "properties": {"roundTripTimeMin": 1, "roundTripTimeAvg": 2, "roundTripTimeMax": 10},
            "context": {},
            "issues": [],
            "resourceId": SUBNET.text,
        }
    ]
    assert last["previousHopIds"] == [first["id"]]
    assert last["previousLinks"][0]["nextHopId"] == first["id"]
    assert last["previousLinks"][0]["properties"] == {}


def test_a_link_without_a_round_trip_has_no_properties() -> None:
    hops = body(path(middle=True))["hops"]
    assert [bool(link["properties"]) for hop in hops for link in hop["links"]] == [True, False]
    assert "linkType" not in hops[1]["links"][0]
    assert hops[2]["previousHopIds"] == [hops[1]["id"]]


def test_an_unreachable_path_has_no_latencies_and_says_why() -> None:
    found = body(path(reached=False))
    assert "avgLatencyInMs" not in found
    assert (found["probesSent"], found["probesFailed"]) == (30, 30)
    assert found["hops"][1]["issues"] == [
        {
            "origin": "Inbound",
            "severity": "Error",
            "type": "NetworkSecurityRule",
            "context": [{"key": "RuleName", "value": "UserRule_no"}],
        }
    ]


def test_ids_of_hops_are_guids_that_stay_the_same() -> None:
    first, again = body(path(middle=True)), body(path(middle=True))
    assert first == again
    assert len({UUID(hop["id"]) for hop in first["hops"]}) == 3
    assert body(path())["hops"][0]["id"] != first["hops"][0]["id"]


def test_a_hop_without_resource_or_address_leaves_the_keys_out() -> None:
    answer = path()
    nowhere = Hop("Destination", "db.contoso.com", None, None)
    found = body(replace(answer, hops=(replace(answer.hops[0], address=None), nowhere)))["hops"]
    assert "address" not in found[0]
    assert "resourceId" not in found[1]
    assert found[1]["address"] == "db.contoso.com"
    assert NIC.id.text not in str(found)
