"""effectiveNetworkSecurityGroups: every rule at a NIC, with tags and groups turned into prefixes."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.targets import check_running, find_nic
from netwatch.model.answers import EffectiveNsg, EffectiveRulesAnswer
from netwatch.model.unresolved import Unresolved

__all__ = ["effective_rules"]


def effective_rules(compiled: CompiledTopology, nic: str) -> EffectiveRulesAnswer:
    """The rule lists bound to ``nic`` (a NIC, or a machine for its primary NIC) and its subnet, with effective rules.

    The NIC's group comes first, then the subnet's (recorded), then admin rules, one entry for each network manager.
    A group the input names but does not hold is left out and noted.
    Raises ResourceNotFoundError, UnsupportedError; RefusedByAzureError, with the rules beside it, where no machine
    holds the NIC or its machine is declared not to run.
    """
    card = find_nic(compiled.topology, nic)
    admin = (binding.nsg for binding in compiled.admin_bindings(card))
    nsgs = (*compiled.effective_nsgs(card), *(nsg for nsg in admin if isinstance(nsg, EffectiveNsg)))
    missing = tuple(
        f"the group on the {binding.level.value} is left out: {binding.nsg}"
        for binding in compiled.bindings(card)
        if isinstance(binding.nsg, Unresolved)
    )
    rules = tuple(rule for nsg in nsgs for rule in nsg.nsg.rules)
    answer = EffectiveRulesAnswer(card, nsgs, compiled.published_tags_in(rules), missing)
    code = "NicMustBeAttachedToRunningVmToGetEffectiveSecurityGroups"
    check_running(compiled.topology, card, code=code, what="security groups", answer=answer)
    return answer
