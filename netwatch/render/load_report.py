"""What was understood of an input: counts, what is named but not evaluated, what was assumed, what is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from netwatch.model.ids import ResourceId
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.layout import columns, wrap
from netwatch.render.load_notes import load_notes
from netwatch.render.not_evaluated import NOT_EVALUATED
from netwatch.render.semantics import chosen_readings
from netwatch.render.trip import Page, not_known

__all__ = ["load_report", "load_report_text"]

Json = dict[str, Any]

INDENT = 2

_KINDS = {
    "virtual networks": "vnets",
    "subnets": "subnets",
    "peerings": "peerings",
    "network security groups": "nsgs",
    "application security groups": "asgs",
    "route tables": "route_tables",
    "network interfaces": "nics",
    "virtual machines": "vms",
    "public IP addresses": "public_ips",
    "virtual network gateways": "gateways",
    "local network gateways": "local_network_gateways",
    "connections": "connections",
    "private endpoints": "private_endpoints",
    "NAT gateways": "nat_gateways",
    "load balancers": "load_balancers",
    "network managers": "network_managers",
    "network groups": "network_groups",
    "security admin configurations": "security_admin_configurations",
    "connectivity configurations": "connectivity_configurations",
}


def load_report(topology: Topology, page: Page = Page()) -> Json:  # noqa: B008, a page is a value
    """The report as JSON.

    ``service_tags``, the file of the list that the input names; ``semantics``, readings it chooses;
    ``remarks`` on how it was read; ``counts`` by kind; ``notes``, sentences on what has no effect as it stands;
    ``not_evaluated``, types that act on a network and are not evaluated; ``others``, types on which no answer depends;
    ``assumed`` addresses; ``unresolved`` values and ``unused_facts``.
    """
    types = dict(sorted(Counter(other.type for other in topology.others.values()).items()))
    effects = {type.lower(): effect for type, effect in NOT_EVALUATED.items()}
    counts = {kind: len(getattr(topology, field)) for kind, field in _KINDS.items()}
    return {
        "source": topology.source,
        "service_tags": topology.service_tags,
        "semantics": chosen_readings(topology.semantics),
        "counts": {
            **counts,
            "security rules": sum(len(nsg.rules) for nsg in topology.nsgs.values()),
            "routes": sum(len(table.routes) for table in topology.route_tables.values()),
            "security admin rules": sum(len(each.rules) for each in topology.admin_rule_collections.values()),
        },
        "remarks": list(topology.notes.remarks),
        "notes": list(load_notes(topology)),
        "not_evaluated": [
            {"type": type, "count": number, "acts_on": effects[type.lower()]}
            for type, number in types.items()
            if type.lower() in effects
        ],
        "others": {type: number for type, number in types.items() if type.lower() not in effects},
        "assumed": list(_assumed(topology, page)),
        "unresolved": list(_unresolved(topology, page)),
        "unused_facts": list(topology.facts.unused),
    }


def load_report_text(topology: Topology, page: Page) -> str:
    """The report for a person; lists longer than ten lines are cut without -v."""
    report = load_report(topology, page)
    lines = wrap(f"{report['source']} is a network.", page.width)
    counted = [(str(number), kind) for kind, number in report["counts"].items() if number]
    lines += columns(counted, page.width, indent=INDENT)
    chosen = [f"{name}={reading}" for name, reading in report["semantics"].items()]
    chosen += [f"service tags of {report['service_tags']}"] if report["service_tags"] else []
    lines += _titled(
        "Chosen by the input:", [line for each in chosen for line in wrap(each, page.width, indent=INDENT)], page
    )
    remarks = [line for note in report["remarks"] for line in wrap(note, page.width, indent=INDENT)]
    lines += _titled("How it was read:", remarks, page)
    notes = [line for note in report["notes"] for line in wrap(note, page.width, indent=INDENT)]
    lines += _titled("Without effect as it stands:", notes, page)
    acting = [(str(item["count"]), item["type"], item["acts_on"]) for item in report["not_evaluated"]]
    lines += _titled("Not evaluated, though it acts on the network:", columns(acting, page.width, indent=INDENT), page)
    others = [(str(number), kind) for kind, number in report["others"].items()]
    lines += _titled("Named, and no answer depends on it:", columns(others, page.width, indent=INDENT), page)
    assumed = [(item["nic"].rsplit("/", 1)[-1], item["address"], item["where"]) for item in report["assumed"]]
    lines += _titled("Assumed addresses:", columns(assumed, page.width, indent=INDENT), page)
    open_lines = [line for item in report["unresolved"] for line in wrap(_open_line(item), page.width, indent=INDENT)]
    lines += _titled("Left open by the input:", open_lines, page)
    unused = [line for name in report["unused_facts"] for line in wrap(name, page.width, indent=INDENT)]
    return "\n".join(lines + _titled("Facts not used yet:", unused, page)) + "\n"


def _titled(title: str, lines: list[str], page: Page) -> list[str]:
    shown = lines if page.verbose else lines[:10]
    more = [f"{' ' * INDENT}… and {len(lines) - len(shown)} more; -v shows all"] if len(shown) < len(lines) else []
    return [title, *shown, *more] if lines else []


def _open_line(item: Json) -> str:
    return f"{item['resource'].rsplit('/', 1)[-1]}: {item['reason']}"


def _assumed(topology: Topology, page: Page) -> Iterator[Json]:
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            if config.assumed:
                where = page.place(config.where)
                yield {"nic": nic.id.text, "address": str(config.private_ip), "where": where}
    for each in topology.notes.assumed:
        if "/networkinterfaces/" not in each.what.lower():
            yield {"nic": each.what, "address": each.value, "where": page.place(each.where)}


def _unresolved(topology: Topology, page: Page) -> Iterator[Json]:
    seen: set[tuple[str, str]] = set()
    for resource in topology.resources():
        for value in _open_values(resource):
            seen.add((value.reason, value.expression))
            yield {"resource": resource.id.text, "reason": not_known(value, page)}
    for each in topology.notes.open:
        if (each.value.reason, each.value.expression) not in seen:
            yield {"resource": each.what, "reason": not_known(each.value, page)}


def _open_values(value: Resource | Any) -> Iterator[Unresolved]:
    """Every open value inside a resource."""
    if isinstance(value, Unresolved):
        yield value
    elif isinstance(value, tuple):
        for member in value:
            yield from _open_values(member)
    elif is_dataclass(value) and not isinstance(value, ResourceId):
        for field in fields(value):
            yield from _open_values(getattr(value, field.name))
