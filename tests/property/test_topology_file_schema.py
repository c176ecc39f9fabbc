"""The fast reader and the explaining schema accept exactly the same files.

The reader and the pydantic models agree without exception. The JSON Schema made from the models accepts whatever they
accept, and refuses the rest save for what no JSON Schema can say, which is listed here.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from netwatch.errors import NetwatchError, TopologyErrors, TopologySchemaError, TopologySyntaxError
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.formats.topology_file.schema import TopologyFile, json_schema

VALIDATOR = jsonschema.Draft202012Validator(json_schema())

WHOLE: dict[str, Any] = {
    "netwatch": 1,
    "subscription": "s",
    "resourceGroup": "rg",
    "location": "West Europe",
    "serviceTags": "ServiceTags_Public_20251117.json",
    "semantics": {"emptyGroup": "ignored", "partialOverlap": None},
    "virtualNetworks": {
        "a": {
            "addressPrefixes": ["10.0.0.0/16", "fd00::/48"],
            "flowTimeoutInMinutes": 30,
            "tags": {"k": "v", "n": 1, "none": None},
            "subnets": {
                "one": {
                    "addressPrefix": "10.0.1.0/24",
                    "networkSecurityGroup": "nsg",
                    "routeTable": "rt",
                    "natGateway": "nat",
                    "serviceEndpoints": ["Microsoft.Storage"],
                    "privateEndpointNetworkPolicies": "Enabled",
                    "delegations": "Microsoft.Sql/managedInstances",
                    "defaultOutboundAccess": False,
                },
                "GatewaySubnet": {"addressPrefix": "10.0.3.0/24"},
                "two": {"addressPrefixes": ["10.0.2.0/24", "fd00::/64"]},
            },
            "virtualNetworkPeerings": {
                "to-b": {
                    "remoteVirtualNetwork": "b",
                    "peeringState": "Connected",
                    "allowVirtualNetworkAccess": True,
                    "allowForwardedTraffic": True,
                    "allowGatewayTransit": False,
                    "useRemoteGateways": False,
                    "remoteAddressSpace": "10.1.0.0/16",
                    "peerCompleteVnets": False,
                    "localSubnetNames": ["one", "two"],
                    "remoteSubnetNames": "data",
                    "enableOnlyIPv6Peering": True,
                }
            },
        },
        "b": {"addressPrefixes": "10.1.0.0/16", "location": "eastus", "resourceGroup": "other"},
        "c": {"addressPrefixes": "10.7.0.0/16", "name": "b", "subscription": "other"},
    },
    "otherResources": {
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/fw": ["/subscriptions/s/a"],
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/disk": None,
    },
    "networkSecurityGroups": {
        "empty": None,
        "nsg": {
            "flushConnection": True,
            "securityRules": {
                "r1": {
                    "priority": 100,
                    "direction": "Inbound",
                    "access": "Allow",
                    "protocol": "Tcp",
                    "source": ["10.0.0.0/8", "Internet"],
                    "destination": "*",
                    "sourcePortRanges": "*",
                    "destinationPortRanges": [443, "8000-8010"],
                    "description": "a remark",
                },
                "open": {
                    "priority": {"unresolved": "a parameter without a value", "expression": "[parameters('p')]"},
                    "direction": {"unresolved": "why"},
                    "access": {"unresolved": "why"},
                    "protocol": {"unresolved": "why"},
                    "source": {"unresolved": "why"},
                    "destination": ["10.0.0.0/8", {"unresolved": "why"}],
                    "sourcePortRanges": {"unresolved": "why"},
                    "destinationPortRanges": [443, {"unresolved": "why"}],
                },
                "r2": {
                    "priority": 200,
                    "sourceApplicationSecurityGroups": "asg",
                    "destinationApplicationSecurityGroups": ["asg"],
                },
            },
        },
    },
    "applicationSecurityGroups": ["asg"],
    "routeTables": {
        "rt": {
            "disableBgpRoutePropagation": False,
            "routes": {
                "out": {
                    "addressPrefix": "0.0.0.0/0",
                    "nextHopType": "VirtualAppliance",
                    "nextHopIpAddress": "10.0.1.9",
                },
                "spread": {
                    "addressPrefix": "10.9.0.0/16",
                    "nextHopType": "VirtualApplianceEcmp",
                    "nextHopIpAddress": ["10.0.1.9", "10.0.1.10"],
                },
                "drop": {"addressPrefix": "Storage", "nextHopType": "None"},
                "open": {"addressPrefix": {"unresolved": "why"}, "nextHopType": {"unresolved": "why"}},
            },
        }
    },
    "publicIPAddresses": {"pip": {"ipAddress": "20.0.0.4", "sku": "Standard"}},
    "virtualMachines": {
        "vm": {
            "networkInterfaces": {
                "nic": {
                    "subnet": "a/one",
                    "privateIPAddress": "10.0.1.4",
                    "publicIPAddress": "pip",
                    "networkSecurityGroup": "nsg",
                    "applicationSecurityGroups": ["asg"],
                    "enableIPForwarding": True,
                    "defaultOutboundConnectivityEnabled": False,
                    "primary": True,
                }
            },
            "virtualMachineScaleSet": "flex",
        },
        "half": {
            "networkInterfaces": {
                "elsewhere": {"unresolved": "another template makes it"},
                "here": {"subnet": {"unresolved": "why"}, "privateIPAddress": {"unresolved": "why"}},
            }
        },
    },
    "networkInterfaces": {
        "spare": {
            "subnet": "two",
            "ipConfigurations": {"v4": {"primary": True}, "v6": {"privateIPAddress": "fd00::9"}},
        },
        "loose": {"ipConfigurations": {"only": {"subnet": "two"}}},
    },
    "virtualNetworkGateways": {
        "gw": {
            "gatewayType": "Vpn",
            "subnet": "a/GatewaySubnet",
            "publicIPAddress": "pip",
            "vpnClientAddressPool": ["172.20.0.0/24"],
            "gatewayDefaultSite": "site",
            "connections": {
                "to-site": {"localNetworkGateway2": "site"},
                "to-other": {"connectionType": "Vnet2Vnet", "virtualNetworkGateway2": "er"},
            },
        },
        "er": {
            "gatewayType": "ExpressRoute",
            "subnet": "GatewaySubnet",
            "connections": {"to-circuit": {"connectionType": "ExpressRoute"}},
        },
    },
    "localNetworkGateways": {"site": {"addressPrefixes": "192.168.0.0/16"}, "bgp": None},
    "privateEndpoints": {
        "pe": {
            "subnet": "a/one",
            "privateIPAddress": "10.0.1.50",
            "applicationSecurityGroups": "asg",
            "connectionStatus": "pending",
        },
        "named": {"subnet": "a/one", "networkInterfaces": ["loose"]},
    },
    "natGateways": {"nat": {"publicIPAddresses": ["pip"]}},
    "loadBalancers": {
        "lb": {
            "sku": "Standard",
            "frontendIPConfigurations": {
                "private": {"subnet": "one", "privateIPAddress": "10.0.1.60"},
                "public": {"publicIPAddress": "pip"},
            },
            "backendAddressPools": {"pool": ["nic"], "none": None},
            "probes": {"health": {"protocol": "Http", "port": 80}},
            "loadBalancingRules": {
                "web": {
                    "protocol": "Tcp",
                    "frontendIPConfiguration": "private",
                    "frontendPort": 80,
                    "backendAddressPool": "pool",
                    "backendPort": 8080,
                    "probe": "health",
                    "enableFloatingIP": False,
                    "disableOutboundSnat": True,
                },
                "every": {"protocol": "All", "frontendIPConfiguration": "private", "backendAddressPool": "pool"},
            },
            "inboundNatRules": {
                "ssh": {
                    "frontendIPConfiguration": "public",
                    "frontendPort": 2222,
                    "backendPort": 22,
                    "networkInterface": "nic",
                },
                "each": {
                    "frontendIPConfiguration": "public",
                    "frontendPort": "5000-5009",
                    "backendAddressPool": "pool",
                },
            },
            "inboundNatPools": {"set": {"frontendIPConfiguration": "public", "frontendPort": "6000-6009"}},
            "outboundRules": {"out": {"frontendIPConfigurations": ["public"], "backendAddressPool": "pool"}},
        }
    },
    "azureFirewalls": {
        "fw-hub": {"virtualHub": "hub"},
        "fw": {
            "subnet": "a/one",
            "privateIPAddress": "10.0.1.70",
            "publicIPAddress": ["pip"],
            "privateRanges": "10.0.0.0/8",
            "firewallPolicy": {"unresolved": "it is elsewhere"},
            "natRules": {
                "in": {
                    "protocol": "Tcp",
                    "source": "*",
                    "destination": "20.0.0.4",
                    "destinationPortRanges": 443,
                    "translatedAddress": "10.0.1.4",
                    "translatedPort": 8443,
                }
            },
            "networkRules": {
                "net": {
                    "access": "Deny",
                    "protocol": ["Tcp", "Any"],
                    "source": ["10.0.0.0/8"],
                    "destination": "Sql",
                    "destinationPortRanges": [1433],
                    "fqdns": "db.contoso.com",
                }
            },
            "applicationRules": {"app": {"fqdns": ["*.contoso.com"], "otherNames": "WindowsUpdate"}},
        },
    },
    "virtualWans": {"wan": {"type": "Standard"}, "basic": None},
    "virtualHubs": {
        "hub": {
            "virtualWan": "wan",
            "addressPrefix": "10.9.0.0/23",
            "sku": "Standard",
            "hubRouteTables": {
                "red": {"labels": ["x", "y"], "routes": {"r": {"destinations": ["10.8.0.0/16"], "nextHop": "to-b"}}},
                "blue": None,
            },
            "hubVirtualNetworkConnections": {
                "to-b": {
                    "remoteVirtualNetwork": "a",
                    "enableInternetSecurity": True,
                    "associatedRouteTable": "red",
                    "propagatedRouteTables": ["red", "hub/defaultRouteTable"],
                    "propagatedLabels": "x",
                    "staticRoutes": {"s": {"addressPrefixes": "10.8.0.0/16", "nextHopIpAddress": "10.3.0.4"}},
                    "propagateStaticRoutes": False,
                }
            },
            "routingPolicies": {"p": {"destinations": ["Internet", "PrivateTraffic"], "nextHop": "fw-hub"}},
            "bgpConnections": {"nva": {"peerIp": "10.3.0.4", "hubVirtualNetworkConnection": "to-b"}, "other": None},
        },
        "open": {"virtualWan": {"unresolved": "why"}, "addressPrefix": {"unresolved": "why"}},
    },
    "vpnSites": {"branch": {"addressPrefixes": "192.168.9.0/24", "bgpPeeringAddress": "192.168.9.254"}, "bare": None},
    "vpnGateways": {
        "vpn": {
            "virtualHub": "hub",
            "bgpPeeringAddresses": ["10.9.0.12", "10.9.0.13"],
            "connections": {"c": {"remoteVpnSite": "branch", "enableBgp": True, "propagatedLabels": ["default"]}},
        }
    },
    "p2sVpnGateways": {
        "p2s": {"virtualHub": "hub", "connections": {"pool": {"vpnClientAddressPool": "172.30.0.0/24"}}}
    },
    "expressRouteGateways": {"er": {"virtualHub": "hub", "connections": {"circuit": None}}},
    "networkManagers": {
        "m": {
            "networkManagerScopes": ["/subscriptions/s"],
            "networkGroups": {"all": ["a", "a/one", {"unresolved": "why"}], "none": None},
            "securityAdminConfigurations": {
                "baseline": {
                    "applyOnNetworkIntentPolicyBasedServices": "AllowRulesOnly",
                    "ruleCollections": {
                        "rc": {
                            "appliesToGroups": "all",
                            "rules": {
                                "no-ssh": {
                                    "priority": 1,
                                    "direction": "Inbound",
                                    "access": "AlwaysAllow",
                                    "protocol": "Any",
                                    "source": "Internet",
                                    "sourcePortRanges": "*",
                                    "destination": ["10.0.0.0/8"],
                                    "destinationPortRanges": 22,
                                    "description": "a remark",
                                }
                            },
                        }
                    },
                }
            },
            "connectivityConfigurations": {
                "mesh": {
                    "connectivityTopology": "Mesh",
                    "appliesToGroups": ["all"],
                    "groupConnectivity": "None",
                    "hubs": ["a"],
                    "useHubGateway": True,
                    "isGlobal": True,
                },
                "wheel": {
                    "connectivityTopology": "HubAndSpoke",
                    "appliesToGroups": {
                        "all": {"groupConnectivity": "DirectlyConnected", "useHubGateway": True},
                        "none": None,
                    },
                },
            },
        }
    },
    "facts": {
        "networkManagerDeployments": [
            {
                "region": "westeurope",
                "configurationIds": ["mesh", "baseline"],
                "networkManagerId": "m",
                "commitType": "SecurityAdmin",
                "deploymentType": "SecurityAdmin",
                "deploymentStatus": "Deployed",
            }
        ],
        "powerState": {"vm": "running"},
        "listeningPorts": {"vm": [443, "53/Udp", "8000-8010", {"protocol": "Tcp", "port": 22}]},
        "latency": [{"source": "vm", "destination": "vm", "avgMs": 2, "minMs": 1, "maxMs": 10}],
        "latencySeed": 7,
        "dns": {"db.contoso.com": "10.0.2.4"},
        "guestIpForwarding": ["vm"],
        "gatewayLearnedRoutes": {"gw": ["192.168.0.0/16"]},
    },
}
"""A document in which every field stands once."""

SCALARS = [
    None, True, False, 0, 1, 5, 99, 100, 443, 4097, 70000, -1, "", " ", "a", "a b", "a/b", "-", "x" * 81, "true", "yes",
    "443", "80-70", "80-90", " 80 - 90 ", "00080", "65536", "*", "*/Tcp", "443/tcp", "443/x", "Any", "Internet",
    "10.0.0.0/8", "10.0.0.1/8", "10.0.0.1", "10.0.0.256", "010.0.0.1", "10.0.0.0/33", "10.0.0.0/08", "fd00::/8",
    "fd00::1/8", "fd00::1", "fd00:::1", "::", "1:2", "tcp", "ICMP", "aLLOW", "OutBound", "virtualappliance", "none",
    "connected", "PowerState/Running", "expressroute", "alwaysallow", "/SUBSCRIPTIONS/x", "deallocated",
    "/subscriptions/s/x",
]  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.sampled_from(SCALARS) | st.sampled_from(
    [
        [],
        {},
        ["a"],
        ["a", None],
        {"a": None},
        {"a": {}},
        {"a b": {}},
        [[]],
        {"unresolved": "why"},
        {"unresolved": " "},
        [{"unresolved": "why"}],
        {"unresolved": 5, "expression": None},
        {"unresolved": "why", "expression": "e", "a": 1},
        {"unresolved": None},
        {"unresolved": "why", "expression": True},
        {"unresolved": {}},
    ]
)
KEYS = st.sampled_from(
    ["a", "a b", "Z", "tags", "subnet", "source", "primary", "addressPrefix", "addressPrefixes", "ipConfigurations",
     "privateIPAddress", "nextHopIpAddress", "sourceApplicationSecurityGroups", "powerState",
     "publicIPAddress", "localNetworkGateway2", "region", "unknown", "unresolved", "expression"]
)  # fmt: skip

BEYOND_JSON_SCHEMA = re.compile(
    r"bits set to the right of its length|it runs backwards|min ≤ avg ≤ max|\S*:\S* is not an IP address"
    r"|listeningPorts: .* expected a port|gatewayLearnedRoutes: "
)
"""What the reader says of values whose fault no JSON Schema can express, or which are in the form of recorded cases."""


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, each in inner for path in paths(each, (*at, key)))]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The whole document with up to three changes: a value or key replaced, added, wrapped in a list or left out."""
    document = deepcopy(WHOLE)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(paths(document)[1:] or [("netwatch",)]))
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        if path[-1] not in (holder if isinstance(holder, dict) else range(len(holder))):
            continue
        change = draw(st.sampled_from(["replace", "replace", "remove", "rename", "add", "wrap", "upper"]))
        old = holder[path[-1]]
        if change == "replace":
            holder[path[-1]] = deepcopy(draw(VALUES))
        elif change == "wrap":
            holder[path[-1]] = [old]
        elif change == "upper" and isinstance(old, str):
            holder[path[-1]] = old.upper()
        elif change == "remove":
            del holder[path[-1]]
        elif change == "rename" and isinstance(holder, dict):
            holder[draw(KEYS)] = holder.pop(path[-1])
        elif change == "add" and isinstance(old, dict):
            old[draw(KEYS)] = deepcopy(draw(VALUES))
    return document


