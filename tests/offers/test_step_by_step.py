"""Facts that arrive in any order: the record made as they came is the one that a rebuild makes of all of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

import pytest

from accounts.models import SellerAccount
from offers.models import Offer, OfferChange, OrderStatus, SnapshotPart
from offers.record.projection import derive_pending, rebuild_changes
from offers.record.retention import give_up_before
from offers.record.storing import (
    JournalRow,
    detail_read,
    extras_read,
    price_stock_read,
    record_events,
    record_reads,
)
from offers.sales.orders import OrderForm, OrderItem, record_orders
from tests.allegro.record_rows import assert_rebuilding_changes_nothing
from tests.conftest import Team
from tests.factories import START, OfferFactory

OFFERS = 6
STEPS = 60
EVENTS = (
    "OFFER_CHANGED", "OFFER_STOCK_CHANGED", "OFFER_STOCK_CHANGED", "OFFER_PRICE_CHANGED", "OFFER_ACTIVATED",
    "OFFER_ENDED", "OFFER_TRANSLATION_UPDATED", "OFFER_VISIBILITY_CHANGED", "OFFER_DELIVERY_COUNTRIES_BLOCKED",
)  # fmt: skip


class Seller:
    """A seller whose facts reach us late, twice, dated ahead and in any order; all offers share their few moments."""

    def __init__(self, team: Team, rng: Random) -> None:
        self.account = team.account
        self.rng = rng
        self.now = START
        self.number = 0
        self.offers = cast(list[Offer], [OfferFactory(account=team.account) for _ in range(OFFERS)])
        self.orders: dict[str, OrderForm] = {}

    def step(self) -> None:
        """One more fact, or several, and now and then a derivation."""
        self.now += self.rng.choice((timedelta(seconds=2), timedelta(seconds=40), timedelta(minutes=9)))
        self.rng.choice((self.hear, self.hear, self.hear, self.read, self.read, self.sell, self.sell))()
        if self.rng.random() < 0.4:
            derive_pending(self.account)

    def hear(self) -> None:
        """A journal row, often of the same kind for all offers, seldom from the future."""
        kind, at = self.rng.choice(EVENTS), self._moment()
        for offer in self.offers if self.rng.random() < 0.2 else [self._offer()]:
            self.number += 1
            payload = {"translations": [{"language": "cs-CZ"}]} if "TRANSLATION" in kind else {}
            ahead = timedelta(seconds=self.rng.choice((0, 0, 0, 0, 3, 600)))
            row = JournalRow(f"event-{self.number}", kind, offer.allegro_id, at + ahead, payload)
            record_events(self.account, [row], self.now)

    def read(self) -> None:
        """What an offer's own answer says, or only its price and stock, or its translations."""
        offer, document = self._offer(), self._document()
        match self.rng.randrange(4):
            case 0:
                record_reads([price_stock_read(offer, document, self.now)])
            case 1:
                record_reads(
                    [extras_read(offer, {SnapshotPart.TRANSLATIONS: {"cs-CZ": {"title": self._word()}}}, self.now)]
                )
            case _:
                record_reads([detail_read(offer, document, self.now)])

    def sell(self) -> None:
        """A new order, or an old one in which the buyer, or Allegro, changed something."""
        if self.orders and self.rng.random() < 0.3:
            before = self.rng.choice(list(self.orders.values()))
        else:
            self.number += 1
            before = self._order(f"order-{self.number}", self._moment())
        bought_at = before.items[0].bought_at + timedelta(seconds=self.rng.choice((0, 0, 4, 300)))
        form = self._order(before.id, bought_at)
        self.orders[form.id] = form
        record_orders(self.account, [form], self.now)

    def _order(self, key: str, bought_at: datetime) -> OrderForm:
        item = OrderItem(
            id=f"line-{key}",
            allegro_offer_id=self._offer().allegro_id,
            offer_name="Kawa",
            quantity=self.rng.choice((1, 1, 2)),
            unit_price=Decimal("49.90"),
            original_price=None,
            currency="PLN",
            bought_at=bought_at,
        )
        return OrderForm(key, str(self.number), OrderStatus.READY, "allegro-pl", self.now, (item,))

    def _moment(self) -> datetime:
        """Now, or some while ago: what is late is told of then."""
        return self.now - timedelta(seconds=self.rng.choice((0, 1, 3, 30, 400, 3000)))

    def _offer(self) -> Offer:
        return self.rng.choice(self.offers)

    def _word(self) -> str:
        return self.rng.choice(("Kawa", "Herbata"))

    def _document(self) -> dict[str, Any]:
        return {
            "name": self._word(),
            "sellingMode": {"price": {"amount": self.rng.choice(("49.90", "44.90")), "currency": "PLN"}},
            "stock": {"available": self.rng.choice((20, 20, 19, 18))},
            "publication": {"status": self.rng.choice(("ACTIVE", "ACTIVE", "ENDED"))},
        }


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (2, 3))])
def test_the_record_made_as_facts_came_is_the_one_made_of_all_of_them(in_workspace: Team, seed: int) -> None:
    seller = Seller(in_workspace, Random(seed))
    for _ in range(STEPS):
        seller.step()
    derive_pending(in_workspace.account)
    assert_rebuilding_changes_nothing(in_workspace.account)


@pytest.mark.parametrize("seed", [6, pytest.param(7, marks=pytest.mark.soak)])
def test_giving_up_old_facts_changes_nothing_then_or_later(in_workspace: Team, seed: int) -> None:
    seller, account = Seller(in_workspace, Random(seed)), in_workspace.account
    for _ in range(STEPS):
        seller.step()
    derive_pending(account)
    before = told(account)
    for _ in range(STEPS // 6):
        give_up_before(account, seller.now - timedelta(minutes=30))
        assert told(account) == before
        rebuild_changes(account)
        assert told(account) == before
        since = seller.now - timedelta(hours=2)
        for _fact in range(3):
            seller.step()
        derive_pending(account)
        # Only what waits for a read can still turn into something else.
        settled = [row for row in before if row["not_after"] < since and row["certainty"] != "unread"]
        before = told(account)
        assert [row for row in settled if row not in before] == []


def told(account: SellerAccount) -> list[dict[str, Any]]:
    """Everything that a change tells by itself: the row that it came from may be given up, its batch may grow."""
    names = [column.attname for column in OfferChange._meta.concrete_fields if column.name not in ("event", "batch")]
    return list(OfferChange.objects.filter(account=account).order_by("pk").values(*names))
