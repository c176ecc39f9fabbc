"""What somebody probably meant."""

from __future__ import annotations

from netwatch.checks.nearest import did_you_mean


def test_near_words_in_any_case_else_all_of_them() -> None:
    assert did_you_mean("INTERNETT", ("Internet", "None")) == "Did you mean Internet?"
    assert did_you_mean("xyz", ("Internet", "None")) == "Expected one of: Internet, None."
