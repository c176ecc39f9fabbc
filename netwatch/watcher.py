"""``NetworkWatcher``: a topology made ready to be asked, with one method for each question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.topology import Topology

if TYPE_CHECKING:
    import numpy as np

    from netwatch.effective.published_tags import PublishedTags
    from netwatch.engines.diagnostic_profile import Profile
    from netwatch.matcher.batch import FlowBatch
    from netwatch.model.answers import (
        ConnectivityCheckAnswer,
        EffectiveRoutesAnswer,
        EffectiveRulesAnswer,
        IpFlowVerifyAnswer,
        NextHopAnswer,
        NsgDiagnosticsAnswer,
        SecurityGroupViewAnswer,
        TopologyAnswer,
    )
    from netwatch.model.flow import Direction
    from netwatch.model.live_flows import LiveFlowAnswer
    from netwatch.verdicts.batch import BatchTables, BatchVerdicts, PlacedFlows

    Column = np.ndarray[Any, Any]

__all__ = ["NetworkWatcher"]


class NetworkWatcher:
    """A topology made ready to be asked.

    Arguments are what a person types: names in any case where unique, else ARM ids; addresses and ports as text.
    Every method raises ResourceNotFoundError, InvalidFlowError and UnsupportedError where they apply; the engine of
    the same name says what else. Their messages name an argument in backticks. Answers are values of
    ``netwatch.model.answers``. Threads may share a watcher.
    """

    def __init__(self, topology: Topology, *, service_tags: PublishedTags | None = None) -> None:
        """``service_tags`` is the published list to use; by default the topology's, else the one that ships."""
        self._service_tags = service_tags
        self._former_tables: BatchTables | None = None
        self.compiled = CompiledTopology(topology, lambda: service_tags or _published_tags(topology))

    def changed(self, topology: Topology) -> NetworkWatcher:
        """A watcher over another state of the network: what has not changed is taken over, and no answer with it.

        With one rule of a thousand changed it is ready in milliseconds.
        """
        watcher = NetworkWatcher(topology, service_tags=self._service_tags)
        watcher.compiled = CompiledTopology(topology, watcher.compiled.load_published_tags, former=self.compiled)
        watcher._former_tables = self.__dict__.get("_batch_tables")
        return watcher

    @classmethod
    def load(cls, path: str | Path, **options: Any) -> NetworkWatcher:
        """A watcher over the input at ``path``; ``options`` are those of ``netwatch.load``."""
        from netwatch.formats import load

        return cls(load(path, **options), service_tags=options.get("service_tags"))

    def ip_flow_verify(
        self, vm: str, *, direction: str, protocol: str, local: str, remote: str, nic: str = ""
    ) -> IpFlowVerifyAnswer:
        """Whether security rules allow one flow at a machine, and which rule says so."""
        from netwatch.engines.ip_flow_verify import ip_flow_verify

        return ip_flow_verify(
            self.compiled, vm, direction=direction, protocol=protocol, local=local, remote=remote, nic=nic
        )

    def nsg_diagnostics(
        self,
        target: str,
        *,
        direction: str,
        protocol: str,
        source: str,
        destination: str,
        dest_port: str,
        nic: str = "",
        verbosity: str = "",
    ) -> NsgDiagnosticsAnswer:
        """What each rule at a machine or a NIC makes of some traffic, up to the one that matches."""
        from netwatch.engines.diagnostic_profile import Profile
        from netwatch.engines.nsg_diagnostics import nsg_diagnostics

        profile = Profile(direction, protocol, source, destination, dest_port)
        return nsg_diagnostics(self.compiled, target, [profile], nic=nic, verbosity=verbosity)

    def network_configuration_diagnostic(
        self, target: str, profiles: Sequence[Profile], *, verbosity: str = ""
    ) -> NsgDiagnosticsAnswer:
        """``nsg_diagnostics`` of several profiles in one answer, as ARM asks it: one result for each, in order."""
        from netwatch.engines.nsg_diagnostics import nsg_diagnostics

        return nsg_diagnostics(self.compiled, target, profiles, verbosity=verbosity)

    def next_hop(self, vm: str, *, dest_ip: str, source_ip: str = "", nic: str = "") -> NextHopAnswer:
        """Where a packet from a machine is handed next, and which route says so."""
        from netwatch.engines.next_hop import next_hop

        return next_hop(self.compiled, vm, dest_ip=dest_ip, source_ip=source_ip, nic=nic)

    def security_group_view(self, vm: str) -> SecurityGroupViewAnswer:
        """The rules on each NIC of a machine, by where they come from."""
        from netwatch.engines.security_group_view import security_group_view

        return security_group_view(self.compiled, vm)

    def effective_routes(self, nic: str) -> EffectiveRoutesAnswer:
        """Every route of a NIC (or of a machine's primary NIC), overridden ones too."""
        from netwatch.engines.effective_routes import effective_routes

        return effective_routes(self.compiled, nic)

    def effective_rules(self, nic: str) -> EffectiveRulesAnswer:
        """Every rule at a NIC (or at a machine's primary NIC), with tags and groups turned into prefixes."""
        from netwatch.engines.effective_rules import effective_rules

        return effective_rules(self.compiled, nic)

    def live_flow(
        self, after: NetworkWatcher, vm: str, *, direction: str, protocol: str, local: str, remote: str, nic: str = ""
    ) -> LiveFlowAnswer:
        """What becomes of a flow opened under these rules once those of ``after`` hold."""
        from netwatch.engines.live_flow import live_flow

        words = {"direction": direction, "protocol": protocol, "local": local, "remote": remote, "nic": nic}
        return live_flow(self.compiled, after.compiled, vm, **words)

    def topology(
        self, *, resource_group: str = "", vnet: str = "", subnet: str = "", location: str = ""
    ) -> TopologyAnswer:
        """The resources of one group, virtual network or subnet (name exactly one), with what they have to do."""
        from netwatch.engines.topology import topology

        return topology(self.compiled, resource_group=resource_group, vnet=vnet, subnet=subnet, location=location)

    def connectivity_check(
        self, source: str, *, dest: str, dest_port: int = 0, protocol: str = "Tcp"
    ) -> ConnectivityCheckAnswer:
        """The path from a machine to a machine, an address or a name, hop by hop, and what stands in the way."""
        from netwatch.engines.connectivity_check import connectivity_check

        return connectivity_check(self.compiled, source, dest=dest, dest_port=dest_port, protocol=protocol)

    def verify_batch(
        self,
        flows: FlowBatch,
        *,
        nics: Column | None = None,
        direction: str | Column = "",
        kernel: str = "auto",
        threads: int = 1,
    ) -> BatchVerdicts:
        """The verdict and the next hop of every flow of a batch, as ``ip_flow_verify`` and ``next_hop`` give them.

        ``nics`` (int32) are places in ``topology.nics``, -1 for none; without them the NIC is found by address.
        ``direction`` is ``Inbound``, ``Outbound`` or a column of 0 (inbound) and 1; without it a flow is outbound at
        the NIC that has its source, else inbound at the one that has its destination. BatchVerdicts says what comes.
        """
        from netwatch.verdicts.batch import PlacedFlows, verify

        way = _direction(direction) if isinstance(direction, str) else direction
        return verify(self._batch_tables, PlacedFlows(flows, nics, way), kernel=kernel, threads=threads)

    def verify_batches(
        self, batches: Iterable[FlowBatch | PlacedFlows], *, kernel: str = "auto", threads: int = 1
    ) -> Iterator[BatchVerdicts]:
        """``verify_batch`` of each batch when its turn comes, for streams that memory does not hold.

        A batch that needs NICs or directions comes as ``PlacedFlows``; the families may be mixed.
        """
        from netwatch.verdicts.batch import verify_each

        return verify_each(self._batch_tables, batches, kernel=kernel, threads=threads)

    @cached_property
    def _batch_tables(self) -> BatchTables:
        from netwatch.verdicts.batch import BatchTables

        tables = BatchTables(self.compiled, former=self._former_tables)
        self._former_tables = None
        return tables


def _direction(text: str) -> Direction | None:
    from netwatch.errors import InvalidFlowError
    from netwatch.model.flow import Direction

    try:
        return Direction.parse(text) if text else None
    except ValueError as error:
        raise InvalidFlowError(f"`direction`: {error}.") from None


def _published_tags(topology: Topology) -> PublishedTags:
    from netwatch.formats.service_tag_file import load_shipped, read_service_tag_file

    return read_service_tag_file(topology.service_tags) if topology.service_tags else load_shipped()
