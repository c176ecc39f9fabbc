"""Load balancers and their parts: azurerm's words into ARM's."""

from __future__ import annotations

from typing import Any

from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Words, given, place, resource
from netwatch.model.unresolved import Unresolved

__all__ = ["balancer", "nat_rule", "outbound_rule", "pool", "probe", "rule"]

_SUBNET, _PIP = "azurerm_subnet", "azurerm_public_ip"
_POOL, _PROBE = "azurerm_lb_backend_address_pool", "azurerm_lb_probe"


def balancer(words: Words, instance: Instance) -> PlacedObject:
    """A load balancer with its frontends; pools and rules are resources of their own."""
    fields = attributes_of(words.plan, instance)
    frontends = [
        place(
            block,
            {"name": block.text("name") or f"frontend-{number}", "properties": given(_frontend(words, block, number))},
        )
        for number, block in enumerate(fields.blocks("frontend_ip_configuration"))
    ]
    sku = fields.value("sku")
    return resource(words, instance, {"frontendIPConfigurations": frontends}, sku={"name": sku} if sku else None)


def _frontend(words: Words, fields: Attributes, number: int) -> dict[str, Any]:
    subnet = words.reference(fields, "subnet_id", to=(_SUBNET,))
    return {
        "privateIPAddress": None if subnet is None else words.address(fields, "private_ip_address", number),
        "subnet": subnet,
        "publicIPAddress": words.reference(fields, "public_ip_address_id", to=(_PIP,)),
    }


def pool(words: Words, instance: Instance) -> PlacedObject:
    """A backend pool; NICs name the pools they are in."""
    fields = attributes_of(words.plan, instance)
    found = [{"id": each} for each in fields.items("backend_ip_configurations") if isinstance(each, str)]
    return resource(words, instance, {"backendIPConfigurations": found})


def probe(words: Words, instance: Instance) -> PlacedObject:
    """What asks the backends whether they are well."""
    fields = attributes_of(words.plan, instance)
    return resource(words, instance, {"protocol": fields.value("protocol"), "port": fields.value("port")})


def rule(words: Words, instance: Instance) -> PlacedObject:
    """A port of a frontend and the pool that gets what arrives there."""
    fields = attributes_of(words.plan, instance)
    pools = words.ids.references(fields, "backend_address_pool_ids", to=(_POOL,))
    older = words.reference(fields, "backend_address_pool_id", to=(_POOL,))
    properties = {
        "frontendIPConfiguration": _frontend_named(words, fields, fields.value("frontend_ip_configuration_name")),
        "backendAddressPools": pools or ([older] if older is not None else None),
        "probe": words.reference(fields, "probe_id", to=(_PROBE,)),
        "frontendPort": fields.value("frontend_port"),
        "disableOutboundSnat": fields.value("disable_outbound_snat"),
    }
    return resource(words, instance, properties | _handed_on(fields))


def nat_rule(words: Words, instance: Instance) -> PlacedObject:
    """Ports that lead to one backend each; of a pool of such ports (lb_nat_pool) too."""
    fields = attributes_of(words.plan, instance)
    properties = {
        "frontendIPConfiguration": _frontend_named(words, fields, fields.value("frontend_ip_configuration_name")),
        "backendAddressPool": words.reference(fields, "backend_address_pool_id", to=(_POOL,)),
        "frontendPort": fields.value("frontend_port"),
        "frontendPortRangeStart": fields.value("frontend_port_start"),
        "frontendPortRangeEnd": fields.value("frontend_port_end"),
    }
    return resource(words, instance, properties | _handed_on(fields))


def _handed_on(fields: Attributes) -> dict[str, Any]:
    return {
        "protocol": fields.value("protocol"),
        "backendPort": fields.value("backend_port"),
        "enableFloatingIP": fields.value("floating_ip_enabled", "enable_floating_ip"),
    }


def outbound_rule(words: Words, instance: Instance) -> PlacedObject:
    """Which frontends the members of a pool bear in the Internet."""
    fields = attributes_of(words.plan, instance)
    blocks = fields.blocks("frontend_ip_configuration")
    frontends = [_frontend_named(words, fields, block.value("name")) for block in blocks]
    pool = words.reference(fields, "backend_address_pool_id", to=(_POOL,))
    return resource(words, instance, {"frontendIPConfigurations": frontends, "backendAddressPool": pool})


def _frontend_named(words: Words, fields: Attributes, name: Any) -> dict[str, str] | Unresolved:
    """A frontend of the balancer that a part is of, by its name; azurerm wants one, so without it is not known."""
    if not isinstance(name, str):
        reason = "the name of its frontend is not known"
        return name if isinstance(name, Unresolved) else Unresolved(reason, where=fields.where)
    own = words.ids.id_of(fields.instance)
    return {"id": f"{own.rsplit('/', 2)[0]}/frontendIPConfigurations/{name}"}
