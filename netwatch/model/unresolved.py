"""``Unresolved``: a value that the input does not fix."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.where import Where

__all__ = ["Unresolved"]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that the input does not fix, with the reason: never None, never a guess, never a raw expression string.

    ``reason`` completes the sentence "not known, because …"; ``expression`` is the text that could not be evaluated,
    empty where there is none. Whatever depends on it answers Unknown unless every possible value gives one answer.
    """

    reason: str
    expression: str = ""
    where: Where | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """What stands for it where the input's own spelling is shown: the expression, else the reason."""
        return self.expression or str(self)

    def __str__(self) -> str:
        what = f"{self.expression}: " if self.expression else ""
        return f"unresolved ({what}{self.reason})"
