"""The busy life: everything happens, the truth tells of all of it, and a world is the same however it is lived."""

import hashlib
import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.after_sales import KINDS, AfterSalesTerms
from allegro.simulator.alle_discount import AlleDiscounts
from allegro.simulator.allegro_prices import AllegroPrices
from allegro.simulator.badges import Badges
from allegro.simulator.bundles import Bundles
from allegro.simulator.busy import ACTS, BusyLife
from allegro.simulator.catalogue import CURRENCIES, SELLERS
from allegro.simulator.categories import Categories
from allegro.simulator.delivery_terms import DeliveryTerms
from allegro.simulator.edits import field_changes
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, HOUR, parse_instant
from allegro.simulator.price_rules import PriceRules
from allegro.simulator.product_documents import product_document
from allegro.simulator.products import Products
from allegro.simulator.promo_options import PromoOptions
from allegro.simulator.promotion_terms import KINDS as PROMOTION_KINDS
from allegro.simulator.promotions import Promotions
from allegro.simulator.server import RunningSimulator, add_arguments
from allegro.simulator.simulation import Simulation
from allegro.simulator.state import StateFile
from allegro.simulator.translations import LANGUAGES, Translations
from allegro.simulator.truth import Action
from allegro.simulator.world import World
from tests.simulator.conftest import Application

START = parse_instant("2026-03-02T08:00:00Z")
WEEKS = 8
BUNDLE_NOISE = {"created_at", "deleted", "seller_id"}
PAGES = (
    "/sale/offer-events",
    "/sale/shipping-rates",
    "/sale/delivery-settings",
    "/after-sales-service-conditions/return-policies",
    "/after-sales-service-conditions/warranties",
    "/after-sales-service-conditions/implied-warranties",
    "/sale/flexible-bundles",
    "/sale/bundles",
    "/sale/offers/promo-options",
    "/sale/price-automation/rules",
    "/sale/category-events",
    "/sale/offers/unfilled-parameters",
)
# Of seed 7 with two days of prehistory and three weeks, before there was a busy life.
DEFAULT_LIFE = "7fb854876f53c71559b28310da2c3850fe254b0df1816dd94a82b23b8e80098a"
SHARED = {
    "delivery_rates_content": "price_list",
    "delivery_settings": "delivery_settings",
    "return_policy_content": "return_policy",
    "warranty_content": "warranty",
    "implied_warranty_content": "implied_warranty",
    "promotion": "promotion",
    "bundle": "bundle",
    "price_rule": "price_rule",
    "category_content": "category",
    "category_requirements": "category",
    "product_content": "product",
    "badge": "badge",
    "alle_discount": "alle_discount",
}
SILENT = {
    *SHARED,
    *("handling_time", "delivery_price_list", "wholesale_price_list"),
    *("promo_package", "allegro_price", "unfilled_parameters"),
}
ANNOUNCED_OTHERWISE = {
    "price": {"OFFER_PRICE_CHANGED"},
    "stock": {"OFFER_STOCK_CHANGED"},
    "status": {"OFFER_ACTIVATED", "OFFER_ENDED", "OFFER_ARCHIVED"},
    "translation": {"OFFER_TRANSLATION_UPDATED"},
    "visibility": {"OFFER_VISIBILITY_CHANGED"},
    "marketplaces": {"OFFER_VISIBILITY_CHANGED"},
    "blocked_deliveries": {"OFFER_DELIVERY_COUNTRIES_BLOCKED"},
}
State = dict[tuple[str, ...], Any]


@dataclass
class Checkpoint:
    """What stood in the world at an instant: documents of offers, and what stands beside them by the truth's keys."""

    at: int
    documents: dict[str, Any]
    beside: State
    shared: State


@dataclass
class Life:
    """A busy world that has lived eight weeks, with a checkpoint every half day."""

    world: World
    checkpoints: list[Checkpoint] = field(default_factory=list)

    @property
    def actions(self) -> list[Action]:
        """Return what happened since the start."""
        return self.world.truth.between(START, self.world.now + 1)

    def intervals(self) -> Iterator[tuple[Checkpoint, Checkpoint, list[Action]]]:
        """Yield the checkpoints in pairs, with the actions between them."""
        for before, after in pairwise(self.checkpoints):
            yield before, after, self.world.truth.between(before.at + 1, after.at + 1)


