"""What a person typed as destination: a machine, an address, a name or a URL, turned into an address to go to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netwatch.engines.path.address_owner import NicAddress
from netwatch.engines.targets import find_nic_of_vm, find_vm, primary_configuration
from netwatch.errors import InvalidFlowError
from netwatch.model.addresses import Address, Prefix, parse_address
from netwatch.model.resources import VirtualMachine
from netwatch.model.rules import Cidr
from netwatch.model.topology import Topology

if TYPE_CHECKING:
    from netwatch.model.firewalls import FirewallRule, NatRule
    from netwatch.model.rules import SecurityRule

__all__ = ["Destination", "find_destination", "stand_in"]

_STAND_INS = {
    4: ("198.51.100.254", "203.0.113.254", "1.1.1.254", "9.9.9.254", "45.45.45.254", "77.77.77.254"),
    6: ("2001:db8::fe", "2001:db8:ffff::fe", "2606:4700::fe", "2620:fe::fe"),
}
"""Public addresses for "somewhere in the Internet". The first two of each are for documentation (RFC 5737, 3849)."""


_LONGEST_LABEL = 63


class Destination(NamedTuple):
    """Where a flow is to go. ``name`` is what a person calls it; ``address`` None when the input does not fix it.

    ``place`` is the NIC that is meant, where a machine was named. ``is_stand_in`` marks an address that only stands
    for "somewhere in the Internet" and must not be shown.
    ``default_port`` is the port a URL means, 0 for none. ``is_unresolvable``: a name that has no address anywhere.
    """

    name: str
    address: Address | None
    place: NicAddress | None = None
    is_stand_in: bool = False
    default_port: int = 0
    is_unresolvable: bool = False

    @property
    def shown(self) -> Address | None:
        """The address that an answer may show."""
        return None if self.is_stand_in else self.address


def find_destination(topology: Topology, text: str) -> Destination:
    """The destination that ``text`` means: an address, a machine's name or id, a declared DNS name, or any DNS name.

    A machine stands for the primary address of its primary NIC. A name under ``facts.dns`` is the address there. Any
    other name with a dot in it is the Internet without an address, save those below ``invalid``, which never resolve
    (RFC 6761). A URL stands for its host, and its port or scheme for the port; any of them may bear a port, as in
    ``10.0.0.4:443``. Raises ResourceNotFoundError, InvalidFlowError.
    """
    host, port = _host(text)
    address = _address(host)
    if address is not None:
        return Destination(host, address, default_port=port)
    if _is_machine(topology, host):
        return _machine(topology, find_vm(topology, host))._replace(default_port=port)
    known = topology.facts.dns.get(host.lower().rstrip("."))
    if known is not None:
        return Destination(host, known, default_port=port)
    if "/" not in host:
        _check_name(host)
    if "." in host and "/" not in host:
        if _labels(host)[-1] == "invalid":
            return Destination(host, None, default_port=port, is_unresolvable=True)
        return Destination(host, stand_in(topology), is_stand_in=True, default_port=port)
    return _machine(topology, find_vm(topology, host))._replace(default_port=port)


def _labels(name: str) -> list[str]:
    """The labels of a name in lower case; the dot that may close it makes none."""
    return name.lower().removesuffix(".").split(".")


def _check_name(name: str) -> None:
    """Refuse what no network has as a destination: the machine itself, and labels that DNS does not know (RFC 1035)."""
    if _labels(name)[-1] == "localhost":
        hint = "Name a machine of the network, or one of its addresses."
        raise InvalidFlowError(f"{name!r} is the machine that asks, and no destination in a network.", hint=hint)
    if "." in name and not all(0 < len(label) <= _LONGEST_LABEL for label in _labels(name)):
        hint = f"Each part between two dots has 1 to {_LONGEST_LABEL} characters, as in www.contoso.com."
        raise InvalidFlowError(f"{name!r} is not a name.", hint=hint)


def _host(text: str) -> tuple[str, int]:
    """Host and port of a URL, or of ``host:port``; 0 where it says no port and no scheme means one."""
    scheme, is_url, rest = text.strip().partition("://")
    place = rest.partition("/")[0] if is_url else scheme
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(port)
    return place.strip("[]"), {"https": 443, "http": 80}.get(scheme.lower(), 0) if is_url else 0


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except ValueError:
        if text.replace(".", "").isdigit():
            raise InvalidFlowError(f"{text!r} is not an IP address.", hint="Expected one such as 10.0.0.4.") from None
        return None


def _is_machine(topology: Topology, name: str) -> bool:
    key = name.lower()
    return key in topology.vms or key in topology.vms_called


def _machine(topology: Topology, vm: VirtualMachine) -> Destination:
    nic = find_nic_of_vm(topology, vm)
    config = primary_configuration(nic) or primary_configuration(nic, 6)
    if config is None:
        return Destination(vm.id.name, None)
    place = NicAddress(nic, config)
    return Destination(vm.id.name, place.address, place)


def stand_in(topology: Topology, version: int = 4) -> Address:
    """A public address that no rule, no user route and no site of the input names: only tags and ``*`` hold it."""
    named = list(_named_prefixes(topology))
    candidates = [parse_address(text) for text in _STAND_INS[version]]
    free = [address for address in candidates if not any(prefix.holds(address) for prefix in named)]
    return (free or candidates)[0]


def _named_prefixes(topology: Topology) -> Iterator[Prefix]:
    """Every prefix that may tell one public address from another, but for those of everything."""
    for rule in _rules(topology):
        terms = (*rule.sources.terms, *rule.destinations.terms)
        yield from (term.prefix for term in terms if isinstance(term, Cidr) and term.prefix.length)
    for held in _routed(topology):
        yield from (prefix for prefix in held if isinstance(prefix, Prefix) and prefix.length)


def _rules(topology: Topology) -> Iterator[SecurityRule | FirewallRule | NatRule]:
    for group in topology.nsgs.values():
        yield from group.rules
    for collection in topology.admin_rule_collections.values():
        yield from collection.rules
    for firewall in topology.firewalls.values():
        yield from firewall.nat_rules
        yield from (*firewall.network_rules, *firewall.application_rules)


def _routed(topology: Topology) -> Iterator[Iterable[object]]:
    yield from (vnet.address_space for vnet in topology.vnets.values())
    yield from ((route.prefix for route in table.routes) for table in topology.route_tables.values())
    yield from (gateway.client_prefixes for gateway in topology.gateways.values())
    yield from (site.prefixes for site in topology.local_network_gateways.values())
    yield from topology.facts.gateway_learned_routes.values()
