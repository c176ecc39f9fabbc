"""What one resource asks of another: ``reference()`` and its like, answered from the templates where they say so.

Known are the properties that the templates write, and what Azure derives from them by a rule: ids of parts, dynamic
private addresses (assumed), DNS names of public addresses, outputs of deployments. All else is Unresolved.
"""

from __future__ import annotations

from typing import Any

from netwatch.formats.arm_template.addresses import LISTS, Addresses
from netwatch.formats.arm_template.environment import Env
from netwatch.formats.arm_template.instances import Instance, Registry
from netwatch.formats.arm_template.open_values import PartText, PlacedObject, RuntimeObject
from netwatch.formats.arm_template.scope import Scope, member
from netwatch.model.unresolved import Unresolved

__all__ = ["References"]

_PARTS = ("ipConfigurations", "subnets", "frontendIPConfigurations", "backendAddressPools", "securityRules", "routes")
"""Lists of parts that have ids of their own, which are the resource's with kind and name."""


class References:
    """Answers questions about the resources of one reading."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._addresses = Addresses(registry)

    def reference(self, name: Any, *, full: bool, scope: Scope, env: Env) -> Any:
        """The properties of a resource, or with ``full`` the whole of it, by id, name or symbolic name."""
        if isinstance(name, Unresolved) and not isinstance(name, PartText):
            return name
        text = name.stand_in if isinstance(name, PartText) else str(name)
        instance = self._named(text, scope)
        if instance is None or instance.is_busy:  # what is declared anew refers to what it was, inside its parent
            part = self._part(text, scope)
            if part is not None:
                return part
        if instance is None:
            return Unresolved(f"{_short(name)} is not in the templates", f"reference('{_short(name)}')", env.where)
        return self._told(instance, full=full, env=env)

    def references(self, symbol: Any, *, full: bool, scope: Scope, env: Env) -> Any:
        """The properties of each copy that a symbolic loop makes."""
        if isinstance(symbol, Unresolved):
            return symbol
        copies = scope.symbols.get(str(symbol).lower(), [])
        return [self._told(each, full=full, env=env) for each in copies]

    def info(self, symbol: Any, *, scope: Scope, env: Env) -> Any:
        """Id, name and type of a resource by its symbolic name."""
        if isinstance(symbol, Unresolved):
            return symbol
        instance = self._named(str(symbol), scope)
        if instance is None:
            raise env.error(f"there is no resource {symbol} in this template.")
        return {"id": instance.id, "name": instance.name, "type": instance.type}

    def with_addresses(self, instance: Instance) -> PlacedObject:
        """The body of a resource with its dynamic addresses filled in."""
        body = instance.body()
        kind = LISTS.get(instance.type.lower())
        properties = member(body, "properties")
        configs = member(properties, kind) if kind else None
        if kind is None or not isinstance(configs, list):
            return body
        filled = [self._with_address(instance, index, config) for index, config in enumerate(configs)]
        return _with(body, "properties", _with(properties, kind, filled))

    def endpoint_address(self, instance: Instance) -> str | None:
        """The assumed address of a private endpoint; None where the template says it or its subnet is not known."""
        return self._addresses.of(instance, 0)

    def _with_address(self, instance: Instance, index: int, config: Any) -> Any:
        fields = member(config, "properties")
        if not isinstance(fields, dict) or member(fields, "privateIPAddress") not in (None, ""):
            return config
        address = self._addresses.of(instance, index)
        return config if address is None else _with(config, "properties", _with(fields, "privateIPAddress", address))

    def _named(self, name: str, scope: Scope) -> Instance | None:
        if not name.startswith("/"):
            found = _by_symbol(name, scope)
            if found is not None:
                return found
            ids = self._ids_of_name(name, scope)
            return self._registry.find(ids[0], scope) if ids else None
        return self._registry.find(name.lower().rstrip("/"), scope)

    def _part(self, id: str, scope: Scope) -> Any:
        """The properties of a part that stands inside its resource, such as a subnet; None where there is none."""
        owner_id, _, rest = id.rstrip("/").rpartition("/")
        owner_id, _, kind = owner_id.rpartition("/")
        owner = self._registry.find(owner_id.lower(), scope) if owner_id.startswith("/") else None
        if owner is None or owner.is_existing or owner.nested is not None:
            return None
        parts = member(member(self.with_addresses(owner), "properties"), kind)
        for part in parts if isinstance(parts, list) else ():
            if str(member(part, "name")).lower() == rest.lower():
                return RuntimeObject(member(part, "properties") or {}, owner.env.where, rest)
        return None

    def _ids_of_name(self, name: str, scope: Scope) -> list[str]:
        """Ids of the resources of a scope that have that name; the name may hold its parents'."""
        last = name.lower().rsplit("/", 1)[-1]
        return [each.key for each in self._registry.registered() if each.scope is scope and each.name.lower() == last]

    def _told(self, instance: Instance, *, full: bool, env: Env) -> Any:
        if instance.is_existing:
            reason = f"{instance.name} exists already, and the templates do not say what it is"
            return Unresolved(reason, f"reference('{instance.name}')", env.where)
        if instance.nested is not None:
            outputs = instance.nested.outputs()
            properties: Any = {"outputs": outputs, "provisioningState": "Succeeded"}
        else:
            body = self.with_addresses(instance)
            properties = _with_part_ids(instance, member(body, "properties") or {})
            if isinstance(properties, Unresolved):
                return properties
            if not isinstance(properties, dict):
                return Unresolved(f"the properties of {instance.name} are no object", where=instance.env.where)
        told = RuntimeObject({**properties, **_derived(instance, properties)}, instance.env.where, instance.name)
        if not full:
            return told
        whole = {} if instance.nested is not None else instance.body()
        named = {"id": instance.id, "name": instance.name, "type": instance.type}
        return RuntimeObject({**whole, **named, "properties": told}, instance.env.where, instance.name)


