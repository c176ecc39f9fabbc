"""What a path is made of: where a flow can stop, how it goes on from there, and ARM's words for why it does not."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, NamedTuple

from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, NicAddress
from netwatch.model.answers import Issue
from netwatch.model.routes import EffectiveRoute, RouteSource
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.effective.hub_tables import HubRow
    from netwatch.model.resources import Peering, PublicIpAddress, Subnet, VirtualNetworkGateway
    from netwatch.model.virtual_hubs import HubConnection, VirtualHub
    from netwatch.model.where import Where

__all__ = [
    "GatewayStop",
    "HubStop",
    "Onward",
    "PublicAddress",
    "Stop",
    "dropped_by",
    "key_of",
    "looped",
    "name_of",
    "platform_issue",
    "route_issue",
    "unless_seen",
]


class GatewayStop(NamedTuple):
    """A virtual network gateway on the way; ``subnet`` is its own, None where the input does not hold it.

    ``inward``: the flow comes out of a tunnel here, and goes on by the routes of ``subnet``.
    """

    gateway: VirtualNetworkGateway
    subnet: Subnet | None
    inward: bool = False


class PublicAddress(NamedTuple):
    """A public address of the input, and what listens behind it."""

    public_ip: PublicIpAddress
    behind: NicAddress | BalancerAddress | FirewallAddress


class HubStop(NamedTuple):
    """A hub of a virtual WAN on the way, and the row of its table that takes the flow on.

    ``connection`` is the one it came in by, None where it came from another hub or a branch.
    """

    hub: VirtualHub
    row: HubRow
    connection: HubConnection | None = None


Stop = NicAddress | BalancerAddress | GatewayStop | PublicAddress | FirewallAddress | HubStop
"""Where a flow can be between its ends."""


class Onward(NamedTuple):
    """Where a flow goes from where it stands. ``link`` is ARM's link type, empty when it goes nowhere.

    Link types that no recording shows are spelled as the next hop type of the effective route.
    ``stop`` is where it comes to, None after a drop and where it leaves what the input holds; ``end`` is the hop
    type of what it leaves to. ``crossed`` is the peering on the way. ``issues`` say why it is dropped, ``notes`` the
    same for a person; ``unresolved`` what leaves it open.
    """

    link: str
    route: EffectiveRoute | None = None
    stop: Stop | None = None
    crossed: Peering | None = None
    issues: tuple[Issue, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[str, ...] = ()
    end: str = ""


def key_of(stop: Stop) -> str:
    """What a flow must not come to twice."""
    if isinstance(stop, NicAddress):
        return stop.nic.id.key
    if isinstance(stop, BalancerAddress):
        return stop.frontend.id.key
    if isinstance(stop, FirewallAddress):
        return stop.firewall.id.key
    if isinstance(stop, GatewayStop):
        return f"{stop.gateway.id.key} {'in' if stop.inward else 'out'}"
    if isinstance(stop, HubStop):
        return f"{stop.hub.id.key} {stop.row.prefix}"
    return stop.public_ip.id.key


def name_of(stop: Stop) -> str:
    """What a person calls it."""
    if isinstance(stop, GatewayStop):
        return stop.gateway.id.name
    if isinstance(stop, HubStop):
        return stop.hub.id.name
    return stop.public_ip.id.name if isinstance(stop, PublicAddress) else stop.name


def platform_issue(reason: str, where: Where | None = None, origin: str = "Local") -> Issue:
    """What ARM has no issue type for: Platform is the nearest, and the reason stands in its context."""
    return Issue(origin, "Platform", context=(("Reason", reason),), where=where)


def route_issue(route: EffectiveRoute | None) -> Issue:
    """UserDefinedRoute is ARM's word for system routes too; the context tells which (recorded: ``Default``)."""
    user = route is not None and route.source is RouteSource.USER
    context = (("RouteType", "User" if user else "Default"),)
    return Issue("Outbound", "UserDefinedRoute", context=context, where=route.where if route else None)


def dropped_by(route: EffectiveRoute | None) -> tuple[Issue, ...]:
    """A user route to None is one issue; a system one, or no route at all, two (recorded: RouteMissing comes first)."""
    if route is not None and route.source is RouteSource.USER:
        return (route_issue(route),)
    return (Issue("Local", "RouteMissing"), route_issue(route))


def unless_seen(onward: Onward, seen: Set[str]) -> Onward:
    """The same way on, or the drop of a flow that would come to a stop a second time; ``seen`` are keys of stops."""
    return looped(onward) if onward.stop is not None and key_of(onward.stop) in seen else onward


def looped(onward: Onward) -> Onward:
    """The drop of a flow that would come to a stop a second time."""
    assert onward.stop is not None
    note = f"a routing loop: the route at this hop leads back to {name_of(onward.stop)}"
    return Onward("", onward.route, issues=(route_issue(onward.route),), notes=(note,))
