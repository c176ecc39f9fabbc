"""What a person typed, turned into what is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.engines.targets import (
    check_running,
    find_nic,
    find_nic_of_vm,
    find_subnet,
    find_vm,
    not_allocated,
    parse_endpoint,
    several_nics,
)
from netwatch.errors import InvalidFlowError, RefusedByAzureError, ResourceNotFoundError
from netwatch.model.addresses import ANY_PORT, parse_address
from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.networks import Net, Nic, arm_id, network


def net() -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24"), "v/b": Net("10.0.2.0/24"), "w/a": Net("10.1.1.0/24")},
        nics={
            "web-0-nic": Nic("v/a", "10.0.1.4"),
            "fw-outside": Nic("v/a", "10.0.1.5", vm="fw"),
            "fw-inside": Nic("v/b", "10.0.2.5", vm="fw", primary=False),
        },
    )


def test_names_are_found_in_any_case_and_ids_too() -> None:
    assert find_vm(net(), "WEB-0").id.name == "web-0"
    assert find_vm(net(), arm_id("virtualMachines", "web-0").text.upper()).id.name == "web-0"
    assert find_vm(net(), arm_id("virtualMachines", "web-0").text + "/").id.name == "web-0"


def test_of_several_nics_one_that_forwards_wants_naming() -> None:
    topology = net()
    taken, other = topology.nics_of[arm_id("virtualMachines", "fw").key]
    assert isinstance(taken.vm, ResourceId)
    assert several_nics(topology, taken.vm, taken) == "fw has several network interfaces; fw-outside is taken"
    nics = {**topology.nics, other.id.key: replace(other, ip_forwarding=True)}
    said = several_nics(replace(topology, nics=nics), taken.vm, taken)
    assert said.endswith("fw-outside is taken; Azure wants it named, since fw-inside forwards")
    assert several_nics(topology, arm_id("virtualMachines", "web-0"), taken) == ""


def test_a_name_nobody_has_lists_the_nearest() -> None:
    with pytest.raises(ResourceNotFoundError, match=r"no virtual machine is called 'web'\. Did you mean web-0"):
        find_vm(net(), "web")
    with pytest.raises(ResourceNotFoundError, match=r"is called 'zebra'\. The input has: web-0, fw\."):
        find_vm(net(), "zebra")
    machines = [Nic("v/a", f"10.0.1.{number}", vm=f"machine-{number}") for number in range(4, 10)]
    many = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24")},
        nics={f"nic-{number}": nic for number, nic in enumerate(machines)},
    )
    with pytest.raises(ResourceNotFoundError, match=r"The input has: machine-4, .*machine-8, …"):
        find_vm(many, "zebra")


def test_a_name_two_have_lists_their_ids() -> None:
    with pytest.raises(ResourceNotFoundError, match="2 subnets are called 'a'") as caught:
        find_subnet(net(), "a")
    assert arm_id("virtualNetworks/subnets", "w/a").text in str(caught.value)


def test_a_subnet_is_named_with_its_network() -> None:
    assert (
        find_subnet(net(), "w/A").prefixes == find_subnet(net(), arm_id("virtualNetworks/subnets", "w/a").text).prefixes
    )
    assert find_subnet(net(), "b").id.name == "b"


def test_a_machine_stands_for_its_primary_nic() -> None:
    assert find_nic(net(), "fw").id.name == "fw-outside"
    assert find_nic(net(), "fw-inside").id.name == "fw-inside"


def test_the_nic_of_a_machine_by_name_then_address_then_primary() -> None:
    fw = find_vm(net(), "fw")
    inside = parse_address("10.0.2.5")
    assert find_nic_of_vm(net(), fw, name="fw-outside", address=inside).id.name == "fw-outside"
    assert find_nic_of_vm(net(), fw, address=inside).id.name == "fw-inside"
    assert find_nic_of_vm(net(), fw, address=parse_address("123.4.5.6")).id.name == "fw-outside"
    with pytest.raises(ResourceNotFoundError, match="no network interface of fw"):
        find_nic_of_vm(net(), fw, name="web-0-nic")


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.0.0.4:443", "10.0.0.4", 443),
        ("[fd00::4]:443", "fd00::4", 443),
        ("10.0.0.4:*", "10.0.0.4", ANY_PORT),
        (":443", None, 443),
    ],
)
def test_endpoints(text: str, address: str | None, port: int) -> None:
    found = parse_endpoint(text, what="`local`")
    assert found == (parse_address(address) if address else None, port)


@pytest.mark.parametrize("text", ["10.0.0.4", "443", "fd00::4:443", "10.0.0.4:70000", "10.0.0:1", "10.0.0.4:-1", ""])
def test_what_is_no_endpoint_is_named(text: str) -> None:
    with pytest.raises(InvalidFlowError, match="`local`"):
        parse_endpoint(text, what="`local`")


def test_a_machine_that_is_declared_to_stand_still_is_refused_as_azure_does() -> None:
    vm = arm_id("virtualMachines", "web-0")
    topology = replace(net(), facts=Facts(power_state={vm.key: "stopped"}))
    with pytest.raises(RefusedByAzureError) as refused:
        check_running(topology, find_nic(topology, "web-0"), code="NicMustRun", what="routes", answer=None)
    assert (refused.value.code, refused.value.status) == ("NicMustRun", 400)


def test_a_nic_that_no_machine_holds_is_refused_with_what_the_answer_would_be() -> None:
    nic = replace(find_nic(net(), "web-0"), vm=None)
    with pytest.raises(RefusedByAzureError, match="must be attached to a running virtual machine") as refused:
        check_running(net(), nic, code="NicMustRun", what="routes", answer="five rows")
    assert refused.value.answer == "five rows"
    answered = replace(net(), semantics=Semantics(nic_without_machine="answered"))
    check_running(answered, nic, code="NicMustRun", what="routes", answer=None)


def test_a_nic_of_a_machine_that_the_input_does_not_hold_is_taken_to_run() -> None:
    nic = replace(find_nic(net(), "web-0"), vm=Unresolved("it is not in the input"))
    check_running(net(), nic, code="NicMustRun", what="routes", answer=None)


@pytest.mark.parametrize(("state", "sentences"), [("deallocated", 1), ("stopped", 0), ("running", 0)])
def test_a_machine_that_is_not_allocated_is_remarked_on(state: str, sentences: int) -> None:
    vm = find_vm(net(), "web-0")
    topology = replace(net(), facts=Facts(power_state={vm.id.key: state}))
    assert len(not_allocated(topology, vm)) == sentences


def test_a_machine_of_which_nothing_is_declared_is_taken_to_run() -> None:
    check_running(net(), find_nic(net(), "web-0"), code="NicMustRun", what="routes", answer=None)
