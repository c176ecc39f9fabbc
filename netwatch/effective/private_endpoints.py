"""Private endpoints: a route of their own for each address, in their network and in direct peers.

Sources: "Manage network policies for private endpoints"; "Azure Firewall scenarios to inspect traffic destined to a
private endpoint" and azure-docs issues 101948 and 61906 (host routes of the user's need no policy); the row's name
InterfaceEndpoint is lab output.
"""

from __future__ import annotations

from typing import NamedTuple

from netwatch.effective.peers import near_subnets
from netwatch.model.addresses import Address, Prefix
from netwatch.model.endpoints import PrivateEndpoint
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Subnet, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["EndpointAddress", "endpoint_addresses", "honours_routes", "honours_rules", "yields_to"]


class EndpointAddress(NamedTuple):
    """One address of a private endpoint, as a host prefix, and the subnet it stands in."""

    endpoint: PrivateEndpoint
    prefix: Prefix | Unresolved
    subnet: Subnet


def endpoint_addresses(topology: Topology, subnet: Subnet) -> tuple[EndpointAddress, ...]:
    """The private endpoint addresses ``subnet`` has routes to: those in its network and in what is peered with it."""
    if not topology.private_endpoints:
        return ()
    near = near_subnets(topology, subnet)
    found: list[EndpointAddress] = []
    for endpoint in topology.private_endpoints.values():
        if isinstance(endpoint.subnet, ResourceId) and endpoint.subnet.key in near:
            home = near[endpoint.subnet.key]
            found.extend(EndpointAddress(endpoint, prefix, home) for prefix in _prefixes(topology, endpoint))
    return tuple(found)


def _prefixes(topology: Topology, endpoint: PrivateEndpoint) -> list[Prefix | Unresolved]:
    configs = [
        config
        for nic in endpoint.nics
        if isinstance(nic, ResourceId) and nic.key in topology.nics
        for config in topology.nics[nic.key].ip_configurations
    ]
    found: list[Prefix | Unresolved] = []
    for config in configs:
        if isinstance(config.private_ip, Address):
            bits = 32 if config.private_ip.version == 4 else 128
            found.append(Prefix(config.private_ip.version, config.private_ip.value, bits))
        elif config.private_ip is not None:
            found.append(config.private_ip)
    return found or [Unresolved(f"the address of private endpoint {endpoint.id.name} is not in the input")]


def honours_routes(subnet: Subnet) -> bool:
    """Whether a user route that is shorter overrides endpoints in ``subnet``: its policies are on for routes."""
    return subnet.private_endpoint_network_policies.lower() in ("enabled", "routetableenabled")


def honours_rules(subnet: Subnet) -> bool:
    """Whether security rules apply to endpoints in ``subnet``: its network policies are on for security groups."""
    return subnet.private_endpoint_network_policies.lower() in ("enabled", "networksecuritygroupenabled")


def yields_to(address: EndpointAddress, route: Prefix, vnet: VirtualNetwork) -> bool:
    """Whether a user route for ``route`` makes the endpoint's own route Invalid.

    One for its very address does, as with every system route. For a shorter one the policy must be on in the endpoint's
    subnet, and the prefix at least as long as that of the address space the endpoint stands in: with 10.1.0.0/16, a /16
    does and a /8 or a default route does not.
    """
    if isinstance(address.prefix, Unresolved) or not route.holds(address.prefix):
        return False
    if route == address.prefix:
        return True
    if not honours_routes(address.subnet):
        return False
    spaces = [space for space in vnet.address_space if isinstance(space, Prefix) and space.holds(address.prefix)]
    return any(route.length >= space.length for space in spaces)
