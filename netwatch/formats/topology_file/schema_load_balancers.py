"""Load balancers of the native topology file as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import Resource, Thing, present
from netwatch.formats.topology_file.schema_values import NAMES, Json, Named

__all__ = ["BALANCER_MODELS", "LoadBalancer"]


class FrontendIPConfiguration(Thing):
    """One address a load balancer listens on: private in a subnet, or public."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": present("publicIPAddress"),
            "then": {"not": {"anyOf": [present("subnet"), present("privateIPAddress")]}},
            "else": present("subnet", "privateIPAddress"),
        },
    )

    subnet: sort.Reference | None = Field(default=None, description="The subnet of a private address.")
    private_ip_address: sort.Address | None = Field(
        default=None, alias="privateIPAddress", description="The private address."
    )
    public_ip_address: sort.Reference | None = Field(
        default=None, alias="publicIPAddress", description="The public IP address, by name."
    )

    @model_validator(mode="after")
    def _one_form(self) -> FrontendIPConfiguration:
        private = [self.subnet is not None, self.private_ip_address is not None]
        if any(private) if self.public_ip_address is not None else not all(private):
            raise ValueError("subnet and privateIPAddress, or publicIPAddress")
        return self


class Probe(Thing):
    """What asks a backend whether it is well; one that nobody listens on, or that a rule denies, finds it down."""

    protocol: sort.ProbeProtocol | None = Field(default=None, description="Left out: Tcp.")
    port: sort.PortNumber = Field(description="The port that is asked.", examples=[80])


_OF_FRONTEND = "The frontend, by name. Left out: the only one."
_OF_POOL = "The pool, by name. Left out: the only one."

_EVERY_PORT: Json = {
    "required": ["protocol"],
    "properties": {"protocol": {"type": "string", "pattern": sort.any_case(["All"])}},
}


class LoadBalancingRule(Thing):
    """What arrives at a port of a frontend, and which pool gets it. Protocol All is every port (HA ports)."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": _EVERY_PORT,
            "then": {"properties": {"frontendPort": {"maximum": 0}}},
            "else": present("frontendPort"),
        },
    )

    protocol: sort.BalancedProtocol | None = Field(default=None, description="Left out: Tcp.")
    frontend_ip_configuration: sort.Part | None = Field(
        default=None, alias="frontendIPConfiguration", description=_OF_FRONTEND
    )
    frontend_port: sort.PortOrZero | None = Field(default=None, description="The frontend's port.", examples=[443])
    backend_address_pool: sort.Parts | None = Field(default=None, description=_OF_POOL)
    backend_port: sort.PortOrZero | None = Field(default=None, description="Left out: the frontend's.")
    probe: sort.Part | None = Field(default=None, description="The probe, by name. Left out: who runs is well.")
    enable_floating_ip: sort.Boolean | None = Field(
        default=None, alias="enableFloatingIP", description="Whether packets keep the frontend's address."
    )
    disable_outbound_snat: sort.Boolean | None = Field(
        default=None, description="Whether the rule gives backends no public address of their own. Left out: false."
    )

    @model_validator(mode="after")
    def _port_or_every(self) -> LoadBalancingRule:
        is_every = str(self.protocol).lower() == "all"
        if self.frontend_port if is_every else self.frontend_port is None:
            raise ValueError("frontendPort, or protocol All")
        return self


class InboundNatRule(Thing):
    """A port that leads to one NIC, or a range of ports of which each member of a pool has one."""

    model_config = ConfigDict(
        json_schema_extra={"not": present("networkInterface", "backendAddressPool")},
    )

    protocol: sort.BalancedProtocol | None = Field(default=None, description="Left out: Tcp.")
    frontend_ip_configuration: sort.Part | None = Field(
        default=None, alias="frontendIPConfiguration", description=_OF_FRONTEND
    )
    frontend_port: sort.PortRange = Field(description="A port, or a range for a pool.", examples=[50001])
    backend_port: sort.PortOrZero | None = Field(default=None, description="Left out: the frontend's.", examples=[22])
    network_interface: sort.Reference | None = Field(default=None, description="The NIC the port leads to.")
    backend_address_pool: sort.Part | None = Field(default=None, description="The pool whose members have the ports.")
    enable_floating_ip: sort.Boolean | None = Field(
        default=None, alias="enableFloatingIP", description="Whether packets keep the frontend's address."
    )

    @model_validator(mode="after")
    def _one_target(self) -> InboundNatRule:
        if self.network_interface is not None and self.backend_address_pool is not None:
            raise ValueError("networkInterface or backendAddressPool")
        return self


class OutboundRule(Thing):
    """Which public frontends the members of a pool bear when they open a flow to the Internet."""

    frontend_ip_configurations: sort.Parts | None = Field(
        default=None, alias="frontendIPConfigurations", description="Frontends by name. Left out: the only one."
    )
    backend_address_pool: sort.Part | None = Field(default=None, description=_OF_POOL)


class LoadBalancer(Resource):
    """A load balancer."""

    sku: sort.BalancerSku | None = Field(default=None, description="Left out: Standard.")
    frontend_ip_configurations: Named[FrontendIPConfiguration] | None = Field(
        default=None,
        alias="frontendIPConfigurations",
        description="Its addresses, by name.",
        json_schema_extra=NAMES,
    )
    backend_address_pools: sort.NamedMembers | None = Field(
        default=None, description="NICs, or addresses, by pool.", examples=[{"pool": ["nic-0", "nic-1"]}]
    )
    probes: Named[Probe] | None = Field(default=None, description="Probes by name.", json_schema_extra=NAMES)
    load_balancing_rules: Named[LoadBalancingRule] | None = Field(
        default=None,
        description="Rules by name; what no rule names is dropped.",
        examples=[{"https": {"frontendPort": 443, "probe": "https"}}],
        json_schema_extra=NAMES,
    )
    inbound_nat_rules: Named[InboundNatRule] | None = Field(
        default=None, description="Ports that lead to one backend, by name.", json_schema_extra=NAMES
    )
    inbound_nat_pools: Named[InboundNatRule] | None = Field(
        default=None, description="Ports of the instances of a scale set, by name.", json_schema_extra=NAMES
    )
    outbound_rules: Named[OutboundRule | None] | None = Field(
        default=None, description="What backends bear in the Internet, by name.", json_schema_extra=NAMES
    )


BALANCER_MODELS: dict[str, type[BaseModel]] = {
    "loadBalancer": LoadBalancer,
    "frontendIPConfiguration": FrontendIPConfiguration,
    "probe": Probe,
    "loadBalancingRule": LoadBalancingRule,
    "inboundNatRule": InboundNatRule,
    "outboundRule": OutboundRule,
}
"""Kind of thing, as in the reader's table of fields → its model."""
