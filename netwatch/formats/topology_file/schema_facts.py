"""The ``facts:`` of the native topology file as pydantic models, in their terse form."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from netwatch.formats.topology_file.schema_values import ADDRESS, PREFIX, Json, any_case, one_or_list
from netwatch.model.addresses import parse_address, parse_port_range, parse_prefix
from netwatch.model.flow import Protocol

__all__ = ["Facts"]

_STATES = ("running", "stopped", "deallocated")
_MACHINES: Json = {"propertyNames": {"minLength": 1}}


def _listed(value: Any) -> list[Any]:
    """One value stands for a list of it, nothing for none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text")
    return value


def _state(value: Any) -> str:
    state = _text(value).lower().removeprefix("powerstate/")
    if state not in _STATES:
        raise ValueError(f"must be one of {', '.join(_STATES)}")
    return state


def _port(value: Any) -> Any:
    protocol: Any = "Tcp"
    if isinstance(value, dict):
        said = {key.lower(): each for key, each in value.items()}
        protocol, value = said.get("protocol", protocol), said.get("port", said.get("ports"))
    elif isinstance(value, str) and "/" in value:
        value, _, protocol = value.partition("/")
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("must be a port, a range or PORT/PROTOCOL")
    return parse_port_range(str(value)), Protocol.parse(_text(protocol))


def _ports(value: Any) -> Any:
    return [_port(each) for each in _listed(value)]


def _machines(value: Any) -> list[str]:
    return [_text(each) for each in _listed(value)]


def _keyed(value: dict[str, Any]) -> dict[str, Any]:
    for name in value:
        _text(name)
    return value


def _learned(value: Any) -> Any:
    found = []
    for each in _listed(value):
        if isinstance(each, dict):
            each = {key.lower(): inner for key, inner in each.items()}.get("addressprefix")
        if not isinstance(each, str):
            raise ValueError("must be a prefix")
        found.append(parse_prefix(each))
    return found


def _resolved(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be an address")
    return parse_address(value)


_NAME: Json = {"type": "string", "minLength": 1}
_PORT_FORM: Json = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": 65535},
        {"type": "string", "pattern": r"^\s*(\*|[0-9]+\s*(-\s*[0-9]+)?)\s*(/(\*|[A-Za-z]+))?$"},
        {"type": "object"},
    ]
}
_LEARNED_FORM: Json = {"anyOf": [{"type": "string", "pattern": PREFIX}, {"type": "object"}]}
_STATE_FORM: Json = {
    "anyOf": [{"enum": list(_STATES)}, {"pattern": any_case([*_STATES, *(f"PowerState/{each}" for each in _STATES)])}],
    "type": "string",
}


def _or_nothing(schema: Json) -> Json:
    return {"anyOf": [*one_or_list(schema, least=0)["anyOf"], {"type": "null"}]}


State = Annotated[Any, AfterValidator(_state), WithJsonSchema(_STATE_FORM)]
ListeningPorts = Annotated[Any, AfterValidator(_ports), WithJsonSchema(_or_nothing(_PORT_FORM))]
Machines = Annotated[Any, AfterValidator(_machines), WithJsonSchema(one_or_list(_NAME, least=0))]
Configurations = Annotated[Any, AfterValidator(_machines), WithJsonSchema(_or_nothing(_NAME))]
LearnedRoutes = Annotated[Any, AfterValidator(_learned), WithJsonSchema(_or_nothing(_LEARNED_FORM))]
Address = Annotated[Any, AfterValidator(_resolved), WithJsonSchema({"type": "string", "pattern": ADDRESS})]
Machine = Annotated[Any, AfterValidator(_text), WithJsonSchema(_NAME)]
Milliseconds = Annotated[StrictInt, Field(ge=0)]


class Latency(BaseModel):
    """The round trip between two machines, in whole milliseconds, with minimum ≤ average ≤ maximum."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    source: Machine = Field(description="The machine that asks.")
    destination: Machine = Field(description="The machine that answers.")
    avg_ms: Milliseconds = Field(description="The average.")
    min_ms: Milliseconds = Field(default=0, description="The minimum; left out: the average.")
    max_ms: Milliseconds = Field(default=0, description="The maximum; left out: the average.")

    @model_validator(mode="after")
    def _ordered(self) -> Latency:
        low = self.min_ms if "min_ms" in self.model_fields_set else self.avg_ms
        high = self.max_ms if "max_ms" in self.model_fields_set else self.avg_ms
        if not low <= self.avg_ms <= high:
            raise ValueError("min ≤ avg ≤ max does not hold")
        return self


class Deployment(BaseModel):
    """What a network manager has deployed to a region."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    region: Machine = Field(description="The region.")
    configuration_ids: Configurations = Field(default=(), description="Configurations, by name or id.")
    network_manager_id: Any = Field(default=None, description="The network manager; the configurations say which.")
    commit_type: Any = Field(default=None, description="SecurityAdmin or Connectivity; the configurations say which.")
    deployment_type: Any = Field(default=None, description="The same, as the list of deployments has it.")
    deployment_status: Any = Field(default=None, description="Only what is Deployed is in force.")


class Facts(BaseModel):
    """What no Azure resource says. Machines are named by name, or by ARM id where two share one."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    power_state: Annotated[dict[str, State], AfterValidator(_keyed)] | None = Field(
        default=None,
        description="Which machines do not run. Left out: running.",
        examples=[{"web-0": "deallocated"}],
        json_schema_extra=_MACHINES,
    )
    listening_ports: Annotated[dict[str, ListeningPorts], AfterValidator(_keyed)] | None = Field(
        default=None,
        description="What machines listen on: 443, 53/Udp, 8000-8010. A machine without an entry listens on all.",
        examples=[{"web-0": [443, "53/Udp"]}],
        json_schema_extra=_MACHINES,
    )
    latency: list[Latency] | Latency | None = Field(
        default=None,
        description="Round trips between machines.",
        examples=[[{"source": "web-0", "destination": "db-0", "avgMs": 2, "minMs": 1, "maxMs": 10}]],
    )
    latency_seed: StrictInt | None = Field(
        default=None, ge=0, description="Which variations of the latency model other paths have.", examples=[7]
    )
    dns: dict[str, Address] | None = Field(
        default=None, description="Names and the address each resolves to.", examples=[{"db.contoso.com": "10.0.2.4"}]
    )
    guest_ip_forwarding: Machines | None = Field(
        default=None,
        description="Machines whose operating system forwards packets: all there are. Left out: every one is taken to.",
        examples=[["fw-0"]],
    )
    gateway_learned_routes: Annotated[dict[str, LearnedRoutes], AfterValidator(_keyed)] | None = Field(
        default=None,
        description="Prefixes that virtual network gateways learned over BGP.",
        examples=[{"vpn-gateway": ["192.168.0.0/16"]}],
        json_schema_extra=_MACHINES,
    )
    network_manager_deployments: list[Deployment] | Deployment | None = Field(
        default=None,
        description="Which configurations of network managers are deployed where; the others do nothing.",
        examples=[[{"region": "westeurope", "configurationIds": ["baseline"]}]],
    )
