"""Gateways, endpoints and network managers of the native topology file as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import Resource, Thing, present
from netwatch.formats.topology_file.schema_load_balancers import BALANCER_MODELS
from netwatch.formats.topology_file.schema_values import NAMES, Json, Named

__all__ = [
    "SERVICE_MODELS",
    "LocalNetworkGateway",
    "NatGateway",
    "NetworkManager",
    "PrivateEndpoint",
    "VirtualNetworkGateway",
]

_TO_CIRCUIT: Json = {
    "required": ["connectionType"],
    "properties": {"connectionType": {"type": "string", "pattern": sort.any_case(["ExpressRoute"])}},
}


class Connection(Thing):
    """What a gateway is connected to: a site, another gateway, or an ExpressRoute circuit, which is not named."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [present("localNetworkGateway2"), present("virtualNetworkGateway2"), _TO_CIRCUIT],
        },
    )

    connection_type: sort.ConnectionType | None = Field(
        default=None, description="Left out: IPsec to a local network gateway, Vnet2Vnet to a virtual network gateway."
    )
    local_network_gateway2: sort.Reference | None = Field(
        default=None, alias="localNetworkGateway2", description="The site it leads to."
    )
    virtual_network_gateway2: sort.Reference | None = Field(
        default=None, alias="virtualNetworkGateway2", description="The gateway it leads to."
    )

    @model_validator(mode="after")
    def _one_end(self) -> Connection:
        named = [each for each in (self.local_network_gateway2, self.virtual_network_gateway2) if each is not None]
        if len(named) + (self.connection_type == "ExpressRoute") != 1:
            raise ValueError("a connection has one far end")
        return self


class VirtualNetworkGateway(Resource):
    """A VPN or ExpressRoute gateway. What it learns over BGP is the fact gatewayLearnedRoutes."""

    gateway_type: sort.GatewayType | None = Field(default=None, description="Left out: Vpn.")
    subnet: sort.Reference = Field(description="The subnet it stands in.", examples=["vnet-hub/GatewaySubnet"])
    public_ip_address: sort.OptionalReferences | None = Field(
        default=None, alias="publicIPAddress", description="Its public IP address; two of an active-active gateway."
    )
    vpn_client_address_pool: sort.Prefixes | None = Field(
        default=None, description="Where its point-to-site clients have their addresses.", examples=["172.20.0.0/24"]
    )
    gateway_default_site: sort.Reference | None = Field(
        default=None, description="The site that all traffic for the Internet is forced to."
    )
    connections: Named[Connection] | None = Field(
        default=None,
        description="Its connections by name.",
        examples=[{"to-site": {"localNetworkGateway2": "site"}}],
        json_schema_extra=NAMES,
    )


class LocalNetworkGateway(Resource):
    """A site on-premises, as a VPN gateway sees it."""

    address_prefixes: sort.Prefixes | None = Field(
        default=None, description="What is routed there without BGP.", examples=["192.168.0.0/16"]
    )


