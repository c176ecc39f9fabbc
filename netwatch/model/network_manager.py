"""What an Azure Virtual Network Manager lays over networks: admin rules above every NSG, and meshes."""

from __future__ import annotations

from dataclasses import dataclass, field

from netwatch.model.ids import ResourceId
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "AdminRuleCollection",
    "ConnectivityConfiguration",
    "NetworkGroup",
    "NetworkManager",
    "SecurityAdminConfiguration",
]


@dataclass(frozen=True, slots=True)
class NetworkManager:
    """A network manager; ``scopes`` are the management groups and subscriptions it governs, as ids."""

    id: ResourceId
    location: str
    scopes: tuple[ResourceId, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class NetworkGroup:
    """A group of virtual networks (or subnets): ``members`` are their ids."""

    id: ResourceId
    members: tuple[ResourceId | Unresolved, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class AdminRuleCollection:
    """Admin rules for some network groups; a rule is a SecurityRule whose access can also be AlwaysAllow."""

    id: ResourceId
    groups: tuple[ResourceId, ...]
    rules: tuple[SecurityRule, ...] = ()
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class SecurityAdminConfiguration:
    """Admin rules that are deployed together.

    ``applies_on_intent_policies`` is ARM's applyOnNetworkIntentPolicyBasedServices: ``None``, ``All`` or
    ``AllowRulesOnly``.
    """

    id: ResourceId
    applies_on_intent_policies: str = "None"
    where: Where = field(default=AZURE_DEFAULT, compare=False)


@dataclass(frozen=True, slots=True)
class ConnectivityConfiguration:
    """A mesh or a hub and spoke. ``mesh_groups`` are groups whose members reach each other directly.

    ``is_global``: members of such a group in different regions reach each other too. Of a hub and spoke, ``hubs`` are
    peered with every member of ``spoke_groups`` and belong to its mesh groups as well; members of ``gateway_groups``
    use the hub's gateway.
    """

    id: ResourceId
    mesh_groups: tuple[ResourceId, ...]
    is_global: bool = False
    where: Where = field(default=AZURE_DEFAULT, compare=False)
    hubs: tuple[ResourceId, ...] = ()
    spoke_groups: tuple[ResourceId, ...] = ()
    gateway_groups: tuple[ResourceId, ...] = ()
