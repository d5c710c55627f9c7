"""Badge campaigns: applications, badges in virtual time, and the price that Allegro sets meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest

from allegro.simulator.badges import APPLY, DEEDS, Badges
from allegro.simulator.campaigns import to_cents
from allegro.simulator.catalogue import CZECH_MARKETPLACE
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import HOUR, parse_instant
from allegro.simulator.server import RunningSimulator
from allegro.simulator.stories import CERRADO, MUG
from tests.simulator.campaigns import PUBLIC_HEADERS, at, fresh, offer_price, post, truth_of
from tests.simulator.conftest import GARDEN, START, Application

GARDEN_OFFER = "16310440271"


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller in a fresh world."""
    yield from fresh(young)


def apply(
    seller: Application, offer_id: str, campaign: str, amount: str | None = None, *, currency: str = "PLN", **more: Any
) -> Any:
    body: dict[str, Any] = {"campaign": {"id": campaign}, "offer": {"id": offer_id}, **more}
    if amount:
        body["prices"] = {"bargain": {"amount": amount, "currency": currency}}
    return post(seller, "/sale/badges", body)


def patch(seller: Application, offer_id: str, campaign: str, body: Any) -> Any:
    url = f"{seller.url}/sale/badges/offers/{offer_id}/campaigns/{campaign}"
    return seller.session.patch(url, json=body, headers=PUBLIC_HEADERS, timeout=10)


def badge(seller: Application, offer_id: str, marketplace: str = "allegro-pl") -> dict[str, Any]:
    (found,) = seller.read("/sale/badges", marketplace__id=marketplace, offer__id=offer_id)["badges"]
    return dict(found)


def status(seller: Application, offer_id: str, marketplace: str = "allegro-pl") -> str:
    return str(badge(seller, offer_id, marketplace)["process"]["status"])


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def test_campaigns_of_every_kind_on_every_marketplace(seller: Application) -> None:
    found = seller.read("/sale/badge-campaigns")["badgeCampaigns"]
    kinds = {(row["marketplace"]["id"], row["type"]) for row in found}
    marketplaces = ("allegro-pl", "allegro-cz", "allegro-sk", "allegro-hu")
    assert kinds == {(name, kind) for name in marketplaces for kind in ("DISCOUNT", "STANDARD", "SOURCING")}
    czech = seller.read("/sale/badge-campaigns", marketplace__id="allegro-cz")["badgeCampaigns"]
    assert czech == [row for row in found if row["marketplace"]["id"] == "allegro-cz"]
    policies = {row["id"]: (row["application"]["type"], row["eligibility"]["eligible"]) for row in found}
    assert policies["BARGAIN"] == ("ALWAYS", True)
    assert policies["HIT"] == ("NEVER", False)
    assert code(seller.get("/sale/badge-campaigns", marketplace__id="amazon")) == (400, "BB35")


