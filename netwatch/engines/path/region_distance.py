"""How far apart Azure regions are, as the round trip light takes through fibre.

Source: "Azure regions list" (the physical location of each region). Coordinates are of that city or state, to a degree.
"""

from __future__ import annotations

from functools import cache
from math import asin, cos, radians, sin, sqrt

from netwatch.effective.regions import region_name

__all__ = ["UNKNOWN_MS", "round_trip_ms"]

# Region, latitude and longitude.
_PLACES = """
australiacentral -35 149 australiacentral2 -35 149 australiaeast -34 151 australiasoutheast -38 145 austriaeast 48 16
belgiumcentral 51 4 brazilsouth -24 -47 brazilsoutheast -23 -43 canadacentral 44 -79 canadaeast 47 -71
centralindia 19 74 centralus 42 -94 chilecentral -33 -71 chinaeast 31 121 chinaeast2 31 121 chinanorth 40 116
chinanorth2 40 116 chinanorth3 40 116 denmarkeast 56 12 eastasia 22 114 eastus 37 -79 eastus2 37 -78
francecentral 49 2 francesouth 43 2 germanynorth 53 9 germanywestcentral 50 9 indonesiacentral -6 107
israelcentral 31 34 italynorth 45 9 japaneast 36 140 japanwest 35 135 jioindiacentral 21 79 jioindiawest 22 70
koreacentral 38 127 koreasouth 35 129 malaysiawest 3 102 mexicocentral 21 -100 newzealandnorth -37 175
northcentralus 42 -88 northeurope 53 -6 norwayeast 60 11 norwaywest 59 6 polandcentral 52 21 qatarcentral 25 51
southafricanorth -26 28 southafricawest -34 19 southcentralus 29 -99 southeastasia 1 104 southindia 13 80
spaincentral 40 -3 swedencentral 61 17 swedensouth 56 13 switzerlandnorth 47 9 switzerlandwest 46 6
taiwannorth 25 121 uaecentral 24 54 uaenorth 25 55 uksouth 51 -1 ukwest 53 -3 usgovarizona 33 -112
usgovtexas 29 -99 usgovvirginia 37 -79 westcentralus 41 -105 westeurope 52 5 westindia 19 73 westus 37 -122
westus2 47 -120 westus3 33 -112
"""

UNKNOWN_MS = 40
"""Between two regions of which one is not in the table: a guess in the middle."""

_KM_PER_MS = 200 / 2
"""Light runs 200 km of fibre in a ms, and a round trip is there and back."""

_DETOUR = 1.5
"""Cables do not follow great circles: 1.5 meets published round trips within a third (Dublin to Amsterdam, Singapore
to Amsterdam, Virginia to California)."""


def round_trip_ms(one: str, other: str) -> int:
    """What the distance between two regions adds to a round trip, in whole ms; 0 within one, at least 1 between two.

    An empty name is a place nobody knows, and adds nothing.
    """
    here, there = region_name(one), region_name(other)
    if here == there or not here or not there:
        return 0
    places = _places()
    if here not in places or there not in places:
        return UNKNOWN_MS
    return max(1, round(_kilometres(places[here], places[there]) * _DETOUR / _KM_PER_MS))


@cache
def _places() -> dict[str, tuple[int, int]]:
    words = _PLACES.split()
    return {words[at]: (int(words[at + 1]), int(words[at + 2])) for at in range(0, len(words), 3)}


def _kilometres(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Along the great circle (haversine)."""
    (lat1, lon1), (lat2, lon2) = one, other
    north, east = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    half = sin(north) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east) ** 2
    return 2 * 6371 * asin(sqrt(half))
