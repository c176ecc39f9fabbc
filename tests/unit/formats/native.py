"""Small topology files, as tests of their readers write them."""

from __future__ import annotations

import pytest

from netwatch.errors import TopologyErrors
from netwatch.formats.topology_draft import Dangling
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology

__all__ = ["NETWORK", "problems", "read"]

NETWORK = """\
netwatch: 1
virtualNetworks:
  hub: {addressPrefixes: 10.0.0.0/16, subnets: {GatewaySubnet: {addressPrefix: 10.0.0.0/27}}}
  spoke: {addressPrefixes: 10.1.0.0/16, subnets: {web: {addressPrefix: 10.1.1.0/24}}}
"""
"""Four lines: what is added begins in the fifth."""


def read(text: str, *, dangling: Dangling = "error") -> Topology:
    """The network above with ``text`` beneath it, as it is indented."""
    return read_topology_file("net.yaml", NETWORK + text, dangling=dangling)


def problems(text: str) -> list[str]:
    """What is wrong, each beginning with its place."""
    with pytest.raises(TopologyErrors) as caught:
        read(text)
    return [str(error) for error in caught.value.errors]
