"""An estate as a native topology file: terse YAML, one line for each rule, subnet and machine."""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.workloads.estate import (
    APPLIANCE,
    LOCATION,
    RESOURCE_GROUP,
    SUBSCRIPTION,
    Estate,
    EstateNic,
    EstateRule,
    EstateVnet,
    nics,
    rules,
    vnets,
)

__all__ = ["native_yaml"]


def native_yaml(estate: Estate) -> Iterator[str]:
    """The text of the estate as native YAML, in pieces; ValueError when it cannot be built.

    >>> text = "".join(native_yaml(Estate(nics=1, vnets=1, subnets_per_vnet=1, nsgs=1, rules_per_nsg=0)))
    >>> text.splitlines()[1]
    'netwatch: 1'
    """
    estate.check()
    homes = list(vnets(estate))
    yield f"# An estate of {estate.nics} NICs in {estate.vnets} VNets, written from seed {estate.seed}.\nnetwatch: 1\n"
    yield f"subscription: {SUBSCRIPTION}\nresourceGroup: {RESOURCE_GROUP}\nlocation: {LOCATION}\n"
    yield "applicationSecurityGroups:\n"
    yield from (f"  {name}: {{}}\n" for vnet in homes for name in vnet.asgs)
    yield "networkSecurityGroups:\n"
    for vnet in homes:
        for name in vnet.nsgs:
            yield from _nsg(estate, vnet, name)
    if len(homes) > 1:
        yield "routeTables:\n"
        yield from map(_route_table, homes[1:])
    yield "virtualNetworks:\n"
    for vnet in homes:
        yield from _vnet(vnet)
    yield "virtualMachines:\n"
    yield from map(_vm, nics(estate))


def _nsg(estate: Estate, vnet: EstateVnet, name: str) -> Iterator[str]:
    if not estate.rules_per_nsg:
        yield f"  {name}: {{}}\n"
        return
    yield f"  {name}:\n    securityRules:\n"
    yield from (f"      {rule.name}: {{{_rule(rule)}}}\n" for rule in rules(estate, vnet, name))


def _rule(rule: EstateRule) -> str:
    parts = [
        f"priority: {rule.priority}",
        f"direction: {rule.direction}",
        f"access: {rule.access}",
        f"protocol: {_scalar(rule.protocol)}",
        _side("source", rule.sources),
        _side("destination", rule.destinations),
        f"destinationPortRanges: {_one_or_list(rule.destination_ports)}",
    ]
    return ", ".join(part for part in parts if part)


def _side(side: str, terms: tuple[str, ...]) -> str:
    if terms[0].startswith("asg:"):
        names = tuple(term.removeprefix("asg:") for term in terms)
        return f"{side}ApplicationSecurityGroups: [{', '.join(names)}]"
    return f"{side}: {_one_or_list(terms)}"


def _one_or_list(values: tuple[str, ...]) -> str:
    return _scalar(values[0]) if len(values) == 1 else f"[{', '.join(map(_scalar, values))}]"


def _scalar(text: str) -> str:
    """``*`` begins an alias in YAML, so it is quoted; nothing else here needs to be."""
    return f'"{text}"' if text == "*" else text


def _route_table(vnet: EstateVnet) -> str:
    route = f"{{addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: {APPLIANCE}}}"
    return f"  {vnet.route_table}: {{routes: {{default-to-hub: {route}}}}}\n"


def _vnet(vnet: EstateVnet) -> Iterator[str]:
    yield f"  {vnet.name}:\n    addressPrefixes: {vnet.prefix}\n    subnets:\n"
    table = f", routeTable: {vnet.route_table}" if vnet.route_table else ""
    for subnet in vnet.subnets:
        yield f"      {subnet.name}: {{addressPrefix: {subnet.prefix}, networkSecurityGroup: {subnet.nsg}{table}}}\n"
    if vnet.peers:
        yield "    virtualNetworkPeerings:\n"
    for peer in vnet.peers:
        yield f"      to-{peer}: {{remoteVirtualNetwork: {peer}, allowForwardedTraffic: true}}\n"


def _vm(nic: EstateNic) -> str:
    own_nsg = f", networkSecurityGroup: {nic.nsg}" if nic.nsg else ""
    forwards = ", enableIPForwarding: true" if nic.forwards else ""
    where = f"subnet: {nic.vnet}/{nic.subnet}, privateIPAddress: {nic.address}"
    return (
        f"  {nic.vm}: {{networkInterfaces: {{{nic.name}: "
        f"{{{where}, applicationSecurityGroups: [{nic.asg}]{own_nsg}{forwards}}}}}}}\n"
    )
