"""What Azure would refuse to deploy: parts of a topology that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from netwatch.errors import ConflictError, DanglingReferenceError, TopologyError, TopologySchemaError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    Peering,
    Subnet,
    VirtualNetwork,
)
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

if TYPE_CHECKING:
    from netwatch.formats.tag_names import TagNames
    from netwatch.model.load_balancers import LoadBalancer
    from netwatch.model.network_manager import AdminRuleCollection

__all__ = ["MAX_PRIORITY", "MIN_ADMIN_PRIORITY", "MIN_PRIORITY", "Refusal", "conflicts", "refusals", "unknown_tags"]

MIN_PRIORITY, MAX_PRIORITY = 100, 4096
"""Priorities a rule of one's own may have, both inside (Microsoft documentation, Network security groups overview)."""

MIN_ADMIN_PRIORITY = 1
"""The lowest priority of a security admin rule; the highest is that of other rules (REST reference of admin rules)."""


class _Block(NamedTuple):
    """A prefix and who says so."""

    prefix: Prefix
    owner: str
    where: Where


def conflicts(topology: Topology) -> Iterator[TopologyError]:
    """Every problem between parts of the topology: prefixes, addresses, priorities. References must be settled."""
    for vnet in topology.vnets.values():
        yield from _in_vnet(vnet, topology.subnets_of.get(vnet.id.key, ()))
    yield from _addresses(topology)
    for nsg in topology.nsgs.values():
        yield from _priorities(nsg)
    for collection in topology.admin_rule_collections.values():
        yield from _admin_priorities(collection)
    yield from _peerings(topology)
    for balancer in topology.load_balancers.values():
        yield from _missing_parts(balancer)


def _in_vnet(vnet: VirtualNetwork, subnets: Iterable[Subnet]) -> Iterator[TopologyError]:
    space = [_Block(prefix, vnet.id.name, vnet.where) for prefix in vnet.address_space if isinstance(prefix, Prefix)]
    blocks = [
        _Block(prefix, subnet.id.name, subnet.where)
        for subnet in subnets
        for prefix in subnet.prefixes
        if isinstance(prefix, Prefix)
    ]
    yield from _overlaps(space, "address space of virtual network")
    yield from _overlaps(blocks, "subnet")
    if len(space) == len(vnet.address_space):
        for block in blocks:
            if not any(each.prefix.holds(block.prefix) for each in space):
                yield _outside_vnet(block, vnet)


def _overlaps(blocks: list[_Block], noun: str) -> Iterator[ConflictError]:
    """One problem for each block that overlaps an earlier one, in one sweep."""
    widest: _Block | None = None
    for block in sorted(blocks, key=lambda block: (block.prefix.version, block.prefix.low, block.prefix.length)):
        if widest is not None and widest.prefix.overlaps(block.prefix):
            message = f"{noun} {block.owner}: {block.prefix} overlaps {widest.prefix} of {widest.owner}."
            yield ConflictError(message, where=block.where, hint="Azure requires prefixes that are apart.")
        if widest is None or widest.prefix.version != block.prefix.version or block.prefix.high > widest.prefix.high:
            widest = block


def _outside_vnet(block: _Block, vnet: VirtualNetwork) -> ConflictError:
    space = ", ".join(map(str, vnet.address_space)) or "empty"
    message = f"subnet {block.owner}: {block.prefix} lies outside the address space of {vnet.id.name} ({space})."
    return ConflictError(message, where=block.where, hint="Move the subnet or widen the address space.")


def _addresses(topology: Topology) -> Iterator[TopologyError]:
    first: dict[tuple[str, Address], IpConfiguration] = {}
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            if not isinstance(config.subnet, ResourceId) or not isinstance(config.private_ip, Address):
                continue
            subnet = topology.subnets.get(config.subnet.key)
            if subnet is None:
                continue
            yield from _outside_subnet(config, config.private_ip, subnet)
            other = first.setdefault((subnet.vnet.key, config.private_ip), config)
            if other is not config:
                yield _used_twice(config, other)


