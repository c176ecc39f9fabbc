"""Hypothesis profiles: ``quick`` unless HYPOTHESIS_PROFILE says ``deep``.

``quick`` draws the same examples in every run of the same tests over the same code, whatever PYTHONHASHSEED is: a
strategy never walks through a set. Hypothesis draws literals of the modules that are imported too, so a test by itself
may see other examples than in the whole run, and a change of any module may show what was there before.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_BUSY = [HealthCheck.too_slow]  # a machine with other work is no fault of a strategy

settings.register_profile(
    "quick", max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=_BUSY
)
settings.register_profile("deep", max_examples=3000, deadline=None, database=None, suppress_health_check=_BUSY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
