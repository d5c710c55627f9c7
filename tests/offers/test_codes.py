"""Codes, keys and ids of Allegro's documents reach a page in words only."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from accounts.models import SellerAccount
from accounts.templatetags.ui import format_money, quoted
from offers.fields import get_field
from offers.models import OfferChange
from offers.reading.day import note_of
from offers.record.parts import content_of_bundle
from offers.state.timeline import FieldState, Lack
from offers.words.codes import PROVINCES
from offers.words.differences import ENDED_BY, full_diff
from offers.words.names import Names
from offers.words.presentation import EVENT_LABELS, present
from offers.words.wording import name_of_place, show_whole_value

ACCOUNT = UUID(int=1)
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def told(field: str, old: Any, new: Any, known: dict[tuple[UUID, str, str], str] | None = None) -> str:
    change = OfferChange(
        account=SellerAccount(id=ACCOUNT), field=field, old=old, new=new, old_seen=True, new_seen=True,
        certainty="exact", event_type="OFFER_CHANGED",
    )  # fmt: skip
    return present(change, Names(known or {})).plain


def campaign(**values: Any) -> dict[str, Any]:
    return {"HIT": {"name": "Hit", **values}}


# Every enumeration that Allegro's description has for what is shown: the field, its codes, and a value with one.
ENUMERATIONS: list[tuple[str, str, Any]] = [
    ("invoice", "VAT VAT_MARGIN WITHOUT_VAT NO_INVOICE", lambda code: code),
    ("selling_format", "BUY_NOW AUCTION ADVERTISEMENT", lambda code: code),
    ("stock_unit", "UNIT SET PAIR", lambda code: code),
    ("status", "ACTIVE INACTIVE ACTIVATING ENDED ARCHIVED", lambda code: code),
    ("location", " ".join(PROVINCES), lambda code: {"province": code}),
    ("tax", "GOODS SERVICES", lambda code: {"subject": code}),
    ("tax", "MONEY_EQUIVALENT MARGIN_SCHEME", lambda code: {"exemption": code}),
    ("message_settings", "OPTIONAL HIDDEN REQUIRED", lambda code: {"mode": code}),
    ("compatibility", "MANUAL PRODUCT_BASED", lambda code: {"type": code}),
    ("product", "LISTED NOT_LISTED PROPOSED REMOVED", lambda code: [{"product": {"publication": {"status": code}}}]),
    (
        "product",
        "TEXT ATTACHMENTS NO_SAFETY_INFORMATION",
        lambda code: [{"product": {"id": "p"}, "safetyInformation": {"type": code}}],
    ),
    ("visibility", "APPROVED REFUSED IN_PROGRESS PENDING", lambda code: {"state": code}),
    (
        "visibility",
        "VQR009_PRICE_IN_ADDITIONAL_MARKETPLACE_MISMATCH",
        lambda code: {"state": "REFUSED", "refusalReasons": [{"code": code, "userMessage": "Too dear."}]},
    ),
    ("promo_package", "emphasized10d emphasized1d promoPackage", lambda code: {"id": code}),
    ("promo_extras", "departmentPage", lambda code: [{"id": code}]),
    ("price_range", "MARKETPLACE_CURRENCY BASE_MARKETPLACE_CURRENCY", lambda code: {"type": code}),
    ("badges", "IN_VERIFICATION WAITING_FOR_PUBLICATION ACTIVE FINISHED DECLINED", lambda code: campaign(status=code)),
    ("alle_discount", "VERIFICATION ACCEPTED ACTIVE DECLINED FINISHED", lambda code: campaign(status=code)),
    (
        "alle_discount",
        "TOO_HIGH_PROPOSED_PRICE PRODUCT_CONFIGURATION_CHANGED PRODUCT_NOT_IN_CAMPAIGN CURRENCY_NOT_SUPPORTED"
        " OFFER_NOT_VISIBLE_ON_CAMPAIGN_MARKETPLACE ALLE_DISCOUNT_SUSPENDED_ACCOUNT",
        lambda code: campaign(status="DECLINED", reasons=[code]),
    ),
    ("translated_safety", "AUTO MANUAL BASE", lambda code: {"products": [{"id": "p", "type": code}]}),
    ("smart_conditions", "deliveryMethodPrices returnPaidBy", lambda code: [{"code": code, "fulfilled": True}]),
    ("blocked_deliveries", "EXPORT_BLOCKADE", lambda code: [{"blockades": [{"country": "DE", "reason": code}]}]),
    ("other.type", "ELECTRONIC PHYSICAL MANUFACTURER SELLER", lambda code: code),
    ("other.createdBy", "USER", lambda code: code),
    ("delivery.joining", "MIN MAX SUM", lambda code: {"strategy": code}),
    ("return_policy.range", "FULL RESTRICTED DISABLED", lambda code: {"range": code}),
    (
        "return_policy.range",
        "ALCOHOL BOOKED_SERVICE CUSTOM_ITEM FULLY_IMPLEMENTED_SERVICE INSEPARABLY_LINKED MEDICINAL_PRODUCT PRESS"
        " NOT_RECORDED_DIGITAL_CONTENT SEALED_ITEM_NO_RETURN_DUE_HEALTH_OR_HYGIENE SEALED_MEDIA SHORT_SHELF_LIFE"
        " VALUE_DEPENDENT_ON_FINANCIAL_MARKET",
        lambda code: {"range": "RESTRICTED", "restrictionCause": {"name": code}},
    ),
    ("return_policy.cost", "BUYER SELLER", lambda code: {"coveredBy": code}),
    ("promotion.status", "ACTIVE INACTIVE SUSPENDED", lambda code: code),
    ("promotion.criteria", "ALL_OFFERS CONTAINS_OFFERS OFFERS_ASSIGNED_EXTERNALLY", lambda code: [code]),
    ("bundle.publication", "ACTIVE SUSPENDED", lambda code: [{"marketplace": {"id": "allegro-pl"}, "status": code}]),
    ("bundle.discounts", "SLOT_DISCOUNT WHOLE_BUNDLE_DISCOUNT", lambda code: {"type": code}),
    (
        "price_rule.type",
        "EXCHANGE_RATE FOLLOW_BY_ALLEGRO_MIN_PRICE FOLLOW_BY_MARKET_MIN_PRICE FOLLOW_BY_TOP_OFFER_PRICE",
        lambda code: code,
    ),
    (
        "price_rule.configuration",
        "ADD SUBTRACT",
        lambda code: {"changeByPercentage": {"operation": code, "value": "5"}},
    ),
    ("category.requirements", "REQUIREMENT_CHANGE", lambda code: [{"parameter": "1", "type": code}]),
    ("product.status", "LISTED PROPOSED", lambda code: code),
    ("product.safety", "TEXT ATTACHMENTS", lambda code: {"safetyInformation": {"type": code}}),
]
CASES = [(field, code, value) for field, codes, value in ENUMERATIONS for code in codes.split()]


@pytest.mark.parametrize(("field", "code", "value"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_no_code_that_allegro_can_give_is_shown_raw(field: str, code: str, value: Any) -> None:
    text = show_whole_value(get_field(field), value(code))
    assert text and "new Allegro" not in text and (code not in text or text == "VAT invoice")
    assert told(field, None, value(code)).count(code) == text.count(code)


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, _codes, value in ENUMERATIONS if field not in {"location", "smart_conditions"}],
)
def test_a_code_that_allegro_adds_stays_visible_and_is_marked(field: str, value: Any) -> None:
    text = show_whole_value(get_field(field), value("BRAND_NEW"))
    if field == "alle_discount" and "reasons" in text:
        assert "Allegro's code BRAND_NEW" in text
    elif not text.startswith("refused"):
        assert "new Allegro code: BRAND_NEW" in text


def test_every_event_and_every_end_of_an_offer_has_a_name() -> None:
    named = {
        "OFFER_ACTIVATED", "OFFER_CHANGED", "OFFER_ENDED", "OFFER_STOCK_CHANGED", "OFFER_PRICE_CHANGED",
        "OFFER_ARCHIVED", "OFFER_BID_PLACED", "OFFER_BID_CANCELED", "OFFER_TRANSLATION_UPDATED",
        "OFFER_VISIBILITY_CHANGED", "OFFER_DELIVERY_COUNTRIES_BLOCKED",
    }  # fmt: skip
    assert named <= EVENT_LABELS.keys()
    assert {"USER", "ADMIN", "EXPIRATION", "EMPTY_STOCK", "PRODUCT_DETACHMENT", "ERROR", "UNKNOWN"} <= ENDED_BY.keys()


def test_a_translation_names_its_language() -> None:
    assert (name_of_place("cs-CZ"), name_of_place("allegro-cz")) == ("Czech", "allegro-cz")


def test_free_text_in_capitals_is_no_code() -> None:
    assert told("location", {"city": "ŁÓDŹ"}, {"city": "KRAKOW"}) == "city: ŁÓDŹ → KRAKOW"


def test_parameters_are_told_by_name_or_that_nobody_knows_it() -> None:
    planned = [{"parameter": "259292", "from": "2026-12-01T00:00:00Z"}]
    assert told("category.requirements", None, planned) == (
        "+ parameter 259292 (name unknown): required from 1 Dec 2026, 01:00"
    )
    known = {(ACCOUNT, "parameter", "259292"): "Rodzaj kawy"}
    assert told("category.requirements", None, planned, known) == "+ Rodzaj kawy: required from 1 Dec 2026, 01:00"
    assert told("unfilled_parameters", [], ["259292"], known) == "+ Rodzaj kawy"


def flexible(percentage: int) -> dict[str, Any]:
    return {
        "type": "WHOLE_BUNDLE_DISCOUNT",
        "bundle": {"discounts": [{"marketplaceId": "allegro-pl", "percentage": percentage}]},
    }


def test_a_bundle_is_told_in_plain_words() -> None:
    assert told("bundle.discounts", flexible(5), flexible(7)) == (
        f"the whole bundle on allegro-pl: −5{NO_BREAK}% → −7{NO_BREAK}%"
    )
    money = [{"marketplace": {"id": "allegro-pl"}, "amount": "5.00", "currency": "PLN"}]
    assert told("bundle.discounts", None, money) == f"+ allegro-pl: −PLN{NO_BREAK}5.00"
    known = {(ACCOUNT, "offer", "11"): "Arabica 1 kg", (ACCOUNT, "offer", "12"): "Młynek"}
    slots = [{"order": 0, "requiredQuantity": 2, "offers": [{"id": "11"}]}, {"id": "12", "requiredQuantity": 1}]
    assert told("bundle.slots", slots[1:], slots, known) == "+ element 1: 2 pieces; + element 1, Arabica 1 kg"


@pytest.mark.parametrize("field", ["bundle.slots", "bundle.discounts", "bundle.publication"])
@pytest.mark.parametrize(
    "odd",
    [[{"order": "first", "requiredQuantity": "two"}], {"bundle": [1], "slot": "x"}, [{"marketplace": "pl"}], "text", 7],
)
def test_a_bundle_of_another_shape_than_allegro_describes_breaks_no_page(field: str, odd: Any) -> None:
    assert isinstance(told(field, [], odd), str)


def test_a_bundle_is_called_by_what_is_in_it() -> None:
    titles = {"11": "Arabica 1 kg", "12": "Młynek"}
    old = {"id": "b", "offers": [{"id": "11", "requiredQuantity": 2}, {"id": "12", "requiredQuantity": 1}]}
    assert content_of_bundle(old, titles) == "2 × Arabica 1 kg + Młynek"
    choice = {"slots": [{"order": 0, "requiredQuantity": 1, "offers": [{"id": "11"}, {"id": "12"}]}]}
    assert content_of_bundle(choice, titles) == "Arabica 1 kg (+1)"
    assert content_of_bundle({"slotsRepresentatives": ["98", "99"]}, titles) == ""
    row = OfferChange(
        account=SellerAccount(id=ACCOUNT), field="bundles", old=[], new=["b"], old_seen=True, new_seen=True
    )
    assert full_diff(row, Names({(ACCOUNT, "bundle", "b"): "Arabica + Młynek"})).rows[0].name == "“Arabica + Młynek”"


def test_what_left_allegro_is_called_by_its_kind_and_not_the_offer() -> None:
    since = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
    gone = FieldState(get_field("promotion.status"), "", lack=Lack.GONE, since=since)
    told_of = note_of(gone, lambda field: str)
    assert told_of == "Promotion: no longer at Allegro from 21 Nov 2026, 02:50."
    offer = FieldState(get_field("price"), "", lack=Lack.GONE, since=since)
    assert note_of(offer, lambda field: str).startswith("From 21 Nov 2026, 02:50 Allegro no longer returned the offer.")


@pytest.mark.parametrize(
    ("language", "amount", "name"),
    [("pl", f"−1{NO_BREAK}373,83{NO_BREAK}zł", "„Kawa”"), ("en", f"−PLN{NO_BREAK}1,373.83", "“Kawa”")],
)
def test_signs_and_quotation_marks_are_those_of_the_language(language: str, amount: str, name: str) -> None:
    with translation.override(language):
        assert (format_money(Decimal("-1373.83"), "PLN"), quoted("Kawa")) == (amount, name)
