"""A topology as resolved ARM resources, with everything the model holds; the reader of such resources reads it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.formats.arm_resources.open_expression import open_expression
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, Peering, Subnet, VirtualNetwork
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import ServiceTag
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.untold import Untold

__all__ = ["ArmForm", "arm_form"]

Body = dict[str, Any]


def arm_form(topology: Topology, *, keep_open: bool = False) -> Body:
    """``{"resources": […]}``, with the topology's facts and chosen readings beside them where it has any.

    Addresses that were assumed are left dynamic, so that they are assumed again. Open values are an UnsupportedError;
    with ``keep_open`` they stand as template expressions, which read as open again.
    """
    from netwatch.render.native_form.services import facts
    from netwatch.render.semantics import chosen_readings

    form = ArmForm(topology, keep_open=keep_open)
    body: Body = {"resources": list(form.resources())}
    form.untold.check()
    if found := facts(topology):
        body["facts"] = found
    if topology.semantics != Semantics():
        body["semantics"] = chosen_readings(topology.semantics)
    return body


class ArmForm:
    """One topology on its way into ARM's form, and the values that could not be written."""

    def __init__(self, topology: Topology, *, keep_open: bool = False) -> None:
        self.topology = topology
        self.untold = Untold("an export")
        self._keep_open = keep_open

    def resources(self) -> Iterator[Body]:
        """Every resource, in an order in which what is referred to mostly comes first."""
        from netwatch.render.arm_form.services import managed, served

        topology = self.topology
        for asg in topology.asgs.values():
            yield self.resource(asg.id, asg.location, {})
        for nsg in topology.nsgs.values():
            yield self.resource(nsg.id, nsg.location, self._security_group(nsg))
        for table in topology.route_tables.values():
            yield self.resource(table.id, table.location, self._route_table(table))
        for public in topology.public_ips.values():
            properties = self.field("ipAddress", public.address, public.id)
            yield self.resource(public.id, public.location, properties, sku=public.sku)
        yield from (self.resource(vnet.id, vnet.location, self._network(vnet)) for vnet in topology.vnets.values())
        yield from (self.resource(nic.id, nic.location, self._nic(nic)) for nic in topology.nics.values())
        yield from (self.resource(vm.id, vm.location, self._machine(vm)) for vm in topology.vms.values())
        yield from served(self)
        yield from managed(self)
        for other in topology.others.values():
            references = [{"id": each.text} for each in other.references]
            body = self.resource(other.id, other.location, {"references": references} if references else {})
            yield body | {"type": other.type}

    def resource(self, id: ResourceId, location: str, properties: Body, *, sku: str = "") -> Body:
        """A resource, or with an empty location a child that is a resource of its own."""
        body: Body = {"id": id.text, "name": id.name, "type": id.type}
        body |= {"location": location} if location else {}
        body |= {"sku": {"name": sku}} if sku else {}
        return body | {"properties": properties}

    def child(self, id: ResourceId, properties: Body) -> Body:
        """A part of a resource, inside of it."""
        return {"id": id.text, "name": id.name, "properties": properties}

    def known(self, value: Any, id: ResourceId, field: str) -> Any:
        """The value; where it is open its expression, or a note that it cannot be told."""
        if not isinstance(value, Unresolved):
            return value
        if not self._keep_open:
            self.untold.add(id, field, value)
        return open_expression(value)

    def field(self, name: str, value: Any, id: ResourceId) -> Body:
        """A field with a value as text; nothing where there is none."""
        return {} if value is None else {name: str(self.known(value, id, name))}

    def texts(self, values: Iterable[Any], id: ResourceId, field: str) -> list[str]:
        return [str(self.known(value, id, field)) for value in values]

    def reference(self, name: str, id: Any, holder: ResourceId, *, may_miss: bool = False) -> Body:
        """A field that refers to another resource; ``may_miss``: its target need not be there to be read back."""
        return {} if id is None else {name: self.referred(name, id, holder, may_miss=may_miss)}

    def referred(self, name: str, id: Any, holder: ResourceId, *, may_miss: bool = False) -> Any:
        """``{"id": …}``; an open reference as its expression."""
        if isinstance(id, Unresolved) and may_miss and id.expression.startswith("/"):
            return {"id": id.expression}
        known = self.known(id, holder, name)
        return {"id": known.text} if isinstance(known, ResourceId) else known

    def _network(self, vnet: VirtualNetwork) -> Body:
        key = vnet.id.key
        subnets, peerings = self.topology.subnets_of.get(key, ()), self.topology.peerings_of.get(key, ())
        properties: Body = {
            "addressSpace": {"addressPrefixes": self.texts(vnet.address_space, vnet.id, "addressPrefixes")},
            "subnets": [self.child(subnet.id, self._subnet(subnet)) for subnet in subnets],
            "virtualNetworkPeerings": [self.child(each.id, self._peering(each)) for each in peerings],
        }
        minutes = vnet.flow_timeout_minutes
        return properties | ({"flowTimeoutInMinutes": minutes} if minutes else {})

    def _subnet(self, subnet: Subnet) -> Body:
        prefixes = self.texts(subnet.prefixes, subnet.id, "addressPrefixes")
        properties: Body = {"addressPrefix": prefixes[0]} if len(prefixes) == 1 else {"addressPrefixes": prefixes}
        properties |= self.reference("networkSecurityGroup", subnet.nsg, subnet.id)
        properties |= self.reference("routeTable", subnet.route_table, subnet.id)
        properties |= self.reference("natGateway", subnet.nat_gateway, subnet.id)
        if subnet.service_endpoints:
            properties["serviceEndpoints"] = [
                {"service": each.service} | ({"locations": list(each.locations)} if each.locations else {})
                for each in subnet.service_endpoints
            ]
        if subnet.private_endpoint_network_policies:
            properties["privateEndpointNetworkPolicies"] = subnet.private_endpoint_network_policies
        if not subnet.default_outbound_access:
            properties["defaultOutboundAccess"] = False
        if subnet.delegations:
            properties["delegations"] = [
                {"name": str(at), "properties": {"serviceName": each}} for at, each in enumerate(subnet.delegations)
            ]
        return properties

    def _peering(self, peering: Peering) -> Body:
        may_miss = bool(peering.remote_prefixes)
        properties = self.reference("remoteVirtualNetwork", peering.remote_vnet, peering.id, may_miss=may_miss)
        properties |= {
            "allowVirtualNetworkAccess": peering.allow_virtual_network_access,
            "allowForwardedTraffic": peering.allow_forwarded_traffic,
            "allowGatewayTransit": peering.allow_gateway_transit,
            "useRemoteGateways": peering.use_remote_gateways,
        }
        properties |= {"enableOnlyIPv6Peering": True} if peering.only_ipv6 else {}
        if not peering.complete:
            properties["peerCompleteVnets"] = False
        for field, names in (("local", peering.local_subnets), ("remote", peering.remote_subnets)):
            if names:
                properties[f"{field}SubnetNames"] = self.texts(names, peering.id, f"{field}SubnetNames")
        properties |= {"peeringState": peering.state} if peering.state else {}
        if peering.remote_prefixes:
            prefixes = self.texts(peering.remote_prefixes, peering.id, "remoteAddressSpace")
            properties["remoteAddressSpace"] = {"addressPrefixes": prefixes}
        return properties

    def _security_group(self, nsg: Any) -> Body:
        from netwatch.render.arm_form.rules import security_rule

        rules = [self.child(rule.id, security_rule(self, rule)) for rule in nsg.rules]
        return {"securityRules": rules} | ({"flushConnection": True} if nsg.flush_connection else {})

    def _route_table(self, table: RouteTable) -> Body:
        routes = [self.child(route.id, self._route(route)) for route in table.routes]
        return {"disableBgpRoutePropagation": not table.propagate_gateway_routes, "routes": routes}

    def _route(self, route: UserRoute) -> Body:
        prefix = self.known(route.prefix, route.id, "addressPrefix")
        hop = self.known(route.next_hop_type, route.id, "nextHopType")
        properties: Body = {
            "addressPrefix": prefix.text if isinstance(prefix, ServiceTag) else str(prefix),
            "nextHopType": hop.value if isinstance(hop, NextHopType) else hop,
        }
        if route.other_hop_ips:
            hops = self.texts((route.next_hop_ip, *route.other_hop_ips), route.id, "nextHop")
            return properties | {"nextHop": {"nextHopIpAddresses": hops}}
        return properties | self.field("nextHopIpAddress", route.next_hop_ip, route.id)

    def _nic(self, nic: NetworkInterface) -> Body:
        properties: Body = {
            "ipConfigurations": [self.child(each.id, self._ip_configuration(each)) for each in nic.ip_configurations],
            "primary": nic.primary,
            "enableIPForwarding": nic.ip_forwarding,
        }
        properties |= self.reference("networkSecurityGroup", nic.nsg, nic.id)
        return properties | self.reference("virtualMachine", nic.vm, nic.id, may_miss=True)

    def _ip_configuration(self, config: IpConfiguration) -> Body:
        properties: Body = {"primary": config.primary}
        is_said = config.private_ip is not None and not config.assumed
        properties["privateIPAllocationMethod"] = "Static" if is_said else "Dynamic"
        if is_said:
            properties |= self.field("privateIPAddress", config.private_ip, config.id)
        if isinstance(config.private_ip, Address) and config.private_ip.version == 6:
            properties["privateIPAddressVersion"] = "IPv6"
        properties |= self.reference("subnet", config.subnet, config.id)
        properties |= self.reference("publicIPAddress", config.public_ip, config.id)
        groups = [self.referred("applicationSecurityGroups", asg, config.id) for asg in config.asgs]
        return properties | ({"applicationSecurityGroups": groups} if groups else {})

    def _machine(self, vm: Any) -> Body:
        nics = []
        for id in vm.nics:
            referred = self.referred("networkInterfaces", id, vm.id)
            held = self.topology.nics.get(id.key) if isinstance(id, ResourceId) else None
            is_primary = {"properties": {"primary": held.primary}} if held is not None else {}
            nics.append(referred | is_primary if isinstance(referred, dict) else referred)
        return {"networkProfile": {"networkInterfaces": nics}}
