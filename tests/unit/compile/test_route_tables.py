from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.route_tables import CompiledRoutes, compile_routes
from netwatch.effective.routes import Selection, select_route
from netwatch.matcher.look_up import look_up
from netwatch.model.addresses import Address, parse_address, parse_prefix
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState
from netwatch.model.semantics import Semantics
from netwatch.model.unresolved import Unresolved

SEMANTICS = Semantics()
PREFIXES = (
    "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.0.128/25", "10.0.0.4/32", "10.1.0.0/16",
    "128.0.0.0/1", "255.255.255.255/32", "::/0", "fd00::/8", "fd00::/64", "fd00::4/128", "fd00:0:0:1::/64", "8000::/1",
)  # fmt: skip
ADDRESSES = (
    "0.0.0.0", "9.255.255.255", "10.0.0.0", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.255", "10.0.1.0", "10.2.0.0",
    "11.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.254", "255.255.255.255", "::", "fd00::3", "fd00::4",
    "fd00::5", "fd00:0:0:1::", "fd00:0:0:2::", "fdff::", "fe00::", "7fff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)  # fmt: skip


def route(
    *prefixes: str, source: RouteSource = RouteSource.USER, tag: str = "", state: RouteState = RouteState.ACTIVE
) -> EffectiveRoute:
    """A route of the given prefixes; its name tells it from others."""
    name = " ".join((*prefixes, source.value))
    return EffectiveRoute(
        tuple(parse_prefix(text) for text in prefixes), NextHopType.INTERNET, source, state, name=name, tag=tag
    )


def routes() -> st.SearchStrategy[EffectiveRoute]:
    some = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=3, unique=True)
    return st.builds(
        lambda texts, source, tag, state: route(*texts, source=source, tag=tag, state=state),
        some,
        st.sampled_from(RouteSource),
        st.sampled_from(["", "Storage", "Storage.WestEurope", "AzureCloud"]),
        st.sampled_from([RouteState.ACTIVE, RouteState.ACTIVE, RouteState.INVALID]),
    )


def asked(
    compiled: CompiledRoutes, keys: list[str], addresses: list[Address], kernel: str = "numpy"
) -> list[Selection]:
    """What the tables select for each pair."""
    tables = np.array([compiled.table_of[key] for key in keys], np.uint32)
    values = [address.value for address in addresses]
    if compiled.prefixes.version == 4:
        found = look_up(compiled.prefixes, tables, np.array(values, np.uint32), kernel=kernel)
    else:
        halves = (
            np.array([value >> 64 for value in values], np.uint64),
            np.array([value & (1 << 64) - 1 for value in values], np.uint64),
        )
        found = look_up(compiled.prefixes, tables, halves, kernel=kernel)
    return [compiled.selections[place] for place in found.tolist()]


@pytest.mark.parametrize("version", [4, 6])
@given(some=st.dictionaries(st.sampled_from("abcd"), st.lists(routes(), max_size=6).map(tuple), min_size=1))
def test_tables_select_what_select_route_does(version: int, some: dict[str, tuple[EffectiveRoute, ...]]) -> None:
    compiled = compile_routes(some, version, semantics=SEMANTICS)
    addresses = [address for address in map(parse_address, ADDRESSES) if address.version == version]
    pairs = list(product(some, addresses))
    expected = [select_route(some[key], address, SEMANTICS) for key, address in pairs]
    assert asked(compiled, [key for key, _ in pairs], [address for _, address in pairs]) == expected


def test_equal_routes_are_one_table() -> None:
    shared = (route("0.0.0.0/0"),)
    compiled = compile_routes({"a": shared, "b": (route("10.0.0.0/8"),), "c": shared}, 4, semantics=SEMANTICS)
    assert compiled.table_of == {"a": 0, "b": 1, "c": 0}
    assert compiled.prefixes.many == 2


def test_the_selection_names_the_row_with_all_its_prefixes() -> None:
    row = route("10.0.0.0/24", "10.1.0.0/16")
    compiled = compile_routes({"a": (row,)}, 4, semantics=SEMANTICS)
    (found,) = asked(compiled, ["a"], [parse_address("10.1.2.3")])
    assert found == Selection(row, parse_prefix("10.1.0.0/16"), (row,))


def test_a_row_with_an_open_prefix_leaves_the_selection_open() -> None:
    reason = Unresolved("a parameter has no value")
    open_row = EffectiveRoute((), NextHopType.INTERNET, RouteSource.USER, unresolved=(reason,))
    rows = (route("0.0.0.0/0", source=RouteSource.DEFAULT), route("10.0.0.4/32"), open_row)
    compiled = compile_routes({"a": rows}, 4, semantics=SEMANTICS)
    found = asked(compiled, ["a", "a"], [parse_address("8.8.8.8"), parse_address("10.0.0.4")])
    assert found[0].route == reason
    assert found[1].route == rows[1]
