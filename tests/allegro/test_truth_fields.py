"""What the simulator's truth means for the record, and how the two are compared."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from allegro.demo.truth import Action, compare
from allegro.demo.truth_fields import translate
from offers.record.changes import Change

OFFER, OTHER, LIST = "16310440271", "16310453848", "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02"
PLN = {"amount": "19.90", "currency": "PLN"}
BASE, CZECH = "allegro-pl", "allegro-cz"
T0 = datetime(2026, 8, 29, 12, tzinfo=UTC)


def entry(field: str, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    """An action of the truth log at T0."""
    usual: dict[str, Any] = {
        "at": T0.isoformat(),
        "actor": "seller",
        "offer_id": OFFER,
        "marketplace": None,
        "event_types": [],
    }
    return {**usual, "field": field, "old": old, "new": new, **more}


def rows(*log: dict[str, Any]) -> list[tuple[str, str, str, Any, Any]]:
    """(subject, field, marketplace, old, new) of what the log means."""
    return [(*action.key, action.old, action.new) for action in translate(log, BASE).actions]


def rates(amount: str) -> dict[str, Any]:
    rate = {"deliveryMethod": {"id": "a"}, "firstItemRate": {"amount": amount, "currency": "PLN"}}
    return {"id": LIST, "name": "Cennik", "rates": [rate]}


def multipack(key: str, *offers: str) -> dict[str, Any]:
    criterion = {"type": "CONTAINS_OFFERS", "offers": [{"id": offer} for offer in offers]}
    return {"id": key, "status": "ACTIVE", "benefits": [], "offerCriteria": [criterion]}


def packages(base: str | None) -> dict[str, Any]:
    package = base and {"id": base, "validFrom": "2026-08-29T12:00:00.000Z", "validTo": None}
    return {"basePackage": package, "extraPackages": [], "pendingBasePackage": None}


def ruled(rule: str, name: str = "Own") -> dict[str, Any]:
    bounds = {"priceRange": {"type": "MARKETPLACE_CURRENCY", "minPrice": PLN, "maxPrice": PLN}}
    return {"rule": {"id": rule, "type": "TOP", "name": name, "configuration": None}, "configuration": bounds}


def badge(status: str) -> dict[str, Any]:
    return {"campaign": "BARGAIN", "status": status, "bargain": PLN}


def priced(declared: str | None, final: Any = None, *, excluded: bool = False) -> dict[str, Any]:
    return {"sellerMaxDeclaredPercentage": declared, "excluded": excluded, "finalPriceForTheBuyer": final}


def test_a_purchase_and_a_save_without_a_change_mean_nothing() -> None:
    assert rows(entry("stock", 5, 4, actor="buyer"), entry(None, None, None)) == []  # type: ignore[arg-type]


def test_the_own_marketplace_has_no_name() -> None:
    found = rows(entry("price", PLN, None, marketplace=BASE), entry("price", PLN, None, marketplace=CZECH))
    assert [row[2] for row in found] == ["", CZECH]


def test_the_content_of_a_price_list_changes_once_however_many_offers_use_it() -> None:
    about = {"subject": {"kind": "price_list", "id": LIST}}
    log = [
        entry("delivery_rates_content", rates("9.9"), rates("11"), offer_id=offer, **about) for offer in (OFFER, OTHER)
    ]
    expected = translate(log, BASE)
    (action,) = expected.actions
    assert action.key == (f"price_list:{LIST}", "price_list.rates", "")
    assert [side[0]["firstItemRate"]["amount"] for side in (action.old, action.new)] == ["9.90", "11.00"]
    assert expected.touched == {(f"price_list:{LIST}", T0): {OFFER, OTHER}}


def test_a_product_changes_once_for_all_offers_of_it_and_only_in_what_a_seller_sees() -> None:
    about = {"subject": {"kind": "product", "id": "p"}}
    old = {"id": "p", "name": "Kawa", "category": {"id": "1", "path": [{"id": "0", "name": "Old"}]}}
    new = {"id": "p", "name": "Kawa Santos", "category": {"id": "1", "path": [{"id": "0", "name": "New"}]}}
    log = [entry("product_content", old, new, offer_id=offer, actor="allegro", **about) for offer in (OFFER, OTHER)]
    assert rows(*log) == [("product:p", "product.name", "", "Kawa", "Kawa Santos")]
    assert translate(log, BASE).touched == {("product:p", T0): {OFFER, OTHER}}


def test_an_offer_enters_a_promotion_whose_content_is_new_and_so_no_change() -> None:
    about = {"subject": {"kind": "promotion", "id": "p"}}
    assert rows(entry("promotion", None, multipack("p", OFFER, OTHER), **about)) == [
        (OFFER, "promotions/p", "", False, True)
    ]
    large = {**multipack("p"), "offerCriteria": [{"type": "ALL_OFFERS"}]}
    assert rows(entry("promotion", None, large, **about)) == []


def test_a_bundle_changes_its_content_and_the_offer_that_leaves_it() -> None:
    def bundle(*offers: str) -> dict[str, Any]:
        slots = [
            {"id": offer, "order": order, "entryPoint": not order, "requiredQuantity": 1, "offers": [{"id": offer}]}
            for order, offer in enumerate(offers)
        ]
        return {"id": "b", "slots": slots, "discount": None}

    found = rows(entry("bundle", bundle("1", OFFER), bundle("1", "2"), subject={"kind": "bundle", "id": "b"}))
    assert [row[:3] for row in found] == [(OFFER, "bundles/b", ""), ("bundle:b", "bundle.slots", "")]
    assert found[0][3:] == (True, False)
    assert [slot["offers"][0]["entryPoint"] for slot in found[1][4]] == [True, False]


def test_a_bundle_of_the_old_kind_is_known_by_its_offers() -> None:
    old = {"id": "b", "offers": [{"id": OFFER, "requiredQuantity": 1}], "discounts": {BASE: PLN}}
    assert rows(entry("bundle", old, None, subject={"kind": "bundle", "id": "b"})) == [
        (OFFER, "bundles/b", "", True, False)
    ]


def test_packages_are_those_of_their_marketplace() -> None:
    ((*key, old, new),) = rows(entry("promo_package", packages(None), packages("emphasized10d"), marketplace=CZECH))
    assert key == [OFFER, "promo_package", CZECH]
    assert (old, new["id"]) == (None, "emphasized10d")


def test_a_rule_is_assigned_or_changes_for_all_its_offers() -> None:
    about = {"subject": {"kind": "price_rule", "id": "r"}, "marketplace": BASE}
    assigned = rows(entry("price_rule", None, ruled("r"), **about))
    assert [row[:4] for row in assigned] == [(OFFER, "price_rule", "", None), (OFFER, "price_range", "", None)]
    assert rows(entry("price_rule", ruled("r"), ruled("r", "New"), **about)) == [
        ("price_rule:r", "price_rule.name", "", "Own", "New")
    ]


def test_only_a_badge_counts_and_not_the_application_for_it() -> None:
    steps = ("REQUESTED", "IN_VERIFICATION", "FINISHED", "REQUESTED", "DECLINED")
    states = [None, *(badge(status) for status in steps)]
    log = [
        entry("badge", old, new, marketplace=BASE, subject={"kind": "badge", "id": "BARGAIN"})
        for old, new in pairwise(states)
    ]
    assert [(row[3] and row[3]["status"], row[4]["status"]) for row in rows(*log)] == [
        (None, "IN_VERIFICATION"),
        ("IN_VERIFICATION", "FINISHED"),
    ]


def test_a_new_participation_takes_the_place_of_the_one_before() -> None:
    states = [{"campaign": "c", "status": status, "proposedPrice": PLN} for status in ("FINISHED", "VERIFICATION")]
    about = {"marketplace": CZECH, "subject": {"kind": "alle_discount", "id": "c"}}
    found = rows(*(entry("alle_discount", None, state, **about) for state in states))
    assert [(row[3] and row[3]["status"], row[4]["status"]) for row in found] == [
        (None, "FINISHED"),
        ("FINISHED", "VERIFICATION"),
    ]


def test_a_reduction_in_allegro_prices_is_a_price_and_a_badge() -> None:
    found = rows(entry("allegro_price", priced("10.0"), priced("10.0", PLN), marketplace=BASE))
    assert found == [
        (OFFER, "allegro_price", "", None, PLN),
        (OFFER, "badges/SUBSIDY", "", None, {"status": "ACTIVE", "price": PLN}),
    ]


def test_an_exclusion_is_known_by_its_instant() -> None:
    log = [entry("allegro_price", priced("10.0"), priced(None, excluded=True), marketplace=BASE)]
    assert rows(*log)[1:] == [(OFFER, "allegro_prices_excluded", "", None, "2026-08-29T12:00:00.000Z")]


def test_a_deleted_category_leads_to_the_one_in_its_place() -> None:
    content = entry("category_content", {"name": "Kawa", "parent": "7"}, None, subject={"kind": "category", "id": "1"})
    assert rows(content, entry("category", "1", "2")) == [
        ("category:1", "category.redirect", "", None, "2"),
        (OFFER, "category", "", "1", "2"),
    ]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            entry("translation", None, {"language": "cs-CZ", "title": {"translation": "Káva", "type": "MANUAL"}}),
            (OFFER, "translated_title", "cs-CZ", None, "Káva"),
        ),
        (
            entry("unfilled_parameters", {"1": "REQUIRED"}, {"1": "REQUIRED", "2": "REQUIREMENT_PLANNED"}),
            (OFFER, "unfilled_parameters", "", ["1"], ["1", "2"]),
        ),
        (
            entry(
                "blocked_deliveries", None, [{"marketplaceId": CZECH}], event_types=["OFFER_DELIVERY_COUNTRIES_BLOCKED"]
            ),
            (OFFER, "blocked_deliveries", "", None, [{"marketplaceId": CZECH}]),
        ),
    ],
)
def test_other_parts_have_the_forms_of_the_record(log: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert rows(log) == [expected]


def test_what_no_event_told_of_is_not_expected() -> None:
    assert rows(entry("blocked_deliveries", None, [{"marketplaceId": CZECH}])) == []


def test_a_field_that_nobody_translates_is_an_error() -> None:
    with pytest.raises(KeyError):
        rows(entry("weather", 1, 2))


# Comparing ------------------------------------------------------------------------------------------------------------

KEY = (OFFER, "handling_time", "")
READS = [(T0, T0 + timedelta(hours=12)), (T0 + timedelta(hours=24), T0 + timedelta(hours=24))]


def action(hours: float, old: str, new: str, *, is_announced: bool = False) -> Action:
    return Action(KEY, T0 + timedelta(hours=hours), old, new, is_announced)


def change(old: str, new: str, certainty: str = "interval", since: float = 12, until: float = 24) -> Change:
    not_before, not_after = T0 + timedelta(hours=since), T0 + timedelta(hours=until)
    return Change("handling_time", "", old, new, True, True, not_before, not_after, certainty)


def figures(actions: list[Action], changes: list[Change]) -> dict[str, int]:
    result = compare(actions, {KEY: changes}, {KEY: READS})
    faults = {name: len(getattr(result, name)) for name in ("missed", "invented", "wrong_value", "wrong_time")}
    counted = {name: counter.total() for name, counter in result.figures.items()}
    return {name: number for name, number in {**counted, **faults}.items() if number and name != "actions"}


def test_a_silent_edit_is_found_in_the_interval_that_encloses_it() -> None:
    result = compare([action(13, "PT24H", "PT48H")], {KEY: [change("PT24H", "PT48H")]}, {KEY: READS})
    assert result.is_honest
    assert (result.found, result.silent_hours) == (1, {"handling_time": [12.0]})


@pytest.mark.parametrize(
    ("actions", "changes", "expected"),
    [
        ([action(13, "A", "B")], [], {"observable": 1, "missed": 1}),
        ([], [change("A", "B")], {"invented": 1}),
        ([action(13, "A", "B")], [change("A", "C")], {"observable": 1, "missed": 1, "wrong_value": 1}),
        (
            [action(13, "A", "B")],
            [change("A", "B", since=24, until=36)],
            {"observable": 1, "missed": 1, "wrong_time": 1},
        ),
        (
            [action(13, "A", "B"), action(14, "B", "C")],
            [change("A", "C")],
            {"overtaken": 1, "observable": 1, "found": 1},
        ),
        ([action(13, "A", "B"), action(14, "B", "A")], [], {"overtaken": 1, "reverted": 1}),
        ([action(30, "A", "B")], [], {"not_read_yet": 1}),
        ([action(-1, "A", "B")], [], {}),
        (
            [action(13, "A", "B", is_announced=True)],
            [change("A", "B")],
            {"observable": 1, "found": 1, "wrong_time": 1},
        ),
    ],
)
def test_every_kind_of_difference_is_counted(
    actions: list[Action], changes: list[Change], expected: dict[str, int]
) -> None:
    assert figures(actions, changes) == expected


def test_comparisons_add_up() -> None:
    one, other = (compare([action(13, "A", "B")], {KEY: [change("A", "B")]}, {KEY: READS}) for _ in range(2))
    one.add(other)
    assert (one.found, one.silent_hours) == (2, {"handling_time": [12.0, 12.0]})
