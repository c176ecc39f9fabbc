"""The table of questions."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from netwatch.checks.verbs import VERBS, Verb, ask, headline, question_line
from netwatch.errors import QueryError
from netwatch.model.answers import NsgDiagnosticsAnswer
from netwatch.model.routes import NextHopType
from netwatch.render.words import next_hop_word
from netwatch.watcher import NetworkWatcher


@pytest.fixture(scope="module")
def watcher() -> NetworkWatcher:
    return NetworkWatcher.load("topologies/two-tier/two-tier.yaml")


@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)
def test_parts_and_method_parameters_are_the_same(verb: Verb) -> None:
    parameters = inspect.signature(getattr(NetworkWatcher, verb.method)).parameters
    wanted = {name.replace("_", "-") for name in parameters} - {"self"}
    assert {part.name for part in verb.parts} - {"vm"} == wanted - {"vm"}


@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)
def test_an_example_names_only_parts_and_every_required_one(verb: Verb) -> None:
    named = {word[2:] for word in verb.example.split() if word.startswith("--")}
    assert named <= {part.name for part in verb.parts}
    assert named >= {part.name for part in verb.parts if part.required}


@pytest.mark.parametrize("hop", list(NextHopType))
def test_every_next_hop_can_be_expected(hop: NextHopType) -> None:
    assert next_hop_word(hop) in VERBS["next-hop"].words


def test_a_question_is_asked(watcher: NetworkWatcher) -> None:
    answer = ask(watcher, VERBS["next-hop"], {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4", "nic": ""})
    from netwatch.render.arm import body

    assert headline(VERBS["next-hop"], body(answer)) == "VirtualNetwork"


def test_either_subject_will_do(watcher: NetworkWatcher) -> None:
    by_nic = ask(watcher, VERBS["effective-routes"], {"nic": "web-0-nic"})
    assert ask(watcher, VERBS["effective-routes"], {"vm": "web-0"}) == by_nic


def test_two_subjects_are_one_too_many(watcher: NetworkWatcher) -> None:
    with pytest.raises(QueryError, match="effective-routes takes --nic or --vm, not both"):
        ask(watcher, VERBS["effective-routes"], {"nic": "web-0-nic", "vm": "db-0"})


@pytest.mark.parametrize("port", ["http", "0", "65536", "-4", "٤"])
def test_what_is_no_port_is_refused(watcher: NetworkWatcher, port: str) -> None:
    values = {"source": "web-0", "dest": "db-0", "dest-port": port}
    with pytest.raises(QueryError, match=f"--dest-port '{port}' is not a port"):
        ask(watcher, VERBS["connectivity-check"], values)


def test_what_is_missing_is_named(watcher: NetworkWatcher) -> None:
    with pytest.raises(QueryError, match="next-hop needs --vm, --dest-ip"):
        ask(watcher, VERBS["next-hop"], {})
    with pytest.raises(QueryError, match="effective-rules needs --nic or --vm"):
        ask(watcher, VERBS["effective-rules"], {})


_FLOW = {"direction": "Inbound", "protocol": "TCP", "local": ":443", "remote": "203.0.113.7:50123"}


@pytest.mark.parametrize(
    ("verb", "values", "in_python", "as_typed"),
    [
        ("next-hop", {"vm": "web-0", "dest-ip": "10.0.0"}, "`dest_ip`: '10.0.0' is", "--dest-ip: '10.0.0' is"),
        ("ip-flow-verify", {"vm": "web-0", **_FLOW, "local": "443"}, "; `local` may be", "; --local may be"),
        ("topology", {"vnet": "v", "subnet": "s"}, "`resource_group`, `vnet` and", "--resource-group, --vnet and"),
    ],
)
def test_an_argument_is_named_as_the_one_who_asks_names_it(
    watcher: NetworkWatcher, verb: str, values: dict[str, str], in_python: str, as_typed: str
) -> None:
    words = {name.replace("-", "_"): value for name, value in values.items()}
    subject = [words.pop("vm")] if "vm" in words else []
    with pytest.raises(QueryError) as caught:
        getattr(watcher, VERBS[verb].method)(*subject, **words)
    assert in_python in str(caught.value)
    with pytest.raises(QueryError) as caught:
        ask(watcher, VERBS[verb], values)
    assert as_typed in str(caught.value)


def test_engines_name_arguments_that_become_options_and_no_options() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path("netwatch/engines").rglob("*.py"))
    named = set(re.findall(r"(?<!`)`(\w+)`(?!`)", text))
    assert {"local", "dest_ip", "resource_group"} <= named
    assert named <= {part.name.replace("-", "_") for verb in VERBS.values() for part in verb.parts}
    assert set(re.findall(r"--[a-z][a-z-]*", text)) <= {"--semantics"}


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [(["Allow"], "Allow"), (["Deny", "Deny"], "Deny"), (["Allow", "Deny"], "Mixed"), ([], "Allow")],
)
def test_a_diagnostic_of_several_nics_has_one_word(outcomes: list[str], word: str) -> None:
    results = [{"networkSecurityGroupResult": {"securityRuleAccessResult": outcome}} for outcome in outcomes]
    assert headline(VERBS["nsg-diagnostics"], {"results": results}) == word


def test_the_port_of_a_diagnostic_stays_text(watcher: NetworkWatcher) -> None:
    values = {"target": "web-0", "direction": "Inbound", "protocol": "*", "source": "*", "destination": "*"}
    answer = ask(watcher, VERBS["nsg-diagnostics"], {**values, "dest-port": "80-90"})
    assert isinstance(answer, NsgDiagnosticsAnswer)
    assert answer.results[0].destination_port == "80-90"


def test_a_list_has_no_headline() -> None:
    assert headline(VERBS["effective-routes"], {"value": []}) == ""


def test_a_question_as_it_would_be_typed() -> None:
    values = {"dest-ip": "10.0.2.4", "vm": "web-0", "source-ip": "10.0.1.4", "nic": ""}
    assert question_line(VERBS["next-hop"], values) == "next-hop --vm web-0 --source-ip 10.0.1.4 --dest-ip 10.0.2.4"
