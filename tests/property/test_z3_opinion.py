"""A third opinion on rule lists: z3 says which rule decides a flow, and picks the flows itself.

A list becomes a formula over bit vectors, first match by first match. For each rule the solver is asked for a flow
that this rule decides and none before it; netwatch must name that rule. For two lists it is asked for flows that the
first allows by one rule and the second denies by another; with a manager's rules above them, for flows that one of
those decides, or none. Nothing but the model's nouns is used to write the formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.addresses import Address, PortRange, Prefix, parse_prefix
from netwatch.model.facts import Deployment, Facts
from netwatch.model.flow import Access, Direction, Flow, Outcome, Protocol
from netwatch.model.network_manager import (
    AdminRuleCollection,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.verdicts.single import verdict
from tests.build import rule
from tests.networks import Net, Nic, arm_id, network
from tests.strategies import published_tags, security_rules

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the rules that tell them apart

SPACE = "10.0.0.0/16"
PATIENCE_MS = 2_000
"""How long z3 may think about one flow. Lists of a dozen rules take it a few ms."""

TAGS = {
    "virtualnetwork": [SPACE, "168.63.129.16/32"],
    "azureloadbalancer": ["168.63.129.16/32"],
    "azureplatformdns": ["168.63.129.16/32"],
    "azureplatformimds": ["169.254.169.254/32"],
    "azureplatformlkm": ["20.118.99.224/32", "40.83.235.53/32", "23.102.135.246/32"],
}
MEMBERS = {
    arm_id("applicationSecurityGroups", name): addresses
    for name, addresses in (("one", ["10.0.1.4", "10.0.1.9"]), ("two", ["10.0.1.9"]), ("none", []))
}
MANAGER = arm_id("networkManagers", "manager")
SECURITY = MANAGER.child("securityAdminConfigurations", "security")
NOT_INTERNET = (
    "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
)  # fmt: skip
NUMBERS = {Protocol.ICMP: 1, Protocol.TCP: 6, Protocol.UDP: 17, Protocol.ESP: 50, Protocol.AH: 51}
DEFAULTS = {
    Direction.INBOUND: [
        rule("AllowVnetInBound", source="VirtualNetwork", destination="VirtualNetwork"),
        rule("AllowAzureLoadBalancerInBound", source="AzureLoadBalancer"),
        rule("DenyAllInBound", access="Deny"),
    ],
    Direction.OUTBOUND: [
        rule("AllowVnetOutBound", source="VirtualNetwork", destination="VirtualNetwork"),
        rule("AllowInternetOutBound", destination="Internet"),
        rule("DenyAllOutBound", access="Deny"),
    ],
}


class Bits(NamedTuple):
    """A flow as bit vectors."""

    src: Any = z3.BitVec("src", 32)
    dst: Any = z3.BitVec("dst", 32)
    sport: Any = z3.BitVec("sport", 16)
    dport: Any = z3.BitVec("dport", 16)
    protocol: Any = z3.BitVec("protocol", 8)


BITS = Bits()


class Case(NamedTuple):
    """A topology, and the lists at its first NIC in the order in which they are asked; ``admin`` are a manager's."""

    topology: Topology
    direction: Direction
    lists: list[list[SecurityRule]]
    admin: list[SecurityRule]


@st.composite
def cases(draw: st.DrawFn, *, groups: tuple[str, ...], is_managed: bool = False) -> Case:
    """Groups at the levels named, ``subnet`` and ``nic``. Ordinary rules apply to the platform's own services too."""
    rules = {level: _called(level, draw(security_rules(max_size=8, asgs=list(MEMBERS)))) for level in groups}
    bare = network(
        vnets={"v": SPACE},
        subnets={"v/a": Net("10.0.1.0/24", nsg="subnet" if "subnet" in rules else "")},
        nics={
            "nic": Nic("v/a", "10.0.1.4", nsg="nic" if "nic" in rules else "", vm="vm", asgs="one"),
            "other": Nic("v/a", "10.0.1.9", vm="other", asgs="one two"),
        },
        nsgs=rules,
        asgs="one two none",
    )
    direction = draw(st.sampled_from(Direction))
    order = ("subnet", "nic") if direction is Direction.INBOUND else ("nic", "subnet")
    lists = [[*_in_order(rules[level], direction), *DEFAULTS[direction]] for level in order if level in rules]
    above = _called("admin", draw(security_rules(SECURITY, max_size=6, accesses=tuple(Access)))) if is_managed else ()
    topology = _under_a_manager(replace(bare, semantics=Semantics(platform_traffic="ruled")), above)
    return Case(topology, direction, lists, _in_order(above, direction))


