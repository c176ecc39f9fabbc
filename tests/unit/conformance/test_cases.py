"""Case files: found, read, and refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.conformance.cases import NO_OPERATION, Age, age_of, find_cases, read_case, topology_of
from netwatch.errors import TopologySchemaError, TopologySyntaxError
from tests.unit.conformance.case_files import flow_case, next_hop_case
from tests.unit.conformance.conftest import Write


def test_cases_are_found_below_a_directory_by_path(write: Write) -> None:
    directory = write(b=next_hop_case(), a=flow_case())
    (directory / "deep").mkdir()
    (directory / "b.json").rename(directory / "deep" / "b.json")
    assert [case.name for case in find_cases(directory)] == ["a.json", "deep/b.json"]


def test_a_case_has_the_fields_of_its_file(write: Write) -> None:
    (case,) = find_cases(write(a=flow_case(compare=["access"])))
    assert (case.operation, case.status, case.compare) == ("ipFlowVerify", 200, ("access",))
    assert case.request["localPort"] == "22"
    assert case.response["access"] == "Deny"
    assert case.not_replayable_because == ""


def test_its_topology_is_read_with_what_is_missing_left_open(write: Write) -> None:
    case = flow_case()
    del case["topology"]["resources"][1]
    (read,) = find_cases(write(a=case))
    (nic,) = topology_of(read).nics.values()
    assert "unresolved" in str(nic.nsg)


@pytest.mark.parametrize("replayable", [False, None, "hops only", "routes only", 1])
def test_only_true_is_replayable(write: Write, replayable: object) -> None:
    (case,) = find_cases(write(a=flow_case(replayable=replayable)))
    assert case.not_replayable_because


def test_what_the_sources_contest_is_not_scored(write: Write) -> None:
    (case,) = find_cases(write(a=flow_case(source={"grade": "contested"})))
    assert "contested" in case.not_replayable_because


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "not a JSON object"),
        ('{"status": 200}', "names no operation"),
        ('{"operation": "nextHop", "topology": {"resources": {}}}', "resources is not a list"),
        ('{"operation": "nextHop", "topology": [1]}', "resources is not a list"),
        ('{"operation": "nextHop", "request": "x"}', "request is not an object"),
        ('{"operation": "nextHop", "status": "200"}', "status is not a number"),
        ('{"operation": "nextHop", "compare": "access"}', "compare is not a list"),
    ],
)
def test_what_is_not_a_case_is_refused_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((TopologySyntaxError, TopologySchemaError), match=expected) as caught:
        read_case(path, "bad.json")
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TopologySyntaxError, match="not JSON"):
        read_case(path, "bad.json")


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match="not a directory"):
        list(find_cases(tmp_path / "nowhere"))


def test_age_is_the_api_version_then_a_date_inside_then_the_date_of_publication(write: Write) -> None:
    older = flow_case(apiVersion="2017-09-01", source={"commit_date": "2025-01-01T00:00:00Z"})
    inside = next_hop_case(
        operation="topology",
        apiVersion="2019-06-01",
        response={"createdDateTime": "2018-03-01T20:11:57Z", "resources": []},
    )
    ages = [age_of(case) for case in find_cases(write(a=older, b=inside))]
    assert ages == [Age("2017-09-01", "2025-01-01"), Age("2019-06-01", "2018-03-01")]
    assert ages[0] < ages[1]


def test_a_case_without_dates_has_an_empty_age(write: Write) -> None:
    (case,) = find_cases(write(a={"operation": "nextHop"}))
    assert age_of(case) == Age("", "")


def test_a_file_that_is_not_a_case_stands_among_the_cases_with_what_is_wrong(write: Write) -> None:
    directory = write(a=flow_case(), b={"status": 200}, c={**flow_case(), "status": "200"})
    good, nameless, worded = find_cases(directory)
    assert not good.problem
    assert (nameless.operation, nameless.not_replayable_because) == (
        NO_OPERATION,
        "not a case file: it names no operation.",
    )
    assert "status is not a number" in worded.not_replayable_because


def test_a_directory_without_one_case_is_refused(write: Write) -> None:
    with pytest.raises(TopologySchemaError, match="names no operation"):
        list(find_cases(write(a={"status": 200}, b={})))


def test_the_api_version_stands_in_the_url_where_it_stands_nowhere_else(write: Write) -> None:
    case = flow_case(url="https://management.azure.com/x/ipFlowVerify?api-version=2019-11-01&t=1")
    del case["apiVersion"]
    (read,) = find_cases(write(a=case))
    assert age_of(read).api_version == "2019-11-01"
