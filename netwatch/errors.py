"""The errors netwatch raises, all of them.

    NetwatchError                     .code .where .hint
    ├─ TopologyError                  the input cannot be a network                        exit 3
    │   ├─ TopologySyntaxError            it cannot be read: broken YAML or JSON, too large, too deep, not text
    │   ├─ TopologySchemaError            it can be read, but a field is missing, unknown or malformed
    │   ├─ DanglingReferenceError         it names a resource that it does not hold
    │   ├─ ConflictError                  two parts exclude each other: overlaps, equal priorities, equal names
    │   └─ TopologyErrors                 several of the above, found in one pass
    ├─ QueryError                     the network stands, but the question cannot be asked  exit 2
    │   ├─ ResourceNotFoundError          no resource, or more than one, has that name
    │   ├─ InvalidFlowError               an address, port or protocol is not one
    │   └─ RefusedByAzureError            Azure itself refuses this question, with its own code
    ├─ UnsupportedError               Azure has it and netwatch has not: never guessed          exit 4
    └─ KernelUnavailableError         a kernel was asked for by name and its extra is missing   exit 4

A Deny is an answer, not an error. A message says what was found, where, what was expected, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netwatch.model.where import Where

__all__ = [
    "ConflictError",
    "DanglingReferenceError",
    "InvalidFlowError",
    "KernelUnavailableError",
    "NetwatchError",
    "QueryError",
    "RefusedByAzureError",
    "ResourceNotFoundError",
    "TopologyError",
    "TopologyErrors",
    "TopologySchemaError",
    "TopologySyntaxError",
    "UnsupportedError",
]


class NetwatchError(Exception):
    """Base of every error netwatch raises on purpose.

    ``code`` is a stable word for programs, ``where`` the place in the input (or None), ``hint`` what to do.
    ``str(error)`` is ``place: message hint``, with the parts that are there.
    """

    code = "NetwatchError"

    def __init__(self, message: str, *, where: Where | None = None, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.code = code or type(self).__name__.removesuffix("Error")

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class TopologyError(NetwatchError):
    """The input cannot be a network."""


class TopologySyntaxError(TopologyError):
    """The input cannot be read at all: broken YAML or JSON, not text, too large, nested too deeply."""


class TopologySchemaError(TopologyError):
    """The input can be read, but a field is missing, unknown, or holds what it must not hold."""


class DanglingReferenceError(TopologyError):
    """A reference that can change an answer names a resource the input does not hold."""


class ConflictError(TopologyError):
    """Two parts of the input exclude each other: overlapping prefixes, equal priorities, equal names."""


class TopologyErrors(TopologyError):  # noqa: N818, the plural is the point
    """Every problem found in one pass over an input, in the order of the input: ``errors``, at least one."""

    def __init__(self, errors: Sequence[TopologyError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} problems", where=self.errors[0].where, code=self.errors[0].code)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class QueryError(NetwatchError):
    """The network stands, but the question cannot be asked of it."""


class ResourceNotFoundError(QueryError):
    """No resource has that name or id, or several have the name; the hint lists the nearest, or all of them."""


class InvalidFlowError(QueryError):
    """An address, a port, a protocol or a direction of the question is not one."""


class RefusedByAzureError(QueryError):
    """Azure refuses this question: ``code`` and ``message`` are those of its error body, ``status`` its HTTP status.

    ``fate`` says what happens to the traffic all the same, where that is known (``Allow``, ``Deny`` or empty);
    ``answer`` is what netwatch would answer, for people to read beside the refusal, or None.
    """

    status = 400

    def __init__(self, message: str, *, code: str, fate: str = "", hint: str = "", answer: Any = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.fate = fate
        self.answer = answer


class UnsupportedError(NetwatchError):
    """Azure has this and netwatch does not evaluate it, and the answer would depend on it."""


class KernelUnavailableError(NetwatchError):
    """A kernel was asked for by name and what it needs is not installed; the hint names the extra."""
