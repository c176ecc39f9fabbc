"""What a path is made of: where a flow can stand, how it goes on from there, and ARM's words for why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netwatch.engines.path.address_owner import Balanced, Place, Wall
from netwatch.model.answers import Issue
from netwatch.model.routes import EffectiveRoute, RouteSource
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.effective.hub_tables import HubRow
    from netwatch.model.resources import Peering, PublicIpAddress, Subnet, VirtualNetworkGateway
    from netwatch.model.virtual_hubs import HubConnection, VirtualHub
    from netwatch.model.where import Where

__all__ = [
    "Front",
    "Gate",
    "Onward",
    "Router",
    "Stand",
    "dropped_by",
    "key_of",
    "looped",
    "name_of",
    "platform_issue",
    "route_issue",
]


class Gate(NamedTuple):
    """A virtual network gateway on the way; ``subnet`` is its own, None where the input does not hold it.

    ``inward``: the flow comes out of a tunnel here, and goes on by the routes of ``subnet``.
    """

    gateway: VirtualNetworkGateway
    subnet: Subnet | None
    inward: bool = False


class Front(NamedTuple):
    """A public address of the input, and what listens behind it."""

    public_ip: PublicIpAddress
    behind: Place | Balanced | Wall


class Router(NamedTuple):
    """A hub of a virtual WAN on the way, and the row of its table that takes the flow on.

    ``connection`` is the one it came in by, None where it came from another hub or a branch.
    """

    hub: VirtualHub
    row: HubRow
    connection: HubConnection | None = None


Stand = Place | Balanced | Gate | Front | Wall | Router
"""Where a flow can stand between its ends."""


class Onward(NamedTuple):
    """Where a flow goes from where it stands. ``link`` is ARM's link type, empty when it goes nowhere.

    Link types that no recording shows are spelled as the next hop type of the effective route.
    ``place`` is where it comes to, None after a drop and where it leaves what the input holds; ``end`` is the hop
    type of what it leaves to. ``crossed`` is the peering on the way. ``issues`` say why it is dropped, ``notes`` the
    same for a person; ``unresolved`` what leaves it open.
    """

    link: str
    route: EffectiveRoute | None = None
    place: Stand | None = None
    crossed: Peering | None = None
    issues: tuple[Issue, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[str, ...] = ()
    end: str = ""


def key_of(stand: Stand) -> str:
    """What a flow must not come to twice."""
    if isinstance(stand, Place):
        return stand.nic.id.key
    if isinstance(stand, Balanced):
        return stand.frontend.id.key
    if isinstance(stand, Wall):
        return stand.firewall.id.key
    if isinstance(stand, Gate):
        return f"{stand.gateway.id.key} {'in' if stand.inward else 'out'}"
    if isinstance(stand, Router):
        return f"{stand.hub.id.key} {stand.row.prefix}"
    return stand.public_ip.id.key


def name_of(stand: Stand) -> str:
    """What a person calls it."""
    if isinstance(stand, Gate):
        return stand.gateway.id.name
    if isinstance(stand, Router):
        return stand.hub.id.name
    return stand.public_ip.id.name if isinstance(stand, Front) else stand.name


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


def looped(onward: Onward) -> Onward:
    """The drop of a flow that would come to a place a second time."""
    assert onward.place is not None
    note = f"a routing loop: the route at this hop leads back to {name_of(onward.place)}"
    return Onward("", onward.route, issues=(route_issue(onward.route),), notes=(note,))
