"""Azure regions and their pairs."""

from __future__ import annotations

__all__ = ["paired_region", "region_name", "same_region"]

# Source: "Azure region pairs and nonpaired regions". Regions without a pair are not here.
_PAIRS = (
    "australiaeast australiasoutheast", "australiacentral australiacentral2", "brazilsouth southcentralus",
    "canadacentral canadaeast", "centralindia southindia", "centralus eastus2", "chinaeast chinanorth",
    "chinaeast2 chinanorth2", "eastasia southeastasia", "eastus westus", "francecentral francesouth",
    "germanywestcentral germanynorth", "japaneast japanwest", "koreacentral koreasouth",
    "northcentralus southcentralus",
    "northeurope westeurope", "norwayeast norwaywest", "southafricanorth southafricawest", "swedencentral swedensouth",
    "switzerlandnorth switzerlandwest", "uaenorth uaecentral", "uksouth ukwest", "usgovvirginia usgovtexas",
    "westus2 westcentralus", "westus3 eastus", "westindia southindia",
)  # fmt: skip

# Pairs that hold one way only: the second region's own pair is another one.
_ONE_WAY = {"brazilsouth": "southcentralus", "westus3": "eastus", "westindia": "southindia"}


def region_name(location: str) -> str:
    """The name of a region as ids and tags have it: ``westeurope`` for ``West Europe`` too."""
    return location.replace(" ", "").lower()


def same_region(one: str, other: str) -> bool:
    """Whether two names are of one region: ``West Europe`` and ``westeurope`` are."""
    return region_name(one) == region_name(other)


def paired_region(location: str) -> str:
    """The region paired with ``location`` (``West Europe`` or ``westeurope``), empty where it has none."""
    region = region_name(location)
    if region in _ONE_WAY:
        return _ONE_WAY[region]
    for one, other in (pair.split() for pair in _PAIRS):
        if one in _ONE_WAY:
            continue
        if region in (one, other):
            return other if region == one else one
    return ""
