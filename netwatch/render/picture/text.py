"""A picture as text for Graphviz, Mermaid and D2, which lay it out themselves."""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.render.layout import printable
from netwatch.render.picture.parts import Area, Card, Line, Network, Picture

__all__ = ["d2", "dot", "mermaid"]

_WORDS = {"peering": "peering", "half": "peering of one side"}


class _Ids:
    """A short id for each part, in the order of the picture: networks n, subnets s, cards c."""

    def __init__(self, picture: Picture) -> None:
        self._ids: dict[str, str] = {}
        self._around: dict[str, tuple[str, ...]] = {}
        for network in picture.networks:
            self._number("n", network.key)
            for area in network.areas:
                self._number("s", area.key, network.key)
                for card in area.cards:
                    self._number("c", card.key, network.key, area.key)

    def _number(self, letter: str, key: str, *around: str) -> None:
        if key:
            self._ids[key] = f"{letter}{len(self._ids)}"
            self._around[self._ids[key]] = tuple(self._ids[each] for each in around if each)

    def is_within(self, inner: str, outer: str) -> bool:
        """Whether a part stands in another one, both by their ids."""
        return outer in self._around[inner]

    def __getitem__(self, key: str) -> str:
        return self._ids[key]

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def lines(self, picture: Picture) -> Iterator[tuple[Line, str, str]]:
        """The lines between parts that are there, with the ids of their ends."""
        for line in picture.lines:
            if line.source in self and line.target in self:
                yield line, self[line.source], self[line.target]


def _network_label(network: Network) -> tuple[str, ...]:
    return (network.name, network.detail)


def _area_label(area: Area) -> tuple[str, ...]:
    return (f"{area.name} {area.detail}", *(f"{badge.kind}: {badge.name}" for badge in area.badges))


def _card_label(card: Card) -> tuple[str, ...]:
    marks = {"nsg": "NSG", "public": "public", "forwards": "forwards"}
    return (card.name, card.detail, ", ".join(marks[mark] for mark in card.marks))


def dot(picture: Picture) -> str:
    """The picture for Graphviz: subnets and networks are clusters; ``dot -Tsvg`` draws it."""
    ids = _Ids(picture)
    return "\n".join(_dot(picture, ids)) + "\n"


def _dot(picture: Picture, ids: _Ids) -> Iterator[str]:
    yield "digraph network {"
    yield '  graph [compound=true, rankdir=LR, fontname="sans-serif"];'
    yield '  node [shape=box, style=rounded, fontname="sans-serif", fontsize=10];'
    for network in picture.networks:
        yield f"  subgraph cluster_{ids[network.key] if network.key else 'outside'} {{"
        yield f"    label={_quoted(_network_label(network))};"
        yield f"    {_anchor(network.key, ids)}"
        for area in network.areas:
            if area.key:
                yield f"    subgraph cluster_{ids[area.key]} {{"
                yield f"      label={_quoted(_area_label(area))};"
                yield f"      {_anchor(area.key, ids)}"
            yield from (f"      {ids[card.key]} [label={_quoted(_card_label(card))}];" for card in area.cards)
            if area.key:
                yield "    }"
        yield "  }"
    for line, source, target in ids.lines(picture):
        yield f"  {source} -> {target} [{_dot_style(ids, line, source, target)}];"
    yield "}"


def _anchor(key: str, ids: _Ids) -> str:
    """A point in a cluster that lines can begin at, since Graphviz draws them between nodes."""
    return f'{ids[key]} [shape=point, style=invis, label=""];' if key else ""


def _dot_style(ids: _Ids, line: Line, source: str, target: str) -> str:
    """How a line looks; it ends at the border of a cluster, unless its other end stands in there."""
    ends = [f"ltail=cluster_{source}"] if source[0] in "ns" and not ids.is_within(target, source) else []
    ends += [f"lhead=cluster_{target}"] if target[0] in "ns" and not ids.is_within(source, target) else []
    if line.kind in _WORDS:
        dashed = ["style=dashed"] if line.kind == "half" else []
        return ", ".join(["dir=none", *dashed, f"tooltip={_quoted((_WORDS[line.kind],))}", *ends])
    return ", ".join([f"label={_quoted((line.label,))}", "fontsize=9", *ends])


def mermaid(picture: Picture) -> str:
    """The picture as a Mermaid flowchart, which GitHub draws in Markdown."""
    ids = _Ids(picture)
    return "\n".join(_mermaid(picture, ids)) + "\n"


def _mermaid(picture: Picture, ids: _Ids) -> Iterator[str]:
    yield "flowchart LR"
    for network in picture.networks:
        yield f"  subgraph {ids[network.key] if network.key else 'outside'}[{_html(_network_label(network))}]"
        for area in network.areas:
            if area.key:
                yield f"    subgraph {ids[area.key]}[{_html(_area_label(area))}]"
            yield from (f"      {ids[card.key]}[{_html(_card_label(card))}]" for card in area.cards)
            if area.key:
                yield "    end"
        yield "  end"
    for line, source, target in ids.lines(picture):
        if line.kind in _WORDS:
            yield f"  {source} {'---' if line.kind == 'peering' else '-.-'} {target}"
        else:
            yield f"  {source} -->|{_html((line.label,))}| {target}"


def d2(picture: Picture) -> str:
    """The picture for D2."""
    ids = _Ids(picture)
    return "\n".join(_d2(picture, ids)) + "\n"


def _d2(picture: Picture, ids: _Ids) -> Iterator[str]:
    paths: dict[str, str] = {}
    for network in picture.networks:
        outer = ids[network.key] if network.key else "outside"
        paths[network.key] = outer
        yield f"{outer}: {_d2_text(_network_label(network))} {{"
        for area in network.areas:
            inner = f"{outer}.{ids[area.key]}" if area.key else outer
            paths[area.key or outer] = inner
            if area.key:
                yield f"  {ids[area.key]}: {_d2_text(_area_label(area))} {{"
            for card in area.cards:
                paths[card.key] = f"{inner}.{ids[card.key]}"
                yield f"    {ids[card.key]}: {_d2_text(_card_label(card))}"
            if area.key:
                yield "  }"
        yield "}"
    for line, _, _ in ids.lines(picture):
        arrow, label = ("--", _WORDS[line.kind]) if line.kind in _WORDS else ("->", line.label)
        yield f"{paths[line.source]} {arrow} {paths[line.target]}: {_d2_text((label,))}"


def _d2_text(lines: tuple[str, ...]) -> str:
    """A text in double quotes as D2 takes it, to which a dollar sign begins a variable."""
    return _quoted(lines).replace("$", "\\$")


def _quoted(lines: tuple[str, ...]) -> str:
    r"""A text in double quotes, with ``\n`` between its lines."""
    kept = [printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line]
    return '"' + "\\n".join(kept) + '"'


_ENTITIES = str.maketrans(
    {"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "|": "#124;", "`": "#96;"}
)


def _html(lines: tuple[str, ...]) -> str:
    """A text in double quotes as Mermaid takes it: characters that mean something to it as entities."""
    kept = [printable(line).translate(_ENTITIES) for line in lines if line]
    return '"' + ("<br>".join(kept) or " ") + '"'
