"""Seeded, named networks and rule sets for benchmarks and tests.

>>> small = Estate(nics=20, vnets=2, subnets_per_vnet=2, nsgs=2, rules_per_nsg=5, seed=1)
>>> sum(line.startswith("  vm-") for line in "".join(native_yaml(small)).splitlines())
20
"""

from __future__ import annotations

from netwatch.workloads.estate import Estate
from netwatch.workloads.estate_arm import arm_json
from netwatch.workloads.estate_yaml import native_yaml
from netwatch.workloads.hub_spoke import HubSpoke, hub_spoke_pairs, hub_spoke_yaml

__all__ = ["Estate", "HubSpoke", "arm_json", "hub_spoke_pairs", "hub_spoke_yaml", "native_yaml"]
