"""ipFlowVerify: is a packet to or from a machine allowed, and which rule says so."""

from __future__ import annotations

from functools import partial

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.context_tags import internet_prefixes
from netwatch.effective.platform import SMTP_TAKEN_TO_PASS, is_smtp
from netwatch.effective.public_frontends import is_closed_without_group
from netwatch.engines import assumed
from netwatch.engines.machine_flow import AskedFlow, asked_flow
from netwatch.engines.targets import not_allocated, several_nics
from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import Address
from netwatch.model.answers import IpFlowVerifyAnswer, Verdict
from netwatch.model.flow import Direction, Outcome
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
    asked = asked_flow(
        compiled.topology, vm, direction=direction, protocol=protocol, local=local, remote=remote, nic=nic
    )
    found = verdict_at(compiled, asked.nic, asked.direction, asked.flow)
    if found.outcome is Outcome.NOT_APPLICABLE:
        raise _refused(compiled, asked)
    return IpFlowVerifyAnswer(
        asked.vm, found, _service_tags(compiled, found), _notes(compiled, asked, found, is_named=bool(nic))
    )


def _refused(compiled: CompiledTopology, asked: AskedFlow) -> RefusedByAzureError:
    inbound = asked.direction is Direction.INBOUND
    closed = inbound and is_closed_without_group(compiled.topology, asked.nic, asked.flow.src_ip)
    why = (
        "a Standard public address is closed to the internet until a group opens it" if closed else "no group denies it"
    )
    return RefusedByAzureError(
        f"No NSG applied on nic to allow or block traffic, nic id {asked.nic.id.text}.",
        code="NsgsNotAppliedOnNic",
        fate=(Outcome.DENY if closed else Outcome.ALLOW).value,
        hint=f"The traffic itself is {'denied' if closed else 'allowed'}: {why}.",
    )


def _service_tags(compiled: CompiledTopology, found: Verdict) -> str:
    rules = [rule for d in found.decisions for rule in (*d.tried, *((d.rule,) if d.rule else ()))]
    return compiled.published_tags_in(tuple(rules))


def _notes(compiled: CompiledTopology, asked: AskedFlow, verdict: Verdict, *, is_named: bool) -> tuple[str, ...]:
    nic, notes = asked.nic, [*not_allocated(compiled.topology, asked.vm)]
    if verdict.outcome is Outcome.ALLOW and any(decision.rule is None for decision in verdict.decisions):
        notes.append("rules do not stop the platform's own services (see --semantics platformTraffic)")
    if verdict.outcome is Outcome.ALLOW and _is_smtp_to_the_internet(asked):
        notes.append(SMTP_TAKEN_TO_PASS)
    if not is_named and (several := several_nics(compiled.topology, asked.vm.id, nic)):
        notes.append(several)
    own = asked.flow.dst_ip if asked.direction is Direction.INBOUND else asked.flow.src_ip
    config = next((each for each in nic.ip_configurations if each.private_ip == own), None)
    if config is None:
        notes.append(f"{own} is not an address of {nic.id.name}; the rules are asked all the same, as Azure does")
    elif config.assumed:
        notes.append(assumed.of_address(nic, config))
        inside = assumed.prefixes_at(compiled, nic)
        notes += assumed.elsewhere(compiled, config, partial(_came_to, asked), prefixes=inside)
    notes += assumed.of_rules(compiled.topology, (each.rule for each in verdict.decisions if each.rule))
    return tuple(notes)


def _is_smtp_to_the_internet(asked: AskedFlow) -> bool:
    if asked.direction is not Direction.OUTBOUND or not is_smtp(asked.flow):
        return False
    return any(prefix.holds(asked.flow.dst_ip) for prefix in internet_prefixes(ipv6=True))


def _came_to(asked: AskedFlow, compiled: CompiledTopology, own: Address) -> str:
    """The answer in a few words, with the machine's end at ``own``."""
    is_inbound = asked.direction is Direction.INBOUND
    flow = asked.flow._replace(dst_ip=own) if is_inbound else asked.flow._replace(src_ip=own)
    found = verdict_at(compiled, compiled.topology.nics[asked.nic.id.key], asked.direction, flow)
    settled = found.settled
    rule = f" by {settled.owner.name}/{settled.rule.name}" if settled and settled.rule else ""
    return f"{found.outcome.value}{rule}"
