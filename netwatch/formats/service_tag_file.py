"""Published service tags: Microsoft's ``ServiceTags_Public_*.json``, and the compact list that ships with netwatch.

The compact file is one text line (``netwatch-service-tags 1 <cloud> <change number> <date> <bytes of the index>``),
then the index (zlib; a line ``name count4 count6`` for each tag), then for each tag, without gaps and in the order of
the index, its IPv4 networks (4 bytes each), their lengths (1 byte each), its IPv6 networks (16 bytes each) and their
lengths. Integers are big endian.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import repeat
from typing import Any, NamedTuple

from netwatch.effective.published_tags import PublishedTags
from netwatch.errors import TopologyError, TopologyErrors, TopologySchemaError, TopologySyntaxError
from netwatch.model.addresses import Prefix, parse_prefix
from netwatch.model.where import Where

__all__ = ["MAX_BYTES", "SHIPPED", "load_shipped", "pack", "read_service_tag_file"]

MAX_BYTES = 64 * 1024 * 1024
"""The largest service tag file that is read unless the caller says otherwise; Microsoft's have about 4 MB."""

SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "service_tags_public.bin")
"""The list in the package, made by ``scripts/pack_service_tags.py``."""

_MAGIC = "netwatch-service-tags"
_EXPECTED = 'Expected the JSON file "Azure IP Ranges and Service Tags" as Microsoft publishes it.'


def load_shipped() -> PublishedTags:
    """The list that ships with netwatch. It reads one line now, and the rest when a tag is asked for."""
    with open(SHIPPED, "rb") as file:
        _, _, cloud, change_number, date, index_size = file.readline().decode("ascii").rstrip().split(" ")
        packed = _PackedTags(SHIPPED, file.tell(), int(index_size))
    return PublishedTags(packed, int(change_number), cloud=cloud, date=date, source="shipped with netwatch")


