"""What all readers share: exact money, aware instants, strictness about what is needed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from allegro.api import values
from allegro.api.transport import UNREADABLE
from allegro.api.values import Money


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (values.text, ""),
        (values.text, None),
        (values.text, True),
        (values.text, 1.5),
        (values.text, ["a"]),
        (values.flag, "true"),
        (values.flag, 1),
        (values.number, None),
        (values.number, True),
        (values.number, "many"),
        (values.number, "NaN"),
        (values.number, "Infinity"),
        (values.number, ["1"]),
        (values.whole, "1.5"),
        (values.money, {"amount": "1.00"}),
        (values.money, {"amount": None, "currency": "PLN"}),
        (values.money, {"amount": "1.00", "currency": ""}),
        (values.money, "1.00 PLN"),
        (values.instant, "2026-09-01T08:00:00"),
        (values.instant, "yesterday"),
        (values.instant, 1716984361),
        (values.instant, None),
        (values.instant, "0001-01-01T00:00:00+02:00"),
        (values.reference, {}),
        (values.reference, "17"),
        (values.document, []),
        (values.identified, {"id": None}),
        (lambda value: values.rows(value, values.reference), {"id": "1"}),
        (lambda value: values.rows(value, values.reference), None),
        (lambda value: values.rows(value, values.reference), ["1"]),
    ],
)
def test_what_is_not_as_promised_is_unreadable(read: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(UNREADABLE):
        read(value)


def test_money_is_exact() -> None:
    assert values.money({"amount": "0.10", "currency": "PLN", "new": 1}) == Money(Decimal("0.10"), "PLN")
    assert values.money({"amount": 0.1, "currency": "CZK"}) == Money(Decimal("0.1"), "CZK")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-01T10:00:00.123+02:00", datetime(2026, 9, 1, 8, 0, 0, 123000, UTC)),
        ("2020-01-11T09:36:57.00Z", datetime(2020, 1, 11, 9, 36, 57, tzinfo=UTC)),
        ("2019-05-29T12:00:00Z", datetime(2019, 5, 29, 12, tzinfo=UTC)),
    ],
)
def test_instants_are_aware_and_in_utc(text: str, expected: datetime) -> None:
    assert values.instant(text) == expected
    assert values.instant(text).tzinfo is UTC


def test_instants_go_out_in_utc_with_z() -> None:
    summer = timezone(timedelta(hours=2))
    assert values.as_parameter(datetime(2026, 9, 1, 10, tzinfo=summer)) == "2026-09-01T08:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        values.as_parameter(datetime(2026, 9, 1))  # noqa: DTZ001


def test_what_is_absent_has_one_form() -> None:
    assert values.optional_text(None) == values.optional_text("") == values.optional_reference(None) == ""
    assert values.optional_reference({"id": None}) == ""
    for read in (values.optional_instant, values.optional_money, values.optional_number, values.optional_whole):
        assert read(None) is None
    assert values.optional_flag(None) is None
    assert values.optional_rows(None, values.reference) == ()


def test_empty_parameters_are_not_sent() -> None:
    sent = {"offset": 0, "is": False, "status": ["ACTIVE"]}
    assert values.given({**sent, "from": "", "until": None, "ids": ()}) == sent
