"""Public addresses: what listens behind one of the input, and which one a flow bears when it leaves.

Sources: "Public IP addresses" (Standard is closed to inbound traffic until a network security group opens it),
"Default outbound access in Azure" and "Azure NAT Gateway resource" (who gives the outbound address, in which order),
"Azure Load Balancer SKUs" (a Standard internal one gives no outbound access), "Outbound connections" (IP protocols).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import HANDS_TO, INTERNET, heads
from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, NicAddress
from netwatch.engines.path.stops import PublicAddress, platform_issue
from netwatch.model.addresses import Address
from netwatch.model.answers import Egress, Issue
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, PublicIpAddress, Reference, Subnet
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.model.load_balancers import LoadBalancer

__all__ = [
    "closed_inbound",
    "egress",
    "find_front",
    "find_public_ip",
    "firewall_egress",
    "no_way_out",
    "takes_nothing_in",
    "why_no_way_out",
]


def find_public_ip(compiled: CompiledTopology, address: Address) -> PublicIpAddress | None:
    """The public IP address resource of the input that is ``address``; None without one."""
    found = (compiled.topology.public_ips[key] for key in heads(compiled.ways, INTERNET, HANDS_TO))
    return next((each for each in found if each.address == address), None)


def find_front(compiled: CompiledTopology, address: Address) -> PublicAddress | None:
    """What listens behind a public address of the input: a NIC or a load balancer; None where nothing known does."""
    public_ip = find_public_ip(compiled, address)
    if public_ip is None:
        return None
    behind = next(_behind(compiled, public_ip.id), None)
    return PublicAddress(public_ip, behind) if behind is not None else None


def _behind(
    compiled: CompiledTopology, public_ip: ResourceId
) -> Iterator[NicAddress | BalancerAddress | FirewallAddress]:
    topology = compiled.topology
    for key in heads(compiled.ways, public_ip.key, HANDS_TO):
        if key in topology.nics:
            nic = topology.nics[key]
            yield from (NicAddress(nic, config) for config in nic.ip_configurations if config.public_ip == public_ip)
        elif key in topology.load_balancers:
            balancer = topology.load_balancers[key]
            yield from (BalancerAddress(balancer, each) for each in balancer.frontends if each.public_ip == public_ip)
        else:
            firewall = topology.firewalls[key]
            if isinstance(firewall.subnet, ResourceId):
                yield FirewallAddress(firewall, firewall.subnet)
            elif firewall.hub is not None:
                yield FirewallAddress(firewall, None)


def closed_inbound(compiled: CompiledTopology, front: PublicAddress, place: NicAddress) -> Issue | None:
    """The issue of what comes through a Standard public address to a NIC without any network security group.

    Behind a firewall there is none: the public address is the firewall's, and the NIC hears from a private one.
    """
    if isinstance(front.behind, FirewallAddress):
        return None
    sku = front.behind.balancer.sku if isinstance(front.behind, BalancerAddress) else front.public_ip.sku
    if not sku.lower().startswith("standard") or compiled.bindings(place.nic):
        return None
    return platform_issue("StandardSkuWithoutNetworkSecurityGroup", front.public_ip.where, "Inbound")


def egress(topology: Topology, place: NicAddress, protocol: Protocol) -> Egress:
    """How flows of an address leave to the Internet, once a route sends them there.

    NAT gateway of the subnet, then the address's own public one, then a load balancer's, then default outbound
    access, which IPv4 alone has, and which neither a private subnet (defaultOutboundAccess) nor the backends of a
    Standard load balancer have, nor a machine with a Standard public address on another of its NICs. Only the own
    public one carries more than TCP and UDP.
    """
    nic, subnet, own = place.nic.id, topology.subnet_of(place.nic), place.config.public_ip
    gateway = subnet.nat_gateway if isinstance(subnet, Subnet) else None
    if gateway is not None and _is_translated(protocol):
        held = topology.nat_gateways.get(gateway.key) if isinstance(gateway, ResourceId) else None
        return Egress("NatGateway", nic, _first(topology, held.public_ips if held else ()), held.id if held else None)
    if own is not None:
        return Egress("PublicIpAddress", nic, _first(topology, (own,)), own if isinstance(own, ResourceId) else None)
    return _shared_egress(topology, place) if _is_translated(protocol) else Egress("None", nic)


def _is_translated(protocol: Protocol) -> bool:
    """Whether addresses that several senders share can carry it: they are told apart by port."""
    return protocol in (Protocol.TCP, Protocol.UDP)


def firewall_egress(topology: Topology, stop: FirewallAddress) -> Egress:
    """How flows of a firewall leave to the Internet: by the NAT gateway of its subnet, else by its public address."""
    subnet = topology.subnets.get(stop.subnet.key) if stop.subnet is not None else None
    gateway = subnet.nat_gateway if subnet is not None else None
    if isinstance(gateway, ResourceId) and gateway.key in topology.nat_gateways:
        held = topology.nat_gateways[gateway.key]
        return Egress("NatGateway", stop.firewall.id, _first(topology, held.public_ips), held.id)
    own = next((each for each in stop.firewall.public_ips if isinstance(each, ResourceId)), None)
    return Egress("PublicIpAddress", stop.firewall.id, _first(topology, stop.firewall.public_ips), own)


def _shared_egress(topology: Topology, place: NicAddress) -> Egress:
    for balancer in topology.balancers_of.get(place.config.id.key, ()):
        public = _outbound_addresses(balancer, place.config.id)
        if public:
            return Egress("LoadBalancer", place.nic.id, _first(topology, public), balancer.id)
    return Egress("None" if _why_closed(topology, place) else "DefaultOutbound", place.nic.id)


def _why_closed(topology: Topology, place: NicAddress) -> str:
    """Why Azure gives an address no default outbound access, as a clause; empty where it does.

    Source: "Default outbound access in Azure". What the NIC says of itself goes before its subnet, whose setting counts
    from the next start of a machine on; of a machine that does not run it says nothing.
    """
    if place.address is not None and place.address.version == 6:
        return "default outbound access has no IPv6"
    if place.nic.default_outbound is not None and _runs(topology, place):
        return "" if place.nic.default_outbound else "Azure has given it none (defaultOutboundConnectivityEnabled)"
    balancers = topology.balancers_of.get(place.config.id.key, ())
    standard = next((each for each in balancers if _is_standard(each)), None)
    if standard is not None:
        return f"it is behind {standard.id.name}, which is Standard"
    if _is_private(topology, place):
        return "its subnet is private (defaultOutboundAccess)"
    return _why_machine_is_closed(topology, place)


def _why_machine_is_closed(topology: Topology, place: NicAddress) -> str:
    """The same of all NICs of a machine: one of a flexible scale set, or with a Standard public address on any NIC."""
    machine = topology.vms.get(place.nic.vm.key) if isinstance(place.nic.vm, ResourceId) else None
    if machine is not None and machine.scale_set is not None:
        return f"{machine.id.name} is of a scale set of flexible orchestration"
    public = _public_nic(topology, place)
    if public is None:
        return ""
    return f"{public.id.name} of the same machine has a public address, which ends default outbound access"


def _runs(topology: Topology, place: NicAddress) -> bool:
    vm = place.nic.vm
    return not isinstance(vm, ResourceId) or topology.facts.power_state.get(vm.key, "running") == "running"


def _outbound_addresses(balancer: LoadBalancer, config: ResourceId) -> list[Reference]:
    """The public addresses a balancer gives a backend: by an outbound rule, else by a balancing rule with its SNAT on.

    A frontend that is not known is public where another one is: a balancer is either public or internal. A Basic one
    gives any public frontend it has. Source: "Use Source Network Address Translation (SNAT) for outbound connections".
    """
    pools = {pool.id for pool in balancer.pools if config in pool.configurations}
    used = [id for rule in balancer.outbound_rules if rule.pool in pools for id in rule.frontends]
    balancing = [rule for rule in balancer.rules if rule.outbound_snat and pools.intersection(rule.pools)]
    used += [rule.frontend for rule in balancing if rule.frontend is not None]
    public = {each.id: each.public_ip for each in balancer.frontends if each.public_ip is not None}
    known: list[Reference] = [public[id] for id in used if isinstance(id, ResourceId) and id in public]
    found = known or [id for id in used if isinstance(id, Unresolved) and public]
    return found or ([] if _is_standard(balancer) else list(public.values()))


def _is_private(topology: Topology, place: NicAddress) -> bool:
    """Whether the subnet has defaultOutboundAccess off ("Default outbound access in Azure")."""
    subnet = topology.subnet_of(place.nic)
    return isinstance(subnet, Subnet) and not subnet.default_outbound_access


def _public_nic(topology: Topology, place: NicAddress) -> NetworkInterface | None:
    """A NIC of the same machine that has a Standard public address."""
    machine = place.nic.vm
    nics = topology.nics_of.get(machine.key, ()) if isinstance(machine, ResourceId) else ()
    return next((nic for nic in nics if any(_is_standard_ip(topology, each) for each in nic.ip_configurations)), None)


def _is_standard_ip(topology: Topology, config: IpConfiguration) -> bool:
    own = config.public_ip
    held = topology.public_ips.get(own.key) if isinstance(own, ResourceId) else None
    return held is not None and held.sku.lower().startswith("standard")


def _is_standard(balancer: LoadBalancer) -> bool:
    return balancer.sku.lower() == "standard"


def _first(topology: Topology, public_ips: Iterable[Reference]) -> Address | None:
    for reference in public_ips:
        held = topology.public_ips.get(reference.key) if isinstance(reference, ResourceId) else None
        if held is not None and isinstance(held.address, Address):
            return held.address
    return None


def why_no_way_out(topology: Topology, place: NicAddress, protocol: Protocol) -> str:
    """Why nothing gives a NIC a public address, as a sentence."""
    if not _is_translated(protocol):
        what = "it has no public address of its own, and everything else carries TCP and UDP only"
        return f"{place.name} has no way out for {protocol.value.upper()}: {what}"
    nothing = "neither a NAT gateway, nor a public address of its own, nor an outbound rule gives it one"
    return f"{place.name} has no way out: {_why_closed(topology, place)}, and {nothing}"


def takes_nothing_in(compiled: CompiledTopology, address: Address) -> bool:
    """Whether ``address`` is one that a NAT gateway sends from, which takes in replies alone.

    Source: "Azure NAT Gateway resource".
    """
    public_ip, gateways = find_public_ip(compiled, address), compiled.topology.nat_gateways.values()
    return public_ip is not None and any(public_ip.id in each.public_ips for each in gateways)


def no_way_out(found: Egress) -> tuple[Issue, ...]:
    """The issue of a flow that a route sends to the Internet and nothing gives a public address."""
    return (platform_issue("NoOutboundAccess", origin="Outbound"),) if found.kind == "None" else ()
