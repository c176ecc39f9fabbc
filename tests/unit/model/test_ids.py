"""Resource ids: one resource, one id, whatever its casing."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model.ids import ResourceId

VNET = "/subscriptions/S1/resourceGroups/RG-Shop/providers/Microsoft.Network/virtualNetworks/vnet-shop"

names = st.text("abcXYZ019-_.", min_size=1, max_size=12)


@given(names, names, names)
def test_casing_does_not_make_another_id(group: str, vnet: str, subnet: str) -> None:
    text = (
        f"/subscriptions/s/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{vnet}/subnets/{subnet}"
    )
    one, other = ResourceId(text), ResourceId(text.swapcase())
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1
    assert not one < other
    assert (one.text, one.key) == (text, text.lower())


@given(names, names)
def test_a_child_knows_its_parent(kind: str, name: str) -> None:
    child = ResourceId(VNET).child(kind, name)
    assert child.parent == ResourceId(VNET)
    assert child.name == name
    assert child.type == f"Microsoft.Network/virtualNetworks/{kind}"


def test_the_parts_of_an_id() -> None:
    vnet = ResourceId(VNET)
    assert (vnet.subscription, vnet.resource_group, vnet.name) == ("S1", "RG-Shop", "vnet-shop")
    assert vnet.type == "Microsoft.Network/virtualNetworks"
    assert ResourceId(VNET.upper()).resource_group == "RG-SHOP"


@pytest.mark.parametrize("text", ["", "web-0", "/subscriptions/S1"])
def test_parts_that_are_not_there_are_empty(text: str) -> None:
    found = ResourceId(text)
    assert (found.resource_group, found.type) == ("", "")


def test_a_resource_group_alone_ends_at_its_name() -> None:
    assert ResourceId("/subscriptions/S1/resourceGroups/RG-Shop").resource_group == "RG-Shop"


def test_an_extension_resource_has_the_type_of_its_last_provider() -> None:
    assert ResourceId(f"{VNET}/providers/Microsoft.Authorization/locks/keep").type == "Microsoft.Authorization/locks"


def test_an_id_is_not_its_text() -> None:
    assert ResourceId(VNET) != VNET


def test_sorting_disregards_case() -> None:
    assert [str(i) for i in sorted([ResourceId("/B"), ResourceId("/a")])] == ["/a", "/B"]


def test_an_id_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(ResourceId(VNET)))
    assert copy == ResourceId(VNET)
    assert hash(copy) == hash(ResourceId(VNET))
    assert copy.text == VNET


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AllowWeb", "/s/nsg/securityRules/AllowWeb"),
        ("nsg/AllowWeb", "/s/nsg/securityRules/AllowWeb"),
        ("other", "/s/nsg/securityRules/allowweb"),
        ("allowweb", "/s/nsg/securityRules/allowweb"),
    ],
)
def test_an_id_is_spelled_as_its_name_is(name: str, expected: str) -> None:
    assert ResourceId("/s/nsg/securityRules/allowweb").spelled(name).text == expected
