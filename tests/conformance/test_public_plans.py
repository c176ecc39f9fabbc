"""Every public Terraform plan at hand loads, and its machines answer wherever the plan fixes the answer.

``python -m tests.conformance.test_public_plans`` prints what was counted.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from netwatch.formats import load
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.conformance.test_public_templates import answers

ROOT = Path(__file__).resolve().parents[2]
PLANS = ROOT.parent / "shared" / "azure" / "terraform" / "plans"

if not PLANS.is_dir():
    pytest.skip("NOT TESTED: public plans (../shared/azure/terraform/plans) are not here", allow_module_level=True)

NOT_RESOURCES = ("association", "backend_address_pool", "outbound_rule", "lb_probe")
"""Ends of types that tie two resources together, or are part of one."""


def files() -> list[Path]:
    return sorted(PLANS.glob("*.json")) if PLANS.is_dir() else []


@cache
def loaded(path: Path) -> Topology:
    return load(path)


def _name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", files(), ids=_name)
def test_everything_a_public_plan_makes_is_a_resource_or_is_named(path: Path) -> None:
    topology = loaded(path)
    places = {each.where.pointer for each in topology.resources()}
    places |= {rule.where.pointer for nsg in topology.nsgs.values() for rule in nsg.rules}
    places |= {route.where.pointer for table in topology.route_tables.values() for route in table.routes}
    for balancer in topology.load_balancers.values():
        places |= {rule.where.pointer for rule in balancer.rules} | {rule.where.pointer for rule in balancer.nat_rules}
    places |= {each.name for each in topology.notes.ignored}
    for change in json.loads(path.read_text(encoding="utf-8"))["resource_changes"]:
        is_ours = change["mode"] == "managed" and change["type"].startswith("azurerm_")
        if is_ours and not change["type"].endswith(NOT_RESOURCES):
            assert change["address"] in places


def test_every_nic_of_the_public_plans_has_its_subnet() -> None:
    configs = [
        (path, config) for path in files() for nic in loaded(path).nics.values() for config in nic.ip_configurations
    ]
    assert len(configs) >= 22
    assert [(path.name, config.subnet) for path, config in configs if isinstance(config.subnet, Unresolved)] == []


@pytest.mark.parametrize("path", files(), ids=_name)
def test_machines_of_a_public_plan_answer(path: Path) -> None:
    counts = answers(loaded(path))
    assert counts["effective-routes"] == counts["machines"]
    assert counts["machines without a known address"] == 0


def test_what_the_plans_answer_all_together() -> None:
    """A floor: what fell below it was lost."""
    total = survey()
    assert total["files"] >= 41
    assert total["machines"] >= 22
    assert total["ip-flow-verify Allow"] + total["ip-flow-verify Deny"] >= 44
    assert total["next-hop Unknown"] == 0
    assert total["ip-flow-verify Unknown"] == 0


def survey() -> Counter[str]:
    """How the machines of all plans answer."""
    total: Counter[str] = Counter(files=len(files()))
    for path in files():
        total.update(answers(loaded(path)))
        total["NICs"] += len(loaded(path).nics)
        total["things named and not read"] += len(loaded(path).notes.ignored)
    return total


if __name__ == "__main__":
    for what, number in sorted(survey().items()):
        print(f"{number:6} {what}")
