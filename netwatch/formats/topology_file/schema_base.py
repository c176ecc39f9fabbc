"""What the pydantic models of the native topology file have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from netwatch.formats.topology_file import schema_values as sort
from netwatch.formats.topology_file.schema_values import Json

__all__ = ["OpenValue", "Resource", "Thing", "for_editors", "present"]


def present(*keys: str) -> Json:
    """That fields are there; nothing after the colon counts as left out."""
    return {"required": list(keys), "properties": {key: {"not": {"type": "null"}} for key in keys}}


def _alias(name: str) -> str:
    """Azure's spelling of a field: camelCase, save that it writes IP in capitals in some of them."""
    return to_camel(name).replace("IpAddresses", "IPAddresses").replace("IpForwarding", "IPForwarding")


class Thing(BaseModel):
    """What has fields; there is no other field beside them."""

    model_config = ConfigDict(extra="forbid", alias_generator=_alias)

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, data: Any) -> Any:
        """Nothing after the colon, of a field we know or of the whole, counts as left out."""
        if not isinstance(data, dict):
            return {} if data is None else data
        known = {field.alias for field in cls.model_fields.values()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class Resource(Thing):
    """What Azure has as a resource of its own."""

    name: sort.ListedName | None = Field(default=None, description="Its name. Left out: the key it stands under.")
    subscription: sort.Word | None = Field(default=None, description="Left out: that of the file (of the machine).")
    resource_group: sort.Word | None = Field(default=None, description="Left out: that of the file (of the machine).")
    location: sort.Region | None = Field(default=None, description="The region. Left out: that of the file.")
    tags: sort.Tags | None = Field(default=None, description="Azure's tags; they change no answer.")


class OpenValue(BaseModel):
    """A value that is not known; answers that rest on it are Unknown, and say why."""

    model_config = ConfigDict(extra="forbid")

    unresolved: sort.Reason = Field(
        description='Why: it completes the sentence "not known, because …".', examples=["it is drawn on deployment"]
    )
    expression: sort.Text | None = Field(default=None, description="The text that could not be evaluated.")


def for_editors(schema: Any) -> Any:
    """A schema without what helps no editor, and with one description of open values that all others refer to.

    Pydantic names every field a second time, and every default that is "left out".
    """
    if isinstance(schema, list):
        return [for_editors(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == sort.OPEN:
        return {"$ref": "#/$defs/OpenValue"}
    dropped = {"title"} | ({"default"} if schema.get("default", ...) in (None, 0) else set())
    return {key: for_editors(value) for key, value in schema.items() if key not in dropped}
