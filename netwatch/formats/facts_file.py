"""Facts: what no Azure resource says, from a file beside the input or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from netwatch.errors import (
    ConflictError,
    DanglingReferenceError,
    TopologyError,
    TopologyErrors,
    TopologySchemaError,
    TopologySyntaxError,
)
from netwatch.model.addresses import Address, PortRange, Prefix, parse_address, parse_port_range, parse_prefix
from netwatch.model.facts import Deployment, Facts, Latency, ListeningPort
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.where import Where

__all__ = ["merged_facts", "read_facts", "read_facts_file"]

Path = tuple[str | int, ...]

_T = TypeVar("_T")

_DEPLOYMENT_FIELDS = (
    "region",
    "configurationIds",
    "networkManagerId",
    "commitType",
    "deploymentType",
    "deploymentStatus",
)
_CONFIGURATION_TYPES = (
    "microsoft.network/networkmanagers/securityadminconfigurations",
    "microsoft.network/networkmanagers/connectivityconfigurations",
)

_POWER_STATES = ("running", "stopped", "deallocated")


def read_facts_file(path: str, topology: Topology, *, max_bytes: int) -> Facts:
    """The facts in a YAML or JSON file, with the names in it resolved against ``topology``.

    The file is the mapping itself, or a mapping with the one key ``facts``. Raises TopologyError.
    """
    from netwatch.formats.text_file import read_text

    text = read_text(path, max_bytes=max_bytes)
    data, place = _parsed(path, text)
    if isinstance(data, dict) and [key.lower() for key in data] == ["facts"]:
        key = next(iter(data))
        return read_facts(data[key], topology, lambda path: place((key, *path)))
    return read_facts(data, topology, place)


def _parsed(source: str, text: str) -> tuple[Any, Callable[[Path], Where]]:
    if text.lstrip()[:1] in ("{", "["):
        from netwatch.formats.json_text import parse_json
        from netwatch.formats.places import pointer

        return parse_json(source, text), lambda path: Where(source, 0, pointer(path))
    from netwatch.formats.yaml_events import read_yaml

    document = read_yaml(source, text)
    if document.value is None:
        raise TopologySyntaxError("the file is empty.", where=Where(source), hint="Leave --facts away, or state some.")
    return document.value, document.place


def read_facts(data: object, topology: Topology, place: Callable[[Path], Where]) -> Facts:
    """The facts that ``data`` states, a mapping as YAML or JSON has it; ``place`` gives the place of a path in it.

    Machines and gateways are named by name where that is unique, else by ARM id. Besides the terse form of native
    files this takes the form of recorded cases: ports as ``{protocol, port}``, routes as ``{addressPrefix, origin}``.
    Raises TopologyErrors with every problem.
    """
    reading = _Reading(topology, place)
    facts = reading.facts(data)
    if reading.problems:
        raise TopologyErrors(reading.problems)
    return facts


def merged_facts(first: Facts, second: Facts) -> Facts:
    """Both, and where both speak of the same thing the second."""
    merged: dict[str, Any] = {}
    for each in fields(Facts):
        one, other = getattr(first, each.name), getattr(second, each.name)
        if other is None or one is None or isinstance(one, int):
            merged[each.name] = other or one
        else:
            merged[each.name] = one + other if isinstance(one, tuple) else one | other
    return Facts(**merged)


class _Kind(NamedTuple):
    """A kind of resource that facts speak of: its noun, and the ids of the topology by lower-case name."""

    noun: str
    names: Mapping[str, list[ResourceId]]


class _Reading:
    """One reading of facts: what names mean, and the problems so far."""

    def __init__(self, topology: Topology, place: Callable[[Path], Where]) -> None:
        self.problems: list[TopologyError] = []
        self._place = place
        self._vms = _Kind("virtual machine", _by_name(vm.id for vm in topology.vms.values()))
        speakers = [each.id for each in topology.gateways.values()]
        speakers += [each.id for each in topology.hub_gateways.values()]
        speakers += [each.id for each in topology.virtual_hubs.values()]
        self._gateways = _Kind("gateway or virtual hub", _by_name(iter(speakers)))
        self._managers = topology.network_managers
        configurations = (topology.security_admin_configurations, topology.connectivity_configurations)
        ids = (each.id for held in configurations for each in held.values())
        self._configurations = _Kind("configuration of a network manager", _by_name(ids))
        self._readers: Mapping[str, tuple[str, Callable[[object, Path], Any]]] = {
            "powerState": ("power_state", self._power_state),
            "listeningPorts": ("listening_ports", self._listening_ports),
            "latency": ("latency", self._latency),
            "latencySeed": ("latency_seed", self._latency_seed),
            "dns": ("dns", self._dns),
            "guestIpForwarding": ("guest_ip_forwarding", self._guest_ip_forwarding),
            "gatewayLearnedRoutes": ("gateway_learned_routes", self._learned_routes),
            "networkManagerDeployments": ("network_manager_deployments", self._deployments),
            "avnmDeployments": ("network_manager_deployments", self._deployments),
        }

    def facts(self, data: object) -> Facts:
        known = {name.lower(): name for name in self._readers}
        found: dict[str, Any] = {}
        if isinstance(data, dict) and len(data) > 1 and not any(str(key).lower() in known for key in data):
            shown = ", ".join(map(str, list(data)[:5]))
            self._expected(f"a mapping with {shown}", f"one of {', '.join(self._readers)}", ())
            return Facts()
        for key, value in self._mapping(data, ()):
            name = known.get(key.lower())
            if name is None:
                self._unknown_fact(key, known)
            elif value is not None:
                field, read = self._readers[name]
                facts, before = read(value, (key,)), found.get(field)
                found[field] = before + facts if isinstance(before, tuple) else facts  # deployments go by two names
        return Facts(**found)

    def _power_state(self, data: object, path: Path) -> dict[str, str]:
        states: dict[str, str] = {}
        for name, value in self._mapping(data, path):
            state = value.lower().removeprefix("powerstate/") if isinstance(value, str) else value
            if state not in _POWER_STATES:
                self._expected(f"power state {_shown(value)}", " or ".join(_POWER_STATES), (*path, name))
                continue
            states.update((id.key, str(state)) for id in self._resolved(name, self._vms, (*path, name)))
        return states

    def _listening_ports(self, data: object, path: Path) -> dict[str, tuple[ListeningPort, ...]]:
        ports: dict[str, tuple[ListeningPort, ...]] = {}
        for name, value in self._mapping(data, path):
            items = [self._port(each, at) for each, at in self._items(value, (*path, name))]
            found = tuple(each for each in items if each is not None)
            ports.update((id.key, found) for id in self._resolved(name, self._vms, (*path, name)))
        return ports

    def _port(self, value: object, path: Path) -> ListeningPort | None:
        """``443``, ``53/Udp``, ``8000-8010``, or ``{protocol, port}``; Tcp where the protocol is left out."""
        protocol: object = Protocol.TCP.value
        ports = value
        if isinstance(value, dict):
            fields = {str(key).lower(): each for key, each in value.items()}
            protocol, ports = fields.get("protocol", protocol), fields.get("port", fields.get("ports"))
        elif isinstance(value, str) and "/" in value:
            ports, _, protocol = value.partition("/")
        try:
            return ListeningPort(_protocol(protocol), _port_range(ports))
        except ValueError as error:
            self._expected(str(error), "a port such as 443, 53/Udp or 8000-8010", path)
            return None

    def _latency(self, data: object, path: Path) -> dict[tuple[str, str], Latency]:
        latencies: dict[tuple[str, str], Latency] = {}
        for value, at in self._items(data, path):
            entry = dict(self._mapping(value, at))
            if not isinstance(value, dict):
                continue
            ends = [
                [id.key for id in self._resolved(entry.get(end), self._vms, (*at, end))]
                for end in ("source", "destination")
            ]
            latency = self._round_trip(entry, at)
            if latency is not None:
                latencies.update(((source, target), latency) for source in ends[0] for target in ends[1])
        return latencies

    def _round_trip(self, entry: Mapping[str, object], path: Path) -> Latency | None:
        for name in entry:
            if name not in ("source", "destination", "avgMs", "minMs", "maxMs"):
                self._expected(f'unknown field "{name}"', "source, destination, avgMs, minMs, maxMs", (*path, name))
        average = entry.get("avgMs")
        values = (average, entry.get("minMs", average), entry.get("maxMs", average))
        numbers = [each for each in values if isinstance(each, int) and not isinstance(each, bool)]
        if len(numbers) < 3 or not 0 <= numbers[1] <= numbers[0] <= numbers[2]:
            self._expected("the latency", "avgMs, minMs and maxMs as whole milliseconds with min ≤ avg ≤ max", path)
            return None
        return Latency(*numbers)

    def _latency_seed(self, data: object, path: Path) -> int:
        if isinstance(data, int) and not isinstance(data, bool) and data >= 0:
            return data
        self._expected(_shown(data), "a whole number from 0 on", path)
        return 0

    def _dns(self, data: object, path: Path) -> dict[str, Address]:
        names: dict[str, Address] = {}
        for name, value in self._mapping(data, path):
            address = self._parsed(value, parse_address, (*path, name))
            if address is not None:
                names[name.lower().rstrip(".")] = address
        return names

    def _guest_ip_forwarding(self, data: object, path: Path) -> frozenset[str]:
        found = (self._resolved(value, self._vms, at) for value, at in self._items(data, path))
        return frozenset(id.key for ids in found for id in ids)

    def _learned_routes(self, data: object, path: Path) -> dict[str, tuple[Prefix, ...]]:
        routes: dict[str, tuple[Prefix, ...]] = {}
        for name, value in self._mapping(data, path):
            items = [self._learned_prefix(each, at) for each, at in self._items(value, (*path, name))]
            found = tuple(each for each in items if each is not None)
            routes.update((id.key, found) for id in self._resolved(name, self._gateways, (*path, name)))
        return routes

    def _learned_prefix(self, value: object, path: Path) -> Prefix | None:
        if isinstance(value, dict):
            value = {str(key).lower(): each for key, each in value.items()}.get("addressprefix")
        return self._parsed(value, parse_prefix, path)

    def _deployments(self, data: object, path: Path) -> tuple[Deployment, ...]:
        items = [self._deployment(each, at) for each, at in self._items(data, path)]
        return tuple(each for each in items if each is not None)

    def _deployment(self, value: object, path: Path) -> Deployment | None:
        """What is deployed to a region, as Azure lists it; only what has the status Deployed is in force."""
        entry = dict(self._mapping(value, path))
        for name in entry:
            if name not in _DEPLOYMENT_FIELDS:
                self._expected(f'unknown field "{name}"', ", ".join(_DEPLOYMENT_FIELDS), (*path, name))
        region = entry.get("region")
        if not isinstance(value, dict):
            return None
        if not isinstance(region, str) or not region:
            self._expected(f"region {_shown(region)}", "the region that is deployed to", path)
            return None
        names = self._items(entry.get("configurationIds"), (*path, "configurationIds"))
        ids = [self._configuration(name, at) for name, at in names]
        if str(entry.get("deploymentStatus") or "Deployed").lower() != "deployed":
            return None
        return Deployment(region, frozenset(id for found in ids for id in found))

    def _configuration(self, name: object, path: Path) -> tuple[ResourceId, ...]:
        """A configuration by name or id; one of a manager that is not in the input is taken at its word."""
        if isinstance(name, str) and name.startswith("/"):
            id = ResourceId(name)
            if id.parent.key not in self._managers or id.type.lower() not in _CONFIGURATION_TYPES:
                return (id,)
        return self._resolved(name, self._configurations, path)

    def _parsed(self, value: object, parse: Callable[[str], _T], path: Path) -> _T | None:
        if not isinstance(value, str):
            self._expected(_shown(value), "a text", path)
            return None
        try:
            return parse(value)
        except ValueError as error:
            self._problem(TopologySchemaError(f"{path[0]}: {error}.", where=self._place(path)))
            return None

    def _resolved(self, name: object, kind: _Kind, path: Path) -> tuple[ResourceId, ...]:
        """The one resource that ``name`` names; nothing, and a problem, where there is none or more than one."""
        if not isinstance(name, str) or not name:
            self._expected(f"{_shown(name)}", f"the name or id of a {kind.noun}", path)
            return ()
        ids = kind.names.get(name.rsplit("/", 1)[-1].lower(), [])
        if "/" in name:
            ids = [id for id in ids if id == ResourceId(name)]
        if len(ids) == 1:
            return (ids[0],)
        self._problem(_ambiguous(name, ids, self._place(path)) if ids else _absent(name, kind, self._place(path)))
        return ()

    def _mapping(self, data: object, path: Path) -> Iterator[tuple[str, Any]]:
        if not isinstance(data, dict):
            self._expected(_shown(data), "a mapping", path)
            return
        yield from ((str(key), value) for key, value in data.items())

    def _items(self, data: object, path: Path) -> Iterator[tuple[Any, Path]]:
        """The items of a list with their paths; a single value stands for a list of one."""
        if isinstance(data, list):
            yield from ((value, (*path, index)) for index, value in enumerate(data))
        elif data is not None:
            yield data, path

    def _unknown_fact(self, key: str, known: Mapping[str, str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(key.lower(), known, n=1)
        hint = f'Did you mean "{known[near[0]]}"?' if near else f"Known are {', '.join(self._readers)}."
        self._problem(TopologySchemaError(f'unknown fact "{key}".', where=self._place((key,)), hint=hint))

    def _expected(self, found: str, expected: str, path: Path) -> None:
        message = f"{'facts' if not path else path[0]}: {found}, expected {expected}."
        self._problem(TopologySchemaError(message, where=self._place(path)))

    def _problem(self, error: TopologyError) -> None:
        self.problems.append(error)


def _by_name(ids: Iterator[ResourceId]) -> dict[str, list[ResourceId]]:
    names: dict[str, list[ResourceId]] = {}
    for id in ids:
        names.setdefault(id.name.lower(), []).append(id)
    return names


def _protocol(value: object) -> Protocol:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a protocol")
    return Protocol.parse(value)


def _port_range(value: object) -> PortRange:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"{_shown(value)} is not a port")
    return parse_port_range(str(value))


def _ambiguous(name: str, ids: list[ResourceId], where: Where) -> ConflictError:
    listed = ", ".join(map(str, ids))
    return ConflictError(f'"{name}" names {len(ids)} resources: {listed}.', where=where, hint="Give the id instead.")


def _absent(name: str, kind: _Kind, where: Where) -> DanglingReferenceError:
    from difflib import get_close_matches

    near = get_close_matches(name.rsplit("/", 1)[-1].lower(), kind.names, n=1)
    hint = f'Did you mean "{kind.names[near[0]][0].name}"?' if near else "Name one that the input holds."
    return DanglingReferenceError(f'no {kind.noun} is named "{name}".', where=where, hint=hint)


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
