"""networkConfigurationDiagnostic: what each rule at a machine makes of some traffic, condition by condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.context_tags import context_tag_names
from netwatch.engines import assumed
from netwatch.engines.diagnostic_profile import Profile, own_address, query_at, traffic_of
from netwatch.engines.targets import find_nic_of_vm, find_target
from netwatch.errors import QueryError, ResourceNotFoundError, UnsupportedError
from netwatch.model.addresses import Address
from netwatch.model.answers import NsgDiagnostic, NsgDiagnosticsAnswer
from netwatch.model.flow import Direction, Outcome, Protocol
from netwatch.model.resources import NetworkInterface, VirtualMachine
from netwatch.model.topology import Topology
from netwatch.verdicts.conditions import DiagnosticQuery
from netwatch.verdicts.diagnosis import Diagnosis, diagnose

__all__ = ["nsg_diagnostics"]

_VERBOSITIES = ("Normal", "Minimum", "Full")
_OTHER_TARGETS = ("microsoft.network/applicationgateways", "microsoft.compute/virtualmachinescalesets")


def nsg_diagnostics(
    compiled: CompiledTopology, target: str, profiles: Sequence[Profile], *, nic: str = "", verbosity: str = ""
) -> NsgDiagnosticsAnswer:
    """What the rules at ``target`` (a machine or a NIC) make of each profile, rule by rule up to the one that matches.

    A machine is diagnosed at each of its NICs, the primary one first, or at ``nic`` alone: the request of the REST
    specification has a target and no NIC, and its answer is a list in which ``appliedTo`` tells the NICs apart. A NIC
    without any rule list has no result (recorded). ``verbosity``: Normal, Minimum or Full (the default, as recorded).

    Raises ResourceNotFoundError, InvalidFlowError, UnsupportedError; QueryError for a verbosity that there is not.
    """
    word = _verbosity(verbosity)
    found = _find(compiled.topology, target)
    nics = _nics(compiled.topology, found, nic)
    notes = [f"{found.id.name} has several network interfaces; each is diagnosed by itself"] if len(nics) > 1 else []
    results: list[NsgDiagnostic] = []
    for profile in profiles:
        notes += _remarks(profile, nics)
        for card in nics:
            query = query_at(compiled, card, profile)
            diagnosis = diagnose(compiled, card, query)
            results.append(_result(profile, card, diagnosis))
            notes += _other_reading(compiled, card, query, diagnosis)
            notes += _assumed(compiled, card, profile, diagnosis)
    notes += [f"{name} has no group on itself or its subnet: nothing to diagnose" for name in _bare(results)]
    return NsgDiagnosticsAnswer(
        found.id,
        tuple(result for result in results if result.evaluated),
        service_tags=_service_tags(compiled, results),
        verbosity=word,
        matched_rule=compiled.topology.semantics.diagnostics_matched_rule,
        notes=tuple(notes),
    )


def _verbosity(text: str) -> str:
    words = {word.lower(): word for word in _VERBOSITIES}
    if text and text.lower() not in words:
        raise QueryError(
            f"`verbosity` {text!r} is not a verbosity.", hint=f"Expected one of: {', '.join(_VERBOSITIES)}."
        )
    return words[text.lower()] if text else "Full"


def _find(topology: Topology, name: str) -> VirtualMachine | NetworkInterface:
    try:
        return find_target(topology, name)
    except ResourceNotFoundError:
        for other in topology.others.values():
            if other.type.lower() in _OTHER_TARGETS and name.lower() in (other.id.key, other.id.name.lower()):
                raise UnsupportedError(
                    f"{other.id.name}: NSG diagnostics of {other.type} is not evaluated.",
                    where=other.where,
                    hint="Name a virtual machine or a network interface.",
                ) from None
        raise


def _nics(topology: Topology, target: VirtualMachine | NetworkInterface, name: str) -> tuple[NetworkInterface, ...]:
    if isinstance(target, NetworkInterface):
        if name:
            raise QueryError(f"{target.id.name} is a network interface already.", hint="Leave `nic` out.")
        return (target,)
    own = topology.nics_of.get(target.id.key, ())
    return own if own and not name else (find_nic_of_vm(topology, target, name=name),)


def _result(profile: Profile, nic: NetworkInterface, diagnosis: Diagnosis) -> NsgDiagnostic:
    return NsgDiagnostic(
        direction=traffic_of(profile).direction,
        protocol=profile.protocol,
        source=profile.source,
        destination=profile.destination,
        destination_port=profile.dest_port,
        nic=nic.id,
        outcome=diagnosis.outcome,
        evaluated=diagnosis.evaluated,
    )


def _remarks(profile: Profile, nics: Iterable[NetworkInterface]) -> Iterator[str]:
    traffic = traffic_of(profile)
    if traffic.protocol is Protocol.ICMP and profile.dest_port != "*":
        yield f"{profile.protocol} has no ports: {profile.dest_port} is not looked at"
    own = own_address(profile, traffic.direction)
    held = [config.private_ip for nic in nics for config in nic.ip_configurations]
    if own is not None and own not in held:
        names = " or ".join(nic.id.name for nic in nics)
        yield f"{own} is not an address of {names}; the rules are asked all the same, as Azure does"


def _other_reading(
    compiled: CompiledTopology, nic: NetworkInterface, query: DiagnosticQuery, diagnosis: Diagnosis
) -> Iterator[str]:
    """What would come out if a range that a rule covers only in part were taken the other way, where that differs."""
    other = diagnose(compiled, nic, query._replace(takes_overlap=not query.takes_overlap))
    if [nsg.matched for nsg in other.evaluated] == [nsg.matched for nsg in diagnosis.evaluated]:
        return
    word, way = ("no match", "match") if not query.takes_overlap else ("a match", "noMatch")
    yield (
        f"{nic.id.name}: a rule covers only a part of what is asked, taken as {word}; Azure's way is not on record. "
        f"With semantics partialOverlap={way} the answer would be {_came_to(other)}"
    )


def _came_to(diagnosis: Diagnosis) -> str:
    named = [nsg.matched.name for nsg in diagnosis.evaluated if nsg.matched is not None]
    return f"{diagnosis.outcome.value} by {named[-1]}" if named else diagnosis.outcome.value


def _assumed(
    compiled: CompiledTopology, nic: NetworkInterface, profile: Profile, diagnosis: Diagnosis
) -> Iterator[str]:
    """What rests on an assumed address: the machine's end of the profile, and what matched rules name."""
    own = own_address(profile, traffic_of(profile).direction)
    for config in nic.ip_configurations:
        if config.assumed and config.private_ip == own:
            yield assumed.of_address(nic, config)
            inside = assumed.prefixes_at(compiled, nic)
            yield from assumed.elsewhere(compiled, config, partial(_asked_at, nic, profile), prefixes=inside)
    matched = (nsg.matched for nsg in diagnosis.evaluated if nsg.matched is not None)
    yield from assumed.of_rules(compiled.topology, matched)


