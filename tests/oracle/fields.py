"""One rule against one flow: its protocol, ports and addresses."""

from __future__ import annotations

from ipaddress import ip_network

from netwatch.model.addresses import ANY_PORT, Address, PortRange
from netwatch.model.flow import Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Subnet
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from tests.oracle.around import Network, Tags, host, network
from tests.oracle.tags import oracle_tag

__all__ = ["EVERYONE", "matches", "oracle_field", "ranges_of", "takes_ports"]

EVERYONE = [ip_network("0.0.0.0/0"), ip_network("::/0")]


def matches(topology: Topology, subnet: Subnet, rule: SecurityRule, flow: Flow, tags: Tags) -> bool:
    return _takes_service(rule, flow) and all(
        any(host(address) in held for held in oracle_field(topology, subnet, field, tags))
        for field, address in ((rule.sources, flow.src_ip), (rule.destinations, flow.dst_ip))
    )


def _takes_service(rule: SecurityRule, flow: Flow) -> bool:
    """Protocols without ports: a rule that names one of them takes it whatever its port fields say (decided)."""
    if flow.protocol in (Protocol.TCP, Protocol.UDP):
        right_protocol = rule.protocol in (flow.protocol, Protocol.ANY)
        return (
            right_protocol and _port(rule.source_ports, flow.src_port) and _port(rule.destination_ports, flow.dst_port)
        )
    if rule.protocol is Protocol.ANY:
        return takes_ports(rule.source_ports, 0, 65535) and takes_ports(rule.destination_ports, 0, 65535)
    return rule.protocol is flow.protocol


def _port(field: PortField, port: int) -> bool:
    if port == ANY_PORT:
        return takes_ports(field, 0, 65535)
    return takes_ports(field, port, port)


def takes_ports(field: PortField, low: int, high: int) -> bool:
    """No gap: the first port is taken, and so is the port behind the end of every range, up to the last."""
    ranges = ranges_of(field)
    starts = [low, *(ports.high + 1 for ports in ranges if low <= ports.high < high)]
    return all(any(ports.low <= start <= ports.high for ports in ranges) for start in starts)


def ranges_of(field: PortField) -> list[PortRange]:
    return [ports for ports in field.ranges if isinstance(ports, PortRange)]


def oracle_field(topology: Topology, subnet: Subnet, field: AddressField, tags: Tags) -> list[Network]:
    """All that a field of a rule holds where it is read.

    A group without members disables the whole field (azure-docs issue 77328), unless the other reading is chosen.
    """
    if topology.semantics.empty_group == "disables" and any(
        isinstance(term, Asg) and not _members(topology, term.id) for term in field.terms
    ):
        return []
    return [held for term in field.terms for held in _term(topology, subnet, term, tags)]


def _term(topology: Topology, subnet: Subnet, term: AddressTerm, tags: Tags) -> list[Network]:
    if isinstance(term, AnyAddress):
        return list(EVERYONE)
    if isinstance(term, Cidr):
        return [network(term.prefix)]
    if isinstance(term, Asg):
        return _members(topology, term.id)
    assert isinstance(term, ServiceTag)
    return oracle_tag(topology, subnet, term.text, tags)


def _members(topology: Topology, group: ResourceId) -> list[Network]:
    configs = [config for nic in topology.nics.values() for config in nic.ip_configurations if group in config.asgs]
    return [ip_network(host(config.private_ip)) for config in configs if isinstance(config.private_ip, Address)]