def _called(level: str, rules: tuple[SecurityRule, ...]) -> tuple[SecurityRule, ...]:
    """The rules with names that no other list has."""
    return tuple(replace(one, name=f"{level}-{one.name}") for one in rules)


def _under_a_manager(topology: Topology, rules: tuple[SecurityRule, ...]) -> Topology:
    """The topology with ``rules`` above its network, in two collections of one configuration that is deployed."""
    group = NetworkGroup(MANAGER.child("networkGroups", "every"), (arm_id("virtualNetworks", "v"),))
    collections = [
        AdminRuleCollection(SECURITY.child("ruleCollections", name), (group.id,), rules[start::2])
        for start, name in enumerate(("even", "odd"))
    ]
    return replace(
        topology,
        network_managers={MANAGER.key: NetworkManager(MANAGER, "westeurope")},
        network_groups={group.id.key: group},
        security_admin_configurations={SECURITY.key: SecurityAdminConfiguration(SECURITY)},
        admin_rule_collections={each.id.key: each for each in collections},
        facts=Facts(network_manager_deployments=(Deployment("westeurope", frozenset({SECURITY})),)),
    )


def _in_order(rules: Iterable[SecurityRule], direction: Direction) -> list[SecurityRule]:
    return sorted((one for one in rules if one.direction is direction), key=_number)


def _number(one: SecurityRule) -> int:
    assert isinstance(one.priority, int)
    return one.priority


def named(case: Case, flow: Flow) -> tuple[Outcome, str]:
    """What netwatch says: the outcome, and the rule that settles it."""
    nic = next(iter(case.topology.nics.values()))
    found = verdict(CompiledTopology(case.topology, published_tags), nic, case.direction, flow)
    assert found.settled is not None
    assert found.settled.rule is not None
    return found.outcome, found.settled.rule.name


def meant(one: SecurityRule) -> tuple[Outcome, str]:
    return Outcome.DENY if one.access is Access.DENY else Outcome.ALLOW, one.name


# --- rules as formulas ------------------------------------------------------------------------------------------------


@cache
def takes(one: SecurityRule) -> Any:
    """The flows that a rule takes."""
    return z3.And(address(BITS.src, one.sources), address(BITS.dst, one.destinations), service(one))


def address(value: Any, field: AddressField) -> Any:
    """A group without members disables the whole field."""
    if any(isinstance(term, Asg) and not MEMBERS[term.id] for term in field.terms):
        return z3.BoolVal(False)
    return z3.Or(*(held for term in field.terms for held in _term(value, term)))


def _term(value: Any, term: object) -> list[Any]:
    if isinstance(term, AnyAddress):
        return [z3.BoolVal(True)]
    if isinstance(term, Cidr):
        return [within(value, term.prefix)]
    if isinstance(term, Asg):
        return [within(value, parse_prefix(text)) for text in MEMBERS[term.id]]
    assert isinstance(term, ServiceTag)
    name = term.text.lower()
    if name == "internet":
        return [z3.Not(z3.Or(*(within(value, parse_prefix(text)) for text in NOT_INTERNET)))]
    return [within(value, parse_prefix(text)) for text in TAGS.get(name) or _published(name)]


def _published(name: str) -> list[str]:
    found = published_tags().prefixes(name)
    assert found is not None
    return [str(prefix) for prefix in found]


def within(value: Any, prefix: Prefix) -> Any:
    if prefix.version == 6:
        return z3.BoolVal(False)
    last = prefix.network + 2 ** (32 - prefix.length) - 1
    return z3.And(z3.UGE(value, prefix.network), z3.ULE(value, last))


def service(one: SecurityRule) -> Any:
    """A rule that names a protocol without ports takes it on any port; one for every protocol must take all ports."""
    ports = z3.And(port(BITS.sport, one.source_ports), port(BITS.dport, one.destination_ports))
    if one.protocol is not Protocol.ANY:
        assert isinstance(one.protocol, Protocol)
        named = BITS.protocol == NUMBERS[one.protocol]
        return z3.And(named, ports) if one.protocol in (Protocol.TCP, Protocol.UDP) else named
    has_ports = z3.Or(BITS.protocol == NUMBERS[Protocol.TCP], BITS.protocol == NUMBERS[Protocol.UDP])
    takes_all = all(_takes_all(field) for field in (one.source_ports, one.destination_ports))
    return z3.Or(z3.And(has_ports, ports), z3.And(z3.Not(has_ports), z3.BoolVal(takes_all)))


