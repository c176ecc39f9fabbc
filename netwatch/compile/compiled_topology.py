"""``CompiledTopology``: a topology made ready to be asked; everything derived from it is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from netwatch.compile.rule_lists import RuleList, RuleLists
from netwatch.compile.rule_tables import CompiledRules, compile_rules
from netwatch.effective.admin_rules import admin_rules
from netwatch.effective.context_tags import TagExpansion, context_tag, context_tag_names
from netwatch.effective.defaults import default_rules
from netwatch.effective.private_endpoints import honours_rules
from netwatch.effective.routes import Selection, effective_routes, select_route
from netwatch.effective.rules import asg_members, effective_rules, in_direction, in_order
from netwatch.errors import TopologySchemaError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.answers import EffectiveNsg, EffectiveRule
from netwatch.model.flow import Direction, Level
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, NetworkSecurityGroup, Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

if TYPE_CHECKING:
    import networkx as nx

    from netwatch.effective.published_tags import PublishedTags

__all__ = ["Binding", "CompiledTopology", "differ_in_rules_alone"]


_Meaning = tuple[tuple[EffectiveRule, ...], Mapping[str, tuple[Prefix, ...]]]
"""The rules of a group as they are read at some places, and what the tags of them hold there."""


class Binding(NamedTuple):
    """A rule list at a NIC: where it is bound, and its group, which is Unresolved where the input does not hold it."""

    level: Level
    bound_to: ResourceId
    nsg: EffectiveNsg | Unresolved


class CompiledTopology:
    """A topology made ready to be asked. The topology never changes; what is derived from it is kept.

    ``published_tags`` gives the published service-tag list and is called only when a tag of it is met. ``former`` is
    an earlier state of the network: its rule lists are made over where a few rules differ, and routes and tags that
    cannot differ are taken from it. It changes no answer. ``ways`` gives the graph of a topology that differs from this
    one in addresses alone; without it, it is built.

    Threads may ask at once. What two of them work out is kept once, by ``setdefault``: it is known by its id elsewhere.
    """

    def __init__(
        self,
        topology: Topology,
        published_tags: Callable[[], PublishedTags],
        *,
        former: CompiledTopology | None = None,
        ways: Callable[[], nx.MultiDiGraph[str]] | None = None,
    ) -> None:
        self.topology = topology
        self.load_published_tags = published_tags
        self._load_ways = ways
        alike = former if former and differ_in_rules_alone(topology, former.topology) else None
        self._routes: dict[str, tuple[EffectiveRoute, ...]] = alike._routes if alike else {}
        self._tags: dict[tuple[str, str], TagExpansion] = alike._tags if alike else {}
        self._expansions: dict[TagExpansion, TagExpansion] = alike._expansions if alike else {}
        self._nsgs: dict[tuple[str, str], EffectiveNsg] = {}
        self._shared: dict[tuple[Hashable, ...], _Meaning] = {}
        self._in_direction: dict[tuple[int, Direction], tuple[EffectiveRule, ...]] = {}
        self._lists: RuleLists = RuleLists(former._lists if former else None)
        self._earlier: Mapping[tuple[str, str], EffectiveNsg] = alike._nsgs if alike else {}
        self._name_published: set[int] = set()
        if alike:
            self._take_over(alike)

    def _take_over(self, alike: CompiledTopology) -> None:
        """What was worked out for groups that have not changed, in a topology that differs in rules alone."""
        if "ways" in vars(alike):
            self.ways = alike.ways
        groups, former = self.topology.nsgs, alike.topology.nsgs
        kept = {key for key, group in groups.items() if group is former.get(key)}
        self._nsgs = {key: nsg for key, nsg in alike._nsgs.copy().items() if key[0] in kept}
        self._shared = {key: shared for key, shared in alike._shared.copy().items() if key[0] in kept}
        own = {id(rules) for rules, _ in self._shared.values()}
        self._in_direction = {key: rules for key, rules in alike._in_direction.copy().items() if key[0] in own}
        if alike._name_published:
            rules = {id(each.rule) for shared, _ in self._shared.values() for each in shared}
            self._name_published = alike._name_published & rules

    @cached_property
    def published_tags(self) -> PublishedTags:
        """The published service-tag list in use."""
        return self.load_published_tags()

    @cached_property
    def ways(self) -> nx.MultiDiGraph[str]:
        """What can hand a packet to what: the graph of the topology with ``hands to`` edges alone.

        Rules and routes of tables, which are most of the whole graph, are no part of it.
        """
        from netwatch.compile.edges import HANDS_TO
        from netwatch.compile.graph import build_graph

        return self._load_ways() if self._load_ways else build_graph(self.topology, HANDS_TO)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph of the topology with all edges."""
        from netwatch.compile.graph import build_graph

        return build_graph(self.topology)

    @cached_property
    def _asg_members(self) -> Mapping[str, tuple[IpConfiguration, ...]]:
        return asg_members(self.topology)

    def effective_routes(self, subnet: Subnet) -> tuple[EffectiveRoute, ...]:
        """The routes of every NIC in ``subnet``, in Azure's order."""
        key = subnet.id.key
        if key not in self._routes:
            self._routes.setdefault(key, effective_routes(self.topology, subnet, self._published))
        return self._routes[key]

    def select_route(self, subnet: Subnet, dest: Address) -> Selection:
        """The route that takes a packet from ``subnet`` to ``dest``."""
        return select_route(self.effective_routes(subnet), dest, self.topology.semantics)

    def admin_bindings(self, nic: NetworkInterface) -> tuple[Binding, ...]:
        """The security admin rules above ``nic``, one binding for each network manager, bound to the virtual network.

        They do not apply to private endpoints ("Security admin rules in Azure Virtual Network Manager").
        """
        subnet = self.topology.subnet_of(nic)
        if not isinstance(subnet, Subnet) or self._is_endpoint(nic) or not self.topology.admin_rule_collections:
            return ()
        vnet = self.topology.vnets[subnet.vnet.key]
        found = []
        for manager, rules in admin_rules(self.topology, vnet, subnet):
            key = (manager.key, subnet.id.key)
            if key not in self._nsgs:
                group = NetworkSecurityGroup(manager, "", rules)
                self._nsgs.setdefault(key, self._effective_nsg(group, rules, subnet, Level.ADMIN, vnet.id))
            found.append(Binding(Level.ADMIN, vnet.id, self._nsgs[key]))
        return tuple(found)

    def bindings(self, nic: NetworkInterface) -> tuple[Binding, ...]:
        """The groups at ``nic``: the NIC's own first, then its subnet's; each holds rules of both directions.

        A private endpoint is subject to its subnet's group only where the subnet's network policies say so.
        """
        subnet = self.topology.subnet_of(nic)
        found = []
        if nic.nsg is not None:
            found.append(Binding(Level.NIC, nic.id, self._bound(nic.nsg, subnet, Level.NIC, nic.id)))
        if isinstance(subnet, Unresolved):
            found.append(Binding(Level.SUBNET, nic.id, subnet))
        elif subnet is not None and subnet.nsg is not None and self._heeds_subnet(nic, subnet):
            found.append(Binding(Level.SUBNET, subnet.id, self._bound(subnet.nsg, subnet, Level.SUBNET, subnet.id)))
        return tuple(found)

    def effective_nsgs(self, nic: NetworkInterface) -> tuple[EffectiveNsg, ...]:
        """Those of ``bindings`` that the input holds."""
        return tuple(binding.nsg for binding in self.bindings(nic) if isinstance(binding.nsg, EffectiveNsg))

    def rules(self, nsg: EffectiveNsg, direction: Direction) -> tuple[EffectiveRule, ...]:
        """The rules of a bound group for one direction, in the order in which they are asked; ``nsg`` of ``bindings``.

        The very same tuple wherever the same rules mean the same, at however many NICs.
        """
        key = id(nsg.rules), direction
        if key not in self._in_direction:
            self._in_direction.setdefault(key, in_direction(nsg.rules, direction))
        return self._in_direction[key]

    def rule_list(self, nsg: EffectiveNsg, direction: Direction, version: int) -> RuleList:
        """``rules`` of one address family, ready to be asked; ``nsg`` is of ``bindings``."""
        name = nsg.nsg.id.key, nsg.bound_to.key, direction
        return self._lists.ready(self.rules(nsg, direction), version, name=name)

    def rule_table(self, nsg: EffectiveNsg, direction: Direction, version: int) -> CompiledRules:
        """``rules`` of one address family as rows, for the matcher; made anew whenever asked for."""
        return compile_rules(self.rules(nsg, direction), version)

    def _heeds_subnet(self, nic: NetworkInterface, subnet: Subnet) -> bool:
        return not self._is_endpoint(nic) or honours_rules(subnet)

    def _is_endpoint(self, nic: NetworkInterface) -> bool:
        return nic.id.key in self._endpoint_nics

    @cached_property
    def _endpoint_nics(self) -> frozenset[str]:
        """The keys of the NICs of private endpoints."""
        endpoints = self.topology.private_endpoints.values()
        return frozenset(nic.key for each in endpoints for nic in each.nics if isinstance(nic, ResourceId))

    def published_tags_in(self, rules: Iterable[SecurityRule]) -> str:
        """The label of the published list if one of ``rules``, which are of ``bindings``, names a tag of it."""
        found = self._name_published and not self._name_published.isdisjoint(map(id, rules))
        return self.published_tags.label if found else ""

    def published_tags_under(self, routes: Iterable[EffectiveRoute]) -> str:
        """The label of the published list if one of ``routes`` has its prefixes from it, else empty."""
        rests = any(route.tag or route.next_hop_type is NextHopType.SERVICE_ENDPOINT for route in routes)
        return self.published_tags.label if rests else ""

    def _bound(
        self, nsg: ResourceId | Unresolved, subnet: Subnet | Unresolved | None, level: Level, bound_to: ResourceId
    ) -> EffectiveNsg | Unresolved:
        if isinstance(nsg, Unresolved):
            return nsg
        if not isinstance(subnet, Subnet):
            return subnet or Unresolved(f"{bound_to.name} stands in no subnet")
        key = (nsg.key, bound_to.key)
        if key not in self._nsgs:
            group = self.topology.nsgs[nsg.key]
            rules = (*group.rules, *default_rules())
            self._nsgs.setdefault(key, self._effective_nsg(group, rules, subnet, level, bound_to))
        return self._nsgs[key]

    def _effective_nsg(
        self,
        nsg: NetworkSecurityGroup,
        rules: tuple[SecurityRule, ...],
        subnet: Subnet,
        level: Level,
        bound_to: ResourceId,
    ) -> EffectiveNsg:
        """``rules`` as they are read at ``subnet``: worked out once for all places where their tags mean the same."""
        found = {
            tag.text: self._expand_tag(tag, subnet, rule.where, f"{nsg.id.name}/{rule.name}")
            for rule, tag in _tags(rules)
        }
        key = (rules if level is Level.ADMIN else nsg.id.key, *map(id, found.values()))
        if key not in self._shared:
            self._name_published |= {id(rule) for rule, tag in _tags(rules) if tag.text.lower() not in _CONTEXT}
            effective = self._effective_rules(rules, found, self._earlier.get((nsg.id.key, bound_to.key)))
            meaning = effective, {text: expansion.prefixes for text, expansion in found.items()}
            self._shared.setdefault(key, meaning)
        effective, tag_map = self._shared[key]
        return EffectiveNsg(nsg, level, bound_to, effective, tag_map)

    def _effective_rules(
        self, rules: tuple[SecurityRule, ...], tags: Mapping[str, TagExpansion], earlier: EffectiveNsg | None
    ) -> tuple[EffectiveRule, ...]:
        """``rules`` with their prefixes; those that stand in an earlier state of the network too are taken from it."""
        known = {id(each.rule): each for each in earlier.rules} if earlier else {}
        new = [rule for rule in rules if id(rule) not in known]
        made = effective_rules(new, lambda _, tag: tags[tag.text], self._asg_members, self.topology)
        known.update((id(each.rule), each) for each in made)
        return tuple(known[id(rule)] for rule in in_order(rules))

    def _expand_tag(self, tag: ServiceTag, subnet: Subnet, where: Where, holder: str) -> TagExpansion:
        """What ``tag`` holds at ``subnet``; equal expansions are one object."""
        key = (tag.text.lower(), subnet.id.key)
        if key not in self._tags:
            found = context_tag(tag.text, self.topology, subnet)
            own = self._expansions.setdefault(found, found) if found else self._everywhere(tag, where, holder)
            self._tags.setdefault(key, own)
        return self._tags[key]

    def _everywhere(self, tag: ServiceTag, where: Where, holder: str) -> TagExpansion:
        key = (tag.text.lower(), "")
        if key not in self._tags:
            self._tags.setdefault(key, TagExpansion(tuple(dict.fromkeys(self._published(tag.text, where, holder)))))
        return self._tags[key]

    def _published(self, tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
        found = self.published_tags.prefixes(tag)
        if found is None:
            nearest = self.published_tags.nearest(tag, also=context_tag_names())
            raise TopologySchemaError(
                f'{holder}: unknown service tag "{tag}".',
                where=where,
                hint=f'Did you mean "{nearest}"?' if nearest else f"It is not among the {self.published_tags}.",
            )
        return found


def _tags(rules: Iterable[SecurityRule]) -> Iterator[tuple[SecurityRule, ServiceTag]]:
    """Each service tag that ``rules`` name, with the rule; a tag as often as it is named."""
    for rule in in_order(rules):
        for term in (*rule.sources.terms, *rule.destinations.terms):
            if isinstance(term, ServiceTag):
                yield rule, term


_CONTEXT = frozenset(name.lower() for name in context_tag_names())
_OF_RULES = ("nsgs", "admin_rule_collections", "source", "notes")


def differ_in_rules_alone(one: Topology, other: Topology) -> bool:
    """Whether two states of a network share every resource but rules: routes and what tags hold are the same then."""
    return all(
        getattr(one, each.name) is getattr(other, each.name) for each in fields(one) if each.name not in _OF_RULES
    )
