"""``netwatch doctor``: what of netwatch is installed here, and what it chooses by that."""

from __future__ import annotations

from netwatch.cli.options import output

__all__ = ["doctor"]


def doctor(output: str = output("text", "json")) -> None:
    """What is installed here, and what is chosen by it.

    Versions; the extras, and how to get those that are not here; the kernel that is taken for batches of several sizes
    and why; where machine code is kept between runs; and which list of service tags ships.

    \b
    For example:
      netwatch doctor
      netwatch doctor -o json
    """
    from netwatch.cli.installation import installation, installation_text
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import write

    check_format(output, ("text", "json"))
    found = installation()
    write(as_json(found) if output == "json" else installation_text(found))