def port(value: Any, field: PortField) -> Any:
    held = [z3.And(z3.UGE(value, low), z3.ULE(value, high)) for low, high in _ranges(field)]
    return z3.Or(*held)


@cache
def _takes_all(field: PortField) -> bool:
    """Whether no port at all is left out: z3 is asked for one."""
    any_port = z3.BitVec("any", 16)
    return bool(z3.Solver().check(z3.Not(port(any_port, field))) == z3.unsat)


def _ranges(field: PortField) -> list[PortRange]:
    return [ports for ports in field.ranges if isinstance(ports, PortRange)]


def decides(rules: Sequence[SecurityRule], index: int) -> Any:
    """The flows that rule ``index`` of a list decides: it takes them and none before it does."""
    return z3.And(takes(rules[index]), *(z3.Not(takes(earlier)) for earlier in rules[:index]))


# --- flows of the solver's choice -------------------------------------------------------------------------------------


def flow_where(*formulas: Any, outermost: Any = None, highest: bool = False) -> Flow | None:
    """A flow for which all hold, with the lowest or highest value of ``outermost``; None where there is none.

    None as well where z3 gives up.
    """
    solver = z3.Solver() if outermost is None else z3.Optimize()
    solver.set("timeout", PATIENCE_MS)
    solver.add(z3.Or(*(BITS.protocol == number for number in NUMBERS.values())), *formulas)
    if outermost is not None:
        (solver.maximize if highest else solver.minimize)(outermost)
    return _flow(solver.model()) if solver.check() == z3.sat else None


def _flow(model: Any) -> Flow:
    src, dst, sport, dport, number = (model.eval(each, model_completion=True).as_long() for each in BITS)
    protocol = next(each for each in NUMBERS if NUMBERS[each] == number)
    if not protocol.has_ports:
        sport, dport = 0, 0
    return Flow(protocol, Address(4, src), sport, Address(4, dst), dport)


@given(cases(groups=("nic",)))
def test_every_rule_of_a_list_is_named_for_a_flow_that_it_decides(case: Case) -> None:
    (rules,) = case.lists
    for index, chosen in enumerate(rules):
        flow = flow_where(decides(rules, index))
        if flow is not None:
            assert named(case, flow) == meant(chosen), flow


@given(cases(groups=("subnet", "nic")), st.data())
def test_two_lists_deny_by_the_first_deny_and_allow_by_the_last_allow(case: Case, data: st.DataObject) -> None:
    first, second = case.lists
    pairs = st.tuples(st.integers(0, len(first) - 1), st.integers(0, len(second) - 1))
    for one, other in data.draw(st.lists(pairs, min_size=3, max_size=6, unique=True)):
        flow = flow_where(decides(first, one), decides(second, other))
        if flow is not None:
            settling = first[one] if first[one].access is Access.DENY else second[other]
            assert named(case, flow) == meant(settling), flow


@given(cases(groups=("subnet", "nic"), is_managed=True), st.data())
def test_a_managers_rule_settles_it_or_hands_on_to_the_groups(case: Case, data: st.DataObject) -> None:
    """Deny and AlwaysAllow end it; after Allow, and where no rule of the manager matches, groups are asked."""
    first, second = case.lists
    indexes = st.tuples(*(st.integers(0, len(rules) - 1) for rules in case.lists))
    for above in data.draw(st.permutations([*range(len(case.admin)), None]))[:4]:
        matched = case.admin[above] if above is not None else None
        wanted = decides(case.admin, above) if above is not None else z3.Not(z3.Or(*map(takes, case.admin)))
        one, other = data.draw(indexes)
        if matched is None or matched.access is Access.ALLOW:
            flow = flow_where(wanted, decides(first, one), decides(second, other))
            settling = first[one] if first[one].access is Access.DENY else second[other]
        else:
            flow, settling = flow_where(wanted), matched
        if flow is not None:
            assert named(case, flow) == meant(settling), flow


@given(cases(groups=("nic",)), st.data())
def test_a_flow_at_the_edge_of_a_rule_is_decided_by_the_rule_z3_says(case: Case, data: st.DataObject) -> None:
    """At the first or the last address, or port, that a rule takes: z3 looks for the outermost one."""
    (rules,) = case.lists
    index = data.draw(st.integers(0, len(rules) - 1))
    value, highest = data.draw(st.tuples(st.sampled_from(BITS[:4]), st.booleans()))
    flow = flow_where(decides(rules, index), outermost=value, highest=highest)
    if flow is not None:
        assert named(case, flow) == meant(rules[index]), flow
