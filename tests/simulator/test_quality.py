"""Ratings, Smart! reports and sales quality."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from allegro.simulator import server
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, GARDEN, SANTOS, START, Application
from tests.simulator.seller import connected, made, refusal

DAYS = 14
FREE, BULKY = "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02", "c58d6e1f-40b7-4a92-9e35-d1760a9f3c03"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSimulator]:
    """A simulator with two weeks behind it, which is enough for some dozens of ratings."""
    simulator = server.start(seed=7, start=START, prehistory_days=DAYS)
    yield simulator
    simulator.stop()


def test_offer_rating_adds_up(application: Application) -> None:
    found = application.read(f"/sale/offers/{SANTOS}/rating")
    counts = {int(row["name"]): row["count"] for row in found["scoreDistribution"]}
    assert list(counts) == [5, 4, 3, 2, 1]
    assert sum(counts.values()) == found["totalResponses"] > 0
    points = sum(score * count for score, count in counts.items())
    assert abs(Decimal(found["averageScore"]) - Decimal(points) / found["totalResponses"]) <= Decimal("0.005")
    assert {row["name"] for row in found["sizeFeedback"]} == {"BIGGER", "FIT", "SMALLER"}


def test_quality_has_the_last_thirty_closed_days(application: Application) -> None:
    days = application.read("/sale/quality")["quality"]
    assert (len(days), days[0]["resultFor"], days[-1]["resultFor"]) == (30, "2026-01-31", "2026-03-01")
    assert len({day["score"] for day in days}) > 3
    for day in days:
        assert day["score"] == sum(metric["score"] for metric in day["metrics"]) <= day["maxScore"]


def test_ratings_page_filter_and_open(application: Application) -> None:
    rows = application.read("/sale/user-ratings", limit=100)["ratings"]
    assert len(rows) > 20
    assert [row["lastChangedAt"] for row in rows] == sorted((row["lastChangedAt"] for row in rows), reverse=True)
    assert application.read("/sale/user-ratings", limit=5, offset=5)["ratings"] == rows[5:10]
    first = rows[0]
    assert application.read(f"/sale/user-ratings/{first['id']}") == first
    assert application.read(f"/order/checkout-forms/{first['order']['id']}")["buyer"]["id"] == first["buyer"]["id"]
    since = application.read("/sale/user-ratings", lastChangedAt__gte=rows[9]["lastChangedAt"])["ratings"]
    assert since == rows[:10]
    assert all(row["recommended"] for row in application.read("/sale/user-ratings", recommended="true")["ratings"])
    assert application.get("/sale/user-ratings", limit=101).status_code == 400
    assert application.get("/sale/user-ratings", recommended="maybe").status_code == 400
    assert application.get("/sale/user-ratings/0").status_code == 404


def test_a_rating_is_its_sellers_but_the_summary_is_public(running: RunningSimulator) -> None:
    for coffee in connected(running):
        rating = coffee.read("/sale/user-ratings", limit=1)["ratings"][0]["id"]
        summary = coffee.read(f"/users/{COFFEE}/ratings-summary")
    for garden in connected(running, GARDEN):
        assert garden.get(f"/sale/user-ratings/{rating}").status_code == 404
        assert garden.get(f"/sale/offers/{SANTOS}/rating").status_code == 403
        assert garden.read(f"/users/{COFFEE}/ratings-summary") == summary
        assert garden.get("/users/1/ratings-summary").status_code == 404
    total = summary["recommended"]["total"] + summary["notRecommended"]["total"]
    assert summary["statistics"]["received"]["total"] == total
    assert "," in summary["recommendedPercentage"]


def test_ratings_need_their_scope(running: RunningSimulator) -> None:
    reader = Application(running.url)
    reader.connect(scope="allegro:api:profile:read")
    assert refusal(reader.get("/sale/user-ratings")) == (403, "AccessDenied")
    assert reader.get("/sale/quality").status_code == 200
    reader.session.close()


def test_seller_smart_has_numbers_and_a_truth_value(application: Application) -> None:
    conditions = application.read("/sale/smart")["conditions"]
    assert {type(row["value"]) for row in conditions} == {float, int, bool}
    assert application.get("/sale/smart", marketplaceId="allegro-xx").status_code == 422


def report(application: Application, **query: Any) -> dict[str, Any]:
    return application.read(f"/sale/offers/{SANTOS}/smart", **query)


def test_an_offer_is_classified_anew_some_hours_after_its_price_list_changed(application: Application) -> None:
    smart = report(application)
    assert smart["classification"]["fulfilled"]
    assert not smart["scheduledForReclassification"]
    application.patch(SANTOS, {"delivery": {"shippingRates": {"id": BULKY}}})
    waiting = report(application)
    assert waiting["classification"] == smart["classification"]
    assert waiting["scheduledForReclassification"]
    assert not waiting["conditions"][0]["fulfilled"]
    application.move_clock("2026-03-02T10:00:00Z")
    lost = report(application)
    assert lost["classification"] == {"fulfilled": False, "lastChanged": "2026-03-02T10:00:00.000Z"}
    assert lost["smartDeliveryMethods"] == []
    application.patch(SANTOS, {"delivery": {"shippingRates": {"id": FREE}}})
    application.move_clock("2026-03-02T12:30:00Z")
    regained = report(application)
    assert regained["classification"] == {"fulfilled": True, "lastChanged": "2026-03-02T12:00:00.000Z"}
    assert report(application, marketplaceId="allegro-cz")["classification"]["fulfilled"]
    assert not report(application, marketplaceId="allegro-hu")["classification"]["fulfilled"]
    wrong = application.get(f"/sale/offers/{SANTOS}/smart", marketplaceId="allegro-xx")
    assert refusal(wrong) == (422, "UnsupportedMarketplace")


def test_a_new_offer_has_no_smart_report_yet(application: Application) -> None:
    product = application.read(f"/sale/product-offers/{SANTOS}")["productSet"][0]["product"]["id"]
    body = {"productSet": [{"product": {"id": product}}], "stock": {"available": 5}}
    offer = made(application, "POST", "/sale/product-offers", body)["id"]
    assert refusal(application.get(f"/sale/offers/{offer}/smart")) == (422, "OfferNotProcessed")
    assert application.read(f"/sale/offers/{offer}/rating")["totalResponses"] == 0
    application.move_clock("2026-03-02T12:41:00Z")
    assert application.get(f"/sale/offers/{offer}/smart").status_code == 200


def everything(application: Application) -> list[dict[str, Any]]:
    paths = (f"/sale/offers/{SANTOS}/rating", "/sale/quality", f"/users/{COFFEE}/ratings-summary", "/sale/smart")
    return [application.read(path) for path in (*paths, "/sale/user-ratings")]


def test_responses_grow_with_time_and_do_not_depend_on_reads() -> None:
    first = server.start(seed=7, start=START, prehistory_days=DAYS)
    for early in connected(first):
        before = everything(early)
        early.move_clock("2026-03-05T08:00:00Z")
        early.connect()
        after = everything(early)
    first.stop()
    assert after[0]["totalResponses"] > before[0]["totalResponses"]
    assert after[2]["statistics"]["received"]["total"] > before[2]["statistics"]["received"]["total"]
    assert after[1]["quality"][:27] == before[1]["quality"][3:]
    second = server.start(seed=7, start=START, prehistory_days=DAYS)
    for late in connected(second):
        late.move_clock("2026-03-05T08:00:00Z")
        late.connect()
        assert everything(late) == after
    second.stop()
