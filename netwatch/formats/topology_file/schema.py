"""The native topology file as pydantic models, for the JSON Schema by which editors complete and check it.

The fast reader (``topology_file``) accepts the same files: a property test holds the two together, a unit test the
names of their fields. Single values are judged by the reader's own functions; the shape around them is said here anew,
with what each field means. Imported for ``netwatch schema`` only.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import OpenValue, Resource, Thing, for_editors, present
from netwatch.formats.topology_file.schema_facts import Facts
from netwatch.formats.topology_file.schema_firewalls import FIREWALL_MODELS, AzureFirewall
from netwatch.formats.topology_file.schema_load_balancers import LoadBalancer
from netwatch.formats.topology_file.schema_networks import NETWORK_MODELS, VirtualNetwork
from netwatch.formats.topology_file.schema_services import (
    SERVICE_MODELS,
    LocalNetworkGateway,
    NatGateway,
    NetworkManager,
    PrivateEndpoint,
    VirtualNetworkGateway,
)
from netwatch.formats.topology_file.schema_values import NAMES, Json, Named
from netwatch.formats.topology_file.schema_virtual_hubs import HUB_MODELS, HubGateway, VirtualHub, VirtualWan, VpnSite
from netwatch.model.unresolved import Unresolved

__all__ = ["MODELS", "TopologyFile", "json_schema"]


class SecurityRule(Thing):
    """A security rule. A side is given by addresses or by application security groups, not both."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"not": present("source", "sourceApplicationSecurityGroups")},
                {"not": present("destination", "destinationApplicationSecurityGroups")},
            ]
        },
    )

    priority: sort.Priority = Field(
        description="Lower is asked first; unique in one direction of a group.", examples=[100]
    )
    direction: sort.Direction | None = Field(default=None, description="Left out: Inbound.")
    access: sort.Access | None = Field(default=None, description="Left out: Allow.")
    protocol: sort.Protocol | None = Field(default=None, description='Left out: any. Put * in quotes: "*".')
    source: sort.Addresses | None = Field(
        default=None,
        description="Addresses, prefixes and service tags, one or a list. Left out: any.",
        examples=["Internet", ["10.0.1.0/24", "10.0.2.4"]],
    )
    source_application_security_groups: sort.GroupReferences | None = Field(
        default=None, description="Application security groups instead of source."
    )
    source_port_ranges: sort.Ports | None = Field(default=None, description="Left out: any, which is what you want.")
    destination: sort.Addresses | None = Field(default=None, description="As source. Left out: any.")
    destination_application_security_groups: sort.GroupReferences | None = Field(
        default=None, description="Application security groups instead of destination."
    )
    destination_port_ranges: sort.Ports | None = Field(
        default=None, description="Ports and ranges, one or a list. Left out: any.", examples=[443, [80, "8000-8010"]]
    )
    description: sort.Text | None = Field(default=None, description="A remark; it changes no answer.")

    @model_validator(mode="after")
    def _no_mixture(self) -> SecurityRule:
        if self.source is not None and self.source_application_security_groups is not None:
            raise ValueError("source and sourceApplicationSecurityGroups")
        if self.destination is not None and self.destination_application_security_groups is not None:
            raise ValueError("destination and destinationApplicationSecurityGroups")
        return self


class NetworkSecurityGroup(Resource):
    """A network security group; Azure's default rules stand in every one and are not written."""

    flush_connection: sort.Boolean | None = Field(
        default=None, description="Whether changed rules count for flows under way too. Left out: false."
    )
    security_rules: Named[SecurityRule] | None = Field(
        default=None, description="Rules by name, in any order.", json_schema_extra=NAMES
    )


class ApplicationSecurityGroup(Resource):
    """An application security group; NICs say that they are members."""


def _to(kind: str, hops: Json) -> Json:
    """Routes of one type have a next hop address that looks like ``hops``."""
    of_kind = {
        "required": ["nextHopType"],
        "properties": {"nextHopType": {"type": "string", "pattern": sort.any_case([kind])}},
    }
    return {"if": of_kind, "then": {**present("nextHopIpAddress"), "properties": {"nextHopIpAddress": hops}}}


_TO_NONE: Json = {
    "if": present("nextHopIpAddress"),
    "then": {"properties": {"nextHopType": {"pattern": sort.any_case(["VirtualAppliance", "VirtualApplianceEcmp"])}}},
}
"""No type is asked for here: a type that is open is an object, and may have any address beside it."""


