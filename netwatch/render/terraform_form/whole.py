"""A topology as a configuration that ``terraform plan`` takes: resources of the azurerm provider, version 4.

It is read back before anybody gets it: what it says must be what the topology says, and what it does not is named.
Sources: Terraform documentation, "JSON Configuration Syntax"; the documentation of the azurerm provider, version 4.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import NamedTuple

from netwatch.model.topology import Topology
from netwatch.render.losses import losses
from netwatch.render.terraform_form.blocks import Body
from netwatch.render.terraform_form.firewalls import as_required, firewalls
from netwatch.render.terraform_form.form import TerraformForm
from netwatch.render.terraform_form.load_balancers import load_balancers
from netwatch.render.terraform_form.machines import machines
from netwatch.render.terraform_form.managers import managed
from netwatch.render.terraform_form.networks import networks
from netwatch.render.terraform_form.services import services
from netwatch.render.terraform_form.virtual_hubs import virtual_hubs

__all__ = ["TerraformText", "terraform_json"]


class TerraformText(NamedTuple):
    """A configuration as JSON, and what the topology says that it does not, one sentence each."""

    text: str
    losses: tuple[str, ...]


def terraform_json(topology: Topology) -> TerraformText:
    """The topology as ``main.tf.json``. Values that are not known are variables without a default.

    Assumed addresses are left dynamic where they come out the same again.
    """
    body, read = _written(topology, explicit=False)
    if _addresses(read) != _addresses(topology):
        body, read = _written(topology, explicit=True)
    walls = {
        key: replace(each, nat_rules=tuple(map(as_required, each.nat_rules)))
        for key, each in topology.firewalls.items()
    }
    lost = losses(replace(topology, firewalls=walls), read, reasons=False)
    return TerraformText(json.dumps(body, indent=2, ensure_ascii=False) + "\n", tuple(lost))


def _addresses(topology: Topology) -> dict[str, object]:
    return {nic.id.key: [each.private_ip for each in nic.ip_configurations] for nic in topology.nics.values()}


def _written(topology: Topology, *, explicit: bool) -> tuple[Body, Topology]:
    """The configuration, and the topology that it is read as."""
    from netwatch.formats.input_reader import InputReader
    from netwatch.formats.topology_draft import TopologyDraft

    body = _configuration(TerraformForm(topology, explicit=explicit))
    reader = InputReader(TopologyDraft("main.tf.json", dangling="unresolved"))
    reader.read("main.tf.json", json.dumps(body))
    return body, reader.finish()


def _configuration(form: TerraformForm) -> Body:
    """The whole file."""
    form.add_groups()
    for write in (networks, machines, load_balancers, firewalls, services, virtual_hubs, managed):
        write(form)
    blocks = form.blocks
    body: Body = {
        "terraform": {"required_providers": {"azurerm": {"source": "hashicorp/azurerm", "version": ">= 4.0"}}},
        "provider": {"azurerm": blocks.providers()},
    }
    return body | ({"variable": blocks.variables} if blocks.variables else {}) | {"resource": blocks.resources}
