"""Which kind of input a text is: told by its content, never by the name of the file."""

from __future__ import annotations

from enum import Enum
from typing import Any

from netwatch.errors import TopologySyntaxError
from netwatch.formats.foreign_json import refuse_foreign
from netwatch.model.where import Where

__all__ = ["ENVELOPES", "InputKind", "deployment_statuses", "is_configuration", "is_resource", "json_kind", "text_kind"]

_WANTED = 'a topology that begins with "netwatch: 1", or JSON: resources, a template, a Terraform plan or state'


ENVELOPES = ("resources", "value", "data")
"""Keys under which a list of resources stands: an export's, a REST answer's, a Resource Graph answer's."""


_BLOCKS = frozenset(
    {
        *("//", "check", "data", "ephemeral", "import", "locals", "module", "moved", "output", "provider"),
        *("removed", "resource", "terraform", "variable"),
    }
)
"""What may stand at the top of a Terraform configuration (Terraform documentation, JSON Configuration Syntax)."""


_STATUS = frozenset({"deploymentStatus", "configurationIds"})


class InputKind(Enum):
    """What ``load`` can read."""

    TOPOLOGY = "native topology (YAML)"
    JSON = "JSON"
    RESOURCES = "resolved ARM resources (JSON)"
    CASE = "recorded case (JSON)"
    DEPLOYMENTS = "deployment status of a network manager (JSON)"
    TEMPLATE = "deployment template (JSON)"
    TERRAFORM = "Terraform plan or state (JSON)"
    TERRAFORM_CONFIGURATION = "Terraform configuration (JSON)"


def text_kind(source: str, text: str) -> InputKind:
    """TOPOLOGY or JSON, by the first line that says anything; TopologySyntaxError where it is neither."""
    line, content = _first_content(text)
    if content[:1] in ("{", "[") or content[:2] in ("//", "/*"):
        return InputKind.JSON
    if content.replace('"', "").replace("'", "").replace(" ", "").startswith("netwatch:"):
        return InputKind.TOPOLOGY
    if content:
        found = content if len(content) <= 40 else f"{content[:39]}…"
        raise TopologySyntaxError(f'it begins with "{found}", expected {_WANTED}.', where=Where(source, line))
    raise TopologySyntaxError(f"the file is empty, expected {_WANTED}.", where=Where(source))


def _first_content(text: str) -> tuple[int, str]:
    """The first line that is not blank, a comment or YAML's own, with its number; an empty text where there is none."""
    line, start = 1, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        content = text[start : min(end, start + 1000)].strip()
        if content and content != "---" and not content.startswith(("#", "%YAML")):
            return line, content
        line, start = line + 1, end + 1
    return line, ""


def json_kind(source: str, value: Any) -> InputKind:
    """Which of the kinds that are written as JSON it is.

    Raises TopologySyntaxError for the rest, UnsupportedError for what Azure PowerShell prints.
    """
    if deployment_statuses(value):
        return InputKind.DEPLOYMENTS
    if isinstance(value, list):
        refuse_foreign(source, value)
        return InputKind.RESOURCES
    if "netwatch" in value:
        return InputKind.TOPOLOGY
    if "deploymenttemplate" in str(value.get("$schema", "")).lower() or {"contentVersion", "resources"} <= value.keys():
        return InputKind.TEMPLATE
    if "format_version" in value or ("lineage" in value and {"terraform_version", "encrypted_data"} & value.keys()):
        return InputKind.TERRAFORM
    if is_configuration(value):
        return InputKind.TERRAFORM_CONFIGURATION
    topology = value.get("topology")
    if isinstance(topology, dict) and isinstance(topology.get("resources"), list):
        return InputKind.CASE
    refuse_foreign(source, value)
    if any(isinstance(value.get(key), list) for key in ENVELOPES) or is_resource(value):
        return InputKind.RESOURCES
    expected = 'ARM resources as a list, {"value": []}, {"resources": []} or {"data": []}'
    keys = ", ".join(f'"{key}"' for key in list(value)[:5])
    raise TopologySyntaxError(
        f"a JSON object with {keys or 'no keys'}, expected {expected}.",
        where=Where(source),
        hint="Templates are told by $schema or contentVersion, plans and states of Terraform by format_version.",
    )


def is_configuration(value: Any) -> bool:
    """Whether JSON is a Terraform configuration with resources: nothing stands at its top but Terraform's blocks."""
    return isinstance(value, dict) and isinstance(value.get("resource"), dict | list) and value.keys() <= _BLOCKS


def deployment_statuses(value: Any) -> list[dict[str, Any]]:
    """What ``az network manager list-deploy-status`` says of each region; nothing where it is something else.

    Source: the REST operation "Network Manager Deployment Status - List".
    """
    listed = value.get("value") if isinstance(value, dict) and not value.get("skipToken") else value
    rows = listed if isinstance(listed, list) else []
    return rows if rows and all(isinstance(row, dict) and row.keys() >= _STATUS for row in rows) else []


def is_resource(value: dict[str, Any]) -> bool:
    """Whether a JSON object is one resource, as ``az … show`` prints it."""
    id = value.get("id")
    return isinstance(id, str) and id[:15].lower() == "/subscriptions/"
