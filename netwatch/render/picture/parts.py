"""What a picture of a topology shows: networks, in them subnets, in those what has an address, and lines between them.

The same parts become an SVG, or text for Graphviz, Mermaid and D2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.model.addresses import Address
from netwatch.model.firewalls import Firewall
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, Subnet, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import VirtualHub

__all__ = ["Area", "Badge", "Card", "Line", "Network", "Picture", "picture"]

UNKNOWN = "not known"

_Placed = dict[str, list["Card"]]


class Badge(NamedTuple):
    """What a subnet is bound to: ``kind`` is nsg, routes or nat."""

    kind: str
    name: str


class Card(NamedTuple):
    """Something with an address. ``marks`` are kinds of glyphs.

    ``kind``: nic, endpoint, gateway, balancer, firewall, bastion or site.
    """

    key: str
    kind: str
    name: str
    detail: str = ""
    marks: tuple[str, ...] = ()


class Area(NamedTuple):
    """A subnet."""

    key: str
    name: str
    detail: str
    badges: tuple[Badge, ...] = ()
    cards: tuple[Card, ...] = ()


class Network(NamedTuple):
    """A virtual network, or a hub of a virtual WAN, which has one area; the last one may be what stands in none."""

    key: str
    name: str
    detail: str
    areas: tuple[Area, ...] = ()
    is_hub: bool = False


class Line(NamedTuple):
    """A line between two parts, by their keys. ``kind``: peering, half (one side alone), route or connection."""

    kind: str
    source: str
    target: str
    label: str = ""


class Picture(NamedTuple):
    """All of it, in the order of the input."""

    networks: tuple[Network, ...]
    lines: tuple[Line, ...]

    def homes(self) -> dict[str, str]:
        """The key of the network that each subnet, and each card, stands in; empty for none."""
        homes: dict[str, str] = {}
        for network in self.networks:
            for area in network.areas:
                homes[area.key] = network.key
                homes.update((card.key, network.key) for card in area.cards)
        return homes

    @property
    def caption(self) -> str:
        """What is in it, in numbers."""
        nets = [network for network in self.networks if network.key and not network.is_hub]
        areas = [area for network in nets for area in network.areas if area.key]
        nics = sum(card.kind in ("nic", "endpoint") for n in self.networks for area in n.areas for card in area.cards)
        counts = [(len(nets), "virtual network"), (len(areas), "subnet"), (nics, "NIC")]
        hubs = sum(network.is_hub for network in self.networks)
        counts += [(hubs, "virtual hub")] if hubs else []
        return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)


def picture(topology: Topology) -> Picture:
    """The parts of a picture of ``topology``, in input order."""
    cards = _cards(topology)
    networks = [_network(topology, vnet, cards) for vnet in topology.vnets.values()]
    networks += [_hub(topology, hub) for hub in topology.virtual_hubs.values()]
    loose = [card for key, found in cards.items() if key not in topology.subnets for card in found]
    outside = [*loose, *_sites(topology)]
    if outside:
        networks.append(Network("", "outside of networks", "", (Area("", "", "", cards=tuple(outside)),)))
    return Picture(
        tuple(networks), (*_peerings(topology), *_through_hubs(topology), *_routes(topology), *_connections(topology))
    )


def _network(topology: Topology, vnet: VirtualNetwork, cards: _Placed) -> Network:
    areas = tuple(_area(subnet, cards) for subnet in topology.subnets_of.get(vnet.id.key, ()))
    return Network(vnet.id.key, vnet.id.name, _listed(vnet.address_space), areas)


def _hub(topology: Topology, hub: VirtualHub) -> Network:
    """A hub with what stands in it: firewalls and gateways."""
    walls = [_firewall(each) for each in topology.firewalls.values() if each.hub == hub.id]
    gateways = [each for each in topology.hub_gateways.values() if each.hub == hub.id]
    cards = (*walls, *(Card(each.id.key, "gateway", each.id.name, _gateway_kind(each.id)) for each in gateways))
    detail = _listed((hub.prefix,)) if hub.prefix is not None else ""
    return Network(hub.id.key, hub.id.name, detail, (Area(f"{hub.id.key} hub", "virtual hub", "", cards=cards),), True)


def _gateway_kind(id: ResourceId) -> str:
    kinds = {"vpngateways": "Vpn", "p2svpngateways": "point to site"}
    return kinds.get(id.type.lower().rsplit("/", 1)[-1], "ExpressRoute")


def _through_hubs(topology: Topology) -> Iterator[Line]:
    """From each hub to the networks connected to it, and to the other hubs of its WAN that come after it."""
    hubs = list(topology.virtual_hubs.values())
    for at, hub in enumerate(hubs):
        vnets = (each.vnet.key for each in hub.connections if isinstance(each.vnet, ResourceId))
        yield from (Line("peering", hub.id.key, key) for key in vnets)
        yield from (Line("peering", hub.id.key, far.id.key) for far in hubs[at + 1 :] if far.wan == hub.wan)


def _area(subnet: Subnet, cards: _Placed) -> Area:
    bound = (("nsg", subnet.nsg), ("routes", subnet.route_table), ("nat", subnet.nat_gateway))
    badges = tuple(Badge(kind, _name(id)) for kind, id in bound if id is not None)
    return Area(subnet.id.key, subnet.id.name, _listed(subnet.prefixes), badges, tuple(cards.get(subnet.id.key, ())))


def _cards(topology: Topology) -> _Placed:
    """Everything with an address, by the key of its subnet; an empty key for what has none or an open one."""
    placed: _Placed = {}
    endpoints = {
        nic.key: endpoint.id.name
        for endpoint in topology.private_endpoints.values()
        for nic in endpoint.nics
        if isinstance(nic, ResourceId)
    }
    for nic in topology.nics.values():
        subnet = topology.subnet_of(nic)
        key = subnet.id.key if isinstance(subnet, Subnet) else ""
        placed.setdefault(key, []).append(_nic(nic, endpoints.get(nic.id.key, "")))
    for gateway in topology.gateways.values():
        known = next((each.key for each in gateway.subnets if isinstance(each, ResourceId)), "")
        placed.setdefault(known, []).append(Card(gateway.id.key, "gateway", gateway.id.name, gateway.gateway_type))
    for balancer in topology.load_balancers.values():
        subnets = [each.subnet.key for each in balancer.frontends if isinstance(each.subnet, ResourceId)]
        addresses = [str(each.private_ip) for each in balancer.frontends if isinstance(each.private_ip, Address)]
        detail = f"{', '.join(addresses) or 'public'} · balancer"
        card = Card(balancer.id.key, "balancer", balancer.id.name, detail)
        placed.setdefault(subnets[0] if subnets else "", []).append(card)
    for key, card in (*_firewalls(topology), *_bastions(topology)):
        placed.setdefault(key, []).append(card)
    return placed


def _firewalls(topology: Topology) -> Iterator[tuple[str, Card]]:
    """Each Azure firewall of a network after the key of its subnet; one of a virtual hub stands there."""
    for each in topology.firewalls.values():
        if isinstance(each.hub, ResourceId) and each.hub.key in topology.virtual_hubs:
            continue
        yield each.subnet.key if isinstance(each.subnet, ResourceId) else "", _firewall(each)


def _firewall(firewall: Firewall) -> Card:
    """A firewall with its private address; those of virtual hubs often have none in the input."""
    address = UNKNOWN if isinstance(firewall.private_ip, Unresolved) else str(firewall.private_ip or "")
    marks = ("public",) if firewall.public_ips else ()
    detail = f"{address} · firewall" if address else "firewall"
    return Card(firewall.id.key, "firewall", firewall.id.name, detail, marks)


def _bastions(topology: Topology) -> Iterator[tuple[str, Card]]:
    """Each bastion after the key of its subnet: it is not evaluated, but one sees where administrators come from."""
    for each in topology.others.values():
        if each.type.lower() == "microsoft.network/bastionhosts":
            subnets = [id.key for id in each.references if id.key in topology.subnets]
            marks = ("public",) if any(id.key in topology.public_ips for id in each.references) else ()
            yield subnets[0] if subnets else "", Card(each.id.key, "bastion", each.id.name, "bastion", marks)


def _nic(nic: NetworkInterface, endpoint: str) -> Card:
    """A NIC with its addresses and whose it is."""
    owner = nic.vm.name if isinstance(nic.vm, ResourceId) else endpoint
    addresses = ", ".join(_address(config) for config in nic.ip_configurations)
    has_public = any(config.public_ip is not None for config in nic.ip_configurations)
    held = (("nsg", nic.nsg is not None), ("public", has_public), ("forwards", nic.ip_forwarding))
    marks = tuple(mark for mark, is_there in held if is_there)
    detail = f"{addresses} · {owner}" if owner else addresses
    return Card(nic.id.key, "endpoint" if endpoint else "nic", nic.id.name, detail, marks)


def _address(config: IpConfiguration) -> str:
    return UNKNOWN if isinstance(config.private_ip, Unresolved) else str(config.private_ip or "no address")


def _sites(topology: Topology) -> Iterator[Card]:
    for site in topology.local_network_gateways.values():
        yield Card(site.id.key, "site", site.id.name, _listed(site.prefixes))
    for branch in topology.vpn_sites.values():
        yield Card(branch.id.key, "site", branch.id.name, _listed(branch.prefixes))


def _peerings(topology: Topology) -> Iterator[Line]:
    """One line for both sides of a peering; one that only one side has, or that is not connected, is a half."""
    seen: set[frozenset[str]] = set()
    sides = {
        (each.vnet.key, each.remote_vnet.key): each
        for each in topology.peerings.values()
        if isinstance(each.remote_vnet, ResourceId)
    }
    for (one, other), peering in sides.items():
        pair = frozenset((one, other))
        if pair in seen or other not in topology.vnets:
            continue
        seen.add(pair)
        back = sides.get((other, one))
        states = {peering.state or "Connected", back.state or "Connected"} if back is not None else {""}
        yield Line("peering" if states == {"Connected"} else "half", one, other)


def _routes(topology: Topology) -> Iterator[Line]:
    """From each subnet to the NICs, balancers and firewalls that its routes lead to, with those routes' prefixes."""
    owners = dict(_owners(topology))
    for subnet in topology.subnets.values():
        named = subnet.route_table
        table = topology.route_tables.get(named.key) if isinstance(named, ResourceId) else None
        hops: dict[str, list[str]] = {}
        for route in table.routes if table is not None else ():
            owner = owners.get(route.next_hop_ip) if isinstance(route.next_hop_ip, Address) else None
            if owner is not None:
                hops.setdefault(owner, []).append(getattr(route.prefix, "text", str(route.prefix)))
        for owner, prefixes in hops.items():
            yield Line("route", subnet.id.key, owner, ", ".join(prefixes))


