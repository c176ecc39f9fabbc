"""Virtual WANs, hubs with what belongs to them, and gateways in hubs: azurerm's words into ARM's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words, filled, given, place, resource
from netwatch.model.unresolved import Unresolved

__all__ = [
    "bgp_connection",
    "circuit_connection",
    "clients_gateway",
    "connection",
    "hub",
    "in_hub",
    "route_table",
    "routing_intent",
    "site",
    "site_connection",
    "table_route",
    "vpn_gateway",
    "wan",
]

_WAN, _HUB, _TABLE = "azurerm_virtual_wan", "azurerm_virtual_hub", "azurerm_virtual_hub_route_table"
_CONNECTION, _FIREWALL = "azurerm_virtual_hub_connection", "azurerm_firewall"
_DEFAULT = "hubRouteTables/defaultRouteTable"


def wan(words: Words, instance: Instance) -> PlacedObject:
    """A virtual WAN; the provider takes Standard where nothing is said."""
    fields = attributes_of(words.plan, instance)
    return resource(words, instance, {"type": fields.text("type") or None})


def hub(words: Words, instance: Instance) -> PlacedObject:
    """A hub; routes of the older kind stand in it, and make it one that is not evaluated."""
    fields = attributes_of(words.plan, instance)
    routes = [{"addressPrefixes": filled(block.items("address_prefixes"))} for block in fields.blocks("route")]
    properties = {
        "virtualWan": words.reference(fields, "virtual_wan_id", to=(_WAN,)),
        "addressPrefix": fields.value("address_prefix"),
        "sku": fields.text("sku") or None,
        "routeTable": {"routes": routes} if routes else None,
    }
    return resource(words, instance, properties)


def connection(words: Words, instance: Instance) -> PlacedObject:
    """A network at a hub. The provider's own defaults, no internet security and static routes propagated, are said."""
    fields = attributes_of(words.plan, instance)
    configuration: dict[str, Any] = {}
    for block in fields.blocks("routing"):
        configuration = _routing(words, block, "associated_route_table_id", "route_table_ids") | _static(block)
    flag = fields.value("internet_security_enabled")
    properties = {
        "remoteVirtualNetwork": words.reference(fields, "remote_virtual_network_id", to=("azurerm_virtual_network",)),
        "enableInternetSecurity": False if flag is None else flag,
        "routingConfiguration": configuration or None,
    }
    return resource(words, instance, properties)


def _static(block: Attributes) -> dict[str, Any]:
    routes = [
        place(
            each,
            {
                "name": each.text("name"),
                "addressPrefixes": filled(each.items("address_prefixes")),
                "nextHopIpAddress": each.value("next_hop_ip_address"),
            },
        )
        for each in block.blocks("static_vnet_route")
    ]
    flag = block.value("static_vnet_propagate_static_routes_enabled")
    config = {
        "propagateStaticRoutes": True if flag is None else flag,
        "vnetLocalRouteOverrideCriteria": block.value("static_vnet_local_route_override_criteria"),
    }
    return {"vnetRoutes": {"staticRoutes": routes, "staticRoutesConfig": given(config)}} if routes else {}


def _routing(words: Words, block: Attributes, own: str, tables: str) -> dict[str, Any]:
    """A routing configuration; route maps are named, which make a hub one that is not evaluated."""
    found: dict[str, Any] = {"associatedRouteTable": _table(words.reference(block, own, to=(_TABLE, _HUB)))}
    for field, name in (("inboundRouteMap", "inbound_route_map_id"), ("outboundRouteMap", "outbound_route_map_id")):
        found[field] = words.reference(block, name, to=("azurerm_route_map",))
    for each in block.blocks("propagated_route_table"):
        ids = [_table(one) for one in words.ids.references(each, tables, to=(_TABLE, _HUB))]
        labels = filled(each.items("labels"))
        found["propagatedRouteTables"] = given({"ids": ids or None, "labels": labels or None})
    return given(found)


def _table(reference: Any) -> Any:
    """A table; ``azurerm_virtual_hub.hub.default_route_table_id`` is followed to the hub, and means its default one."""
    if isinstance(reference, dict) and "/hubroutetables/" not in reference["id"].lower():
        return {"id": f"{reference['id']}/{_DEFAULT}"}
    return reference


def route_table(words: Words, instance: Instance) -> PlacedObject:
    """A route table of a hub."""
    fields = attributes_of(words.plan, instance)
    routes = [_route(words, block) for block in fields.blocks("route")]
    return resource(words, instance, {"labels": filled(fields.items("labels")), "routes": routes})


def _route(words: Words, fields: Attributes) -> PlacedObject:
    made = {
        "name": fields.text("name"),
        "destinationType": fields.text("destinations_type") or None,
        "destinations": filled(fields.items("destinations")),
        "nextHop": _id(words.reference(fields, "next_hop", to=(_FIREWALL, _CONNECTION))),
    }
    return place(fields, made)


def _id(reference: Any) -> Any:
    return reference["id"] if isinstance(reference, dict) else reference


