"""What was understood of an input: counts, what is named but not evaluated, what was assumed, what is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from netwatch.formats.assumed_addresses import SUBNET_NOT_KNOWN
from netwatch.formats.topology_conflicts import refusals
from netwatch.model.topology import Topology
from netwatch.render.layout import columns, wrap
from netwatch.render.load_notes import load_notes
from netwatch.render.load_summary import found_open
from netwatch.render.not_evaluated import NOT_EVALUATED
from netwatch.render.semantics import chosen_readings
from netwatch.render.trip import Page, not_known, some

__all__ = ["load_report", "load_report_text"]

Json = dict[str, Any]

INDENT = 2

_FIELDS = ("resources", "supported", "unsupported", "ignored", "unresolved", "assumed")

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
    "Azure firewalls": "firewalls",
    "virtual WANs": "virtual_wans",
    "virtual hubs": "virtual_hubs",
    "gateways of virtual hubs": "hub_gateways",
    "VPN sites": "vpn_sites",
    "network managers": "network_managers",
    "network groups": "network_groups",
    "security admin configurations": "security_admin_configurations",
    "connectivity configurations": "connectivity_configurations",
}


def load_report(topology: Topology, page: Page = Page()) -> Json:  # noqa: B008, a page is a value
    """The report as JSON, with ``page.verbose`` all of it.

    What every input has: ``resources``, how many; ``supported``, how many of them are evaluated;
    ``unsupported``, those that act on a network and are not; ``ignored`` properties that could change an answer;
    ``unresolved`` values, each with the path to it; ``assumed`` addresses, each with its NIC or the path to it.
    The rest:
    ``source``, what was read;
    ``service_tags``, the file of the list that the input names; ``semantics``, readings it chooses;
    ``remarks`` on how it was read; ``counts`` by kind; ``notes``, sentences on what has no effect as it stands;
    ``refused``, what Azure would not deploy and is evaluated all the same;
    ``not_evaluated``, the types of unsupported resources; ``others``, types on which no answer depends; and
    ``unused_facts``.
    """
    found = _whole(topology, page)
    return found if page.verbose else {name: found[name] for name in _FIELDS}


def _whole(topology: Topology, page: Page) -> Json:
    types = dict(sorted(Counter(other.type for other in topology.others.values()).items()))
    effects = {type.lower(): effect for type, effect in NOT_EVALUATED.items()}
    counts = {kind: len(getattr(topology, field)) for kind, field in _KINDS.items()}
    return {
        "resources": sum(1 for _ in topology.resources()),
        "supported": sum(1 for _ in topology.resources()) - len(topology.others),
        "unsupported": [
            {"type": other.type, "name": other.id.name, "where": page.place(other.where)}
            for other in topology.others.values()
            if other.type.lower() in effects
        ],
        "ignored": [{**each._asdict(), "where": page.place(each.where)} for each in topology.notes.ignored],
        "unresolved": list(_unresolved(topology, page)),
        "assumed": list(_assumed(topology, page)),
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
        "refused": [{"problem": each.problem, "where": page.place(each.where)} for each in refusals(topology)],
        "not_evaluated": [
            {"type": type, "count": number, "acts_on": effects[type.lower()]}
            for type, number in types.items()
            if type.lower() in effects
        ],
        "others": {type: number for type, number in types.items() if type.lower() not in effects},
        "unused_facts": list(topology.facts.unused),
    }


def load_report_text(topology: Topology, page: Page) -> str:
    """The report for a person; lists longer than ten lines are cut without -v."""
    report = _whole(topology, page)
    lines = wrap(_headline(report), page.width)
    counted = [(str(number), kind if number > 1 else _one(kind)) for kind, number in report["counts"].items() if number]
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
    refused = [
        line
        for each in report["refused"]
        for line in wrap(f"{each['problem']} ({each['where']})", page.width, indent=INDENT)
    ]
    lines += _titled("Azure would refuse it, and it is evaluated as it stands:", refused, page)
    acting = [(str(item["count"]), item["type"], item["acts_on"]) for item in report["not_evaluated"]]
    lines += _titled("Not evaluated, though it acts on the network:", columns(acting, page.width, indent=INDENT), page)
    others = [(str(number), kind) for kind, number in report["others"].items()]
    lines += _titled("Named, and no answer depends on it:", columns(others, page.width, indent=INDENT), page)
    assumed = [(_holder(item.get("nic") or item["path"]), item["address"], item["where"]) for item in report["assumed"]]
    lines += _titled("Assumed addresses:", columns(assumed, page.width, indent=INDENT), page)
    files = [(item["name"], item["effect"]) for item in report["ignored"] if not item["property"]]
    lines += _titled("Passed over:", columns(files, page.width, indent=INDENT), page)
    ignored = [
        (f"{item['name']}: {item['property']}", item["effect"], item["where"])
        for item in report["ignored"]
        if item["property"]
    ]
    lines += _titled("Not read, though it could change an answer:", columns(ignored, page.width, indent=INDENT), page)
    open_lines = [line for text in _open_causes(topology, page) for line in wrap(text, page.width, indent=INDENT)]
    lines += _titled("Left open by the input:", open_lines, page)
    unused = [line for name in report["unused_facts"] for line in wrap(name, page.width, indent=INDENT)]
    return "\n".join(lines + _titled("Facts not used yet:", unused, page)) + "\n"


def _one(kind: str) -> str:
    """A single one of a kind: ``subnet``, ``gateway of virtual hubs``."""
    things, of, place = kind.partition(" of ")
    return f"{things.removesuffix('es') if things.endswith('addresses') else things.removesuffix('s')}{of}{place}"


def _headline(report: Json) -> str:
    is_empty = not report["supported"] and not report["not_evaluated"]
    return f"{report['source']} holds nothing of a network." if is_empty else f"{report['source']} is a network."


def _open_causes(topology: Topology, page: Page) -> Iterator[str]:
    """Each cause once, after the names of all that it leaves open; what follows from another one is left out."""
    names: dict[str, dict[str, None]] = {}
    for _, name, value, _ in found_open(topology):
        if value.reason != SUBNET_NOT_KNOWN:
            names.setdefault(not_known(value, page), {})[name] = None
    for cause, held in names.items():
        yield f"{some(list(held), page)}: {cause}"


def _holder(path: str) -> str:
    """The name of the resource that a path leads into."""
    return path.partition("/properties/")[0].rsplit("/", 1)[-1]


def _titled(title: str, lines: list[str], page: Page) -> list[str]:
    shown = lines if page.verbose else lines[:10]
    more = [f"{' ' * INDENT}… and {len(lines) - len(shown)} more; -v shows all"] if len(shown) < len(lines) else []
    return [title, *shown, *more] if lines else []


def _assumed(topology: Topology, page: Page) -> Iterator[Json]:
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            if config.assumed:
                where = page.place(config.where)
                yield {"nic": nic.id.text, "address": str(config.private_ip), "where": where}
    for each in topology.notes.assumed:
        if "/networkinterfaces/" not in each.what.lower():
            yield {"path": each.what, "address": each.value, "where": page.place(each.where)}


def _unresolved(topology: Topology, page: Page) -> Iterator[Json]:
    for path, _, value, where in found_open(topology):
        reason = f"{value.expression}: {value.reason}" if value.expression else value.reason
        yield {"path": path, "where": page.place(where), "reason": reason}
