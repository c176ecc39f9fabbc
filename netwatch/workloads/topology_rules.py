"""The rule list of a topology that costs the most to match."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from netwatch.errors import QueryError
from netwatch.matcher.tables import RuleTable
from netwatch.model.answers import EffectiveNsg, EffectiveRule
from netwatch.model.flow import Direction
from netwatch.model.resources import NetworkInterface

if TYPE_CHECKING:
    from netwatch.compile.compiled_topology import CompiledTopology

__all__ = ["largest_rule_list"]


def largest_rule_list(compiled: CompiledTopology, *, nic: str = "") -> tuple[str, RuleTable]:
    """The name (group and direction) and the IPv4 table of the rule list that joins the most prefixes.

    Of all NICs, or of the one that is named; raises ResourceNotFoundError where there is none of that name, and
    QueryError where no group is bound.
    """
    found: dict[tuple[str, Direction], tuple[int, EffectiveNsg]] = {}
    for one in _nics(compiled, nic):
        for nsg in compiled.effective_nsgs(one):
            for direction in Direction:
                key = nsg.bound_to.key, direction
                if key not in found:
                    found[key] = _weight(compiled.rules(nsg, direction)), nsg
    if not found:
        raise QueryError("no NIC here has a network security group.", hint="Name a rule set with --rules instead.")
    (_, direction), (_, nsg) = max(found.items(), key=lambda item: item[1][0])
    return f"{nsg.nsg.id.name} {direction.value}", compiled.rule_table(nsg, direction, 4).table


def _nics(compiled: CompiledTopology, name: str) -> Iterable[NetworkInterface]:
    if not name:
        return compiled.topology.nics.values()
    from netwatch.engines.targets import find_nic

    return [find_nic(compiled.topology, name)]


def _weight(rules: Iterable[EffectiveRule]) -> int:
    return sum(max(len(rule.sources), 1) * max(len(rule.destinations), 1) for rule in rules)
