"""What is fuzzed: each target reads a text, and has texts to begin with and words to put into them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["TARGETS", "Target"]

_ROOT = Path(__file__).resolve().parents[2]


class Target(NamedTuple):
    """``read`` may raise NetwatchError and nothing else; ``seeds`` are valid texts, ``words`` what mutations insert."""

    read: Callable[[str], None]
    seeds: Callable[[], Iterator[str]]
    words: Callable[[], list[str]]


def _read(text: str, source: str) -> None:
    from netwatch.formats.input_reader import InputReader
    from netwatch.formats.topology_draft import TopologyDraft
    from netwatch.render.load_report import load_report

    reader = InputReader(TopologyDraft(source))
    reader.read(source, text)
    load_report(reader.finish())


def _yaml(text: str) -> None:
    _read(f"netwatch: 1\n{text}", "fuzz.yaml")


def _json(text: str) -> None:
    _read(text, "fuzz.json")


def _expression(text: str) -> None:
    """The text as an expression, and as the text of a template that holds it."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    properties = {"addressSpace": {"addressPrefixes": [f"[{text}]"]}, "subnets": f"[{text}]"}
    network = {"type": "Microsoft.Network/virtualNetworks", "name": f"[concat('v', {text})]", "properties": properties}
    parameters = {"p": {"type": "object", "defaultValue": {"a": [1, "10.0.0.0/16", None]}}, "q": {"type": "string"}}
    template = {"$schema": schema, "contentVersion": "1", "parameters": parameters, "resources": [network]}
    _read(json.dumps(template), "fuzz.json")


def _yaml_seeds() -> Iterator[str]:
    for path in sorted(_ROOT.glob("topologies/*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        if "netwatch: 1\n" in text:
            yield text.partition("netwatch: 1\n")[2]


def _arm_seeds() -> Iterator[str]:
    from tests.property import test_loaders_fuzz, test_templates_fuzz

    resources = test_loaders_fuzz._VALID
    yield from map(json.dumps, (test_templates_fuzz._VALID, resources, *resources))
    for path in sorted(_ROOT.glob("tests/golden/inputs/az-export/*.json")):
        yield path.read_text(encoding="utf-8")


def _terraform_seeds() -> Iterator[str]:
    for path in sorted(_ROOT.glob("tests/terraform/*.json")):
        yield path.read_text(encoding="utf-8")


def _expression_seeds() -> Iterator[str]:
    from tests.unit.formats.arm_template.test_functions import CASES

    for cases in CASES.values():
        yield from (expression for expression, _ in cases)


def _functions() -> list[str]:
    from tests.unit.formats.arm_template.test_functions import CASES

    return [f"{name}(" for name in CASES] + ["parameters('p')", "parameters('q')", "lambda('x',", "reference('v')"]


def _keys(seeds: Callable[[], Iterator[str]]) -> Callable[[], list[str]]:
    """Every word in quotes, or before a colon, that the seeds have."""

    def keys() -> list[str]:
        import re

        found = (word for text in seeds() for word in re.findall(r'"[\w$./]{3,30}"|[\w]{3,30}(?=:)', text))
        return list(dict.fromkeys(found))[:800]

    return keys


TARGETS = {
    "yaml": Target(_yaml, _yaml_seeds, _keys(_yaml_seeds)),
    "arm": Target(_json, _arm_seeds, _keys(_arm_seeds)),
    "expression": Target(_expression, _expression_seeds, _functions),
    "terraform": Target(_json, _terraform_seeds, _keys(_terraform_seeds)),
}