def test_bargain_changes_the_price_at_its_start_and_back_at_its_end(seller: Application) -> None:
    answer = apply(seller, MUG, "BARGAIN", "49.90", purchaseConstraints={"limit": {"perUser": {"maxItems": 2}}})
    assert answer.status_code == 202
    assert answer.json()["process"] == {"status": "REQUESTED", "rejectionReasons": []}
    place = answer.headers["Location"].removeprefix(seller.url)
    assert seller.read(place) == answer.json()
    assert seller.read("/sale/badges", marketplace__id="allegro-pl")["badges"] == []
    at(seller, "2026-03-02T08:01:00Z")
    assert seller.read(place)["process"]["status"] == "PROCESSED"
    waiting = badge(seller, MUG)
    assert (waiting["process"]["status"], waiting["publication"]) == ("IN_VERIFICATION", None)
    assert waiting["prices"]["market"] == {"amount": "64.90", "currency": "PLN"}
    czech = offer_price(seller, MUG, "allegro-cz")
    assert offer_price(seller, MUG) == "64.90"
    at(seller, "2026-03-02T10:00:00Z")
    assert status(seller, MUG) == "ACTIVE"
    assert (offer_price(seller, MUG), offer_price(seller, MUG, "allegro-cz")) == ("49.90", czech)
    events = seller.read("/sale/offer-events", limit=1000, type="OFFER_PRICE_CHANGED")["offerEvents"]
    mine = [event["offer"]["marketplaces"] for event in events if event["offer"]["id"] == MUG]
    assert mine == [[{"id": "allegro-pl", "changeType": "AUTOMATIC"}]]
    finish = patch(seller, MUG, "BARGAIN", {"process": {"status": "FINISHED"}})
    assert finish.status_code == 202
    again = patch(seller, MUG, "BARGAIN", {"process": {"status": "FINISHED"}})
    assert code(again) == (409, "BB12")
    at(seller, "2026-03-02T10:01:00Z")
    operation = seller.read(f"/sale/badge-operations/{finish.json()['id']}")
    assert (operation["type"], operation["process"]["status"]) == ("FINISH", "PROCESSED")
    assert status(seller, MUG) == "FINISHED"
    assert offer_price(seller, MUG) == "64.90"
    told = [(row["new"]["status"], row["actor"], row["marketplace"]) for row in truth_of(seller, "badge", MUG)]
    assert told == [
        ("REQUESTED", "seller", "allegro-pl"),
        ("IN_VERIFICATION", "allegro", "allegro-pl"),
        ("WAITING_FOR_PUBLICATION", "allegro", "allegro-pl"),
        ("ACTIVE", "allegro", "allegro-pl"),
        ("FINISHED", "seller", "allegro-pl"),
    ]
    moved = [(row["new"]["amount"], row["actor"]) for row in truth_of(seller, "price", MUG)]
    assert moved == [("49.90", "allegro"), ("64.90", "allegro")]


def test_price_edit_of_the_seller_drops_the_offer_out(seller: Application) -> None:
    apply(seller, MUG, "BARGAIN", "49.90")
    at(seller, "2026-03-02T10:00:00Z")
    assert status(seller, MUG) == "ACTIVE"
    assert seller.patch(MUG, {"name": "Kubek termiczny stalowy na kawę"}).status_code == 200
    assert status(seller, MUG) == "ACTIVE"
    price = {"sellingMode": {"price": {"amount": "59.90", "currency": "PLN"}}}
    assert seller.patch(MUG, price).status_code == 200
    dropped = badge(seller, MUG)
    assert dropped["process"]["status"] == "FINISHED"
    assert dropped["publication"]["to"] == "2026-03-02T10:00:00.000Z"
    at(seller, "2026-03-04T10:00:00Z")
    assert offer_price(seller, MUG) == "59.90"
    last = truth_of(seller, "badge", MUG)[-1]
    assert (last["actor"], last["new"]["status"]) == ("allegro", "FINISHED")


def test_ended_offer_gets_its_usual_price_back_without_an_event(seller: Application) -> None:
    apply(seller, MUG, "BARGAIN", "49.90")
    at(seller, "2026-03-02T10:00:00Z")
    assert seller.patch(MUG, {"publication": {"status": "ENDED"}}).status_code == 200
    patch(seller, MUG, "BARGAIN", {"process": {"status": "FINISHED"}})
    at(seller, "2026-03-02T10:01:00Z")
    assert (status(seller, MUG), offer_price(seller, MUG)) == ("FINISHED", "64.90")
    assert [row["event_types"] for row in truth_of(seller, "price", MUG)] == [["OFFER_PRICE_CHANGED"], []]