def checkpoint(world: World) -> Checkpoint:
    offers = {key: offer for key, offer in world.offers.items() if not offer.gone}
    documents = {key: copied(offer.document) for key, offer in offers.items()}
    return Checkpoint(world.now, documents, deepcopy(beside(world)), deepcopy(shared(world)))


def copied(document: Any) -> Any:
    """Return a copy of an offer's document: edits put a new one in its place, purchases write into two parts of it."""
    return {**document, **{part: dict(document[part]) for part in ("stock", "publication")}}


def beside(world: World) -> State:
    """Return what an offer has beside its document: (offer, field, marketplace or language) and its value."""
    found: State = {}
    packages, rules, translations = world.of(PromoOptions), world.of(PriceRules), world.of(Translations)
    for offer in (row for row in world.offers.values() if not row.gone):
        for name in CURRENCIES:
            found[offer.id, "promo_package", name] = packages.terms(offer.id, name, world.now)
            found[offer.id, "price_rule", name] = rules.terms(offer.id, name)
        for language in LANGUAGES:
            found[offer.id, "translation", language] = translations.manual.get(offer.id, {}).get(language, {})
        found[offer.id, "unfilled_parameters", ""] = world.of(Categories).unfilled(offer, world.now)
    for entry in world.of(AllegroPrices).entries.values():
        found[entry.offer.id, "allegro_price", entry.marketplace] = entry.state()
    for badge in world.of(Badges).badges.values():
        found[badge.offer.id, "badge", badge.campaign.id] = badge.state()
    for entered in world.of(AlleDiscounts).participations.values():
        found[entered.offer.id, "alle_discount", entered.campaign.id] = entered.state()
    return found


def shared(world: World) -> State:
    """Return the content of what offers share: (seller, field, id) and its value."""
    found: State = {}
    delivery, terms = world.of(DeliveryTerms), world.of(AfterSalesTerms)
    for seller in SELLERS:
        for key, versions in delivery.rates[seller].items():
            content = {name: value for name, value in versions.present.items() if name != "lastModified"}
            found[seller, "delivery_rates_content", key] = content
        for name in CURRENCIES:
            settings = delivery.settings_of(seller, name)
            found[seller, "delivery_settings", name] = {
                key: value for key, value in settings.items() if key != "updatedAt"
            }
        for kind, meaning in KINDS.items():
            for key, versions in terms.conditions[kind][seller].items():
                found[seller, meaning.field, key] = versions.present
    promotions = world.of(Promotions)
    for promotion in promotions.all.values():
        content = {name: value for name, value in promotions.document(promotion).items() if name != "status"}
        found[promotion.seller_id, "promotion", promotion.id] = content if promotion.active else None
    for offer in (row for row in world.offers.values() if not row.gone):
        for product in world.of(Products).of_offer(offer.document):
            found[offer.seller_id, "product_content", product.id] = rewritable(product_document(world, product))
    bundles = world.of(Bundles)
    for bundle in (*bundles.flexible.values(), *bundles.old.values()):
        content = {key: value for key, value in vars(bundle).items() if key not in BUNDLE_NOISE}
        found[bundle.seller_id, "bundle", bundle.id] = None if bundle.deleted else content
    return found


def rewritable(document: Any) -> Any:
    """Return what the catalogue rewrites of a product: not its category, which the tree decides about."""
    return {key: document.get(key) for key in ("name", "images", "description", "parameters", "publication")}


def told(action: Action) -> Any:
    """Return the part of what an action says that a checkpoint keeps."""
    if action.field == "product_content":
        return rewritable(action.new)
    if action.field == "promotion" and isinstance(action.new, dict):
        return {name: value for name, value in action.new.items() if name != "status"}
    return action.new


def is_move_of_product(action: Action) -> bool:
    """Return whether an action tells of nothing but the other category that a product came to stand in."""
    return action.field == "product_content" and action.new.keys() == {"category"}


def subject(action: Action) -> dict[str, str]:
    return (action.details or {}).get("subject") or {}


def bare(value: Any) -> Any:
    """Return an offer's document without nulls and without what only follows from other fields."""
    derived = {"updatedAt", "startedAt", "startingAt", "endingAt", "endedBy"}
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items() if part is not None and key not in derived}
    return value


