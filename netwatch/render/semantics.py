"""The switches of contested semantics in words, rows and JSON, and as the page ``docs/semantics.md``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netwatch.model.semantics import SWITCHES, Semantics, Switch
from netwatch.render.layout import wrap
from netwatch.render.trip import INDENT, Page

__all__ = ["chosen_readings", "semantics_json", "semantics_page", "semantics_rows", "semantics_text"]

Json = dict[str, Any]


def chosen_readings(semantics: Semantics) -> dict[str, str]:
    """The switches that do not stand at their default, with the reading that was chosen."""
    stand = zip(SWITCHES.items(), semantics, strict=True)
    return {name: reading for (name, switch), reading in stand if reading != switch.default}


def semantics_text(page: Page, switches: Mapping[str, Switch] = SWITCHES) -> str:
    """Every switch with its question, and its readings with what says so; a star marks the default."""
    return "\n\n".join("\n".join(_lines(name, switch, page)) for name, switch in switches.items()) + "\n"


def _lines(name: str, switch: Switch, page: Page) -> list[str]:
    lines = [name, *wrap(switch.question, page.width, indent=INDENT)]
    for reading, source in zip(switch.readings, switch.sources, strict=True):
        mark = "*" if reading == switch.default else "-"
        lines += wrap(f"{mark} {reading}: {source}", page.width, indent=INDENT)
    return lines


def semantics_json() -> list[Json]:
    """Every switch with its ``question``, ``default``, and ``readings`` with the ``source`` of each."""
    return [
        {
            "name": name,
            "question": switch.question,
            "default": switch.default,
            "readings": [
                {"reading": reading, "source": source}
                for reading, source in zip(switch.readings, switch.sources, strict=True)
            ],
            "decision": switch.decision,
        }
        for name, switch in SWITCHES.items()
    ]


def semantics_rows() -> list[Json]:
    """A row for each reading of each switch."""
    return [
        {"switch": name, "reading": reading, "default": reading == switch.default, "source": source}
        for name, switch in SWITCHES.items()
        for reading, source in zip(switch.readings, switch.sources, strict=True)
    ]


def semantics_page() -> str:
    """The text of ``docs/semantics.md``."""
    rows = []
    for name, switch in SWITCHES.items():
        paper = f"[{switch.decision[:4]}](decisions/{switch.decision}.md)"
        readings = [f"**{switch.default}** (default)", *switch.readings[1:]]
        says = "<br>".join(f"{r}: {s}" for r, s in zip(readings, switch.sources, strict=True))
        rows.append(f"| `{name}` | {switch.question} | {says} | {paper} |")
    return "\n".join([*_HEAD, *rows, *_FOOT]) + "\n"


_HEAD = """\
# Semantics that can be switched

Generated from `netwatch/model/semantics.py`; `make golden` writes it anew, and a test keeps it fresh.

Where Microsoft's own sources disagree, or say nothing and somebody has to decide, netwatch follows one reading and
lets you choose the other. `netwatch semantics` prints this list.

| switch | question | readings, and what says so | paper |
|---|---|---|---|""".splitlines()

_FOOT = """
Choose in the topology file, or for one run; the option goes before the file:

```yaml
netwatch: 1
semantics: {emptyGroup: ignored, platformTraffic: ruled}
```

```sh
netwatch ip-flow-verify network.yaml … --semantics emptyGroup=ignored,platformTraffic=ruled
```""".splitlines()