class Route(Thing):
    """A user-defined route."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                _to("VirtualAppliance", {"maxItems": 1}),
                _to("VirtualApplianceEcmp", {"type": "array", "minItems": 2}),
                _TO_NONE,
            ],
        },
    )

    address_prefix: sort.RoutePrefix = Field(
        description="Where packets go that it takes: a prefix or a service tag.", examples=["0.0.0.0/0"]
    )
    next_hop_type: sort.NextHopType = Field(description="What it hands them to.", examples=["VirtualAppliance"])
    next_hop_ip_address: sort.ApplianceAddresses | None = Field(
        default=None,
        description="The appliance's address; for VirtualAppliance, and a list of them for VirtualApplianceEcmp.",
    )

    @model_validator(mode="after")
    def _appliance_has_address(self) -> Route:
        count = len(self.next_hop_ip_address or ())
        allowed = {"VirtualAppliance": count == 1, "VirtualApplianceEcmp": count > 1}
        is_open = isinstance(self.next_hop_type, Unresolved)
        if not is_open and not allowed.get(self.next_hop_type.value, count == 0):
            raise ValueError("nextHopIpAddress stands with VirtualAppliance, once, and with VirtualApplianceEcmp")
        return self


class RouteTable(Resource):
    """A route table; subnets say that they use it."""

    disable_bgp_route_propagation: sort.Boolean | None = Field(
        default=None, description="Whether gateway routes are kept out. Left out: false."
    )
    routes: Named[Route] | None = Field(default=None, description="Routes by name.", json_schema_extra=NAMES)


class PublicIPAddress(Resource):
    """A public IP address; NICs say that they have it."""

    ip_address: sort.Address | None = Field(default=None, description="The address.", examples=["20.0.0.4"])
    sku: sort.Sku | None = Field(default=None, description="Basic, Standard or StandardV2.")


class IpConfiguration(Thing):
    """One address of a NIC."""

    subnet: sort.Reference | None = Field(
        default=None,
        description="vnet/subnet, or the subnet's name alone where only one has it.",
        examples=["vnet-shop/web"],
    )
    private_ip_address: sort.Address | None = Field(
        default=None,
        alias="privateIPAddress",
        description="Left out: the first free one of the subnet, marked as assumed.",
        examples=["10.0.1.4"],
    )
    public_ip_address: sort.Reference | None = Field(
        default=None, alias="publicIPAddress", description="Its public IP address, by name."
    )
    application_security_groups: sort.OptionalReferences | None = Field(
        default=None, description="The groups it is a member of."
    )
    primary: sort.Boolean | None = Field(default=None, description="Left out: the first is primary.")


_SUBNET_IN_EACH: Json = {
    "required": ["ipConfigurations"],
    "properties": {
        "ipConfigurations": {"type": "object", "additionalProperties": {"type": "object", **present("subnet")}}
    },
}


class NetworkInterface(Resource, IpConfiguration):
    """A NIC: with one address its fields stand here, with several in ipConfigurations."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [present("subnet"), _SUBNET_IN_EACH],
            "if": present("ipConfigurations"),
            "then": {"not": {"anyOf": [present("privateIPAddress"), present("publicIPAddress")]}},
        },
    )

    network_security_group: sort.Reference | None = Field(default=None, description="The group bound to the NIC.")
    enable_ip_forwarding: sort.Boolean | None = Field(
        default=None,
        alias="enableIPForwarding",
        description="Whether it takes packets for other addresses, as an appliance does. Left out: false.",
    )
    default_outbound_connectivity_enabled: sort.Boolean | None = Field(
        default=None, description="Whether Azure has given it a public address of its own choice. Left out: worked out."
    )
    ip_configurations: Named[IpConfiguration | None] | None = Field(
        default=None,
        min_length=1,
        description="Several addresses, by name; subnet and application security groups above count for each.",
        json_schema_extra={**NAMES, "minProperties": 1},
    )

    @model_validator(mode="after")
    def _one_form(self) -> NetworkInterface:
        configs = self.ip_configurations
        if self.subnet is None and (
            not configs or any(each is None or each.subnet is None for each in configs.values())
        ):
            raise ValueError("subnet is missing")
        if configs and (self.private_ip_address is not None or self.public_ip_address is not None):
            raise ValueError("an address stands beside ipConfigurations")
        return self


class VirtualMachine(Resource):
    """A virtual machine with its NICs; they are in its resource group and region unless they say otherwise."""

    network_interfaces: Named[NetworkInterface | OpenValue] = Field(
        min_length=1,
        description="NICs by name. The first is primary unless one says primary: true.",
        json_schema_extra=NAMES,
    )
    virtual_machine_scale_set: sort.Reference | None = Field(
        default=None, description="The scale set of flexible orchestration that it belongs to, by name or id."
    )


