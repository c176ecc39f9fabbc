"""``netwatch tags``: what a published list of service tags holds, and what differs between two lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netwatch.cli.options import option, output

if TYPE_CHECKING:
    from netwatch.effective.published_tags import PublishedTags
    from netwatch.model.addresses import Address, Prefix
    from netwatch.render.tags import Shown
    from netwatch.render.trip import Page

__all__ = ["diff", "show"]

_FORMATS = ("text", "json", "table")


def show(
    tags: list[str] = typer.Argument(None, metavar="[TAG…]", help="Tags to show (default: the names of all)."),
    contains: str = option("", "--contains", help="Only tags that hold this address or prefix.", metavar="ADDRESS"),
    service_tags: str = option("", "--service-tags", help="A service tag file (default: ours).", metavar="FILE"),
    output: str = output(*_FORMATS),
    verbose: bool = option(False, "-v", "--verbose", help="Name the parts of other tags too."),
) -> None:
    """What service tags hold, and which tags hold an address.

    Without --service-tags that is the list that ships with netwatch. As JSON the tags stand as in Microsoft's own
    file, which --service-tags and serviceTags: read.

    \b
    For example:
      netwatch tags show Storage.WestEurope
      netwatch tags show --contains 20.38.108.4
    """
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import write
    from netwatch.render import tags as render
    from netwatch.render.tables import table

    check_format(output, _FORMATS)
    inner = _address(contains) if contains else None
    listed = _list(service_tags)
    shown = [_shown(listed, name) for name in tags or ()]
    page = _page(verbose=verbose)
    if inner is None:
        said = {
            "json": lambda: as_json(render.tags_json(listed, shown)),
            "table": lambda: table(render.tags_rows(listed, shown)),
            "text": lambda: render.tags_text(listed, shown, page),
        }
    else:
        said = {
            "json": lambda: as_json(render.holding_json(listed, inner, shown)),
            "table": lambda: table(render.holding_rows(listed, inner, shown)),
            "text": lambda: render.holding_text(listed, inner, shown, page),
        }
    write(said[output]())


def diff(
    lists: list[str] = typer.Argument(..., metavar="[OLD] NEW", help="Two service tag files; or one, against ours."),
    output: str = output(*_FORMATS),
    verbose: bool = option(False, "-v", "--verbose", help="Show the prefixes too."),
) -> None:
    """What differs between two lists of service tags.

    With one file: from the list that ships with netwatch to that file. Prefixes are compared as they are written; a
    tag whose addresses are the same, cut otherwise, is listed and said to be. -v shows the prefixes.

    \b
    For example:
      netwatch tags diff ServiceTags_Public_20261102.json
    """
    from netwatch.cli.exits import ANSWERED, EXPECTATION_MISSED
    from netwatch.cli.output import as_json, check_format
    from netwatch.cli.streams import write
    from netwatch.effective.published_tags import differences
    from netwatch.errors import QueryError
    from netwatch.render import tags as render
    from netwatch.render.tables import table

    check_format(output, _FORMATS)
    if len(lists) > 2:
        raise QueryError("tags diff compares two lists.", hint="Name one file or two.")
    old, new = (_list(path) for path in ["", *lists][-2:])
    found = differences(old, new)
    if output == "json":
        write(as_json(render.differences_json(old, new, found)))
    elif output == "table":
        write(table(render.differences_rows(old, new, found)))
    else:
        write(render.differences_text(old, new, found, _page(verbose=verbose)))
    raise typer.Exit(EXPECTATION_MISSED if any(found) else ANSWERED)


def _list(path: str) -> PublishedTags:
    """The list in a file, or the one that ships."""
    from netwatch.formats.service_tag_file import load_shipped, read_service_tag_file

    return read_service_tag_file(path) if path else load_shipped()


def _page(*, verbose: bool) -> Page:
    from netwatch.cli.streams import colour_wanted, width
    from netwatch.render.trip import Page

    return Page(width(), verbose, colour_wanted())


def _address(text: str) -> Address | Prefix:
    from netwatch.errors import InvalidFlowError
    from netwatch.model.addresses import parse_address, parse_prefix

    try:
        return parse_prefix(text, strict=True) if "/" in text else parse_address(text)
    except ValueError as error:
        raise InvalidFlowError(f"--contains: {error}.", hint="Expected for example 20.38.108.4.") from None


def _shown(tags: PublishedTags, name: str) -> Shown:
    from netwatch.effective.context_tags import context_tag_names
    from netwatch.errors import QueryError
    from netwatch.render.tags import shown_tag

    found = shown_tag(tags, name)
    if found is None:
        nearest = tags.nearest(name, also=context_tag_names())
        hint = f'Did you mean "{nearest}"?' if nearest else f"It is not among the {tags}."
        raise QueryError(f'there is no service tag "{name}".', hint=hint)
    return found
