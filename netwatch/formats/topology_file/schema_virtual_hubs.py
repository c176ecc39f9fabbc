"""Virtual WANs of the native topology file as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, Field

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import Resource, Thing
from netwatch.formats.topology_file.schema_values import NAMES, Named

__all__ = ["HUB_MODELS", "HubGateway", "VirtualHub", "VirtualWan", "VpnSite"]


class VirtualWan(Resource):
    """A virtual WAN: its hubs are joined with each other."""

    type: sort.WanType | None = Field(default=None, description="Left out: Standard. In a Basic one hubs do not join.")


class _OfConnection(Thing):
    """What all connections of a hub say."""

    associated_route_table: sort.Reference | None = Field(
        default=None, description="The hub's table by which it sends. Left out: defaultRouteTable.", examples=["red"]
    )
    propagated_route_tables: sort.OptionalReferences | None = Field(
        default=None, description="Tables that learn its prefixes; those of another hub as hub/table."
    )
    propagated_labels: sort.OptionalTexts | None = Field(
        default=None, description="Labels of tables that learn its prefixes, in every hub. None at all: default."
    )


class HubRoute(Thing):
    """A static route of a hub's table."""

    destinations: sort.Prefixes = Field(description="Where packets go that it takes.", examples=["0.0.0.0/0"])
    next_hop: sort.Reference = Field(description="A connection of the hub, or an Azure firewall.", examples=["fw"])


class HubRouteTable(Thing):
    """A route table of a hub. defaultRouteTable and noneRouteTable are there without being written."""

    labels: sort.OptionalTexts | None = Field(default=None, description="Labels that connections may propagate to.")
    routes: Named[HubRoute] | None = Field(default=None, description="Static routes.", json_schema_extra=NAMES)


class StaticRoute(Thing):
    """What the hub hands to an appliance in the connected network."""

    address_prefixes: sort.Prefixes = Field(description="Where packets go.", examples=["10.9.0.0/16"])
    next_hop_ip_address: sort.Address | None = Field(default=None, description="The appliance's address.")


class HubVirtualNetworkConnection(_OfConnection):
    """A virtual network at the hub."""

    remote_virtual_network: sort.Reference = Field(description="The network.", examples=["vnet-a"])
    enable_internet_security: sort.Boolean | None = Field(
        default=None,
        description="Whether it gets the hub's default route. Left out: open, since sources differ.",
    )
    static_routes: Named[StaticRoute] | None = Field(
        default=None, description="Routes to an appliance in it.", json_schema_extra=NAMES
    )
    propagate_static_routes: sort.Boolean | None = Field(
        default=None, description="Whether tables learn its static routes, which Azure says."
    )


class RoutingPolicy(Thing):
    """A policy of the hub's routing intent."""

    destinations: sort.PolicyDestinations = Field(description="Internet, PrivateTraffic or both.")
    next_hop: sort.Reference = Field(description="The firewall in the hub.", examples=["fw"])


class BgpConnection(Thing):
    """What exchanges routes with the hub; what it announces is the fact gatewayLearnedRoutes of the hub."""

    peer_ip: sort.Address | None = Field(default=None, description="Its address.")
    hub_virtual_network_connection: sort.Reference | None = Field(
        default=None, description="The connection of the network that it stands in."
    )


class VirtualHub(Resource):
    """A hub of a virtual WAN."""

    virtual_wan: sort.Reference = Field(description="The WAN.", examples=["wan"])
    address_prefix: sort.OnePrefix | None = Field(default=None, description="Its range.", examples=["10.10.0.0/23"])
    sku: sort.WanType | None = Field(default=None, description="For a WAN that is not in the file.")
    hub_route_tables: Named[HubRouteTable | None] | None = Field(
        default=None, description="Route tables by name.", json_schema_extra=NAMES
    )
    hub_virtual_network_connections: Named[HubVirtualNetworkConnection] | None = Field(
        default=None, description="Connected networks, by the name of the connection.", json_schema_extra=NAMES
    )
    routing_policies: Named[RoutingPolicy] | None = Field(
        default=None, description="Policies of its routing intent.", json_schema_extra=NAMES
    )
    bgp_connections: Named[BgpConnection | None] | None = Field(
        default=None, description="What exchanges routes with it.", json_schema_extra=NAMES
    )


class VpnSite(Resource):
    """A branch, as a hub's VPN gateway sees it."""

    address_prefixes: sort.Prefixes | None = Field(
        default=None, description="What is routed there without BGP.", examples=["192.168.0.0/16"]
    )
    bgp_peering_address: sort.Address | None = Field(
        default=None, description="Where it speaks BGP; what it announces is the fact gatewayLearnedRoutes."
    )


class HubBranch(_OfConnection):
    """What a hub's gateway is connected to."""

    remote_vpn_site: sort.Reference | None = Field(default=None, description="The site; of VPN gateways.")
    vpn_client_address_pool: sort.Prefixes | None = Field(
        default=None, description="Where clients have their addresses; of point-to-site gateways."
    )
    enable_bgp: sort.Boolean | None = Field(default=None, description="Whether it announces prefixes. Left out: false.")


class HubGateway(Resource):
    """A gateway in a hub."""

    virtual_hub: sort.Reference = Field(description="The hub.", examples=["hub"])
    bgp_peering_addresses: sort.PlainAddresses | None = Field(
        default=None, description="Where its instances speak BGP, which effective routes name."
    )
    connections: Named[HubBranch | None] | None = Field(
        default=None, description="What it is connected to, by name.", json_schema_extra=NAMES
    )


HUB_MODELS: dict[str, type[BaseModel]] = {
    "virtualWan": VirtualWan,
    "virtualHub": VirtualHub,
    "hubRouteTable": HubRouteTable,
    "hubRoute": HubRoute,
    "hubVirtualNetworkConnection": HubVirtualNetworkConnection,
    "staticRoute": StaticRoute,
    "routingPolicy": RoutingPolicy,
    "bgpConnection": BgpConnection,
    "vpnSite": VpnSite,
    "hubGateway": HubGateway,
    "hubBranch": HubBranch,
}
"""Kind of thing, as in the reader's table of fields → its model."""
