"""Traffic with the platform's own addresses, which ordinary rules do not stop.

Source: "Network security groups", platform considerations: DHCP, DNS, metadata and health monitoring are provided
through 168.63.129.16 and 169.254.169.254 and are not subject to groups, unless a rule targets them by their tags.
Probes of a load balancer come from 168.63.129.16 and are subject to rules: only flows that the machine opens count.
The same page: Windows licensing passes as well, through port 1688 of the key management service, until the subnet has a
default route of its own. And it says that outbound SMTP, TCP port 25, is shut in some kinds of subscription whatever
rules say; "Troubleshoot outbound SMTP connectivity problems in Azure" lists them.
"""

from __future__ import annotations

from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.semantics import Semantics

__all__ = [
    *("LICENSING_ADDRESSES", "PLATFORM_ADDRESSES", "SMTP_TAKEN_TO_PASS"),
    *("is_exempt", "is_licensing", "is_platform_traffic", "is_smtp", "names_platform"),
]

_WIRE_SERVER, _METADATA = PLATFORM_ADDRESSES = 0xA83F8110, 0xA9FEA9FE

# "What is IP address 168.63.129.16?": DNS 53, DHCP 67 and 68, guest agent 80, 443 and 32526.
_WIRE_SERVER_PORTS = {Protocol.TCP: (53, 80, 443, 32526), Protocol.UDP: (53, 67, 68)}


# "Troubleshoot Azure Windows virtual machine activation problems": 20.118.99.224, 23.102.135.246 and 40.83.235.53.
LICENSING_ADDRESSES = (0x147663E0, 0x176687F6, 0x2853EB35)
_LICENSING_PORT = 1688
_SMTP_PORT = 25


SMTP_TAKEN_TO_PASS = (
    "Azure shuts TCP port 25 to the Internet in some kinds of subscription, whatever rules say; "
    "this one is taken to be of another kind"
)
"""What to say of a flow to the Internet that ``is_smtp``: no resource tells the kind of its subscription."""


def is_smtp(flow: Flow) -> bool:
    """Whether ``flow`` is one that the platform shuts in some subscriptions, where it is bound for the Internet."""
    return flow.protocol is Protocol.TCP and flow.dst_port == _SMTP_PORT


def is_licensing(direction: Direction, flow: Flow) -> bool:
    """Whether a machine opens ``flow`` to the service that activates Windows; routes can end its exemption."""
    if direction is not Direction.OUTBOUND or flow.protocol is not Protocol.TCP or flow.dst_ip.version != 4:
        return False
    return flow.dst_ip.value in LICENSING_ADDRESSES and flow.dst_port == _LICENSING_PORT


def is_platform_traffic(direction: Direction, flow: Flow) -> bool:
    """Whether a machine opens ``flow`` to a service of the platform itself."""
    if direction is not Direction.OUTBOUND or flow.dst_ip.version != 4:
        return False
    if flow.dst_ip.value == _METADATA:
        return flow.protocol is Protocol.TCP and flow.dst_port == 80
    return flow.dst_ip.value == _WIRE_SERVER and flow.dst_port in _WIRE_SERVER_PORTS.get(flow.protocol, ())


def is_exempt(semantics: Semantics, direction: Direction, flow: Flow) -> bool:
    """Whether only rules that name the platform's tags can deny ``flow``."""
    return semantics.platform_traffic == "exempt" and is_platform_traffic(direction, flow)


def names_platform(rule: SecurityRule) -> bool:
    """Whether a rule targets a service of the platform by its tag (AzurePlatformDNS, AzurePlatformIMDS …)."""
    terms = (*rule.sources.terms, *rule.destinations.terms)
    return any(isinstance(term, ServiceTag) and term.text.lower().startswith("azureplatform") for term in terms)
