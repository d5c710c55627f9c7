"""Which fields differ between two documents: every registered one, and whatever nobody has registered yet."""

from typing import Any

import pytest

from offers.fields import (
    BY_KEY,
    DETAIL_PART,
    FIELDS,
    PRICE_STOCK_PART,
    TOLD_PART,
    Field,
    get_field,
    keys_of_group,
    value_at,
)
from offers.record.diff import differences

PUBLICATION = ("additionalMarketplaces", "*", "publication")


def at_path(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def found(part: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(each.field.key, each.marketplace, each.old, each.new) for each in differences(part, old, new)]


# Every place at which a field stands: for all marketplaces, and for a single one.
PLACES = [(field, field.path, "") for field in FIELDS if field.path] + [
    (field, tuple("allegro-cz" if step == "*" else step for step in field.per_marketplace), "allegro-cz")
    for field in FIELDS
    if field.per_marketplace
]


def name_of(value: Any) -> str | None:
    return value.key if isinstance(value, Field) else None


@pytest.mark.parametrize(("field", "path", "marketplace"), PLACES, ids=name_of)
def test_each_registered_field_is_found_alone(field: Field, path: tuple[str, ...], marketplace: str) -> None:
    value_before, value_after = _standing_alone(field, "before"), _standing_alone(field, "after")
    old, new = at_path(path, value_before), at_path(path, value_after)
    assert found(field.part, old, new) == [(field.key, marketplace, value_before, value_after)]
    assert found(field.part, old, old) == []


@pytest.mark.parametrize(("field", "path", "marketplace"), PLACES, ids=name_of)
def test_a_field_that_appears_or_goes_is_a_difference_with_nothing(
    field: Field, path: tuple[str, ...], marketplace: str
) -> None:
    value = _standing_alone(field, "value")
    assert found(field.part, {}, at_path(path, value)) == [(field.key, marketplace, None, value)]
    assert found(field.part, at_path(path, value), {}) == [(field.key, marketplace, value, None)]


def _standing_alone(field: Field, value: str) -> Any:
    """A value of the shape that the field has: some are whole branches of their documents."""
    return {"campaign": value} if field.per_marketplace in {("*",), (*PUBLICATION,)} else value


@pytest.mark.parametrize("empty", [{}, {"delivery": None}, {"delivery": {}}, {"delivery": {"handlingTime": None}}])
def test_absent_and_empty_branches_are_alike(empty: dict[str, Any]) -> None:
    assert found(DETAIL_PART, empty, {}) == []


def test_what_nobody_registered_is_still_compared() -> None:
    assert found(DETAIL_PART, {"brandNew": 1}, {"brandNew": 2}) == [("other.brandNew", "", 1, 2)]


def test_what_stands_beside_a_registered_field_is_not_lost() -> None:
    old = {"delivery": {"handlingTime": "PT24H", "newThing": 1}}
    new = {"delivery": {"handlingTime": "P3D", "newThing": 2}}
    assert found(DETAIL_PART, old, new) == [
        ("handling_time", "", "PT24H", "P3D"),
        ("other.delivery", "", {"newThing": 1}, {"newThing": 2}),
    ]


def test_prices_differ_by_marketplace() -> None:
    def prices(base: str, **foreign: str) -> dict[str, Any]:
        return {
            "sellingMode": {"price": {"amount": base, "currency": "PLN"}},
            "additionalMarketplaces": {
                name.replace("_", "-"): {"sellingMode": {"price": {"amount": amount, "currency": "CZK"}}}
                for name, amount in foreign.items()
            },
        }

    changes = found(PRICE_STOCK_PART, prices("10.00", allegro_cz="60.00"), prices("10.00", allegro_cz="55.00"))
    assert [(key, marketplace) for key, marketplace, _old, _new in changes] == [("price", "allegro-cz")]
    changes = found(PRICE_STOCK_PART, prices("10.00"), prices("12.00", allegro_sk="3.00"))
    assert [(marketplace, old is None) for _key, marketplace, old, _new in changes] == [
        ("", False),
        ("allegro-sk", True),
    ]


def test_the_registry_is_sound() -> None:
    assert len(BY_KEY) == len(FIELDS)
    places = [(field.part, field.path, field.per_marketplace) for field in FIELDS]
    assert len(set(places)) == len(FIELDS)
    assert all(field.path or field.per_marketplace or field.part == TOLD_PART for field in FIELDS)
    for field in FIELDS:
        assert get_field(field.key) is field
        assert field.key in keys_of_group(field.group)


def test_an_unregistered_field_shows_its_raw_name() -> None:
    assert (get_field("other.brandNew").label, get_field("other.brandNew").path) == ("brandNew", ("brandNew",))


def test_a_path_through_something_that_is_no_object_leads_to_nothing() -> None:
    assert value_at({"delivery": "text"}, ("delivery", "handlingTime")) is None