def test_bargain_price_can_be_changed_while_it_runs(seller: Application) -> None:
    apply(seller, CERRADO, "BARGAIN", "39.90")
    at(seller, "2026-03-02T10:00:00Z")
    lower = patch(seller, CERRADO, "BARGAIN", {"prices": {"bargain": {"value": {"amount": "35", "currency": "PLN"}}}})
    at(seller, "2026-03-02T10:01:00Z")
    assert seller.read(f"/sale/badge-operations/{lower.json()['id']}")["process"]["status"] == "PROCESSED"
    assert (status(seller, CERRADO), offer_price(seller, CERRADO)) == ("ACTIVE", "35.00")
    higher = patch(seller, CERRADO, "BARGAIN", {"prices": {"bargain": {"value": {"amount": "99", "currency": "PLN"}}}})
    at(seller, "2026-03-02T10:02:00Z")
    process = seller.read(f"/sale/badge-operations/{higher.json()['id']}")["process"]
    assert (process["status"], len(process["rejectionReasons"])) == ("DECLINED", 1)
    assert offer_price(seller, CERRADO) == "35.00"


def test_dated_campaign_runs_in_its_publication_window(seller: Application) -> None:
    found = seller.read("/sale/badge-campaigns", marketplace__id="allegro-cz")["badgeCampaigns"]
    deal = next(row for row in found if row["id"].startswith("DEALS") and row["publication"]["from"] > START)
    assert deal["stockReservationIsRequired"]
    answer = apply(seller, MUG, deal["id"], "300", currency="CZK", declaredStock={"quantity": 10})
    assert answer.status_code == 202, answer.text
    at(seller, "2026-03-02T10:00:00Z")
    waiting = badge(seller, MUG, "allegro-cz")
    assert waiting["process"]["status"] == "WAITING_FOR_PUBLICATION"
    assert waiting["campaignStock"] == {"quantity": 10}
    assert waiting["publication"] == deal["publication"]
    usual = offer_price(seller, MUG, "allegro-cz")
    at(seller, deal["publication"]["from"])
    assert status(seller, MUG, "allegro-cz") == "ACTIVE"
    assert (offer_price(seller, MUG, "allegro-cz"), offer_price(seller, MUG)) == ("300.00", "64.90")
    at(seller, deal["publication"]["to"])
    assert status(seller, MUG, "allegro-cz") == "FINISHED"
    assert offer_price(seller, MUG, "allegro-cz") == usual


def test_applications_that_do_not_fit_are_declined(seller: Application) -> None:
    apply(seller, MUG, "BARGAIN", "64.90")
    apply(seller, MUG, "HIT")
    apply(seller, MUG, "BARGAIN")
    apply(seller, CERRADO, "BARGAIN_CZ", "50", currency="CZK")
    at(seller, "2026-03-02T08:01:00Z")
    found = seller.read("/sale/badge-applications")["badgeApplications"]
    assert [row["process"]["status"] for row in found] == ["DECLINED"] * 4
    assert [row["process"]["rejectionReasons"][0]["code"] for row in found] == ["BA26", "BA26", "BA2", "BA26"]
    assert seller.read("/sale/badges", marketplace__id="allegro-pl")["badges"] == []
    at(seller, "2026-04-02T08:01:00Z")
    assert seller.read("/sale/badge-applications")["badgeApplications"] == []


def test_badge_without_a_price_leaves_the_price_alone(seller: Application) -> None:
    apply(seller, MUG, "NOVELTY")
    apply(seller, MUG, "BARGAIN", "49.90")
    apply(seller, MUG, "BARGAIN", "48.90")
    at(seller, "2026-03-02T10:00:00Z")
    found = seller.read("/sale/badges", marketplace__id="allegro-pl")["badges"]
    assert [(row["campaign"]["id"], row["process"]["status"]) for row in found] == [
        ("NOVELTY", "ACTIVE"),
        ("BARGAIN", "ACTIVE"),
    ]
    assert found[0]["prices"] is None
    assert offer_price(seller, MUG) in {"49.90", "48.90"}
    assert len(truth_of(seller, "price", MUG)) == 1


