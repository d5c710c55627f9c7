"""Stock that was edited while an offer was ended, and the events with which its activation tells of it."""

from datetime import datetime, timedelta

import pytest

from offers.fields import ACTIVATED, PRICE_STOCK_PART, STOCK_CHANGED
from offers.record.changes import Change, Event, Facts, Sale, Snapshot, derive_changes
from tests.factories import START


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def event(number: int, kind: str, hours: float) -> Event:
    return Event(str(number), kind, at(hours), at(12))


def stock(pieces: int, hours: float) -> Snapshot:
    document = {"sellingMode": {"price": None}, "stock": {"available": pieces}, "additionalMarketplaces": {}}
    return Snapshot(PRICE_STOCK_PART, document, at(hours), at(hours))


def changes_of_stock(*events: Event, sales: tuple[Sale, ...] = ()) -> list[Change]:
    facts = Facts([stock(3, 0), stock(20, 12)], events, sales)
    return [change for change in derive_changes(facts) if change.field == "stock" and change.certainty != "overtaken"]


ACTIVATION = (event(1, ACTIVATED, 6), event(2, STOCK_CHANGED, 6), event(3, STOCK_CHANGED, 6))


@pytest.mark.parametrize("sales", [(), (Sale(1, at(9)),)], ids=["unsold", "sold-since"])
def test_an_edit_while_ended_was_done_by_the_activation(sales: tuple[Sale, ...]) -> None:
    (change,) = changes_of_stock(*ACTIVATION, sales=sales)
    assert (change.certainty, change.old, change.new) == ("interval", 3, 20)
    assert (change.not_before, change.not_after) == (at(0), at(6))
    assert change.units_sold == len(sales)


def test_an_edit_after_the_activation_has_its_own_event() -> None:
    (change,) = changes_of_stock(*ACTIVATION, event(4, STOCK_CHANGED, 8))
    assert (change.certainty, change.not_before, change.not_after) == ("exact", at(8), at(8))
