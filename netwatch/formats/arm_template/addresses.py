"""Private addresses that Azure draws when a resource is made: which one it most likely is.

Each holder of a dynamic address gets the first one of its subnet that Azure does not keep for itself and no other
holder has, in the order of the templates. That is what Azure does in an empty network; the input does not fix it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from netwatch.formats.arm_resources.fields import AssumedText
from netwatch.formats.arm_template.environment import CircleError
from netwatch.formats.arm_template.instances import Instance, Registry
from netwatch.formats.arm_template.open_values import PartText
from netwatch.formats.arm_template.scope import member
from netwatch.formats.assumed_addresses import usable_addresses
from netwatch.model.addresses import Address, Prefix, parse_prefix

__all__ = ["LISTS", "Addresses", "endpoint_nic_id", "said_address"]

LISTS = {
    "microsoft.network/networkinterfaces": "ipConfigurations",
    "microsoft.network/loadbalancers": "frontendIPConfigurations",
    "microsoft.network/azurefirewalls": "ipConfigurations",
    "microsoft.network/applicationgateways": "frontendIPConfigurations",
}
"""Where each type of resource holds its addresses."""

ENDPOINT = "microsoft.network/privateendpoints"


_Told = TypeVar("_Told")


class _Holder(NamedTuple):
    """One address of a resource: which of its list, in which subnet, and what the template says it is."""

    key: tuple[str, int]
    subnet: str
    said: Any


class Addresses:
    """The addresses of every resource, worked out for the whole network as soon as one is asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[tuple[str, int], AssumedText] = {}
        self._is_working = False
        self._is_complete = False
        self._passed_over = 0

    def of(self, instance: Instance, index: int) -> AssumedText | None:
        """The assumed address number ``index`` of a resource; None where it is said, or its subnet is not known.

        Raises CircleError when it is asked for while the addresses are being worked out.
        """
        key = (instance.key, index)
        if key not in self._known and not self._is_complete:
            if self._is_working:
                raise instance.env.circle(f"an address of {instance.name}")
            self._is_working = True
            try:
                self._work_out()
                self._is_complete = self._passed_over == 0
            finally:
                self._is_working = False
        return self._known.get(key)

    def _work_out(self) -> None:
        order = [each for each in self._registry.ordered() if not each.is_existing]
        self._passed_over = 0
        prefixes = dict(self._probed(order, _prefixes))
        holders = list(self._probed(order, _holders))
        taken = {(holder.subnet, str(holder.said)) for holder in holders if isinstance(holder.said, str)}
        taken |= {(holder.subnet, str(self._known[holder.key])) for holder in holders if holder.key in self._known}
        free = {subnet: _candidates(prefix) for subnet, prefix in prefixes.items()}
        for holder in holders:
            if holder.said is not None or holder.key in self._known or holder.subnet not in free:
                continue
            for address in free[holder.subnet]:
                if (holder.subnet, address) not in taken:
                    self._known[holder.key] = AssumedText(address)
                    break

    def _probed(self, order: list[Instance], told: Callable[[Instance], Iterable[_Told]]) -> Iterator[_Told]:
        """What each resource tells; nothing, for now, where that hangs on the very address that is being asked for."""
        for instance in order:
            world = instance.scope.world
            before, world.is_probing = world.is_probing, True
            try:
                yield from list(told(instance))
            except CircleError:
                self._passed_over += 1
            finally:
                world.is_probing = before


def _candidates(prefix: Prefix) -> Iterator[str]:
    return (str(Address(prefix.version, value)) for value in usable_addresses(prefix))


def _prefixes(instance: Instance) -> Iterator[tuple[str, Prefix]]:
    """The first IPv4 prefix of each subnet in a resource, whether it is a network or a subnet that stands alone."""
    type = instance.type.lower()
    if type == "microsoft.network/virtualnetworks/subnets":
        yield from _prefix(instance.key, instance.properties())
    elif type == "microsoft.network/virtualnetworks":
        for subnet in _list(member(instance.properties(), "subnets")):
            name = member(subnet, "name")
            if isinstance(name, str):
                yield from _prefix(f"{instance.key}/subnets/{name.lower()}", member(subnet, "properties"))


def _prefix(key: str, properties: Any) -> Iterator[tuple[str, Prefix]]:
    for text in (*_list(member(properties, "addressPrefixes")), member(properties, "addressPrefix")):
        try:
            prefix = parse_prefix(text) if isinstance(text, str) else None
        except ValueError:
            continue
        if prefix is not None and prefix.version == 4:
            yield key, prefix
            return


def _holders(instance: Instance) -> Iterator[_Holder]:
    type = instance.type.lower()
    if type == ENDPOINT:
        yield from _endpoint_holder(instance)
    if type not in LISTS:
        return
    for index, config in enumerate(_list(member(instance.properties(), LISTS[type]))):
        fields = member(config, "properties")
        subnet = _id(member(fields, "subnet"))
        if subnet and str(member(fields, "privateIPAddressVersion")).lower() != "ipv6":
            said = member(fields, "privateIPAddress")
            yield _Holder((instance.key, index), subnet, None if said == "" else said)


def _endpoint_holder(instance: Instance) -> Iterator[_Holder]:
    """A private endpoint has one network interface with one address, or more for a few services."""
    subnet = _id(member(instance.properties(), "subnet"))
    if subnet:
        yield _Holder((instance.key, 0), subnet, said_address(instance))


def said_address(endpoint: Instance) -> Any:
    """The address that a private endpoint is given in the template; None where Azure draws it."""
    configs = _list(member(endpoint.properties(), "ipConfigurations"))
    return (member(member(configs[0], "properties"), "privateIPAddress") or None) if configs else None


def endpoint_nic_id(instance: Instance) -> str:
    """The id of the network interface that Azure makes for a private endpoint: its name, or one like Azure's."""
    name = member(instance.properties(), "customNetworkInterfaceName")
    start = instance.id_text.rsplit("/", 2)[0]
    return f"{start}/networkInterfaces/{name if isinstance(name, str) and name else f'{instance.name}.nic'}"


def _id(reference: Any) -> str:
    id = member(reference, "id")
    return id.stand_in.lower() if isinstance(id, PartText) else id.lower() if isinstance(id, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
