"""Every service tag that a rule or a route may name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from netwatch.effective.context_tags import context_tag_names

if TYPE_CHECKING:
    from netwatch.effective.published_tags import PublishedTags

__all__ = ["TagNames"]


class TagNames:
    """The tags whose meaning depends on the place, and those of a published list, which is read when first needed.

    ``is_chosen`` says that the caller chose the list: then it goes before one that the input names.
    """

    def __init__(self, published: Callable[[], PublishedTags], *, is_chosen: bool = False) -> None:
        self._read = published
        self.is_chosen = is_chosen
        self._own = {name.lower() for name in context_tag_names()}

    def of_file(self, path: str) -> TagNames:
        """The same with the published list in the file at ``path``."""

        def read() -> PublishedTags:
            from netwatch.formats.service_tag_file import read_service_tag_file

            return read_service_tag_file(path)

        return TagNames(read)

    @cached_property
    def _published(self) -> PublishedTags:
        return self._read()

    def holds(self, name: str) -> bool:
        """Whether there is a tag of that name, in any case."""
        return name.lower() in self._own or self._published.holds(name)

    def hint(self, name: str) -> str:
        """What to say of a name that there is not: the nearest tag, or where it was looked for."""
        nearest = self._published.nearest(name, also=context_tag_names())
        return f'Did you mean "{nearest}"?' if nearest else f"It is not among the {self._published}."
