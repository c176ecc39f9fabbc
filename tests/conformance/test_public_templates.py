"""Every public template at hand loads, and its machines answer wherever the template fixes the answer.

``python -m tests.conformance.test_public_templates`` prints what was counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from netwatch.errors import RefusedByAzureError, UnsupportedError
from netwatch.formats import load
from netwatch.model.addresses import Address
from netwatch.model.resources import NetworkInterface
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT.parent / "shared" / "azure" / "templates"

if not TEMPLATES.is_dir():
    pytest.skip("NOT TESTED: public templates (../shared/azure/templates) are not here", allow_module_level=True)

FLOWS = (
    ("Inbound", "TCP", "443", "203.0.113.7:50123"),
    ("Inbound", "TCP", "22", "10.0.0.100:50123"),
    ("Outbound", "TCP", "50123", "203.0.113.7:443"),
    ("Outbound", "UDP", "50123", "10.255.255.1:53"),
)


def files() -> list[Path]:
    """The templates: every JSON file that says it is one."""
    found = (path for path in sorted(TEMPLATES.rglob("*.json")) if TEMPLATES.is_dir())
    return [path for path in found if "eploymentTemplate.json" in path.read_text(encoding="utf-8-sig")[:600]]


@cache
def loaded(path: Path) -> Topology:
    return load(path)


def _short(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", files(), ids=_short)
def test_a_public_template_loads_and_nothing_of_it_stays_an_expression(path: Path) -> None:
    topology = loaded(path)
    for resource in topology.resources():
        assert "[" not in resource.id.text
        assert not resource.where.pointer.startswith("/")
    for value in topology.notes.open:
        assert value.value.reason
        assert value.value.where is not None, value


@pytest.mark.parametrize("path", files(), ids=_short)
def test_machines_of_a_public_template_answer_unless_something_is_open(path: Path) -> None:
    counts = answers(loaded(path))
    assert counts["ip-flow-verify Unknown, without a reason"] == 0
    assert counts["effective-routes"] == counts["machines"]


def test_what_the_templates_answer_all_together() -> None:
    """A floor: what fell below it was lost."""
    total = survey()
    assert total["files"] == len(files())
    assert total["machines"] >= 67
    assert total["ip-flow-verify Allow"] + total["ip-flow-verify Deny"] >= 260
    assert total["ip-flow-verify Unknown"] == 0
    assert total["next-hop Unknown"] == 0
    assert total["values left open"] <= 34


def answers(topology: Topology) -> Counter[str]:
    """How the machines of a topology answer: four flows, two destinations and the routes of each."""
    watcher = NetworkWatcher(topology)
    counts: Counter[str] = Counter()
    for nic in topology.nics.values():
        if nic.vm is None or isinstance(nic.vm, Unresolved):
            continue
        counts["machines"] += 1
        counts["resting on an assumed address"] += any(config.assumed for config in nic.ip_configurations)
        address = next((c.private_ip for c in nic.ip_configurations if isinstance(c.private_ip, Address)), None)
        if address is None:
            counts["machines without a known address"] += 1
            continue
        counts.update(_verified(watcher, nic, str(address)))
        counts.update(_hops(watcher, nic, str(address)))
        counts.update(_routes(watcher, nic))
    return counts


def _routes(watcher: NetworkWatcher, nic: NetworkInterface) -> Iterator[str]:
    try:
        answer = watcher.effective_routes(nic.id.text)
    except UnsupportedError as error:
        yield f"effective-routes unsupported: {error.message.partition(': ')[2]}"
    else:
        yield "effective-routes"
        yield from ["effective-routes with open rows"] * any(route.unresolved for route in answer.routes)


def _verified(watcher: NetworkWatcher, nic: NetworkInterface, address: str) -> Iterator[str]:
    for direction, protocol, port, remote in FLOWS:
        try:
            answer = watcher.ip_flow_verify(
                str(nic.vm), direction=direction, protocol=protocol, local=f"{address}:{port}", remote=remote,
                nic=nic.id.text,
            )  # fmt: skip
        except RefusedByAzureError as error:
            yield f"ip-flow-verify refused, the flow is {error.fate}"
        except UnsupportedError:
            yield "ip-flow-verify unsupported"
        else:
            yield f"ip-flow-verify {answer.outcome.value}"
            if answer.outcome.value == "Unknown" and not answer.verdict.unresolved:
                yield "ip-flow-verify Unknown, without a reason"


def _hops(watcher: NetworkWatcher, nic: NetworkInterface, address: str) -> Iterator[str]:
    for destination in ("203.0.113.7", "10.255.255.1"):
        try:
            answer = watcher.next_hop(str(nic.vm), source_ip=address, dest_ip=destination, nic=nic.id.text)
        except UnsupportedError as error:
            yield f"next-hop unsupported: {error.message.partition(': ')[2]}"
        else:
            hop = answer.next_hop_type
            yield "next-hop Unknown" if isinstance(hop, Unresolved) else f"next-hop {hop.value}"


def survey() -> Counter[str]:
    """Everything that is counted, over all templates."""
    total: Counter[str] = Counter()
    for path in files():
        topology = loaded(path)
        total["files"] += 1
        total["values left open"] += len(topology.notes.open)
        total["values assumed"] += len(topology.notes.assumed)
        total.update(answers(topology))
    return total


if __name__ == "__main__":
    for what, number in sorted(survey().items()):
        print(f"{number:6}  {what}")
