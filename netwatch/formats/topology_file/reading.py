"""The native topology file: YAML whose first key is ``netwatch: 1``, in Azure's words.

The names come first, so that a reference may stand above what it names; then each thing is read by its table of
fields. Problems are collected on the way and raised together, in the order of the file.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from netwatch.errors import TopologySchemaError
from netwatch.formats.facts_file import read_facts
from netwatch.formats.topology_draft import Dangling, TopologyDraft
from netwatch.formats.topology_file.allowed_values import VERSION
from netwatch.formats.topology_file.names import Scope
from netwatch.formats.topology_file.open_values import is_open
from netwatch.formats.topology_file.reading_parts import UNREAD, Path, Reading, Values, all_of, said
from netwatch.formats.topology_file.rules import read_network_security_group, read_route_table
from netwatch.formats.topology_file.values import shown
from netwatch.formats.yaml_events import YamlDocument, read_yaml
from netwatch.model.facts import Facts
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    Peering,
    PublicIpAddress,
    Reference,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.formats.tag_names import TagNames

__all__ = ["Beside", "read_into", "read_topology_file"]

_T = TypeVar("_T")

_IP_CONFIGURATION = "ipconfig1"
"""Azure's own name for the one address of a NIC that names none."""


def read_topology_file(
    path: str, text: str, *, dangling: Dangling = "error", tag_names: TagNames | None = None
) -> Topology:
    """The topology that ``text`` describes; ``path`` is its name in places and messages.

    References are names, compared without regard to case, or ARM ids. With ``dangling="unresolved"`` a missing target
    is an open value instead of an error. ``tag_names`` are the service tags there are; without them none is checked.

    Raises TopologySyntaxError where it is not the YAML we accept, else TopologyErrors with every problem in it.
    """
    draft = TopologyDraft(path, dangling=dangling, tag_names=tag_names)
    beside = read_into(draft, path, text)
    return replace(draft.finish(beside.facts), semantics=beside.semantics)


class Beside(NamedTuple):
    """What a topology file says beside its resources: its facts, once the whole is known, and its readings."""

    facts: Callable[[Topology], Facts]
    semantics: Semantics


def read_into(draft: TopologyDraft, path: str, text: str) -> Beside:
    """What ``text`` says beside its resources, which go into ``draft``; errors are as those of read_topology_file."""
    document = read_yaml(path, text)
    _check_version(document)
    reading = Reading(document, draft)
    _name_service_tags(reading)
    for key, read in _READERS.items():
        for name, body in reading.items(reading.top, key, ()):
            read(reading, name, body, (key, name))
    for key in _LATER:
        for name, body in reading.items(reading.top, key, ()):
            _later(reading, key, name, body)
    _other_resources(reading)
    data = reading.fields("facts", document.value.get("facts"), ("facts",))
    return Beside(
        lambda topology: read_facts(data, topology, lambda at: reading.place(("facts", *at))),
        said(reading.top, "semantics", Semantics()),
    )


def _check_version(document: YamlDocument) -> None:
    """The version is judged first and alone: what is wrong in a form we do not know, we cannot tell."""
    root, version = document.value, None
    if root is None:
        message = "the file is empty."
    elif not isinstance(root, dict):
        message = "the file does not hold a mapping."
    elif "netwatch" not in root:
        message = '"netwatch" is missing.'
    else:
        version = root["netwatch"]
        message = f'"netwatch" must be {VERSION}, the version that this netwatch reads, found {shown(version)}.'
    if version.__class__ is not int or version != VERSION:
        where = document.place(("netwatch",))._replace(pointer="")
        hint = f"Write netwatch: {VERSION} as the first key of the file."
        raise TopologySchemaError(message, where=where, hint=hint)


def _name_service_tags(reading: Reading) -> None:
    """Let the draft go by the list that the file names; its path is relative to the file."""
    named = said(reading.top, "serviceTags", "")
    if named:
        path = os.path.normpath(os.path.join(os.path.dirname(reading.document.source), named))
        reading.draft.name_service_tags(path, reading.place(("serviceTags",))._replace(pointer=""))


