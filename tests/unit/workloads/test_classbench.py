"""ClassBench filter files: read as they are defined, written as they are read, refused with the line."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from netwatch.errors import TopologyErrors, TopologySyntaxError, UnsupportedError
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW, Range, Row, RuleTable
from netwatch.workloads import classbench
from netwatch.workloads.classbench import classbench_lines, filters, read_classbench

SHARED = Path(__file__).resolve().parents[4] / "shared" / "azure" / "classbench"


def drawn_table(seed: int, count: int = 40, bits: int = 32) -> RuleTable:
    """A table that the format can hold."""
    random = Random(seed)

    def prefix() -> Range:
        rest = (1 << random.randint(0, bits)) - 1
        low = random.getrandbits(bits) & ~rest
        return low, low | rest

    def ports(every: Range) -> Range:
        low, high = sorted(random.choices(range(1, 65535), k=2))
        return random.choice((every, (low, high), (low, low)))

    def row() -> Row:
        protocol = random.choice(((6, 6), (17, 17), (0, 255), (47, 47)))
        return prefix(), prefix(), ports((-1, 65535)), ports((0, 65535)), protocol

    return RuleTable(4 if bits == 32 else 6, tuple(row() for _ in range(count)), (False,) * count)


def read(tmp_path: Path, text: str) -> RuleTable:
    path = tmp_path / "filters"
    path.write_text(text)
    return read_classbench(path)


def test_a_line_is_a_row(tmp_path: Path) -> None:
    table = read(tmp_path, "@10.0.0.0/8\t192.0.2.7/32\t0 : 65535\t80 : 90\t0x06/0xFF\t0x1000/0x1000\t\n")
    row = ((10 << 24, (11 << 24) - 1), (0xC0000207, 0xC0000207), (-1, 65535), (80, 90), (6, 6))
    assert table == RuleTable(4, (row,), (False,))


def test_a_source_port_range_that_is_not_all_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "@0.0.0.0/0 0.0.0.0/0 0 : 65534 0 : 65535 0x06/0xFF\n").rows[0][2] == (0, 65534)


def test_a_protocol_mask_of_nothing_takes_every_protocol(tmp_path: Path) -> None:
    assert read(tmp_path, "@0.0.0.0/0 0.0.0.0/0 0 : 65535 0 : 65535 0x06/0x00\n").rows[0][4] == (0, 255)


def test_flags_are_passed_over_and_empty_lines_too(tmp_path: Path) -> None:
    line = "@10.0.0.0/8 0.0.0.0/0 0 : 65535 53 : 53 0x11/0xFF"
    assert read(tmp_path, f"{line} 0x0000/0x0200\n\n") == read(tmp_path, f"{line}\n")


@pytest.mark.parametrize("bits", [32, 128])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_reads_back(tmp_path: Path, seed: int, bits: int) -> None:
    table = drawn_table(seed, bits=bits)
    assert read(tmp_path, "".join(classbench_lines(table))) == table


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 0x06/0xFF", "does not begin with @"),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1", "8 words"),
        ("@10.0.0.0/8 0.0.0.0/0 0 - 1 0 : 1 0x06/0xFF", "9 words"),
        ("@10.0.0.0/33 0.0.0.0/0 0 : 1 0 : 1 0x06/0xFF", "33"),
        ("@10.0.0.0/8 ::/0 0 : 1 0 : 1 0x06/0xFF", "different families"),
        ("@10.0.0.0/8 0.0.0.0/0 2 : 1 0 : 1 0x06/0xFF", '"2 : 1" is no range of ports'),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 65536 0 : 1 0x06/0xFF", '"0 : 65536" is no range of ports'),
        ("@10.0.0.0/8 0.0.0.0/0 0 : x 0 : 1 0x06/0xFF", '"0 : x" is no range of ports'),
        ("@10.0.0.0/8 0.0.0.0/0 0 : ² 0 : 1 0x06/0xFF", '"0 : ²" is no range of ports'),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 0x06/0x0F", "neither 0x00 nor 0xFF"),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 0x106/0xFF", "is no protocol"),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 6", "is no protocol"),
        ("@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 0x06/0xFF flags", "is no flags"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    good = "@10.0.0.0/8 0.0.0.0/0 0 : 1 0 : 1 0x06/0xFF\n"
    with pytest.raises(TopologyErrors) as caught:
        read(tmp_path, good + line + "\n")
    assert message in str(caught.value)
    assert "filters:2" in str(caught.value)
    assert "Expected @SOURCE" in str(caught.value)


def test_families_do_not_mix(tmp_path: Path) -> None:
    rest = "0 : 1 0 : 1 0x06/0xFF\n"
    with pytest.raises(TopologyErrors, match="filters:2: an address of another family"):
        read(tmp_path, f"@10.0.0.0/8 0.0.0.0/0 {rest}@::/0 ::/0 {rest}")


def test_many_problems_are_told_at_once_and_not_all(tmp_path: Path) -> None:
    with pytest.raises(TopologyErrors) as caught:
        read(tmp_path, "broken\n" * 100)
    assert len(caught.value.errors) == 20


def test_a_file_without_a_filter_is_none(tmp_path: Path) -> None:
    with pytest.raises(TopologyErrors, match="no filter in this file"):
        read(tmp_path, "\n \n")


def test_a_missing_file_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match="no such file"):
        read_classbench(tmp_path / "absent")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (((1, 2), (0, 0), (-1, 65535), (0, 1), (6, 6)), "row 0 holds addresses that are no prefix"),
        (((0, 2), (0, 0), (-1, 65535), (0, 1), (6, 6)), "row 0 holds addresses that are no prefix"),
        (((0, 0), (0, 0), (-1, 65535), (0, 1), (6, 17)), "row 0 holds protocols 6 to 17"),
    ],
)
def test_what_the_format_cannot_hold_is_not_written(row: Row, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        list(classbench_lines(RuleTable(4, (row,), (False,))))


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the ClassBench sets beside the repository are missing: {SHARED}")
@pytest.mark.parametrize(
    ("name", "count"),
    [("acl1_1k", 942), ("acl1_10k", 9774), ("fw1_1k", 857), ("fw1_10k", 9379), ("ipc1_1k", 974), ("ipc1_10k", 9518)],
)
def test_published_sets_are_read_whole_and_written_back(tmp_path: Path, name: str, count: int) -> None:
    table = read_classbench(SHARED / name)
    assert len(table.rows) == count
    assert read(tmp_path, "".join(classbench_lines(table))) == table


@pytest.mark.parametrize("version", [4, 6])
def test_rows_that_are_no_filters_become_several_that_match_the_same(version: int) -> None:
    top = (1 << (32 if version == 4 else 128)) - 1
    rows: tuple[Row, ...] = (
        ((3, 12), (0, top), (-1, 65535), (80, 90), (6, 6)),
        ((0, 5), (top - 2, top), (-1, 65535), (0, 65535), (16, 18)),
        ((7, 7), (4, 7), (1024, 65535), (0, 65535), (0, 255)),
    )
    table = RuleTable(version, rows, (False, True, False))
    made = filters(table)
    assert len(list(classbench_lines(made))) == len(made.rows) > len(rows)
    own = [place for place, row in enumerate(rows) for each in made.rows if _inside(each, row)]
    assert made.maybe == tuple(table.maybe[place] for place in own)
    for src, dst, port, protocol in product(range(14), (0, 5, top - 3, top - 1), (80, 91), (6, 16, 17)):
        point = (src, dst, 2000, port, protocol)
        found = first_match(made, point)
        assert (NO_ROW if found == NO_ROW else own[found]) == first_match(table, point)


def _inside(inner: Row, outer: Row) -> bool:
    return all(low <= one and other <= high for (one, other), (low, high) in zip(inner, outer, strict=True))


def test_a_table_of_too_many_filters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classbench, "MAX_FILTERS", 3)
    table = RuleTable(4, (((1, 6), (0, 9), (-1, 65535), (0, 65535), (6, 6)),), (False,))
    with pytest.raises(UnsupportedError, match="more than 3 filters"):
        filters(table)
