"""Plans that are broken on purpose give errors, never a crash, and never take long."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.errors import NetwatchError
from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.topology import Topology
from tests.terraform.written import FILES, Json, call, module, network, nic, plan, subnet

_VALUES = {name: written() for name, written in FILES.items() if name != "one_line.json"}
_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, -1, 2**70, "", "x", "/", "a/b", "10.0.0.0/8", [], [None], {}, {"id": 1}, [[]]]
)


def read(value: Any) -> Topology | None:
    reader = InputReader(TopologyDraft("plan.json"))
    try:
        reader.read("plan.json", json.dumps(value))
        return reader.finish()
    except NetwatchError:
        return None


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in parts:
        found += _paths(each, (*path, key))
    return found


_PATHS = {name: _paths(value) for name, value in _VALUES.items()}


@st.composite
def _broken(draw: st.DrawFn) -> Json:
    name = draw(st.sampled_from(sorted(_VALUES)))
    value = copy.deepcopy(_VALUES[name])
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(_PATHS[name]))
        part: Any = value
        try:
            for key in path[:-1]:
                part = part[key]
            if draw(st.booleans()):
                part[path[-1]] = copy.deepcopy(draw(_ODD))
            else:
                del part[path[-1]]
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    return value


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_broken())
def test_a_broken_plan_is_read_or_refused(value: Json) -> None:
    read(value)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(_VALUES)), st.floats(0, 0.999))
def test_a_plan_that_is_cut_off_is_refused(name: str, share: float) -> None:
    text = json.dumps(_VALUES[name])
    reader = InputReader(TopologyDraft("plan.json"))
    with pytest.raises(NetwatchError):
        reader.read("plan.json", text[: int(len(text) * share)])


def _circle() -> Json:
    """A module whose input is its own output, whose value is its input."""
    inner = module([], outputs={"id": {"references": ["var.id"]}}, variables={"id": {}})
    return call(inner, {"id": {"references": ["module.a.id", "module.a"]}})


def test_references_in_a_circle_end() -> None:
    held = nic("n", {"subnet_id": {"references": ["module.a.id", "module.a"]}})
    topology = read(plan(network(), held, calls={"a": _circle()}))
    assert topology is not None
    assert len(topology.nics) == 1


def test_parents_in_a_circle_end() -> None:
    one, other = subnet("a", "10.0.1.0/24"), network("vnet")
    one["values"].pop("virtual_network_name")
    one["expressions"] = {"virtual_network_name": {"references": ["azurerm_subnet.a.name", "azurerm_subnet.a"]}}
    one["unknown"] = {"virtual_network_name": True}
    assert read(plan(one, other)) is not None


def test_a_value_with_very_many_origins_ends() -> None:
    references = [f"azurerm_subnet.s{number}.id" for number in range(50)] * 50
    held = nic("n", {"subnet_id": {"references": references}})
    subnets = [subnet(f"s{number}", f"10.0.{number}.0/24") for number in range(50)]
    topology = read(plan(network(), *subnets, held))
    assert topology is not None
    assert "or 45 others" in repr(next(iter(topology.nics.values())).ip_configurations[0].subnet)
