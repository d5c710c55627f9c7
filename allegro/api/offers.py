"""Offers: their journal, their list, each one whole and in parts, and what Allegro tells about them besides.

`product_offer` and `offer_parts` give Allegro's documents as they are: `offers.record.documents` takes them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allegro.api.account import SmartStatus, read_smart
from allegro.api.paging import LISTING, OFFER_JOURNAL, UNFILLED_PARAMETERS
from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    Page,
    document,
    given,
    identified,
    instant,
    optional_number,
    optional_reference,
    optional_rows,
    optional_text,
    page,
    reference,
    rows,
    text,
    whole,
)
from offers.record.storing import JournalRow


@dataclass(frozen=True, slots=True)
class Translation:
    """An offer's text in one language; types are Allegro's words AUTO, MANUAL, BASE, "" where a part is absent."""

    language: str
    title: str
    title_type: str
    description_type: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class OfferRating:
    """The buyers' ratings of an offer as of now; `scores` are (name, count). `average` is None without any rating."""

    average: Decimal | None
    responses: int
    scores: tuple[tuple[str, int], ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnfilledParameters:
    """An offer whose category wants parameters that it lacks."""

    offer_id: str
    category_id: str
    parameter_ids: tuple[str, ...]
    raw: Document = field(repr=False)


class OffersResource(Resource):
    """GET /sale/offer-events, /sale/offers, /sale/product-offers and what belongs to single offers."""

    def offer_events(self, after: str = "") -> list[JournalRow]:
        """Up to 1000 journal rows after the event id `after`; the oldest of the 24-hour window without it."""
        query = given({"from": after, "limit": OFFER_JOURNAL})
        return self._transport.read("offer-events", read_journal, query)

    def offers(self, offset: int = 0) -> Page[Document]:
        """Up to 1000 rows of the offer list in all statuses, from `offset`; read all with `paging.by_offset`."""
        query = {"limit": LISTING.limit, "offset": offset}
        return self._transport.read("offers", lambda answer: page(answer, "offers", _listing_row), query)

    def product_offer(self, offer_id: str) -> Document:
        """The whole offer, 3500 a minute for one seller (allegro-api issue 9983). Raises Gone: archived or deleted."""
        return self._transport.read("product-offer", identified, offerId=offer_id)

    def offer_parts(self, offer_id: str) -> Document:
        """Price and stock only: cheaper, with twice the limit (allegro-api issue 9983). Raises Gone."""
        query = {"include": ["price", "stock"]}
        return self._transport.read("offer-parts", identified, query, offerId=offer_id)

    def offer_translations(self, offer_id: str) -> tuple[Translation, ...]:
        """The offer's text in every language it has. Raises Gone."""
        return self._transport.read(
            "offer-translations", lambda answer: rows(answer["translations"], _translation), offerId=offer_id
        )

    def offer_rating(self, offer_id: str) -> OfferRating:
        """The ratings of one offer; there is no bulk and no history. Raises Gone."""
        return self._transport.read("offer-rating", _rating, offerId=offer_id)

    def offer_smart(self, offer_id: str, marketplace: str = "") -> SmartStatus:
        """The offer's Smart! status. Raises Gone, and Rejected (422) while a new offer is not processed yet."""
        query = given({"marketplaceId": marketplace})
        return self._transport.read("offer-smart", read_smart, query, offerId=offer_id)

    def unfilled_parameters(
        self, offset: int = 0, parameter_type: str = "", offer_ids: Sequence[str] = ()
    ) -> Page[UnfilledParameters]:
        """Up to 1000 offers that lack parameters, of REQUIRED or REQUIREMENT_PLANNED or both kinds.

        Categories change under the seller (allegro-api issue 7522).
        """
        query = {"offset": offset, "limit": UNFILLED_PARAMETERS.limit}
        query |= given({"parameterType": parameter_type, "offer.id": tuple(offer_ids)})
        return self._transport.read("unfilled-parameters", lambda answer: page(answer, "offers", _unfilled), query)


def read_journal(answer: Any) -> list[JournalRow]:
    """From GET /sale/offer-events, in the order given: the last one is the next cursor (allegro-api issue 9153)."""
    return [
        JournalRow(
            event_id=text(entry["id"]),
            type=text(entry["type"]),
            allegro_offer_id=reference(entry["offer"]),
            occurred_at=instant(entry["occurredAt"]),
            payload=entry,
        )
        for entry in answer["offerEvents"]
    ]


def _listing_row(row: Document) -> Document:
    return {**row, "id": text(row["id"])}


def _translation(row: Document) -> Translation:
    title = row.get("title") or {}
    return Translation(
        language=text(row["language"]),
        title=optional_text(title.get("translation")),
        title_type=optional_text(title.get("type")),
        description_type=optional_text((row.get("description") or {}).get("type")),
        raw=row,
    )


def _rating(answer: Any) -> OfferRating:
    return OfferRating(
        average=optional_number(answer.get("averageScore")),
        responses=whole(answer["totalResponses"]),
        scores=optional_rows(answer.get("scoreDistribution"), lambda each: (text(each["name"]), whole(each["count"]))),
        raw=document(answer),
    )


def _unfilled(row: Document) -> UnfilledParameters:
    parameters = rows(row["parameters"], reference)
    return UnfilledParameters(reference(row), optional_reference(row.get("category")), parameters, row)
