from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netwatch
from netwatch.errors import InvalidFlowError, KernelUnavailableError
from netwatch.matcher import prepared as prepared_module
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import KERNELS, choose, classify, prepare
from netwatch.matcher.tables import NO_ROW
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, batch, rule, table

RULES = table(
    rule([(10, 19), (30, 39)], [(5, 5), (7, 9)], [(80, 80), (443, 443)]),
    rule([(0, 50)], [EVERYONE], [(443, 443)]),
)
FLOWS = batch((12, 5, 1, 80, 6), (39, 9, 1, 443, 6), (20, 9, 1, 443, 6), (20, 9, 1, 80, 6), (12, 5, 1, 80, 17))
ROWS = [0, 7, 8, NO_ROW, NO_ROW]


def kernel_here(name: str) -> str:
    try:
        choose(RULES, 0, kernel=name)
    except KernelUnavailableError as error:
        pytest.skip(str(error))
    return name


@pytest.mark.parametrize("kernel", [*KERNELS, "auto"])
def test_rows(kernel: str) -> None:
    found = classify(RULES, FLOWS, kernel=kernel_here(kernel))
    assert (found.dtype, found.tolist()) == (np.int32, ROWS)


def test_a_result_buffer_is_written_and_returned() -> None:
    out = np.full(5, 77, np.int32)
    assert classify(RULES, FLOWS, out=out) is out
    assert out.tolist() == ROWS


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("flows", [0, 10**7])
def test_columns_and_rows_may_lie_apart(kernel: str, flows: int) -> None:
    """As those of a record array do, or every second of another column; no flow comes twice, so no memory copies it."""
    names = ("src", "dst", "sport", "dport", "protocol")
    records = np.zeros(5 * 6_000, [(name, getattr(FLOWS, name).dtype) for name in names])
    for name in names:
        records[name] = np.tile(getattr(FLOWS, name), 6_000)
    records["sport"] = np.arange(len(records))
    apart = FlowBatch(4, *(records[name] for name in names))
    out = np.full(2 * apart.size, 77, np.int32)
    prepared = prepare(RULES, kernel=kernel_here(kernel), flows=flows)
    classify(prepared, apart, kernel=kernel, out=out[::2])
    assert (out[::2].reshape(-1, 5) == ROWS).all()
    assert (out[1::2] == 77).all()


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
@pytest.mark.parametrize("flows", [0, 10**7])
def test_threads_share_a_batch(kernel: str, flows: int) -> None:
    times = 40_000
    many = FlowBatch.v4(
        *(np.tile(column, times) for column in (FLOWS.src, FLOWS.dst)),
        **{name: np.tile(getattr(FLOWS, name), times) for name in ("sport", "dport", "protocol")},
    )
    prepared = prepare(RULES, kernel=kernel_here(kernel), flows=flows)
    found = classify(prepared, many, kernel=kernel, threads=3)
    assert (found.reshape(-1, 5) == ROWS).all()


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
@pytest.mark.parametrize("limit", [1, 3])
def test_rules_too_large_for_one_table_are_asked_part_by_part(
    kernel: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "MAX_TABLE_ROWS", limit)
    assert classify(RULES, FLOWS, kernel=kernel_here(kernel)).tolist() == ROWS


def test_columns_are_checked() -> None:
    with pytest.raises(InvalidFlowError, match="IPv6"):
        classify(RULES._replace(version=6), FLOWS)
    with pytest.raises(InvalidFlowError, match="int64 where uint32"):
        classify(RULES, FLOWS._replace(src=FLOWS.src.astype(np.int64)))
    with pytest.raises(InvalidFlowError, match="of one length"):
        classify(RULES, FLOWS._replace(dport=FLOWS.dport[:2]))
    with pytest.raises(InvalidFlowError, match="dport: list where uint16"):
        classify(RULES, FLOWS._replace(dport=FLOWS.dport.tolist()))
    with pytest.raises(InvalidFlowError, match="protocol: int where uint8"):
        classify(RULES, FLOWS._replace(protocol=6))  # type: ignore[arg-type]
    with pytest.raises(InvalidFlowError, match="uint32 in 2 dimensions where"):
        classify(RULES, FLOWS._replace(src=FLOWS.src.reshape(-1, 1)))
    with pytest.raises(InvalidFlowError, match="src: a masked array where"):
        classify(RULES, FLOWS._replace(src=np.ma.array(FLOWS.src, mask=True)))
    with pytest.raises(InvalidFlowError, match=">u4 where uint32"):
        classify(RULES, FLOWS._replace(src=FLOWS.src.astype(">u4")))


