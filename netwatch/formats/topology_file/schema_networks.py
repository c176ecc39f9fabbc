"""Virtual networks of the native topology file as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import Resource, Thing, present
from netwatch.formats.topology_file.schema_values import NAMES, Named

__all__ = ["NETWORK_MODELS", "VirtualNetwork"]


class Subnet(Thing):
    """A subnet. Its prefix is required, under either name."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [present("addressPrefix"), present("addressPrefixes")]},
    )

    address_prefix: sort.Prefixes | None = Field(
        default=None, description="Its prefix, or a list of them.", examples=["10.0.1.0/24"]
    )
    address_prefixes: sort.Prefixes | None = Field(
        default=None, description="The same under ARM's other name.", examples=[["10.0.1.0/24", "fd00:1::/64"]]
    )
    network_security_group: sort.Reference | None = Field(default=None, description="The group bound to the subnet.")
    route_table: sort.Reference | None = Field(default=None, description="Its route table.")
    nat_gateway: sort.Reference | None = Field(default=None, description="Its NAT gateway.")
    service_endpoints: sort.ServiceEndpoints | None = Field(
        default=None, description="Services reached by endpoint.", examples=[["Microsoft.Storage"]]
    )
    private_endpoint_network_policies: sort.Policies | None = Field(
        default=None, description="Whether rules and routes hold for private endpoints here."
    )
    delegations: sort.Words | None = Field(
        default=None, description="Services it is handed to.", examples=["Microsoft.Sql/managedInstances"]
    )
    default_outbound_access: sort.Boolean | None = Field(
        default=None, description="Whether machines without any public address reach the Internet. Left out: true."
    )

    @model_validator(mode="after")
    def _one_name(self) -> Subnet:
        if (self.address_prefix is None) == (self.address_prefixes is None):
            raise ValueError("addressPrefix or addressPrefixes, one of them")
        return self


class VirtualNetworkPeering(Thing):
    """One side of a peering; Azure wants one in each of the two networks."""

    remote_virtual_network: sort.Reference = Field(description="The peer.", examples=["vnet-hub"])
    remote_address_space: sort.Prefixes | None = Field(
        default=None, description="The peer's address space, for a peer that is not in the file."
    )
    peering_state: sort.PeeringState | None = Field(
        default=None, description="Left out: Connected when the other side is in the file, as Azure sets it."
    )
    allow_virtual_network_access: sort.Boolean | None = Field(
        default=None, description="Whether the peer's addresses are in the tag VirtualNetwork. Left out: true."
    )
    allow_forwarded_traffic: sort.Boolean | None = Field(
        default=None, description="Whether packets that did not begin in the peer are taken from it. Left out: false."
    )
    allow_gateway_transit: sort.Boolean | None = Field(
        default=None, description="Whether the peer may use this network's gateway. Left out: false."
    )
    use_remote_gateways: sort.Boolean | None = Field(
        default=None, description="Whether this network uses the peer's gateway. Left out: false."
    )
    peer_complete_vnets: sort.Boolean | None = Field(
        default=None, description="Whether all subnets of both are peered, not the named ones only. Left out: true."
    )
    local_subnet_names: sort.OptionalReferences | None = Field(
        default=None, description="The subnets of this network that are peered.", examples=[["web"]]
    )
    remote_subnet_names: sort.OptionalReferences | None = Field(
        default=None, description="The subnets of the peer that are.", examples=[["data"]]
    )
    enable_only_ipv6_peering: sort.Boolean | None = Field(
        default=None, alias="enableOnlyIPv6Peering", description="Whether IPv4 is not peered. Left out: false."
    )


class VirtualNetwork(Resource):
    """A virtual network with its subnets and its side of its peerings."""

    address_prefixes: sort.Prefixes = Field(
        description="Its address space, a prefix or a list of them.", examples=["10.0.0.0/16"]
    )
    flow_timeout_in_minutes: sort.FlowTimeout | None = Field(
        default=None, description="How long a flow may be silent, 4 to 30 minutes."
    )
    subnets: Named[Subnet] | None = Field(default=None, description="Subnets by name.", json_schema_extra=NAMES)
    virtual_network_peerings: Named[VirtualNetworkPeering] | None = Field(
        default=None, description="Peerings by name.", json_schema_extra=NAMES
    )


NETWORK_MODELS: dict[str, type[BaseModel]] = {
    "virtualNetwork": VirtualNetwork,
    "subnet": Subnet,
    "virtualNetworkPeering": VirtualNetworkPeering,
}
"""Kind of thing, as in the reader's table of fields → its model."""
