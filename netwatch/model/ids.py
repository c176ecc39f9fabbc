"""``ResourceId``: an ARM resource id, compared without regard to case."""

from __future__ import annotations

__all__ = ["ResourceId"]


class ResourceId:
    """An ARM resource id such as ``/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V``.

    Azure compares ids without regard to case, so equality and hash use ``key`` (the lower-case text); ``text`` keeps
    the spelling of the input. Child resources carry their parents' segments: ``…/virtualNetworks/V/subnets/S``.

    >>> a = ResourceId("/subscriptions/s/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v/subnets/A")
    >>> a.name, a.resource_group, a.type, a.parent.name
    ('A', 'RG', 'Microsoft.Network/virtualNetworks/subnets', 'v')
    >>> a == ResourceId(a.text.upper())
    True
    """

    __slots__ = ("_hash", "key", "text")

    text: str
    key: str

    def __init__(self, text: str) -> None:
        self.text = text
        self.key = text.lower()
        self._hash = hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, ResourceId) else NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: ResourceId) -> bool:
        return self.key < other.key

    def __repr__(self) -> str:
        return f"ResourceId({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type[ResourceId], tuple[str]]:
        return (ResourceId, (self.text,))

    @property
    def name(self) -> str:
        """The last segment."""
        return self.text.rsplit("/", 1)[-1]

    @property
    def subscription(self) -> str:
        """The subscription id, empty where the id has none."""
        return self._segment("/subscriptions/")

    @property
    def resource_group(self) -> str:
        """The resource group's name, empty where the id has none."""
        return self._segment("/resourcegroups/")

    @property
    def type(self) -> str:
        """The full resource type, ``Microsoft.Network/virtualNetworks/subnets``; empty where the id has no provider."""
        start = self.key.rfind("/providers/")
        if start < 0:
            return ""
        parts = self.text[start + len("/providers/") :].split("/")
        return "/".join([parts[0], *parts[1::2]])

    @property
    def parent(self) -> ResourceId:
        """The id with its last type and name taken off."""
        return ResourceId(self.text.rsplit("/", 2)[0])

    def child(self, kind: str, name: str) -> ResourceId:
        """The id of a child: ``vnet.child("subnets", "web")``."""
        return ResourceId(f"{self.text}/{kind}/{name}")

    def spelled(self, name: str) -> ResourceId:
        """This id with its last segment cased as in ``name``, where that is its name (alone, or after its parents').

        Exports may put ids into lower case; answers name rules and routes as their names are spelled.
        """
        last = name.rsplit("/", 1)[-1]
        if last == self.name or last.lower() != self.name.lower():
            return self
        return ResourceId(f"{self.text[: -len(last)]}{last}")

    def _segment(self, marker: str) -> str:
        start = self.key.find(marker)
        if start < 0:
            return ""
        start += len(marker)
        end = self.text.find("/", start)
        return self.text[start:] if end < 0 else self.text[start:end]
