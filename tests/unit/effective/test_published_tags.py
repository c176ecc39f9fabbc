from __future__ import annotations

import pytest

from netwatch.effective.published_tags import PublishedTags
from tests.build import prefixes

TAGS = PublishedTags(
    {
        "Storage": prefixes("20.60.0.0/16", "2603:1020::/46"),
        "Storage.WestEurope": prefixes("20.60.26.0/23"),
        "AzureMonitor": prefixes("13.66.0.0/20"),
    },
    376,
    date="2025-11-17",
    source="tags.json",
)


@pytest.mark.parametrize("name", ["Storage.WestEurope", "storage.westeurope", "STORAGE.WESTEUROPE"])
def test_a_tag_is_found_in_any_case(name: str) -> None:
    assert TAGS.prefixes(name) == prefixes("20.60.26.0/23")


@pytest.mark.parametrize("name", ["Storag", "Internet", "", "Storage.WestEurope2"])
def test_a_tag_that_is_not_in_the_list_is_none(name: str) -> None:
    assert TAGS.prefixes(name) is None


def test_names_keep_spelling_and_order() -> None:
    assert TAGS.names() == ("Storage", "Storage.WestEurope", "AzureMonitor")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Storge", "Storage"), ("storage.westeuroep", "Storage.WestEurope"), ("Xyz", ""), ("Internt", "")],
)
def test_the_nearest_name(name: str, nearest: str) -> None:
    assert TAGS.nearest(name) == nearest


def test_the_nearest_name_may_be_one_of_the_callers() -> None:
    assert TAGS.nearest("Internt", also=["VirtualNetwork", "Internet"]) == "Internet"


def test_a_list_says_what_it_is() -> None:
    assert str(TAGS) == "service tags Public, change 376 of 2025-11-17"
    assert str(PublishedTags({}, 9, cloud="China")) == "service tags China, change 9"
    assert repr(TAGS) == "<PublishedTags service tags Public, change 376 of 2025-11-17, tags.json>"
