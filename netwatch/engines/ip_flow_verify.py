"""ipFlowVerify: is a packet to or from a machine allowed, and which rule says so."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.public_frontends import is_closed_without_group
from netwatch.engines.targets import Endpoint, find_nic_of_vm, find_vm, parse_endpoint, primary_configuration
from netwatch.errors import InvalidFlowError, RefusedByAzureError, ResourceNotFoundError
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.answers import IpFlowVerifyAnswer, Verdict
from netwatch.model.flow import Direction, Flow, Outcome, Protocol
from netwatch.model.resources import NetworkInterface, VirtualMachine
from netwatch.verdicts.single import verdict as verdict_at

__all__ = ["ip_flow_verify"]


def ip_flow_verify(
    compiled: CompiledTopology, vm: str, *, direction: str, protocol: str, local: str, remote: str, nic: str = ""
) -> IpFlowVerifyAnswer:
    """The verdict on one flow at a machine's NIC, as security rules alone decide it: routes are not looked at.

    ``local`` is the machine's end and ``remote`` the other one in both directions; the port of the opener (remote when
    inbound) may be ``*``. Without ``nic``, the NIC that has the local address is taken, else the primary one.

    Raises ResourceNotFoundError, InvalidFlowError, UnsupportedError; and RefusedByAzureError ``NsgsNotAppliedOnNic``
    where no group is bound, because Azure then answers HTTP 400 although the traffic passes (recorded).
    """
    machine = find_vm(compiled.topology, vm)
    way, kind = _direction(direction), _protocol(protocol)
    local_end = parse_endpoint(local, what="--local")
    remote_end = parse_endpoint(remote, what="--remote")
    _check_ports(way, local_end, remote_end)
    if remote_end.address is None:
        raise InvalidFlowError(f"--remote {remote!r} has no address.", hint="Expected 203.0.113.7:50123.")
    card = find_nic_of_vm(compiled.topology, machine, name=nic, address=local_end.address)
    own = local_end.address or _own_address(card, remote_end.address.version)
    if own.version != remote_end.address.version:
        raise InvalidFlowError(f"{own} and {remote_end.address} are of different families.")
    flow = _flow(way, kind, Endpoint(own, local_end.port), remote_end)
    found = verdict_at(compiled, card, way, flow)
    if found.outcome is Outcome.NOT_APPLICABLE:
        raise _refused(compiled, card, way, flow)
    return IpFlowVerifyAnswer(
        machine, found, _service_tags(compiled, found), _notes(compiled, machine, card, nic, found)
    )


def _direction(text: str) -> Direction:
    try:
        return Direction.parse(text)
    except ValueError as error:
        raise InvalidFlowError(f"--direction: {error}.") from None


def _protocol(text: str) -> Protocol:
    """TCP and UDP only, as in Azure: "IP flow verify overview"."""
    try:
        protocol = Protocol.parse(text)
    except ValueError:
        protocol = Protocol.ANY
    if not protocol.has_ports:
        raise InvalidFlowError(f"--protocol {text!r} cannot be asked here.", hint="IP flow verify takes TCP or UDP.")
    return protocol


def _check_ports(direction: Direction, local: Endpoint, remote: Endpoint) -> None:
    """``*`` is for the opener's side alone, as the REST specification has it."""
    opened, what = (local, "--local") if direction is Direction.INBOUND else (remote, "--remote")
    if opened.port == ANY_PORT:
        raise InvalidFlowError(
            f"{what}: the port of the side that is called cannot be *.",
            hint=f"{direction.value} flows are opened by the {'remote' if what == '--local' else 'local'} side.",
        )


def _own_address(nic: NetworkInterface, version: int) -> Address:
    config = primary_configuration(nic, version)
    if config is None or not isinstance(config.private_ip, Address):
        why = f": {config.private_ip}" if config is not None and config.private_ip is not None else ""
        raise ResourceNotFoundError(
            f"the IPv{version} address of {nic.id.name} is not known{why}.",
            where=nic.where,
            hint="Give it with --local.",
        )
    return config.private_ip


def _flow(direction: Direction, protocol: Protocol, local: Endpoint, remote: Endpoint) -> Flow:
    src, dst = (remote, local) if direction is Direction.INBOUND else (local, remote)
    assert src.address is not None
    assert dst.address is not None
    return Flow(protocol, src.address, src.port, dst.address, dst.port)


def _refused(
    compiled: CompiledTopology, nic: NetworkInterface, direction: Direction, flow: Flow
) -> RefusedByAzureError:
    closed = direction is Direction.INBOUND and is_closed_without_group(compiled.topology, nic, flow.src_ip)
    why = (
        "a Standard public address is closed to the internet until a group opens it" if closed else "no group denies it"
    )
    return RefusedByAzureError(
        f"No NSG applied on nic to allow or block traffic, nic id {nic.id.text}.",
        code="NsgsNotAppliedOnNic",
        fate=(Outcome.DENY if closed else Outcome.ALLOW).value,
        hint=f"The traffic itself is {'denied' if closed else 'allowed'}: {why}.",
    )


def _service_tags(compiled: CompiledTopology, found: Verdict) -> str:
    rules = [rule for d in found.decisions for rule in (*d.tried, *((d.rule,) if d.rule else ()))]
    return compiled.published_tags_in(tuple(rules))


def _notes(
    compiled: CompiledTopology, vm: VirtualMachine, nic: NetworkInterface, asked: str, verdict: Verdict
) -> tuple[str, ...]:
    notes = []
    if verdict.outcome is Outcome.ALLOW and any(d.rule is None for d in verdict.decisions):
        notes.append(
            "a rule denies it, but rules do not stop the platform's own services (see --semantics platformTraffic)"
        )
    if not asked and len(compiled.topology.nics_of[vm.id.key]) > 1:
        notes.append(f"{vm.id.name} has several network interfaces; {nic.id.name} is taken")
    own = verdict.flow.dst_ip if verdict.direction is Direction.INBOUND else verdict.flow.src_ip
    config = next((c for c in nic.ip_configurations if c.private_ip == own), None)
    if config is None:
        notes.append(f"{own} is not an address of {nic.id.name}; the rules are asked all the same, as Azure does")
    elif config.assumed:
        notes.append(f"{own} of {nic.id.name} is assumed: a dynamic address that the input does not fix")
    return tuple(notes)
