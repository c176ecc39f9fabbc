"""What is written is read back: native files and ARM's form keep every resource, and with them every answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import Address, parse_prefix
from netwatch.model.answers import Verdict
from netwatch.model.facts import Facts
from netwatch.model.firewalls import Firewall
from netwatch.model.flow import Direction, Level, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, Subnet
from netwatch.model.routes import EffectiveRoute
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import VirtualHub
from netwatch.render.arm_form.whole import arm_form
from netwatch.render.native_form.topology_yaml import topology_yaml
from netwatch.render.terraform_form.firewalls import as_required
from netwatch.render.terraform_form.whole import terraform_json
from netwatch.verdicts.single import verdict
from tests.strategies import flows, published_tags, topologies, with_open_values

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _read(text: str) -> Topology:
    draft = TopologyDraft("written")
    reader = InputReader(draft)
    reader.read("written", text)
    return reader.finish()


def _declared(topology: Topology) -> Topology:
    """The generated network with what an input must say besides: nothing dangles, every subnet has a prefix."""
    subnets, vnets = {}, dict(topology.vnets)
    for at, (key, subnet) in enumerate(topology.subnets.items()):
        held = isinstance(subnet.nat_gateway, ResourceId) and subnet.nat_gateway.key in topology.nat_gateways
        subnets[key] = replace(subnet, nat_gateway=subnet.nat_gateway if held else None)
        if not subnet.prefixes:
            own, vnet = (parse_prefix(f"10.254.{at}.0/24"),), vnets[subnet.vnet.key]
            subnets[key] = replace(subnets[key], prefixes=own)
            vnets[subnet.vnet.key] = replace(vnet, address_space=(*vnet.address_space, *own))
    groups = {key: replace(nsg, rules=tuple(map(_as_read, nsg.rules))) for key, nsg in topology.nsgs.items()}
    topology = _in_the_plural(replace(topology, subnets=subnets, vnets=vnets, nsgs=groups), _as_read_admin)
    draft = TopologyDraft(topology.source, dangling="unresolved")
    for resource in topology.resources():
        draft.add(resource)
    return replace(draft.finish(topology.facts), semantics=topology.semantics)


def _as_read(rule):  # type: ignore[no-untyped-def]
    """A rule with its spelling said, and groups in the plural, as every reader has them."""

    def side(field: AddressField) -> AddressField:
        return replace(field, singular=False) if any(isinstance(term, Asg) for term in field.terms) else field

    def ports(field: PortField) -> PortField:
        return replace(field, singular=field.singular and len(field.texts) == 1)

    text = rule.protocol_text or rule.protocol.value
    return replace(
        rule,
        protocol_text=text,
        sources=side(rule.sources),
        destinations=side(rule.destinations),
        source_ports=ports(rule.source_ports),
        destination_ports=ports(rule.destination_ports),
    )


def _in_the_plural(topology: Topology, rule: Callable[[SecurityRule], SecurityRule]) -> Topology:
    """The same network, with ``rule`` of each of its admin rules."""
    collections = {
        key: replace(each, rules=tuple(map(rule, each.rules))) for key, each in topology.admin_rule_collections.items()
    }
    return replace(topology, admin_rule_collections=collections)


def _with_plural_fields(rule: SecurityRule) -> SecurityRule:
    """An admin rule with its sides and ports in the plural, as ARM has them; a native file may give one open value."""
    return replace(
        rule,
        sources=replace(rule.sources, singular=False),
        destinations=replace(rule.destinations, singular=False),
        source_ports=replace(rule.source_ports, singular=False),
        destination_ports=replace(rule.destination_ports, singular=False),
    )


def _as_read_admin(rule: SecurityRule) -> SecurityRule:
    """An admin rule with everything in the plural and a protocol in words, as ARM has it."""
    assert isinstance(rule.protocol, Protocol)
    text = rule.protocol_text or ("Any" if rule.protocol is Protocol.ANY else rule.protocol.value)
    return replace(_with_plural_fields(rule), protocol_text=text)


def _unlike(one: Topology, other: Topology) -> dict[str, object]:
    """The fields in which two topologies differ; of mappings the keys."""
    found: dict[str, object] = {}
    for each in fields(Topology):
        a, b = getattr(one, each.name), getattr(other, each.name)
        if each.name in ("source", "notes") or a == b:
            continue
        found[each.name] = (
            {k: (a.get(k), b.get(k)) for k in {*a, *b} if a.get(k) != b.get(k)} if isinstance(a, dict) else (a, b)
        )
    return found


@SLOW
@given(topologies(plain=True, hubs=True))
def test_arm_keeps_every_resource(topology: Topology) -> None:
    topology = _declared(topology)
    read = _read(json.dumps(arm_form(topology)))
    assert _unlike(topology, read) == {}


@SLOW
@given(topologies(plain=True, hubs=True))
def test_a_native_file_keeps_every_resource(topology: Topology) -> None:
    topology = _declared(topology)
    written = topology_yaml(topology)
    read = _read(written.text)
    assert written.losses == ()
    again = topology_yaml(read)
    assert again.text == written.text
    assert _unlike(read, _read(again.text)) == {}


@SLOW
@given(topologies(plain=True, hubs=True), st.data())
def test_open_values_are_kept(topology: Topology, data: st.DataObject) -> None:
    whole = _declared(topology)
    topology = data.draw(with_open_values(whole))
    written = topology_yaml(topology)
    read = _read(written.text)
    assert written.losses == ()
    assert topology_yaml(read).text == written.text
    arm = _read(json.dumps(arm_form(read, keep_open=True)))
    assert _unlike(_in_the_plural(read, _with_plural_fields), arm) == {}
    _same_answers([topology, read, arm, _read(topology_yaml(arm).text)], whole, data)


@SLOW
@given(topologies(plain=True, hubs=True), st.data())
def test_both_forms_keep_every_answer(topology: Topology, data: st.DataObject) -> None:
    topology = _declared(topology)
    forms = (topology_yaml(topology).text, json.dumps(arm_form(topology)))
    _same_answers([topology, *map(_read, forms)], topology, data)


@SLOW
@given(topologies(), st.booleans(), st.data())
def test_terraform_keeps_every_answer(topology: Topology, is_open: bool, data: st.DataObject) -> None:
    whole = _as_terraform_has_it(_declared(topology))
    topology = data.draw(with_open_values(whole)) if is_open else whole
    written = terraform_json(topology)
    read = _read(written.text)
    assert _unlike(read, _read(terraform_json(read).text)) == {}
    if is_open and written.losses:  # a group of one address of several, what an endpoint or Azure makes
        assert {each.split(" of ")[0] for each in written.losses} <= {"ip configurations", "nsg", "address"}
        return
    assert written.losses == ()
    _same_answers([topology, read], whole, data)


@SLOW
@given(topologies(plain=True, hubs=True))
def test_terraform_keeps_the_rules_of_firewalls(topology: Topology) -> None:
    topology = _declared(topology)
    read = _read(terraform_json(topology).text)
    for key, firewall in topology.firewalls.items():
        if firewall.hub is not None:  # its rules stand in a policy, and have a group and a collection there
            firewall = _in_a_policy(firewall)
        drawn = replace(firewall, private_ip=read.firewalls[key].private_ip)  # Azure draws it
        assert read.firewalls[key] == replace(drawn, nat_rules=tuple(map(as_required, drawn.nat_rules)))


def _in_a_policy(firewall: Firewall) -> Firewall:
    def named(rules: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(each, name=".".join((["rules"] * 3 + each.name.split("."))[-3:])) for each in rules)

    return replace(
        firewall,
        nat_rules=named(firewall.nat_rules),
        network_rules=named(firewall.network_rules),
        application_rules=named(firewall.application_rules),
    )


@SLOW
@given(topologies(plain=True, hubs=True))
def test_terraform_keeps_virtual_wans(topology: Topology) -> None:
    topology = _declared(topology)
    read = _read(terraform_json(topology).text)
    hubs = {key: _hub_as_terraform_has_it(each) for key, each in topology.virtual_hubs.items()}
    gateways = {key: replace(each, addresses=()) for key, each in topology.hub_gateways.items()}  # Azure draws them
    kept = replace(read, virtual_wans=topology.virtual_wans, virtual_hubs=hubs, hub_gateways=gateways)
    assert _unlike(read, replace(kept, vpn_sites=topology.vpn_sites)) == {}


def _hub_as_terraform_has_it(hub: VirtualHub) -> VirtualHub:
    """Without labels of the default table, which is made with the hub; with the provider's defaults of connections."""
    tables = [replace(each, labels=()) if each.id.name == "defaultRouteTable" else each for each in hub.tables]
    connections = [
        replace(
            each,
            internet_security=bool(each.internet_security),
            propagates_static_routes=each.propagates_static_routes is not False if each.static_routes else None,
        )
        for each in hub.connections
    ]
    held = tuple(each for each in tables if each.routes or each.id.name != "defaultRouteTable")
    return replace(hub, tables=held, connections=tuple(connections))


