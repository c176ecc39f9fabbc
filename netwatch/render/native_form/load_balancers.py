"""Load balancers in the words of the native file."""

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
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.words import address, one_or_list, open_value, text

__all__ = ["load_balancer"]

Fields = dict[str, Any]


def load_balancer(form: NativeForm, balancer: LoadBalancer) -> Fields:
    """A load balancer with all its parts. The network of a pool of addresses is that of the balancer, and not said."""
    fields: Fields = {"sku": balancer.sku or "Basic"} if balancer.sku != "Standard" else {}
    nat_rules = {each.id.name: _nat_rule(form, balancer, each) for each in balancer.nat_rules if not each.is_pool}
    parts = {
        "frontendIPConfigurations": {each.id.name: _frontend(form, each) for each in balancer.frontends},
        "backendAddressPools": {each.id.name: _pool(form, each) for each in balancer.pools},
        "probes": {each.id.name: _probe(each) for each in balancer.probes},
        "loadBalancingRules": {each.id.name: _rule(each) for each in balancer.rules},
        "inboundNatRules": nat_rules,
        "inboundNatPools": {
            each.id.name: _nat_rule(form, balancer, each) for each in balancer.nat_rules if each.is_pool
        },
        "outboundRules": {each.id.name: _outbound_rule(each) for each in balancer.outbound_rules},
    }
    return fields | {key: each for key, each in parts.items() if each}


def _frontend(form: NativeForm, frontend: Frontend) -> Fields:
    said = form.named("subnets", frontend.subnet, "subnet") | address("privateIPAddress", frontend.private_ip)
    return said | form.named("publicIPAddresses", frontend.public_ip, "publicIPAddress")


def _pool(form: NativeForm, pool: BackendPool) -> list[Any]:
    return [*(_member(form, each) for each in pool.configurations), *(text(each) for each in pool.addresses)]


def _member(form: NativeForm, config: ResourceId) -> str:
    """The NIC, where the ip configuration is its primary one, else the ip configuration itself."""
    nic = form.topology.nics.get(config.parent.key)
    if nic is not None and any(each.id == config and each.primary for each in nic.ip_configurations):
        return form.names.reference("networkInterfaces", nic.id)
    return config.text


def _probe(probe: Probe) -> Fields:
    said: Fields = {"protocol": probe.protocol} if probe.protocol != "Tcp" else {}
    return said | {"port": _number(probe.port)}


def _rule(rule: LoadBalancingRule) -> Fields:
    fields = _protocol(rule.protocol) | _named("frontendIPConfiguration", rule.frontend)
    front, back = rule.frontend_port, rule.backend_port
    fields |= {"frontendPort": _number(front)} if front or rule.protocol is not Protocol.ANY else {}
    fields |= {"backendPort": _number(back)} if back != front else {}
    if rule.pools:
        fields["backendAddressPool"] = one_or_list([_part(each) for each in rule.pools])
    fields |= _named("probe", rule.probe)
    fields |= {"enableFloatingIP": True} if rule.floating_ip else {}
    return fields | ({} if rule.outbound_snat else {"disableOutboundSnat": True})


def _nat_rule(form: NativeForm, balancer: LoadBalancer, rule: InboundNatRule) -> Fields:
    fields = _protocol(rule.protocol) | _named("frontendIPConfiguration", rule.frontend)
    front, back = rule.frontend_ports, rule.backend_port
    if isinstance(front, PortRange):
        fields["frontendPort"] = front.low if front.low == front.high else str(front)
    else:
        fields["frontendPort"] = open_value(front)
    fields |= {} if isinstance(front, PortRange) and back == front.low else {"backendPort": _number(back)}
    if any(pool.id == rule.target for pool in balancer.pools):
        fields |= _named("backendAddressPool", rule.target)
    elif isinstance(rule.target, ResourceId):
        fields["networkInterface"] = _member(form, rule.target)
    elif rule.target is not None:
        fields["networkInterface"] = open_value(rule.target)
    return fields | ({"enableFloatingIP": True} if rule.floating_ip else {})


def _outbound_rule(rule: OutboundRule) -> Fields:
    frontends = [_part(each) for each in rule.frontends]
    return {"frontendIPConfigurations": frontends} | _named("backendAddressPool", rule.pool)


def _named(field: str, part: Reference) -> Fields:
    """A part of the same balancer, by its name."""
    return {} if part is None else {field: _part(part)}


def _part(part: ResourceId | Unresolved) -> Any:
    return part.name if isinstance(part, ResourceId) else open_value(part)


def _number(value: int | Unresolved) -> Any:
    return open_value(value) if isinstance(value, Unresolved) else value


def _protocol(protocol: Protocol) -> Fields:
    word = "All" if protocol is Protocol.ANY else protocol.value
    return {} if word == "Tcp" else {"protocol": word}
