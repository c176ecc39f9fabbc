"""What an input leaves undone: parts that stand in it and have no effect as they are."""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["load_notes"]


def load_notes(topology: Topology) -> Iterator[str]:
    """One sentence for each thing a person may think is in force and is not, in input order."""
    yield from _in_no_subnet(topology)
    yield from _not_deployed(topology)
    yield from _empty_groups(topology)
    yield from _nothing_learned(topology)


def _in_no_subnet(topology: Topology) -> Iterator[str]:
    for nic in topology.nics.values():
        if nic.ip_configurations and all(config.subnet is None for config in nic.ip_configurations):
            yield f"network interface {nic.id.name} names no subnet, so it is in no network."


def _not_deployed(topology: Topology) -> Iterator[str]:
    """Configurations of network managers do nothing until they are deployed, which no resource says."""
    deployed = {id for each in topology.facts.network_manager_deployments for id in each.configurations}
    for configurations in (topology.security_admin_configurations, topology.connectivity_configurations):
        for configuration in configurations.values():
            if configuration.id not in deployed:
                yield (
                    f"{configuration.id.name} of {configuration.id.parent.name} is not deployed, so it does nothing; "
                    "declare the fact networkManagerDeployments where it is."
                )


def _empty_groups(topology: Topology) -> Iterator[str]:
    for group in topology.network_groups.values():
        if not group.members:
            yield (
                f"network group {group.id.name} of {group.id.parent.name} has no members here; "
                "those that Azure Policy adds are not in an export: add them as static members."
            )


def _nothing_learned(topology: Topology) -> Iterator[str]:
    """A circuit brings its routes over BGP alone (Microsoft documentation, ExpressRoute routing requirements)."""
    learned = topology.facts.gateway_learned_routes
    for connection in topology.connections.values():
        gateway = connection.gateway
        if connection.kind.lower() == "expressroute" and isinstance(gateway, ResourceId) and gateway.key not in learned:
            yield (
                f"{connection.id.name}: what its gateway learns over ExpressRoute is not declared; "
                "declare the fact gatewayLearnedRoutes."
            )
