"""What a template makes, as ARM resources: last words win, unknown parts are Unresolved, derived ones filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import AssumedText
from netwatch.formats.arm_template.addresses import ENDPOINT, endpoint_nic_id, said_address
from netwatch.formats.arm_template.expansion import OpenResource
from netwatch.formats.arm_template.instances import Instance, Registry
from netwatch.formats.arm_template.open_values import PartText, PlacedObject
from netwatch.formats.arm_template.references import References
from netwatch.formats.arm_template.scope import member
from netwatch.model.input_notes import Assumption, OpenValue
from netwatch.model.unresolved import Unresolved

__all__ = ["Bodies"]

_NETWORK = "microsoft.network/"
_VNET = "microsoft.network/virtualnetworks"
_MACHINE = "microsoft.compute/virtualmachines"

_DECISIVE = {
    "microsoft.network/networksecuritygroups/securityrules": "access",
    "microsoft.network/routetables/routes": "nextHopType",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": "remoteVirtualNetwork",
}
"""Where a resource may or may not be made: the property that, left open, makes answers that hang on it Unknown."""

_INSIDE = {
    _VNET: ("subnets", "virtualNetworkPeerings"),
    "microsoft.network/networksecuritygroups": ("securityRules",),
    "microsoft.network/routetables": ("routes",),
}
"""Parts that may stand inside their parent or alone; the one that stands alone is made later, and stays."""


_UNREAD = (("sharedKey",), ("authorizationKey",), ("domainNameLabel",), ("description",))
"""Properties that change no answer, so nobody needs to hear that they are open."""


class Bodies:
    """Turns instances into ARM resources. ``assumed``, ``open`` and ``left_out`` fill as it goes."""

    def __init__(self, registry: Registry, references: References) -> None:
        self._registry = registry
        self._references = references
        self._alone: set[str] = set()
        self._unnamed: set[str] = set()
        self.assumed: list[Assumption] = []
        self.open: list[OpenValue] = []
        self.left_out: list[OpenResource] = []

    def all(self) -> list[PlacedObject]:
        """Every resource that the templates make, in the order in which they are made."""
        order = [each for each in self._registry.ordered() if not each.is_existing]
        made = [each for each in order if self._is_made(each)]
        self._alone = {each.key for each in made}
        times: dict[str, list[Instance]] = {}
        for each in made:
            times.setdefault(each.key, []).append(each)
        last = (each for each in made if times[each.key][-1] is each)
        return [resource for each in last for resource in self._resources(each, times[each.key][:-1])]

    def _is_made(self, instance: Instance) -> bool:
        if instance.open_condition is None or instance.type.lower() in _DECISIVE:
            return True
        self.left_out.append(OpenResource(f"{instance.type} {instance.name}", instance.open_condition))
        return False

    def _note_name(self, instance: Instance) -> None:
        """Say once of each unknown that it stands in names; whatever they are, no answer but its wording changes."""
        id = instance.id
        if isinstance(id, PartText) and id.expression not in self._unnamed:
            self._unnamed.add(id.expression)
            self.open.append(OpenValue(f"{instance.id_text}/name", Unresolved(id.reason, id.expression, id.where)))

    def _resources(self, instance: Instance, earlier: list[Instance]) -> Iterator[PlacedObject]:
        instance.scope.world.where = instance.env.where
        self._note_name(instance)
        body = self._references.with_addresses(instance)
        if instance.type.lower() == ENDPOINT:
            body, nic = self._endpoint(instance, body)
            yield from nic
        properties = member(body, "properties")
        fields: Any = {} if properties is None else properties
        if isinstance(fields, dict):
            fields = self._settled_fields(instance, fields, earlier)
        found = PlacedObject({**body, "properties": fields}, instance.env.where)
        found.update({"id": instance.id_text, "name": instance.name, "type": instance.type})
        if instance.type.lower() != _MACHINE and not instance.type.lower().startswith(_NETWORK):
            found = PlacedObject(_ids_only(found), found.where)
        yield PlacedObject(self._settled(found, instance, ()), found.where)

    def _settled_fields(self, instance: Instance, fields: dict[str, Any], earlier: list[Instance]) -> PlacedObject:
        """The properties with what else is known of them: parts that stand alone, open conditions, earlier subnets."""
        type = instance.type.lower()
        found = PlacedObject(fields, getattr(fields, "where", instance.env.where))
        if type == _MACHINE:  # nothing else of a machine matters to the network, and much of it is secret
            found = PlacedObject({"networkProfile": member(fields, "networkProfile")}, found.where)
        for kind in _INSIDE.get(type, ()):
            parts = member(fields, kind)
            if isinstance(parts, list):
                _put(found, kind, [each for each in parts if not self._stands_alone(instance, kind, each)])
        if type == _VNET and member(fields, "subnets") is None:
            kept = [member(each.properties(), "subnets") for each in earlier]
            found["subnets"] = next((each for each in reversed(kept) if each), [])
        if instance.open_condition is not None:
            _put(found, _DECISIVE[type], instance.open_condition)
        return found

    def _stands_alone(self, instance: Instance, kind: str, part: Any) -> bool:
        name = member(part, "name")
        text = name.stand_in if isinstance(name, PartText) else name
        return isinstance(text, str) and f"{instance.key}/{kind}/{text}".lower() in self._alone

    def _endpoint(self, instance: Instance, body: PlacedObject) -> tuple[PlacedObject, list[PlacedObject]]:
        """A private endpoint with the network interface that Azure makes for it."""
        fields = instance.properties()
        subnet = member(fields, "subnet")
        if subnet is None or member(fields, "networkInterfaces"):
            return body, []
        address = said_address(instance) or self._references.endpoint_address(instance)
        where, id = instance.env.where, endpoint_nic_id(instance)
        config = {"name": "privateEndpoint", "properties": {"subnet": subnet, "privateIPAddress": address}}
        nic = {
            "id": id,
            "name": id.rsplit("/", 1)[-1],
            "type": "Microsoft.Network/networkInterfaces",
            "location": member(body, "location"),
            "properties": {"ipConfigurations": [config]},
        }
        body = PlacedObject({**body, "properties": {**fields, "networkInterfaces": [{"id": id}]}}, where)
        return body, [PlacedObject(self._settled(PlacedObject(nic, where), instance, ()), where)]

    def _settled(self, value: Any, instance: Instance, path: tuple[str, ...]) -> Any:
        """The value without stand-ins: an id that the templates make is one, every other open text is Unresolved."""
        instance.scope.world.spend(1)
        if isinstance(value, dict):
            items = {key: self._settled(item, instance, (*path, key)) for key, item in value.items()}
            return PlacedObject(items, value.where) if isinstance(value, PlacedObject) else items
        if isinstance(value, list):
            return [self._settled(item, instance, (*path, str(at))) for at, item in enumerate(value)]
        if isinstance(value, AssumedText):
            what = "/".join((instance.id_text, *path))
            self.assumed.append(Assumption(what, str(value), instance.env.where))
        if isinstance(value, Unresolved):
            return self._settled_open(value, instance, path)
        return value

    def _is_of_ours(self, id: str) -> bool:
        whole = id.lower()
        return self._registry.holds(whole) or self._registry.holds(whole.rsplit("/", 2)[0])

    def _settled_open(self, value: Unresolved, instance: Instance, path: tuple[str, ...]) -> Any:
        is_part = isinstance(value, PartText)
        if isinstance(value, PartText):
            is_id = value.stand_in.startswith("/subscriptions/") and (value.is_name or self._is_of_ours(value.stand_in))
            is_name = path[-1:] == ("name",) and path[:1] != ("sku",) and value.is_name
            if (path[-1:] == ("id",) and is_id) or is_name:
                return value.stand_in
        found = Unresolved(value.reason, value.expression, value.where) if is_part else value
        if path[:1] in (("properties",), ("location",)) and path[-1:] not in _UNREAD:
            self.open.append(OpenValue("/".join((instance.id_text, *path)), found))
        return found


def _put(fields: PlacedObject, name: str, value: Any) -> None:
    held = next((key for key in fields if key.lower() == name.lower()), name)
    fields[held] = value


def _ids_only(resource: PlacedObject) -> dict[str, Any]:
    """A resource that is only named: the ids in it, from which it is told whether it matters. No other value stays."""
    ids = list(dict.fromkeys(_ids(resource.values())))
    location = member(resource, "location")
    kept = {key: member(resource, key) for key in ("id", "name", "type")}
    return {**kept, "location": location if isinstance(location, str) else "", "properties": {"references": ids}}


def _ids(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _ids(value.values())
        elif isinstance(value, list):
            yield from _ids(value)
        elif isinstance(value, PartText):
            yield from [value.stand_in] if value.stand_in.startswith("/") else []
        elif isinstance(value, str) and value[:15].lower() == "/subscriptions/":
            yield value