@pytest.mark.parametrize("kernel", KERNELS)
def test_an_address_of_version_4_has_no_low_half(kernel: str) -> None:
    """Of five numbers some kernels would make an address, and others would not see them."""
    low = np.zeros(5, np.uint64)
    with pytest.raises(InvalidFlowError, match="src_low: uint64 where nothing"):
        classify(RULES, FLOWS._replace(src_low=low, dst_low=low), kernel=kernel_here(kernel))


def _read_only() -> np.ndarray[Any, Any]:
    out = np.zeros(5, np.int32)
    out.flags.writeable = False
    return out


@pytest.mark.parametrize(
    ("out", "says"),
    [
        (np.zeros(5, np.int64), "int32"),
        (np.zeros(4, np.int32), "a number for each flow"),
        ([0] * 5, "int32"),
        (np.ma.array(np.zeros(5, np.int32)), "int32"),
        (_read_only(), "read-only"),
        (FLOWS.dst.view(np.int32), "where the column dst does"),
    ],
)
def test_where_rows_cannot_be_written(out: Any, says: str) -> None:
    with pytest.raises(InvalidFlowError, match=says):
        classify(RULES, FLOWS, out=out)


def test_rows_may_stand_beside_flows_in_one_record() -> None:
    records = np.zeros(5, [("dst", np.uint32), ("row", np.int32)])
    records["dst"] = FLOWS.dst
    classify(RULES, FLOWS._replace(dst=records["dst"]), kernel="numpy", out=records["row"])
    assert records["row"].tolist() == ROWS


def test_prepare_makes_what_the_kernel_will_use() -> None:
    assert prepare(RULES, kernel="bits").table_bytes == 0
    assert prepare(RULES, kernel="numpy", flows=10).pairs_made is None
    assert prepare(RULES, kernel="numpy", flows=10**7).pairs_made is not None


def test_numba_answers_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Installed read-only, and NUMBA_CACHE_DIR unset: the loops are compiled for this process alone."""
    kernel_here("numba")
    package = tmp_path / "site" / "netwatch"
    source = Path(netwatch.__file__).parent
    for part in ("__init__.py", "errors.py", "matcher"):
        target = package / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (source / part).is_dir() else shutil.copy
        copy(source / part, target)
    shutil.rmtree(package / "matcher" / "kernels" / "__pycache__", ignore_errors=True)
    (package / "matcher" / "kernels" / "__pycache__").write_text("no directory can be made here")
    home = tmp_path / "home"
    home.write_text("nor here")
    code = "from netwatch.matcher.kernels.loops import compiled\nprint(compiled(lambda x: x + 1)(1))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "HOME": str(home), "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr


ON_ANY_PROCESSOR = """
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.kernels.registers import wide_registers
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import trace
assert not wide_registers()
rules = rule_set("nsg100")
for expected in (0, 10**7):
    prepared = prepare(rules, kernel="numba", flows=expected)
    for kind in ("hit", "zipf", "cross"):
        flows = trace(rules, kind, 30_011)
        assert (classify(prepared, flows, kernel="numba") == classify(prepared, flows, kernel="numpy")).all(), kind
print("alike")
"""


def test_a_processor_without_wide_registers_gives_the_same_answers(tmp_path: Path) -> None:
    """Compiled for one that has nothing beyond what all of its kind have."""
    kernel_here("numba")
    narrow = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ON_ANY_PROCESSOR],
        env={**os.environ, **narrow},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("alike\n", 0), done.stderr


def test_every_port_means_every_port() -> None:
    every = table(rule([EVERYONE], [EVERYONE], [EVERY_PORT]))
    edges = batch((0, 2**32 - 1, 0, 65535, 6), (2**32 - 1, 0, 65535, 0, 6))
    for kernel in KERNELS:
        assert classify(every, edges, kernel=kernel_here(kernel)).tolist() == [0, 0]
