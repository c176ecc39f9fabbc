"""Results as annotations of GitHub Actions."""

from __future__ import annotations

from netwatch.checks.github import github_annotations
from netwatch.checks.reading import Question
from netwatch.checks.running import run
from netwatch.checks.verbs import VERBS
from netwatch.model.where import Where
from netwatch.render.trip import Page
from netwatch.watcher import NetworkWatcher

HOP = {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4"}


def test_what_went_wrong_has_its_place_and_nothing_that_would_end_the_command_early() -> None:
    watcher = NetworkWatcher.load("topologies/two-tier/two-tier.yaml")
    questions = [
        Question(VERBS["next-hop"], HOP, "VirtualNetwork", Where("c.yaml", 1)),
        Question(VERBS["next-hop"], HOP, "Internet", Where("c.yaml", 2), "out: 100 %, at once"),
    ]
    assert github_annotations(run(watcher, questions), [(Where("b.yaml"), "two\nlines")], Page()) == (
        "::error file=b.yaml,title=the input cannot be read::two%0Alines\n"
        "::error file=c.yaml,line=2,title=out%3A 100 %25%2C at once::expected Internet, got VirtualNetwork%0A"
        "VirtualNetwork by the system route for 10.0.0.0/16\n"
    )


def test_nothing_is_said_where_all_is_well() -> None:
    assert github_annotations([], [], Page()) == ""
