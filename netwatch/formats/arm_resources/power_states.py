"""Whether a machine runs, as exports say it beside the machine: a fact that no resource holds.

``az vm list -d`` prints ``"powerState": "VM deallocated"``; an instance view has statuses with codes such as
``PowerState/running``, and Resource Graph the code alone (REST reference of virtual machines, instance view).
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.formats.arm_resources.fields import ArmObject

__all__ = ["power_state"]

_STATES = ("running", "stopped", "deallocated")


def power_state(machine: ArmObject) -> str:
    """``running``, ``stopped`` or ``deallocated``; empty where nothing is said, or it is just changing."""
    for said in _said(machine):
        state = said.lower().removeprefix("powerstate/").removeprefix("vm ")
        if state in _STATES:
            return state
    return ""


def _said(machine: ArmObject) -> Iterator[str]:
    yield machine.text("powerState")
    fields = machine.object("properties")
    yield fields.object("extended").object("instanceView").object("powerState").text("code")
    for status in fields.object("instanceView").objects("statuses"):
        if status.text("code").lower().startswith("powerstate/"):
            yield status.text("code")
