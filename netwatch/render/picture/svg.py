"""A picture as SVG, drawn without any other program: nested boxes, glyphs of our own, no scripts and no fonts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.render.layout import printable
from netwatch.render.picture.layout import Box, Layout, layout, text_width
from netwatch.render.picture.parts import Area, Card, Line, Network, Picture

__all__ = ["svg"]

FONT = "'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif"

_STYLE = f"""
text {{ font-family: {FONT}; fill: #1f2933; }}
.network {{ fill: #eef4fb; stroke: #4a6fa5; stroke-width: 1.5; }}
.outside {{ fill: #f6f6f4; stroke: #9a9a92; stroke-width: 1.5; stroke-dasharray: 6 4; }}
.area {{ fill: #ffffff; stroke: #a9bdd6; }}
.card {{ fill: #f4f5f7; stroke: #c5ccd6; }}
.title {{ font-size: 15px; font-weight: bold; }}
.name {{ font-size: 12px; font-weight: bold; }}
.card-name {{ font-size: 11px; }}
.detail {{ font-size: 11px; fill: #52606d; }}
.small {{ font-size: 10px; fill: #52606d; }}
.peering {{ fill: none; stroke: #4a6fa5; stroke-width: 2; }}
.half {{ fill: none; stroke: #b3261e; stroke-width: 2; stroke-dasharray: 6 4; }}
.route {{ fill: none; stroke: #c2660c; stroke-width: 1.5; }}
.connection {{ fill: none; stroke: #5b4a9c; stroke-width: 1.5; stroke-dasharray: 3 3; }}
.glyph {{ fill: none; stroke: #52606d; stroke-width: 1.3; }}
.nsg {{ fill: #dff0e4; stroke: #2f7d4f; stroke-width: 1.2; }}
.routes {{ fill: none; stroke: #c2660c; stroke-width: 1.4; }}
.nat {{ fill: none; stroke: #4a6fa5; stroke-width: 1.4; }}
.public {{ fill: #ffffff; stroke: #4a6fa5; stroke-width: 1.2; }}
.forwards {{ fill: none; stroke: #c2660c; stroke-width: 1.4; }}
""".strip()

_GLYPHS = {
    "nic": "M1 3h14v9H1zM5 12v3M8 12v3M11 12v3M4 6h3v3H4z",
    "endpoint": "M8 1a4.5 4.5 0 0 1 4.5 4.5C12.5 9 8 15 8 15S3.5 9 3.5 5.5A4.5 4.5 0 0 1 8 1zM6.3 5.5h3.4",
    "gateway": "M1 14V6l7-5 7 5v8zM6 14V9h4v5",
    "balancer": "M8 1v5M8 6L2 11v4M8 6v9M8 6l6 5v4",
    "firewall": "M1 2h14v12H1zM1 6h14M1 10h14M8 2v4M4.5 6v4M11.5 6v4M8 10v4",
    "bastion": "M2 15V2h2.5v2h2V2h3v2h2V2H14v13zM6.5 15v-4a1.5 1.5 0 0 1 3 0v4",
    "site": "M2 15V5h5v10M7 15V2h7v13M9.5 5h2M9.5 8h2M9.5 11h2M3.7 8h1.6M3.7 11h1.6M1 15h14",
}
_MARKS = {
    "nsg": "M6 0l5.5 2v4c0 3-2.5 5-5.5 6.5C3 11 .5 9 .5 6V2z",
    "routes": "M1 11V6.5a3 3 0 0 1 3-3h7M8.5 1L11 3.5 8.5 6",
    "nat": "M1 3.5h9M7.5 1L10 3.5 7.5 6M11 9H2M4.5 6.5L2 9l2.5 2.5",
    "public": "M6 .5a5.5 5.5 0 1 0 .01 0zM.5 6h11M6 .5c-3 3.5-3 7.5 0 11M6 .5c3 3.5 3 7.5 0 11",
    "forwards": "M0 6h11M7.5 2.5L11 6 7.5 9.5",
}
_WORDS = {
    "nsg": "network security group",
    "routes": "route table",
    "nat": "NAT gateway",
    "public": "public IP address",
    "forwards": "forwards packets",
}
_LINE_WORDS = {
    "peering": "peering",
    "half": "peering of one side",
    "route": "where routes send packets",
    "connection": "connection",
}


def svg(picture: Picture) -> str:
    """The picture as one SVG document; equal pictures give equal texts."""
    return "\n".join(_Drawing(picture, layout(picture)).lines()) + "\n"


class _Drawing(NamedTuple):
    picture: Picture
    places: Layout

    def lines(self) -> Iterator[str]:
        """The document: boxes first, then lines, then the cards in front of them."""
        legend, needed = self._legend()
        width, height = round(max(self.places.width, needed)), round(self.places.height + 24)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label="{_escaped(self.picture.caption)}">'
        )
        yield f"<style>\n{_STYLE}\n</style>"
        yield (
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
            'markerUnits="userSpaceOnUse" '
            'orient="auto"><path d="M0 0L8 4L0 8z" fill="#c2660c"/></marker></defs>'
        )
        yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        yield _text("detail", 24, 24, self.picture.caption)
        for line, path in self.places.paths.items():
            yield self._bend(line, path)
        for network, box in zip(self.picture.networks, self.places.networks, strict=True):
            yield from self._network(network, box)
        yield from dict.fromkeys(self._entries())
        home = self.picture.homes()
        for line in self.picture.lines:
            in_lanes = line.kind != "connection" and home.get(line.target, "") not in ("", home.get(line.source))
            if line.kind in ("route", "connection") and not in_lanes:
                yield from self._curve(line)
        for network in self.picture.networks:
            for area in network.areas:
                for card in area.cards:
                    yield from _card(card, self.places.boxes[card.key])
        yield from legend
        yield "</svg>"

    def _network(self, network: Network, box: Box) -> Iterator[str]:
        yield _rect("network" if network.key else "outside", box, 8)
        yield _text("title", box.x + 14, box.y + 20, _fit(network.name, 15, box.width - 28), full=network.name)
        yield _text("detail", box.x + 14, box.y + 35, _fit(network.detail, 11, box.width - 28), full=network.detail)
        for area in network.areas:
            yield from self._area(area)

    def _area(self, area: Area) -> Iterator[str]:
        if area.key:
            box = self.places.boxes[area.key]
            yield _rect("area", box, 5)
            name = _fit(area.name, 12, box.width * 0.6)
            room = box.width - 22 - text_width(name, 12.6)
            named = _span("name", name) + _span("detail", _fit(area.detail, 11, room), space=8)
            full = f"{area.name} {area.detail}".strip()
            yield f'<text x="{_n(box.x + 8)}" y="{_n(box.y + 17)}"><title>{_escaped(full)}</title>{named}</text>'
            yield from self._badges(area, box)

    def _badges(self, area: Area, box: Box) -> Iterator[str]:
        x, room = box.x + 8, (box.width - 12) / max(len(area.badges), 1)
        for badge in area.badges:
            name = _fit(badge.name, 10, room - 24)
            yield _mark(badge.kind, x, box.y + 26, f"{_WORDS[badge.kind]} {badge.name}")
            yield _text("small", x + 16, box.y + 36, name, full=badge.name)
            x += text_width(name, 10) + 30

    def _bend(self, line: Line, path: tuple[tuple[float, float], ...]) -> str:
        """A peering's line, along its lanes."""
        corners = "L".join(f"{_n(x)} {_n(y)}" for x, y in path)
        word = _LINE_WORDS[line.kind]
        return f'<path class="{line.kind}" d="M{corners}"><title>{word}</title></path>'

    def _entries(self) -> Iterator[str]:
        """From where a network's border is reached on to the appliance that the routes name."""
        for line, path in self.places.paths.items():
            if line.kind != "route":
                continue
            box, card = self.places.boxes[line.target], self.places.boxes[line.label]
            x, y = next(
                end
                for end in (path[-1], path[0])
                if end[1] in (box.y, box.bottom) and box.x <= end[0] <= box.x + box.width
            )
            to, bend = (card.y, 30) if y == box.y else (card.bottom, -30)
            yield (
                f'<path class="route" d="M{_n(x)} {_n(y)}C{_n(x)} {_n(y + bend)} {_n(card.middle)} {_n(to - bend)} '
                f'{_n(card.middle)} {_n(to)}" marker-end="url(#arrow)"/>'
            )

    def _curve(self, line: Line) -> Iterator[str]:
        """A curve from the side of one part to the nearer side of another."""
        source, target = self.places.boxes.get(line.source), self.places.boxes.get(line.target)
        if source is None or target is None:
            return
        start, end = _ends(source, target, is_route=line.kind == "route")
        across = abs(end[0] - start[0]) * 0.25
        bend = max(24.0, across) if start[2] == end[2] else max(24.0, abs(end[1] - start[1]) * 0.2, across)
        out = bend if start[2] == "right" else -bend
        back = -bend if end[2] == "left" else bend
        marker = ' marker-end="url(#arrow)"' if line.kind == "route" else ""
        yield (
            f'<path class="{line.kind}" d="M{_n(start[0])} {_n(start[1])}C{_n(start[0] + out)} {_n(start[1])} '
            f'{_n(end[0] + back)} {_n(end[1])} {_n(end[0])} {_n(end[1])}"{marker}>'
            f"<title>{_escaped(line.label)}</title></path>"
        )

    def _legend(self) -> tuple[list[str], float]:
        """What the signs that occur mean, and the width that this needs."""
        areas = [area for network in self.picture.networks for area in network.areas]
        marks = {badge.kind for area in areas for badge in area.badges}
        marks |= {mark for area in areas for card in area.cards for mark in card.marks}
        lines = {line.kind for line in self.picture.lines}
        found, x, y = list[str](), 24.0, self.places.height + 4
        for kind, word in _WORDS.items():
            if kind in marks:
                found += [_mark(kind, x, y - 10, word), _text("small", x + 18, y, word)]
                x += text_width(word, 10) + 40
        for kind, word in _LINE_WORDS.items():
            if kind in lines:
                found.append(f'<path class="{kind}" d="M{_n(x)} {_n(y - 4)}h24"/>')
                found.append(_text("small", x + 30, y, word))
                x += text_width(word, 10) + 54
        return found, x


def _touches(point: tuple[float, float], box: Box) -> bool:
    """Whether a point is on the upper or lower side of a box."""
    return point[1] in (box.y, box.bottom) and box.x <= point[0] <= box.x + box.width


def _card(card: Card, box: Box) -> Iterator[str]:
    yield f"<g><title>{_escaped(f'{card.name} {card.detail}')}</title>"
    yield _rect("card", box, 4)
    yield f'<path class="glyph" transform="translate({_n(box.x + 7)} {_n(box.y + 11)})" d="{_GLYPHS[card.kind]}"/>'
    room = box.width - 34
    yield _text("card-name", box.x + 29, box.y + 16, _fit(card.name, 11, room - 15 * len(card.marks)))
    yield _text("small", box.x + 29, box.y + 31, _fit(card.detail, 10, room))
    for at, mark in enumerate(card.marks):
        yield _mark(mark, box.x + box.width - 16 - 15 * at, box.y + 5, _WORDS[mark])
    yield "</g>"


def _ends(source: Box, target: Box, *, is_route: bool) -> tuple[tuple[float, float, str], tuple[float, float, str]]:
    """Where a curve begins and ends, and at which sides; a route begins at the level of its subnet's badges."""
    y = source.y + (32 if is_route else source.height / 2)
    if target.x > source.x + source.width:
        sides = ("right", "left")
    elif target.x + target.width < source.x:
        sides = ("left", "right")
    else:
        sides = ("left", "left")
    x = {"left": source.x, "right": source.x + source.width}[sides[0]]
    to = {"left": target.x, "right": target.x + target.width}[sides[1]]
    return (x, y, sides[0]), (to, target.y + target.height / 2, sides[1])


def _rect(kind: str, box: Box, radius: int) -> str:
    return (
        f'<rect class="{kind}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" '
        f'rx="{radius}"/>'
    )


def _text(kind: str, x: float, y: float, text: str, *, full: str = "") -> str:
    title = f"<title>{_escaped(full)}</title>" if full and full != text else ""
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{title}{_escaped(text)}</text>' if text else ""


def _span(kind: str, text: str, *, space: int = 0) -> str:
    """A part of a text, some space behind what stands before it, however wide the font makes that."""
    return f'<tspan class="{kind}" dx="{space}">{_escaped(text)}</tspan>' if text else ""


def _mark(kind: str, x: float, y: float, title: str) -> str:
    path = f'<path class="{kind}" d="{_MARKS[kind]}"/>'
    return f'<g transform="translate({_n(x)} {_n(y)})"><title>{_escaped(title)}</title>{path}</g>'


def _fit(text: str, size: float, width: float) -> str:
    """As much of a text as there is room for."""
    if text_width(text, size) <= width:
        return text
    count = max(1, int(width / (0.58 * size)) - 1)
    return text[:count] + "…"


def _escaped(text: str) -> str:
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _n(number: float) -> str:
    """A length, as short as it can be."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
