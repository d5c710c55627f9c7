"""What a change looks like in words."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from accounts.models import SellerAccount
from offers.fields import FIELDS, STATUS, get_field
from offers.files.changes import row_of
from offers.models import OfferChange, OfferEvent
from offers.words.differences import full_diff
from offers.words.entries import Row
from offers.words.names import Names
from offers.words.presentation import ShownChange, present
from offers.words.textdiff import Run, html_diff, word_diff, words_changed
from offers.words.values import show_duration, show_span
from offers.words.wording import show_value
from tests.offers.page_facts import money

NO_BREAK = "\N{NO-BREAK SPACE}"
ACCOUNT = UUID(int=1)
MOMENT = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def change(field: str, old: Any, new: Any, **values: Any) -> OfferChange:
    known: dict[str, Any] = {"old_seen": True, "new_seen": True, "certainty": "exact", "event_type": "OFFER_CHANGED"}
    span = {"not_before": MOMENT, "not_after": MOMENT}
    return OfferChange(account=SellerAccount(id=ACCOUNT), field=field, old=old, new=new, **span, **{**known, **values})


def shown(field: str, old: Any, new: Any, **values: Any) -> ShownChange:
    return present(change(field, old, new, **values))


def description(*texts: str) -> dict[str, Any]:
    return {"sections": [{"items": [{"type": "TEXT", "content": text} for text in texts]}]}


def test_price_shows_the_difference_with_its_base() -> None:
    price = shown("price", money("49.90"), money("44.90"))
    assert (price.old.text, price.new.text) == (f"PLN{NO_BREAK}49.90", f"PLN{NO_BREAK}44.90")
    assert price.note == f"−PLN{NO_BREAK}5.00 (−10.0{NO_BREAK}%)"


def test_prices_in_two_currencies_are_not_compared() -> None:
    assert shown("price", money("49.90"), money("12.00", "EUR")).note == ""


def test_a_shipment_date_is_a_moment_in_warsaw() -> None:
    assert shown("shipment_date", None, "2026-12-07T06:09:08.921Z").new.text == "7 Dec 2026, 07:09"


def test_polish_money_is_written_the_polish_way() -> None:
    with translation.override("pl"):
        assert shown("price", money("1249.90"), money("44.90")).old.text == f"1{NO_BREAK}249,90{NO_BREAK}zł"


@pytest.mark.parametrize(
    ("certainty", "side", "reason"),
    [
        ("overtaken", "new", "Changed again before it was read."),
        ("exact", "old", "The value before was itself changed again before it was read."),
        ("no_difference", "new", "Announced by Allegro; the reads before and after show no difference."),
        ("unread", "new", "Announced by Allegro; the offer has not been read since."),
        ("before_history", "old", "Happened before the first reading of this offer."),
        ("not_followed", "new", "Announced by Allegro; this part of an offer is not read."),
    ],
)
def test_a_value_that_nobody_saw_has_its_reason(certainty: str, side: str, reason: str) -> None:
    unseen = shown("price", None, None, old_seen=False, new_seen=False, certainty=certainty)
    assert getattr(unseen, side).text == ""
    assert getattr(unseen, side).reason == reason


def test_a_value_seen_to_be_empty_is_not_a_missing_one() -> None:
    empty = shown("external_id", "A-1", None)
    assert (empty.new.text, empty.new.reason) == ("empty", "")


def test_an_event_without_a_field_is_named_by_what_it_announced() -> None:
    unnamed = shown("", None, None, old_seen=False, new_seen=False, certainty="no_difference")
    assert (unnamed.label, unnamed.group) == ("Edited, field not named", "unnamed")


def test_a_field_that_nobody_registered_is_marked_as_allegros_own() -> None:
    row = shown("other.newThing", {"a": 1}, {"a": 2})
    assert (row.label, row.plain) == ("New Allegro field “newThing”", "new Allegro field “a”: 1 → 2")
    assert shown("other.createdBy", "USER", "ALLEGRO").label == "Created by"


def test_title_marks_its_words() -> None:
    assert word_diff("Kawa mocna 1 kg", "Kawa łagodna 1 kg") == [
        Run("same", "Kawa "), Run("removed", "mocna"), Run("same", " "), Run("added", "łagodna"), Run("same", " 1 kg"),
    ]  # fmt: skip


def test_description_counts_words_that_came_and_went() -> None:
    text = shown("description", description("<p>jeden dwa</p>"), description("<p>jeden <b>trzy</b> cztery</p>"))
    assert text.summary == "1 word removed, 2 words added"


def test_description_with_the_same_words_says_so() -> None:
    text = shown("description", description("<p>jeden dwa</p>"), description("<h1>dwa</h1><p>jeden</p>"))
    assert text.summary == "the same words in another order or layout"


def test_words_that_only_moved_are_no_change() -> None:
    assert words_changed("a b c", "c b a") == (0, 0)


def test_html_diff_lets_no_script_attribute_or_link_through() -> None:
    hostile = (
        '<p onclick="x()">stary</p><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:x">l</a>'
    )
    shown_html = html_diff(hostile, hostile + "<p style='color:red'>nowy</p><svg onload=alert(3)></svg>")
    assert "nowy</ins>" in shown_html
    for trace in ("script", "alert", "onclick", "onerror", "style", "<img", "<a", "<svg", "javascript"):
        assert trace not in shown_html


def test_full_diff_of_a_description_is_cleaned() -> None:
    diff = full_diff(change("description", description("<p>a</p>"), description("<p>b</p><script>alert(1)</script>")))
    assert diff.html.startswith("<p><ins>b</ins></p>")
    assert "script" not in diff.html


def test_pictures_in_another_order_are_minor() -> None:
    urls = [f"https://a.allegroimg.com/original/11a/{name}" for name in "ab"]
    moved = shown("images", urls, urls[::-1])
    assert (moved.summary, moved.is_minor) == ("only the order changed", True)


def test_the_same_picture_at_another_address_is_minor() -> None:
    at_new_host = shown("images", ["https://a.allegroimg.com/original/11a/b"], ["https://b.allegroimg.com/s512/11c/b"])
    assert (at_new_host.summary, at_new_host.is_minor) == ("the same pictures at another address", True)


def test_pictures_are_counted() -> None:
    urls = [f"https://a.allegroimg.com/original/11a/{name}" for name in "abc"]
    changed = shown("images", urls[:2], urls[1:])
    assert (changed.old.text, changed.note, changed.is_minor) == ("2 pictures", "1 added, 1 removed", False)
    marks = [(picture.url[-1], picture.mark) for picture in full_diff(changed.change).pictures]
    assert marks == [("b", "same"), ("c", "added"), ("a", "removed")]


def test_a_picture_address_that_is_no_web_address_is_not_shown() -> None:
    assert full_diff(change("images", [], ["javascript:alert(1)"])).pictures == []


def test_parameters_are_told_by_name() -> None:
    old = [{"id": "1", "name": "Kolor", "values": ["czarny"]}, {"id": "2", "name": "Waga", "values": ["1"]}]
    new = [{"id": "1", "name": "Kolor", "values": ["biały", "szary"]}, {"id": "2", "name": "Waga", "values": ["1"]}]
    assert shown("parameters", old, new).summary == "Kolor: czarny → biały, szary"
    assert full_diff(change("parameters", old, new)).rows == [Row("Kolor", "czarny", "biały, szary")]


def test_stock_tells_what_was_sold_meanwhile() -> None:
    assert shown("stock", 60, 31, units_sold=9).note == "−29; 9 sold in this time"


@pytest.mark.parametrize(
    ("iso", "words"),
    [("PT24H", "24 hours"), ("P3D", "3 days"), ("PT0S", "at once"), ("P1D", "1 day"), ("soon", "soon")],
)
def test_durations_in_words(iso: str, words: str) -> None:
    assert show_duration(iso) == words


def test_long_values_are_cut_in_lists_only() -> None:
    side = shown("delivery_info", "x" * 300, "y").old
    assert (len(side.line), len(side.text)) == (90, 300)


def test_an_unknown_status_is_marked_as_allegros_own() -> None:
    assert [show_value(STATUS, each) for each in ("ACTIVE", "ARCHIVED", "FROZEN")] == [
        "Active", "Archived", "new Allegro code: FROZEN",
    ]  # fmt: skip


def test_spans_are_written_short() -> None:
    def day(month: int, number: int) -> datetime:
        return datetime(2026, month, number, 12, tzinfo=UTC)

    assert show_span(day(9, 3), day(9, 3)) == "3 Sep"
    assert show_span(day(9, 3), day(9, 12)) == "3–12 Sep"
    assert show_span(day(8, 28), day(9, 3)) == "28 Aug – 3 Sep"
    with translation.override("pl"):
        assert show_span(day(9, 3), day(9, 12)) == "3–12 września"


def test_an_ended_offer_says_why_it_ended() -> None:
    event = OfferEvent(pk=1, payload={"offer": {"publication": {"endedBy": "EMPTY_STOCK"}}})
    assert shown("status", "ACTIVE", "ENDED", event=event).note == "sold out"


def test_sales_beside_a_stock_edit_are_told_even_when_the_old_value_was_not_seen() -> None:
    assert shown("stock", None, 126, old_seen=False, units_sold=2).note == "2 sold in this time"


# What stands beside offers, and what they share -----------------------------------------------------------------------

NAMES = Names({(ACCOUNT, "promotion", "p1"): "Two for one", (ACCOUNT, "price_list", "aaa"): "Standard"})


def test_references_are_told_by_name_as_what_came_and_went() -> None:
    row = change("promotions", ["p1", "p2"], ["p2", "p3"])
    assert present(row, NAMES).summary == "− Two for one; + p3"
    assert present(row, NAMES).old.ids == "p1, p2"
    assert present(change("promotions", None, ["p1"]), NAMES).summary == "+ Two for one"


def test_a_reference_shows_its_name_and_keeps_its_id() -> None:
    row = present(change("delivery_price_list", "aaa", "bbb"), NAMES)
    assert (row.old.text, row.old.ids, row.new.text, row.new.ids) == ("Standard", "aaa", "bbb", "")


def campaign(status: str, price: str = "44.90") -> dict[str, Any]:
    return {"name": "Strefa Okazji", "status": status, "prices": {"bargain": money(price)}}


def test_campaigns_are_told_by_name_status_and_price() -> None:
    before, after = {"BARGAIN": campaign("IN_VERIFICATION")}, {"BARGAIN": campaign("ACTIVE", "43.90")}
    told = f"Strefa Okazji: in verification → active; Strefa Okazji, price: PLN{NO_BREAK}44.90 → PLN{NO_BREAK}43.90"
    assert shown("badges", before, after).summary == told
    declined = {"X": {"status": "DECLINED", "reasons": ["BB1"]}}
    assert shown("alle_discount", {}, declined).summary == "+ X: declined; + X, reasons: Allegro's code BB1"


def rate(method: str, first: str, each_next: str = "0.00") -> dict[str, Any]:
    return {"deliveryMethod": {"id": method}, "firstItemRate": money(first), "nextItemRate": money(each_next)}


def test_delivery_prices_are_told_by_method() -> None:
    before, after = [rate("inpost", "9.99"), rate("dpd", "15.00")], [rate("inpost", "12.99"), rate("dpd", "15.00")]
    row = shown("price_list.rates", before, after)
    assert row.summary.startswith(
        f"delivery method inpost: PLN{NO_BREAK}9.99, each next piece PLN{NO_BREAK}0.00 → PLN{NO_BREAK}12.99"
    )
    (entry,) = full_diff(row.change).rows
    assert (entry.name, full_diff(row.change).heading) == ("delivery method inpost", "Delivery method")
    many = [rate(str(number), "1.00") for number in range(9)]
    assert shown("price_list.rates", [], many).summary == "9 delivery methods changed"


def test_packages_are_told_with_their_end() -> None:
    package = {"id": "emphasized10d", "validFrom": "2026-09-02T08:00:00Z", "validTo": "2026-09-12T08:00:00Z"}
    row = shown("promo_package", None, package)
    assert row.summary == "+ Featured for 10 days until 12 Sep 2026, 10:00"


@pytest.mark.parametrize(
    ("field", "old", "new", "told"),
    [
        ("unfilled_parameters", ["11323"], ["11323", "14228"], "+ parameter 14228 (name unknown)"),
        (
            "visibility",
            {"state": "IN_PROGRESS"},
            {"state": "REFUSED", "refusalReasons": [{"code": "VQR009", "userMessage": "price difference too big"}]},
            "being checked → refused: Allegro says “price difference too big”",
        ),
        (
            "smart_conditions",
            [{"code": "A", "name": "Delivery", "fulfilled": True}],
            [{"code": "A", "name": "Delivery", "fulfilled": False, "failedDeliveryMethods": [{"id": "m1"}]}],
            "Delivery: fulfilled → not fulfilled, without the delivery methods m1",
        ),
        ("rating_scores", [{"name": "5", "count": 1}], [{"name": "5", "count": 2}], "5: 1 → 2"),
        ("marketplaces", {"base": {"id": "a"}}, {"base": {"id": "a"}, "additional": [{"id": "b"}]}, "+ b"),
        ("smart", True, False, "yes → no"),
        ("allegro_prices_share", "5", "10", f"5{NO_BREAK}% → 10{NO_BREAK}%"),
        ("allegro_prices_excluded", None, "2026-09-02T08:00:00Z", "empty → since 2 Sep 2026, 10:00"),
        ("rating", "4.7", "4.6", "4.7 → 4.6"),
        ("return_policy.period", "P14D", "P30D", "14 days → 30 days"),
        (
            "price_range",
            {"minPrice": {"amount": "10.00", "currency": "PLN"}},
            {"minPrice": {"amount": "12.00", "currency": "PLN"}},
            f"lowest price: PLN{NO_BREAK}10.00 → PLN{NO_BREAK}12.00",
        ),
        (
            "location",
            {"city": "Kraków"},
            {"city": "Łódź", "postCode": "90-001"},
            "city: Kraków → Łódź; + postcode: 90-001",
        ),
    ],
)
def test_documents_are_told_in_words(field: str, old: Any, new: Any, told: str) -> None:
    assert shown(field, old, new).plain == told


def test_blocked_countries_are_told_with_their_reason() -> None:
    told = [{"marketplaceId": "allegro-pl", "blockades": [{"country": "DE", "reason": "GPSR"}, {"country": "AT"}]}]
    row = shown("blocked_deliveries", None, told, old_seen=False, event_type="OFFER_DELIVERY_COUNTRIES_BLOCKED")
    assert row.new.text == "DE (allegro-pl): GPSR; AT (allegro-pl)"
    assert row.old.reason == "Allegro's announcement tells only what holds from then on."


SHAPES: list[Any] = ["text", 7, True, [], ["a"], [{"a": [1]}], {}, {"a": {"b": [None, 1]}}, {"a": "b"}, None]


@pytest.mark.parametrize("value", SHAPES, ids=str)
def test_no_shape_of_a_value_breaks_a_page(value: Any) -> None:
    for field in (each.key for each in FIELDS):
        for row in (change(field, value, "other"), change(field, None, value), change(field, [{"id": "x"}], value)):
            assert row_of(present(row))
            full_diff(row)


def made_from(product: str, pieces: int = 1, **more: Any) -> dict[str, Any]:
    return {"quantity": {"value": pieces}, "product": {"id": product, **more}}


def test_catalogue_products_of_an_offer_are_told_by_name() -> None:
    known = Names({(ACCOUNT, "product", "p1"): "Santos 1 kg"})
    row = change("product", [made_from("p1")], [made_from("p1", 2), made_from("p2")])
    assert present(row, known).summary == "Santos 1 kg: 1 → 2; + p2: 1"
    assert present(row, known).new.ids == "p1, p2"
    code = {"id": "224017", "name": "Kod producenta", "values": ["K-1"]}
    row = change("product", [made_from("p1")], [made_from("p1", parameters=[code])])
    assert present(row, known).summary == "+ Santos 1 kg, Kod producenta: K-1"


def test_products_of_one_name_are_told_apart_by_their_ids() -> None:
    known = Names({(ACCOUNT, "product", key): "Santos" for key in ("p1", "p2")})
    row = change("product", [made_from("p1"), made_from("p2")], [made_from("p1"), made_from("p2", 3)])
    assert present(row, known).summary == "Santos (p2): 1 → 3"


def test_what_the_catalogue_makes_of_a_product_is_told_in_words() -> None:
    row = shown("product.status", "PROPOSED", "LISTED")
    assert (row.old.text, row.new.text) == ("proposed, not reviewed yet", "listed")
    assert shown("product.kept", ["images"], ["images", "name"]).summary == "+ name"
    named = present(change("product.category", "1", "2"), Names({(ACCOUNT, "category", "2"): "Kawa"}))
    assert (named.old.text, named.new.text) == ("1", "Kawa")


@pytest.mark.parametrize(("language", "shown"), [("en", "4.58"), ("pl", "4,58")])
def test_a_number_that_came_as_text_is_written_as_the_reader_is_used_to(language: str, shown: str) -> None:
    with translation.override(language):
        assert show_value(get_field("rating"), "4.58") == shown
        assert show_value(get_field("rating"), "soon") == "soon"
