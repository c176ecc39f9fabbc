"""How far regions are apart."""

from __future__ import annotations

import pytest

from netwatch.effective.regions import paired_region
from netwatch.engines.path.region_distance import UNKNOWN_MS, _places, round_trip_ms


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # published round trips between regions, give or take a third
        ("northeurope", "westeurope", 11, 25),
        ("eastus", "westus", 45, 90),
        ("westeurope", "southeastasia", 110, 215),
        ("eastus", "westeurope", 55, 110),
        ("uksouth", "ukwest", 1, 8),
        ("australiaeast", "australiasoutheast", 8, 17),
    ],
)
def test_about_as_published(one: str, other: str, low: int, high: int) -> None:
    assert low <= round_trip_ms(one, other) <= high
    assert round_trip_ms(one, other) == round_trip_ms(other, one)


def test_one_region_is_no_distance_however_it_is_spelt() -> None:
    assert round_trip_ms("West Europe", "westeurope") == 0
    assert round_trip_ms("", "westeurope") == round_trip_ms("nowhere", "nowhere") == 0


def test_a_region_nobody_knows_is_a_guess_and_two_regions_are_never_nothing() -> None:
    assert round_trip_ms("mars", "westeurope") == UNKNOWN_MS
    assert round_trip_ms("eastus", "usgovvirginia") == 1


def test_every_region_with_a_pair_has_a_place() -> None:
    places = _places()
    assert [region for region in places if paired_region(region) and paired_region(region) not in places] == []
    assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in places.values())
