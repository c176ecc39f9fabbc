"""What differs between two published lists, and which tags hold an address."""

from __future__ import annotations

from netwatch.effective.published_tags import PublishedTags, TagChange, TagDifferences, differences
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.addresses import Prefix, parse_address, parse_prefix


def _prefixes(*texts: str) -> tuple[Prefix, ...]:
    return tuple(parse_prefix(text) for text in texts)


def _list(**tags: tuple[Prefix, ...]) -> PublishedTags:
    return PublishedTags({name.replace("_", "."): prefixes for name, prefixes in tags.items()}, 1)


OLD = _list(Sql=_prefixes("10.0.0.0/25", "10.0.0.128/25"), Gone=(), Storage=_prefixes("10.1.0.0/16", "fd00::/8"))


def test_a_list_does_not_differ_from_itself() -> None:
    assert differences(OLD, OLD) == TagDifferences((), (), ())
    assert not any(differences(load_shipped(), load_shipped()))


def test_tags_come_go_and_change() -> None:
    new = _list(Fresh=(), Sql=_prefixes("10.0.0.0/24"), Storage=_prefixes("10.1.0.0/16", "10.2.0.0/16"))
    found = differences(OLD, new)
    assert (found.added, found.removed) == (("Fresh",), ("Gone",))
    sql, storage = found.changed
    assert sql == TagChange("Sql", _prefixes("10.0.0.0/24"), _prefixes("10.0.0.0/25", "10.0.0.128/25"))
    assert storage == TagChange("Storage", _prefixes("10.2.0.0/16"), _prefixes("fd00::/8"))
    assert (sql.is_rewritten, storage.is_rewritten) == (True, False)


def test_what_came_one_way_went_the_other() -> None:
    new = _list(Fresh=(), Sql=_prefixes("10.0.0.0/24"))
    there, back = differences(OLD, new), differences(new, OLD)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [(c.name, c.added, c.removed) for c in there.changed] == [(c.name, c.removed, c.added) for c in back.changed]


def test_a_tag_in_another_case_is_the_same_tag() -> None:
    assert not any(differences(_list(SQL=_prefixes("10.0.0.0/24")), _list(Sql=_prefixes("10.0.0.0/24"))))


def test_a_tag_holds_an_address_by_its_longest_prefix() -> None:
    tags = _list(Wide=_prefixes("10.0.0.0/8", "10.1.0.0/16"), Other=_prefixes("fd00::/8"))
    assert tags.holding(parse_address("10.1.2.3")) == {"Wide": parse_prefix("10.1.0.0/16")}
    assert tags.holding(parse_prefix("10.0.0.0/9")) == {"Wide": parse_prefix("10.0.0.0/8")}
    assert tags.holding(parse_prefix("0.0.0.0/0")) == {}
    assert tags.holding(parse_address("fd00::1")) == {"Other": parse_prefix("fd00::/8")}


def test_a_part_is_a_tag_whose_whole_the_list_holds() -> None:
    tags = _list(Storage=(), Storage_WestEurope=(), Lone_WestEurope=())
    assert tags.whole_of("storage.westeurope") == "Storage"
    assert (tags.whole_of("Storage"), tags.whole_of("Lone.WestEurope")) == ("", "")