class TopologyFile(Thing):
    """A network that need not be deployed, for netwatch. Things refer to each other by name, or by ARM id."""

    netwatch: sort.Version = Field(description="The version of this form.", examples=[1])
    subscription: sort.Word | None = Field(default=None, description="Left out: zeros.")
    resource_group: sort.Word | None = Field(default=None, description="Left out: netwatch.")
    location: sort.Region | None = Field(default=None, description="Left out: westeurope.")
    service_tags: sort.FileName | None = Field(
        default=None,
        description="Microsoft's file of service tags to go by, relative to this file. Left out: the list that ships.",
        examples=["ServiceTags_Public_20251117.json"],
    )
    semantics: sort.Readings | None = Field(
        default=None,
        description="The readings to follow where Azure's own sources disagree. Left out: the default of each.",
        examples=[{"emptyGroup": "ignored"}],
    )
    virtual_networks: Named[VirtualNetwork] | None = Field(
        default=None, description="Virtual networks by name.", json_schema_extra=NAMES
    )
    network_security_groups: Named[NetworkSecurityGroup | None] | None = Field(
        default=None, description="Network security groups by name.", json_schema_extra=NAMES
    )
    application_security_groups: Named[ApplicationSecurityGroup | None] | list[sort.ListedName] | None = Field(
        default=None, description="Application security groups; a list of names will do.", json_schema_extra=NAMES
    )
    route_tables: Named[RouteTable | None] | None = Field(
        default=None, description="Route tables by name.", json_schema_extra=NAMES
    )
    public_ip_addresses: Named[PublicIPAddress | None] | list[sort.ListedName] | None = Field(
        default=None, description="Public IP addresses; a list of names will do.", json_schema_extra=NAMES
    )
    virtual_machines: Named[VirtualMachine] | None = Field(
        default=None, description="Virtual machines by name, with their NICs.", json_schema_extra=NAMES
    )
    network_interfaces: Named[NetworkInterface] | None = Field(
        default=None, description="NICs without a machine.", json_schema_extra=NAMES
    )
    virtual_network_gateways: Named[VirtualNetworkGateway] | None = Field(
        default=None, description="VPN and ExpressRoute gateways, with their connections.", json_schema_extra=NAMES
    )
    local_network_gateways: Named[LocalNetworkGateway | None] | None = Field(
        default=None, description="Sites on-premises.", json_schema_extra=NAMES
    )
    private_endpoints: Named[PrivateEndpoint] | None = Field(
        default=None, description="Private endpoints; each makes a NIC, NAME-nic.", json_schema_extra=NAMES
    )
    nat_gateways: Named[NatGateway | None] | list[sort.ListedName] | None = Field(
        default=None, description="NAT gateways; a list of names will do.", json_schema_extra=NAMES
    )
    azure_firewalls: Named[AzureFirewall] | None = Field(
        default=None, description="Azure firewalls by name.", json_schema_extra=NAMES
    )
    load_balancers: Named[LoadBalancer | None] | None = Field(
        default=None, description="Load balancers by name.", json_schema_extra=NAMES
    )
    network_managers: Named[NetworkManager | None] | None = Field(
        default=None, description="Network managers with their groups and configurations.", json_schema_extra=NAMES
    )
    virtual_wans: Named[VirtualWan | None] | list[sort.ListedName] | None = Field(
        default=None, description="Virtual WANs; a list of names will do.", json_schema_extra=NAMES
    )
    virtual_hubs: Named[VirtualHub] | None = Field(
        default=None, description="Hubs of virtual WANs, with what is connected to them.", json_schema_extra=NAMES
    )
    vpn_sites: Named[VpnSite | None] | None = Field(
        default=None, description="Branches of VPN gateways in hubs.", json_schema_extra=NAMES
    )
    vpn_gateways: Named[HubGateway] | None = Field(
        default=None, description="VPN gateways in hubs.", json_schema_extra=NAMES
    )
    p2s_vpn_gateways: Named[HubGateway] | None = Field(
        default=None, alias="p2sVpnGateways", description="Point-to-site gateways in hubs.", json_schema_extra=NAMES
    )
    express_route_gateways: Named[HubGateway] | None = Field(
        default=None, description="ExpressRoute gateways in hubs.", json_schema_extra=NAMES
    )
    other_resources: sort.ReferencesById | None = Field(default=None, description="Named only: the ids each refers to.")
    facts: Facts | None = Field(default=None, description="What no Azure resource says.")


MODELS: dict[str, type[BaseModel]] = {
    "topology": TopologyFile,
    **NETWORK_MODELS,
    "networkSecurityGroup": NetworkSecurityGroup,
    "securityRule": SecurityRule,
    "applicationSecurityGroup": ApplicationSecurityGroup,
    "routeTable": RouteTable,
    "route": Route,
    "publicIPAddress": PublicIPAddress,
    "virtualMachine": VirtualMachine,
    "networkInterface": NetworkInterface,
    "ipConfiguration": IpConfiguration,
    "facts": Facts,
    **FIREWALL_MODELS,
    **SERVICE_MODELS,
    **HUB_MODELS,
}
"""Kind of thing, as in the reader's table of fields → its model."""


def json_schema() -> Json:
    """The JSON Schema (2020-12) of the native topology file, with descriptions and examples."""
    schema = for_editors(TopologyFile.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "netwatch topology", **schema}
