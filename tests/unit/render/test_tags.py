"""Service tags in words, rows and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.effective.context_tags import context_tag_names
from netwatch.effective.published_tags import PublishedTags, differences
from netwatch.formats.service_tag_file import load_shipped, read_service_tag_file
from netwatch.model.addresses import parse_address, parse_prefix
from netwatch.render.tags import differences_json, differences_text, holding_rows, shown_tag, tags_json, tags_text
from netwatch.render.trip import Page

TAGS = PublishedTags({"Bakery": (parse_prefix("198.51.100.0/24"), parse_prefix("2001:db8::/32"))}, 7, source="a list")


def test_a_published_tag_is_shown_as_spelled() -> None:
    found = shown_tag(TAGS, "bAKERY")
    assert found is not None
    assert (found.name, found.prefixes, found.meaning) == ("Bakery", TAGS.entries["Bakery"], "")
    assert shown_tag(TAGS, "Baker") is None


@pytest.mark.parametrize("name", context_tag_names())
def test_a_tag_of_the_place_is_explained(name: str) -> None:
    found = shown_tag(TAGS, name.upper())
    assert found is not None
    assert found.name == name
    assert found.meaning
    assert bool(found.prefixes) == (name != "VirtualNetwork")


def test_internet_is_shown_with_both_families_and_without_private_ranges() -> None:
    found = shown_tag(TAGS, "Internet")
    assert found is not None
    held = [parse_address(text) for text in ("93.184.216.34", "2001:db8::1")]
    assert all(any(prefix.holds(address) for prefix in found.prefixes) for address in held)
    assert not any(prefix.holds(parse_address("10.0.0.4")) for prefix in found.prefixes)


def test_what_is_printed_as_json_is_a_list_that_can_be_read(tmp_path: Path) -> None:
    shipped = load_shipped()
    wanted = [shown_tag(shipped, name) for name in ("Storage.WestEurope", "Sql", "Internet")]
    path = tmp_path / "ServiceTags_Public_20251117.json"
    path.write_text(json.dumps(tags_json(shipped, [tag for tag in wanted if tag is not None])), encoding="utf-8")
    found = read_service_tag_file(path)
    assert (found.change_number, found.date) == (shipped.change_number, shipped.date)
    assert dict(found.entries) == {name: shipped.prefixes(name) for name in ("Storage.WestEurope", "Sql")}


def test_the_whole_list_goes_through_json_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps(tags_json(load_shipped(), [])), encoding="utf-8")
    assert not any(differences(load_shipped(), read_service_tag_file(path)))


def test_text_names_the_list_and_its_change_number() -> None:
    for text in (tags_text(TAGS, [], Page()), differences_text(TAGS, TAGS, differences(TAGS, TAGS), Page())):
        assert "service tags Public, change 7 (a list)" in text


def test_tags_that_hold_an_address_come_the_most_exact_first() -> None:
    found = holding_rows(TAGS, parse_address("198.51.100.7"), [])
    assert [row["name"] for row in found] == ["Bakery", "Internet"]
    assert holding_rows(TAGS, parse_address("10.0.0.4"), []) == []
    bakery = shown_tag(TAGS, "Bakery")
    assert bakery is not None
    assert [row["name"] for row in holding_rows(TAGS, parse_address("198.51.100.7"), [bakery])] == ["Bakery"]


def test_every_difference_is_in_the_json() -> None:
    new = PublishedTags({"Bakery": (parse_prefix("198.51.100.0/25"),), "Mill": ()}, 8)
    found = differences_json(TAGS, new, differences(TAGS, new))
    assert (found["from"]["changeNumber"], found["to"]["changeNumber"], found["same"]) == (7, 8, False)
    assert (found["added"], found["removed"]) == (["Mill"], [])
    assert found["changed"] == [
        {
            "name": "Bakery",
            "added": ["198.51.100.0/25"],
            "removed": ["198.51.100.0/24", "2001:db8::/32"],
            "sameAddresses": False,
        }
    ]
