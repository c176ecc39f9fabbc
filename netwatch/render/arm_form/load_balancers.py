"""Load balancers in ARM's form."""

from __future__ import annotations

from typing import Any

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
    Probe,
)
from netwatch.render.arm_form.form import ArmForm

__all__ = ["load_balancer"]

Body = dict[str, Any]


def load_balancer(form: ArmForm, balancer: LoadBalancer) -> Body:
    """The properties of a load balancer, with all its parts."""
    nat_rules = [each for each in balancer.nat_rules if not each.is_pool]
    nat_pools = [each for each in balancer.nat_rules if each.is_pool]
    body = {
        "frontendIPConfigurations": [form.child(each.id, _frontend(form, each)) for each in balancer.frontends],
        "backendAddressPools": [form.child(each.id, _pool(form, each)) for each in balancer.pools],
        "probes": [form.child(each.id, _probe(form, each)) for each in balancer.probes],
        "loadBalancingRules": [form.child(each.id, _rule(form, each)) for each in balancer.rules],
        "inboundNatRules": [form.child(each.id, _nat_rule(form, each)) for each in nat_rules],
        "inboundNatPools": [form.child(each.id, _nat_rule(form, each)) for each in nat_pools],
        "outboundRules": [form.child(each.id, _outbound_rule(form, each)) for each in balancer.outbound_rules],
    }
    return {key: parts for key, parts in body.items() if parts}


def _frontend(form: ArmForm, frontend: Frontend) -> Body:
    body = form.field("privateIPAddress", frontend.private_ip, frontend.id)
    body |= form.reference("subnet", frontend.subnet, frontend.id)
    return body | form.reference("publicIPAddress", frontend.public_ip, frontend.id)


def _pool(form: ArmForm, pool: BackendPool) -> Body:
    addresses = form.texts(pool.addresses, pool.id, "ipAddress")
    members = [{"name": f"address-{at}", "properties": {"ipAddress": each}} for at, each in enumerate(addresses)]
    body: Body = {"backendIPConfigurations": [{"id": each.text} for each in pool.configurations]}
    body |= {"loadBalancerBackendAddresses": members} if members else {}
    return body | form.reference("virtualNetwork", pool.vnet, pool.id)


def _probe(form: ArmForm, probe: Probe) -> Body:
    return {"protocol": probe.protocol, "port": form.known(probe.port, probe.id, "port")}


def _rule(form: ArmForm, rule: LoadBalancingRule) -> Body:
    body: Body = {
        "protocol": _protocol(rule.protocol),
        "frontendPort": form.known(rule.frontend_port, rule.id, "frontendPort"),
        "backendPort": form.known(rule.backend_port, rule.id, "backendPort"),
        "enableFloatingIP": rule.floating_ip,
        "disableOutboundSnat": not rule.outbound_snat,
    }
    body |= form.reference("frontendIPConfiguration", rule.frontend, rule.id)
    body |= form.reference("probe", rule.probe, rule.id)
    if len(rule.pools) == 1:
        return body | form.reference("backendAddressPool", rule.pools[0], rule.id)
    return body | {"backendAddressPools": [form.referred("backendAddressPools", each, rule.id) for each in rule.pools]}


def _nat_rule(form: ArmForm, rule: InboundNatRule) -> Body:
    body: Body = {"protocol": _protocol(rule.protocol), "enableFloatingIP": rule.floating_ip}
    body |= form.reference("frontendIPConfiguration", rule.frontend, rule.id)
    body["backendPort"] = form.known(rule.backend_port, rule.id, "backendPort")
    is_of_pool = isinstance(rule.target, ResourceId) and rule.target.type.lower().endswith("backendaddresspools")
    body |= form.reference("backendAddressPool" if is_of_pool else "backendIPConfiguration", rule.target, rule.id)
    ports = form.known(rule.frontend_ports, rule.id, "frontendPort")
    if not isinstance(ports, PortRange):
        return body | {"frontendPort": ports}
    if ports.low == ports.high and not is_of_pool and not rule.is_pool:
        return body | {"frontendPort": ports.low}
    return body | {"frontendPortRangeStart": ports.low, "frontendPortRangeEnd": ports.high}


def _outbound_rule(form: ArmForm, rule: OutboundRule) -> Body:
    frontends = [form.referred("frontendIPConfigurations", each, rule.id) for each in rule.frontends]
    return {"frontendIPConfigurations": frontends} | form.reference("backendAddressPool", rule.pool, rule.id)


def _protocol(protocol: Protocol) -> str:
    return "All" if protocol is Protocol.ANY else protocol.value
