"""effectiveRouteTable: every route of a NIC, those that are overridden too."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.gateways import propagates
from netwatch.engines.assumed import of_routes
from netwatch.engines.targets import check_running, find_nic, subnet_of
from netwatch.model.answers import EffectiveRoutesAnswer

__all__ = ["effective_routes"]


def effective_routes(compiled: CompiledTopology, nic: str) -> EffectiveRoutesAnswer:
    """The effective routes of ``nic`` (a NIC, or a machine for its primary NIC), in Azure's order.

    Raises ResourceNotFoundError, UnsupportedError; RefusedByAzureError, with the routes beside it, where no machine
    holds the NIC or its machine is declared not to run.
    """
    card = find_nic(compiled.topology, nic)
    subnet = subnet_of(compiled.topology, card)
    routes = compiled.effective_routes(subnet)
    answer = EffectiveRoutesAnswer(
        card,
        routes,
        tuple(dict.fromkeys(of_routes(compiled.topology, routes))),
        service_tags=compiled.published_tags_under(routes),
        propagates=propagates(compiled.topology, subnet),
    )
    code = "NicMustBeAttachedToRunningVmToGetEffectiveRoutes"
    check_running(compiled.topology, card, code=code, what="routes", answer=answer)
    return answer