def _as_terraform_has_it(topology: Topology) -> Topology:
    """Without what the provider has no words for: states of peerings, public addresses, routes to several hops …"""
    tables = {
        key: replace(table, routes=tuple(each for each in table.routes if not each.other_hop_ips))
        for key, table in topology.route_tables.items()
    }
    peerings = {key: replace(each, state="", remote_prefixes=()) for key, each in topology.peerings.items()}
    public = {key: replace(each, address=None) for key, each in topology.public_ips.items()}
    nics = {key: replace(each, ip_configurations=_with_same_groups(each)) for key, each in topology.nics.items()}
    deployments = topology.facts.network_manager_deployments
    facts = Facts(network_manager_deployments=deployments)
    changed = replace(topology, route_tables=tables, peerings=peerings, public_ips=public, nics=nics, facts=facts)
    changed = replace(changed, virtual_wans={}, virtual_hubs={}, hub_gateways={}, vpn_sites={})
    return replace(changed, others={}, firewalls={}, semantics=Semantics())


def _with_same_groups(nic: NetworkInterface) -> tuple[IpConfiguration, ...]:
    """All IPv4 addresses in the groups of the first of them, and IPv6 addresses in none, as the provider joins them."""
    groups = next((each.asgs for each in nic.ip_configurations if not _is_ipv6(each)), ())
    return tuple(replace(each, asgs=() if _is_ipv6(each) else groups) for each in nic.ip_configurations)


