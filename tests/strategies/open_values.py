"""Networks of which some values are not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.routes import UserRoute
from netwatch.model.rules import AddressField, PortField, SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["with_open_values"]

_REASONS = ("it is a parameter without a value", 'it\'s "drawn" on deployment: {later}', "no such file")
_EXPRESSIONS = ("", "[parameters('p')]", "azurerm_subnet.a.id", "/subscriptions/s/x")

_Change = Callable[[Unresolved], Topology]


@st.composite
def with_open_values(draw: st.DrawFn, topology: Topology, *, most: int = 3) -> Topology:
    """The topology with one value or a few taken away."""
    for _ in range(draw(st.integers(1, most))):
        change = draw(st.sampled_from(list(_changes(topology))))
        topology = change(Unresolved(draw(st.sampled_from(_REASONS)), draw(st.sampled_from(_EXPRESSIONS))))
    return topology


def _changes(topology: Topology) -> Iterator[_Change]:
    """Everything that may be taken away, one function for each."""
    for name, one in (
        ("subnets", _of_subnet),
        ("nics", _of_nic),
        ("nsgs", _of_group),
        ("admin_rule_collections", _of_group),
        ("route_tables", _of_table),
        ("vnets", lambda vnet: [("address_space", lambda open: (open, *vnet.address_space[1:]))]),
        ("peerings", lambda _: [("remote_vnet", lambda open: open)]),
        ("public_ips", lambda each: [("address", lambda open: open)]),
        ("local_network_gateways", lambda _: [("prefixes", lambda open: (open,))]),
        ("gateways", lambda _: [("client_prefixes", lambda open: (open,)), ("default_site", lambda open: open)]),
        ("private_endpoints", lambda _: [("subnet", lambda open: open)]),
    ):
        for key, thing in getattr(topology, name).items():
            for field, made in one(thing):
                yield _change(topology, name, (key, thing, field), made)


def _change(topology: Topology, name: str, at: tuple[str, Any, str], made: Callable[[Unresolved], Any]) -> _Change:
    key, thing, field = at

    def change(open: Unresolved) -> Topology:
        changes: dict[str, Any] = {name: {**getattr(topology, name), key: replace(thing, **{field: made(open)})}}
        return replace(topology, **changes)

    return change


_Fields = Iterator[tuple[str, Callable[[Unresolved], Any]]]


def _of_subnet(subnet: Subnet) -> _Fields:
    yield "prefixes", lambda open: (open, *subnet.prefixes[1:])
    for name in ("nsg", "route_table", "nat_gateway"):
        yield name, lambda open: open


def _of_nic(nic: NetworkInterface) -> _Fields:
    yield "nsg", lambda open: open
    first, *rest = nic.ip_configurations
    for field in ("private_ip", "subnet", "public_ip", "asgs"):
        yield "ip_configurations", lambda open, field=field: (_opened(first, field, open), *rest)  # type: ignore[misc]


def _opened(config: Any, field: str, open: Unresolved) -> Any:
    changed = replace(config, **{field: (*config.asgs, open) if field == "asgs" else open})
    return replace(changed, assumed=False) if field == "private_ip" else changed


def _of_group(group: Any) -> _Fields:
    for at, rule in enumerate(group.rules):
        for made in _of_rule(rule):
            yield "rules", lambda open, at=at, made=made: _with(group.rules, at, made(open))  # type: ignore[misc]


def _with(held: tuple[Any, ...], at: int, new: Any) -> tuple[Any, ...]:
    return (*held[:at], new, *held[at + 1 :])


def _of_rule(rule: SecurityRule) -> Iterator[Callable[[Unresolved], SecurityRule]]:
    yield lambda open: replace(rule, priority=open)
    yield lambda open: replace(rule, direction=open)
    yield lambda open: replace(rule, access=open)
    yield lambda open: replace(rule, protocol=open, protocol_text="")
    yield lambda open: replace(rule, sources=AddressField((open,)))
    yield lambda open: replace(rule, destinations=AddressField((open,)))
    yield lambda open: replace(rule, source_ports=PortField((open,), (open.text,)))
    yield lambda open: replace(rule, destination_ports=PortField((open,), (open.text,)))


def _of_table(table: Any) -> _Fields:
    for at, route in enumerate(table.routes):
        for made in _of_route(route):
            yield "routes", lambda open, at=at, made=made: _with(table.routes, at, made(open))  # type: ignore[misc]


def _of_route(route: UserRoute) -> Iterator[Callable[[Unresolved], UserRoute]]:
    yield lambda open: replace(route, prefix=open)
    yield lambda open: replace(route, next_hop_type=open)
    if route.next_hop_ip is not None:
        yield lambda open: replace(route, next_hop_ip=open)
