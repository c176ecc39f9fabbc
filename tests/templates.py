"""Deployment templates for tests: written to a file, loaded, and single expressions evaluated."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from netwatch.formats import load
from netwatch.formats.template_context import TemplateContext
from netwatch.model.topology import Topology

__all__ = ["SCHEMA", "deployed", "subnet_prefix", "template", "value_of", "vnet"]

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def template(*resources: Any, **parts: Any) -> dict[str, Any]:
    """A template with these resources; other parts (parameters, variables …) by name."""
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **parts}


def vnet(name: str = "v", prefix: Any = "10.0.0.0/16", **parts: Any) -> dict[str, Any]:
    """A virtual network with one subnet ``s``, whose prefix is the one that matters."""
    subnets = [{"name": "s", "properties": {"addressPrefix": prefix}}]
    properties = {"addressSpace": {"addressPrefixes": ["0.0.0.0/0"]}, "subnets": subnets}
    return {"type": "Microsoft.Network/virtualNetworks", "name": name, "properties": properties, **parts}


def deployed(value: Any, folder: Path | None = None, **context: Any) -> Topology:
    """The topology of a template, given as JSON or as text, when it is deployed."""
    with tempfile.TemporaryDirectory() as temporary:
        path = (folder or Path(temporary)) / "azuredeploy.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return load(path, template=TemplateContext(**context))


def subnet_prefix(topology: Topology, name: str = "s") -> Any:
    """The first prefix of the subnet of that name, as text, or Unresolved."""
    found = next(subnet for subnet in topology.subnets.values() if subnet.id.name == name)
    prefix = found.prefixes[0]
    return str(prefix) if hasattr(prefix, "length") else prefix


def value_of(expression: str, **parts: Any) -> Any:
    """What an expression comes to in a template with these parts; a mistake raises."""
    from netwatch.errors import TopologyError
    from netwatch.formats.arm_template.evaluator import evaluate
    from netwatch.formats.arm_template.functions_scope import scope_functions
    from netwatch.formats.arm_template.instances import Registry
    from netwatch.formats.arm_template.reading import World
    from netwatch.formats.arm_template.references import References
    from netwatch.formats.arm_template.scope import Context, Scope, Template
    from netwatch.model.where import Where

    def report(error: TopologyError) -> None:
        raise error

    context = Context("sub-1", "rg-1", "westeurope")
    answer = scope_functions(References(Registry()))
    scope = Scope(
        World("t.json", report), Template(template(**parts), Where("t.json")), context, given={}, answer=answer
    )
    return evaluate(expression, scope.env)
