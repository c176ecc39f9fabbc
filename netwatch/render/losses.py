"""What a form does not keep: a topology compared with what was read of the file that was made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from netwatch.effective.regions import region_name
from netwatch.model.facts import Facts
from netwatch.model.load_balancers import BackendPool, LoadBalancer
from netwatch.model.resources import NetworkInterface
from netwatch.model.rules import PortField
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT

__all__ = ["losses"]


def losses(said: Topology, read: Topology, *, reasons: bool = True) -> Iterator[str]:
    """What differs between a topology and the file that was made of it.

    Without ``reasons`` a value that is open in both counts as kept, whatever either says of it.
    """
    shown = _same if reasons else _without_reasons
    nowhere = not any(getattr(resource, "location", "") for resource in said.resources())
    for each in fields(Topology):
        held, found = getattr(said, each.name), getattr(read, each.name)
        if isinstance(held, dict):
            quiet = ("location", "type") if each.name == "others" else ("location",) if nowhere else ()
            for key, thing in held.items():
                yield from _difference(thing, found.get(key), quiet, shown)
    if said.semantics != read.semantics:
        yield "the readings that it chooses."
    if _facts(said.facts) != _facts(read.facts):
        yield "some facts."


def _facts(facts: Facts) -> tuple[object, object]:
    """Facts that answers rest on; what is deployed where, however many deployments say it."""
    deployed = {
        (region_name(each.region), id) for each in facts.network_manager_deployments for id in each.configurations
    }
    return replace(facts, unused=(), network_manager_deployments=()), deployed


def _difference(thing: Any, found: Any, quiet: tuple[str, ...], shown: Callable[[Any], Any]) -> Iterator[str]:
    """The fields in which a resource differs, but for ``quiet`` ones, of which no answer depends."""
    kind = thing.id.type.rsplit("/", 1)[-1]
    if found is None:
        yield f"{thing.id.name} ({kind})."
    elif found != thing and shown(found) != shown(thing):
        thing, found = shown(thing), shown(found)
        compared = [each.name for each in fields(thing) if each.compare and each.name not in quiet]
        names = [name for name in compared if _unlike(thing, found, name)]
        if names:
            yield f"{', '.join(names).replace('_', ' ')} of {thing.id.name} ({kind})."


def _same(value: Any) -> Any:
    return value


def _without_reasons(value: Any) -> Any:
    """Everything as it is, with one reason for all that is open."""
    if isinstance(value, Unresolved):
        return Unresolved("open")
    if isinstance(value, PortField):
        pairs = zip(value.ranges, value.texts, strict=True)
        texts = tuple("" if isinstance(each, Unresolved) else text for each, text in pairs)
        return replace(value, ranges=_without_reasons(value.ranges), texts=texts)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(map(_without_reasons, value))
    if is_dataclass(value) and not isinstance(value, type):
        changes = {each.name: _without_reasons(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **changes)
    return value


def _unlike(thing: object, found: object, name: str) -> bool:
    """Whether a field differs in more than how it is written."""
    one, other = getattr(thing, name), getattr(found, name)
    if name == "ip_configurations" and isinstance(thing, NetworkInterface):
        one, other = ([replace(each, assumed=False) for each in configs] for configs in (one, other))
    if name == "location":
        one, other = (region_name(each) for each in (one, other))
    if name == "sku":  # a load balancer or public address without one is Basic
        one, other = (each or "Basic" for each in (one, other))
    if name == "service_endpoints":  # no answer depends on the regions of one
        one, other = ([each.service for each in endpoints] for endpoints in (one, other))
    if name.endswith("rules") and not isinstance(thing, LoadBalancer):
        one, other = ([_plain(rule) for rule in rules] for rules in (one, other))
    if name == "pools":
        one, other = ([_pool(each) for each in pools] for pools in (one, other))
    return bool(one != other)


def _pool(pool: BackendPool) -> BackendPool:
    """Who is in a pool has no order; its network says where its addresses lie, and nothing else."""
    vnet = pool.vnet if pool.addresses else None
    return replace(pool, configurations=tuple(sorted(pool.configurations)), vnet=vnet)


def _plain(rule: Any) -> object:
    """A rule without its place, how it spells its protocol and whether it says one value in the plural."""
    rule = replace(rule, where=AZURE_DEFAULT)
    return repr(rule).replace("singular=True", "").replace("singular=False", "").split("protocol_text=")[0]
