"""``PublishedTags``: the service tags that Microsoft publishes as a list of prefixes, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from netwatch.model.addresses import Address, Prefix, collapse

__all__ = ["PublishedTags", "TagChange", "TagDifferences", "differences"]


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

    def whole_of(self, name: str) -> str:
        """The tag that ``name`` is a part of, as spelled: ``Storage`` for ``Storage.WestEurope``; empty for none."""
        head, dot, _ = name.lower().partition(".")
        return self._spelling.get(head, "") if dot else ""

    def holding(self, inner: Address | Prefix) -> dict[str, Prefix]:
        """Every tag with a prefix that holds ``inner``, and the longest such prefix; in the list's order."""
        found = {name: [prefix for prefix in self.entries[name] if prefix.holds(inner)] for name in self.entries}
        return {name: max(prefixes, key=lambda p: p.length) for name, prefixes in found.items() if prefixes}

    def nearest(self, name: str, *, also: Iterable[str] = ()) -> str:
        """The tag, of this list or of ``also``, that is spelled most like ``name``; empty when none is close."""
        from difflib import get_close_matches

        spelling = {**self._spelling, **{other.lower(): other for other in also}}
        close = get_close_matches(name.lower(), spelling, n=1, cutoff=0.7)
        return spelling[close[0]] if close else ""

    @cached_property
    def _spelling(self) -> Mapping[str, str]:
        return {name.lower(): name for name in self.entries}

    @property
    def label(self) -> str:
        """Which list it is, in a few words: the cloud, the change number and the date, where that is known."""
        date = f" of {self.date}" if self.date else ""
        return f"{self.cloud}, change {self.change_number}{date}"

    def __str__(self) -> str:
        return f"service tags {self.label}"

    def __repr__(self) -> str:
        return f"<PublishedTags {self}, {self.source or 'no source'}>"


class TagChange(NamedTuple):
    """What became of one tag between two lists: the prefixes that only the new one has, and only the old one."""

    name: str
    added: tuple[Prefix, ...]
    removed: tuple[Prefix, ...]

    @property
    def is_rewritten(self) -> bool:
        """Whether the prefixes that came are the very addresses of those that went, cut otherwise."""
        return collapse(self.added) == collapse(self.removed)


class TagDifferences(NamedTuple):
    """What differs between two lists: tags that only the new one has, only the old one, and those that changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[TagChange, ...]


def differences(old: PublishedTags, new: PublishedTags) -> TagDifferences:
    """What differs from ``old`` to ``new``; names are compared without regard to case, prefixes as they are written.

    Order: that of the list which holds the tag, the new one first.
    """
    changes = (_change(name, old.prefixes(name) or (), new.entries[name]) for name in new.names() if old.holds(name))
    return TagDifferences(
        tuple(name for name in new.names() if not old.holds(name)),
        tuple(name for name in old.names() if not new.holds(name)),
        tuple(change for change in changes if change.added or change.removed),
    )


def _change(name: str, old: tuple[Prefix, ...], new: tuple[Prefix, ...]) -> TagChange:
    before, after = set(old), set(new)
    return TagChange(name, tuple(p for p in new if p not in before), tuple(p for p in old if p not in after))
