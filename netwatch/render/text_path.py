"""Text of a connectivity check: the path there, what stands in its way, and the way back."""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.model.answers import ConnectivityCheckAnswer, Egress, Hop, Issue, ReturnPath
from netwatch.model.flow import Flow, Outcome
from netwatch.render.layout import columns, wrap
from netwatch.render.trip import INDENT, Blocks, Page, hop_address, route_row, verdict_line, verdict_lines

__all__ = ["blocks"]


def blocks(answer: ConnectivityCheckAnswer, page: Page) -> Blocks:
    """The path hop by hop with what is wrong at each; how the flow leaves to the Internet; how replies come back."""
    ends = [_hop_name(hop) for hop in (answer.hops[0], answer.hops[-1])] if answer.hops else ["", ""]
    trip = columns([_hop_row(at, hop, answer) for at, hop in enumerate(answer.hops)], page.width, indent=INDENT)
    for at, hop in enumerate(answer.hops):
        trip += _hop_details(at, hop, page)
    for line in (*_leaving(answer.egress), *_coming_back(answer.returned, page)):
        trip += wrap(line, page.width, indent=INDENT)
    asked = f"connectivity from {ends[0]} to {ends[1]}{_service(answer.flow)}"
    return Blocks(asked, trip, _connectivity_line(answer, page))


def _service(flow: Flow | None) -> str:
    """The protocol and port that were checked; where none was given, the ones that were taken."""
    if flow is None:
        return ""
    return f", {flow.protocol.value} port {flow.dst_port}" if flow.protocol.has_ports else f", {flow.protocol.value}"


def _hop_name(hop: Hop) -> str:
    address = hop_address(hop.address)
    return f"{hop.name} ({address})" if hop.name and address and hop.name != address else hop.name or address


def _hop_row(at: int, hop: Hop, answer: ConnectivityCheckAnswer) -> tuple[str, ...]:
    following = ", ".join(hop_address(answer.hops[link.to].address) or answer.hops[link.to].name for link in hop.links)
    is_end, is_blocked = 0 < at == len(answer.hops) - 1, any(each.issues for each in answer.hops)
    is_reached = answer.status == "Reachable" or (answer.returned is not None and not is_blocked)
    free = "not reached" if is_end and not is_reached else "reachable"
    status = ", ".join(dict.fromkeys(issue.type for issue in hop.issues)) or free
    return (str(at + 1), hop.name, hop_address(hop.address), hop.type, status, f"→ {following}" if following else "")


def _hop_details(at: int, hop: Hop, page: Page) -> Iterator[str]:
    """What is wrong at a hop, with its place; with -v also every rule list and the route there."""
    for issue in hop.issues:
        yield from wrap(f"hop {at + 1}: {_issue(issue, page)}", page.width, indent=INDENT)
    for verdict in hop.verdicts:
        if page.verbose or verdict.outcome is Outcome.UNKNOWN:
            title = f"hop {at + 1}: {verdict.direction.value} {verdict_line(verdict, page)}"
            yield from wrap(title, page.width, indent=INDENT)
        if page.verbose and verdict.decisions:
            narrower = page._replace(width=page.width - INDENT)
            yield from (f"{' ' * INDENT}{line}" for line in verdict_lines(verdict, narrower))
    if page.verbose and hop.route is not None:
        route = " ".join(cell for cell in route_row(hop.route, page) if cell)
        yield from wrap(f"hop {at + 1}: route {route}", page.width, indent=INDENT)


def _issue(issue: Issue, page: Page) -> str:
    """The issue in ARM's words, with its place; a warning says that it is one."""
    warning = "" if issue.severity == "Error" else f"{issue.severity} "
    context = "".join(f" {value}" for _, value in issue.context)
    place = f", {page.place(issue.where)}" if issue.where is not None else ""
    return f"{warning}{issue.origin} {issue.type}{context}{place}"


def _leaving(egress: Egress | None) -> Iterator[str]:
    """As what the flow goes through the Internet: its public address, and what gives it one."""
    if egress is None:
        return
    bearing = f", as {egress.address}" if egress.address is not None else ""
    name = f" {egress.resource.name}" if egress.resource is not None else ""
    yield f"{egress.nic.name} leaves to the Internet {_WAYS_OUT[egress.kind]}{name}{bearing}"


_WAYS_OUT = {
    "NatGateway": "by NAT gateway",
    "PublicIpAddress": "by its public address",
    "LoadBalancer": "by load balancer",
    "DefaultOutbound": "by default outbound access, with an address that Azure picks and may change",
    "None": "by nothing: it has no public address, and Azure gives it none",
}


def _coming_back(returned: ReturnPath | None, page: Page) -> Iterator[str]:
    if returned is None:
        return
    if returned.hops:
        names = " → ".join(hop.name for hop in returned.hops if page.verbose or hop.type != "VirtualNetworkPeering")
        yield f"replies: {names}; the groups that let the flow pass ask no rule for them"
    yield from returned.problems


def _connectivity_line(answer: ConnectivityCheckAnswer, page: Page) -> str:
    problems = answer.returned.problems if answer.returned is not None else ()
    if answer.avg_latency_ms is not None:
        latency = (
            f"average {answer.avg_latency_ms} ms, minimum {answer.min_latency_ms}, maximum {answer.max_latency_ms}"
        )
        return f"{answer.status}, latency {latency}{_count(len(problems))}"
    for at, hop in enumerate(answer.hops):
        if hop.issues:
            return f"{answer.status}: at hop {at + 1} {hop.name}, {_issue(hop.issues[0], page)}"
    return f"{answer.status}: {problems[0]}" if problems else answer.status


def _count(problems: int) -> str:
    noun = "problem" if problems == 1 else "problems"
    return f"; {problems} {noun} on the way back" if problems else ""
