"""From addresses to the NICs that have them, for a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from netwatch.matcher.look_up import look_up
from netwatch.matcher.prefixes import Cuts, PrefixTables, prefix_tables
from netwatch.model.addresses import Address
from netwatch.model.topology import Topology

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["NO_NIC", "SEVERAL_NICS", "nic_of_either", "nic_table", "nics_of"]

NO_NIC = -1
"""Stands for the NIC of an address that none has."""

SEVERAL_NICS = -2
"""Stands for the NIC of an address that several have, in networks that use the same ranges."""


def nic_table(topology: Topology, version: int) -> PrefixTables:
    """The NICs, by their places among the topology's, at their addresses of one family. An open address is none."""
    owners: dict[int, int] = {}
    for place, address in _addresses(topology):
        if address.version == version:
            owners[address.value] = place if owners.get(address.value, place) == place else SEVERAL_NICS
    values = {0: NO_NIC}
    for value in sorted(owners):
        values[value] = owners[value]
        values.setdefault(value + 1, owners.get(value + 1, NO_NIC))
    values.pop(1 << (32 if version == 4 else 128), None)
    starts = sorted(values)
    return prefix_tables(version, [Cuts(starts, [values[start] for start in starts])])


def nics_of(table: PrefixTables, addresses: Array | tuple[Array, Array], *, kernel: str) -> Array:
    """The place of each address's NIC among the topology's, int32; NO_NIC or SEVERAL_NICS where there is not one."""
    import numpy as np

    size = len(addresses) if isinstance(addresses, np.ndarray) else len(addresses[0])
    return look_up(table, np.zeros(size, np.uint32), addresses, kernel=kernel)


def nic_of_either(ends: tuple[Array, Array], nic: Array, way: Array, *, kernel: str) -> None:
    """Fill ``nic`` (int32) with the NIC of the source, else of the destination; ``way`` (uint8) with 1, else 0."""
    import numpy as np

    if kernel == "numba":
        from netwatch.verdicts import place_loops

        place_loops.either(*ends, nic, way)
        return
    near, far = ends
    np.not_equal(near, NO_NIC, out=way, casting="unsafe")
    nic[:] = np.where(way, near, far)


def _addresses(topology: Topology) -> Iterator[tuple[int, Address]]:
    for place, nic in enumerate(topology.nics.values()):
        for config in nic.ip_configurations:
            if isinstance(config.private_ip, Address):
                yield place, config.private_ip
