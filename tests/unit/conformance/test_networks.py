"""When two recorded questions are one question about one network."""

from __future__ import annotations

import copy
from typing import Any

from netwatch.conformance.cases import Case, find_cases
from netwatch.conformance.networks import network_of
from tests.unit.conformance.case_files import flow_case
from tests.unit.conformance.conftest import Write


def two(write: Write, changed: dict[str, Any]) -> tuple[Case, Case]:
    first, second = find_cases(write(a=flow_case(), b=changed))
    return first, second


def test_spelling_locations_and_what_is_not_evaluated_do_not_count(write: Write) -> None:
    changed = copy.deepcopy(flow_case())
    changed["request"]["protocol"] = "tcp"
    resources = changed["topology"]["resources"]
    resources[1]["id"] = resources[1]["id"].upper()
    for resource in resources:
        resource["location"] = "westus"
    resources.append({"id": "/subscriptions/s/x", "type": "Microsoft.Network/networkWatchers", "location": "westus"})
    one, other = (network_of(case) for case in two(write, changed))
    assert one == other


def test_an_address_counts(write: Write) -> None:
    changed = copy.deepcopy(flow_case())
    changed["topology"]["resources"][2]["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = (
        "10.0.1.5"
    )
    one, other = (network_of(case) for case in two(write, changed))
    assert one.question == other.question
    assert one.resources != other.resources


def test_a_network_that_cannot_be_read_equals_no_other(write: Write) -> None:
    broken = copy.deepcopy(flow_case())
    broken["topology"]["resources"][0]["properties"]["addressSpace"]["addressPrefixes"] = ["x"]
    one, other = (network_of(case) for case in find_cases(write(a=broken, b=broken)))
    assert one != other


def test_bound_groups_and_accesses_are_known(write: Write) -> None:
    (network,) = (network_of(case) for case in find_cases(write(a=flow_case())))
    assert network.has_bound_nsg
    assert network.access_of == {}
