"""netwatch: an offline Azure Network Watcher.

>>> import netwatch
>>> watcher = netwatch.NetworkWatcher.load("topologies/two-tier/two-tier.yaml")  # doctest: +SKIP
>>> watcher.next_hop("web-0", source_ip="10.0.1.4", dest_ip="10.0.2.4")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netwatch.errors import NetwatchError, QueryError, TopologyError, UnsupportedError
    from netwatch.formats import load
    from netwatch.matcher.batch import FlowBatch
    from netwatch.model.flow import Flow
    from netwatch.model.topology import Topology
    from netwatch.watcher import NetworkWatcher

__all__ = [
    "Flow",
    "FlowBatch",
    "NetwatchError",
    "NetworkWatcher",
    "QueryError",
    "Topology",
    "TopologyError",
    "UnsupportedError",
    "__version__",
    "load",
]

__version__ = "0.1.0"

_HOME = {
    "Flow": "netwatch.model.flow",
    "FlowBatch": "netwatch.matcher.batch",
    "NetwatchError": "netwatch.errors",
    "NetworkWatcher": "netwatch.watcher",
    "QueryError": "netwatch.errors",
    "Topology": "netwatch.model.topology",
    "TopologyError": "netwatch.errors",
    "UnsupportedError": "netwatch.errors",
    "load": "netwatch.formats",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import netwatch`` costs nothing (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'netwatch' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
