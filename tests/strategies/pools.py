"""The few addresses, prefixes, ports and tags that everything drawn is made of."""

from __future__ import annotations

from netwatch.effective.published_tags import PublishedTags
from netwatch.model.addresses import parse_prefix
from netwatch.model.ids import ResourceId

__all__ = [
    "CIDRS",
    "CONTEXT_TAGS",
    "EDGES",
    "GROUP",
    "HOPS",
    "LEARNED",
    "PLATFORM_TAGS",
    "PORTS",
    "ROUTES",
    "SCATTERED",
    "SERVICES",
    "SPACES",
    "TAGS",
    "arm_id",
    "published_tags",
]

TAGS = {
    "Storage": ("20.60.0.0/16", "20.150.0.0/17", "2603:1020::/46"),
    "Storage.WestEurope": ("20.60.26.0/23", "20.150.0.0/17"),
    "Storage.NorthEurope": ("20.60.128.0/17",),
    "Sql.WestEurope": ("20.61.0.0/24",),
    "Sql.NorthEurope": ("20.61.1.0/24", "2603:1021::/46"),
    "AzureActiveDirectory": ("20.190.128.0/18",),
    "AzureCloud": ("20.0.0.0/11", "20.60.0.0/16", "20.150.0.0/17", "2603:1000::/25"),
    "AzureCloud.westeurope": ("20.60.26.0/23", "20.150.0.0/17"),
}
"""A published list small enough to reason about: tags share prefixes, as the real ones do."""

SERVICES = ("Microsoft.Storage", "Microsoft.Storage.Global", "Microsoft.Sql", "Microsoft.AzureActiveDirectory")
"""Services whose endpoints bring tags of that list in the two regions drawn."""

CONTEXT_TAGS = ("VirtualNetwork", "virtualnetwork", "Internet", "AzureLoadBalancer")
PLATFORM_TAGS = ("AzurePlatformDNS", "azurePlatformIMDS", "AzurePlatformLKM")

GROUP = ResourceId("/subscriptions/s/resourceGroups/rg")
SPACES = ("10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/12", "192.168.0.0/24", "20.9.0.0/16", "100.64.0.0/10")
CIDRS = (
    "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.4", "10.0.0.5", "10.1.0.0/16", "10.1.0.4",
    "172.16.0.4/30", "192.168.0.0/25", "20.9.0.0/24", "0.0.0.0/1", "8.8.8.0/24", "168.63.129.16",
    "25.1.0.0/16", "198.51.100.0/24", "fd00::/16", "fd00:1::/64", "fd00:1::4", "2001:4860::/32", "8000::/1",
)  # fmt: skip
ROUTES = (
    "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/16", "10.1.0.4/32", "172.16.0.0/12",
    "192.168.0.0/16", "8.8.8.0/24", "8.8.8.8/32", "20.60.0.0/16", "20.61.0.0/24", "fd00:1::/48", "2001:4860::/32",
)  # fmt: skip
LEARNED = (
    "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/25", "10.1.0.0/24", "172.16.0.0/12", "172.0.0.0/8",
    "172.31.0.0/16", "192.168.0.0/16", "8.8.8.0/24", "8.8.8.8/32", "20.60.26.0/24", "20.60.128.0/24", "20.61.0.0/24",
    "20.61.1.0/25", "20.190.128.0/19", "20.0.0.0/8", "2001:4860::/32", "198.51.100.0/24",
)  # fmt: skip
"""What gateways bring: inside, around and equal to ranges of networks, services, routes and reserved ranges."""

HOPS = ("10.0.0.4", "10.0.1.5", "10.1.0.4", "10.200.0.4", "172.16.0.4", "fd00:1::4")
SCATTERED = (
    "8.8.8.8", "168.63.129.16", "168.63.129.16", "168.63.129.16", "169.254.169.254", "169.254.169.254", "10.0.0.4",
    "10.1.0.4", "10.200.0.4", "20.60.26.1", "20.150.0.9", "20.150.0.9", "20.61.0.7", "25.1.2.3", "127.0.0.1",
    "23.102.135.246", "172.31.255.255", "192.168.255.1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "fd00:1::4",
    "fe80::1", "2001:4860::8888", "2603:1020::1", "::1",
)  # fmt: skip
EDGES = (
    "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "2000::/3",
)  # fmt: skip
PORTS = ("*", "0", "22", "53", "80", "443", "400-500", "0-1023", "0-65535", "1024-65535", "65535")


def published_tags() -> PublishedTags:
    """TAGS as netwatch takes them."""
    entries = {name: tuple(parse_prefix(text) for text in texts) for name, texts in TAGS.items()}
    return PublishedTags(entries, 1, source="tests")


def arm_id(kind: str, name: str) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.Network/{kind}/{name}")
