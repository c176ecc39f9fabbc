"""Azure firewalls of the native topology file as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_base import OpenValue, Resource, Thing, present
from netwatch.formats.topology_file.schema_values import NAMES, Named

__all__ = ["FIREWALL_MODELS", "AzureFirewall"]


class _OfFirewall(Thing):
    """What every rule of a firewall says."""

    protocol: sort.FirewallProtocols | None = Field(default=None, description="Tcp, Udp, Icmp or Any, or several.")
    source: sort.Addresses | None = Field(default=None, description="Addresses, prefixes, or * for any.")
    destination_port_ranges: sort.Ports | None = Field(default=None, description="Ports and ranges, or * for any.")


class NatRule(_OfFirewall):
    """What arrives at an address of the firewall, and where it is sent on."""

    destination: sort.Addresses | None = Field(default=None, description="An address of the firewall.")
    translated_address: sort.Address | None = Field(default=None, description="Where it is sent on.")
    translated_port: sort.PortOrZero | None = Field(default=None, description="Left out: the same port.")


class _ByName(_OfFirewall):
    access: sort.FirewallAccess | None = Field(default=None, description="Left out: Allow.")
    fqdns: sort.Texts | None = Field(default=None, description="Names it is for.", examples=[["*.contoso.com"]])
    other_names: sort.Texts | None = Field(default=None, description="Tags and categories: names that are not listed.")


class NetworkRule(_ByName):
    """A rule for addresses and ports; the first that matches ends it."""

    destination: sort.Addresses | None = Field(
        default=None, description="Addresses, prefixes and service tags, or * for any."
    )


class ApplicationRule(_ByName):
    """A rule for names, asked where no network rule matches."""


class AzureFirewall(Resource):
    """An Azure firewall. Rules of each kind are asked in the order of the file; what none allows is denied."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [present("subnet"), present("virtualHub")]})

    subnet: sort.Reference | None = Field(
        default=None, description="The subnet it stands in.", examples=["vnet-hub/AzureFirewallSubnet"]
    )
    virtual_hub: sort.Reference | None = Field(default=None, description="The hub of a virtual WAN it stands in.")
    private_ip_address: sort.Address | None = Field(
        default=None, alias="privateIPAddress", description="The address that routes lead to."
    )
    public_ip_address: sort.OptionalReferences | None = Field(
        default=None, alias="publicIPAddress", description="What it bears in the Internet, one or several."
    )
    private_ranges: sort.Prefixes | None = Field(
        default=None, description="Destinations to which it keeps the source. Left out: private address ranges."
    )
    firewall_policy: OpenValue | None = Field(default=None, description="Why its rules are not known, if they are not.")
    nat_rules: Named[NatRule | None] | None = Field(
        default=None, description="Translations, asked first.", json_schema_extra=NAMES
    )
    network_rules: Named[NetworkRule | None] | None = Field(
        default=None, description="Rules for addresses, asked next.", json_schema_extra=NAMES
    )
    application_rules: Named[ApplicationRule | None] | None = Field(
        default=None, description="Rules for names, asked last.", json_schema_extra=NAMES
    )

    @model_validator(mode="after")
    def _stands_somewhere(self) -> AzureFirewall:
        if (self.subnet is None) == (self.virtual_hub is None):
            raise ValueError("a firewall stands in a subnet or in a hub")
        return self


FIREWALL_MODELS: dict[str, type[BaseModel]] = {
    "azureFirewall": AzureFirewall,
    "natRule": NatRule,
    "networkRule": NetworkRule,
    "applicationRule": ApplicationRule,
}
"""Kind of thing, as in the reader's table of fields → its model."""
