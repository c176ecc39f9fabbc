"""Which backend a load balancer hands a flow to."""

from __future__ import annotations

import pytest

from tests.unit.engines.hub import HUB, check, issues, names, read

TO_TWO = {"one": "10.2.0.0/16 10.0.1.100", "two": "10.1.0.0/16 10.0.1.100"}


def test_the_first_of_the_pool_in_both_directions() -> None:
    answer = check(read(**TO_TWO), "one-0", "two-0")
    assert names(answer) == ["one-0-nic", "to-hub", "ilb", "fw-0-nic", "to-two", "two-0-nic"]
    assert "ilb is taken to hand the flow to fw-0-nic, the first of 2 that run, on the same port" in answer.notes
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == [
        "two-0-nic",
        "to-hub",
        "ilb",
        "fw-0-nic",
        "to-one",
        "one-0-nic",
    ]
    assert (answer.status, answer.returned.problems) == ("Reachable", ())


@pytest.mark.parametrize(
    ("off", "backend"), [("fw-0: stopped", "fw-1-nic"), ("fw-1: stopped", "fw-0-nic"), ("jump: stopped", "fw-0-nic")]
)
def test_one_that_runs(off: str, backend: str) -> None:
    answer = check(read(**TO_TWO, more=f"facts: {{powerState: {{{off}}}}}\n"), "one-0", "two-0")
    assert (answer.status, names(answer)[3]) == ("Reachable", backend)


def test_none_that_runs() -> None:
    answer = check(read(**TO_TWO, more="facts: {powerState: {fw-0: stopped, fw-1: stopped}}\n"), "one-0", "two-0")
    assert issues(answer) == [("ilb", "Local", "NoBackendRuns")]


def test_as_destination_the_backend_is_the_end() -> None:
    answer = check(read(), "one-0", "10.0.1.100", dest_port=443)
    assert (answer.status, names(answer)) == ("Reachable", ["one-0-nic", "to-hub", "ilb", "fw-0-nic"])
    assert answer.hops[-1].type == "VirtualNetwork"


def test_rules_see_the_backends_address() -> None:
    group = "networkSecurityGroups: {nsg: {securityRules: {no: {priority: 100, access: Deny, destination: DEST}}}}\n"
    text = HUB.replace(
        "nva: {addressPrefix: 10.0.1.0/24", "nva: {addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg"
    )
    denied = check(read(text + group.replace("DEST", "10.0.1.4")), "one-0", "10.0.1.100")
    assert issues(denied) == [("fw-0-nic", "Inbound", "UserRule_no")]
    assert check(read(text + group.replace("DEST", "10.0.1.100")), "one-0", "10.0.1.100").status == "Reachable"


def test_a_backend_does_not_hand_to_itself() -> None:
    answer = check(read(), "fw-0", "10.0.1.100")
    assert names(answer) == ["fw-0-nic", "ilb", "fw-1-nic"]
    alone = check(read(more="facts: {powerState: {fw-1: stopped}}\n"), "fw-0", "10.0.1.100")
    assert issues(alone) == [("ilb", "Outbound", "Default")]
