"""NAT gateways, private endpoints and gateways as resources of the azurerm provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.model.endpoints import PrivateEndpoint
from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetworkGateway
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Body, filled

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["asked", "services"]

_SKUS = {"Vpn": "VpnGw1AZ", "ExpressRoute": "ErGw1AZ"}
_PEERS = {
    "microsoft.network/localnetworkgateways": ("local_network_gateway_id", "local_network_gateways"),
    "microsoft.network/virtualnetworkgateways": ("peer_virtual_network_gateway_id", "gateways"),
}


def services(form: TerraformForm) -> None:
    """What gives an address a second meaning, and what leads out of the network."""
    topology = form.topology
    for nat in topology.nat_gateways.values():
        form.add("nat_gateways", nat.id, form.base(nat.id, nat.location) | {"sku_name": "Standard"})
        for at, public in enumerate(nat.public_ips):
            body = {
                "nat_gateway_id": form.id("nat_gateways", nat.id, ""),
                "public_ip_address_id": form.id("public_ips", public, f"{nat.id.name}_public_ip"),
            }
            id, label = nat.id.child("publicIpAddresses", str(at)), f"{nat.id.name}_{at + 1}"
            form.blocks.add("azurerm_nat_gateway_public_ip_association", id, body, label=label)
    for endpoint in topology.private_endpoints.values():
        _private_endpoint(form, endpoint)
    for local in topology.local_network_gateways.values():
        space = form.texts(local.prefixes, f"{local.id.name}_address_space")
        address = {"gateway_address": asked(form, f"{local.id.name}_gateway_address", "The address of the site.")}
        body = form.base(local.id, local.location) | address | filled(address_space=space)
        form.add("local_network_gateways", local.id, body)
    for gateway in topology.gateways.values():
        _gateway(form, gateway)
    for connection in topology.connections.values():
        _connection(form, connection)


def asked(form: TerraformForm, name: str, description: str, type: str = "string") -> str:
    """A variable for what no topology says and the provider wants to know; no answer rests on it."""
    form.blocks.variables[name] = {"type": type, "description": description}
    return f"${{var.{name}}}"


def _private_endpoint(form: TerraformForm, endpoint: PrivateEndpoint) -> None:
    """An endpoint with the NIC that it makes; what it leads to is asked for."""
    target = asked(form, f"{endpoint.id.name}_target", f"The id of what {endpoint.id.name} leads to.")
    service = {"name": endpoint.id.name, "is_manual_connection": False, "private_connection_resource_id": target}
    body = form.base(endpoint.id, endpoint.location) | {"private_service_connection": [service]}
    if endpoint.subnet is not None:
        body["subnet_id"] = form.id("subnets", endpoint.subnet, f"{endpoint.id.name}_subnet")
    first = next((each for each in endpoint.nics if isinstance(each, ResourceId)), None)
    nic = None if first is None else form.topology.nics.get(first.key)
    if nic is not None:
        from netwatch.render.terraform_form.machines import static_address

        body["custom_network_interface_name"] = nic.id.name
        chosen = [(each, static_address(form, each).get("private_ip_address")) for each in nic.ip_configurations]
        body |= filled(ip_configuration=[_chosen(config.id.name, address) for config, address in chosen if address])
    form.blocks.add("azurerm_private_endpoint", endpoint.id, body)


def _chosen(name: str, address: str) -> Body:
    return {"name": name, "private_ip_address": address}


def _gateway(form: TerraformForm, gateway: VirtualNetworkGateway) -> None:
    publics = [*gateway.public_ips, *[None] * len(gateway.subnets)]
    configs = []
    for at, subnet in enumerate(gateway.subnets):
        body = {"name": f"ipconfig{at + 1}", "subnet_id": form.id("subnets", subnet, f"{gateway.id.name}_subnet")}
        public = publics[at]
        if public is not None:
            body["public_ip_address_id"] = form.id("public_ips", public, f"{gateway.id.name}_public_ip")
        configs.append(body)
    own = {
        "type": gateway.gateway_type,
        "sku": _SKUS.get(gateway.gateway_type, "VpnGw1AZ"),
        "ip_configuration": configs,
    }
    if gateway.default_site is not None:
        site = form.id("local_network_gateways", gateway.default_site, f"{gateway.id.name}_default_site")
        own["default_local_network_gateway_id"] = site
    if gateway.client_prefixes:
        own["vpn_client_configuration"] = [_clients(form, gateway)]
    form.add("gateways", gateway.id, form.base(gateway.id, gateway.location) | own)


def _clients(form: TerraformForm, gateway: VirtualNetworkGateway) -> Body:
    return {"address_space": form.texts(gateway.client_prefixes, f"{gateway.id.name}_client_address_space")}


def _connection(form: TerraformForm, connection: Connection) -> None:
    gateway = form.id("gateways", connection.gateway, f"{connection.id.name}_gateway")
    body: Body = {"type": connection.kind, "virtual_network_gateway_id": gateway}
    peer = connection.peer
    if isinstance(peer, Unresolved):
        field = "peer_virtual_network_gateway_id" if connection.kind == "Vnet2Vnet" else "local_network_gateway_id"
        body[field] = form.id("gateways", peer, f"{connection.id.name}_peer")
    elif peer is not None:
        field, kind = _PEERS.get(peer.type.lower(), ("express_route_circuit_id", "others"))
        body[field] = form.id(kind, peer, "") if kind != "others" else peer.text
    if connection.kind != "ExpressRoute":
        body["shared_key"] = asked(form, "connection_shared_key", "The key that both ends of a connection share.")
        form.blocks.variables["connection_shared_key"]["sensitive"] = True
    base = form.base(connection.id, connection.location)
    form.blocks.add("azurerm_virtual_network_gateway_connection", connection.id, base | body)