def _owners(topology: Topology) -> Iterator[tuple[Address, str]]:
    """Addresses with what has them: of two with one address a NIC counts, then a firewall."""
    for balancer in topology.load_balancers.values():
        for frontend in balancer.frontends:
            if isinstance(frontend.private_ip, Address):
                yield frontend.private_ip, balancer.id.key
    for firewall in topology.firewalls.values():
        if isinstance(firewall.private_ip, Address):
            yield firewall.private_ip, firewall.id.key
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            if isinstance(config.private_ip, Address):
                yield config.private_ip, nic.id.key


def _connections(topology: Topology) -> Iterator[Line]:
    seen: set[frozenset[str]] = set()
    for each in topology.connections.values():
        if not isinstance(each.gateway, ResourceId) or not isinstance(each.peer, ResourceId):
            continue
        is_held = each.peer.key in topology.gateways or each.peer.key in topology.local_network_gateways
        pair = frozenset((each.gateway.key, each.peer.key))
        if is_held and pair not in seen:
            seen.add(pair)
            yield Line("connection", each.gateway.key, each.peer.key, each.id.name)
    for gateway in topology.hub_gateways.values():
        if isinstance(gateway.hub, ResourceId) and gateway.hub.key in topology.virtual_hubs:
            sites = ((each.id.name, each.site) for each in gateway.branches)
            yield from (
                Line("connection", gateway.id.key, s.key, name) for name, s in sites if isinstance(s, ResourceId)
            )


def _name(id: ResourceId | Unresolved) -> str:
    return id.name if isinstance(id, ResourceId) else UNKNOWN


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(UNKNOWN if isinstance(value, Unresolved) else str(value) for value in values)
