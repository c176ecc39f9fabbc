from __future__ import annotations

import pytest

from netwatch.matcher import axes
from netwatch.matcher.axes import address_axis, service_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.tables import RuleTable
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table


def test_addresses_that_no_range_tells_apart_have_one_class() -> None:
    axis = address_axis(bricks_of(table(rule([(10, 19), (30, 39)], [EVERYONE], [EVERY_PORT]))), 0)
    assert list(axis.starts) == [0, 10, 20, 30, 40]
    assert axis.classes.tolist() == [0, 1, 0, 2, 0]
    assert axis.first.tolist() == [0, 1, 3]
    assert (axis.low.tolist(), axis.high.tolist()) == ([1, 3], [2, 4])


def test_a_range_to_the_last_address_begins_no_interval_behind_it() -> None:
    assert list(address_axis(bricks_of(table(rule([(5, 2**32 - 1)], [EVERYONE], [EVERY_PORT]))), 0).starts) == [0, 5]


def test_a_range_that_holds_nothing_has_no_class() -> None:
    axis = address_axis(bricks_of(table(rule([(5, 4)], [EVERYONE], [EVERY_PORT]))), 0)
    assert axis.total == 1
    assert axis.low.tolist() == axis.high.tolist()


def test_services_are_classes_of_three_fields_together() -> None:
    axis = service_axis(bricks_of(table(rule([EVERYONE], [EVERYONE], [(80, 80), (443, 444)]))))
    assert axis is not None
    found = {
        (dport, protocol): int(axis.classes[axis.sport[0] + axis.protocol[protocol] + axis.dport[dport]])
        for dport in (79, 80, 81, 443, 444)
        for protocol in (6, 17)
    }
    assert len(set(found.values())) == axis.total == 3
    assert found[443, 6] == found[444, 6] != found[80, 6]
    assert found[80, 17] == found[443, 17] == found[79, 6]
    assert [covers.tolist() for covers in axis.covers] == [[found[80, 6]], [found[443, 6]]]


def test_source_ports_are_looked_up_as_coarsely_as_rules_allow() -> None:
    row = (EVERYONE, EVERYONE, (1024, 65535), EVERY_PORT, (6, 6))
    axis = service_axis(bricks_of(RuleTable(4, (row,), (False,))))
    assert axis is not None
    assert (axis.shift, len(axis.sport)) == (10, 64)
    every = service_axis(bricks_of(table(rule([EVERYONE], [EVERYONE], [EVERY_PORT]))))
    assert every is not None
    assert (every.shift, len(every.sport)) == (16, 1)


def test_services_in_too_many_pieces_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axes, "MAX_SERVICE_CELLS", 5)
    assert service_axis(bricks_of(table(rule([EVERYONE], [EVERYONE], [(80, 80)])))) is None
