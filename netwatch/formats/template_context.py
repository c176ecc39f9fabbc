"""``TemplateContext``: what a template leaves to whoever deploys it."""

from __future__ import annotations

from typing import NamedTuple

from netwatch.formats.text_file import DEFAULT_MAX_BYTES

__all__ = ["TemplateContext"]


class TemplateContext(NamedTuple):
    """Where a template is deployed and with which parameters; empty: the names netwatch uses where nobody says.

    ``asked_group`` is the resource group that a question is about. A template goes there too where ``resource_group``
    is empty, save one that has a nested deployment to that group: its own resources stay in the default group.
    ``parameter_file`` goes before the one that stands beside the template, ``sets`` (``NAME=VALUE``) before both.
    """

    parameter_file: str = ""
    sets: tuple[str, ...] = ()
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    asked_group: str = ""
    max_bytes: int = DEFAULT_MAX_BYTES
