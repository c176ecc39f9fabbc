"""Service tags in words, rows and JSON: a list, some of its tags, the tags that hold an address, what differs.

As JSON tags stand in the form of Microsoft's own file, so what is printed can be read again as a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from netwatch.effective.context_tags import context_tag, context_tag_names, internet_prefixes
from netwatch.effective.published_tags import PublishedTags, TagChange, TagDifferences
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Subnet, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.render.layout import bold, columns, wrap
from netwatch.render.trip import INDENT, Page

__all__ = [
    "Shown",
    "differences_json",
    "differences_rows",
    "differences_text",
    "holding_json",
    "holding_rows",
    "holding_text",
    "shown_tag",
    "tags_json",
    "tags_rows",
    "tags_text",
]

Json = dict[str, Any]

_MEANING = {
    "virtualnetwork": "it depends on the place. The ranges of the virtual network, of its peers and connected groups, "
    "what its gateways bring, 168.63.129.16, and prefixes of the subnet's user-defined routes. To see it at a NIC: "
    "netwatch effective-rules TOPOLOGY --nic NIC --query 'value[].tagMap'",
    "internet": "what is publicly reachable, Azure's own public ranges too. The IPv6 half counts in a virtual network "
    "that has IPv6. No published list holds it; recorded answers of the real service show the ranges.",
    "azureloadbalancer": "where probes of load balancers come from, and never the clients behind one.",
    "azureplatformdns": "the platform's name resolution. It passes unless a rule denies this very tag.",
    "azureplatformimds": "the platform's metadata service. It passes unless a rule denies this very tag.",
    "azureplatformlkm": "the platform's licensing of Windows. It passes unless a rule denies this very tag.",
}


class Shown(NamedTuple):
    """One tag that was asked for: ``meaning`` is empty where it stands in the published list."""

    name: str
    prefixes: tuple[Prefix, ...]
    meaning: str = ""


def shown_tag(tags: PublishedTags, name: str) -> Shown | None:
    """The tag ``name``, in any case: as rules understand it, so a tag of the place before a published one."""
    for spelled in context_tag_names():
        if spelled.lower() == name.lower():
            return Shown(spelled, _anywhere(spelled), _MEANING[spelled.lower()])
    prefixes = tags.prefixes(name)
    if prefixes is None:
        return None
    return Shown(next(each for each in tags.names() if each.lower() == name.lower()), prefixes)


def _anywhere(name: str) -> tuple[Prefix, ...]:
    """What a tag that is in no list holds wherever it is read; nothing for VirtualNetwork."""
    if name == "VirtualNetwork":
        return ()
    if name == "Internet":
        return internet_prefixes(ipv6=True)
    vnet = VirtualNetwork(ResourceId("/virtualNetworks/anywhere"), "", ())
    found = context_tag(name, Topology(vnets={vnet.id.key: vnet}), Subnet(vnet.id.child("subnets", "any"), ()))
    return found.prefixes if found is not None else ()


def _head(tags: PublishedTags) -> str:
    return f"{tags} ({tags.source})" if tags.source else str(tags)


def _count(number: int, noun: str) -> str:
    """``noun`` in the singular or the plural, with its number; words in -x take -es."""
    plural = noun + ("es" if noun.endswith("x") else "s")
    return f"{number:,} {noun if number == 1 else plural}"


def _sizes(prefixes: Iterable[Prefix]) -> tuple[int, int]:
    versions = [prefix.version for prefix in prefixes]
    return versions.count(4), versions.count(6)


# --- a list, and some of its tags ---------------------------------------------------------------------------------


def tags_text(tags: PublishedTags, shown: Iterable[Shown], page: Page) -> str:
    """The list in one line, then each tag with its prefixes, one to a line; without tags, the names it holds."""
    parts = [_one_tag(each, page) for each in shown]
    return "\n\n".join("\n".join(lines) for lines in ([_head(tags)], *(parts or [_names(tags, page)]))) + "\n"


def _one_tag(tag: Shown, page: Page) -> list[str]:
    v4, v6 = _sizes(tag.prefixes)
    size = f"{_count(v4, 'IPv4 prefix')}, {_count(v6, 'IPv6 prefix')}"
    title = f"{tag.name}: {tag.meaning or size}"
    lines = [" " * INDENT + str(prefix) for prefix in tag.prefixes]
    return [*wrap(title, page.width), *lines]


def _names(tags: PublishedTags, page: Page) -> list[str]:
    """The names of a list; parts of another tag are only counted, unless everything is to be shown."""
    parts = Counter(tags.whole_of(name) for name in tags.names())
    listed = [name for name in tags.names() if page.verbose or not tags.whole_of(name)]
    rows = []
    for name in listed:
        v4, v6 = _sizes(tags.entries[name])
        rows.append((name, f"{v4} IPv4", f"{v6} IPv6", _count(parts[name], "part") if parts[name] else ""))
    more = len(tags.names()) - len(listed)
    title = _count(len(tags.names()), "tag") + (f"; {more:,} that are parts of others are left to -v" if more else "")
    own = f"Beside the list: {', '.join(context_tag_names())}."
    return [title, *columns(rows, page.width, indent=INDENT), *wrap(own, page.width)]


def tags_json(tags: PublishedTags, shown: Iterable[Shown]) -> Json:
    """The tags as Microsoft's file has them; those that are in no list stand under ``contextTags``, with a meaning."""
    asked = list(shown)
    published = asked or [Shown(name, tags.entries[name]) for name in tags.names()]
    found = _list_json(tags) | {"values": [_value(tag) for tag in published if not tag.meaning]}
    own = [
        {"name": tag.name, "meaning": tag.meaning, "addressPrefixes": [str(prefix) for prefix in tag.prefixes]}
        for tag in asked
        if tag.meaning
    ]
    return found | ({"contextTags": own} if own else {})