def table_route(words: Words, instance: Instance, resources: Resources) -> None:
    """A route that is a resource of its own: into the table that it names, which may be a hub's default one."""
    fields = attributes_of(words.plan, instance)
    table = _table(words.reference(fields, "route_table_id", to=(_TABLE, _HUB)))
    if not isinstance(table, dict):
        words.ignore(fields, "route_table_id", "a route of a virtual hub, whose table is not certain")
        return
    id = table["id"]
    if id.lower() not in resources:
        made = {"id": id, "type": "Microsoft.Network/virtualHubs/hubRouteTables", "name": id.rsplit("/", 1)[-1]}
        resources[id.lower()] = place(fields, {**made, "properties": {}})
    properties = resources.properties(id)
    if properties is not None:
        properties.setdefault("routes", []).append(_route(words, fields))


def routing_intent(words: Words, instance: Instance) -> PlacedObject:
    """The routing intent of a hub."""
    fields = attributes_of(words.plan, instance)
    policies = [
        place(
            block,
            {
                "name": block.text("name"),
                "destinations": filled(block.items("destinations")),
                "nextHop": _id(words.reference(block, "next_hop", to=(_FIREWALL,))),
            },
        )
        for block in fields.blocks("routing_policy")
    ]
    return resource(words, instance, {"routingPolicies": policies})


def bgp_connection(words: Words, instance: Instance) -> PlacedObject:
    """What exchanges routes with a hub."""
    fields = attributes_of(words.plan, instance)
    by = words.reference(fields, "virtual_network_connection_id", to=(_CONNECTION,))
    return resource(words, instance, {"peerIp": fields.value("peer_ip"), "hubVirtualNetworkConnection": by})


def site(words: Words, instance: Instance) -> PlacedObject:
    """A VPN site; BGP stands at its links."""
    fields = attributes_of(words.plan, instance)
    links = [
        {"properties": {"bgpProperties": {"bgpPeeringAddress": bgp.value("peering_address")}}}
        for link in fields.blocks("link")
        for bgp in link.blocks("bgp")
    ]
    space = {"addressPrefixes": filled(fields.items("address_cidrs"))}
    return resource(words, instance, {"addressSpace": space, "vpnSiteLinks": links or None})


def vpn_gateway(words: Words, instance: Instance) -> PlacedObject:
    """A VPN or ExpressRoute gateway in a hub, with the addresses its instances speak BGP from, once they are known."""
    fields = attributes_of(words.plan, instance)
    addresses = [
        {"defaultBgpIpAddresses": filled(peer.items("default_ips"))}
        for block in fields.blocks("bgp_settings")
        for number in (0, 1)
        for peer in block.blocks(f"instance_{number}_bgp_peering_address")
    ]
    known = [each for each in addresses if each["defaultBgpIpAddresses"]]
    properties = {
        "virtualHub": words.reference(fields, "virtual_hub_id", to=(_HUB,)),
        "bgpSettings": {"bgpPeeringAddresses": known} if known else None,
    }
    return resource(words, instance, properties)


def site_connection(words: Words, instance: Instance) -> PlacedObject:
    """What a VPN gateway in a hub is connected to."""
    fields = attributes_of(words.plan, instance)
    links = [{"properties": {"enableBgp": each.value("bgp_enabled") is True}} for each in fields.blocks("vpn_link")]
    configuration: dict[str, Any] = {}
    for block in fields.blocks("routing"):
        configuration = _routing(words, block, "associated_route_table", "route_table_ids")
    properties = {
        "remoteVpnSite": words.reference(fields, "remote_vpn_site_id", to=("azurerm_vpn_site",)),
        "vpnLinkConnections": links or None,
        "routingConfiguration": configuration or None,
    }
    return resource(words, instance, properties)


def clients_gateway(words: Words, instance: Instance) -> PlacedObject:
    """A point-to-site gateway in a hub, with the pools of its clients."""
    fields = attributes_of(words.plan, instance)
    configurations = [
        place(block, {"name": block.text("name"), "properties": given(dict(_clients(words, block)))})
        for block in fields.blocks("connection_configuration")
    ]
    hub = words.reference(fields, "virtual_hub_id", to=(_HUB,))
    return resource(words, instance, {"virtualHub": hub, "p2SConnectionConfigurations": configurations or None})


def _clients(words: Words, block: Attributes) -> Iterator[tuple[str, Any]]:
    for pool in block.blocks("vpn_client_address_pool"):
        yield "vpnClientAddressPool", {"addressPrefixes": filled(pool.items("address_prefixes"))}
    for route in block.blocks("route"):
        yield "routingConfiguration", _routing(words, route, "associated_route_table_id", "ids")


def circuit_connection(words: Words, instance: Instance) -> PlacedObject:
    """A circuit at an ExpressRoute gateway in a hub."""
    fields = attributes_of(words.plan, instance)
    configuration: dict[str, Any] = {}
    for block in fields.blocks("routing"):
        configuration = _routing(words, block, "associated_route_table_id", "route_table_ids")
    return resource(words, instance, {"expressRouteCircuitPeering": {}, "routingConfiguration": configuration or None})


def in_hub(words: Words, fields: Attributes) -> dict[str, Any]:
    """What a firewall says of the hub it stands in; its address is known once it is there."""
    for block in fields.blocks("virtual_hub"):
        address = block.value("private_ip_address")
        known = None if address is None or isinstance(address, Unresolved) else {"privateIPAddress": address}
        return {"virtualHub": words.reference(block, "virtual_hub_id", to=(_HUB,)), "hubIPAddresses": known}
    return {}