def _outside_subnet(config: IpConfiguration, address: Address, subnet: Subnet) -> Iterator[ConflictError]:
    prefixes = [prefix for prefix in subnet.prefixes if isinstance(prefix, Prefix)]
    if len(prefixes) == len(subnet.prefixes) and not any(prefix.holds(address) for prefix in prefixes):
        held = ", ".join(map(str, prefixes)) or "no prefix"
        message = f"{_label(config)}: {address} lies outside its subnet {subnet.id.name} ({held})."
        yield ConflictError(message, where=config.where, hint="Give it an address of that subnet.")


def _used_twice(config: IpConfiguration, other: IpConfiguration) -> ConflictError:
    message = f"{_label(config)}: {config.private_ip} is already the address of {_label(other)} at {other.where}."
    return ConflictError(message, where=config.where, hint="An address stands once in a virtual network.")


def _label(config: IpConfiguration) -> str:
    return f"{config.id.parent.name}/{config.id.name}"


def _priorities(nsg: NetworkSecurityGroup) -> Iterator[TopologyError]:
    first: dict[tuple[object, int], SecurityRule] = {}
    for rule in nsg.rules:
        if not isinstance(rule.priority, int):
            continue
        if not MIN_PRIORITY <= rule.priority <= MAX_PRIORITY:
            yield _out_of_range(nsg, rule)
        other = first.setdefault((rule.direction, rule.priority), rule)
        if other is not rule:
            message = f"{nsg.id.name}/{rule.name}: priority {rule.priority} is already that of {other.name}."
            hint = "Priorities are unique in one direction of a network security group."
            yield ConflictError(message, where=rule.where, hint=hint)


def _admin_priorities(collection: AdminRuleCollection) -> Iterator[TopologyError]:
    """Admin rules begin at 1, and one rule of a collection has one number whatever its direction (REST reference)."""
    first: dict[int, SecurityRule] = {}
    for rule in collection.rules:
        if not isinstance(rule.priority, int):
            continue
        if not MIN_ADMIN_PRIORITY <= rule.priority <= MAX_PRIORITY:
            yield _out_of_range(collection, rule, MIN_ADMIN_PRIORITY)
        other = first.setdefault(rule.priority, rule)
        if other is not rule:
            message = f"{collection.id.name}/{rule.name}: priority {rule.priority} is already that of {other.name}."
            yield ConflictError(message, where=rule.where, hint="Priorities are unique in one rule collection.")


def _out_of_range(
    holder: NetworkSecurityGroup | AdminRuleCollection, rule: SecurityRule, lowest: int = MIN_PRIORITY
) -> TopologySchemaError:
    message = f"{holder.id.name}/{rule.name}: priority {rule.priority} is not in {lowest} to {MAX_PRIORITY}."
    return TopologySchemaError(message, where=rule.where, hint="Lower numbers are asked first.")


def _peerings(topology: Topology) -> Iterator[ConflictError]:
    """Peered VNets whose spaces overlap, once for each pair."""
    seen: set[frozenset[str]] = set()
    for peering in topology.peerings.values():
        local = topology.vnets.get(peering.vnet.key)
        remote = topology.vnets.get(peering.remote_vnet.key) if isinstance(peering.remote_vnet, ResourceId) else None
        if local is None or remote is None or frozenset((local.id.key, remote.id.key)) in seen:
            continue
        seen.add(frozenset((local.id.key, remote.id.key)))
        yield from _peered_overlap(peering, local, remote)


def _peered_overlap(peering: Peering, local: VirtualNetwork, remote: VirtualNetwork) -> Iterator[ConflictError]:
    for mine in local.address_space:
        for theirs in remote.address_space:
            if isinstance(mine, Prefix) and isinstance(theirs, Prefix) and mine.overlaps(theirs):
                message = f"peering {peering.id.name}: {mine} of {local.id.name} overlaps {theirs} of {remote.id.name}."
                hint = "Azure peers only virtual networks whose address spaces are apart."
                yield ConflictError(message, where=peering.where, hint=hint)
                return


