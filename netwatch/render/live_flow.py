"""The fate of a live flow in words and as JSON; no ARM action answers it, so the fields are ours."""

from __future__ import annotations

from typing import Any

from netwatch.model.answers import Verdict
from netwatch.model.live_flows import LiveFlowAnswer, LiveFlowFate
from netwatch.render.grounds import grounds
from netwatch.render.layout import bold, wrap
from netwatch.render.trip import INDENT, Page, verdict_line

__all__ = ["live_flow_json", "live_flow_text"]

_WHY = {
    LiveFlowFate.NEVER_OPENED: "the old rules did not let it begin",
    LiveFlowFate.UNKNOWN: "the input leaves open what decides it",
}


def live_flow_json(answer: LiveFlowAnswer, page: Page) -> dict[str, Any]:
    """The answer as JSON: ``fate``, why, what a new flow would get, the verdict under either set of rules, and the
    facts it rests on."""
    return {
        "fate": answer.fate.value,
        "why": _why(answer),
        "opensAnew": answer.opens_anew,
        "flushedBy": list(answer.flushed_by),
        "idleTimeoutInMinutes": answer.idle_timeout_minutes,
        "before": _verdict(answer.before, page),
        "after": _verdict(answer.after, page),
        "rests_on": grounds(answer),
    }


def live_flow_text(answer: LiveFlowAnswer, page: Page) -> str:
    """The answer in three blocks, ending in a newline."""
    verdict = answer.before
    trip = [f"before: {verdict_line(verdict, page)}", f"after:  {verdict_line(answer.after, page)}"]
    trip.append("replies: they need no rule, before or after; a flow is known by its first packet")
    trip.append(f"idle timeout: {answer.idle_timeout_minutes} minutes")
    asked = f"live {verdict.direction.value} flow {verdict.flow} at {verdict.nic.name} when the rules change"
    lines = ["Asked", *wrap(asked, page.width, indent=INDENT), "", "Trip"]
    lines += [line for each in trip for line in wrap(each, page.width, indent=INDENT)]
    said = f"{answer.fate.value}: {_why(answer)}"
    lines += ["", "Answer", *(bold(line, colour=page.colour) for line in wrap(said, page.width, indent=INDENT))]
    return "\n".join(lines) + "\n"


def _why(answer: LiveFlowAnswer) -> str:
    if answer.fate in _WHY:
        return _WHY[answer.fate]
    if answer.fate is LiveFlowFate.ENDS:
        return f"the new rules deny it, and {', '.join(answer.flushed_by)} has flushConnection"
    if answer.opens_anew:
        return "the new rules allow it too"
    return "changed rules count for new flows only; a new one would be denied"


def _verdict(verdict: Verdict, page: Page) -> dict[str, Any]:
    settled = verdict.settled
    rule = None if settled is None else settled.rule
    return {
        "verdict": verdict.outcome.value,
        "rule": None if rule is None else rule.name,
        "nsg": None if settled is None else settled.owner.text,
        "where": None if rule is None else page.place(rule.where),
    }
