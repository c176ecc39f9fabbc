"""Service endpoints: routes of a subnet straight to a service's public ranges.

Source: "Virtual network service endpoints"; that Microsoft.Storage brings the ranges of the network's region and its
pair, and not the whole tag, is recorded.
"""

from __future__ import annotations

from netwatch.effective.regions import paired_region
from netwatch.model.resources import ServiceEndpoint

__all__ = ["endpoint_tags"]

# The service tag that holds a service's ranges ("Virtual network service tags"). True: the tag has regional forms and
# an endpoint brings those of its regions only; the services without pairing bring the network's own region alone.
_TAG_OF_SERVICE = {
    "microsoft.storage": "Storage",
    "microsoft.storage.global": "Storage",
    "microsoft.sql": "Sql",
    "microsoft.azurecosmosdb": "AzureCosmosDB",
    "microsoft.keyvault": "AzureKeyVault",
    "microsoft.servicebus": "ServiceBus",
    "microsoft.eventhub": "EventHub",
    "microsoft.web": "AppService",
    "microsoft.azureactivedirectory": "AzureActiveDirectory",
    "microsoft.cognitiveservices": "CognitiveServicesManagement",
    "microsoft.containerregistry": "AzureContainerRegistry",
}
_PAIRED = ("microsoft.storage",)
# Published without regional forms (change 376), so the whole tag is what there is.
_GLOBAL = ("microsoft.storage.global", "microsoft.azureactivedirectory", "microsoft.cognitiveservices")


def endpoint_tags(endpoint: ServiceEndpoint, location: str) -> tuple[str, ...] | None:
    """The service tags whose ranges ``endpoint`` routes in a network in ``location``; None for an unknown service.

    For most services that is the tag of the network's region; Microsoft.Storage adds the paired region.
    """
    service = endpoint.service.lower()
    tag = _TAG_OF_SERVICE.get(service)
    if tag is None:
        return None
    if service in _GLOBAL:
        return (tag,)
    regions = [location.replace(" ", "")]
    pair = paired_region(location) if service in _PAIRED else ""
    return tuple(f"{tag}.{region}" for region in (*regions, *((pair,) if pair else ())))
