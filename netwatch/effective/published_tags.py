"""``PublishedTags``: the service tags that Microsoft publishes as a list of prefixes, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from netwatch.model.addresses import Prefix

__all__ = ["PublishedTags"]


@dataclass(frozen=True)
class PublishedTags:
    """One published list: ``entries`` is tag name, as spelled there → its prefixes of both families, ascending.

    It holds what Microsoft's download "Azure IP Ranges and Service Tags" holds. Tags whose meaning depends on the
    place (VirtualNetwork, Internet, AzureLoadBalancer) and the platform tags (AzurePlatformDNS, AzurePlatformIMDS,
    AzurePlatformLKM) are not in it. ``date`` is ISO, empty where the list does not say; ``source`` is where the list
    was read.
    """

    entries: Mapping[str, tuple[Prefix, ...]]
    change_number: int
    cloud: str = "Public"
    date: str = ""
    source: str = ""

    def prefixes(self, name: str) -> tuple[Prefix, ...] | None:
        """The prefixes of a tag, named in any case; None when this list does not hold it."""
        spelled = self._spelling.get(name.lower())
        return None if spelled is None else self.entries[spelled]

    def holds(self, name: str) -> bool:
        """Whether the list has a tag of that name, in any case."""
        return name.lower() in self._spelling

    def names(self) -> tuple[str, ...]:
        """Every tag of the list, as spelled, in its order."""
        return tuple(self.entries)

    def nearest(self, name: str, *, also: Iterable[str] = ()) -> str:
        """The tag, of this list or of ``also``, that is spelled most like ``name``; empty when none is close."""
        from difflib import get_close_matches

        spelling = {**self._spelling, **{other.lower(): other for other in also}}
        close = get_close_matches(name.lower(), spelling, n=1, cutoff=0.7)
        return spelling[close[0]] if close else ""

    @cached_property
    def _spelling(self) -> Mapping[str, str]:
        return {name.lower(): name for name in self.entries}

    def __str__(self) -> str:
        date = f" of {self.date}" if self.date else ""
        return f"service tags {self.cloud}, change {self.change_number}{date}"

    def __repr__(self) -> str:
        return f"<PublishedTags {self}, {self.source or 'no source'}>"