def _virtual_network(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("virtualNetwork", body, path)
    id = scope.id("virtualNetworks", name)
    space = all_of(values["addressPrefixes"])
    minutes = said(values, "flowTimeoutInMinutes", 0)
    reading.draft.add(VirtualNetwork(id, scope.location, space, reading.place(path), minutes))
    for child, fields in reading.items(values, "subnets", path):
        _subnet(reading, id.child("subnets", child), fields, (*path, "subnets", child))
    for child, fields in reading.items(values, "virtualNetworkPeerings", path):
        _peering(reading, id.child("virtualNetworkPeerings", child), fields, (*path, "virtualNetworkPeerings", child))


def _subnet(reading: Reading, id: ResourceId, body: Any, path: Path) -> None:
    values = reading.fields("subnet", body, path)
    subnet = Subnet(
        id=id,
        prefixes=_subnet_prefixes(reading, values, path),
        nsg=reading.reference(values, "networkSecurityGroup", "networkSecurityGroups", path),
        route_table=reading.reference(values, "routeTable", "routeTables", path),
        nat_gateway=reading.reference(values, "natGateway", "natGateways", path),
        service_endpoints=said(values, "serviceEndpoints", ()),
        default_outbound_access=said(values, "defaultOutboundAccess", True),
        private_endpoint_network_policies=said(values, "privateEndpointNetworkPolicies", ""),
        delegations=said(values, "delegations", ()),
        where=reading.place(path),
    )
    reading.draft.add(subnet)


def _subnet_prefixes(reading: Reading, values: Values, path: Path) -> Any:
    """A subnet's prefixes, under either of the two names that ARM has for them."""
    both = [key for key in ("addressPrefix", "addressPrefixes") if key in values]
    if not both:
        reading.problem(path, '"addressPrefix" is missing.', hint="Add it: addressPrefix: 10.0.1.0/24")
        return (UNREAD,)
    if len(both) == 2:
        message = '"addressPrefix" and "addressPrefixes" both stand here.'
        reading.problem(path, message, hint="Keep one; either takes a list.", at=("addressPrefixes",))
    return all_of(values[both[0]])


def _peering(reading: Reading, id: ResourceId, body: Any, path: Path) -> None:
    values = reading.fields("virtualNetworkPeering", body, path)
    remote = reading.reference(values, "remoteVirtualNetwork", "virtualNetworks", path)
    peering = Peering(
        id=id,
        remote_vnet=UNREAD if remote is None else remote,
        state=said(values, "peeringState", ""),  # not said: as Azure sets it, by whether the other side is there
        allow_virtual_network_access=said(values, "allowVirtualNetworkAccess", True),
        allow_forwarded_traffic=said(values, "allowForwardedTraffic", False),
        allow_gateway_transit=said(values, "allowGatewayTransit", False),
        use_remote_gateways=said(values, "useRemoteGateways", False),
        remote_prefixes=all_of(values.get("remoteAddressSpace", ())),
        where=reading.place(path),
        complete=said(values, "peerCompleteVnets", True),
        local_subnets=all_of(values.get("localSubnetNames", ())),
        remote_subnets=all_of(values.get("remoteSubnetNames", ())),
        only_ipv6=said(values, "enableOnlyIPv6Peering", False),
    )
    reading.draft.add(peering)


def _application_security_group(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    reading.fields("applicationSecurityGroup", body, path)
    id = scope.id("applicationSecurityGroups", name)
    reading.draft.add(ApplicationSecurityGroup(id, scope.location, reading.place(path)))


def _public_ip_address(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("publicIPAddress", body, path)
    id = scope.id("publicIPAddresses", name)
    address, sku = values.get("ipAddress"), said(values, "sku", "")
    reading.draft.add(PublicIpAddress(id, scope.location, address, sku, reading.place(path)))


def _virtual_machine(reading: Reading, name: str, body: Any, path: Path) -> None:
    scope = reading.scope.of(body)
    values = reading.fields("virtualMachine", body, path)
    vm = scope.id("virtualMachines", name)
    said_nics = dict(reading.items(values, "networkInterfaces", path))
    absent = tuple(
        reading.open(body, (*path, "networkInterfaces", nic)) for nic, body in said_nics.items() if is_open(body)
    )
    nics = [
        (nic, fields, reading.fields("networkInterface", fields, (*path, "networkInterfaces", nic)))
        for nic, fields in said_nics.items()
        if not is_open(fields)
    ]
    primary = _primary(reading, {nic: fields for nic, _, fields in nics}, "networkInterfaces", path)
    for nic, raw, fields in nics:
        owned = _Nic(scope.of(raw), nic, vm, nic == primary)
        _add_nic(reading, owned, fields, (*path, "networkInterfaces", nic))
    ids = tuple(scope.of(raw).id("networkInterfaces", nic) for nic, raw, _ in nics)
    scale_set = _scale_set(values.get("virtualMachineScaleSet"), vm)
    reading.draft.add(VirtualMachine(vm, scope.location, (*ids, *absent), reading.place(path), scale_set))


def _scale_set(word: str | Unresolved | None, vm: ResourceId) -> Reference:
    """The scale set that ``word`` names, in the group of its machine unless it is an id; the file need not hold it."""
    if not isinstance(word, str):
        return word
    return ResourceId(word if word.startswith("/") else f"{vm.text.rsplit('/', 2)[0]}/virtualMachineScaleSets/{word}")


def _network_interface(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A NIC without a machine."""
    values = reading.fields("networkInterface", body, path)
    _add_nic(reading, _Nic(reading.scope.of(body), name, None, True), values, path)


class _Nic(NamedTuple):
    scope: Scope
    name: str
    vm: ResourceId | None
    primary: bool


def _add_nic(reading: Reading, nic: _Nic, values: Values, path: Path) -> None:
    id = nic.scope.id("networkInterfaces", nic.name)
    interface = NetworkInterface(
        id=id,
        location=nic.scope.location,
        ip_configurations=_ip_configurations(reading, id, values, path),
        nsg=reading.reference(values, "networkSecurityGroup", "networkSecurityGroups", path),
        vm=nic.vm,
        primary=nic.primary,
        ip_forwarding=said(values, "enableIPForwarding", False),
        where=reading.place(path),
        default_outbound=said(values, "defaultOutboundConnectivityEnabled", None),
    )
    reading.draft.add(interface)


def _ip_configurations(reading: Reading, nic: ResourceId, values: Values, path: Path) -> tuple[IpConfiguration, ...]:
    """The NIC's addresses: those it names, else the one whose fields are its own."""
    subnet = reading.reference(values, "subnet", "subnets", path)
    public = reading.reference(values, "publicIPAddress", "publicIPAddresses", path)
    asgs = reading.references(values, "applicationSecurityGroups", "applicationSecurityGroups", path)
    if "ipConfigurations" not in values:
        id = nic.child("ipConfigurations", _IP_CONFIGURATION)
        subnet = _required_subnet(reading, subnet, path)
        where = reading.place(path)
        return (IpConfiguration(id, values.get("privateIPAddress"), subnet, public, asgs, True, where=where),)
    for key in ("privateIPAddress", "publicIPAddress"):
        if key in values:
            hint = "Move it into one of them."
            reading.problem(path, f'"{key}" stands beside "ipConfigurations".', hint=hint, at=(key,))
    found = {
        name: reading.fields("ipConfiguration", body, (*path, "ipConfigurations", name))
        for name, body in reading.items(values, "ipConfigurations", path)
    }
    primary = _primary(reading, found, "ipConfigurations", path)
    shared = _Shared(nic, subnet, asgs, primary)
    return tuple(
        _ip_configuration(reading, shared, fields, (*path, "ipConfigurations", name)) for name, fields in found.items()
    )


class _Shared(NamedTuple):
    """What the ip configurations of one NIC have in common; its subnet and groups count for those that name none."""

    nic: ResourceId
    subnet: Reference
    asgs: tuple[ResourceId | Unresolved, ...]
    primary: str


def _ip_configuration(reading: Reading, shared: _Shared, values: Values, path: Path) -> IpConfiguration:
    name = str(path[-1])
    own = reading.references(values, "applicationSecurityGroups", "applicationSecurityGroups", path)
    subnet = reading.reference(values, "subnet", "subnets", path) if "subnet" in values else shared.subnet
    return IpConfiguration(
        id=shared.nic.child("ipConfigurations", name),
        private_ip=values.get("privateIPAddress"),
        subnet=_required_subnet(reading, subnet, path),
        public_ip=reading.reference(values, "publicIPAddress", "publicIPAddresses", path),
        asgs=own if "applicationSecurityGroups" in values else shared.asgs,
        primary=name == shared.primary,
        where=reading.place(path),
    )


def _required_subnet(reading: Reading, subnet: Reference, path: Path) -> ResourceId | Unresolved:
    if subnet is not None:
        return subnet
    reading.problem(path, '"subnet" is missing.', hint="Add it: subnet: vnet-shop/web")
    return UNREAD


def _primary(reading: Reading, things: dict[str, Values], key: str, path: Path) -> str:
    """Which of several is primary: the one that says so, else the first; empty where there is none."""
    claims = [name for name, values in things.items() if values.get("primary") is True]
    if len(claims) > 1:
        message = f'"{claims[0]}" and "{claims[1]}" both say primary: true.'
        reading.conflict(path, message, hint="One is primary.", at=(key, claims[1], "primary"))
    return claims[0] if claims else next(iter(things), "")


def _other_resources(reading: Reading) -> None:
    """Resources that are only named; their type stands in their id."""
    named: dict[str, tuple[str, ...]] = said(reading.top, "otherResources", {})
    if named:
        from netwatch.model.resources import OtherResource

        for text, references in named.items():
            id, where = ResourceId(text), reading.place(("otherResources", text))
            reading.draft.add(OtherResource(id, id.type, "", tuple(map(ResourceId, references)), where))


def _later(reading: Reading, key: str, name: str, body: Any) -> None:
    """Things that most files do not hold; what reads them is imported where one does."""
    if key in ("virtualNetworkGateways", "localNetworkGateways"):
        from netwatch.formats.topology_file.gateways import READERS
    elif key == "networkManagers":
        from netwatch.formats.topology_file.managers import READERS
    elif key == "loadBalancers":
        from netwatch.formats.topology_file.load_balancers import READERS
    elif key in _OF_VIRTUAL_WANS:
        from netwatch.formats.topology_file.virtual_hubs import READERS
    elif key == "azureFirewalls":
        from netwatch.formats.topology_file.firewalls import READERS
    else:
        from netwatch.formats.topology_file.endpoints import READERS
    READERS[key](reading, name, body, (key, name))


_READERS: dict[str, Callable[[Reading, str, Any, Path], None]] = {
    "virtualNetworks": _virtual_network,
    "networkSecurityGroups": read_network_security_group,
    "applicationSecurityGroups": _application_security_group,
    "routeTables": read_route_table,
    "publicIPAddresses": _public_ip_address,
    "virtualMachines": _virtual_machine,
    "networkInterfaces": _network_interface,
}
"""Key of the file → what reads one thing under it."""

_OF_VIRTUAL_WANS = (
    "virtualWans",
    "virtualHubs",
    "vpnSites",
    "vpnGateways",
    "p2sVpnGateways",
    "expressRouteGateways",
)

_LATER = (
    "virtualNetworkGateways",
    "localNetworkGateways",
    "privateEndpoints",
    "natGateways",
    "loadBalancers",
    "azureFirewalls",
    "networkManagers",
    *_OF_VIRTUAL_WANS,
)
"""Further keys; load balancers name NICs, so they come after those."""