def _asked_at(nic: NetworkInterface, profile: Profile, compiled: CompiledTopology, own: Address) -> str:
    """The answer in a few words, with the machine's end of the profile at ``own``."""
    is_inbound = traffic_of(profile).direction is Direction.INBOUND
    moved = profile._replace(destination=str(own)) if is_inbound else profile._replace(source=str(own))
    card = compiled.topology.nics[nic.id.key]
    return _came_to(diagnose(compiled, card, query_at(compiled, card, moved)))


def _bare(results: Iterable[NsgDiagnostic]) -> Iterable[str]:
    return dict.fromkeys(result.nic.name for result in results if result.outcome is Outcome.NOT_APPLICABLE)


def _service_tags(compiled: CompiledTopology, results: Sequence[NsgDiagnostic]) -> str:
    """The published list in use, if a rule that was asked, or a side of the question, names a tag of it."""
    rules = [each.rule for result in results for nsg in result.evaluated for each in nsg.evaluations]
    own = {name.lower() for name in context_tag_names()}
    sides = {side.lower() for result in results for side in (result.source, result.destination)}
    asked = any(side not in own and side[:1].isalpha() and side != "any" and ":" not in side for side in sides)
    return compiled.published_tags.label if asked else compiled.published_tags_in(tuple(rules))
