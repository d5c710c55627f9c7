"""Products of the catalogue."""

from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.errors import Gone
from tests.allegro.api.shapes import assert_needed, assert_optional
from tests.allegro.conftest import SANTOS, World
from tests.allegro.stub_server import Stub
from tests.offers.raw_parts import PRODUCT


def santos(world: World) -> str:
    """The product that the coffee seller's first offer is made from."""
    return str(world.document(SANTOS)["productSet"][0]["product"]["id"])


def test_a_product_is_read_with_all_it_says(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(PRODUCT)
    product = stub_client.product("c9e39cae")
    assert stub.asked[-1].path == "/sale/products/c9e39cae"
    assert (product.id, product.name, product.raw) == ("c9e39cae", "Kawa Santos 1 kg", PRODUCT)


def test_a_product_needs_no_more_than_its_id_and_name(stub: Stub, stub_client: AllegroClient) -> None:
    def read(client: AllegroClient) -> Any:
        return client.product("1")

    assert_needed(stub, stub_client, read, PRODUCT, ["id", "name"])
    assert_optional(stub, stub_client, read, PRODUCT, [key for key in PRODUCT if key not in {"id", "name"}])


def test_a_product_shows_what_the_catalogue_made_of_it(world: World, client: AllegroClient) -> None:
    key = santos(world)
    assert client.product(key).name != "Santos"
    world.quirk("product_rewritten", product=key, name="Santos")
    assert client.product(key).name == "Santos"


def test_a_product_that_the_catalogue_does_not_have_is_gone(client: AllegroClient) -> None:
    with pytest.raises(Gone):
        client.product("c9e39cae-9cb6-11e9-a2a3-2a2ae2dbcce4")
