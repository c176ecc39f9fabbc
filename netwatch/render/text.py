"""Answers as text in three blocks: what was asked, the trip through rules or routes, and the answer in one line."""

from __future__ import annotations

from collections.abc import Callable

from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import Address
from netwatch.model.answers import ConnectivityCheckAnswer, IpFlowVerifyAnswer, NextHopAnswer, NsgDiagnosticsAnswer
from netwatch.model.routes import EffectiveRoute
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from netwatch.render.arm import Answer
from netwatch.render.layout import bold, columns, wrap
from netwatch.render.trip import (
    INDENT,
    Blocks,
    Page,
    hop_address,
    not_known,
    route_cells,
    route_origin,
    service_tags_line,
    verdict_line,
    verdict_lines,
)
from netwatch.render.words import next_hop_word

__all__ = ["answer_line", "refusal", "text"]


def text(
    answer: Answer,
    *,
    verbose: bool = False,
    width: int = 80,
    colour: bool = False,
    place: Callable[[Where], str] = str,
) -> str:
    """``answer`` in three blocks, ending in a newline: what was asked, the trip, and the answer in one line.

    ``width`` is in characters; ``verbose`` adds what was passed over; ``colour`` prints the answer in bold; ``place``
    writes a place (its line may have to be looked up first).
    """
    page = Page(width, verbose, colour, place)
    blocks = _blocks(answer, page)
    return _three(blocks.asked, blocks.trip, blocks.answer, page)


def _three(asked: str, trip: list[str], answer: str, page: Page) -> str:
    lines = ["Asked", *wrap(asked, page.width, indent=INDENT), ""]
    lines += ["Trip", *trip, ""] if trip else []
    lines += ["Answer", *(bold(line, colour=page.colour) for line in wrap(answer, page.width, indent=INDENT))]
    return "\n".join(lines) + "\n"


def answer_line(answer: Answer, page: Page = Page()) -> str:  # noqa: B008, a page is a value
    """``answer`` in one line: what came out, and what settled it where."""
    return _blocks(answer, page).answer


def refusal(asked: str, error: RefusedByAzureError, page: Page = Page()) -> str:  # noqa: B008, a page is a value
    """A question that Azure refuses, in three blocks; the last says what happens to the traffic all the same, or what
    the answer would be."""
    fate = f"Refused by Azure. The traffic itself: {error.fate}." if error.fate else "Refused by Azure."
    why = wrap(f"{error.code} (HTTP {error.status}): {error.message}", page.width, indent=INDENT)
    why += wrap(error.hint, page.width, indent=INDENT) if error.hint else []
    if error.answer is not None:
        held = _blocks(error.answer, page)
        why, fate = [*why, "", *held.trip], f"{fate} At a running machine: {held.answer}"
    return _three(asked, why, fate, page)


def _blocks(answer: Answer, page: Page) -> Blocks:
    if isinstance(answer, IpFlowVerifyAnswer):
        return _ip_flow_verify(answer, page)
    if isinstance(answer, NextHopAnswer):
        return _next_hop(answer, page)
    if isinstance(answer, NsgDiagnosticsAnswer):
        from netwatch.render import text_diagnostics

        return text_diagnostics.blocks(answer, page)
    if isinstance(answer, ConnectivityCheckAnswer):
        from netwatch.render import text_path

        return text_path.blocks(answer, page)
    from netwatch.render import text_lists

    return text_lists.blocks(answer, page)


# --- IP flow verify -----------------------------------------------------------------------------------------------


def _ip_flow_verify(answer: IpFlowVerifyAnswer, page: Page) -> Blocks:
    verdict = answer.verdict
    asked = f"{verdict.direction.value} {verdict.flow} at {verdict.nic.name} of {answer.vm.id.name}"
    trip = verdict_lines(verdict, page) + service_tags_line(answer.service_tags, page)
    return Blocks(asked, trip, verdict_line(verdict, page))


# --- next hop -----------------------------------------------------------------------------------------------------


def _next_hop(answer: NextHopAnswer, page: Page) -> Blocks:
    asked = f"next hop from {answer.source_ip} to {answer.dest_ip}, at {answer.nic.id.name} of {answer.vm.id.name}"
    candidates = answer.candidates or ((answer.route,) if answer.route is not None else ())
    rows = [_candidate(route, answer, page) for route in candidates]
    trip = columns(rows, page.width, indent=INDENT) or wrap("no route holds this address", page.width, indent=INDENT)
    for route in candidates:
        for unresolved in route.unresolved:
            trip += wrap(not_known(unresolved, page), page.width, indent=2 * INDENT)
    trip += service_tags_line(answer.service_tags, page)
    return Blocks(asked, trip, _next_hop_line(answer, page))


def _candidate(route: EffectiveRoute, answer: NextHopAnswer, page: Page) -> tuple[str, ...]:
    mark = ">" if route is answer.route else " "
    return (mark, _prefix(route, answer.dest_ip), *route_cells(route), *route_origin(route, page))


def _prefix(route: EffectiveRoute, address: Address) -> str:
    """The prefix of the row that holds the address: the longest, where several do."""
    holding = [prefix for prefix in route.prefixes if prefix.holds(address)]
    return str(max(holding, key=lambda prefix: prefix.length)) if holding else ""


def _next_hop_line(answer: NextHopAnswer, page: Page) -> str:
    word, route = next_hop_word(answer.next_hop_type), answer.route
    address = hop_address(answer.next_hop_ip)
    head = f"{word} {address}" if address else word
    if isinstance(answer.next_hop_type, Unresolved):
        return f"{head}: {not_known(answer.next_hop_type, page)}"
    if route is None:
        return f"{head}: no route holds {answer.dest_ip}"
    name, place = route_origin(route, page)
    prefix = str(answer.prefix) if answer.prefix is not None else _prefix(route, answer.dest_ip)
    settled = f"{head} by route {name} for {prefix}, {place}" if name else f"{head} by the system route for {prefix}"
    if route.next_hop_type is answer.next_hop_type:
        return settled
    return f"{settled}; its {route_cells(route)[0]} {address} cannot be reached, so Azure drops the packet"