@pytest.fixture(scope="module")
def life() -> Life:
    """The busy life of seed 7."""
    world = new_world(7, START, 2, busy=True)
    lived = Life(world, [checkpoint(world)])
    for step in range(WEEKS * 7 * 2):
        world.advance(START + (step + 1) * DAY // 2)
        lived.checkpoints.append(checkpoint(world))
    return lived


def test_everything_happens(life: Life) -> None:
    done = life.world.of(BusyLife).done
    assert {name for name, _, _ in ACTS} - done.keys() == set()
    assert 400 < done.total() < 700
    assert {SELLERS[life.world.offers[row.offer_id].seller_id].id for row in life.actions} == set(SELLERS)


def test_every_field_is_told_of(life: Life) -> None:
    fields = {row.field for row in life.actions}
    assert SILENT | ANNOUNCED_OTHERWISE.keys() <= fields
    assert fields >= {
        *("title", "description", "images", "parameters", "product", "category", "attachments", "external_id"),
        *("size_table", "compatibility", "language", "shipment_date", "delivery_info", "location", "return_policy"),
        *("warranty", "implied_warranty", "additional_services", "invoice", "tax", "b2b", "duration", "republish"),
        *("message_settings", "contact", "fundraising", "stock_unit"),
    }
    statuses = {row.new for row in life.actions if row.field == "status"}
    assert statuses >= {"ACTIVE", "ENDED", "ARCHIVED", "INACTIVE", None}


def test_truth_tells_of_every_change_of_a_document(life: Life) -> None:
    checked = 0
    for before, after, actions in life.intervals():
        rows: dict[tuple[str, str | None, str | None], list[Action]] = defaultdict(list)
        for action in actions:
            rows[action.offer_id, action.field, action.marketplace].append(action)
        for offer_id in before.documents.keys() & after.documents.keys():
            changes = field_changes(before.documents[offer_id], after.documents[offer_id])
            assert bool(changes) == (bare(before.documents[offer_id]) != bare(after.documents[offer_id]))
            for change in changes:
                own = rows[offer_id, change.field, change.marketplace]
                assert (own[0].old, own[-1].new) == (change.old, change.new), (offer_id, change)
                assert all(first.new == second.old for first, second in pairwise(own))
                checked += 1
    assert checked > 2_000


def place(action: Action) -> str:
    """Return the language, the campaign or the marketplace that an action is about."""
    if action.field == "translation":
        return str((action.new or action.old)["language"])
    if action.field in {"badge", "alle_discount"}:
        return subject(action)["id"]
    return action.marketplace or ""


def value_told(action: Action) -> Any:
    """Return the value that an action tells of, of a translation what the seller wrote himself."""
    if action.field != "translation":
        return action.new
    return {
        key: part
        for key, part in (action.new or {}).items()
        if key == "safetyInformation" or (isinstance(part, dict) and part["type"] == "MANUAL")
    }


def test_truth_tells_of_every_change_beside_the_document(life: Life) -> None:
    blank = {
        "allegro_price": {"sellerMaxDeclaredPercentage": None, "excluded": False, "finalPriceForTheBuyer": None},
    }
    checked = 0
    for before, after, actions in life.intervals():
        rows: dict[tuple[str, ...], list[Action]] = defaultdict(list)
        for action in actions:
            rows[action.offer_id, str(action.field), place(action)].append(action)
        for key, value in after.beside.items():
            if key[0] in before.documents and value != before.beside.get(key, blank.get(key[1])):
                assert rows[key], (key, before.beside.get(key), value)
                assert value_told(rows[key][-1]) == value
                checked += 1
    assert checked > 200


def test_truth_tells_of_every_change_of_what_offers_share(life: Life) -> None:
    for before, after, actions in life.intervals():
        rows: dict[tuple[str, str, str], list[Action]] = defaultdict(list)
        for action in actions:
            if action.field in SHARED and not is_move_of_product(action):
                seller = life.world.offers[action.offer_id].seller_id
                rows[seller, action.field, subject(action)["id"]].append(action)
        for key, value in after.shared.items():
            if key in before.shared and value != before.shared[key]:
                seller, name, subject_id = key
                assert rows[seller, name, subject_id], key
                assert told(rows[seller, name, subject_id][-1]) == value


def test_shared_content_names_its_subject(life: Life) -> None:
    for action in life.actions:
        kind = SHARED.get(str(action.field))
        assert subject(action).get("kind") == kind
        if kind:
            assert subject(action)["id"]
            assert action.document()["subject"] == subject(action)


def test_events_follow_allegro(life: Life) -> None:
    for action in life.actions:
        allowed = ANNOUNCED_OTHERWISE.get(str(action.field), {"OFFER_CHANGED"})
        assert set(action.event_types) <= (set() if action.field in SILENT else allowed), action
    journal = [event for row in life.world.offer_journals.values() for event in row.events]
    kinds = {event.type for event in journal}
    assert {kind for row in life.actions for kind in row.event_types} <= kinds
    visible = [event for event in journal if event.type == "OFFER_VISIBILITY_CHANGED"]
    assert any(event.payload["publication"]["updatedMarketplaces"] for event in visible)


def test_edits_are_taken_back_repeated_and_made_in_batches(life: Life) -> None:
    prices: dict[tuple[int, str], set[str]] = defaultdict(set)
    titles, edits = defaultdict(list), defaultdict(list)
    for action in life.actions:
        if action.field == "price":
            prices[action.at, action.actor].add(action.offer_id)
        if action.field == "title":
            titles[action.offer_id].append(action)
        if action.field in {"title", "description", "external_id"}:
            edits[action.offer_id, action.field].append(action)
    assert max(len(offers) for (_, actor), offers in prices.items() if actor == "seller") >= 5
    close = [second for rows in titles.values() for first, second in pairwise(rows) if second.at - first.at < HOUR // 6]
    assert close
    assert any(first.old == second.new for rows in edits.values() for first, second in pairwise(rows))
    ended = [row for row in life.actions if row.field == "description" and row.event_types == ()]
    assert ended


def lives(world: World) -> tuple[list[Any], list[Any]]:
    journals = [*world.offer_journals.values(), *world.order_journals.values()]
    events = [[event.published_at, event.type, event.subject.id] for journal in journals for event in journal.events]
    return [action.document() for action in world.truth.actions], events


def test_steps_of_time_do_not_matter() -> None:
    large, small = (new_world(11, START, 2, busy=True) for _ in range(2))
    large.advance(START + 12 * DAY)
    for at in range(START, START + 12 * DAY + 1, 5 * HOUR):
        small.advance(at)
        shared(small)
        beside(small)
    small.advance(START + 12 * DAY)
    assert lives(small) == lives(large)
    other = new_world(12, START, 2, busy=True)
    other.advance(START + 2 * DAY)
    assert lives(other)[0] != lives(large)[0][: len(other.truth.actions)]


def test_restart_goes_on_with_the_busy_life(tmp_path: Path) -> None:
    first = Simulation(11, START, 0, state=StateFile(tmp_path), prehistory_days=2, busy=True)
    first.clock.freeze(START + 5 * DAY)
    first.advance()
    first.edit(first.world.offers["15204880113"], {"external": {"id": "A-1"}})
    first.clock.freeze(START + 7 * DAY)
    first.advance()
    first.save()
    second = Simulation(11, START, 0, state=StateFile(tmp_path))
    assert second.busy
    assert lives(second.world) == lives(first.world)
    for simulation in (first, second):
        simulation.clock.freeze(START + 9 * DAY)
        simulation.advance()
    assert lives(second.world) == lives(first.world)


@pytest.fixture(scope="module")
def crowded() -> Iterator[RunningSimulator]:
    """A busy simulator, frozen three weeks after its start."""
    simulator = server.start(seed=5, start="2026-03-02T08:00:00Z", prehistory_days=2, busy=True)
    simulator.simulation.clock.freeze(START + 21 * DAY)
    simulator.simulation.advance()
    yield simulator
    simulator.stop()


@pytest.mark.parametrize("account", sorted(SELLERS))
def test_busy_world_is_read_like_any_other(crowded: RunningSimulator, account: str) -> None:
    seller = Application(crowded.url)
    seller.connect(account)
    rows = seller.read("/sale/offers", limit=1000)["offers"]
    assert {row["publication"]["status"] for row in rows} >= {"ACTIVE", "ENDED"}
    for row in rows:
        for path in (f"product-offers/{row['id']}", f"price-automation/offers/{row['id']}/rules"):
            assert seller.read(f"/sale/{path}")
        for part in ("translations", "promo-options"):
            assert seller.read(f"/sale/offers/{row['id']}/{part}")
    for page in PAGES:
        seller.read(page)
    for kind in PROMOTION_KINDS:
        seller.read("/sale/loyalty/promotions", promotionType=kind)
    seller.session.close()


def test_default_life_is_as_it_was() -> None:
    world = new_world(7, START, 2)
    world.advance(START + 21 * DAY)
    assert hashlib.sha256(json.dumps(lives(world), sort_keys=True).encode()).hexdigest() == DEFAULT_LIFE


def test_switch_of_the_command_line() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["--busy"]).busy
    assert not parser.parse_args([]).busy
