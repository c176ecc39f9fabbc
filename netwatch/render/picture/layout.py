"""Where the parts of a picture stand: boxes in boxes, row by row, with lanes for peerings between the rows.

Lengths are in pixels of the SVG; y grows downwards. Equal pictures get equal places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil, sqrt
from typing import NamedTuple

from netwatch.render.picture.parts import Area, Line, Network, Picture

__all__ = ["CARD", "Box", "Layout", "Path", "layout", "text_width"]

CARD = (168, 40)
"""Width and height of what has an address."""

GAP = 8
PAD = 14
NETWORK_HEAD = 42
AREA_HEAD = 26
BADGE_ROW = 22
GUTTER = 30
LANE = 9
MARGIN = 24
SWING = 24
"""Room at the left for curves that leave a box there."""
WIDEST_NAME = 340
SHAPE = 1.6
"""How much wider than high boxes and the whole should be."""


class Box(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


Path = tuple[tuple[float, float], ...]
"""The corners of a line."""


class Layout(NamedTuple):
    """The size of the whole, the boxes of all parts by key, and the corners of lines between networks.

    Those are peerings, and routes from one network to an appliance in another, whose key is their label.
    """

    width: float
    height: float
    networks: tuple[Box, ...]
    boxes: dict[str, Box]
    paths: dict[Line, Path]


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans serif face of that size."""
    return 0.58 * size * len(text)


def layout(picture: Picture) -> Layout:
    """A place for every part: networks with many peerings first, so that their neighbours stand in the next row."""
    order = _hubs_first(picture)
    sizes = {at: _network_size(picture.networks[at]) for at in order}
    rows = [[order[at] for at in row] for row in _rows([sizes[at] for at in order], GUTTER)]
    row_of = {picture.networks[at].key: number for number, row in enumerate(rows) for at in row}
    lanes = _Lanes(picture, row_of)
    swing = SWING if len(rows) > 1 and any(line.kind not in ("peering", "half") for line in picture.lines) else 0
    boxes: dict[str, Box] = {}
    networks: dict[int, Box] = {}
    y, bottoms = float(MARGIN + 24), list[float]()
    for number, row in enumerate(rows):
        x = float(MARGIN + LANE * len(lanes.sides) + swing)
        for at in row:
            networks[at] = Box(x, y, *sizes[at])
            _place_areas(picture.networks[at], networks[at], boxes)
            x += sizes[at][0] + GUTTER
        bottoms.append(y + max(sizes[at][1] for at in row))
        y = bottoms[-1] + GUTTER + LANE * lanes.count(number)
    boxes |= {picture.networks[at].key: box for at, box in networks.items() if picture.networks[at].key}
    width = max((box.x + box.width for box in networks.values()), default=0.0) + MARGIN
    placed = tuple(networks[at] for at in range(len(picture.networks)))
    return Layout(max(width, 360.0), y + MARGIN, placed, boxes, lanes.paths(boxes, bottoms))


def _hubs_first(picture: Picture) -> list[int]:
    """The places of networks in the picture, each group of neighbours after the one that has most of them."""
    near: dict[str, list[str]] = {}
    for line in _peerings(picture):
        near.setdefault(line.source, []).append(line.target)
        near.setdefault(line.target, []).append(line.source)
    at = {network.key: number for number, network in enumerate(picture.networks)}
    order: dict[int, None] = {}
    for key in sorted(at, key=lambda key: (key == "", -len(near.get(key, ())), at[key])):
        waiting = [key]
        while waiting:
            each = waiting.pop(0)
            if at[each] not in order:
                order[at[each]] = None
                waiting += sorted(near.get(each, ()), key=at.__getitem__)
    return list(order)


def _peerings(picture: Picture) -> list[Line]:
    return [line for line in picture.lines if line.kind in ("peering", "half")]


def _rows(sizes: Sequence[tuple[float, float]], gap: float) -> list[list[int]]:
    """Which of some boxes stand together in a row, in order, so that the whole is a little wider than high."""
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    room = max([sqrt(area * SHAPE), *(width for width, _ in sizes)], default=0.0)
    rows: list[list[int]] = []
    used = 0.0
    for at, (width, _) in enumerate(sizes):
        if rows and used + gap + width <= room:
            rows[-1].append(at)
            used += gap + width
        else:
            rows.append([at])
            used = width
    return rows


def _network_size(network: Network) -> tuple[float, float]:
    sizes = [_area_size(area) for area in network.areas]
    rows = _rows(sizes, PAD)
    inner = [sum(sizes[at][0] for at in row) + PAD * (len(row) - 1) for row in rows]
    heights = [max(sizes[at][1] for at in row) for row in rows]
    head = min(WIDEST_NAME, max(text_width(network.name, 15), text_width(network.detail, 11))) + 30
    height = NETWORK_HEAD + sum(heights) + PAD * max(len(heights), 1)
    return max([head, *(width + 2 * PAD for width in inner)]), height


def _columns(area: Area) -> int:
    """Cards beside each other: a subnet is about as wide as it is high."""
    return max(1, ceil(sqrt(len(area.cards) * CARD[1] / CARD[0] * SHAPE)))