def read_service_tag_file(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> PublishedTags:
    """The list in a file of Microsoft's format: the weekly download, or the answer of the serviceTags REST operation.

    Everything is checked at once. Raises TopologySyntaxError where it cannot be opened, is no JSON or is larger than
    ``max_bytes``, TopologySchemaError where it is JSON of another kind, TopologyErrors where some tags are malformed.
    """
    from netwatch.formats.json_text import parse_json
    from netwatch.formats.text_file import read_text

    source = os.fspath(path)
    text = read_text(source, max_bytes=max_bytes)
    try:
        content = parse_json(source, text)
    except TopologySyntaxError as error:
        error.hint = error.hint or _EXPECTED
        raise
    values = content.get("values") if isinstance(content, dict) else None
    if not isinstance(values, list):
        raise TopologySchemaError("this is JSON, but it has no list `values`.", where=Where(source), hint=_EXPECTED)
    entries, problems = _entries(values, source)
    if problems:
        raise TopologyErrors(problems)
    return PublishedTags(
        entries,
        _change_number(content, source),
        cloud=str(content.get("cloud") or "Public"),
        date=_date(os.path.basename(source)),
        source=source,
    )


def pack(tags: PublishedTags) -> bytes:
    """The content of a compact file that holds ``tags``."""
    import zlib

    index, blobs = [], []
    for name in tags.names():
        prefixes = tags.prefixes(name) or ()
        v4, v6 = ([prefix for prefix in prefixes if prefix.version == version] for version in (4, 6))
        index.append(f"{name} {len(v4)} {len(v6)}")
        blobs += [_column(v4, 4), _column(v6, 16)]
    packed = zlib.compress("\n".join(index).encode(), 9)
    head = f"{_MAGIC} 1 {tags.cloud} {tags.change_number} {tags.date} {len(packed)}\n"
    return b"".join([head.encode("ascii"), packed, *blobs])


def _column(prefixes: Iterable[Prefix], width: int) -> bytes:
    ordered = sorted(prefixes)
    networks = b"".join(prefix.network.to_bytes(width, "big") for prefix in ordered)
    return networks + bytes(prefix.length for prefix in ordered)


class _Place(NamedTuple):
    """Where a tag lies in the compact file, counted from its start, and how many prefixes it has of each family."""

    offset: int
    count4: int
    count6: int


class _PackedTags(Mapping[str, tuple[Prefix, ...]]):
    """A compact file as a mapping that reads what it is asked for."""

    def __init__(self, path: str, index_offset: int, index_size: int) -> None:
        self._path, self._index_offset, self._index_size = path, index_offset, index_size

    def __getitem__(self, name: str) -> tuple[Prefix, ...]:
        place = self._places[name]
        data = _read(self._path, place.offset, 5 * place.count4 + 17 * place.count6)
        return _prefixes(data, place.count4, place.count6)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @cached_property
    def _places(self) -> dict[str, _Place]:
        import zlib

        index = zlib.decompress(_read(self._path, self._index_offset, self._index_size)).decode()
        places, offset = {}, self._index_offset + self._index_size
        for line in index.splitlines():
            name, text4, text6 = line.split(" ")
            place = places[name] = _Place(offset, int(text4), int(text6))
            offset += 5 * place.count4 + 17 * place.count6
        return places


def _read(path: str, offset: int, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


def _prefixes(data: bytes, count4: int, count6: int) -> tuple[Prefix, ...]:
    import struct

    end4 = 5 * count4
    v4 = struct.unpack_from(f">{count4}I", data)
    halves = struct.unpack_from(f">{2 * count6}Q", data, end4)
    v6 = (high << 64 | low for high, low in zip(halves[::2], halves[1::2], strict=True))
    return (
        *map(Prefix, repeat(4), v4, data[4 * count4 : end4]),
        *map(Prefix, repeat(6), v6, data[end4 + 16 * count6 :]),
    )


def _change_number(content: dict[str, Any], source: str) -> int:
    number = content.get("changeNumber", 0)
    if isinstance(number, int) or (isinstance(number, str) and number.isascii() and number.isdigit()):
        return int(number)
    where = Where(source, pointer="changeNumber")
    raise TopologySchemaError(f"changeNumber is {number!r}, not a number.", where=where, hint=_EXPECTED)


def _date(file_name: str) -> str:
    """The date in a name such as ``ServiceTags_Public_20251117.json``, as ISO; empty where there is none."""
    digits = os.path.splitext(file_name)[0].rpartition("_")[2]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else ""


def _entries(values: list[Any], source: str) -> tuple[dict[str, tuple[Prefix, ...]], list[TopologyError]]:
    entries: dict[str, tuple[Prefix, ...]] = {}
    seen: set[str] = set()
    problems: list[TopologyError] = []
    for index, value in enumerate(values):
        where = Where(source, pointer=f"values/{index}")
        try:
            name, prefixes = _entry(value)
            if name.lower() in seen:
                raise ValueError(f"service tag {name!r} stands here a second time.")
        except ValueError as error:
            problems.append(TopologySchemaError(str(error), where=where, hint="Each tag is a name and its prefixes."))
        else:
            seen.add(name.lower())
            entries[name] = prefixes
    return entries, problems


def _entry(value: Any) -> tuple[str, tuple[Prefix, ...]]:
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name or any(character.isspace() for character in name):
        raise ValueError(f"a service tag needs a name without spaces, not {name!r}.")
    properties = value.get("properties")
    texts = properties.get("addressPrefixes") if isinstance(properties, dict) else None
    if not isinstance(texts, list):
        raise ValueError(f"service tag {name!r} has no list `properties.addressPrefixes`.")
    try:
        return name, tuple(sorted({parse_prefix(text) for text in texts}))
    except (ValueError, AttributeError, TypeError):
        bad = next(text for text in texts if not _is_prefix(text))
        raise ValueError(f"service tag {name!r} holds {bad!r}, which is not a prefix.") from None


def _is_prefix(text: Any) -> bool:
    try:
        parse_prefix(text)
    except (ValueError, AttributeError, TypeError):
        return False
    return True
