from __future__ import annotations

import subprocess
import sys

from netwatch.matcher.bitsets import bit_sets, first_match
from netwatch.matcher.tables import NO_ROW, RuleTable
from tests.unit.matcher.rows import EVERY_SPORT, EVERYONE, rule, table

RULES = table(
    rule([(10, 19), (30, 39)], [(5, 5), (7, 9)], [(80, 80), (443, 443)]),
    rule([EVERYONE], [EVERYONE], [(443, 443)]),
)


def test_the_row_within_a_rule_is_found_again() -> None:
    sets = bit_sets(RULES)
    assert first_match(sets, (12, 5, 1, 80, 6)) == 0
    assert first_match(sets, (12, 8, 1, 443, 6)) == 3
    assert first_match(sets, (39, 9, 1, 443, 6)) == 7
    assert first_match(sets, (20, 9, 1, 443, 6)) == 8
    assert first_match(sets, (20, 9, 1, 80, 6)) == NO_ROW


def test_a_search_can_begin_within_a_rule() -> None:
    sets = bit_sets(RULES)
    assert first_match(sets, (12, 8, 1, 443, 6), start=3) == 3
    assert first_match(sets, (12, 8, 1, 443, 6), start=4) == 8
    assert first_match(sets, (12, 8, 1, 443, 6), start=9) == NO_ROW


def test_an_open_source_port_needs_a_row_of_every_source_port() -> None:
    closed = ((0, 9), (0, 9), (0, 65535), (0, 65535), (6, 6))
    sets = bit_sets(RuleTable(4, (closed, (*closed[:2], EVERY_SPORT, *closed[3:])), (False, False)))
    assert first_match(sets, (1, 1, -1, 80, 6)) == 1
    assert first_match(sets, (1, 1, 0, 80, 6)) == 0


def test_services_of_a_rule_are_not_mixed() -> None:
    web, dns = (EVERY_SPORT, (80, 80), (6, 6)), (EVERY_SPORT, (53, 53), (17, 17))
    sets = bit_sets(RuleTable(4, ((EVERYONE, EVERYONE, *web), (EVERYONE, EVERYONE, *dns)), (False, False)))
    assert first_match(sets, (1, 1, 1, 53, 17)) == 1
    assert first_match(sets, (1, 1, 1, 53, 6)) == NO_ROW


def test_single_questions_need_no_numpy() -> None:
    code = (
        "import sys; from netwatch.matcher.bitsets import bit_sets, first_match;"
        "from netwatch.matcher.tables import RuleTable;"
        "first_match(bit_sets(RuleTable(4)), (1, 2, 3, 4, 5)); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
