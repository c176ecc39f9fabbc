"""Makes the service tag list that ships with netwatch from the JSON file that Microsoft publishes every week.

python scripts/pack_service_tags.py ServiceTags_Public_20251117.json
"""

from __future__ import annotations

import sys
from pathlib import Path

from netwatch.formats.service_tag_file import SHIPPED, pack, read_service_tag_file


def main(path: str) -> None:
    """Read the list at ``path``, replace the shipped one by it, and say what it is."""
    tags = read_service_tag_file(path)
    content = pack(tags)
    Path(SHIPPED).write_bytes(content)
    print(f"{SHIPPED}: {tags}, {len(tags.names())} tags, {len(content):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