def _list_json(tags: PublishedTags) -> Json:
    return {"changeNumber": tags.change_number, "cloud": tags.cloud, "date": tags.date or None, "source": tags.source}


def _value(tag: Shown) -> Json:
    prefixes = [str(prefix) for prefix in tag.prefixes]
    return {"name": tag.name, "id": tag.name, "properties": {"addressPrefixes": prefixes}}


def tags_rows(tags: PublishedTags, shown: Iterable[Shown]) -> list[Json]:
    """A row for each prefix of the tags asked for; without any, one for each tag of the list."""
    asked = list(shown)
    if asked:
        return [{"tag": tag.name, "prefix": str(prefix)} for tag in asked for prefix in tag.prefixes]
    sizes = {name: _sizes(tags.entries[name]) for name in tags.names()}
    return [{"tag": name, "ipv4Prefixes": v4, "ipv6Prefixes": v6} for name, (v4, v6) in sizes.items()]


# --- the tags that hold an address --------------------------------------------------------------------------------


def _holding(tags: PublishedTags, inner: Address | Prefix, shown: Iterable[Shown]) -> dict[str, Prefix]:
    """Tag → its longest prefix that holds ``inner``; of the tags asked for, or of all."""
    asked = list(shown)
    found = {} if asked else tags.holding(inner)
    for tag in asked or [Shown(name, _anywhere(name)) for name in context_tag_names()]:
        held = [prefix for prefix in tag.prefixes if prefix.holds(inner)]
        if held:
            found[tag.name] = max(held, key=lambda prefix: prefix.length)
    return found


def holding_text(tags: PublishedTags, inner: Address | Prefix, shown: Iterable[Shown], page: Page) -> str:
    """The tags that hold ``inner``, each with its longest prefix that does; the most exact first."""
    found = _by_length(_holding(tags, inner, shown))
    title = f"{inner} is in {_count(len(found), 'tag') if found else 'none of the tags'}"
    rows = columns([(name, str(prefix)) for name, prefix in found], page.width, indent=INDENT)
    own = "VirtualNetwork depends on the place: netwatch tags show VirtualNetwork says how to see it."
    return "\n".join([_head(tags), "", bold(title, colour=page.colour), *rows, *wrap(own, page.width)]) + "\n"


