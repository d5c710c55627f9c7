"""The documents of the parts beside offers and of what offers share, made from Allegro's raw ones."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers import fields
from offers.record import parts
from offers.record.documents import canonical
from offers.record.normal_form import normal
from tests.offers.raw_parts import (
    BADGE,
    BASE,
    CZECH,
    DELETED,
    FOR_ALL,
    IN_PRICES,
    LISTED_BUNDLE,
    OLD_BUNDLE,
    OPTIONS,
    PACK,
    PRICE_LIST,
    PRICE_RULE,
    PRODUCT,
    RATING,
    RETURN_POLICY,
    RULES,
    SCHEDULED,
    SECTIONS,
    SETTINGS,
    SMART,
    SUBMITTED,
    TRANSLATIONS,
    TREE,
    UNFILLED,
    WARRANTY,
    WHOLE_BUNDLE,
    Raw,
    pln,
)

# Of each part (of one offer) and of each kind of shared object: how it is made, and from what.
MADE: dict[str, tuple[Callable[[Any], Any], Any]] = {
    fields.PROMOTIONS_PART: (
        lambda raw: parts.promotions(raw["rebates"], raw["old"], raw["flexible"])["17"],
        {"rebates": [PACK, FOR_ALL], "old": [OLD_BUNDLE], "flexible": [LISTED_BUNDLE]},
    ),
    fields.PROMO_OPTIONS_PART: (lambda raw: parts.promo_options(raw, BASE), OPTIONS),
    fields.PRICE_RULES_PART: (lambda raw: parts.price_rules(raw, BASE), RULES),
    fields.BADGES_PART: (lambda raw: parts.badges({BASE: [raw]}, BASE)["17"], BADGE),
    fields.ALLEGRO_PRICES_PART: (lambda raw: parts.allegro_prices({BASE: [raw]}, BASE)["17"], IN_PRICES),
    fields.ALLE_DISCOUNT_PART: (
        lambda raw: parts.alle_discount([raw], {"ALLEOBNIZKA_PL": CZECH}, BASE)["17"],
        SUBMITTED,
    ),
    fields.TRANSLATIONS_PART: (parts.translations, TRANSLATIONS),
    fields.RATING_PART: (parts.rating, RATING),
    fields.SMART_PART: (parts.smart, SMART),
    fields.UNFILLED_PART: (lambda raw: parts.unfilled([raw])["17"], UNFILLED),
    fields.PRICE_LIST: (parts.price_list, PRICE_LIST),
    fields.DELIVERY_SETTINGS: (parts.delivery_settings, SETTINGS),
    fields.RETURN_POLICY: (parts.return_policy, RETURN_POLICY),
    fields.WARRANTY: (parts.warranty, WARRANTY),
    fields.IMPLIED_WARRANTY: (parts.implied_warranty, WARRANTY),
    fields.PROMOTION: (parts.promotion, PACK),
    fields.BUNDLE: (parts.bundle, OLD_BUNDLE),
    fields.PRICE_RULE: (parts.price_rule, PRICE_RULE),
    fields.CATEGORY: (
        lambda raw: parts.deleted_category(
            parts.category(raw["category"], raw["planned"]), raw["event"], raw["planned"]
        ),
        {"category": TREE, "planned": SCHEDULED, "event": DELETED},
    ),
    fields.PRODUCT: (parts.product, PRODUCT),
}
every_document = pytest.mark.parametrize("part", MADE)


def made(part: str, raw: Any = None) -> Raw:
    make, sample = MADE[part]
    document: Raw = make(sample if raw is None else raw)
    return document


def sample_of(part: str) -> Any:
    return copy.deepcopy(MADE[part][1])


# All of them ---------------------------------------------------------------------------------------------------------

# Their order says something: of sections and items in a description, of pictures, of conditions, of the offers that
# stand for slots.
ORDERED = {"sections", "items", "conditions", "slotsRepresentatives", "images"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["amount", "currency", "rates", "offers", "order", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def shuffled(value: Any, random: Random, key: str = "") -> Any:
    """The same with lists and keys in another order, except where it says something."""
    if isinstance(value, dict):
        names = random.sample(list(value), len(value))
        return {name: shuffled(value[name], random, name) for name in names}
    if isinstance(value, list):
        items = [shuffled(item, random) for item in value]
        return items if key in ORDERED else random.sample(items, len(items))
    return value


def bare(value: Any) -> Any:
    """The same without what is null or empty."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if item not in (None, [], {})}
    return [bare(item) for item in value] if isinstance(value, list) else value


