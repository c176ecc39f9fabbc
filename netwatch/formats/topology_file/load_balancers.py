"""Load balancers of a native topology file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from netwatch.formats.topology_file.reading_parts import Path, Reading, Values, said
from netwatch.model.addresses import Address, PortRange, parse_address
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import (
    BackendPool,
    Frontend,
    InboundNatRule,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
    Probe,
)
from netwatch.model.resources import NetworkInterface, Reference
from netwatch.model.unresolved import Unresolved

__all__ = ["READERS"]


class _Balancer(NamedTuple):
    """A load balancer that is being read: its id, its fields, and where it stands."""

    reading: Reading
    id: ResourceId
    values: Values
    path: Path

    def parts(self, key: str, kind: str) -> Iterator[tuple[ResourceId, Values, Path]]:
        """The parts of one kind: id, fields and place of each."""
        for name, body in self.reading.items(self.values, key, self.path):
            path = (*self.path, key, name)
            yield self.id.child(key, name), self.reading.fields(kind, body, path), path

    def part(self, values: Values, key: str, kind: str, path: Path) -> Reference:
        """The part of its own that a field names; where it is left out, the only one there is."""
        if key not in values:
            return self.only(key, kind, path)
        return self.named(values[key], kind, path, (key,))

    def named_parts(self, values: Values, key: str, kind: str, path: Path) -> tuple[ResourceId | Unresolved, ...]:
        """The parts of its own that a list field names; where it is left out, the only one there is."""
        words = values.get(key)
        if key not in values:
            found: list[Reference] = [self.only(key, kind, path)]
        elif isinstance(words, tuple):
            found = [self.named(word, kind, path, (key, index)) for index, word in enumerate(words)]
        else:
            found = [words]
        return tuple(each for each in found if isinstance(each, (ResourceId, Unresolved)))

    def named(self, word: str | Unresolved, kind: str, path: Path, at: Path) -> Reference:
        """The part of that kind that is called ``word``; a problem where there is none."""
        if isinstance(word, Unresolved):
            return word
        own = self._names(kind)
        found = next((name for name in own if name.lower() == word.lower()), None)
        if found is None:
            hint = f"It has {', '.join(own)}." if own else f'Add it under "{kind}".'
            self.reading.missing(path, f'"{word}" is none of the {kind} of this load balancer.', hint=hint, at=at)
        return None if found is None else self.id.child(kind, found)

    def only(self, key: str, kind: str, path: Path) -> ResourceId | None:
        own = self._names(kind)
        if len(own) == 1:
            return self.id.child(kind, own[0])
        hint = f"It has {', '.join(own)}; write which one." if own else f'Add "{kind}" to the load balancer.'
        self.reading.missing(path, f'"{key}" is missing.', hint=hint)
        return None

    def _names(self, kind: str) -> list[str]:
        held = self.values.get(kind)
        return [str(name) for name in held] if isinstance(held, dict) else []


def _load_balancer(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    own = _Balancer(reading, scope.id("loadBalancers", name), reading.fields("loadBalancer", body, path), path)
    balancer = LoadBalancer(
        id=own.id,
        location=scope.location,
        sku=said(own.values, "sku", "Standard"),
        frontends=tuple(_frontend(own, *each) for each in own.parts(_FRONTENDS, "frontendIPConfiguration")),
        pools=tuple(_pools(own)),
        probes=tuple(_probe(*each) for each in own.parts("probes", "probe")),
        rules=tuple(_rule(own, *each) for each in own.parts("loadBalancingRules", "loadBalancingRule")),
        nat_rules=tuple(
            _nat_rule(own, *each)
            for key in ("inboundNatRules", "inboundNatPools")
            for each in own.parts(key, "inboundNatRule")
        ),
        outbound_rules=tuple(_outbound_rule(own, *each) for each in own.parts("outboundRules", "outboundRule")),
        where=reading.place(path),
    )
    reading.draft.add(balancer)


_FRONTENDS, _FRONTEND = "frontendIPConfigurations", "frontendIPConfiguration"
_POOLS, _POOL = "backendAddressPools", "backendAddressPool"


def _frontend(own: _Balancer, id: ResourceId, values: Values, path: Path) -> Frontend:
    """One address: private in a subnet, or public."""
    reading = own.reading
    for key in ("subnet", "privateIPAddress"):
        if "publicIPAddress" in values and key in values:
            reading.problem(path, f'"{key}" stands beside "publicIPAddress".', hint="Remove one of them.", at=(key,))
        if "publicIPAddress" not in values and key not in values:
            hint = "A frontend has a subnet and a privateIPAddress, or a publicIPAddress."
            reading.problem(path, f'"{key}" is missing.', hint=hint)
    return Frontend(
        id=id,
        private_ip=values.get("privateIPAddress"),
        subnet=reading.reference(values, "subnet", "subnets", path),
        public_ip=reading.reference(values, "publicIPAddress", "publicIPAddresses", path),
    )


def _pools(own: _Balancer) -> Iterator[BackendPool]:
    """Members are NICs, which stand for their primary ip configuration, ip configurations by id, or addresses."""
    for pool, words in own.reading.items(own.values, _POOLS, own.path):
        configs: dict[ResourceId, None] = {}
        addresses: list[Address | Unresolved] = []
        for index, word in enumerate(words):
            address = _address(word) if isinstance(word, str) else word
            if address is not None:
                addresses.append(address)
                continue
            nic = own.reading.resolved(word, "networkInterfaces", own.path, (_POOLS, pool, index))
            if isinstance(nic, ResourceId):
                configs[_primary(own.reading, nic)] = None
        yield BackendPool(own.id.child(_POOLS, pool), tuple(configs), tuple(addresses))


def _address(word: str) -> Address | None:
    try:
        return parse_address(word)
    except ValueError:
        return None


def _primary(reading: Reading, nic: ResourceId) -> ResourceId:
    held = reading.draft.held(nic)
    if not isinstance(held, NetworkInterface):
        return nic
    return next((config.id for config in held.ip_configurations if config.primary), nic)


def _probe(id: ResourceId, values: Values, path: Path) -> Probe:
    return Probe(id, said(values, "protocol", "Tcp"), values["port"])


def _protocol(values: Values) -> Protocol:
    word = said(values, "protocol", "Tcp")
    return Protocol.ANY if word == "All" else Protocol.parse(word)


def _backend_port(values: Values, front: int | Unresolved) -> int | Unresolved:
    """That of the frontend where none is said."""
    found: int | Unresolved = values.get("backendPort", front)
    return found


def _rule(own: _Balancer, id: ResourceId, values: Values, path: Path) -> LoadBalancingRule:
    """A rule; the backend port is the frontend's unless said. Protocol All is HA ports, whose ports are 0."""
    protocol = _protocol(values)
    front = values.get("frontendPort", 0)
    if "frontendPort" not in values and protocol is not Protocol.ANY:
        own.reading.problem(path, '"frontendPort" is missing.', hint="Add it, or protocol: All for every port.")
    if isinstance(front, int) and front and protocol is Protocol.ANY:
        hint = "Protocol All is for every port (HA ports)."
        own.reading.problem(path, '"frontendPort" stands beside protocol All.', hint=hint, at=("frontendPort",))
    return LoadBalancingRule(
        id=id,
        frontend=own.part(values, _FRONTEND, _FRONTENDS, path),
        pools=own.named_parts(values, _POOL, _POOLS, path),
        protocol=protocol,
        frontend_port=front,
        backend_port=_backend_port(values, front),
        probe=own.part(values, "probe", "probes", path) if "probe" in values else None,
        floating_ip=said(values, "enableFloatingIP", False),
        outbound_snat=not said(values, "disableOutboundSnat", False),
        where=own.reading.place(path),
    )


