"""The indexes of a topology."""

from __future__ import annotations

from collections.abc import Iterable

from netwatch.model.addresses import parse_address, parse_prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    Peering,
    Reference,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
VNET = ResourceId(f"{NETWORK}/virtualNetworks/v")
HUB = ResourceId(f"{NETWORK}/virtualNetworks/hub")
WEB, DB = VNET.child("subnets", "web"), VNET.child("subnets", "db")
VM = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-0")


def _nic(
    name: str, *, subnets: Iterable[Reference] = (WEB,), vm: Reference = None, primary: bool = True
) -> NetworkInterface:
    nic = ResourceId(f"{NETWORK}/networkInterfaces/{name}")
    configs = tuple(
        IpConfiguration(nic.child("ipConfigurations", f"c{number}"), parse_address(f"10.0.1.{4 + number}"), subnet)
        for number, subnet in enumerate(subnets)
    )
    return NetworkInterface(nic, "westeurope", configs, vm=vm, primary=primary)


def _subnet(subnet: ResourceId, prefix: str) -> Subnet:
    return Subnet(subnet, (parse_prefix(prefix),))


def _topology(*nics: NetworkInterface) -> Topology:
    return Topology(
        vnets={VNET.key: VirtualNetwork(VNET, "westeurope", (parse_prefix("10.0.0.0/16"),))},
        subnets={WEB.key: _subnet(WEB, "10.0.1.0/24"), DB.key: _subnet(DB, "10.0.2.0/24")},
        peerings={VNET.child("p", "to-hub").key: Peering(VNET.child("p", "to-hub"), HUB)},
        nics={nic.id.key: nic for nic in nics},
        vms={VM.key: VirtualMachine(VM, "westeurope", tuple(nic.id for nic in nics))},
    )


def test_subnets_and_peerings_of_a_vnet() -> None:
    topology = _topology()
    assert [subnet.id for subnet in topology.subnets_of[VNET.key]] == [WEB, DB]
    assert [peering.id.name for peering in topology.peerings_of[VNET.key]] == ["to-hub"]


def test_the_primary_nic_of_a_machine_comes_first() -> None:
    second, first = _nic("b", vm=VM, primary=False), _nic("a", vm=VM, primary=True)
    third, free = _nic("c", vm=VM, primary=False), _nic("free")
    topology = _topology(second, third, first, free)
    assert [nic.id.name for nic in topology.nics_of[VM.key]] == ["a", "b", "c"]
    assert list(topology.nics_of) == [VM.key], "a NIC without a machine belongs to none"


def test_a_nic_stands_once_in_a_subnet_however_many_addresses_it_has() -> None:
    two, one, open_ = (
        _nic("two", subnets=(WEB, WEB)),
        _nic("one", subnets=(DB,)),
        _nic("open", subnets=(Unresolved("?"),)),
    )
    topology = _topology(two, one, open_)
    assert {subnet: [nic.id.name for nic in nics] for subnet, nics in topology.nics_in.items()} == {
        WEB.key: ["two"],
        DB.key: ["one"],
    }


def test_the_subnet_of_a_nic() -> None:
    unresolved = Unresolved("a parameter")
    topology = _topology()
    assert topology.subnet_of(_nic("a", subnets=(None, DB))) == topology.subnets[DB.key]
    assert topology.subnet_of(_nic("a", subnets=(unresolved,))) is unresolved
    assert topology.subnet_of(_nic("a", subnets=())) is None


def test_resources_are_all_of_them_kind_by_kind() -> None:
    names = [resource.id.name for resource in _topology(_nic("a")).resources()]
    assert names == ["v", "web", "db", "to-hub", "a", "web-0"]


def test_resources_leaves_no_mapping_out() -> None:
    """A new kind must be added to ``resources()``: every mapping of resources is counted."""
    topology = _topology(_nic("a"), _nic("b"))
    mappings = {name: value for name, value in vars(topology).items() if isinstance(value, dict)}
    assert len(list(topology.resources())) == sum(len(mapping) for mapping in mappings.values())
    assert len(mappings) == 26
    marked = Topology(**{name: {name: name} for name in mappings})  # type: ignore[arg-type]
    assert sorted(map(str, marked.resources())) == sorted(mappings)
