from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.effective.published_tags import PublishedTags
from netwatch.errors import NetwatchError, TopologyErrors, TopologySchemaError, TopologySyntaxError
from netwatch.formats import service_tag_file
from netwatch.formats.service_tag_file import SHIPPED, load_shipped, pack, read_service_tag_file
from netwatch.model.addresses import Prefix, parse_prefix
from tests.build import prefixes

DOWNLOAD = Path(__file__).parents[3].parent / "shared/azure/servicetags/ServiceTags_Public_20251117.json"


def tag(name: Any, *texts: Any) -> dict[str, Any]:
    return {"name": name, "id": name, "properties": {"region": "", "addressPrefixes": list(texts)}}


def written(folder: Path, content: Any, name: str = "ServiceTags_Public_20251117.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_file_as_microsoft_publishes_it(tmp_path: Path) -> None:
    content = {
        "changeNumber": 376,
        "cloud": "Public",
        "values": [tag("Sql", "10.1.0.0/16", "2001:db8::/32"), tag("No")],
    }
    tags = read_service_tag_file(written(tmp_path, content))
    assert (tags.change_number, tags.cloud, tags.date) == (376, "Public", "2025-11-17")
    assert tags.prefixes("sql") == prefixes("10.1.0.0/16", "2001:db8::/32")
    assert tags.prefixes("no") == ()


def test_the_answer_of_the_rest_operation(tmp_path: Path) -> None:
    content = {"name": "public", "changeNumber": "63", "cloud": "Public", "values": [tag("Sql", "10.1.0.0/16")]}
    tags = read_service_tag_file(written(tmp_path, content, "tags.json"))
    assert (tags.change_number, tags.date) == (63, "")


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + json.dumps({"changeNumber": 1, "values": [tag("Sql", "10.1.0.0/16")]}))
    assert read_service_tag_file(path).names() == ("Sql",)


def test_prefixes_come_ascending_and_once(tmp_path: Path) -> None:
    content = {"values": [tag("Sql", "2001:db8::/32", "10.2.0.0/16", "10.1.0.0/16", "10.2.0.0/16")]}
    tags = read_service_tag_file(written(tmp_path, content))
    assert tags.prefixes("Sql") == prefixes("10.1.0.0/16", "10.2.0.0/16", "2001:db8::/32")


@pytest.mark.parametrize("text", ["", "{", "hello", "\x00\x01", "[" * 100_000, '{"values": [}'])
def test_what_is_not_json_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(TopologySyntaxError, match=r"ServiceTags_Public_20251117\.json"):
        read_service_tag_file(written(tmp_path, text))


def test_a_binary_file_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "tags.json"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(TopologySyntaxError, match="not a text file"):
        read_service_tag_file(path)


def test_the_line_of_a_syntax_error_is_given(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match=r"20251117\.json:2: "):
        read_service_tag_file(written(tmp_path, '{"values":\n oops}'))


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"values": []})
    size = path.stat().st_size
    assert read_service_tag_file(path, max_bytes=size).names() == ()
    with pytest.raises(TopologySyntaxError, match=f"larger than {size - 1} bytes"):
        read_service_tag_file(path, max_bytes=size - 1)


@pytest.mark.parametrize("content", [[], "text", 7, None, {}, {"values": {}}, {"value": []}])
def test_json_of_another_kind_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(TopologySchemaError, match="no list `values`"):
        read_service_tag_file(written(tmp_path, json.dumps(content)))


@pytest.mark.parametrize("number", ["x", None, [], "-1", 1.5])
def test_a_change_number_is_a_number(tmp_path: Path, number: Any) -> None:
    with pytest.raises(TopologySchemaError, match="changeNumber"):
        read_service_tag_file(written(tmp_path, {"changeNumber": number, "values": []}))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (tag("Sql", "10.1.0.0/33"), r"'Sql' holds '10\.1\.0\.0/33', which is not a prefix"),
        (tag("Sql", "10.1.0.0/16", 7), "'Sql' holds 7, which is not a prefix"),
        (tag("Sql", None), "'Sql' holds None, which is not a prefix"),
        (tag("Sql", ["10.1.0.0/16"]), "which is not a prefix"),
        (tag(""), "needs a name without spaces, not ''"),
        (tag("a b"), "needs a name without spaces, not 'a b'"),
        (tag(7), "needs a name without spaces, not 7"),
        ("Sql", "needs a name without spaces, not None"),
        ({"name": "Sql"}, r"'Sql' has no list `properties\.addressPrefixes`"),
        ({"name": "Sql", "properties": {"addressPrefixes": "10.0.0.0/8"}}, "'Sql' has no list"),
        (tag("STORAGE", "10.0.0.0/8"), "'STORAGE' stands here a second time"),
    ],
)
def test_a_malformed_tag_is_named_with_its_place(tmp_path: Path, entry: Any, message: str) -> None:
    content = {"values": [tag("Storage", "10.0.0.0/8"), entry]}
    with pytest.raises(TopologyErrors, match=message) as caught:
        read_service_tag_file(written(tmp_path, content))
    (problem,) = caught.value.errors
    assert problem.where is not None
    assert problem.where.pointer == "values/1"


