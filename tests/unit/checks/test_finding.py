"""Which checks belong to which topology."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.checks.finding import Checked, find_all_checks, find_checks
from netwatch.errors import QueryError, TopologySyntaxError


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
    with pytest.raises(TopologySyntaxError, match=r"shpo\.yaml: there is no such file"):
        find_checks(tmp_path / "shpo.yaml")


def test_standard_input_is_asked_what_stands_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checks.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert find_checks(Path("-")) == (Checked(Path("-"), Path("checks.yaml")),)


def test_hidden_directories_are_passed_over(tmp_path: Path) -> None:
    _folder(tmp_path / ".venv")
    _folder(tmp_path / ".venv" / "a", "a.yaml", "checks.yaml")
    _folder(tmp_path / "deep")
    b = _folder(tmp_path / "deep" / "b", "b.yaml", "checks.yaml")
    assert find_checks(tmp_path) == (Checked(b / "b.yaml", b / "checks.yaml"),)


def test_every_path_is_asked_once_and_patterns_stand_for_many(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _folder(tmp_path / name, f"{name}.yaml", "checks.yaml")
    both = find_checks(tmp_path)
    assert find_all_checks([str(tmp_path / "*" / "*.yaml")]) == both
    assert find_all_checks([str(tmp_path / "a"), str(tmp_path / "b" / "b.yaml"), str(tmp_path)]) == both
    with pytest.raises(QueryError, match="nothing matches this pattern"):
        find_all_checks([str(tmp_path / "c*")])


def test_of_two_files_the_second_may_ask_about_the_first(tmp_path: Path) -> None:
    shop = _folder(tmp_path / "shop", "shop.yaml", "checks.yaml")
    (shop / "more.yaml").write_text("# more\n- {ask: next-hop}\n", encoding="utf-8")
    pair = [str(shop / "shop.yaml"), str(shop / "more.yaml")]
    assert find_all_checks(pair) == (Checked(shop / "shop.yaml", shop / "more.yaml"),)
    assert find_all_checks([str(shop / "checks.yaml"), str(shop / "shop.yaml")]) == find_checks(shop)
