"""``import`` and ``export``: any input as a native file, as ARM resources, or as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netwatch.cli.loading import Inputs
from netwatch.cli.options import FORCE, TOPOLOGY, WRITTEN_TO, option, takes_inputs

if TYPE_CHECKING:
    from netwatch.model.topology import Topology

__all__ = ["FORMS", "export", "import_"]

FORMS = ("arm", "terraform-json", "yaml", "dot", "mermaid", "d2", "svg")
"""What ``export`` writes."""


@takes_inputs
def import_(
    paths: list[str] = typer.Argument(..., metavar="INPUT…", help="Files and directories that belong together."),
    output: str = WRITTEN_TO,
    force: bool = FORCE,
    *,
    inputs: Inputs,
) -> None:
    """One native topology file from any inputs.

    Exports, templates, plans and native files are read together; of a directory, every one in it.
    The same resource may come twice where it says the same. What the native form cannot say is refused or named.

    \b
    For example:
      netwatch import exports/ -o topology.yaml
    """
    from netwatch.cli.writing import check_free, write_file

    check_free(output, force=force)
    topology = _loaded(paths, inputs)
    note = f"Written by netwatch import from {', '.join(paths)}."
    write_file(output, _native(topology, note, output), force=force)


@takes_inputs
def export(
    topology: str = TOPOLOGY,
    format: str = option(..., "-f", "--format", help="What to write.", metavar="|".join(FORMS)),
    output: str = WRITTEN_TO,
    force: bool = FORCE,
    unresolved: str = option(
        "refuse",
        "--unresolved",
        help="What becomes of values that are not known in arm; yaml says them.",
        metavar="refuse|keep",
    ),
    *,
    inputs: Inputs,
) -> None:
    """A topology as ARM, Terraform, YAML or a picture.

    ARM resources, native files and terraform-json (a main.tf.json that terraform plan takes) keep every answer when
    they are read again; what one cannot say is noted. A picture shows networks, subnets,
    what has an address in them, peerings, and where routes send packets; svg needs no other program.

    \b
    For example:
      netwatch export two-tier.yaml --format svg -o two-tier.svg
    """
    from netwatch.cli.writing import check_free, write_file

    _check(format, unresolved)
    check_free(output, force=force)
    loaded = _loaded([topology], inputs)
    if format == "yaml":
        text = _native(loaded, f"Written by netwatch export from {topology}.", output)
    else:
        text = _written(loaded, format, keep_open=unresolved == "keep")
    write_file(output, text, force=force)


def _check(format: str, unresolved: str) -> None:
    from netwatch.errors import QueryError

    if format not in FORMS:
        raise QueryError(f"--format {format!r} is not a form.", hint=f"Expected one of: {', '.join(FORMS)}.")
    if unresolved not in ("refuse", "keep"):
        raise QueryError(f"--unresolved {unresolved!r} is neither refuse nor keep.")


def _loaded(paths: list[str], inputs: Inputs) -> Topology:
    from netwatch.cli.loading import load_all
    from netwatch.cli.streams import note
    from netwatch.render.load_summary import load_summary

    topology = load_all(paths, inputs)
    summary = load_summary(topology)
    if summary:
        note(summary)
    return topology


def _written(topology: Topology, format: str, *, keep_open: bool) -> str:
    if format == "arm":
        import json

        from netwatch.render.arm_form.whole import arm_form

        return json.dumps(arm_form(topology, keep_open=keep_open), indent=2, ensure_ascii=False) + "\n"
    if format == "terraform-json":
        from netwatch.cli.streams import note
        from netwatch.render.terraform_form.whole import terraform_json

        made = terraform_json(topology)
        for loss in made.losses:
            note(f"not kept: {loss}")
        return made.text
    from netwatch.render.picture.parts import picture

    if format == "svg":
        from netwatch.render.picture.svg import svg

        return svg(picture(topology))
    from netwatch.render.picture import text as picture_text

    writers = {"dot": picture_text.dot, "mermaid": picture_text.mermaid, "d2": picture_text.d2}
    return writers[format](picture(topology))


def _native(topology: Topology, origin: str, output: str) -> str:
    """The native file; what it does not keep is noted on standard error too."""
    import os.path

    from netwatch.cli.streams import note
    from netwatch.render.native_form.topology_yaml import topology_yaml

    file = topology_yaml(topology, notes=[origin], directory=os.path.dirname(output))
    for loss in file.losses:
        note(f"not kept: {loss}")
    return file.text
