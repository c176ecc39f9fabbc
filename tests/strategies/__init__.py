"""Hypothesis strategies: whole small networks straight from the model, and questions that aim at their edges.

Everything stands in few address ranges and few ports, so that rules, routes and flows meet often.
"""

from __future__ import annotations

from tests.strategies.estates import estates
from tests.strategies.networks import topologies, with_rules
from tests.strategies.open_values import with_open_values
from tests.strategies.pools import TAGS, published_tags
from tests.strategies.questions import addresses_near, destinations, flows, flows_between, profiles, questions_of
from tests.strategies.rules import address_fields, port_fields, protocols, security_rules

__all__ = [
    "TAGS",
    "address_fields",
    "addresses_near",
    "destinations",
    "estates",
    "flows",
    "flows_between",
    "port_fields",
    "profiles",
    "protocols",
    "published_tags",
    "questions_of",
    "security_rules",
    "topologies",
    "with_open_values",
    "with_rules",
]
