"""Which checks belong to which topology."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.checks.finding import Checked, find_checks
from netwatch.errors import QueryError


def _folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).touch()
    return path


def test_a_directory_a_topology_and_its_checks_mean_the_same(tmp_path: Path) -> None:
    shop = _folder(tmp_path / "shop", "shop.yaml", "other.yaml", "checks.yaml")
    wanted = (Checked(shop / "shop.yaml", shop / "checks.yaml"),)
    assert find_checks(shop) == find_checks(shop / "shop.yaml") == find_checks(shop / "checks.yaml") == wanted


def test_the_only_other_file_is_the_topology(tmp_path: Path) -> None:
    shop = _folder(tmp_path / "shop", "network.json", "checks.yaml")
    assert find_checks(shop) == (Checked(shop / "network.json", shop / "checks.yaml"),)


def test_directories_below_come_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        _folder(tmp_path / name, f"{name}.yaml", "checks.yaml")
    _folder(tmp_path / "c", "c.yaml")
    assert [checked.topology.name for checked in find_checks(tmp_path)] == ["a.yaml", "b.yaml"]


def test_two_candidates_are_asked_about(tmp_path: Path) -> None:
    shop = _folder(tmp_path / "shop", "one.yaml", "two.json", "checks.yaml")
    with pytest.raises(QueryError, match=r"Found: one.yaml, two.json"):
        find_checks(shop)


def test_no_checks(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"there is no checks\.yaml here"):
        find_checks(tmp_path)
    (tmp_path / "shop.yaml").touch()
    with pytest.raises(QueryError, match=r"there is no checks\.yaml beside it"):
        find_checks(tmp_path / "shop.yaml")