def _nat_rule(own: _Balancer, id: ResourceId, values: Values, path: Path) -> InboundNatRule:
    ports = values["frontendPort"]
    low = ports.low if isinstance(ports, PortRange) else ports
    return InboundNatRule(
        id=id,
        frontend=own.part(values, _FRONTEND, _FRONTENDS, path),
        protocol=_protocol(values),
        frontend_ports=ports,
        backend_port=_backend_port(values, low),
        target=_target(own, values, path),
        is_pool=path[-2] == "inboundNatPools",
        floating_ip=said(values, "enableFloatingIP", False),
        where=own.reading.place(path),
    )


def _target(own: _Balancer, values: Values, path: Path) -> Reference:
    """A NIC, which stands for its primary ip configuration, or a pool, whose members have the ports in turn."""
    if "networkInterface" in values and _POOL in values:
        hint = "One port leads to a NIC, a range of ports to a pool."
        own.reading.problem(path, f'"{_POOL}" stands beside "networkInterface".', hint=hint, at=(_POOL,))
    if "networkInterface" in values:
        nic = own.reading.reference(values, "networkInterface", "networkInterfaces", path)
        return _primary(own.reading, nic) if isinstance(nic, ResourceId) else nic
    return own.part(values, _POOL, _POOLS, path) if _POOL in values else None


def _outbound_rule(own: _Balancer, id: ResourceId, values: Values, path: Path) -> OutboundRule:
    frontends = own.named_parts(values, _FRONTENDS, _FRONTENDS, path)
    return OutboundRule(id, frontends, own.part(values, _POOL, _POOLS, path))


READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {"loadBalancers": _load_balancer}
"""Key of the file → what reads one thing under it."""
