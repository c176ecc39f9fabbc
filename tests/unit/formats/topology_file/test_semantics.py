"""Readings by name: what is chosen, what stays, and every slip with the nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.errors import TopologyErrors
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.formats.topology_file.semantics import read_semantics
from netwatch.formats.topology_file.values import Malformed
from netwatch.model.semantics import SWITCHES, Semantics

EVERY_OTHER = {name: switch.readings[1] for name, switch in SWITCHES.items()}


def test_the_defaults_are_the_first_readings() -> None:
    assert tuple(Semantics()) == tuple(switch.default for switch in SWITCHES.values())
    assert read_semantics({}) == Semantics()


def test_every_switch_has_a_field_and_every_field_a_switch() -> None:
    found = read_semantics(EVERY_OTHER)
    assert tuple(found) == tuple(EVERY_OTHER.values())
    assert len(SWITCHES) == len(Semantics._fields)


def test_every_reading_has_a_source_and_every_switch_a_paper() -> None:
    for switch in SWITCHES.values():
        assert len(switch.sources) == len(switch.readings)
        assert all(switch.sources)
    assert len({switch.decision for switch in SWITCHES.values()}) == len(SWITCHES)


def test_what_is_not_given_stays() -> None:
    before = Semantics(partial_overlap="match")
    assert read_semantics({"emptyGroup": "IGNORED", "platformTraffic": None}, over=before) == Semantics(
        empty_group="ignored", partial_overlap="match"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"emptyGrp": "ignored"}, 'holds no switch named "emptyGrp" Did you mean "emptyGroup"?'),
        ({"emptygroup": "ignored"}, 'holds no switch named "emptygroup" Did you mean "emptyGroup"?'),
        ({"zzz": None}, 'holds no switch named "zzz" netwatch semantics lists the switches and their readings.'),
        (
            {"emptyGroup": "ignore"},
            'must read emptyGroup as disables or ignored, found "ignore" Did you mean "ignored"?',
        ),
        ({"emptyGroup": 1}, "must read emptyGroup as disables or ignored, found 1 "),
        ([], "must be a mapping of switches to readings, found an empty list netwatch semantics lists the switches"),
    ],
)
def test_a_slip_is_named(given: Any, says: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_semantics(given)
    (fault,) = caught.value.faults
    assert f"{fault.message} {fault.hint}".startswith(says)


def test_a_topology_file_has_its_readings() -> None:
    assert read_topology_file("net.yaml", "netwatch: 1\n").semantics == Semantics()
    text = "netwatch: 1\nsemantics: {platformTraffic: ruled}\n"
    assert read_topology_file("net.yaml", text).semantics == Semantics(platform_traffic="ruled")


def test_slips_in_a_topology_file_come_all_at_once_with_their_line() -> None:
    with pytest.raises(TopologyErrors) as caught:
        read_topology_file("net.yaml", "netwatch: 1\nsemantics:\n  emptyGroup: ignore\n  platform: ruled\n")
    assert [str(error) for error in caught.value.errors] == [
        'net.yaml:3: "semantics" must read emptyGroup as disables or ignored, found "ignore". Did you mean "ignored"?',
        'net.yaml:4: "semantics" holds no switch named "platform". Did you mean "platformTraffic"?',
    ]
