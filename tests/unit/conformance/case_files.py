"""Builders of case files: one machine ``web-0`` in a VNet, a group bound to its NIC."""

from __future__ import annotations

from typing import Any

__all__ = ["SUBSCRIPTION", "flow_case", "network", "next_hop_case"]

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"


def network(subscription: str = SUBSCRIPTION, *, rules: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    """ARM resources: VNet 10.0.0.0/16, a group with ``rules`` on the NIC of web-0, 10.0.1.4."""
    group = f"/subscriptions/{subscription}/resourceGroups/rg/providers"
    net, vm = f"{group}/Microsoft.Network", f"{group}/Microsoft.Compute/virtualMachines/web-0"
    subnet = f"{net}/virtualNetworks/vnet/subnets/web"
    config = {"privateIPAddress": "10.0.1.4", "primary": True, "subnet": {"id": subnet}}
    nic = {
        "ipConfigurations": [{"name": "ipconfig1", "properties": config}],
        "networkSecurityGroup": {"id": f"{net}/networkSecurityGroups/nsg"},
        "virtualMachine": {"id": vm},
    }
    return [
        {
            "id": f"{net}/virtualNetworks/vnet",
            "type": "Microsoft.Network/virtualNetworks",
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "web", "properties": {"addressPrefix": "10.0.1.0/24"}}],
            },
        },
        {
            "id": f"{net}/networkSecurityGroups/nsg",
            "type": "Microsoft.Network/networkSecurityGroups",
            "location": "westeurope",
            "properties": {"securityRules": list(rules)},
        },
        {
            "id": f"{net}/networkInterfaces/web-0-nic",
            "type": "Microsoft.Network/networkInterfaces",
            "location": "westeurope",
            "properties": nic,
        },
        {
            "id": vm,
            "type": "Microsoft.Compute/virtualMachines",
            "location": "westeurope",
            "properties": {"networkProfile": {"networkInterfaces": [{"id": f"{net}/networkInterfaces/web-0-nic"}]}},
        },
    ]


def next_hop_case(**changes: Any) -> dict[str, Any]:
    """A nextHop case that agrees: web-0 calls the internet."""
    target = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-0"
    case = {
        "source": {"title": "recorded answer", "commit_date": "2025-04-02T00:00:00Z"},
        "operation": "nextHop",
        "apiVersion": "2024-05-01",
        "request": {"targetResourceId": target, "sourceIPAddress": "10.0.1.4", "destinationIPAddress": "8.8.8.8"},
        "status": 200,
        "response": {"nextHopType": "Internet", "routeTableId": "System Route"},
        "topology": {"resources": network()},
        "replayable": True,
    }
    return {**case, **changes}


def flow_case(**changes: Any) -> dict[str, Any]:
    """An ipFlowVerify case that agrees: the internet calls web-0, and the default rule denies it."""
    target = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-0"
    request = {
        "targetResourceId": target,
        "direction": "Inbound",
        "protocol": "TCP",
        "localIPAddress": "10.0.1.4",
        "localPort": "22",
        "remoteIPAddress": "8.8.8.8",
        "remotePort": "*",
    }
    answer = {"access": "Deny", "ruleName": "defaultSecurityRules/DenyAllInBound", "ruleId": ""}
    return next_hop_case(**{"operation": "ipFlowVerify", "request": request, "response": answer, **changes})
