"""``netwatch semantics``: the switches for what is contested."""

from __future__ import annotations

from netwatch.cli.options import output

__all__ = ["semantics"]


def semantics(output: str = output("text", "json", "table")) -> None:
    """What is contested about Azure, and our reading.

    Where Microsoft's own sources disagree or are silent, one reading is followed; a star marks it. Another one is
    chosen by semantics: in the topology file, or by --semantics, which goes before it.

    \b
    For example:
      netwatch semantics
      netwatch ip-flow-verify two-tier.yaml … --semantics emptyGroup=ignored
    """
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import width, write
    from netwatch.render import semantics as render
    from netwatch.render.tables import table
    from netwatch.render.trip import Page

    check_format(output, ("text", "json", "table"))
    if output == "json":
        write(as_json(render.semantics_json()))
    elif output == "table":
        write(table(render.semantics_rows()))
    else:
        write(render.semantics_text(Page(width())))
