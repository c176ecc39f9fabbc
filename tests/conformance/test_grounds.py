"""Explanations: every answer to a case of ours says what it rests on, and every fact bears some answer."""

from __future__ import annotations

from pathlib import Path

from netwatch.conformance.cases import find_cases, topology_of
from netwatch.conformance.questions import QUESTIONS
from netwatch.effective.grounds import GROUNDS
from netwatch.errors import NetwatchError, RefusedByAzureError
from netwatch.render.grounds import grounds_of
from netwatch.watcher import NetworkWatcher


def test_every_answer_rests_on_facts_and_every_fact_bears_an_answer() -> None:
    met: set[str] = set()
    bare = []
    for case in find_cases(Path(__file__).parent):
        question = QUESTIONS[case.operation](case)
        targets = [] if question.target is None else [question.target]
        try:
            answer = getattr(NetworkWatcher(topology_of(case)), question.method)(*targets, **question.arguments)
        except RefusedByAzureError as refusal:
            answer = refusal
        except NetwatchError:  # the question itself is at fault
            continue
        found = grounds_of(answer)
        met.update(found)
        bare += [] if found else [case.name]
    assert bare == []
    assert set(GROUNDS) - met == set()