class Refusal(NamedTuple):
    """Why Azure would refuse a resource, in sentences, and where it stands."""

    problem: str
    where: Where


def refusals(topology: Topology) -> Iterator[Refusal]:
    """What Azure would refuse and questions are answered on all the same: told, never raised. One for each resource."""
    for nic in topology.nics.values():
        if len(nic.ip_configurations) > 1:
            yield from _groups_apart(nic)


def _groups_apart(nic: NetworkInterface) -> Iterator[Refusal]:
    """IPv4 addresses of one NIC in different groups; an address is evaluated by the groups of its own configuration.

    Azure's error is AllIpConfigurationsOnANicMustBelongToTheSameApplicationSecurityGroups (Azure/azure-cli #21551,
    hashicorp/terraform-provider-azurerm #5591). It is about IPv4: azurerm puts no IPv6 configuration into a group, and
    Azure takes that (hashicorp/terraform-provider-azurerm #5815, #32633).
    """
    for one, other in combinations(filter(_is_ipv4, nic.ip_configurations), 2):
        if _has_more(one, other) or _has_more(other, one):
            both = f"its ip configurations {one.id.name} and {other.id.name}"
            problem = f"{nic.id.name}: {both} are in different application security groups."
            yield Refusal(f"{problem} Azure requires one set of groups for a NIC.", other.where)
            return


def _is_ipv4(config: IpConfiguration) -> bool:
    return isinstance(config.private_ip, Address) and config.private_ip.version == 4


def _has_more(one: IpConfiguration, other: IpConfiguration) -> bool:
    """Whether ``one`` is in a known group that ``other``, all of whose groups are known, is not in."""
    if any(isinstance(group, Unresolved) for group in other.asgs):
        return False
    return any(isinstance(group, ResourceId) and group not in other.asgs for group in one.asgs)


def _missing_parts(balancer: LoadBalancer) -> Iterator[DanglingReferenceError]:
    """Rules that name a frontend, pool or probe that their balancer does not have."""
    parts = {frontend.id for frontend in balancer.frontends}
    parts |= {pool.id for pool in balancer.pools} | {probe.id for probe in balancer.probes}
    for rule in balancer.rules:
        for each in (rule.frontend, rule.probe, *rule.pools):
            if isinstance(each, ResourceId) and each not in parts:
                message = f"{balancer.id.name}/{rule.id.name}: {each} is no part of {balancer.id.name}."
                yield DanglingReferenceError(message, where=rule.where, hint="Add it, or correct the reference.")


def unknown_tags(topology: Topology, names: TagNames) -> Iterator[TopologySchemaError]:
    """Every rule and route that names a service tag there is not."""
    holders: list[NetworkSecurityGroup | AdminRuleCollection]
    holders = [*topology.nsgs.values(), *topology.admin_rule_collections.values()]
    for holder in holders:
        for rule in holder.rules:
            for term in (*rule.sources.terms, *rule.destinations.terms):
                if isinstance(term, ServiceTag) and not names.holds(term.text):
                    yield _unknown_tag(f"{holder.id.name}/{rule.name}", term, names, rule.where)
    for table in topology.route_tables.values():
        for route in table.routes:
            if isinstance(route.prefix, ServiceTag) and not names.holds(route.prefix.text):
                yield _unknown_tag(f"{table.id.name}/{route.name}", route.prefix, names, route.where)


def _unknown_tag(owner: str, tag: ServiceTag, names: TagNames, where: Where) -> TopologySchemaError:
    return TopologySchemaError(f'{owner}: unknown service tag "{tag.text}".', where=where, hint=names.hint(tag.text))
