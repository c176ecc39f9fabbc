"""The JSON Schema of files of questions, made from the table of verbs: an editor completes a checks.yaml with it."""

from __future__ import annotations

from typing import Any

from netwatch.checks.verbs import VERBS, Part, Verb

__all__ = ["checks_schema"]

Json = dict[str, Any]


def checks_schema() -> Json:
    """What ``read_questions`` takes: a list of questions, each with the parts of its verb and what it expects.

    JMESPath expressions are not checked here; reading the file does.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netwatch checks: questions, and the answers they must get",
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["ask"],
            "properties": {"ask": {"enum": list(VERBS), "description": "The question."}},
            "allOf": [_question(verb) for verb in VERBS.values()],
        },
    }


def _question(verb: Verb) -> Json:
    """What holds for an item that asks ``verb``, and for no other: an editor then completes its parts alone."""
    properties = {
        "ask": {"const": verb.name, "description": verb.help},
        "name": {"type": ["string", "integer", "boolean", "null"], "description": "What the check is called."},
        "expect": _expectation(verb),
        **{part.name: _part(part) for part in verb.parts},
    }
    required = [part.name for part in verb.parts if part.required]
    subjects = {"oneOf": [{"required": [name]} for name in verb.subject]} if len(verb.subject) > 1 else {}
    return {
        "if": {"properties": {"ask": {"const": verb.name}}, "required": ["ask"]},
        "then": {"properties": properties, "required": required, "additionalProperties": False, **subjects},
    }


def _part(part: Part) -> Json:
    return {"type": ["string", "integer"], "description": part.help}


def _expectation(verb: Verb) -> Json:
    expressions = {"type": "object", "description": "JMESPath over ARM's body, and the value it must give."}
    words = {"type": "string", "pattern": f"^({'|'.join(_any_case(word) for word in verb.words)})$"}
    named = [{"enum": list(verb.words)}, words] if verb.words else []
    return {"anyOf": [*named, expressions, {"type": "null"}], "description": "The answer it must get."}


def _any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter.lower()}]" for letter in word)
