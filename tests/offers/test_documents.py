"""Documents made comparable: cut into parts, without noise, one digest for one content."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.record.documents import canonical, digest, listing, parse_instant, price_stock, split_detail

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "17",
        "name": "Kawa",
        "sellingMode": {"format": "BUY_NOW", "price": {"amount": "49.9", "currency": "PLN"}},
        "stock": {"available": 20, "unit": "UNIT"},
        "publication": {"status": "ACTIVE", "endingAt": None, "startedAt": "2026-09-01T08:00:00Z"},
        "additionalMarketplaces": {
            "allegro-cz": {
                "sellingMode": {"price": {"amount": "300", "currency": "CZK"}},
                "publication": {"state": "OK"},
            }
        },
        **changes,
    }


def test_price_and_stock_stand_apart_from_the_rest() -> None:
    parts = split_detail(document())
    assert parts.price_stock == {
        "sellingMode": {"price": {"amount": "49.90", "currency": "PLN"}},
        "stock": {"available": 20},
        "additionalMarketplaces": {"allegro-cz": {"sellingMode": {"price": {"amount": "300.00", "currency": "CZK"}}}},
    }
    assert "stock" not in parts.detail
    assert parts.detail["sellingMode"] == {"format": "BUY_NOW"}
    assert parts.detail["additionalMarketplaces"] == {"allegro-cz": {"publication": {"state": "OK"}}}


def test_the_full_offer_and_its_parts_give_the_same_price_and_stock() -> None:
    whole = document()
    part = {name: whole[name] for name in ("id", "sellingMode", "stock", "additionalMarketplaces")}
    assert split_detail(whole).price_stock == price_stock(part)


@pytest.mark.parametrize(("first", "second"), [("19.9", "19.90"), ("20", "20.00"), (19.9, "19.90")])
def test_one_price_has_one_form(first: object, second: object) -> None:
    prices = [{"sellingMode": {"price": {"amount": amount, "currency": "PLN"}}} for amount in (first, second)]
    assert price_stock(prices[0]) == price_stock(prices[1])


@pytest.mark.parametrize("empty", [{}, {"sellingMode": None, "stock": None, "additionalMarketplaces": None}])
def test_a_draft_without_price_and_stock_can_be_read(empty: dict[str, Any]) -> None:
    assert price_stock(empty) == {
        "sellingMode": {"price": None},
        "stock": {"available": None},
        "additionalMarketplaces": {},
    }
    assert split_detail(empty).detail["publication"] == {}


@pytest.mark.parametrize(
    "noise",
    [
        {"updatedAt": "2026-09-02T08:00:00Z"},
        {"validation": {"validatedAt": "2026-09-02T08:00:00Z"}},
        {"warnings": [{"code": "X"}]},
        {"publication": {"status": "ACTIVE", "endingAt": "2026-10-01T00:00:00Z"}},
        {"delivery": None},
    ],
)
def test_what_allegro_moves_by_itself_makes_no_new_content(noise: dict[str, Any]) -> None:
    assert digest(split_detail(document()).detail) == digest(split_detail(document(**noise)).detail)


def test_the_order_of_parameters_is_noise_and_that_of_pictures_is_not() -> None:
    def content(**lists: list[Any]) -> str:
        return digest(split_detail(document(**lists)).detail)

    assert content(parameters=[{"id": "1"}, {"id": "2"}]) == content(parameters=[{"id": "2"}, {"id": "1"}])
    assert content(images=["a", "b"]) != content(images=["b", "a"])


def test_a_list_row_is_kept_without_counters_price_and_stock() -> None:
    row = document(stats={"visitsCount": 5}, saleInfo={"biddersCount": 0}, delivery={"shippingRates": {"id": "x"}})
    kept = listing(row)
    assert kept["delivery"] == {"shippingRates": {"id": "x"}}
    assert not {"stats", "stock", "saleInfo", "id"} & kept.keys()
    assert "price" not in kept["sellingMode"]
    other = {**row, "stats": {"visitsCount": 99}, "stock": {"available": 1, "sold": 3}}
    assert digest(listing(other)) == digest(kept)


@given(JSON)
def test_the_canonical_form_is_stable(value: Any) -> None:
    assert canonical(canonical(value)) == canonical(value)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_absent_and_null_are_one_content_in_any_order_of_keys(value: dict[str, Any]) -> None:
    shuffled = dict(reversed([*value.items(), ("a key with nothing in it", None)]))
    assert digest(canonical(shuffled)) == digest(canonical(value))


def test_an_instant_needs_its_offset() -> None:
    assert parse_instant("2026-09-01T10:00:00.123+02:00") == datetime(2026, 9, 1, 8, 0, 0, 123000, tzinfo=UTC)
    assert parse_instant("2026-09-01T08:00:00Z") == datetime(2026, 9, 1, 8, tzinfo=UTC)
    for wrong in ("2026-09-01T08:00:00", "yesterday", ""):
        with pytest.raises(ValueError):
            parse_instant(wrong)
