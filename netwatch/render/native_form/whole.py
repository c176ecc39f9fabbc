"""A topology in the words of the native file: plain mappings, terse, with everything left out that is a default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from netwatch.formats.topology_file.names import Scope
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    Peering,
    PublicIpAddress,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)
from netwatch.model.routes import RouteTable, UserRoute
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.names import NativeNames
from netwatch.render.native_form.rules import security_rule
from netwatch.render.native_form.words import address, filled, key_of, one_or_list, open_value, text, texts
from netwatch.render.semantics import chosen_readings

__all__ = ["NativeForm", "native_form"]

Fields = dict[str, Any]

_IP_CONFIGURATION = "ipconfig1"


def native_form(topology: Topology, *, explicit: bool = False) -> Fields:
    """The whole file as mappings, in the order in which a person reads it.

    With ``explicit``, assumed addresses are written down; otherwise they are left to be assumed again.
    """
    return NativeForm(topology, explicit=explicit).fields()


class NativeForm:
    """One topology on its way into the native form."""

    def __init__(self, topology: Topology, *, explicit: bool) -> None:
        self.topology = topology
        self.names = NativeNames(topology)
        self._explicit = explicit

    def fields(self) -> Fields:
        """Everything; sections without content are left out."""
        from netwatch.render.native_form.services import facts, services

        topology, scope = self.topology, self.names.scope
        head = {
            "netwatch": 1,
            "subscription": scope.subscription,
            "resourceGroup": scope.resource_group,
            "location": scope.location,
            "serviceTags": topology.service_tags,
            "semantics": chosen_readings(topology.semantics),
        }
        networks = {
            "virtualNetworks": self._things("virtualNetworks", topology.vnets.values(), self._virtual_network),
            "networkSecurityGroups": self._things("networkSecurityGroups", topology.nsgs.values(), self._nsg),
            "applicationSecurityGroups": self._things(
                "applicationSecurityGroups", topology.asgs.values(), lambda asg: {}
            ),
            "routeTables": self._things("routeTables", topology.route_tables.values(), self._route_table),
            "publicIPAddresses": self._things("publicIPAddresses", topology.public_ips.values(), self._public_ip),
            "virtualMachines": self._things("virtualMachines", topology.vms.values(), self._machine),
            "networkInterfaces": self._things("networkInterfaces", self._loose_nics(), self._nic),
            "virtualNetworkGateways": self._things("virtualNetworkGateways", topology.gateways.values(), self._gateway),
        }
        others = {other.id.text: [each.text for each in other.references] for other in topology.others.values()}
        end = {"otherResources": others, "facts": facts(topology)}
        return {key: each for key, each in (head | networks | services(self) | end).items() if each}

    def _things(self, kind: str, things: Iterable[Any], fields: Callable[[Any], Fields]) -> Fields:
        return {self.names.key(kind, thing.id): self.thing(kind, thing, fields(thing)) for thing in things}

    def thing(self, kind: str, thing: Any, fields: Fields, scope: Scope | None = None) -> Fields:
        """A resource's fields after those that say where it lies."""
        key = self.names.key(kind, thing.id)
        return self.names.lies(thing.id, thing.location, scope or self.names.scope, key=key) | fields

    def reference(self, kind: str, id: Any) -> Any:
        """How the form refers to ``id``."""
        if isinstance(id, Unresolved):
            return open_value(id)
        return self.names.subnet(id) if kind == "subnets" else self.names.reference(kind, id)

    def outward(self, kind: str, id: Any) -> Any:
        """The same where the target need not be there: a missing one keeps its id, and is open when it is read."""
        if isinstance(id, Unresolved) and id.expression.startswith("/"):
            return id.expression
        return self.reference(kind, id)

    def named(self, kind: str, id: Any, field: str) -> Fields:
        """The field with a reference; nothing where there is none."""
        return {} if id is None else {field: self.reference(kind, id)}

    def _virtual_network(self, vnet: VirtualNetwork) -> Fields:
        key = vnet.id.key
        fields: Fields = {"addressPrefixes": texts(vnet.address_space)}
        if vnet.flow_timeout_minutes:
            fields["flowTimeoutInMinutes"] = vnet.flow_timeout_minutes
        subnets = {subnet.id.name: self._subnet(subnet) for subnet in self.topology.subnets_of.get(key, ())}
        peerings = {peering.id.name: self._peering(peering) for peering in self.topology.peerings_of.get(key, ())}
        return fields | filled(subnets=subnets, virtualNetworkPeerings=peerings)

    def _subnet(self, subnet: Subnet) -> Fields:
        fields: Fields = {"addressPrefix": texts(subnet.prefixes)}
        fields |= self.named("networkSecurityGroups", subnet.nsg, "networkSecurityGroup")
        fields |= self.named("routeTables", subnet.route_table, "routeTable")
        fields |= self.named("natGateways", subnet.nat_gateway, "natGateway")
        fields |= {} if subnet.default_outbound_access else {"defaultOutboundAccess": False}
        return fields | filled(
            serviceEndpoints=[endpoint.service for endpoint in subnet.service_endpoints],
            privateEndpointNetworkPolicies=subnet.private_endpoint_network_policies,
            delegations=list(subnet.delegations),
        )

    def _peering(self, peering: Peering) -> Fields:
        refer = self.outward if peering.remote_prefixes else self.reference
        fields: Fields = {"remoteVirtualNetwork": refer("virtualNetworks", peering.remote_vnet)}
        if peering.remote_prefixes:
            fields["remoteAddressSpace"] = texts(peering.remote_prefixes)
        if not peering.allow_virtual_network_access:
            fields["allowVirtualNetworkAccess"] = False
        if not peering.complete:
            fields["peerCompleteVnets"] = False
        return fields | filled(
            peeringState=peering.state,
            allowForwardedTraffic=peering.allow_forwarded_traffic,
            allowGatewayTransit=peering.allow_gateway_transit,
            useRemoteGateways=peering.use_remote_gateways,
            localSubnetNames=texts(peering.local_subnets),
            remoteSubnetNames=texts(peering.remote_subnets),
            enableOnlyIPv6Peering=peering.only_ipv6,
        )

    def _nsg(self, nsg: NetworkSecurityGroup) -> Fields:
        rules = {rule.name: security_rule(self, rule) for rule in nsg.rules}
        return filled(flushConnection=nsg.flush_connection, securityRules=rules)

    def _route_table(self, table: RouteTable) -> Fields:
        routes = {route.name: self._route(route) for route in table.routes}
        return filled(disableBgpRoutePropagation=not table.propagate_gateway_routes, routes=routes)

    def _route(self, route: UserRoute) -> Fields:
        fields: Fields = {"addressPrefix": text(route.prefix), "nextHopType": text(route.next_hop_type)}
        hops = (route.next_hop_ip, *route.other_hop_ips)
        return fields | ({} if route.next_hop_ip is None else {"nextHopIpAddress": texts(hops)})

    def _public_ip(self, public_ip: PublicIpAddress) -> Fields:
        return address("ipAddress", public_ip.address) | filled(sku=public_ip.sku)

    def _gateway(self, gateway: VirtualNetworkGateway) -> Fields:
        subnets = [self.reference("subnets", each) for each in dict.fromkeys(gateway.subnets)]
        public = [self.reference("publicIPAddresses", each) for each in gateway.public_ips]
        ours = [each for each in self.topology.connections.values() if each.gateway == gateway.id]
        kind = gateway.gateway_type if gateway.gateway_type != "Vpn" else ""
        from netwatch.render.native_form.services import connection

        return filled(
            gatewayType=kind,
            subnet=one_or_list(subnets),
            publicIPAddress=one_or_list(public),
            vpnClientAddressPool=texts(gateway.client_prefixes),
            connections={each.id.name: connection(self, each) for each in ours},
        )

    def _machine(self, vm: VirtualMachine) -> Fields:
        scope = self.names.scope_of(vm.id, vm.location)
        nics: Fields = {}
        for id in vm.nics:
            if isinstance(id, Unresolved):
                nics[key_of(id, nics)] = open_value(id)
                continue
            nic = self.topology.nics[id.key]
            key = self.names.key("networkInterfaces", nic.id)
            nics[key] = self.thing("networkInterfaces", nic, self._nic(nic), scope)
        return {"networkInterfaces": nics}

    def _loose_nics(self) -> list[NetworkInterface]:
        """NICs that no machine holds and no private endpoint makes."""
        from netwatch.render.native_form.services import made_by_endpoints

        made = made_by_endpoints(self.topology)
        nics = self.topology.nics.values()
        return [nic for nic in nics if not isinstance(nic.vm, ResourceId) and nic.id.key not in made]

    def _nic(self, nic: NetworkInterface) -> Fields:
        configs = nic.ip_configurations
        fields = self.named("networkSecurityGroups", nic.nsg, "networkSecurityGroup")
        fields |= filled(enableIPForwarding=nic.ip_forwarding)
        if len(configs) == 1 and configs[0].id.name == _IP_CONFIGURATION:
            return self.ip_configuration(configs[0]) | fields
        ours = {config.id.name: self._one_of_several(config, config is configs[0]) for config in configs}
        return fields | {"ipConfigurations": ours}

    def _one_of_several(self, config: IpConfiguration, is_first: bool) -> Fields:
        return self.ip_configuration(config) | filled(primary=config.primary and not is_first)

    def ip_configuration(self, config: IpConfiguration) -> Fields:
        """What an ip configuration says; an assumed address is left to be assumed again."""
        fields = self.named("subnets", config.subnet, "subnet")
        if self._explicit or not config.assumed:
            fields |= address("privateIPAddress", config.private_ip)
        fields |= self.named("publicIPAddresses", config.public_ip, "publicIPAddress")
        groups = [self.reference("applicationSecurityGroups", asg) for asg in config.asgs]
        return fields | filled(applicationSecurityGroups=one_or_list(groups))
