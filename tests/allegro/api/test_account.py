"""Whose account it is, its quality and its Smart! status."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from allegro.api.account import Me
from allegro.api.client import AllegroClient
from tests.allegro.api.shapes import assert_needed, assert_optional
from tests.allegro.stub_server import Stub

ME: dict[str, Any] = {
    "id": "46968690",
    "login": "Client:46968690",
    "firstName": "Amadeusz",
    "email": "user-email@allegro.pl",
    "baseMarketplace": {"id": "allegro-mars"},
    "company": None,
    "features": ["SUPER_SELLER", "TELEPORTATION"],
}
QUALITY: dict[str, Any] = {
    "quality": [
        {
            "resultFor": "2024-08-07",
            "score": 140,
            "grade": "MARVELLOUS",
            "maxScore": 500,
            "metrics": [
                {"code": "BUYER_SATISFACTION", "name": "Zadowolenie kupujących", "score": 20, "maxScore": 50},
                {"code": "NEW_ONE", "name": "Nowość", "score": 1.5, "trend": "UP"},
            ],
            "comment": {},
        }
    ]
}
SMART: dict[str, Any] = {
    "classification": {"fulfilled": True, "lastChanged": "2017-05-17T08:36:57.292+02:00", "by": "ROBOT"},
    "conditions": [
        {"code": "A", "name": "a", "description": "", "value": 98.5, "threshold": 98, "fulfilled": True},
        {"code": "B", "name": "b", "value": True, "threshold": False, "fulfilled": False, "required": True},
    ],
    "excludedDeliveryMethods": [{"id": "2488f7b7"}],
}


def test_the_account_is_read_without_the_person(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(ME)
    me = stub_client.me()
    assert me == Me("46968690", "Client:46968690", "allegro-mars", ("SUPER_SELLER", "TELEPORTATION"))
    assert "Amadeusz" not in repr(me)
    assert_needed(stub, stub_client, lambda client: client.me(), ME, ["id", "login"])
    assert_optional(stub, stub_client, lambda client: client.me(), ME, ["baseMarketplace", "features", "company"])


def test_an_account_that_names_no_marketplace_is_polish(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer({"id": 1, "login": "someone"})
    assert stub_client.me() == Me("1", "someone", "allegro-pl")


def test_quality_is_read_by_day(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(QUALITY)
    [day] = stub_client.quality()
    assert (day.day, day.score, day.max_score, day.grade) == (
        date(2024, 8, 7),
        Decimal(140),
        Decimal(500),
        "MARVELLOUS",
    )
    assert [(each.code, each.score, each.max_score) for each in day.metrics] == [
        ("BUYER_SATISFACTION", 20, 50),
        ("NEW_ONE", Decimal("1.5"), None),
    ]
    assert day.raw == QUALITY["quality"][0]
    needed = ("resultFor", "score", "maxScore", "grade", "metrics", "metrics.0.code", "metrics.1.score")
    paths = ["quality", *(f"quality.0.{each}" for each in needed)]
    assert_needed(stub, stub_client, lambda client: client.quality(), QUALITY, paths)


def test_conditions_of_smart_may_be_numbers_or_flags(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(SMART)
    smart = stub_client.smart("allegro-cz")
    assert stub.asked[-1].path == "/sale/smart?marketplaceId=allegro-cz"
    assert smart.is_fulfilled is True
    assert smart.changed_at == datetime(2017, 5, 17, 6, 36, 57, 292000, UTC)
    assert [(each.value, each.threshold) for each in smart.conditions] == [(Decimal("98.5"), 98), (True, False)]
    assert [(each.is_fulfilled, each.is_required) for each in smart.conditions] == [(True, None), (False, True)]


@pytest.mark.parametrize("call", [lambda client: client.smart(), lambda client: client.offer_smart("17")])
def test_smart_needs_its_classification(stub: Stub, stub_client: AllegroClient, call: Any) -> None:
    assert_needed(stub, stub_client, call, SMART, ["classification", "classification.fulfilled", "conditions.0.code"])
    assert_optional(stub, stub_client, call, SMART, ["conditions", "classification.lastChanged"])
