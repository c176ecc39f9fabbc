"""Small resources of ARM inputs, as tests of their readers write them."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.errors import TopologyErrors
from netwatch.formats.arm_resources.reading import ArmReader
from netwatch.formats.topology_draft import Dangling, TopologyDraft
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["Json", "arm_id", "ids", "nic", "only", "problems", "read", "resource", "vnet"]

Json = dict[str, Any]


def arm_id(kind: str, name: str) -> str:
    return f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/{kind}/{name}"


def resource(kind: str, name: str, **properties: Any) -> Json:
    """A resource of Microsoft.Network; ``kind`` may have levels and then ``name`` has as many."""
    names, kinds = name.split("/"), kind.split("/")
    path = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return {
        "id": f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/{path}",
        "name": names[-1],
        "type": f"Microsoft.Network/{kind}",
        "location": "westeurope",
        "properties": properties,
    }


def vnet(name: str = "vnet-a", octet: int = 0, **subnet: Any) -> Json:
    """A VNet 10.``octet``.0.0/16 with the subnet ``web``, 10.``octet``.1.0/24."""
    subnets = [{"name": "web", "properties": {"addressPrefix": f"10.{octet}.1.0/24", **subnet}}]
    return resource("virtualNetworks", name, addressSpace={"addressPrefixes": [f"10.{octet}.0.0/16"]}, subnets=subnets)


def nic(name: str = "nic-a", **config: Any) -> Json:
    subnet = {"subnet": {"id": arm_id("virtualNetworks", "vnet-a") + "/subnets/web"}}
    return resource("networkInterfaces", name, ipConfigurations=[{"name": "ip", "properties": {**subnet, **config}}])


def read(*resources: Json, dangling: Dangling = "error") -> Topology:
    draft = TopologyDraft("net.json", dangling=dangling)
    reader = ArmReader(draft)
    reader.read(resources, "resources")
    reader.finish()
    return draft.finish()


def problems(*resources: Json) -> list[str]:
    """What is wrong with the resources, each beginning with its place."""
    with pytest.raises(TopologyErrors) as caught:
        read(*resources)
    return [str(error) for error in caught.value.errors]


def only(mapping: Any) -> Any:
    """The one value of a mapping."""
    (value,) = mapping.values()
    return value


def ids(found: Any) -> list[str]:
    """The names of ids; of what is not known the reason."""
    return [each.name if isinstance(each, ResourceId) else each.reason for each in found]