def _by_length(found: dict[str, Prefix]) -> list[tuple[str, Prefix]]:
    return sorted(found.items(), key=lambda pair: -pair[1].length)


def holding_json(tags: PublishedTags, inner: Address | Prefix, shown: Iterable[Shown]) -> Json:
    """The same as JSON: ``tags`` is a list of names with the prefix that holds the address."""
    return _list_json(tags) | {"contains": str(inner), "tags": holding_rows(tags, inner, shown)}


def holding_rows(tags: PublishedTags, inner: Address | Prefix, shown: Iterable[Shown]) -> list[Json]:
    """A row for each tag that holds ``inner``, the most exact first."""
    found = _by_length(_holding(tags, inner, shown))
    return [{"name": name, "addressPrefix": str(prefix)} for name, prefix in found]


# --- what differs -------------------------------------------------------------------------------------------------


def differences_text(old: PublishedTags, new: PublishedTags, found: TagDifferences, page: Page) -> str:
    """The two lists, and tag by tag what came and what went; with -v the prefixes too."""
    lines = [f"from {_head(old)}", f"to   {_head(new)}", ""]
    if not any(found):
        return "\n".join([*lines, bold("They hold the same.", colour=page.colour)]) + "\n"
    for title, names, tags in (("added", found.added, new), ("removed", found.removed, old)):
        if names:
            rows = [(name, _count(len(tags.entries[name]), "prefix")) for name in names]
            lines += [f"{_count(len(names), 'tag')} {title}", *columns(rows, page.width, indent=INDENT)]
    if found.changed:
        added, removed = (sum(len(change[at]) for change in found.changed) for at in (1, 2))
        counts = f"{_count(added, 'prefix')} added, {removed:,} removed"
        lines += [f"{_count(len(found.changed), 'tag')} changed: {counts}", *_changes(found.changed, page)]
    return "\n".join(lines) + "\n"


def _changes(changes: Iterable[TagChange], page: Page) -> list[str]:
    if not page.verbose:
        return columns([_change_row(change) for change in changes], page.width, indent=INDENT)
    lines = []
    for change in changes:
        lines += columns([_change_row(change)], page.width, indent=INDENT)
        signed = [("+", prefix) for prefix in change.added] + [("-", prefix) for prefix in change.removed]
        lines += [f"{' ' * 2 * INDENT}{sign} {prefix}" for sign, prefix in signed]
    return lines


def _change_row(change: TagChange) -> tuple[str, ...]:
    same = "the same addresses, cut otherwise" if change.is_rewritten else ""
    return (change.name, f"+{len(change.added)}", f"-{len(change.removed)}", same)


def differences_json(old: PublishedTags, new: PublishedTags, found: TagDifferences) -> Json:
    """The two lists, ``same``, and ``added``, ``removed`` (names) and ``changed`` (names with prefixes)."""
    changed = [
        {
            "name": change.name,
            "added": [str(prefix) for prefix in change.added],
            "removed": [str(prefix) for prefix in change.removed],
            "sameAddresses": change.is_rewritten,
        }
        for change in found.changed
    ]
    lists = {"from": _list_json(old), "to": _list_json(new)}
    return {**lists, "same": not any(found), "added": [*found.added], "removed": [*found.removed], "changed": changed}


def differences_rows(old: PublishedTags, new: PublishedTags, found: TagDifferences) -> list[Json]:
    """A row for each tag that differs: how many prefixes came, and how many went."""
    rows = [{"tag": name, "change": "added", "came": len(new.entries[name]), "went": 0} for name in found.added]
    rows += [{"tag": name, "change": "removed", "came": 0, "went": len(old.entries[name])} for name in found.removed]
    changed = [(change.name, len(change.added), len(change.removed)) for change in found.changed]
    return rows + [{"tag": name, "change": "changed", "came": came, "went": went} for name, came, went in changed]
