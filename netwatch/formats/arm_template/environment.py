"""Where an expression of a template stands: its place, and what the names in it mean there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_template.syntax import Call, Node
from netwatch.model.where import Where

__all__ = ["CircleError", "Env", "Names", "World", "under"]


class CircleError(TopologySchemaError):
    """Something in a template refers to itself."""


class World(Protocol):
    """What one reading of an input shares: the parsed expressions, the work done so far, where problems go.

    While ``is_probing``, circles are raised to whoever asked, and nothing that hangs on them is kept. ``where`` is what
    is being worked out just now, for who gives up on it. ``refuse`` notes a value that Azure would refuse, if it is the
    one that Azure has: it may hang on where the template is deployed, which nobody may have said.
    """

    is_probing: bool
    where: Where

    def parse(self, text: str, where: Where) -> Node: ...
    def spend(self, steps: int) -> None: ...
    def problem(self, error: TopologyError) -> None: ...
    def refuse(self, error: TopologySchemaError) -> None: ...


class Names(Protocol):
    """What the names in an expression mean: the parameters, variables and functions of one deployment."""

    @property
    def world(self) -> World: ...
    def parameter(self, name: str, env: Env) -> Any: ...
    def variable(self, name: str, env: Env) -> Any: ...
    def scoped(self, call: Call, env: Env) -> Any: ...


class Env(NamedTuple):
    """Where an expression stands: its place, the names it may use, and the loops and lambdas around it.

    ``loops`` holds the index of each loop by its lower-case name, and that of the resource's own loop under "".
    In an inline template that uses its parent's names (outer scope), ``escaped`` are its own: expressions written with
    two brackets are left for it.
    """

    names: Names
    where: Where
    loops: Mapping[str, int] = {}
    lambdas: Mapping[str, Any] = {}
    escaped: Names | None = None

    def at(self, *steps: str | int) -> Env:
        """The same, further inside the document."""
        return self._replace(where=under(self.where, *steps))

    def error(self, message: str, hint: str = "") -> TopologySchemaError:
        """A mistake of the template at this place."""
        return TopologySchemaError(message, where=self.where, hint=hint)

    def circle(self, what: str) -> CircleError:
        """``what`` refers to itself."""
        return CircleError(f"{what} refers to itself.", where=self.where, hint="Azure refuses circles.")

    def looped(self, name: str, index: int) -> Env:
        """Inside one round of a loop."""
        return self._replace(loops={**self.loops, name.lower(): index})


def under(where: Where, *steps: str | int) -> Where:
    """A place further inside the document."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return where._replace(pointer="/".join((where.pointer, *escaped) if where.pointer else escaped))
