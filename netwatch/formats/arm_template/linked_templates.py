"""Templates that another one links to: the file beside it, where it is there.

A link is a path relative to the linking template, or a URI that was built from its own place or from a place on the
web. Of a URI on the web the tail counts: the longest one that names a file beside the template. Nothing is fetched.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from typing import Any

from netwatch.errors import TopologyError
from netwatch.formats.arm_template.environment import Env, World
from netwatch.formats.arm_template.open_values import PartText
from netwatch.formats.arm_template.scope import Template, member
from netwatch.formats.text_file import read_text
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["LinkedTemplates", "parse_template"]


class LinkedTemplates:
    """Finds and reads linked templates below ``root``, each once; ``read`` lists the files that were read."""

    def __init__(self, world: World, root: str, *, max_bytes: int) -> None:
        self._world = world
        self._root = os.path.dirname(root) or "."
        self._max_bytes = max_bytes
        self._templates: dict[str, Template | Unresolved] = {}

    @property
    def read(self) -> list[str]:
        """The files that were read."""
        return [path for path, found in self._templates.items() if isinstance(found, Template)]

    def find(self, link: Mapping[str, Any], linking: Template, env: Env) -> Template | Unresolved:
        """The template a link names; Unresolved where no such file is there."""
        target = member(link, "relativePath") or member(link, "uri")
        if isinstance(target, PartText) and ".json{" in target.stand_in:  # a secret token behind the path
            target = target.stand_in.partition("{")[0]
        if isinstance(target, Unresolved):
            return target
        if not isinstance(target, str):
            reason = "a template spec is kept in Azure" if member(link, "id") else "the link names no template"
            return Unresolved(reason, where=env.where)
        path = self._path(target, linking)
        if path is None:
            return Unresolved("the linked template is not beside this one", target.partition("?")[0], env.where)
        if path not in self._templates:
            self._templates[path] = self._read(path, target, env)
        return self._templates[path]

    def _path(self, target: str, linking: Template) -> str | None:
        plain = target.partition("?")[0].replace("\\", "/")
        here = os.path.dirname(linking.where.source)
        _, mark, rest = plain.partition("://")
        if not mark:
            beside = os.path.normpath(os.path.join(here, plain))
            as_is = os.path.normpath(plain)  # built by uri() from the path of the linking template
            return next((path for path in (beside, as_is) if self._is_ours(path)), None)
        steps = [step for step in rest.split("/")[1:] if step not in ("", ".", "..")]
        tails = (os.path.join(base, *steps[at:]) for at in range(len(steps)) for base in (here or ".", self._root))
        return next((os.path.normpath(path) for path in tails if self._is_ours(path)), None)

    def _is_ours(self, path: str) -> bool:
        """Whether it is a file near the template: a template of somebody else's must not open any file there is."""
        top = os.path.realpath(os.path.join(self._root, os.pardir, os.pardir))
        return os.path.isfile(path) and os.path.realpath(path).startswith(os.path.join(top, ""))

    def _read(self, path: str, target: str, env: Env) -> Template | Unresolved:
        try:
            value = parse_template(path, read_text(path, max_bytes=self._max_bytes))
        except TopologyError as error:
            self._world.problem(error)
            return Unresolved("the linked template cannot be read", target, env.where)
        return Template(value, Where(path))


def parse_template(source: str, text: str) -> dict[str, Any]:
    """The JSON object that a file holds, in ARM's dialect of JSON."""
    from netwatch.errors import TopologySchemaError
    from netwatch.formats.json_text import parse_json

    value = parse_json(source, text)
    if not isinstance(value, dict):
        raise TopologySchemaError("this is no template: expected an object.", where=Where(source))
    return value