def _is_ipv6(config: IpConfiguration) -> bool:
    return isinstance(config.private_ip, Address) and config.private_ip.version == 6


def _same_answers(read: list[Topology], topology: Topology, data: st.DataObject) -> None:
    """A flow through a NIC of ``topology``, and its routes, are judged alike in all that were read."""
    worlds = [CompiledTopology(each, published_tags) for each in read]
    nic = data.draw(st.sampled_from(sorted(topology.nics.values(), key=lambda nic: nic.id.key)))
    subnet = topology.subnet_of(nic)
    if isinstance(subnet, Subnet):
        routes = [world.effective_routes(world.topology.subnets[subnet.id.key]) for world in worlds]
        assert all(list(map(_shown, each)) == list(map(_shown, routes[0])) for each in routes)
    direction = data.draw(st.sampled_from(Direction))
    flow = data.draw(flows(topology, nic, direction))
    verdicts = [verdict(world, world.topology.nics[nic.id.key], direction, flow) for world in worlds]
    assert len({(each.outcome, _settled(each)) for each in verdicts}) == 1


def _shown(route: EffectiveRoute) -> EffectiveRoute:
    """A route without why it is open: each form has its own words for that."""
    open = tuple(Unresolved("open") for _ in route.unresolved)
    hop = Unresolved("open") if isinstance(route.next_hop_type, Unresolved) else route.next_hop_type
    address = Unresolved("open") if isinstance(route.next_hop_ip, Unresolved) else route.next_hop_ip
    return replace(route, unresolved=open, next_hop_type=hop, next_hop_ip=address)


def _settled(found: Verdict) -> tuple[tuple[Level, ResourceId | None], ...]:
    return tuple((each.level, each.rule.id if each.rule is not None else None) for each in found.decisions)
