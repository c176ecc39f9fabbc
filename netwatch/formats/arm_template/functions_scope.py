"""Functions about the deployment and its resources.

Sources: "Resource functions", "Scope functions" and "Deployment functions for ARM templates". Each takes the scope,
its arguments as values, and the place of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from netwatch.formats.arm_template.environment import Env
from netwatch.formats.arm_template.evaluator import evaluate_node
from netwatch.formats.arm_template.open_values import joined
from netwatch.formats.arm_template.scope import Scope
from netwatch.formats.arm_template.syntax import Call
from netwatch.model.unresolved import Unresolved

__all__ = ["Resources", "composed_id", "group_id", "scope_functions"]


class Resources(Protocol):
    """What the template makes, as ``reference`` sees it."""

    def reference(self, name: Any, *, full: bool, scope: Scope, env: Env) -> Any: ...
    def references(self, symbol: Any, *, full: bool, scope: Scope, env: Env) -> Any: ...
    def info(self, symbol: Any, *, scope: Scope, env: Env) -> Any: ...


ScopeFunction = Callable[[Scope, list[Any], Env], Any]


def scope_functions(resources: Resources) -> Callable[[Scope, Call, Env], Any]:
    """A function that answers every call about the deployment, given the resources that it makes."""
    table: dict[str, ScopeFunction] = {name.lower(): work for name, work in SCOPE_FUNCTIONS.items()}
    table["reference"] = lambda scope, args, env: resources.reference(
        args[0], full=len(args) > 2 and str(args[2]).lower() == "full", scope=scope, env=env
    )
    table["references"] = lambda scope, args, env: resources.references(
        args[0], full=len(args) > 1 and str(args[-1]).lower() == "full", scope=scope, env=env
    )
    table["resourceinfo"] = lambda scope, args, env: resources.info(args[0], scope=scope, env=env)

    def answer(scope: Scope, call: Call, env: Env) -> Any:
        name = call.name.lower()
        work = table.get(name)
        if work is None:
            return _only_azure_knows(call, env)
        args = [evaluate_node(each, env) for each in call.arguments]
        try:
            return work(scope, args, env)
        except (ValueError, IndexError, TypeError, AttributeError, KeyError) as error:
            reason = str(error) if isinstance(error, ValueError) else _mistake(error)
            return Unresolved(f"{call.name}: {reason}", where=env.where)

    return answer


def _mistake(error: Exception) -> str:
    return "it has too few arguments" if isinstance(error, IndexError) else "its arguments are of another type"


_ONLY_AZURE = {
    "utcnow": "it is the time of the deployment",
    "newguid": "Azure draws a new one in each deployment",
    "deployer": "it is whoever deploys",
    "providers": "only Azure knows what its providers offer",
    "pickzones": "only Azure knows its zones",
    "tologicalzone": "only Azure knows its zones",
    "tologicalzones": "only Azure knows its zones",
    "tophysicalzone": "only Azure knows its zones",
    "tophysicalzones": "only Azure knows its zones",
    "getsecret": "it is a secret",
    "externalinput": "it comes from outside of the template",
}


def _only_azure_knows(call: Call, env: Env) -> Unresolved:
    name = call.name.lower()
    reason = _ONLY_AZURE.get(name)
    if reason is None and name.startswith("list"):
        reason = "only Azure knows it once the resource is there"
    return Unresolved(reason or f"the function {call.name} is not evaluated", f"{call.name}()", env.where)


def group_id(subscription: Any, group: Any) -> Any:
    """The id of a resource group, or of a subscription where the group is empty."""
    parts: list[Any] = ["/subscriptions/", subscription] if subscription != "" else []
    return joined([*parts, *(["/resourceGroups/", group] if group != "" else [])])


def composed_id(start: Any, type: Any, names: list[Any]) -> Any:
    """The id of a resource of ``type`` below ``start``; ValueError where there are not as many names as types."""
    if isinstance(type, Unresolved):
        return type
    if not isinstance(type, str):
        raise ValueError("it names no resource type")
    provider, *kinds = type.strip("/").split("/")
    if len(kinds) != len(names):
        names = [part for name in names for part in (name.split("/") if isinstance(name, str) else [name])]
    if len(kinds) != len(names):
        noun = "name" if len(kinds) == 1 else "names"
        raise ValueError(f"the type {type} wants {len(kinds)} {noun}, and {len(names)} are given")
    steps = [part for kind, name in zip(kinds, names, strict=True) for part in ("/", kind, "/", name)]
    return joined([start, "/providers/", provider, *steps])


def _type_index(args: list[Any]) -> int:
    """Where the type stands among the arguments: it is the first text with a slash."""
    for index, each in enumerate(args):
        if isinstance(each, str) and "/" in each:
            return index
    raise ValueError("it names no resource type")


def _resource_id(scope: Scope, args: list[Any], env: Env) -> Any:
    at = _type_index(args)
    before = args[:at]
    subscription = before[0] if len(before) > 1 else scope.context.subscription
    group = before[-1] if before else scope.context.resource_group
    return composed_id(group_id(subscription, group), args[at], args[at + 1 :])


def _subscription_resource_id(scope: Scope, args: list[Any], env: Env) -> Any:
    at = _type_index(args)
    subscription = args[0] if at else scope.context.subscription
    return composed_id(group_id(subscription, ""), args[at], args[at + 1 :])


def _tenant_resource_id(scope: Scope, args: list[Any], env: Env) -> Any:
    return composed_id("", args[0], args[1:])


def _management_group_resource_id(scope: Scope, args: list[Any], env: Env) -> Any:
    at = _type_index(args)
    group = args[0] if at else scope.context.management_group or _no_group(env)
    start = joined(["/providers/Microsoft.Management/managementGroups/", group])
    return composed_id(start, args[at], args[at + 1 :])


def _extension_resource_id(scope: Scope, args: list[Any], env: Env) -> Any:
    return composed_id(args[0], args[1], args[2:])


def _no_group(env: Env) -> Unresolved:
    return Unresolved("the management group of the deployment is not given", "managementGroup().name", env.where)


def _resource_group(scope: Scope, args: list[Any], env: Env) -> Any:
    if scope.context.resource_group == "":
        raise ValueError("the deployment goes to no resource group")
    return {
        "id": group_id(scope.context.subscription, scope.context.resource_group),
        "name": scope.context.resource_group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": scope.context.location,
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }


def _subscription(scope: Scope, args: list[Any], env: Env) -> Any:
    tenant = Unresolved("the tenant is not given", "subscription().tenantId", env.where)
    return {
        "id": group_id(scope.context.subscription, ""),
        "subscriptionId": scope.context.subscription,
        "tenantId": tenant,
        "displayName": Unresolved("it is not given", "subscription().displayName", env.where),
    }


def _tenant(scope: Scope, args: list[Any], env: Env) -> Any:
    return {"tenantId": Unresolved("the tenant is not given", "tenant().tenantId", env.where)}


def _management_group(scope: Scope, args: list[Any], env: Env) -> Any:
    group = scope.context.management_group or _no_group(env)
    return {"name": group, "id": joined(["/providers/Microsoft.Management/managementGroups/", group])}


def _deployment(scope: Scope, args: list[Any], env: Env) -> Any:
    """The link is the file that holds the template, so that templates beside it are found from it."""
    template = scope.template
    return {
        "name": scope.context.deployment,
        "location": scope.context.location,
        "properties": {
            "templateLink": {"uri": template.where.source},
            "template": {"contentVersion": template.value.get("contentVersion", "1.0.0.0")},
            "mode": "Incremental",
        },
    }


def _environment(scope: Scope, args: list[Any], env: Env) -> Any:
    """Azure's public cloud; the others are not told apart."""
    suffixes = {
        "storage": "core.windows.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "acrLoginServer": ".azurecr.io",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
    }
    return {
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": suffixes,
    }


def _fail(scope: Scope, args: list[Any], env: Env) -> Any:
    raise env.error(f"the template fails on purpose: {str(args[0])[:200] if args else ''}")


SCOPE_FUNCTIONS: Mapping[str, ScopeFunction] = {
    "deployment": _deployment,
    "environment": _environment,
    "extensionResourceId": _extension_resource_id,
    "fail": _fail,
    "managementGroup": _management_group,
    "managementGroupResourceId": _management_group_resource_id,
    "resourceGroup": _resource_group,
    "resourceId": _resource_id,
    "subscription": _subscription,
    "subscriptionResourceId": _subscription_resource_id,
    "tenant": _tenant,
    "tenantResourceId": _tenant_resource_id,
}
"""By name; ``reference``, ``references`` and ``resourceInfo`` join them for one reading."""
