"""One flow at one machine, as a person asks about it: the machine, the NIC, the direction and the 5-tuple."""

from __future__ import annotations

from typing import NamedTuple

from netwatch.engines.targets import Endpoint, find_nic_of_vm, find_vm, parse_endpoint, primary_configuration
from netwatch.errors import InvalidFlowError, ResourceNotFoundError
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.resources import NetworkInterface, VirtualMachine
from netwatch.model.topology import Topology

__all__ = ["AskedFlow", "asked_flow"]


class AskedFlow(NamedTuple):
    """A flow that crosses ``nic`` of ``vm`` in ``direction``; the flow itself is named from its opener's side."""

    vm: VirtualMachine
    nic: NetworkInterface
    direction: Direction
    flow: Flow


def asked_flow(
    topology: Topology, vm: str, *, direction: str, protocol: str, local: str, remote: str, nic: str = ""
) -> AskedFlow:
    """The flow that the words mean: ``local`` is the machine's end, ``remote`` the other one, in both directions.

    The port of the opener (remote when inbound) may be ``*``; a ``local`` without an address is the NIC's own. Without
    ``nic``, the NIC that has the local address is taken, else the primary one.
    Raises ResourceNotFoundError and InvalidFlowError.
    """
    machine = find_vm(topology, vm)
    way, kind = _direction(direction), _protocol(protocol)
    local_end = parse_endpoint(local, what="`local`")
    remote_end = parse_endpoint(remote, what="`remote`")
    _check_ports(way, local_end, remote_end)
    if remote_end.address is None:
        raise InvalidFlowError(f"`remote` {remote!r} has no address.", hint="Expected 203.0.113.7:50123.")
    card = find_nic_of_vm(topology, machine, name=nic, address=local_end.address)
    own = local_end.address or _own_address(card, remote_end.address.version)
    if own.version != remote_end.address.version:
        raise InvalidFlowError(f"{own} and {remote_end.address} are of different families.")
    return AskedFlow(machine, card, way, _flow(way, kind, Endpoint(own, local_end.port), remote_end))


def _direction(text: str) -> Direction:
    try:
        return Direction.parse(text)
    except ValueError as error:
        raise InvalidFlowError(f"`direction`: {error}.") from None


def _protocol(text: str) -> Protocol:
    """TCP and UDP only, as in Azure: "IP flow verify overview"."""
    try:
        protocol = Protocol.parse(text)
    except ValueError:
        protocol = Protocol.ANY
    if not protocol.has_ports:
        raise InvalidFlowError(f"`protocol` {text!r} cannot be asked here.", hint="IP flow verify takes TCP or UDP.")
    return protocol


def _check_ports(direction: Direction, local: Endpoint, remote: Endpoint) -> None:
    """``*`` is for the opener's side alone, as the REST specification has it."""
    is_inbound = direction is Direction.INBOUND
    called, what, opener = (local, "`local`", "remote") if is_inbound else (remote, "`remote`", "local")
    if called.port == ANY_PORT:
        raise InvalidFlowError(
            f"{what}: the port of the side that is called cannot be *.",
            hint=f"{direction.value} flows are opened by the {opener} side.",
        )


def _own_address(nic: NetworkInterface, version: int) -> Address:
    config = primary_configuration(nic, version)
    if config is None or not isinstance(config.private_ip, Address):
        why = f": {config.private_ip}" if config is not None and config.private_ip is not None else ""
        raise ResourceNotFoundError(
            f"the IPv{version} address of {nic.id.name} is not known{why}.",
            where=nic.where,
            hint="Give it with `local`.",
        )
    return config.private_ip


def _flow(direction: Direction, protocol: Protocol, local: Endpoint, remote: Endpoint) -> Flow:
    src, dst = (remote, local) if direction is Direction.INBOUND else (local, remote)
    assert src.address is not None
    assert dst.address is not None
    return Flow(protocol, src.address, src.port, dst.address, dst.port)