def test_every_part_beside_the_offer_and_every_kind_of_shared_object_is_made_here() -> None:
    assert set(MADE) == {*fields.OFFER_PARTS, *fields.SHARED_KINDS} - {fields.PRICE_STOCK_PART, fields.DETAIL_PART}


@every_document
def test_every_registered_field_is_found_where_the_registry_says(part: str) -> None:
    for field in fields.fields_of_part(part):
        found = fields.values_of(field, made(part))
        assert [value for value in found.values() if value is not None], field.key


@every_document
@settings(max_examples=20)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_lists_and_keys_makes_no_new_content(part: str, random: Random) -> None:
    assert made(part, shuffled(sample_of(part), random)) == made(part)


@every_document
def test_the_documents_are_stored_as_they_are_made(part: str) -> None:
    assert canonical(made(part)) == made(part)


@every_document
def test_absent_null_and_empty_are_one_content(part: str) -> None:
    assert made(part, bare(sample_of(part))) == made(part)


@every_document
def test_making_a_document_leaves_the_raw_one_alone(part: str) -> None:
    raw = sample_of(part)
    made(part, raw)
    assert raw == MADE[part][1]


@pytest.mark.parametrize(
    ("part", "path"),
    [
        (fields.PROMO_OPTIONS_PART, ""),
        (fields.PROMO_OPTIONS_PART, "basePackage"),
        (fields.PROMO_OPTIONS_PART, "pendingChanges"),
        (fields.PRICE_RULES_PART, "0"),
        (fields.PRICE_RULES_PART, "0.configuration"),
        (fields.BADGES_PART, ""),
        (fields.BADGES_PART, "campaign"),
        (fields.BADGES_PART, "process"),
        (fields.BADGES_PART, "prices"),
        (fields.ALLEGRO_PRICES_PART, ""),
        (fields.ALLE_DISCOUNT_PART, ""),
        (fields.TRANSLATIONS_PART, "1"),
        (fields.TRANSLATIONS_PART, "1.safetyInformation"),
        (fields.RATING_PART, ""),
        (fields.SMART_PART, ""),
        (fields.SMART_PART, "classification"),
        (fields.SMART_PART, "conditions.0"),
        (fields.UNFILLED_PART, ""),
        (fields.PRICE_LIST, "rates.0"),
        (fields.DELIVERY_SETTINGS, ""),
        (fields.RETURN_POLICY, ""),
        (fields.WARRANTY, "individual"),
        (fields.PROMOTION, ""),
        (fields.PROMOTION, "offerCriteria.0"),
        (fields.BUNDLE, ""),
        (fields.BUNDLE, "offers.0"),
        (fields.PRICE_RULE, ""),
        (fields.CATEGORY, "category"),
        (fields.CATEGORY, "planned.0"),
        (fields.PRODUCT, ""),
        (fields.PRODUCT, "parameters.0"),
        (fields.PRODUCT, "publication"),
        (fields.PRODUCT, "offerRequirements"),
        (fields.PRODUCT, "productSafety"),
    ],
)
def test_what_allegro_adds_is_kept(part: str, path: str) -> None:
    raw = sample_of(part)
    place = raw
    for step in filter(None, path.split(".")):
        place = place[int(step) if step.isdecimal() else step]
    place["brandNew"] = {"of": ["allegro"]}
    assert "'brandNew': {'of': ['allegro']}" in str(made(part, raw))