def test_all_malformed_tags_are_named_at_once(tmp_path: Path) -> None:
    content = {"values": [tag("A", "x"), tag("B", "10.0.0.0/8"), tag("C", "y")]}
    with pytest.raises(TopologyErrors) as caught:
        read_service_tag_file(written(tmp_path, content))
    assert [problem.where.pointer for problem in caught.value.errors if problem.where] == ["values/0", "values/2"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["10.0.0.0/8", "::/0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["values", "name", "properties", "addressPrefixes", "changeNumber", "cloud", "x"]), inner
        )
    ),
)


@given(JSON | st.builds(lambda values: {"values": values}, st.lists(JSON, max_size=3)))
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: Any) -> None:
    path = written(tmp_path_factory.getbasetemp(), content, "fuzz.json")
    refusal = ""
    names: tuple[str, ...] = ()
    try:
        names = read_service_tag_file(path).names()
    except NetwatchError as error:
        refusal = str(error)
    assert "fuzz.json" in refusal or len(names) == len(content["values"])


def prefix_of(address: IPv4Address | IPv6Address, length: int) -> Prefix:
    return parse_prefix(f"{address}/{length}")


NETWORKS = st.builds(prefix_of, st.ip_addresses(v=4), st.integers(0, 32)) | st.builds(
    prefix_of, st.ip_addresses(v=6), st.integers(0, 128)
)


TAGS = st.tuples(st.from_regex(r"[A-Za-z.]{1,12}", fullmatch=True), st.sets(NETWORKS, max_size=6))


@given(st.lists(TAGS, max_size=5, unique_by=lambda tag: tag[0].lower()))
def test_what_is_packed_comes_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, set[Prefix]]]
) -> None:
    tags = PublishedTags({name: tuple(sorted(found)) for name, found in entries}, 5, date="2025-01-02")
    path = tmp_path_factory.getbasetemp() / "packed.bin"
    path.write_bytes(pack(tags))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_tag_file, "SHIPPED", str(path))
        back = load_shipped()
        assert dict(back.entries) == dict(tags.entries)
    assert (back.change_number, back.cloud, back.date) == (5, "Public", "2025-01-02")


def test_a_list_without_a_date_can_be_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "packed.bin"
    path.write_bytes(pack(PublishedTags({"Sql": prefixes("10.0.0.0/8")}, 5)))
    monkeypatch.setattr(service_tag_file, "SHIPPED", str(path))
    assert (load_shipped().date, load_shipped().prefixes("sql")) == ("", prefixes("10.0.0.0/8"))


def test_the_shipped_list() -> None:
    tags = load_shipped()
    assert (tags.change_number, tags.cloud, tags.date) == (376, "Public", "2025-11-17")
    assert len(tags.names()) == 3041
    storage = tags.prefixes("storage.WESTEUROPE")
    assert storage is not None
    assert set(prefixes("20.33.145.0/24")) < set(storage)
    assert {prefix.version for prefix in tags.prefixes("AzureCloud") or ()} == {4, 6}


@pytest.mark.parametrize("name", ["VirtualNetwork", "Internet", "AzureLoadBalancer", "AzurePlatformDNS"])
def test_tags_that_depend_on_the_place_are_not_in_the_shipped_list(name: str) -> None:
    assert load_shipped().prefixes(name) is None


def test_every_prefix_of_the_shipped_list_is_one() -> None:
    tags = load_shipped()
    for name in tags.names():
        for prefix in tags.prefixes(name) or ():
            assert prefix.network & (prefix.high - prefix.low) == 0


@pytest.mark.skipif(not DOWNLOAD.exists(), reason="Microsoft's download is not beside the checkout (../shared)")
def test_the_shipped_list_is_what_the_download_packs_to() -> None:
    assert pack(read_service_tag_file(DOWNLOAD)) == Path(SHIPPED).read_bytes()
