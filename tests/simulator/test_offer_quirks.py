"""Oddities of writes, of the list and of events, each switched on and off."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.catalogue import ARTICLES
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application
from tests.simulator.test_offer_writes import create, kinds, quirk, truth

SECATEURS = ARTICLES[42].offer_id


@pytest.fixture
def seller() -> Iterator[Application]:
    simulator = server.start(seed=7, start=START, prehistory_days=2)
    application = Application(simulator.url)
    application.connect()
    quirk(application, "processing", how="at_once")
    yield application
    application.session.close()
    simulator.stop()


def row(application: Application, offer_id: str) -> dict[str, Any]:
    return dict(application.read("/sale/offers", offer__id=offer_id)["offers"][0])


def listed_ids(application: Application) -> set[str]:
    answer = application.read("/sale/offers", limit=1000)
    ids = [offer["id"] for offer in answer["offers"]]
    assert answer["totalCount"] == answer["count"] == len(set(ids)) == len(ids)
    return set(ids)


def test_a_failed_draft_leaves_an_event_and_an_id_nobody_gets(seller: Application) -> None:
    quirk(seller, "draft_failed", seller=COFFEE)
    seller.move_clock("2026-03-02T08:00:20Z")
    failed = seller.read("/sale/offer-events", type="OFFER_STOCK_CHANGED", limit=1000)["offerEvents"][-1]["offer"]["id"]
    assert seller.get(f"/sale/product-offers/{failed}").status_code == 404
    assert int(create(seller)["id"]) > int(failed)


def test_a_similar_offer_is_edited_after_its_last_event(seller: Application) -> None:
    before = listed_ids(seller)
    quirk(seller, "create_similar", offer_id=SANTOS, minutes=10)
    (copy,) = listed_ids(seller) - before
    seller.move_clock("2026-03-02T08:05:00Z")
    early = seller.read(f"/sale/product-offers/{copy}")
    assert "OFFER_ACTIVATED" in kinds(seller, copy)
    seller.move_clock("2026-03-02T08:20:00Z")
    late = seller.read(f"/sale/product-offers/{copy}")
    assert late["name"] != early["name"]
    assert late["sellingMode"]["price"] != early["sellingMode"]["price"]
    assert {"OFFER_CHANGED", "OFFER_PRICE_CHANGED"}.isdisjoint(kinds(seller, copy))
    assert {(field, events) for field, _, _, events in truth(seller, copy)} >= {("title", ()), ("price", ())}


def test_the_catalogue_rewrites_what_a_tool_edits_with_a_product(seller: Application) -> None:
    before = seller.read(f"/sale/product-offers/{SANTOS}")
    patch = {"productSet": [{"product": {"id": before["productSet"][0]["product"]["id"]}}]}
    untouched = seller.patch(SANTOS, patch).json()
    assert [untouched[key] for key in ("description", "images", "productSet")] == [
        before[key] for key in ("description", "images", "productSet")
    ]
    quirk(seller, "catalogue_rewrite")
    rewritten = seller.patch(SANTOS, patch).json()
    assert rewritten["name"] == before["name"]
    assert all(rewritten[key] != before[key] for key in ("description", "images", "parameters"))
    fields = [field for field, *_ in truth(seller, SANTOS)]
    assert {"description", "images", "parameters"} <= set(fields)


def test_a_stale_list_shows_what_was_while_details_are_right(seller: Application) -> None:
    price = {"sellingMode": {"price": {"amount": "71.00", "currency": "PLN"}}}
    old = row(seller, SANTOS)
    quirk(seller, "stale_list", seller=COFFEE, minutes=45)
    seller.patch(SANTOS, {**price, "stock": {"available": 7777}})
    seller.patch(SANTOS, {"publication": {"status": "ENDED"}})
    new = create(seller)["id"]
    assert [row(seller, SANTOS)[key] for key in ("sellingMode", "stock")] == [old["sellingMode"], old["stock"]]
    assert row(seller, SANTOS)["publication"]["status"] == "ACTIVE"
    assert row(seller, SANTOS)["additionalMarketplaces"] == old["additionalMarketplaces"]
    assert new not in listed_ids(seller)
    details = seller.read(f"/sale/product-offers/{SANTOS}")
    assert (details["sellingMode"]["price"]["amount"], details["publication"]["status"]) == ("71.00", "ENDED")
    seller.move_clock("2026-03-02T08:46:00Z")
    assert row(seller, SANTOS)["sellingMode"]["price"]["amount"] == "71.00"
    assert new in listed_ids(seller)
    quirk(seller, "stale_list", seller=COFFEE, on=False)
    seller.patch(SANTOS, {"stock": {"available": 7}, "publication": {"status": "ACTIVE"}})
    assert row(seller, SANTOS)["stock"]["available"] == 7


def test_the_list_omits_and_adds_offers_and_counts_what_it_shows(seller: Application) -> None:
    whole = listed_ids(seller)
    quirk(seller, "omitted", offer_id=SANTOS)
    quirk(seller, "linked_account", seller=COFFEE, offer_id=SECATEURS)
    assert listed_ids(seller) == whole - {SANTOS} | {SECATEURS}
    assert seller.get(f"/sale/product-offers/{SANTOS}").status_code == 200
    assert seller.get(f"/sale/product-offers/{SECATEURS}").status_code == 403
    quirk(seller, "omitted", offer_id=SANTOS, on=False)
    quirk(seller, "linked_account", seller=COFFEE, offer_id=SECATEURS, on=False)
    assert listed_ids(seller) == whole
    own = {"kind": "linked_account", "seller": GARDEN, "offer_id": SECATEURS}
    assert seller.control("/quirks", own).status_code == 422


def test_statistics_read_zero_for_some_days(seller: Application) -> None:
    before = row(seller, SANTOS)["stats"]
    assert before["visitsCount"] > 0
    quirk(seller, "stats_zero", days=2)
    zero = {"watchersCount": 0, "visitsCount": 0}
    shown = row(seller, SANTOS)
    assert [shown["stats"], shown["additionalMarketplaces"]["allegro-cz"]["stats"]] == [zero, zero]
    seller.move_clock("2026-03-04T08:00:00Z")
    seller.connect()
    assert row(seller, SANTOS)["stats"]["visitsCount"] > 0


def test_events_may_carry_null_keys(seller: Application) -> None:
    event = seller.read("/sale/offer-events", type="OFFER_STOCK_CHANGED", limit=1000)["offerEvents"][-1]
    assert event["offer"]["external"]
    quirk(seller, "null_external")
    again = seller.read("/sale/offer-events", type="OFFER_STOCK_CHANGED", limit=1000)["offerEvents"][-1]
    assert again["offer"] == {"id": event["offer"]["id"], "external": None, "publication": None}
    quirk(seller, "null_external", on=False)
    assert seller.read("/sale/offer-events", type="OFFER_STOCK_CHANGED", limit=1000)["offerEvents"][-1] == event


def test_stock_events_come_several_times_even_for_drafts(seller: Application) -> None:
    quirk(seller, "stock_noise", seller=COFFEE)
    draft = create(seller)["id"]
    quirk(seller, "stock_noise", seller=COFFEE, on=False)
    quiet = create(seller)["id"]
    seller.move_clock("2026-03-02T08:00:20Z")
    noise = kinds(seller, draft)
    assert 2 <= len(noise) <= 5
    assert set(noise) == {"OFFER_STOCK_CHANGED"}
    assert kinds(seller, quiet) == []


def test_the_panel_shows_incomplete_drafts(seller: Application) -> None:
    offer_id = create(seller, sellingMode=None, images=None, description=None)["id"]
    assert seller.get("/panel/").status_code == 200
    assert seller.get(f"/panel/{offer_id}").status_code == 200
