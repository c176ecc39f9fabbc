"""Facts in their two forms, native and recorded, and a clear word for each that cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netwatch.errors import (
    ConflictError,
    DanglingReferenceError,
    TopologyErrors,
    TopologySchemaError,
    TopologySyntaxError,
)
from netwatch.formats import load
from netwatch.formats.facts_file import merged_facts, read_facts, read_facts_file
from netwatch.model.addresses import PortRange, parse_address, parse_prefix
from netwatch.model.facts import Deployment, Facts, Latency, ListeningPort
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration, NetworkManager, SecurityAdminConfiguration
from netwatch.model.resources import VirtualMachine, VirtualNetworkGateway
from netwatch.model.topology import Topology
from netwatch.model.where import Where


def _id(kind: str, name: str, group: str = "g") -> ResourceId:
    return ResourceId(f"/subscriptions/s/resourceGroups/{group}/providers/{kind}/{name}")


_WEB, _DB = (_id("Microsoft.Compute/virtualMachines", name) for name in ("web-0", "db-0"))
_TWINS = [_id("Microsoft.Compute/virtualMachines", "twin", group) for group in ("g1", "g2")]
_GATEWAY = _id("Microsoft.Network/virtualNetworkGateways", "gw")
_MANAGER = _id("Microsoft.Network/networkManagers", "m")
_MESH = _MANAGER.child("connectivityConfigurations", "mesh")
_BASELINE = _MANAGER.child("securityAdminConfigurations", "baseline")
_TOPOLOGY = Topology(
    network_managers={_MANAGER.key: NetworkManager(_MANAGER, "w")},
    connectivity_configurations={_MESH.key: ConnectivityConfiguration(_MESH, ())},
    security_admin_configurations={_BASELINE.key: SecurityAdminConfiguration(_BASELINE)},
    vms={id.key: VirtualMachine(id, "w") for id in (_WEB, _DB, *_TWINS)},
    gateways={_GATEWAY.key: VirtualNetworkGateway(_GATEWAY, "w")},
)


def _place(path: tuple[str | int, ...]) -> Where:
    return Where("facts", 0, ".".join(map(str, path)))


def _read(data: object) -> Facts:
    return read_facts(data, _TOPOLOGY, _place)


def _problems(data: object) -> list[str]:
    with pytest.raises(TopologyErrors) as caught:
        _read(data)
    return [str(error) for error in caught.value.errors]


def test_the_native_form() -> None:
    facts = _read(
        {
            "powerState": {"WEB-0": "deallocated"},
            "listeningPorts": {"web-0": [443, "53/Udp", "8000-8010"], "db-0": 1433},
            "latency": [{"source": "web-0", "destination": "db-0", "avgMs": 2, "minMs": 1, "maxMs": 10}],
            "dns": {"DB.contoso.com.": "10.0.2.4"},
            "guestIpForwarding": ["db-0"],
            "gatewayLearnedRoutes": {"gw": ["192.168.0.0/16"]},
        }
    )
    assert facts == Facts(
        power_state={_WEB.key: "deallocated"},
        listening_ports={
            _WEB.key: (
                ListeningPort(Protocol.TCP, PortRange(443, 443)),
                ListeningPort(Protocol.UDP, PortRange(53, 53)),
                ListeningPort(Protocol.TCP, PortRange(8000, 8010)),
            ),
            _DB.key: (ListeningPort(Protocol.TCP, PortRange(1433, 1433)),),
        },
        latency={(_WEB.key, _DB.key): Latency(2, 1, 10)},
        dns={"db.contoso.com": parse_address("10.0.2.4")},
        guest_ip_forwarding=frozenset({_DB.key}),
        gateway_learned_routes={_GATEWAY.key: (parse_prefix("192.168.0.0/16"),)},
    )


def test_the_recorded_form() -> None:
    facts = _read(
        {
            "powerState": {_WEB.text.upper(): "PowerState/Running"},
            "listeningPorts": {_WEB.text: [{"protocol": "Tcp", "port": 3389}, {"protocol": "Udp", "port": "53"}]},
            "guestIpForwarding": [_TWINS[1].text],
            "gatewayLearnedRoutes": {_GATEWAY.text: [{"addressPrefix": "10.9.0.0/16", "origin": "ebgp"}]},
            "networkManagerDeployments": [
                {
                    "networkManagerId": "/elsewhere/networkManagers/m",
                    "commitType": "SecurityAdmin",
                    "region": "westeurope",
                    "configurationIds": ["/elsewhere/networkManagers/m/securityAdminConfigurations/c"],
                }
            ],
        }
    )
    assert facts.power_state == {_WEB.key: "running"}
    assert facts.listening_ports[_WEB.key][1] == ListeningPort(Protocol.UDP, PortRange(53, 53))
    assert facts.guest_ip_forwarding == frozenset({_TWINS[1].key})
    assert facts.gateway_learned_routes == {_GATEWAY.key: (parse_prefix("10.9.0.0/16"),)}
    deployed = Deployment(
        "westeurope", frozenset({ResourceId("/elsewhere/networkManagers/m/securityAdminConfigurations/c")})
    )
    assert facts.network_manager_deployments == (deployed,)


def test_deployments_name_configurations_by_name_or_id() -> None:
    data = [{"region": "westeurope", "configurationIds": ["BASELINE", _MESH.text]}, {"region": "eastus"}]
    both, none = _read({"networkManagerDeployments": data}).network_manager_deployments
    assert both == Deployment("westeurope", frozenset({_BASELINE, _MESH}))
    assert none == Deployment("eastus", frozenset())


def test_deployments_go_by_two_names_and_both_count() -> None:
    one, other = ({"region": region, "configurationIds": "mesh"} for region in ("a", "b"))
    found = _read({"networkManagerDeployments": one, "avnmDeployments": [other]}).network_manager_deployments
    assert [each.region for each in found] == ["a", "b"]


@pytest.mark.parametrize(("status", "number"), [("Deployed", 1), ("deployed", 1), (None, 1), ("Failed", 0)])
def test_only_what_is_deployed_is_in_force(status: str | None, number: int) -> None:
    entry = {"region": "w", "configurationIds": ["mesh"], "deploymentStatus": status}
    assert len(_read({"avnmDeployments": [entry]}).network_manager_deployments) == number


def test_a_configuration_of_another_manager_or_kind_is_taken_at_its_word() -> None:
    ids = [_MESH.text.replace("/networkManagers/m/", "/networkManagers/other/"), f"{_MANAGER}/routingConfigurations/r"]
    (found,) = _read({"avnmDeployments": {"region": "w", "configurationIds": ids}}).network_manager_deployments
    assert found.configurations == {ResourceId(id) for id in ids}


def test_listening_on_nothing_is_a_fact_and_an_empty_entry_too() -> None:
    assert _read({"listeningPorts": {"web-0": []}}).listening_ports == {_WEB.key: ()}
    assert _read({"powerState": None, "dns": {}}) == Facts()


def test_latency_needs_only_its_average() -> None:
    latency = _read({"latency": [{"source": "web-0", "destination": "db-0", "avgMs": 3}]}).latency
    assert list(latency.values()) == [Latency(3, 3, 3)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "facts: facts: a list, expected a mapping."),
        ({"powerstat": {}}, 'facts powerstat: unknown fact "powerstat". Did you mean "powerState"?'),
        ({"weather": {}}, 'facts weather: unknown fact "weather". Known are powerState, listeningPorts, '),
        ({"powerState": {"web-0": "off"}}, "facts powerState.web-0: powerState: power state 'off', expected "),
        ({"powerState": {"web": "running"}}, 'no virtual machine is named "web". Did you mean "web-0"?'),
        ({"powerState": {_WEB.text + "x": "running"}}, "no virtual machine is named"),
        ({"powerState": {"twin": "running"}}, f'"twin" names 2 resources: {_TWINS[0]}, {_TWINS[1]}. Give'),
        ({"powerState": ["web-0"]}, "powerState: a list, expected a mapping."),
        ({"listeningPorts": {"web-0": [70000]}}, "listeningPorts.web-0.0: listeningPorts: '70000' is not a port"),
        ({"listeningPorts": {"web-0": [True]}}, "True is not a port"),
        ({"listeningPorts": {"web-0": ["53/Sctp"]}}, "'Sctp' is not a protocol"),
        ({"listeningPorts": {"web-0": [{"protocol": 6, "port": 1}]}}, "6 is not a protocol"),
        ({"listeningPorts": {"web-0": [{"protocol": "Tcp"}]}}, "nothing is not a port"),
        ({"latency": [{"source": "web-0", "destination": "db-0", "avgMs": 2, "minMs": 3}]}, "with min ≤ avg ≤ max"),
        ({"latency": [{"source": "web-0", "destination": "db-0"}]}, "expected avgMs, minMs and maxMs"),
        ({"latency": [{"source": "web-0", "destination": "db-0", "avgMs": 1, "jitter": 1}]}, 'unknown field "jitter"'),
        ({"latency": [{"source": "web-0", "avgMs": 1}]}, "latency.0.destination: latency: nothing, expected the name"),
        ({"avnmDeployments": [{"configurationIds": []}]}, "nothing, expected the region that is deployed to."),
        (
            {"avnmDeployments": [{"region": "w", "configurationIds": ["mseh"]}]},
            'no configuration of a network manager is named "mseh". Did you mean "mesh"?',
        ),
        (
            {"avnmDeployments": [{"region": "w", "configurationIds": [f"{_MESH}x"]}]},
            'no configuration of a network manager is named',
        ),
        ({"avnmDeployments": [{"region": "w", "Regions": 1}]}, 'unknown field "Regions", expected region, configura'),
        ({"avnmDeployments": "all"}, "avnmDeployments: 'all', expected a mapping."),
        ({"latency": "fast"}, "latency: 'fast', expected a mapping."),
        ({"dns": {"a.b": "10.0.0"}}, "facts dns.a.b: dns: '10.0.0' is not an IP address."),
        ({"dns": {"a.b": 10}}, "dns: 10, expected a text."),
        ({"guestIpForwarding": [7]}, "guestIpForwarding.0: guestIpForwarding: 7, expected the name or id of a "),
        ({"gatewayLearnedRoutes": {"gw": ["x"]}}, "'x' is not an IP address"),
        ({"gatewayLearnedRoutes": {"web-0": []}}, 'no gateway or virtual hub is named "web-0".'),
    ],
)  # fmt: skip
def test_facts_that_cannot_be(data: object, problem: str) -> None:
    assert problem in "\n".join(_problems(data))


def test_all_problems_come_at_once_with_their_kinds() -> None:
    with pytest.raises(TopologyErrors) as caught:
        _read({"weather": 1, "powerState": {"nobody": "running", "twin": "running"}, "dns": {"a": "b"}})
    assert [type(error) for error in caught.value.errors] == [
        TopologySchemaError,
        DanglingReferenceError,
        ConflictError,
        TopologySchemaError,
    ]


def test_two_sets_of_facts_merge_and_the_second_wins() -> None:
    first = Facts(power_state={"a": "running", "b": "running"}, guest_ip_forwarding=frozenset("a"), unused=("x",))
    second = Facts(power_state={"b": "stopped"}, guest_ip_forwarding=frozenset("b"), unused=("y",))
    assert merged_facts(first, second) == replace(
        first,
        power_state={"a": "running", "b": "stopped"},
        guest_ip_forwarding=frozenset("ab"),
        unused=("x", "y"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "powerState:\n  web-0: stopped\n",
        "facts:\n  powerState: {web-0: stopped}\n",
        '{"facts": {"powerState": {"web-0": "stopped"}}}',
    ],
)
def test_a_facts_file_in_yaml_or_json(tmp_path: Path, text: str) -> None:
    file = tmp_path / "facts"
    file.write_text(text)
    facts = read_facts_file(str(file), _TOPOLOGY, max_bytes=1000)
    assert facts.power_state == {_WEB.key: "stopped"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("# facts\npowerState:\n  web-0: off\n", ":3: "),
        ('{"powerState":\n {"web-0": "off"}}', " powerState/web-0: "),
        ('{"facts": {"powerState":\n {"web-0": "off"}}}', " facts/powerState/web-0: "),
    ],
)
def test_problems_of_a_facts_file_have_their_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "facts"
    file.write_text(text)
    with pytest.raises(TopologyErrors) as caught:
        read_facts_file(str(file), _TOPOLOGY, max_bytes=1000)
    assert str(caught.value).startswith(f"{file}{place}")


def test_an_empty_facts_file(tmp_path: Path) -> None:
    file = tmp_path / "facts"
    file.write_text("# nothing\n")
    with pytest.raises(TopologySyntaxError, match="the file is empty"):
        read_facts_file(str(file), _TOPOLOGY, max_bytes=1000)


def test_facts_beside_an_input_go_before_those_in_it(tmp_path: Path) -> None:
    network, beside = tmp_path / "net.yaml", tmp_path / "facts.json"
    network.write_text(
        "netwatch: 1\n"
        "virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24}}}}\n"
        "virtualMachines: {m: {networkInterfaces: {n: {subnet: v/s}}}, o: {networkInterfaces: {p: {subnet: v/s}}}}\n"
        "facts: {powerState: {m: stopped, o: stopped}}\n"
    )
    beside.write_text('{"powerState": {"o": "running"}}')
    states = load(network, facts=beside).facts.power_state
    assert {key.rsplit("/", 1)[-1]: state for key, state in states.items()} == {"m": "stopped", "o": "running"}


def test_a_seed_of_the_latency_model() -> None:
    assert read_facts({"latencySeed": 7}, _TOPOLOGY, _place).latency_seed == 7
    for wrong in ("7", -1, True, 1.5):
        with pytest.raises(TopologyErrors, match=r"latencySeed: .*expected a whole number from 0 on"):
            read_facts({"latencySeed": wrong}, _TOPOLOGY, _place)
    first, second = Facts(latency_seed=7), Facts(latency_seed=8)
    assert [merged_facts(first, each).latency_seed for each in (second, Facts())] == [8, 7]


@pytest.mark.parametrize(
    "data",
    [
        {"latency": "fast"},
        {"latency": [7]},
        {"avnmDeployments": "all"},
        {"networkManagerDeployments": [["mesh"]]},
        {"netwatch": 1, "virtualNetworks": [], "facts": {}},
    ],
    ids=str,
)
def test_one_fault_is_told_once(data: dict[str, object]) -> None:
    with pytest.raises(TopologyErrors) as caught:
        _read(data)
    assert len(caught.value.errors) == 1