@pytest.mark.parametrize(
    ("part", "noise"),
    [
        (fields.PROMO_OPTIONS_PART, {"basePackage": {**OPTIONS["basePackage"], "nextCycleDate": "2030-01-01T00:00Z"}}),
        (fields.BADGES_PART, {"prices": {**BADGE["prices"], "market": pln("61.00")}}),
        (fields.BADGES_PART, {"process": {**BADGE["process"], "rejectionReasons": [{"code": "BB1"}, {"code": "BB2"}]}}),
        (fields.ALLEGRO_PRICES_PART, {"recommendedPriceReduction": None, "discount": {"opportunity": False}}),
        (fields.ALLEGRO_PRICES_PART, {"basePrice": pln("50.00"), "name": "Kawa 1 kg"}),
        (fields.ALLEGRO_PRICES_PART, {"declaredPriceReduction": {"sellerMaxDeclaredPercentage": "10.00"}}),
        (fields.ALLE_DISCOUNT_PART, {"participationId": "1"}),
        (fields.ALLE_DISCOUNT_PART, {"prices": {**SUBMITTED["prices"], "proposedPrice": pln("18.00")}}),
        (fields.SMART_PART, {"scheduledForReclassification": False}),
        (fields.SMART_PART, {"classification": {"fulfilled": True, "lastChanged": "2026-01-01T00:00:00Z"}}),
        (fields.UNFILLED_PART, {"category": {"id": "1"}}),
        (fields.PRICE_LIST, {"id": "x", "lastModified": "2026-01-01T00:00:00Z", "type": None}),
        (fields.DELIVERY_SETTINGS, {"updatedAt": "2026-01-01T00:00:00Z", "freeDelivery": pln("123.40")}),
        (fields.RETURN_POLICY, {"id": "x", "seller": {"id": "45"}}),
        (fields.PROMOTION, {"offerCriteria": [{"type": "CONTAINS_OFFERS", "offers": [{"id": "99"}]}]}),
        (fields.PROMOTION, {"createdAt": None}),
        (fields.BUNDLE, {"createdAt": "2026-01-01T00:00:00Z"}),
        (fields.PRICE_RULE, {"updatedAt": "2026-01-01T00:00:00Z"}),
        (fields.PRODUCT, {"id": "x", "category": {"id": "74030", "path": [{"id": "7", "name": "New"}], "similar": []}}),
        (fields.PRODUCT, {"aiCoCreatedContent": None, "trustedContent": {"paths": ["images", "name"]}}),
        (fields.PRODUCT, {"offerRequirements": {**PRODUCT["offerRequirements"], "id": "29"}}),
        (fields.PRODUCT, {"compatibilityList": {**PRODUCT["compatibilityList"], "id": "461b"}}),
    ],
)  # fmt: skip
def test_what_moves_by_itself_makes_no_new_content(part: str, noise: Raw) -> None:
    assert made(part, {**sample_of(part), **noise}) == made(part)


@given(JSON)
def test_the_form_is_stable_and_can_be_stored(value: Any) -> None:
    form = normal({"offers": value})
    assert normal(form) == canonical(form) == form


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_one_amount_has_one_form(amount: Any) -> None:
    written = [str(amount), f"{amount.normalize():f}", f"{amount}0"]
    assert {normal(pln(each))["amount"] for each in written} == {str(amount)}


def test_an_amount_that_is_no_number_is_left_as_it_is() -> None:
    assert [normal(pln(each)) for each in ("a lot", "NaN", True)] == [pln("a lot"), pln("NaN"), pln(True)]


def test_larger_numbers_come_after_smaller_ones() -> None:
    thresholds = [{"orderValue": pln(amount)} for amount in ("1000", "500.00", "99")]
    amounts = [each["orderValue"]["amount"] for each in normal({"thresholds": thresholds})["thresholds"]]
    assert amounts == ["99.00", "500.00", "1000.00"]


# Single ones ---------------------------------------------------------------------------------------------------------


def test_offers_are_in_promotions_that_name_them_and_in_bundles() -> None:
    assert parts.promotions([PACK, FOR_ALL], [OLD_BUNDLE], [LISTED_BUNDLE]) == {
        "16": {"bundles": ["a42d09c2"]},
        "17": {"promotions": ["7c9a76d3"], "bundles": ["a42d09c2", "bac2128a"]},
        "18": {"promotions": ["7c9a76d3"], "bundles": ["bac2128a"]},
    }
    assert set(parts.promotions([], [], [WHOLE_BUNDLE])) == {"17", "18", "19"}


def test_packages_stand_under_their_marketplace() -> None:
    assert parts.promo_options(OPTIONS, BASE) == {
        "": {
            "base": {"id": "emphasized1d", "validFrom": "2020-01-01T00:00:00Z"},
            "extra": [{"id": "bold"}, {"id": "departmentPage"}],
            "pending": {"id": "emphasized30d"},
        },
        CZECH: {"base": {"id": "promo"}},
    }
    assert set(parts.promo_options(OPTIONS, CZECH)) == {BASE, ""}
    assert parts.promo_options({"offerId": "17", "marketplaceId": BASE}, BASE) == {}


