"""Rule sets by name, as tables: security groups of 10 to 4,000 rules as Azure allows them, and ClassBench files.

The security groups are drawn by a seed and shaped like large real ones. Most rules join one source and one destination
on one port; some have plural prefixes on one side or on both, some name a list of public prefixes (as a service tag
does) that other rules name too, some have port lists or ranges; the last one denies everything. A thousand rules hold
about 4,700 prefix entries and become about 6,400 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import NamedTuple

from netwatch.errors import QueryError
from netwatch.matcher.tables import Range, Row, RuleTable
from netwatch.workloads.classbench import read_classbench

__all__ = ["RULE_SETS", "rule_set"]

RULE_SETS: dict[str, tuple[int, int]] = {
    "nsg10": (10, 4),
    "nsg100": (100, 4),
    "nsg1000": (1000, 4),
    "nsg4000": (4000, 4),
    "nsg1000-ipv6": (1000, 6),
}
"""The number of rules and the address family of each named rule set."""

CLASSBENCH = "classbench:"
"""What a name begins with that means a ClassBench filter file."""

_ANY_SPORT: Range = (-1, 65535)
_ANY_PORT: Range = (0, 65535)
_ANY_PROTOCOL: Range = (0, 255)
_TCP, _UDP, _ICMP = (6, 6), (17, 17), (1, 1)
_KNOWN_PORTS = (22, 25, 53, 80, 123, 389, 443, 445, 636, 1433, 1521, 3306, 3389, 5432, 5671, 6379, 8080, 8443, 9093)
_PORT_RANGES: tuple[Range, ...] = (
    (49152, 65535),
    (1024, 65535),
    (8000, 8010),
    (30000, 32767),
    (135, 139),
    (5000, 5100),
)
_AZURE_BLOCKS = (13, 20, 40, 51, 52, 104)

_SHAPES = ("plain", "source list", "destination list", "both lists", "tag")
_SHAPE_WEIGHTS = (65, 8, 9, 13, 5)


class _Space(NamedTuple):
    """An address family as the rules use it: its width, and how it is cut into networks, subnets and part subnets."""

    bits: int
    estate: int
    network: int
    subnet: int
    part: tuple[int, int]
    public: tuple[int, int]


_SPACES = {
    4: _Space(32, 10 << 24, 16, 24, (25, 28), (12, 30)),
    6: _Space(128, 0xFD12_3456_7800 << 80, 56, 64, (72, 112), (28, 60)),
}


def rule_set(name: str, *, seed: int = 0) -> RuleTable:
    """The table of a rule set: one of RULE_SETS drawn from ``seed``, or ``classbench:FILE``, which has no seed.

    Equal names and seeds give equal tables. Raises QueryError for a name that is none, and what ``read_classbench``
    raises for a file.

    >>> table = rule_set("nsg10", seed=1)
    >>> table.rows[-1][2:], table == rule_set("nsg10", seed=1)
    (((-1, 65535), (0, 65535), (0, 255)), True)
    """
    if name.startswith(CLASSBENCH):
        return read_classbench(name.removeprefix(CLASSBENCH))
    if name not in RULE_SETS:
        raise QueryError(
            f"{name!r} is not a rule set.", hint=f"Expected one of: {', '.join(RULE_SETS)}, or {CLASSBENCH}FILE."
        )
    count, version = RULE_SETS[name]
    rows = _Drawing(Random(f"{seed}/{name}"), version, count).rows(count)
    return RuleTable(version, tuple(rows), (False,) * len(rows))


class _Drawing:
    """Rules as they come out of one random source; the tags are drawn first, since rules share them."""

    def __init__(self, random: Random, version: int, count: int) -> None:
        self._random = random
        self._space = _SPACES[version]
        self._everyone: Range = (0, (1 << self._space.bits) - 1)
        self._networks = [random.randrange(256) for _ in range(max(2, min(32, count // 30)))]
        self._tags = [self._some(self._public, random.randint(6, 36)) for _ in range(max(1, min(24, count // 40)))]

    def rows(self, count: int) -> list[Row]:
        """The rows of ``count`` rules; the last denies, or allows, whatever is left."""
        found: list[Row] = []
        for _ in range(count - 1):
            found += self._rule()
        return [*found, (self._everyone, self._everyone, _ANY_SPORT, _ANY_PORT, _ANY_PROTOCOL)]

    def _rule(self) -> list[Row]:
        sources, destinations = self._addresses()
        if self._random.random() < 0.5:
            sources, destinations = destinations, sources
        return [(src, dst, *service) for src, dst, service in product(sources, destinations, self._services())]

    def _addresses(self) -> tuple[Sequence[Range], Sequence[Range]]:
        """The two sides of a rule, before it is known which of them opens."""
        random = self._random
        shape = random.choices(_SHAPES, _SHAPE_WEIGHTS)[0]
        if shape == "plain":
            return [self._inside()], [self._anything()]
        if shape == "tag":
            return random.choice(self._tags), [self._inside()]
        if shape == "both lists":
            return self._some(self._inside, random.randint(2, 5)), self._some(self._anything, random.randint(2, 5))
        draw = self._inside if shape == "destination list" else self._public
        return [self._inside()], self._some(draw, random.randint(3, 16))

    def _services(self) -> list[tuple[Range, Range, Range]]:
        random = self._random
        protocol = random.choices((_TCP, _UDP, _ICMP, _ANY_PROTOCOL), (70, 16, 2, 12))[0]
        if protocol in (_ICMP, _ANY_PROTOCOL):
            return [(_ANY_SPORT, _ANY_PORT, protocol)]
        sport = (1024, 65535) if random.random() < 0.03 else _ANY_SPORT
        return [(sport, dport, protocol) for dport in self._ports()]

    def _ports(self) -> list[Range]:
        random = self._random
        kind = random.choices(("known", "drawn", "range", "list", "any"), (41, 15, 14, 25, 5))[0]
        if kind == "range":
            return [random.choice(_PORT_RANGES)]
        if kind == "any":
            return [_ANY_PORT]
        if kind == "list":
            return [(port, port) for port in sorted(random.sample(_KNOWN_PORTS, random.randint(2, 6)))]
        port = random.choice(_KNOWN_PORTS) if kind == "known" else random.randint(1024, 49151)
        return [(port, port)]

    def _some(self, draw: object, count: int) -> list[Range]:
        """``count`` ranges or some fewer, ascending, none of them touching another, as a compiler would leave them."""
        assert callable(draw)
        out: list[Range] = []
        for low, high in sorted(draw() for _ in range(count)):
            if not out or low > out[-1][1] + 1:
                out.append((low, high))
        return out

    def _anything(self) -> Range:
        """Either end of a plain rule: mostly the estate, some of the world, sometimes everyone."""
        return self._random.choices((self._inside, self._public, lambda: self._everyone), (62, 28, 10))[0]()

    def _inside(self) -> Range:
        """A part of the estate: a machine, part of a subnet, a subnet, or a network of subnets."""
        random, space = self._random, self._space
        part = random.randint(*space.part)
        length = random.choices((space.bits, part, space.subnet, space.network), (40, 15, 33, 12))[0]
        network = random.choice(self._networks) << (space.bits - space.network)
        subnet = min(int(random.expovariate(0.06)), 255) << (space.bits - space.subnet)
        host = random.getrandbits(space.bits - space.subnet)
        return self._prefix(space.estate | network | subnet | host, length)

    def _public(self) -> Range:
        """A prefix of a provider or a partner."""
        random, space = self._random, self._space
        length = random.choice((space.bits, random.randint(*space.public), random.randint(*space.public)))
        if space.bits == 32:
            block = random.choice((*_AZURE_BLOCKS, random.randint(1, 223))) << 24
        else:
            block = random.choice((0x2603_1000, 0x2A01_0111, 0x2000_0000 | random.getrandbits(28))) << 96
        return self._prefix(block | random.getrandbits(space.bits - 8 if space.bits == 32 else 96), length)

    def _prefix(self, address: int, length: int) -> Range:
        rest = (1 << (self._space.bits - length)) - 1
        return address & ~rest, address | rest
