"""From the simulated Allegro through the client to the documents of the parts: all that both sellers have."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.test import override_settings

from allegro import oauth
from allegro.api import paging
from allegro.api.client import AllegroClient
from allegro.api.promotions import PROMOTION_TYPES
from allegro.api.transport import FixedToken
from allegro.scopes import OPTIONAL_SCOPES, READ_SCOPES
from allegro.simulator.server import RunningSimulator
from allegro.simulator.stories import CERRADO
from offers import fields
from offers.record import parts
from offers.record.documents import canonical
from tests.allegro.conftest import COFFEE, GARDEN, REDIRECT, World
from tests.contract.seller import RENAMED_CATEGORY, lived

BASE, CZECH = "allegro-pl", "allegro-cz"
MARKETPLACES = (BASE, CZECH)
# Rules are asked for five times a second, so of a few offers only.
ASKED_FOR_RULES = 5
Documents = dict[tuple[str, str], Any]
"""(part or kind of shared object, Allegro's id) -> document."""


@pytest.fixture(scope="module")
def simulated() -> Iterator[RunningSimulator]:
    """Five weeks of two sellers, of whom one has something of every kind."""
    running = lived()
    yield running
    running.stop()


def connected(world: World, account: str) -> AllegroClient:
    """A client with every scope, also those that are asked for on demand only."""
    authorization = oauth.begin(REDIRECT, (*READ_SCOPES, *OPTIONAL_SCOPES))
    code = world.consent(authorization.url, account)["code"]
    return AllegroClient(FixedToken(oauth.exchange(code, authorization.verifier, REDIRECT).access), account)


def listed(pages: Iterator[tuple[Any, ...]]) -> list[Any]:
    return [row.raw for rows in pages for row in rows]


def everything(client: AllegroClient) -> Documents:
    """What every builder makes of what Allegro answers."""
    offers = {row["id"]: row for row in client.offers().rows}
    found = {**of_all_offers(client, sorted(offers)), **shared(client)}
    for offer_id in offers:
        found[fields.TRANSLATIONS_PART, offer_id] = parts.translations(
            each.raw for each in client.offer_translations(offer_id)
        )
        found[fields.RATING_PART, offer_id] = parts.rating(client.offer_rating(offer_id).raw)
        found[fields.SMART_PART, offer_id] = parts.smart(client.offer_smart(offer_id).raw)
    for offer_id in sorted(offers, key=lambda key: (key != CERRADO, key))[:ASKED_FOR_RULES]:
        assigned = client.offer_price_rules(offer_id)
        found[fields.PRICE_RULES_PART, offer_id] = parts.price_rules((each.raw for each in assigned), BASE)
    for category_id in {row["category"]["id"] for row in offers.values()} | {RENAMED_CATEGORY}:
        changes = client.scheduled_parameter_changes().rows
        demands = [each.raw for each in changes if each.category_id == category_id]
        found[fields.CATEGORY, category_id] = parts.category(client.category(category_id).raw, demands)
    for product_id in {product_of(client, offer_id) for offer_id in offers}:
        found[fields.PRODUCT, product_id] = parts.product(client.product(product_id).raw)
    return {key: document for key, document in found.items() if document}


def product_of(client: AllegroClient, offer_id: str) -> str:
    return str(client.product_offer(offer_id)["productSet"][0]["product"]["id"])


def of_all_offers(client: AllegroClient, offer_ids: list[str]) -> Documents:
    """The parts that Allegro lists for the whole account."""
    rebates = [row.raw for kind in PROMOTION_TYPES for row in client.loyalty_promotions(kind).rows]
    flexible = [
        client.flexible_bundle(row.id).raw for page in paging.by_cursor(client.flexible_bundles) for row in page
    ]
    badges = {each: [row.raw for row in client.badges(each).rows] for each in MARKETPLACES}
    prices = {each: [row.raw for row in client.allegro_prices_offers(each, offer_ids).rows] for each in MARKETPLACES}
    campaigns = {each.id: each.marketplace for each in client.alle_discount_campaigns()}
    submitted = [row.raw for each in campaigns for row in client.alle_discount_offers(each).rows]
    found = {
        fields.PROMOTIONS_PART: parts.promotions(rebates, listed(paging.by_cursor(client.bundles)), flexible),
        fields.PROMO_OPTIONS_PART: {
            row.offer_id: parts.promo_options(row.raw, BASE) for row in client.promo_options().rows
        },
        fields.BADGES_PART: parts.badges(badges, BASE),
        fields.ALLEGRO_PRICES_PART: parts.allegro_prices(prices, BASE),
        fields.ALLE_DISCOUNT_PART: parts.alle_discount(submitted, campaigns, BASE),
        fields.UNFILLED_PART: parts.unfilled(row.raw for row in client.unfilled_parameters().rows),
    }
    return {(part, offer_id): document for part, by_offer in found.items() for offer_id, document in by_offer.items()}


def shared(client: AllegroClient) -> Documents:
    """The objects that offers share, except their categories."""
    flexible = [
        client.flexible_bundle(row.id).raw for page in paging.by_cursor(client.flexible_bundles) for row in page
    ]
    made: tuple[tuple[str, Callable[[Any], Any], list[Any]], ...] = (
        (
            fields.PRICE_LIST,
            parts.price_list,
            [client.shipping_rates_set(row.id).raw for row in client.shipping_rates()],
        ),
        (
            fields.RETURN_POLICY,
            parts.return_policy,
            [client.return_policy(row.id).raw for row in client.return_policies().rows],
        ),
        (fields.WARRANTY, parts.warranty, [client.warranty(row.id).raw for row in client.warranties().rows]),
        (
            fields.IMPLIED_WARRANTY,
            parts.implied_warranty,
            [client.implied_warranty(row.id).raw for row in client.implied_warranties().rows],
        ),
        (
            fields.PROMOTION,
            parts.promotion,
            [row.raw for kind in PROMOTION_TYPES for row in client.loyalty_promotions(kind).rows],
        ),
        (fields.BUNDLE, parts.bundle, [*listed(paging.by_cursor(client.bundles)), *flexible]),
        (fields.PRICE_RULE, parts.price_rule, [row.raw for row in client.price_rules()]),
    )
    found = {(kind, raw["id"]): make(raw) for kind, make, rows in made for raw in rows}
    settings = {each: client.delivery_settings(each).raw for each in MARKETPLACES}
    return found | {(fields.DELIVERY_SETTINGS, key): parts.delivery_settings(raw) for key, raw in settings.items()}


def test_what_both_sellers_have_is_made_into_documents_and_a_later_read_finds_the_same(
    simulated: RunningSimulator,
) -> None:
    kinds: set[str] = set()
    with (
        override_settings(ALLEGRO_API_URL=simulated.url, ALLEGRO_AUTH_URL=simulated.url),
        requests.Session() as session,
    ):
        world = World(simulated, session)
        for account in (COFFEE, GARDEN):
            client = connected(world, account)
            found = everything(client)
            world.move(minutes=1)
            assert everything(client) == found
            assert {key: canonical(document) for key, document in found.items()} == found
            kinds |= {kind for kind, _key in found}
            client.close()
    assert kinds == {*fields.OFFER_PARTS, *fields.SHARED_KINDS} - {fields.PRICE_STOCK_PART, fields.DETAIL_PART}