class PrivateEndpoint(Resource):
    """A private endpoint: an address in a subnet that leads to a service."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": present("networkInterfaces"),
            "then": {"not": {"anyOf": [present("privateIPAddress"), present("applicationSecurityGroups")]}},
        },
    )

    subnet: sort.Reference = Field(description="The subnet its address is in.", examples=["vnet-shop/data"])
    private_ip_address: sort.Address | None = Field(
        default=None,
        alias="privateIPAddress",
        description="Left out: the first free one of the subnet, marked as assumed.",
    )
    application_security_groups: sort.OptionalReferences | None = Field(
        default=None, description="The groups it is a member of."
    )
    network_interfaces: sort.OptionalReferences | None = Field(
        default=None, description="Its NICs, where they stand in the file. Left out: one of its own, NAME-nic."
    )
    connection_status: sort.ConnectionStatus | None = Field(
        default=None, description="Whether what it leads to has approved it. Left out: Approved."
    )

    @model_validator(mode="after")
    def _one_form(self) -> PrivateEndpoint:
        own = (self.private_ip_address, self.application_security_groups)
        if self.network_interfaces is not None and any(each is not None for each in own):
            raise ValueError("networkInterfaces, or what the endpoint's own has")
        return self


class NatGateway(Resource):
    """A NAT gateway; subnets say that they use it."""

    public_ip_addresses: sort.OptionalReferences | None = Field(
        default=None, description="What outbound flows leave through."
    )


class Rule(Thing):
    """A security admin rule: it is asked before every network security group."""

    priority: sort.AdminPriority = Field(description="Lower is asked first; unique in its collection.", examples=[10])
    access: sort.AdminAccess = Field(
        description="Allow leaves the last word to the groups; AlwaysAllow and Deny do not.", examples=["Deny"]
    )
    direction: sort.Direction | None = Field(default=None, description="Left out: Inbound.")
    protocol: sort.AdminProtocol | None = Field(default=None, description="Left out: Any.")
    source: sort.Addresses | None = Field(
        default=None, description="Addresses, prefixes and service tags, one or a list. Left out: any."
    )
    source_port_ranges: sort.Ports | None = Field(default=None, description="Left out: any, which is what you want.")
    destination: sort.Addresses | None = Field(default=None, description="As source. Left out: any.")
    destination_port_ranges: sort.Ports | None = Field(
        default=None, description="Ports and ranges, one or a list. Left out: any.", examples=[22, [80, "8000-8010"]]
    )
    description: sort.Text | None = Field(default=None, description="A remark; it changes no answer.")


class RuleCollection(Thing):
    """Admin rules for some network groups."""

    applies_to_groups: sort.References = Field(
        description="The network groups whose members the rules are for.", examples=["all-networks"]
    )
    rules: Named[Rule] | None = Field(default=None, description="Rules by name.", json_schema_extra=NAMES)


class SecurityAdminConfiguration(Thing):
    """Admin rules that are deployed together; until the fact networkManagerDeployments says so they do nothing."""

    apply_on_network_intent_policy_based_services: sort.IntentPolicies | None = Field(
        default=None, description="Whether networks of services with intent policies are included. Left out: None."
    )
    rule_collections: Named[RuleCollection] | None = Field(
        default=None, description="Rule collections by name.", json_schema_extra=NAMES
    )


class AppliedGroup(Thing):
    """A network group with what holds for it alone; the rest is that of the configuration."""

    group_connectivity: sort.GroupConnectivity | None = Field(
        default=None, description="Left out: that of the configuration."
    )
    use_hub_gateway: sort.Boolean | None = Field(default=None, description="Left out: that of the configuration.")


class ConnectivityConfiguration(Thing):
    """A mesh, or a hub and spoke; until the fact networkManagerDeployments says so it does nothing."""

    connectivity_topology: sort.Connectivity = Field(
        description="Mesh or HubAndSpoke, whose hubs are peered with every spoke.", examples=["Mesh"]
    )
    applies_to_groups: sort.Referred[AppliedGroup | None] | sort.References = Field(
        description="The network groups it joins; by name, with fields, where they differ.", examples=["spokes"]
    )
    group_connectivity: sort.GroupConnectivity | None = Field(
        default=None, description="DirectlyConnected joins the spokes of a hub too. Left out: None."
    )
    hubs: sort.References | None = Field(
        default=None, description="The hubs of a hub and spoke: peered with every spoke that has no peering of its own."
    )
    use_hub_gateway: sort.Boolean | None = Field(
        default=None, description="Whether the spokes use the hub's gateway. Left out: false."
    )
    is_global: sort.Boolean | None = Field(
        default=None, description="Whether members in different regions are joined. Left out: false."
    )


class NetworkManager(Resource):
    """A network manager: what it lays over networks is asked before what they say themselves."""

    network_manager_scopes: sort.Scopes | None = Field(
        default=None,
        description="Subscriptions and management groups, by id. Left out: the subscription of the file.",
        examples=["/providers/Microsoft.Management/managementGroups/contoso"],
    )
    network_groups: sort.NamedMembers | None = Field(
        default=None,
        description="Virtual networks by group; subnets as vnet/subnet.",
        examples=[{"spokes": ["vnet-a", "vnet-b"]}],
    )
    security_admin_configurations: Named[SecurityAdminConfiguration | None] | None = Field(
        default=None, description="Security admin configurations by name.", json_schema_extra=NAMES
    )
    connectivity_configurations: Named[ConnectivityConfiguration] | None = Field(
        default=None, description="Connectivity configurations by name.", json_schema_extra=NAMES
    )


SERVICE_MODELS: dict[str, type[BaseModel]] = {
    "virtualNetworkGateway": VirtualNetworkGateway,
    "connection": Connection,
    "localNetworkGateway": LocalNetworkGateway,
    "privateEndpoint": PrivateEndpoint,
    "natGateway": NatGateway,
    **BALANCER_MODELS,
    "networkManager": NetworkManager,
    "securityAdminConfiguration": SecurityAdminConfiguration,
    "ruleCollection": RuleCollection,
    "rule": Rule,
    "connectivityConfiguration": ConnectivityConfiguration,
    "appliedGroup": AppliedGroup,
}
"""Kind of thing, as in the reader's table of fields → its model."""