def test_price_rules_stand_under_their_marketplace() -> None:
    limits = {"type": "MARKETPLACE_CURRENCY", "minPrice": pln("40.00"), "maxPrice": pln("49.90")}
    assert parts.price_rules(RULES, BASE) == {"": {"rule": "641c", "range": limits}, CZECH: {"rule": "9f"}}
    assert parts.price_rules([], BASE) == {}


def test_badges_are_told_by_marketplace_and_campaign() -> None:
    on_two = parts.badges({BASE: [BADGE], CZECH: [{**BADGE, "campaign": {"id": "CZ"}, "prices": None}]}, BASE)
    assert on_two["17"][""]["BARGAIN"] == {
        "name": "Strefa Okazji",
        "status": "DECLINED",
        "reasons": ["BB1", "BB2"],
        "publication": {"type": "UNTIL", "from": "2026-01-01T00:00:00Z"},
        "prices": {"bargain": pln("49.90")},
        "campaignStock": {"quantity": 10},
    }
    assert set(on_two["17"][CZECH]) == {"CZ"}


@pytest.mark.parametrize("other", ["FINISHED", "DECLINED", "IN_VERIFICATION", "BRAND_NEW"])
def test_of_several_rows_about_one_campaign_the_active_one_counts(other: str) -> None:
    rows = [{**BADGE, "process": {"status": status, "rejectionReasons": []}} for status in (other, "ACTIVE")]
    for listed in (rows, rows[::-1]):
        assert parts.badges({BASE: listed}, BASE)["17"][""]["BARGAIN"]["status"] == "ACTIVE"


def test_allegro_prices_tell_the_final_price_the_share_and_the_exclusion() -> None:
    nothing = {
        **IN_PRICES,
        "id": "18",
        "declaredPriceReduction": None,
        "actualPriceReduction": None,
        "excludedAt": None,
    }
    assert parts.allegro_prices({BASE: [nothing, IN_PRICES], CZECH: []}, BASE) == {
        "17": {"": {"final": pln("44.90"), "declared": "10", "excluded": "2024-01-20T14:45:00.000Z"}}
    }


def test_submissions_stand_under_the_marketplace_of_their_campaign() -> None:
    assert parts.alle_discount([SUBMITTED], {"ALLEOBNIZKA_PL": CZECH}, BASE)["17"] == {
        CZECH: {
            "ALLEOBNIZKA_PL": {
                "status": "DECLINED",
                "reasons": ["BB13"],
                "prices": {
                    "proposedPrice": pln("18.00"),
                    "minimalPriceReduction": pln("1.50"),
                    "maximumSellingPrice": pln("21.37"),
                },
                "purchaseLimit": 1,
            }
        }
    }
    with pytest.raises(KeyError):
        parts.alle_discount([SUBMITTED], {}, BASE)


def test_the_offers_own_text_is_no_translation() -> None:
    translated = parts.translations(TRANSLATIONS)
    assert set(translated) == {"cs-CZ", "sk-SK"}
    assert translated["sk-SK"] == {"title": "Káva", "title_type": "AUTO"}
    czech = translated["cs-CZ"]
    assert (czech["title"], czech["title_type"], czech["description_type"]) == ("Káva", "MANUAL", "AUTO")
    assert czech["description"] == SECTIONS
    assert [each["id"] for each in czech["safetyInformation"]["products"]] == ["p", "q"]
    mixed = {
        "language": "sk-SK",
        "title": {"translation": "A", "type": "MANUAL"},
        "description": TRANSLATIONS[0]["description"],
    }
    assert parts.translations([mixed]) == {"sk-SK": {"title": "A", "title_type": "MANUAL"}}


def test_an_offer_without_ratings_has_no_average() -> None:
    assert parts.rating({"averageScore": None, "scoreDistribution": [], "totalResponses": 0}) == {"responses": 0}
    assert parts.rating(RATING)["average"] == "4.0"
    assert [each["name"] for each in parts.rating(RATING)["scores"]] == ["4", "5"]


def test_conditions_of_smart_keep_their_order_and_their_true_and_false() -> None:
    assert parts.smart(SMART)["conditions"] == [
        {"code": "b", "name": "B", "fulfilled": True, "value": True, "threshold": 10},
        {"code": "a", "name": "A", "fulfilled": False, "failedDeliveryMethods": [{"id": "a"}, {"id": "b"}]},
    ]
    assert parts.smart({"classification": {"fulfilled": False}}) == {"fulfilled": False}