def _by_symbol(name: str, scope: Scope) -> Instance | None:
    symbol, bracket, index = name.partition("[")
    copies = scope.symbols.get(symbol.lower(), [])
    at = index.rstrip("]")
    number = int(at) if bracket and at.isdigit() else 0
    found: Instance | None = copies[number] if number < len(copies) else None
    return found


def _with(value: Any, name: str, item: Any) -> PlacedObject:
    """The object with one member replaced or added, in its place."""
    held = next((key for key in value if key.lower() == name.lower()), name)
    return PlacedObject({**value, held: item}, value.where)


def _with_part_ids(instance: Instance, properties: Any) -> Any:
    if not isinstance(properties, dict):
        return properties
    found = dict(properties)
    for key, value in properties.items():
        if isinstance(value, list) and any(key.lower() == part.lower() for part in _PARTS):
            found[key] = [_with_id(instance, key, part) for part in value]
    return found


def _with_id(instance: Instance, kind: str, part: Any) -> Any:
    """The part with its id; an address that is not worked out by now is not known, which is not the same as none."""
    name, fields = member(part, "name"), member(part, "properties")
    if not isinstance(part, PlacedObject) or not isinstance(name, str):
        return part
    if isinstance(fields, PlacedObject) and member(fields, "privateIPAddress") == "":
        open_address = Unresolved("Azure draws the address", where=fields.where)
        part = _with(part, "properties", _with(fields, "privateIPAddress", open_address))
    id: Any = f"{instance.id_text}/{kind}/{name}"
    if isinstance(instance.id, PartText):
        id = PartText(instance.id.reason, instance.id.expression, instance.id.where, id)
    return PlacedObject({"id": id, **part}, part.where)


def _derived(instance: Instance, properties: Any) -> dict[str, Any]:
    """What Azure adds by rule: the DNS name of a public address."""
    if instance.type.lower() != "microsoft.network/publicipaddresses":
        return {}
    settings = member(properties, "dnsSettings")
    label, location = member(settings, "domainNameLabel"), member(instance.body(), "location")
    if not isinstance(label, str) or not isinstance(location, str):
        return {}
    fqdn = f"{label}.{location.replace(' ', '').lower()}.cloudapp.azure.com"
    return {"dnsSettings": {**settings, "fqdn": fqdn}}


def _short(name: Any) -> str:
    text = name.stand_in if isinstance(name, PartText) else str(name)
    return text.rsplit("/", 1)[-1]
