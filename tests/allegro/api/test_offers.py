"""Offers: journal, list, documents, and what belongs to single offers."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.stub_server import Stub

JOURNAL: dict[str, Any] = {
    "offerEvents": [
        {
            "id": "MQ",
            "type": "OFFER_TELEPORTED",
            "occurredAt": "2026-09-01T10:00:00.123+02:00",
            "offer": {"id": 17, "external": None, "marketplaces": [], "publication": None},
            "brandNew": {"a": 1},
        }
    ],
    "next": "?",
}
LISTING: dict[str, Any] = {
    "offers": [{"id": 2865624934, "name": "Adidas shoes", "publication": {"status": "DREAMING"}, "stats": None}],
    "count": 1,
    "totalCount": 1234,
}
TRANSLATIONS: dict[str, Any] = {
    "translations": [
        {"language": "en-US", "title": {"translation": "Shoes", "type": "GUESS"}, "description": {"type": "BASE"}},
        {"language": "cs-CZ", "safetyInformation": {"products": []}},
    ]
}
RATING: dict[str, Any] = {
    "averageScore": "4.0",
    "scoreDistribution": [{"name": "5", "count": 3}, {"name": "1", "count": 2}],
    "totalResponses": 5,
    "sizeFeedback": [{"name": "too small", "count": 0}],
}
UNFILLED: dict[str, Any] = {
    "offers": [{"id": "8888203028", "parameters": [{"id": "14228", "reason": "NEW"}], "category": {"id": "257931"}}],
    "count": 1,
    "totalCount": 256,
}


def test_journal_rows_keep_their_whole_event(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(JOURNAL)
    [row] = stub_client.offer_events()
    assert (row.event_id, row.type, row.allegro_offer_id) == ("MQ", "OFFER_TELEPORTED", "17")
    assert row.occurred_at == datetime(2026, 9, 1, 8, 0, 0, 123000, tzinfo=UTC)
    assert row.payload == JOURNAL["offerEvents"][0]


def test_list_rows_are_documents_with_an_id(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(LISTING)
    page = stub_client.offers(2000)
    assert stub.asked[-1].path == "/sale/offers?limit=1000&offset=2000"
    assert (page.total, page.rows[0]["id"], page.rows[0]["name"]) == (1234, "2865624934", "Adidas shoes")


def test_translations_are_read_with_the_way_they_were_made(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(TRANSLATIONS)
    english, czech = stub_client.offer_translations("17")
    assert stub.asked[-1].path == "/sale/offers/17/translations"
    assert (english.title, english.title_type, english.description_type) == ("Shoes", "GUESS", "BASE")
    assert (czech.language, czech.title, czech.title_type) == ("cs-CZ", "", "")
    assert czech.raw == TRANSLATIONS["translations"][1]


def test_ratings_are_read_exactly(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(RATING)
    rating = stub_client.offer_rating("17")
    assert (rating.average, rating.responses, rating.scores) == (Decimal("4.0"), 5, (("5", 3), ("1", 2)))
    stub.answer({"totalResponses": 0})
    assert stub_client.offer_rating("17").average is None


def test_unfilled_parameters_are_asked_for_by_kind_and_offer(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(UNFILLED)
    page = stub_client.unfilled_parameters(offset=1000, parameter_type="REQUIREMENT_PLANNED", offer_ids=["1", "2"])
    query = "offset=1000&limit=1000&parameterType=REQUIREMENT_PLANNED&offer.id=1&offer.id=2"
    assert stub.asked[-1].path == f"/sale/offers/unfilled-parameters?{query}"
    [row] = page.rows
    assert (page.total, row.offer_id, row.category_id, row.parameter_ids) == (256, "8888203028", "257931", ("14228",))


@pytest.mark.parametrize(
    "reading",
    [
        Reading(
            lambda client: client.offer_events(),
            JOURNAL,
            ["offerEvents", *(f"offerEvents.0.{each}" for each in ("id", "type", "occurredAt", "offer", "offer.id"))],
            ["offerEvents.0.brandNew", "next"],
        ),
        Reading(
            lambda client: client.offers(),
            LISTING,
            ["offers", "totalCount", "offers.0.id"],
            ["count", "offers.0.publication"],
        ),
        Reading(lambda client: client.product_offer("1"), {"id": "1", "name": "Lamp"}, ["id"], ["name"]),
        Reading(lambda client: client.offer_parts("1"), {"id": "1", "stock": {}}, ["id"], ["stock"]),
        Reading(
            lambda client: client.offer_translations("1"),
            TRANSLATIONS,
            ["translations", "translations.0.language"],
            ["translations.0.title", "translations.0.description", "translations.0.title.translation"],
        ),
        Reading(
            lambda client: client.offer_rating("1"),
            RATING,
            ["totalResponses", "scoreDistribution.0.count"],
            ["averageScore", "scoreDistribution", "sizeFeedback"],
        ),
        Reading(
            lambda client: client.unfilled_parameters(),
            UNFILLED,
            ["offers", "totalCount", "offers.0.id", "offers.0.parameters", "offers.0.parameters.0.id"],
            ["count", "offers.0.category"],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)
