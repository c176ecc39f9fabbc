"""From ARM requests to methods and arguments."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Case, find_cases
from netwatch.conformance.questions import QUESTIONS, SCRUBBED, Question, true_subscriptions
from netwatch.engines.diagnostic_profile import Profile
from netwatch.errors import InvalidFlowError
from tests.unit.conformance.case_files import SUBSCRIPTION, flow_case, network, next_hop_case
from tests.unit.conformance.conftest import Write

VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-0"
NIC = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/web-0-nic"


def asked(write: Write, case: dict[str, Any]) -> Question:
    read = only(write, case)
    return QUESTIONS[read.operation](read)


def only(write: Write, case: dict[str, Any]) -> Case:
    (read,) = find_cases(write(case=case))
    return read


def test_ip_flow_verify(write: Write) -> None:
    assert asked(write, flow_case()) == Question(
        "ip_flow_verify",
        VM,
        {"direction": "Inbound", "protocol": "TCP", "local": "10.0.1.4:22", "remote": "8.8.8.8:*", "nic": ""},
    )


@pytest.mark.parametrize("key", ["targetNicResourceId", "targetNICResourceId", "TARGETNICRESOURCEID"])
def test_the_nic_may_be_spelt_in_any_case(write: Write, key: str) -> None:
    case = flow_case()
    case["request"][key] = NIC
    assert asked(write, case).arguments["nic"] == NIC


def test_ipv6_endpoints_get_brackets_and_ports_may_be_numbers(write: Write) -> None:
    case = flow_case()
    case["request"].update(localIPAddress="fd00::4", localPort=22, remoteIPAddress="fd00::5", remotePort=50000)
    arguments = asked(write, case).arguments
    assert (arguments["local"], arguments["remote"]) == ("[fd00::4]:22", "[fd00::5]:50000")


def test_next_hop(write: Write) -> None:
    arguments = {"source_ip": "10.0.1.4", "dest_ip": "8.8.8.8", "nic": ""}
    assert asked(write, next_hop_case()) == Question("next_hop", VM, arguments)


PROFILE = {
    "direction": "Inbound",
    "protocol": "TCP",
    "source": "8.8.8.8",
    "destination": "10.0.1.4",
    "destinationPort": "22",
}


def diagnostic(**request: Any) -> dict[str, Any]:
    return flow_case(operation="networkConfigurationDiagnostic", request={"targetResourceId": VM, **request})


@pytest.mark.parametrize("key", ["profiles", "queries"])
def test_nsg_diagnostics(write: Write, key: str) -> None:
    question = asked(write, diagnostic(**{key: [PROFILE]}, verbosityLevel="Normal"))
    assert (question.method, question.target) == ("network_configuration_diagnostic", VM)
    profile = Profile("Inbound", "TCP", "8.8.8.8", "10.0.1.4", "22")
    assert question.arguments == {"profiles": [profile], "verbosity": "Normal"}


def test_a_diagnostic_may_have_several_profiles(write: Write) -> None:
    question = asked(write, diagnostic(profiles=[PROFILE, {**PROFILE, "direction": "Outbound"}]))
    inbound = Profile("Inbound", "TCP", "8.8.8.8", "10.0.1.4", "22")
    assert question.arguments["profiles"] == [inbound, inbound._replace(direction="Outbound")]


@pytest.mark.parametrize("profiles", [[], ["Inbound"]])
def test_a_diagnostic_has_a_profile(write: Write, profiles: list[Any]) -> None:
    with pytest.raises(InvalidFlowError, match="no profile"):
        asked(write, diagnostic(profiles=profiles))


def test_security_group_view(write: Write) -> None:
    case = flow_case(operation="securityGroupView", request={"targetResourceId": VM})
    assert asked(write, case) == Question("security_group_view", VM, {})


@pytest.mark.parametrize(
    ("operation", "method"),
    [("effectiveRouteTable", "effective_routes"), ("effectiveNetworkSecurityGroups", "effective_rules")],
)
def test_what_is_posted_on_a_nic_finds_it_in_the_target_or_the_url(write: Write, operation: str, method: str) -> None:
    by_target = flow_case(operation=operation, request=None, targetResourceId=NIC)
    by_url = flow_case(operation=operation, request=None, url=f"{NIC}/{operation}?api-version=2024-05-01")
    assert asked(write, by_target) == asked(write, by_url) == Question(method, NIC, {})


@pytest.mark.parametrize(
    ("request_body", "arguments"),
    [
        ({"targetResourceGroupName": "rg"}, {"resource_group": "rg"}),
        ({"targetVirtualNetwork": {"id": "/v"}}, {"vnet": "/v"}),
        ({"targetSubnet": {"id": "/v/subnets/s"}}, {"subnet": "/v/subnets/s"}),
    ],
)
def test_topology_has_three_forms(write: Write, request_body: dict[str, Any], arguments: dict[str, str]) -> None:
    assert asked(write, flow_case(operation="topology", request=request_body)) == Question("topology", None, arguments)


def test_a_topology_is_of_the_region_of_the_watcher_that_was_asked(write: Write) -> None:
    watcher = {"id": "/s/WATCHERS/w", "name": "w", "type": "Microsoft.Network/networkWatchers", "location": "westus"}
    case = flow_case(operation="topology", request={"targetResourceGroupName": "rg"}, url="/s/watchers/w/topology")
    case["topology"] = {"resources": [*case["topology"]["resources"], watcher]}
    assert asked(write, case).arguments == {"resource_group": "rg", "location": "westus"}


def test_a_topology_of_nothing_is_refused(write: Write) -> None:
    with pytest.raises(InvalidFlowError, match="names no resource group"):
        asked(write, flow_case(operation="topology", request={}))


def test_a_scrubbed_topology_is_asked_with_the_scrubbed_subscription(write: Write) -> None:
    case = next_hop_case(topology={"resources": network(SCRUBBED)})
    assert true_subscriptions(only(write, case)) == {SUBSCRIPTION}
    assert asked(write, case).target == VM.replace(SUBSCRIPTION, SCRUBBED)


def test_a_resource_that_was_not_scrubbed_does_not_hide_that_the_others_were(write: Write) -> None:
    other = network("22222222-2222-2222-2222-222222222222")[1]
    case = next_hop_case(topology={"resources": [*network(SCRUBBED), other]})
    assert true_subscriptions(only(write, case)) == {SUBSCRIPTION}
    held = next_hop_case(topology={"resources": [*network(SCRUBBED), *network()]})
    assert true_subscriptions(only(write, held)) == frozenset()


def test_another_subscription_than_the_topologys_stays_another(write: Write) -> None:
    case = next_hop_case(topology={"resources": network("22222222-2222-2222-2222-222222222222")})
    assert true_subscriptions(only(write, case)) == frozenset()
    assert asked(write, case).target == VM
