"""Values that an export cannot write: what the input leaves open."""

from __future__ import annotations

from netwatch.errors import UnsupportedError
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved

__all__ = ["Untold"]


class Untold:
    """Collects what cannot be written while a form is made; ``check`` raises it, if there is any."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._values: list[tuple[ResourceId, str, Unresolved]] = []

    def add(self, id: ResourceId, field: str, value: Unresolved) -> None:
        """Note that ``field`` of a resource is not known."""
        self._values.append((id, field, value))

    def check(self) -> None:
        """UnsupportedError naming the first open value, and how many there are."""
        if not self._values:
            return
        id, field, value = self._values[0]
        what = f" ({value.expression})" if value.expression else ""
        more = f", nor are {len(self._values) - 1} more values" if len(self._values) > 1 else ""
        message = (
            f"{id.name}: {field}{what} is not known, because {value.reason}{more}; {self._form} needs all of them."
        )
        hint = "Give the missing values (netwatch load lists them), export with --unresolved keep, or to yaml."
        raise UnsupportedError(message, where=value.where, hint=hint)
