"""Resolved ARM resources, as Azure returns them, to a Topology."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from netwatch.errors import ConflictError, DanglingReferenceError
from netwatch.formats.arm_resources.fields import ArmObject, ArmReading, AssumedText
from netwatch.formats.arm_resources.identity import full_type, identify, ids_in, is_outline, label, was_exported
from netwatch.formats.arm_resources.not_read import NOT_READ, open_sku, unread
from netwatch.formats.arm_resources.power_states import power_state
from netwatch.formats.arm_resources.reader_types import (
    BALANCER,
    BALANCER_PARTS,
    FIREWALLS,
    HUBS,
    MANAGERS,
    SERVICES,
    WITHOUT_PROPERTIES,
)
from netwatch.formats.arm_resources.rules import RuleReader, read_route
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    OtherResource,
    Peering,
    PublicIpAddress,
    ServiceEndpoint,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.routes import RouteTable, UserRoute
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:  # imported where an input holds them: most hold none
    from netwatch.formats.arm_resources.firewalls import FirewallReader
    from netwatch.formats.arm_resources.load_balancers import LoadBalancerReader
    from netwatch.formats.arm_resources.network_manager import NetworkManagerReader
    from netwatch.formats.arm_resources.virtual_hubs import VirtualHubReader

__all__ = ["ArmReader"]

_PEERING_STATES = ("Initiated", "Connected", "Disconnected")

_Child = TypeVar("_Child", SecurityRule, UserRoute)


class ArmReader:
    """Reads resources into a draft; ``finish`` hands over what had to wait for the last of them.

    ``power_states`` has what exports say of machines: VM → state, as in facts.

    Children (subnets, peerings, rules, routes) may stand inside their parent or as resources of their own.
    """

    def __init__(self, draft: TopologyDraft) -> None:
        self._draft = draft
        self._reading = ArmReading(draft.source, draft)
        self._rules = RuleReader()
        self._nsgs: list[NetworkSecurityGroup] = []
        self._tables: list[RouteTable] = []
        self._own_rules: dict[str, list[SecurityRule]] = {}
        self._own_routes: dict[str, list[UserRoute]] = {}
        self._balancers: LoadBalancerReader | None = None
        self._firewalls: FirewallReader | None = None
        self._hubs: VirtualHubReader | None = None
        self._joins: dict[str, list[ResourceId]] = {}
        self._managers: NetworkManagerReader | None = None
        self.power_states: dict[str, str] = {}
        self._readers: Mapping[str, Callable[[ArmObject, ResourceId], None]] = {
            "microsoft.network/virtualnetworks": self._virtual_network,
            "microsoft.network/virtualnetworks/subnets": self._subnet,
            "microsoft.network/virtualnetworks/virtualnetworkpeerings": self._peering,
            "microsoft.network/networksecuritygroups": self._security_group,
            "microsoft.network/networksecuritygroups/securityrules": self._own_rule,
            "microsoft.network/applicationsecuritygroups": self._application_security_group,
            "microsoft.network/routetables": self._route_table,
            "microsoft.network/routetables/routes": self._own_route,
            "microsoft.network/networkinterfaces": self._network_interface,
            "microsoft.compute/virtualmachines": self._virtual_machine,
            "microsoft.network/publicipaddresses": self._public_ip,
            **dict.fromkeys(SERVICES, self._service),
            **dict.fromkeys(FIREWALLS, self._firewall),
            **dict.fromkeys(HUBS, self._virtual_hub),
            BALANCER: self._load_balancer,
            **dict.fromkeys((f"{BALANCER}/{part}" for part in BALANCER_PARTS), self._load_balancer),
            **dict.fromkeys(MANAGERS, self._of_network_manager),
        }

    def read(self, resources: Iterable[Any], pointer: str, source: str = "") -> None:
        """Read a JSON list of resources that stands at ``pointer`` in ``source``, by default the draft's own."""
        self._begin(source)
        for index, value in enumerate(resources):
            self._resource(value, f"{pointer}/{index}" if pointer else str(index), None)

    def read_one(self, resource: Any, source: str = "") -> None:
        """Read a JSON object that is one resource."""
        self._begin(source)
        self._resource(resource, "", None)

    def _begin(self, source: str) -> None:
        if source and source != self._reading.source:
            self._reading = ArmReading(source, self._draft)

    def finish(self) -> None:
        """Join what stands apart to its parent (rules, routes, members of pools), and give both to the draft."""
        for nsg in self._nsgs:
            joined = self._joined(nsg.rules, self._own_rules.get(nsg.id.key, ()))
            self._draft.add(nsg if joined is nsg.rules else replace(nsg, rules=joined))
        for table in self._tables:
            routes = self._joined(table.routes, self._own_routes.get(table.id.key, ()))
            self._draft.add(table if routes is table.routes else replace(table, routes=routes))
        if self._balancers is not None:
            self._balancers.finish(self._joins)
        if self._firewalls is not None:
            self._firewalls.finish()
        if self._hubs is not None:
            self._hubs.finish()
        if self._managers is not None:
            self._managers.finish()
        self._report_orphans(self._own_rules, self._nsgs, "network security group")
        self._report_orphans(self._own_routes, self._tables, "route table")

    def _resource(self, value: Any, pointer: str, parent: ResourceId | None) -> None:
        resource = ArmObject(self._reading, value, pointer)
        if not isinstance(value, dict):  # which is reported by now
            return
        resource.label = label(resource)
        id = identify(resource, parent)
        if id is None:
            return
        if was_exported(resource):
            self._draft.missing_is_open = True
        type = (full_type(resource, parent) or id.type).lower()
        if type in self._readers and type not in WITHOUT_PROPERTIES and is_outline(resource):
            return
        self._readers.get(type, self._other)(resource, id)
        self._note_unread(resource, type.rsplit("/", 1)[-1])
        for index, nested in enumerate(resource.items("resources")):
            self._resource(nested, f"{pointer}/resources/{index}", id)

    def _note_unread(self, resource: ArmObject, kind: str) -> None:
        if kind in NOT_READ:
            for ignored in unread(resource, kind):
                self._draft.ignore(ignored)
        for ignored in open_sku(resource, kind):
            self._draft.ignore(ignored)

    def _children(self, resource: ArmObject, id: ResourceId, kind: str) -> Iterator[tuple[ArmObject, ResourceId]]:
        """Children of a resource, with a note of what nobody reads in them."""
        for child, child_id in resource.children(id, kind):
            self._note_unread(child, kind.lower())
            yield child, child_id

    def _virtual_network(self, resource: ArmObject, id: ResourceId) -> None:
        space = resource.object("properties").object("addressSpace")
        prefixes = space.all_parsed("addressPrefixes", self._reading.exact_prefix)
        timeout = resource.object("properties").integer("flowTimeoutInMinutes")
        minutes = timeout if isinstance(timeout, int) else 0
        self._draft.add(VirtualNetwork(id, resource.text("location"), prefixes, resource.where, minutes))
        for subnet, subnet_id in self._children(resource, id, "subnets"):
            self._subnet(subnet, subnet_id)
        for peering, peering_id in self._children(resource, id, "virtualNetworkPeerings"):
            self._peering(peering, peering_id)

    def _subnet(self, resource: ArmObject, id: ResourceId) -> None:
        fields = resource.object("properties")
        self._draft.add(
            Subnet(
                id=id,
                prefixes=self._subnet_prefixes(fields),
                nsg=fields.reference("networkSecurityGroup"),
                route_table=fields.reference("routeTable"),
                nat_gateway=fields.reference("natGateway"),
                service_endpoints=tuple(_service_endpoint(each) for each in fields.objects("serviceEndpoints")),
                private_endpoint_network_policies=fields.text("privateEndpointNetworkPolicies"),
                delegations=tuple(_delegations(fields)),
                default_outbound_access=fields.flag("defaultOutboundAccess", True),
                where=resource.where,
            )
        )

    def _subnet_prefixes(self, fields: ArmObject) -> tuple[Any, ...]:
        """A subnet says its prefixes in the plural or the singular; Azure may return both, and then they agree."""
        many = fields.all_parsed("addressPrefixes", self._reading.exact_prefix)
        if many:
            return many
        one = fields.parsed("addressPrefix", self._reading.exact_prefix)
        if one is None:
            fields.problem("it has neither an addressPrefix nor addressPrefixes.")
            return ()
        return (one,)

    def _peering(self, resource: ArmObject, id: ResourceId) -> None:
        fields = resource.object("properties")
        space = "remoteAddressSpace" if fields.raw("remoteAddressSpace") else "remoteVirtualNetworkAddressSpace"
        remote = fields.reference("remoteVirtualNetwork")
        if remote is None:
            fields.problem("remoteVirtualNetwork is missing.", "A peering needs its peer.")
        self._draft.add(
            Peering(
                id=id,
                remote_vnet=fields.unreadable("remoteVirtualNetwork") if remote is None else remote,
                state=fields.word("peeringState", _PEERING_STATES),
                allow_virtual_network_access=fields.flag("allowVirtualNetworkAccess", True),
                allow_forwarded_traffic=fields.flag("allowForwardedTraffic", False),
                allow_gateway_transit=fields.flag("allowGatewayTransit", False),
                use_remote_gateways=fields.flag("useRemoteGateways", False),
                remote_prefixes=fields.object(space).all_parsed("addressPrefixes", self._reading.exact_prefix),
                where=resource.where,
                complete=fields.flag("peerCompleteVnets", True),
                local_subnets=fields.all_parsed("localSubnetNames", str),
                remote_subnets=fields.all_parsed("remoteSubnetNames", str),
                only_ipv6=fields.flag("enableOnlyIPv6Peering", False),
            )
        )

    def _security_group(self, resource: ArmObject, id: ResourceId) -> None:
        rules = tuple(self._rules.read(*each) for each in resource.children(id, "securityRules"))
        flushes = resource.object("properties").flag("flushConnection", False)
        self._nsgs.append(NetworkSecurityGroup(id, resource.text("location"), rules, resource.where, flushes))

    def _own_rule(self, resource: ArmObject, id: ResourceId) -> None:
        self._own_rules.setdefault(id.parent.key, []).append(self._rules.read(resource, id))

    def _route_table(self, resource: ArmObject, id: ResourceId) -> None:
        routes = tuple(read_route(*each) for each in self._children(resource, id, "routes"))
        propagates = not resource.object("properties").flag("disableBgpRoutePropagation", False)
        self._tables.append(RouteTable(id, resource.text("location"), routes, propagates, resource.where))

    def _own_route(self, resource: ArmObject, id: ResourceId) -> None:
        self._own_routes.setdefault(id.parent.key, []).append(read_route(resource, id))

    def _joined(self, held: tuple[_Child, ...], own: Iterable[_Child]) -> tuple[_Child, ...]:
        """A parent's children with those that stand alone; one that stands in both places must be the same in both."""
        by_key = {child.id.key: child for child in held}
        for child in own:
            first = by_key.setdefault(child.id.key, child)
            if first != child and self._draft.is_strict:
                message = f"{child.id} is declared twice; the first is at {first.where}."
                self._draft.problem(ConflictError(message, where=child.where, hint="Remove one."))
        return tuple(by_key.values()) if len(by_key) > len(held) else held

    def _report_orphans(
        self,
        own: Mapping[str, list[Any]],
        parents: Iterable[NetworkSecurityGroup | RouteTable],
        noun: str,
    ) -> None:
        known = {parent.id.key for parent in parents}
        for child in (child for key, children in own.items() if key not in known for child in children):
            if not self._draft.missing_is_open:
                message = f"{child.name}: its {noun} {child.id.parent} is not in the input."
                self._draft.problem(DanglingReferenceError(message, where=child.where, hint="Add it."))
            else:
                self._draft.add(OtherResource(child.id, child.id.type, "", (child.id.parent,), child.where))

    def _application_security_group(self, resource: ArmObject, id: ResourceId) -> None:
        self._draft.add(ApplicationSecurityGroup(id, resource.text("location"), resource.where))

    def _network_interface(self, resource: ArmObject, id: ResourceId) -> None:
        fields = resource.object("properties")
        configs = [self._ip_configuration(*each) for each in self._children(resource, id, "ipConfigurations")]
        if configs and not any(config.primary for config in configs):
            configs[0] = replace(configs[0], primary=True)
        self._draft.add(
            NetworkInterface(
                id=id,
                location=resource.text("location"),
                ip_configurations=tuple(configs),
                nsg=fields.reference("networkSecurityGroup"),
                vm=fields.reference("virtualMachine"),
                primary=fields.flag("primary", True),
                ip_forwarding=fields.flag("enableIPForwarding", False),
                where=resource.where,
                default_outbound=fields.said_flag("defaultOutboundConnectivityEnabled"),
            )
        )

    def _ip_configuration(self, resource: ArmObject, id: ResourceId) -> IpConfiguration:
        fields = resource.object("properties")
        for name in ("loadBalancerBackendAddressPools", "loadBalancerInboundNatRules"):
            for part in fields.references(name):
                if isinstance(part, ResourceId):
                    self._joins.setdefault(part.key, []).append(id)
        return IpConfiguration(
            id=id,
            private_ip=self._private_ip(fields),
            subnet=fields.reference("subnet"),
            public_ip=fields.reference("publicIPAddress"),
            asgs=fields.references("applicationSecurityGroups"),
            primary=fields.flag("primary", False),
            assumed=isinstance(fields.raw("privateIPAddress"), AssumedText),
            where=resource.where,
        )

    def _private_ip(self, fields: ArmObject) -> Address | Unresolved | None:
        """None leaves the address to the draft, which can work out an IPv4 one but not what Azure draws from a /64."""
        address = fields.parsed("privateIPAddress", self._reading.address)
        if address is None and fields.text("privateIPAddressVersion").lower() == "ipv6":
            return Unresolved("Azure has not given it an IPv6 address yet", where=fields.where)
        return address

    def _virtual_machine(self, resource: ArmObject, id: ResourceId) -> None:
        profile = resource.object("properties").object("networkProfile")
        ids = profile.references("networkInterfaces")
        primary = [nic.object("properties").flag("primary", False) for nic in profile.objects("networkInterfaces")]
        if len(primary) == len(ids):
            ids = tuple(id for _, id in sorted(zip(primary, ids, strict=True), key=lambda pair: not pair[0]))
        scale_set = resource.object("properties").reference("virtualMachineScaleSet")
        self._draft.add(VirtualMachine(id, resource.text("location"), ids, resource.where, scale_set))
        state = power_state(resource)
        if state:
            self.power_states[id.key] = state

    def _public_ip(self, resource: ArmObject, id: ResourceId) -> None:
        address = resource.object("properties").parsed("ipAddress", self._reading.address)
        sku = resource.object("sku").text("name")
        self._draft.add(PublicIpAddress(id, resource.text("location"), address, sku, resource.where))

    def _service(self, resource: ArmObject, id: ResourceId) -> None:
        from netwatch.formats.arm_resources.services import READERS

        self._draft.add(READERS[(resource.text("type") or id.type).lower()](resource, id))

    def _firewall(self, resource: ArmObject, id: ResourceId) -> None:
        if self._firewalls is None:
            from netwatch.formats.arm_resources.firewalls import FirewallReader

            self._firewalls = FirewallReader(self._draft, self._other)
        self._firewalls.read(resource, id)

    def _virtual_hub(self, resource: ArmObject, id: ResourceId) -> None:
        if self._hubs is None:
            from netwatch.formats.arm_resources.virtual_hubs import VirtualHubReader

            self._hubs = VirtualHubReader(self._draft, self._other)
        self._hubs.read(resource, id)

    def _load_balancer(self, resource: ArmObject, id: ResourceId) -> None:
        if self._balancers is None:
            from netwatch.formats.arm_resources.load_balancers import LoadBalancerReader

            self._balancers = LoadBalancerReader(self._draft)
        if id.type.lower().endswith("/loadbalancers"):
            self._balancers.read(resource, id)
            for _ in self._children(resource, id, "frontendIPConfigurations"):
                pass  # notes what nobody reads in them
        else:
            self._balancers.read_part(resource, id)

    def _of_network_manager(self, resource: ArmObject, id: ResourceId) -> None:
        if self._managers is None:
            from netwatch.formats.arm_resources.network_manager import NetworkManagerReader

            self._managers = NetworkManagerReader(self._draft)
        self._managers.read(resource, id)

    def _other(self, resource: ArmObject, id: ResourceId) -> None:
        type = resource.text("type") or id.type
        found = dict.fromkeys(self._reading.resource_id(text) for text in ids_in(resource.values()))
        references = tuple(each for each in found if each != id)
        self._draft.add(OtherResource(id, type, resource.text("location"), references, resource.where))


def _service_endpoint(fields: ArmObject) -> ServiceEndpoint:
    locations = tuple(each for each in fields.items("locations") if isinstance(each, str))
    return ServiceEndpoint(fields.text("service"), locations)


def _delegations(fields: ArmObject) -> Iterator[str]:
    for delegation in fields.objects("delegations"):
        service = delegation.object("properties").text("serviceName")
        if service:
            yield service
