"""effectiveNetworkSecurityGroups: every rule at a NIC, with tags and groups turned into prefixes."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.unsupported import refuse_admin_rules
from netwatch.engines.targets import find_nic
from netwatch.model.answers import EffectiveRulesAnswer
from netwatch.model.unresolved import Unresolved

__all__ = ["effective_rules"]


def effective_rules(compiled: CompiledTopology, nic: str) -> EffectiveRulesAnswer:
    """The groups bound to ``nic`` (a NIC, or a machine for its primary NIC) and its subnet, with effective rules.

    The NIC's group comes first (recorded). A group the input names but does not hold is left out and noted.
    Raises ResourceNotFoundError, UnsupportedError.
    """
    refuse_admin_rules(compiled.topology)
    card = find_nic(compiled.topology, nic)
    nsgs = compiled.effective_nsgs(card)
    missing = tuple(
        f"the group on the {binding.level.value} is left out: {binding.nsg}"
        for binding in compiled.bindings(card)
        if isinstance(binding.nsg, Unresolved)
    )
    rules = tuple(rule for nsg in nsgs for rule in nsg.nsg.rules)
    return EffectiveRulesAnswer(card, nsgs, compiled.published_tags_in(rules), missing)