def faults(document: Any) -> list[str]:
    """What is wrong with the document's shape, to the reader; names that dangle and conflicts are another matter."""
    try:
        read_topology_file("net.yaml", json.dumps(document))
    except TopologyErrors as errors:
        return [str(each) for each in errors.errors if isinstance(each, (TopologySchemaError, TopologySyntaxError))]
    except NetwatchError as error:
        return [str(error)]
    return []


def is_valid(document: Any) -> bool:
    try:
        TopologyFile.model_validate(document)
    except ValidationError:
        return False
    return True


@settings(max_examples=max(400, settings().max_examples))
@given(documents())
def test_reader_models_and_schema_accept_the_same_documents(document: dict[str, Any]) -> None:
    found = faults(document)
    event("accepted" if not found else "refused")
    assert is_valid(document) == (not found), found
    if not found:
        assert VALIDATOR.is_valid(document)
    elif not any(BEYOND_JSON_SCHEMA.search(each) for each in found):
        assert not VALIDATOR.is_valid(document), found


@pytest.mark.parametrize(("rules", "rule"), [("networkRules", "net"), ("applicationRules", "app")])
def test_what_a_firewalls_rule_does_cannot_be_open(rules: str, rule: str) -> None:
    document = deepcopy(WHOLE)
    document["azureFirewalls"]["fw"][rules][rule]["access"] = {"unresolved": "why"}
    assert [f'{rule}: "access" must be Allow or Deny' in each for each in faults(document)] == [True]
    assert not is_valid(document)
    assert not VALIDATOR.is_valid(document)


def test_the_whole_document_is_accepted_and_holds_every_field() -> None:
    assert faults(WHOLE) == []
    schema = json_schema()
    fields = {field for model in (schema, *schema["$defs"].values()) for field in model["properties"]}
    assert fields - {step for path in paths(WHOLE) for step in path} == set()