def test_lacking_parameters_of_an_offer_are_gathered() -> None:
    rows = [UNFILLED, {"id": "18", "parameters": []}, {"id": "17", "parameters": [{"id": "9"}]}]
    assert parts.unfilled(rows) == {"17": {"parameters": ["11323", "225693", "9"]}}


def test_a_promotion_keeps_its_reach_and_leaves_its_offers_out() -> None:
    assert parts.promotion(FOR_ALL) == {"status": "ACTIVE", "criteria": ["ALL_OFFERS", "OFFERS_ASSIGNED_EXTERNALLY"]}
    assert (parts.is_for_all(FOR_ALL), parts.is_for_all(PACK)) == (True, False)


def test_bundles_of_both_kinds_have_slots_and_discounts() -> None:
    assert parts.bundle(OLD_BUNDLE)["slots"] == [
        {"id": "16", "requiredQuantity": 1, "entryPoint": False},
        {"id": "17", "requiredQuantity": 2, "entryPoint": True},
    ]
    assert parts.bundle(OLD_BUNDLE)["discounts"] == [{"marketplace": {"id": BASE}, **pln("10.10")}]
    assert parts.bundle(LISTED_BUNDLE) == {
        "createdBy": "ALLEGRO",
        "discounts": {"type": "SLOT_DISCOUNT"},
        "slots": [{"order": 0, "representative": "18"}, {"order": 1, "representative": "17"}],
    }
    slots = parts.bundle(WHOLE_BUNDLE)["slots"]
    assert [[offer["id"] for offer in slot["offers"]] for slot in slots] == [["17"], ["18", "19"]]


def test_the_availability_of_a_bundles_offers_is_not_its_content() -> None:
    sold_out = copy.deepcopy(WHOLE_BUNDLE)
    sold_out["slots"][0]["offers"][0]["marketplaces"] = []
    sold_out["slots"][0]["id"] = "made anew"
    assert parts.bundle(sold_out) == parts.bundle(WHOLE_BUNDLE)


def test_what_a_category_plans_to_demand_replaces_what_it_planned() -> None:
    planned = parts.category(TREE, SCHEDULED[:1])
    assert planned["planned"] == [{"parameter": "17", "from": "2019-07-26T15:26:43.891Z"}]
    assert planned["parent"] == "4"
    assert parts.with_demands(planned, SCHEDULED) == parts.category(TREE, SCHEDULED)
    assert parts.with_demands(planned, []) == parts.category(TREE, [])
    assert "planned" not in parts.category(TREE, [])


def test_a_deleted_category_tells_which_one_replaces_it() -> None:
    known = parts.category(TREE, [])
    assert parts.deleted_category(known, DELETED) == {**known, "redirect": "7"}
    assert parts.deleted_category(known, {"type": "CATEGORY_DELETED", "category": TREE})["redirect"] == ""


def test_shared_objects_are_called_by_their_name_and_wholesale_lists_by_that_in_their_terms() -> None:
    assert [parts.name_of(raw) for raw in (PRICE_LIST, PRICE_RULE, TREE)] == ["Kurier", "Najniższa", "Kawa"]
    assert [parts.name_of(raw) for raw in (PACK, FOR_ALL, OLD_BUNDLE)] == ["Kartony", "", ""]


def test_a_product_has_its_parameters_in_words_and_what_it_demands_of_offers() -> None:
    product = parts.product(PRODUCT)
    assert product["parameters"] == [
        {"id": "225693", "name": "EAN (GTIN)", "values": ["5901234567890"]},
        {"id": "248811", "name": "Marka", "values": ["Ziarno"], "valuesIds": ["248811_1"]},
    ]
    assert product["requirements"] == [{"id": "11323", "name": "Stan", "values": ["Nowy"]}]
    assert (product["category"], product["status"], product["kept"]) == ("74030", "LISTED", ["images", "name"])
    assert product["images"] == ["https://a.example/original/2", "https://a.example/original/1"]
    assert product["compatibility"] == ["AUDI 80", "AUDI 90"]
    assert product["specification"] == [{"name": "Wersja TecDoc", "values": ["0318", "0319"]}]
