"""Conformance: answers of the real service, asked again of netwatch and compared field by field.

``replay(directory, operation="", sickbay=None) -> Report`` is all a face needs::

    report = replay("cases", operation="ipFlowVerify", sickbay="sickbay.yaml")
    report.to_json()    # {"operations": {"ipFlowVerify": {"agree": n, …}}, "cases": [{"case": …, "diff": […]}]}
    report.to_text(verbose=False)   # a table of counts, then every disagreement
    report.problems     # sentences about sickbay entries that do not hold, for stderr beside the JSON
    report.failed       # exit code 1: a disagreement, or a sickbay entry that does not hold

What cannot be read (directory, case file, sickbay) raises a TopologyError, exit code 3. The shape of a case file is in
``cases``, what is made equal before comparing in ``normalisers`` and ``dialects``, what is excused in ``sickbay``.
"""

from __future__ import annotations

from netwatch.conformance.replaying import replay
from netwatch.conformance.report import OUTCOMES, Report, Result

__all__ = ["OUTCOMES", "Report", "Result", "replay"]
