"""Load balancers and their parts as resources of the azurerm provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.model.addresses import PortRange
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import (
    BackendPool,
    Frontend,
    InboundNatRule,
    LoadBalancer,
    LoadBalancingRule,
    OutboundRule,
)
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Body, filled

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["load_balancers"]

_POOL, _PROBE, _RULE = "azurerm_lb_backend_address_pool", "azurerm_lb_probe", "azurerm_lb_rule"
_NAT_RULE, _NAT_POOL, _OUTBOUND = "azurerm_lb_nat_rule", "azurerm_lb_nat_pool", "azurerm_lb_outbound_rule"


def load_balancers(form: TerraformForm) -> None:
    """Every load balancer, its parts as resources of their own."""
    for balancer in form.topology.load_balancers.values():
        frontends = [_frontend(form, balancer, each) for each in balancer.frontends]
        body = form.base(balancer.id, balancer.location) | {"sku": balancer.sku or "Basic"}
        form.blocks.add("azurerm_lb", balancer.id, body | filled(frontend_ip_configuration=frontends))
        for pool in balancer.pools:
            _pool(form, pool)
        for probe in balancer.probes:
            port = form.text(probe.port, f"{probe.id.name}_port", "number")
            _part(form, _PROBE, probe.id, {"protocol": probe.protocol, "port": port})
        for rule in balancer.rules:
            _part(form, _RULE, rule.id, _rule(form, rule))
        for nat in balancer.nat_rules:
            _nat_rule(form, nat)
        for outbound in balancer.outbound_rules:
            _part(form, _OUTBOUND, outbound.id, _outbound(form, outbound))


def _label(id: ResourceId) -> str:
    return f"{id.parent.name}_{id.name}"


def _part(form: TerraformForm, type: str, id: ResourceId, body: Body) -> None:
    own = {"name": id.name, "loadbalancer_id": form.blocks.reference("azurerm_lb", id.parent)}
    form.blocks.add(type, id, own | body, label=_label(id))


def _reference(form: TerraformForm, type: str, id: Any, field: str) -> str:
    if isinstance(id, Unresolved):
        return form.blocks.variable(id, field)
    return form.blocks.reference(type, id, label=_label(id))


def _frontend(form: TerraformForm, balancer: LoadBalancer, frontend: Frontend) -> Body:
    stem = f"{balancer.id.name}_{frontend.id.name}"
    body: Body = {"name": frontend.id.name}
    if frontend.subnet is not None:
        body["subnet_id"] = form.id("subnets", frontend.subnet, f"{stem}_subnet")
    if frontend.private_ip is not None:
        address = form.text(frontend.private_ip, f"{stem}_address")
        body |= {"private_ip_address_allocation": "Static", "private_ip_address": address}
    if frontend.public_ip is not None:
        body["public_ip_address_id"] = form.id("public_ips", frontend.public_ip, f"{stem}_public_ip")
    return body


def _pool(form: TerraformForm, pool: BackendPool) -> None:
    """A pool with the addresses of NICs in it; those of scale sets are in no configuration of theirs."""
    network = {} if pool.vnet is None or not pool.addresses else {"virtual_network_id": _vnet(form, pool.vnet)}
    _part(form, _POOL, pool.id, network)
    reference = _reference(form, _POOL, pool.id, "")
    for at, config in enumerate(pool.configurations):
        if config.parent.key in form.topology.nics:
            body = _attached(form, config) | {"backend_address_pool_id": reference}
            type, label = "azurerm_network_interface_backend_address_pool_association", f"{_label(pool.id)}_{at + 1}"
            form.blocks.add(type, pool.id.child("configurations", str(at)), body, label=label)
    for at, address in enumerate(pool.addresses):
        body = {"name": f"address-{at}", "backend_address_pool_id": reference}
        body |= {"virtual_network_id": _vnet(form, pool.vnet)} if pool.vnet is not None else {}
        body |= {"ip_address": form.text(address, f"{_label(pool.id)}_address")}
        id, label = pool.id.child("addresses", str(at)), f"{_label(pool.id)}_{at + 1}"
        form.blocks.add("azurerm_lb_backend_address_pool_address", id, body, label=label)


def _vnet(form: TerraformForm, id: ResourceId) -> str:
    return form.id("vnets", id, "")


def _attached(form: TerraformForm, config: ResourceId) -> Body:
    return {"network_interface_id": form.id("nics", config.parent, ""), "ip_configuration_name": config.name}


def _handed_on(form: TerraformForm, rule: LoadBalancingRule | InboundNatRule) -> Body:
    body: Body = {
        "protocol": "All" if rule.protocol is Protocol.ANY else rule.protocol.value,
        "backend_port": form.text(rule.backend_port, f"{_label(rule.id)}_backend_port", "number"),
    }
    if isinstance(rule.frontend, ResourceId):
        body["frontend_ip_configuration_name"] = rule.frontend.name
    elif rule.frontend is not None:
        body["frontend_ip_configuration_name"] = form.blocks.variable(rule.frontend, f"{_label(rule.id)}_frontend")
    return body | ({"floating_ip_enabled": True} if rule.floating_ip else {})


def _rule(form: TerraformForm, rule: LoadBalancingRule) -> Body:
    body = _handed_on(form, rule)
    body["frontend_port"] = form.text(rule.frontend_port, f"{_label(rule.id)}_frontend_port", "number")
    pools = [_reference(form, _POOL, each, f"{_label(rule.id)}_pool") for each in rule.pools]
    body |= filled(backend_address_pool_ids=pools)
    if rule.probe is not None:
        body["probe_id"] = _reference(form, _PROBE, rule.probe, f"{_label(rule.id)}_probe")
    return body if rule.outbound_snat else body | {"disable_outbound_snat": True}


def _nat_rule(form: TerraformForm, rule: InboundNatRule) -> None:
    body = _handed_on(form, rule) | {"resource_group_name": form.child(rule.id)["resource_group_name"]}
    ports, target = rule.frontend_ports, rule.target
    is_of_pool = isinstance(target, ResourceId) and target.type.lower().endswith("/backendaddresspools")
    if isinstance(ports, PortRange) and (rule.is_pool or is_of_pool):
        body |= {"frontend_port_start": ports.low, "frontend_port_end": ports.high}
    else:
        port = ports.low if isinstance(ports, PortRange) else ports
        body["frontend_port"] = form.text(port, f"{_label(rule.id)}_frontend_port", "number")
    if is_of_pool:
        body["backend_address_pool_id"] = _reference(form, _POOL, target, "")
    type = _NAT_POOL if rule.is_pool else _NAT_RULE
    _part(form, type, rule.id, body)
    if isinstance(target, ResourceId) and target.parent.key in form.topology.nics:
        attached = _attached(form, target) | {
            "nat_rule_id": form.blocks.reference(type, rule.id, label=_label(rule.id))
        }
        name = "azurerm_network_interface_nat_rule_association"
        form.blocks.add(name, rule.id, attached, label=_label(rule.id))


def _outbound(form: TerraformForm, rule: OutboundRule) -> Body:
    frontends = [{"name": each.name} for each in rule.frontends if isinstance(each, ResourceId)]
    body: Body = {"protocol": "All", "frontend_ip_configuration": frontends}
    if rule.pool is not None:
        body["backend_address_pool_id"] = _reference(form, _POOL, rule.pool, f"{_label(rule.id)}_pool")
    return body
