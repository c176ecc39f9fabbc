"""What becomes of a flow that is under way when the rules change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from netwatch.model.answers import Verdict

__all__ = ["LiveFlowAnswer", "LiveFlowFate"]


class LiveFlowFate(Enum):
    """Continues: packets of both directions pass on. Ends: it is cut. NeverOpened: the old rules did not let it begin.

    Unknown: open values of the input decide it.
    """

    CONTINUES = "Continues"
    ENDS = "Ends"
    NEVER_OPENED = "NeverOpened"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class LiveFlowAnswer:
    """The fate of a flow opened under the rules ``before``, once the rules ``after`` hold.

    ``opens_anew`` says whether a new flow of the same kind would be let in; ``flushed_by`` names the groups whose
    flushConnection makes them look at flows under way; ``idle_timeout_minutes`` is how long the flow may be silent.
    """

    before: Verdict
    after: Verdict
    fate: LiveFlowFate
    flushed_by: tuple[str, ...] = ()
    idle_timeout_minutes: int = 4

    @property
    def opens_anew(self) -> bool:
        return self.after.outcome.value in ("Allow", "NotApplicable")
