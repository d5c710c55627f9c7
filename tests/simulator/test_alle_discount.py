"""AlleObniżka: eligible offers, commands, participations in virtual time; and what holds for all campaigns."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from allegro.simulator import server
from allegro.simulator.alle_discount import AlleDiscounts
from allegro.simulator.allegro_prices import AllegroPrices
from allegro.simulator.badges import Badges
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import DAY, parse_instant
from allegro.simulator.server import RunningSimulator
from tests.simulator.campaigns import at, fresh, offer_price, post, truth_of
from tests.simulator.conftest import GARDEN, START, Application

SUBMIT = "/sale/alle-discount/submit-offer-commands"
WITHDRAW = "/sale/alle-discount/withdraw-offer-commands"


@pytest.fixture
def seller(young: RunningSimulator) -> Iterator[Application]:
    """The coffee seller in a fresh world."""
    yield from fresh(young)


def coming(seller: Application) -> dict[str, Any]:
    """Return the campaign on allegro-pl that takes offers and is still to begin."""
    found = seller.read("/sale/alle-discount/campaigns")["alleDiscountCampaigns"]
    return next(
        row
        for row in found
        if row["marketplace"]["id"] == "allegro-pl" and row["application"]["from"] <= START < row["publication"]["from"]
    )


def eligible(seller: Application, campaign: str, **query: Any) -> list[dict[str, Any]]:
    return list(seller.read(f"/sale/alle-discount/{campaign}/eligible-offers", **query)["eligibleOffers"])


def submitted(seller: Application, campaign: str, **query: Any) -> list[dict[str, Any]]:
    return list(seller.read(f"/sale/alle-discount/{campaign}/submitted-offers", **query)["submittedOffers"])


def submit(seller: Application, campaign: str, offer_id: str, amount: Any, currency: str = "PLN") -> Any:
    price = {"amount": amount, "currency": currency}
    given = {"offer": {"id": offer_id}, "campaign": {"id": campaign}, "proposedPrice": price}
    return post(seller, SUBMIT, {"input": given})


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def test_campaigns_of_both_kinds_in_time_windows(seller: Application) -> None:
    found = seller.read("/sale/alle-discount/campaigns")["alleDiscountCampaigns"]
    assert {row["marketplace"]["id"] for row in found} == {"allegro-pl", "allegro-cz", "allegro-sk", "allegro-hu"}
    assert {row["visibility"]["type"] for row in found} == {"WITHIN"}
    one = seller.read("/sale/alle-discount/campaigns", campaignId=found[0]["id"])["alleDiscountCampaigns"]
    assert one == found[:1]
    assert code(seller.get("/sale/alle-discount/campaigns", campaignId="BARGAIN")) == (404, "CampaignNotFound")
    at(seller, "2026-03-30T08:00:00Z")
    later = seller.read("/sale/alle-discount/campaigns")["alleDiscountCampaigns"]
    assert {row["type"] for row in (*found, *later)} == {"SOURCING", "DISCOUNT"}


def test_participation_lives_from_verification_to_the_end(seller: Application) -> None:
    campaign = coming(seller)
    offer = eligible(seller, campaign["id"], meetsConditions="true")[0]
    price, own = offer["alleDiscount"]["requiredMerchantPrice"]["amount"], offer_price(seller, offer["id"])
    answer = submit(seller, campaign["id"], offer["id"], price)
    assert (answer.status_code, answer.json()["output"]["status"]) == (201, "NEW")
    place = answer.headers["Location"].removeprefix(seller.url)
    assert seller.read(place)["output"]["newOfferParticipation"] is None
    at(seller, "2026-03-02T08:01:00Z")
    output = seller.read(place)["output"]
    assert (output["status"], output["errors"]) == ("SUCCESSFUL", [])
    participation = output["newOfferParticipation"]["participationId"]
    (entered,) = submitted(seller, campaign["id"], participationId=participation)
    assert entered["process"] == {"status": "VERIFICATION", "errors": []}
    percentage = Decimal(offer["alleDiscount"]["minimumGuaranteedDiscount"]["percentage"])
    reduction = Decimal(entered["prices"]["minimalPriceReduction"]["amount"])
    assert abs(reduction - Decimal(price) * percentage / 100) < Decimal("0.01")
    assert Decimal(entered["prices"]["maximumSellingPrice"]["amount"]) == Decimal(price) - reduction
    assert eligible(seller, campaign["id"], offerId=offer["id"]) == []
    seen = []
    for instant in ("2026-03-02T10:00:00Z", campaign["publication"]["from"], campaign["publication"]["to"]):
        at(seller, instant)
        seen.append(submitted(seller, campaign["id"], offerId=offer["id"])[0]["process"]["status"])
    assert seen == ["ACCEPTED", "ACTIVE", "FINISHED"]
    told = [(row["actor"], row["new"]["status"]) for row in truth_of(seller, "alle_discount", offer["id"])]
    assert told == [("seller", "VERIFICATION"), *(("allegro", name) for name in seen)]
    assert seller.read("/sale/badges", marketplace__id="allegro-pl")["badges"] == []
    priced = [row for row in truth_of(seller, "price", offer["id"]) if row["actor"] == "allegro"]
    assert (own, [row for row in priced if row["marketplace"] == "allegro-pl"]) == (own, [])


def test_too_high_price_and_wrong_currency_are_declined(seller: Application) -> None:
    campaign = coming(seller)["id"]
    dear, foreign, good = eligible(seller, campaign)[:3]
    listed = {row["id"] for row in eligible(seller, campaign, limit=200)}
    other = next(row["id"] for row in seller.read("/sale/offers", limit=100)["offers"] if row["id"] not in listed)
    submit(seller, campaign, dear["id"], dear["basePrice"]["amount"])
    submit(seller, campaign, foreign["id"], "1.00", "CZK")
    submit(seller, campaign, good["id"], "1.00")
    submit(seller, campaign, other, "1.00")
    at(seller, "2026-03-02T10:00:00Z")
    outcome = {
        row["offer"]["id"]: (row["process"]["status"], *(error["code"] for error in row["process"]["errors"]))
        for row in submitted(seller, campaign)
    }
    assert outcome == {
        dear["id"]: ("DECLINED", "TOO_HIGH_PROPOSED_PRICE"),
        foreign["id"]: ("DECLINED", "CURRENCY_NOT_SUPPORTED"),
        good["id"]: ("ACCEPTED",),
        other: ("DECLINED", "PRODUCT_NOT_IN_CAMPAIGN"),
    }


def test_withdrawal_finishes_a_participation(seller: Application) -> None:
    campaign = coming(seller)["id"]
    offer_id = eligible(seller, campaign)[0]["id"]
    submit(seller, campaign, offer_id, "1.00")
    at(seller, "2026-03-02T10:00:00Z")
    given = {"participationId": submitted(seller, campaign)[0]["participationId"]}
    chosen = str(uuid4())
    answer = post(seller, WITHDRAW, {"commandId": chosen, "input": given})
    assert (answer.status_code, answer.json()["id"]) == (201, chosen)
    assert post(seller, WITHDRAW, {"commandId": chosen, "input": given}).status_code == 409
    at(seller, "2026-03-02T10:01:00Z")
    output = seller.read(f"{WITHDRAW}/{chosen}")["output"]
    assert (output["status"], output["withdrawnOfferParticipation"]) == ("SUCCESSFUL", given)
    assert submitted(seller, campaign)[0]["process"]["status"] == "FINISHED"
    assert truth_of(seller, "alle_discount", offer_id)[-1]["actor"] == "seller"
    again = post(seller, WITHDRAW, {"input": given}).json()["id"]
    submit(seller, campaign, offer_id, "2.00")
    at(seller, "2026-03-02T10:02:00Z")
    assert seller.read(f"{WITHDRAW}/{again}")["output"]["status"] == "FAILED"
    (only,) = submitted(seller, campaign)
    assert only["prices"]["proposedPrice"]["amount"] == "2.00"


def test_commands_fail_for_unknown_campaigns_and_foreign_offers(seller: Application) -> None:
    campaign = coming(seller)["id"]
    offer_id = eligible(seller, campaign)[0]["id"]
    commands = [
        submit(seller, "BARGAIN", offer_id, "1.00").json()["id"],
        submit(seller, campaign, "16310440271", "1.00").json()["id"],
        submit(seller, campaign, offer_id, "1.00").json()["id"],
        submit(seller, campaign, offer_id, "1.00").json()["id"],
    ]
    at(seller, "2026-03-02T08:01:00Z")
    outputs = [seller.read(f"{SUBMIT}/{command}")["output"] for command in commands]
    assert [row["errors"][0]["errors"][0]["code"] for row in outputs[:2]] == ["CampaignNotFound", "OfferNotFound"]
    assert {row["status"] for row in outputs[2:]} == {"SUCCESSFUL", "FAILED"}


def test_pages_conditions_and_owners(seller: Application) -> None:
    campaign = coming(seller)["id"]
    path = f"/sale/alle-discount/{campaign}/eligible-offers"
    whole = seller.read(path, limit=200)
    assert whole["count"] == whole["totalCount"] == len(whole["eligibleOffers"]) > 10
    assert eligible(seller, campaign, limit=3, offset=2) == whole["eligibleOffers"][2:5]
    empty = whole["eligibleOffers"][0]["id"]
    assert seller.patch(empty, {"stock": {"available": 2}}).status_code == 200
    (found,) = eligible(seller, campaign, offerId=empty)
    assert found["alleDiscount"]["campaignConditions"] == {
        "meetsConditions": False,
        "violations": [{"code": "NOT_ENOUGH_STOCK", "message": "NOT_ENOUGH_STOCK"}],
    }
    assert eligible(seller, campaign, offerId=empty, meetsConditions="true") == []
    assert code(seller.get(path, limit=201)) == (400, "LimitAboveMax")
    assert code(seller.get(path, limit=0)) == (400, "LimitBelowMin")
    assert code(seller.get(path, offset=-1)) == (400, "OffsetNegative")
    assert code(seller.get(path, offerId="x")) == (400, "OfferIdInvalidFormat")
    assert code(seller.get("/sale/alle-discount/NONE/submitted-offers")) == (404, "CampaignNotFound")
    submit(seller, campaign, whole["eligibleOffers"][1]["id"], "1.00")
    at(seller, "2026-03-02T08:01:00Z")
    (mine,) = submitted(seller, campaign)
    seller.connect(GARDEN)
    assert submitted(seller, campaign) == []
    given = {"participationId": mine["participationId"]}
    assert code(post(seller, WITHDRAW, {"input": given})) == (400, "InputParticipationIdDoesNotExist")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (None, "ProposedPriceAmountCannotBeNull"),
        ("one", "ProposedPriceAmountInvalidNumberFormat"),
        ("-1", "ProposedPriceAmountNotPositive"),
        ("1.005", "ProposedPriceAmountInvalidDecimalPlaces"),
    ],
)
def test_bad_prices_are_refused(seller: Application, amount: Any, expected: str) -> None:
    assert code(submit(seller, "ANY", "1", amount)) == (400, expected)


def test_bad_commands_are_refused(seller: Application) -> None:
    assert code(post(seller, WITHDRAW, {"input": {}})) == (400, "InputParticipationIdFieldMissing")
    assert code(post(seller, WITHDRAW, {"input": {"participationId": "x"}})) == (400, "ParticipationIdMustBeUuid")
    price = {"amount": "1", "currency": "PLN"}
    given = {"offer": {"id": "1"}, "campaign": {"id": "1"}, "proposedPrice": price}
    answer = post(seller, SUBMIT, {"commandId": "x", "input": given})
    assert code(answer) == (400, "CommandIdNotValidUuid")
    assert seller.get(f"{SUBMIT}/{uuid4()}").status_code == 404


def test_nothing_happens_unless_asked_for() -> None:
    start = parse_instant(START)
    read, unread = (new_world(7, start, prehistory_days=2) for _ in range(2))
    for kind in (AllegroPrices, AlleDiscounts, Badges):
        read.of(kind)
    for world in (read, unread):
        world.advance(start + 20 * DAY)
    told = [action.document() for action in read.truth.actions]
    assert told == [action.document() for action in unread.truth.actions]
    assert not {row["field"] for row in told} & {"badge", "allegro_price", "alle_discount"}
    assert list(read.orders) == list(unread.orders)


def test_campaigns_survive_a_restart(tmp_path: Path) -> None:
    def look(seller: Application, campaign: str) -> list[Any]:
        seller.connect()
        body = {"marketplace": {"id": "allegro-pl"}, "offer": {"ids": [offer_id]}}
        return [
            seller.read("/sale/badges", marketplace__id="allegro-pl"),
            seller.read("/sale/badge-applications"),
            submitted(seller, campaign),
            post(seller, "/sale/allegro-prices/offers-queries", body).json(),
            [truth_of(seller, field, offer_id) for field in ("badge", "allegro_price", "alle_discount", "price")],
        ]

    first = server.start(prehistory_days=2, seed=3, start=START, state=tmp_path)
    seller = Application(first.url)
    seller.connect()
    campaign = coming(seller)["id"]
    offer_id = eligible(seller, campaign)[0]["id"]
    bargain = {"bargain": {"amount": "5.00", "currency": "PLN"}}
    post(seller, "/sale/badges", {"campaign": {"id": "BARGAIN"}, "offer": {"id": offer_id}, "prices": bargain})
    submit(seller, campaign, offer_id, "5.00")
    declared = {"sellerDiscountDeclaration": {"maxContributionPercentage": "10"}}
    offers = [{"id": offer_id, "marketplace": {"id": "allegro-pl"}, **declared}]
    post(seller, "/sale/allegro-prices/offers/submit-offer-commands", {"offers": offers})
    for instant in ("2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z"):
        at(seller, instant)
    before = look(seller, campaign)
    seller.session.close()
    first.stop()
    second = server.start(seed=99, state=tmp_path)
    seller = Application(second.url)
    after = look(seller, campaign)
    seller.session.close()
    second.stop()
    assert len(before[0]["badges"]) + len(before[2]) >= 2
    assert after == before