def test_wrong_applications_are_refused(seller: Application) -> None:
    campaigns = seller.read("/sale/badge-campaigns", marketplace__id="allegro-pl")["badgeCampaigns"]
    dated = next(row["id"] for row in campaigns if row["stockReservationIsRequired"])
    assert code(apply(seller, GARDEN_OFFER, "BARGAIN", "9.90")) == (422, "BA4")
    assert code(apply(seller, MUG, "NO_SUCH", "9.90")) == (422, "BA10")
    assert code(apply(seller, MUG, "BARGAIN", "9.90", currency="CZK")) == (422, "BB5")
    assert code(apply(seller, MUG, "BARGAIN", "cheap")) == (422, "BB6")
    assert code(apply(seller, MUG, dated, "9.90")) == (422, "BA107")
    assert code(apply(seller, MUG, "BARGAIN", "9.90", declaredStock={"quantity": 3})) == (422, "BB39")
    assert post(seller, "/sale/badges", {"offer": {"id": MUG}}).status_code == 400
    assert seller.read("/sale/badge-applications")["badgeApplications"] == []
    assert truth_of(seller, "badge", MUG) == []


def test_wrong_questions_are_refused(seller: Application) -> None:
    assert code(seller.get("/sale/badges")) == (400, "BB35")
    assert code(seller.get("/sale/badges", marketplace__id="allegro-pl", limit=1001)) == (400, "BB9")
    assert code(seller.get("/sale/badge-applications", offset=-1)) == (400, "BB10")
    assert code(seller.get("/sale/badge-applications/none")) == (404, "BB8")
    assert code(seller.get("/sale/badge-operations/none")) == (404, "BB14")
    end = {"process": {"status": "FINISHED"}}
    assert code(patch(seller, GARDEN_OFFER, "BARGAIN", end)) == (404, "BA4")
    assert code(patch(seller, MUG, "NO_SUCH", end)) == (404, "BA10")
    assert patch(seller, MUG, "BARGAIN", {}).status_code == 400
    seller.connect(scope="allegro:api:sale:offers:read")
    assert seller.get("/sale/badges", marketplace__id="allegro-pl").status_code == 403


def test_sellers_see_their_own_badges_in_pages(seller: Application) -> None:
    own = apply(seller, MUG, "NOVELTY").json()["id"]
    apply(seller, CERRADO, "NOVELTY")
    at(seller, "2026-03-02T08:01:00Z")
    one = seller.read("/sale/badges", marketplace__id="allegro-pl", limit=1, offset=1)["badges"]
    assert [row["offer"]["id"] for row in one] in [[MUG], [CERRADO]]
    assert len(seller.read("/sale/badge-applications", offer__id=MUG)["badgeApplications"]) == 1
    assert seller.read("/sale/badge-applications", campaign__id="BARGAIN")["badgeApplications"] == []
    seller.connect(GARDEN)
    assert seller.read("/sale/badges", marketplace__id="allegro-pl")["badges"] == []
    assert code(seller.get(f"/sale/badge-applications/{own}")) == (404, "BB8")


def test_exchange_rate_leaves_an_offer_in_a_campaign_alone() -> None:
    start = parse_instant(START)
    busy, idle = (new_world(7, start, prehistory_days=2) for _ in range(2))
    for offer in busy.offers.values():
        bargain = str(to_cents(offer.price() / 2))
        DEEDS[APPLY](busy, offer.id, {"campaign": "BARGAIN", "bargain": bargain, "limits": {}})
    moved = []
    for world in (busy, idle):
        world.advance(start + 20 * HOUR)
        night = world.truth.between(start + 14 * HOUR, world.now)
        moved.append({row.offer_id for row in night if row.actor == "allegro" and row.marketplace == CZECH_MARKETPLACE})
    held = {offer.id for offer in busy.offers.values() if busy.of(Badges).holds_price(offer)}
    assert held & moved[1]
    assert not held & moved[0]
