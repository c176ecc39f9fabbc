"""What a person typed, turned into the machine, the NIC or the endpoint that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from netwatch.errors import InvalidFlowError, RefusedByAzureError, ResourceNotFoundError
from netwatch.model.addresses import ANY_PORT, Address, parse_address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = [
    "Endpoint",
    "check_running",
    "find_nic",
    "find_nic_of_vm",
    "find_subnet",
    "find_target",
    "find_vm",
    "find_vnet",
    "not_allocated",
    "parse_endpoint",
    "parse_ip",
    "primary_configuration",
    "several_nics",
    "subnet_of",
]

_Named = TypeVar("_Named", bound=VirtualMachine | NetworkInterface | VirtualNetwork | Subnet)


def find_vm(topology: Topology, name: str) -> VirtualMachine:
    """The virtual machine that ``name`` (its name where unique, else its id) means; ResourceNotFoundError otherwise."""
    return _find(topology.vms, name, "virtual machine", topology.vms_called)


def find_target(topology: Topology, name: str) -> VirtualMachine | NetworkInterface:
    """The machine or the NIC that ``name`` means; ResourceNotFoundError where none does, or one of each."""
    held: dict[str, VirtualMachine | NetworkInterface] = {**topology.vms, **topology.nics}
    return _find(held, name, "virtual machine or network interface")


def find_vnet(topology: Topology, name: str) -> VirtualNetwork:
    """The virtual network that ``name`` means; ResourceNotFoundError otherwise."""
    return _find(topology.vnets, name, "virtual network")


def find_subnet(topology: Topology, name: str) -> Subnet:
    """The subnet that ``name`` means: its id, ``vnet/subnet``, or its name where unique."""
    vnet_name, slash, subnet_name = name.partition("/")
    if slash and vnet_name:
        vnet = find_vnet(topology, vnet_name)
        return _find({s.id.key: s for s in topology.subnets_of.get(vnet.id.key, ())}, subnet_name, "subnet")
    return _find(topology.subnets, name, "subnet")


def find_nic(topology: Topology, name: str) -> NetworkInterface:
    """The NIC that ``name`` means: a NIC's name or id, or a machine's, whose primary NIC is taken then."""
    try:
        return _find(topology.nics, name, "network interface")
    except ResourceNotFoundError as not_found:
        machines = [vm for vm in topology.vms.values() if name.lower() in (vm.id.name.lower(), vm.id.key)]
        if len(machines) != 1:
            raise not_found from None
        return find_nic_of_vm(topology, machines[0])


def check_running(topology: Topology, nic: NetworkInterface, *, code: str, what: str, answer: object) -> None:
    """RefusedByAzureError ``code`` where no machine holds ``nic``, or its machine is declared not to run.

    Azure knows what is effective only at running machines (recorded; in 2016 a NIC without a machine had a code of its
    own, from 2017 on both have this one). A machine of which nothing is declared is taken to run: a network that is not
    deployed yet can be asked. ``what`` is asked for, ``answer`` what it would be.
    """
    why = _why_not_running(topology, nic)
    if why:
        raise RefusedByAzureError(
            f"A network interface must be attached to a running virtual machine to get effective {what}. The network "
            f"interface {nic.id.text} is not attached to a running virtual machine.",
            code=code,
            hint=why,
            answer=answer,
        )


def _why_not_running(topology: Topology, nic: NetworkInterface) -> str:
    """Why Azure would not find ``nic`` at a running machine; empty where it would."""
    if nic.vm is None and topology.semantics.nic_without_machine == "refused":
        return "No machine of the input holds it (see --semantics nicWithoutMachine)."
    state = topology.facts.power_state.get(nic.vm.key, "running") if isinstance(nic.vm, ResourceId) else "running"
    if state == "running":
        return ""
    return f"Its machine is declared {state} (facts.powerState); without that it is taken to run."


def not_allocated(topology: Topology, vm: VirtualMachine) -> tuple[str, ...]:
    """A sentence where a machine is declared deallocated: Azure wants it allocated to answer of it.

    Source: "Verify IP flow with the REST API"; with which error it refuses is not known.
    """
    if topology.facts.power_state.get(vm.id.key) != "deallocated":
        return ()
    return (f"{vm.id.name} is declared deallocated, and Azure answers only of machines that are allocated",)


def find_nic_of_vm(
    topology: Topology, vm: VirtualMachine, *, name: str = "", address: Address | None = None
) -> NetworkInterface:
    """The NIC of ``vm`` that a question is about.

    The one that ``name`` means if it is given; else the one that has ``address``; else the primary one.
    """
    nics = topology.nics_of.get(vm.id.key, ())
    if not nics:
        raise ResourceNotFoundError(
            f"{vm.id.name} has no network interface in the input.",
            where=vm.where,
            hint="A question to Network Watcher is about one of a machine's network interfaces.",
        )
    if name:
        return _find({nic.id.key: nic for nic in nics}, name, f"network interface of {vm.id.name}")
    for nic in nics:
        if address is not None and any(config.private_ip == address for config in nic.ip_configurations):
            return nic
    return nics[0]


def subnet_of(topology: Topology, nic: NetworkInterface) -> Subnet:
    """The subnet of ``nic``; ResourceNotFoundError where the input does not hold it."""
    subnet = topology.subnet_of(nic)
    if isinstance(subnet, Subnet):
        return subnet
    why = f": {subnet.reason}" if isinstance(subnet, Unresolved) else ""
    raise ResourceNotFoundError(
        f"the subnet of {nic.id.name} is not known{why}.", where=nic.where, hint="Add the subnet to the input."
    )


def primary_configuration(nic: NetworkInterface, version: int = 4) -> IpConfiguration | None:
    """The ip configuration of one family that stands for ``nic``: the primary one, else the first; None without any."""
    found = [
        c for c in nic.ip_configurations if not isinstance(c.private_ip, Address) or c.private_ip.version == version
    ]
    return next((config for config in found if config.primary), found[0] if found else None)


class Endpoint(NamedTuple):
    """One end of a flow as asked: ``address`` None means "the NIC's own", ``port`` may be ANY_PORT."""

    address: Address | None
    port: int


def parse_endpoint(text: str, *, what: str) -> Endpoint:
    """The endpoint in ``10.0.0.4:443``, ``[fd00::4]:443``, ``:443`` or with ``*`` as port; InvalidFlowError otherwise.

    ``what`` names the argument in the message.
    """
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        raise InvalidFlowError(
            f"{what} {text!r} is not an address and a port.",
            hint="Expected 10.0.0.4:443 or [fd00::4]:443; `local` may be :443, at the machine's own address.",
        )
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    return Endpoint(parse_ip(bare, what=what) if bare else None, _parse_port(port, what=what, text=text))


def _parse_port(port: str, *, what: str, text: str) -> int:
    if port == "*":
        return ANY_PORT
    if port.isascii() and port.isdigit() and int(port) <= 65535:
        return int(port)
    raise InvalidFlowError(
        f"{what} {text!r}: {port!r} is not a port.", hint="Expected 0 to 65535, or * where it is open."
    )


def parse_ip(text: str, *, what: str) -> Address:
    """The address that ``text`` spells; InvalidFlowError, naming the argument ``what``, otherwise."""
    try:
        return parse_address(text)
    except ValueError as error:
        raise InvalidFlowError(f"{what}: {error}.", hint="Expected an address such as 10.0.0.4 or fd00::4.") from None


def _find(
    resources: Mapping[str, _Named], name: str, noun: str, called: Mapping[str, tuple[_Named, ...]] | None = None
) -> _Named:
    """The resource of that id or name; ``called``: those of each lower-case name, where there is such an index."""
    key = name.lower().rstrip("/")
    if key in resources:
        return resources[key]
    found = called.get(key, ()) if called is not None else _called(resources, key)
    if len(found) == 1:
        return found[0]
    if found:
        ids = "\n  ".join(resource.id.text for resource in found)
        raise ResourceNotFoundError(
            f"{len(found)} {_plural(noun)} are called {name!r}:\n  {ids}\n", hint="Name it by its id."
        )
    raise ResourceNotFoundError(f"no {noun} is called {name!r}.", hint=_nearest(resources, name, noun))


def _called(resources: Mapping[str, _Named], key: str) -> tuple[_Named, ...]:
    return tuple(each for each in resources.values() if each.id.name.lower() == key)


def several_nics(topology: Topology, vm: ResourceId, taken: NetworkInterface) -> str:
    """A sentence where a machine has several NICs and the question names none; empty where it has one.

    Azure asks for one where any of them forwards (REST specification of Network Watcher, targetNicResourceId).
    """
    nics = topology.nics_of.get(vm.key, ())
    if len(nics) < 2:
        return ""
    forwards = next((nic.id.name for nic in nics if nic.ip_forwarding), "")
    wanted = f"; Azure wants it named, since {forwards} forwards" if forwards else ""
    return f"{vm.name} has several network interfaces; {taken.id.name} is taken{wanted}"


def _plural(noun: str) -> str:
    head, of, tail = noun.partition(" of ")
    return f"{head.replace(' or ', 's or ')}s{of}{tail}"


def _nearest(resources: Mapping[str, _Named], name: str, noun: str) -> str:
    from difflib import get_close_matches

    names = list(dict.fromkeys(resource.id.name for resource in resources.values()))
    if not names:
        return f"The input has no {noun} at all."
    by_key = {known.lower(): known for known in names}
    wanted = ResourceId(name).name.lower()
    near = [by_key[key] for key in get_close_matches(wanted, by_key, n=3)]
    if near:
        return f"Did you mean {', '.join(near)}?"
    return f"The input has: {', '.join(names[:5])}{', …' if len(names) > 5 else '.'}"