def _head(area: Area) -> float:
    """What stands above the cards of a subnet."""
    return AREA_HEAD + BADGE_ROW * bool(area.badges) if area.key else PAD


def _area_size(area: Area) -> tuple[float, float]:
    columns = _columns(area)
    rows = ceil(len(area.cards) / columns)
    name = min(WIDEST_NAME, text_width(area.name, 12) + text_width(area.detail, 11) + 40)
    badges = min(WIDEST_NAME, sum(text_width(badge.name, 10) + 30 for badge in area.badges) + 10)
    cards = columns * (CARD[0] + GAP) + GAP if area.cards else 0
    return max(name, badges, cards, 120), _head(area) + rows * (CARD[1] + GAP) + GAP


def _place_areas(network: Network, box: Box, boxes: dict[str, Box]) -> None:
    """Put the places of a network's subnets, and of the cards in them, into ``boxes``."""
    sizes = [_area_size(area) for area in network.areas]
    y = box.y + NETWORK_HEAD
    for row in _rows(sizes, PAD):
        x = box.x + PAD
        for at in row:
            area, place = network.areas[at], Box(x, y, *sizes[at])
            if area.key:
                boxes[area.key] = place
            for number, card in enumerate(area.cards):
                line, column = divmod(number, _columns(area))
                left = place.x + GAP + column * (CARD[0] + GAP)
                boxes[card.key] = Box(left, place.y + _head(area) + line * (CARD[1] + GAP), *CARD)
            x += sizes[at][0] + PAD
        y += max(sizes[at][1] for at in row) + PAD


def _routes_between(picture: Picture) -> Iterator[Line]:
    """One line from each network to each appliance of another that its routes name; the label is its key."""
    home = picture.homes()
    pairs = ((home[line.source], line.target) for line in picture.lines if line.kind == "route")
    for source, target in dict.fromkeys(pairs):
        if home[target] not in ("", source):
            yield Line("route", source, home[target], target)


class _Lanes:
    """The ways between the rows: lines of one hub, or to one appliance, share a lane, and no line crosses a box."""

    def __init__(self, picture: Picture, row_of: dict[str, int]) -> None:
        self._row_of = row_of
        peerings = _peerings(picture)
        degree = Counter(key for line in peerings for key in (line.source, line.target))
        self._hub = {line: max((line.source, line.target), key=degree.__getitem__) for line in peerings}
        self._hub |= {line: line.label for line in _routes_between(picture)}
        self._lines = list(self._hub)
        self._lane: dict[tuple[int, str], int] = {}
        self._ports: dict[str, list[tuple[str, bool]]] = {}
        self.sides: dict[str, int] = {}
        for line in self._lines:
            self._reserve(line)

    def count(self, gutter: int) -> int:
        """How many lanes are below a row."""
        return sum(number == gutter for number, _ in self._lane)

    def paths(self, boxes: dict[str, Box], bottoms: Sequence[float]) -> dict[Line, Path]:
        """The corners of every line."""
        return {line: self._path(line, boxes, bottoms) for line in self._lines}

    def _rows(self, line: Line) -> tuple[str, str, int, int]:
        """The upper end, the lower one, and their rows."""
        upper, lower = sorted((line.source, line.target), key=self._row_of.__getitem__)
        return upper, lower, self._row_of[upper], self._row_of[lower]

    def _reserve(self, line: Line) -> None:
        upper, lower, first, last = self._rows(line)
        hub = self._hub[line]
        for gutter in dict.fromkeys((first, max(first, last - 1))):
            self._lane.setdefault((gutter, hub), self.count(gutter))
        if last > first + 1:
            self.sides.setdefault(hub, len(self.sides))
        for key, at_top in ((upper, False), (lower, last > first)):
            ports = self._ports.setdefault(key, [])
            if (hub, at_top) not in ports:
                ports.append((hub, at_top))

    def _path(self, line: Line, boxes: dict[str, Box], bottoms: Sequence[float]) -> Path:
        upper, lower, first, last = self._rows(line)
        hub = self._hub[line]
        start, end = (self._port(upper, hub, False, boxes), self._port(lower, hub, last > first, boxes))
        above, below = (self._lane_y(gutter, hub, bottoms) for gutter in (first, max(first, last - 1)))
        if last <= first + 1:
            return (start, (start[0], above), (end[0], above), end)
        side = MARGIN + LANE * self.sides[hub] - LANE / 2
        return (start, (start[0], above), (side, above), (side, below), (end[0], below), end)

    def _lane_y(self, gutter: int, hub: str, bottoms: Sequence[float]) -> float:
        return bottoms[gutter] + GUTTER / 2 + LANE * self._lane[gutter, hub]

    def _port(self, key: str, hub: str, at_top: bool, boxes: dict[str, Box]) -> tuple[float, float]:
        """Where a line leaves a box: each hub's lines at a place of their own."""
        box, ports = boxes[key], [port for port in self._ports[key] if port[1] is at_top]
        at = ports.index((hub, at_top))
        x = box.middle + (at - (len(ports) - 1) / 2) * min(14.0, box.width / (len(ports) + 1))
        return (x, box.y if at_top else box.bottom)
