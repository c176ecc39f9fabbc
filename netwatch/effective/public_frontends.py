"""Whether a machine can be reached from the internet at all when no group says so."""

from __future__ import annotations

from netwatch.effective.context_tags import internet_prefixes
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface
from netwatch.model.topology import Topology

__all__ = ["is_closed_without_group"]


def is_closed_without_group(topology: Topology, nic: NetworkInterface, source: Address) -> bool:
    """Whether traffic from ``source`` is dropped at ``nic`` because no group is bound, although none denies it.

    A Standard public address or load balancer is closed to inbound traffic unless a network security group opens it; a
    Basic one is open. Source: "Public IP addresses" (SKUs), and PSRule for Azure, rule Azure.PublicIP.StandardSKU.
    """
    if not any(prefix.holds(source) for prefix in internet_prefixes(ipv6=True)):
        return False
    return _has_standard_address(topology, nic) or _is_behind_standard_balancer(topology, nic)


def _has_standard_address(topology: Topology, nic: NetworkInterface) -> bool:
    ids = (config.public_ip for config in nic.ip_configurations if isinstance(config.public_ip, ResourceId))
    return any(topology.public_ips[id.key].sku.lower() == "standard" for id in ids if id.key in topology.public_ips)


def _is_behind_standard_balancer(topology: Topology, nic: NetworkInterface) -> bool:
    return any(
        balancer.sku.lower() == "standard" and any(frontend.public_ip is not None for frontend in balancer.frontends)
        for config in nic.ip_configurations
        for balancer in topology.balancers_of.get(config.id.key, ())
    )
