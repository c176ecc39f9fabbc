"""The independent oracle: what Azure answers, worked out by another road than netwatch's.

It reads the topology's nouns and nothing else of netwatch: no effective rules, no tables, no compiled anything. Every
rule and route is looked at one by one with the standard library's ``ipaddress``. It is slow and meant to be obvious.
Sources: "Network security groups", "How network security groups filter network traffic", "Virtual network service
tags", "Virtual network traffic routing", "Manage network policies for private endpoints", "Security admin rules in
Azure Virtual Network Manager", and recorded answers of the real service, which win where the two differ. Where all of
them are silent, the decision papers of this project are followed.
"""

from __future__ import annotations

from tests.oracle.around import Network, Tags
from tests.oracle.checks import Asked, Checked, HopSaid, oracle_check
from tests.oracle.diagnostics import Evaluated, Profile, oracle_diagnosis
from tests.oracle.fields import oracle_field
from tests.oracle.lists import oracle_fate, oracle_ip_flow
from tests.oracle.routes import SYSTEM_ROUTE, Row, oracle_next_hop, oracle_routes
from tests.oracle.spots import Unevaluated
from tests.oracle.tags import oracle_tag, oracle_tag_holds
from tests.oracle.trips import Issue

__all__ = [
    "SYSTEM_ROUTE",
    "Asked",
    "Checked",
    "Evaluated",
    "HopSaid",
    "Issue",
    "Network",
    "Profile",
    "Row",
    "Tags",
    "Unevaluated",
    "oracle_check",
    "oracle_diagnosis",
    "oracle_fate",
    "oracle_field",
    "oracle_ip_flow",
    "oracle_next_hop",
    "oracle_routes",
    "oracle_tag",
    "oracle_tag_holds",
]
