"""The history of funds, row by row against the payment operations of the API."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.simulator.conftest import COFFEE, Application
from tests.simulator.exports import csv_rows, download, first_sheet

HEAD = ("data", "identyfikator", "operacja", "operator", "kupujący", "oferta", "kwota", "saldo")
NAMES = {"CONTRIBUTION": "wpłata", "REFUND_CHARGE": "zwrot", "PAYOUT": "wypłata", "DEDUCTION_CHARGE": "pobranie opłat"}
DAYS = {"from": "2026-02-20", "to": "2026-02-26"}


def operations(application: Application, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    period = {"occurredAt__gte": "2026-02-19T23:00:00Z", "occurredAt__lte": "2026-02-26T22:59:59.999Z"}
    while page := application.read("/payments/payment-operations", offset=len(found), **period, **query)[
        "paymentOperations"
    ]:
        found += page
    return found


def amount(text: str, sign: str = "zł") -> Decimal:
    number, blank, currency = text.rpartition("\u00a0")
    assert (blank, currency) == ("\u00a0", sign)
    return Decimal(number.replace("\u00a0", "").replace(",", "."))


def local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo('Europe/Warsaw')):%d.%m.%Y %H:%M}"


def test_rows_are_the_operations_of_the_api(application: Application) -> None:
    name, content = download(application, "payments.xlsx", **DAYS)
    assert name == f"2026-02-20_2026-02-26_{COFFEE}_operations_all.xlsx"
    head, *rows = first_sheet(content)
    assert head == HEAD
    known = operations(application, currency="PLN")
    assert len(rows) == len(known) > 100
    for row, operation in zip(rows, known, strict=True):
        assert all(isinstance(value, str | None) for value in row)
        assert row[0] == local(operation["occurredAt"])
        assert row[2].startswith(NAMES[operation["type"]])
        assert amount(row[6]) == Decimal(operation["value"]["amount"])
        assert amount(row[7]) == Decimal(operation["wallet"]["balance"]["amount"])
        if "payment" in operation:
            assert row[1] == operation["payment"]["id"]
            assert operation["participant"]["lastName"] in row[4], "personal data is there to be dropped"
    assert {row[2].split()[0] for row in rows} == {"wpłata", "zwrot", "wypłata", "pobranie"}


def test_decimal_comma_and_thousands_behind_a_no_break_space(application: Application) -> None:
    points, commas = (first_sheet(download(application, "payments.xlsx", comma=flag)[1])[1:] for flag in "01")
    assert [row[6].replace(".", ",") for row in points] == [row[6] for row in commas]
    assert any(row[7].count("\u00a0") == 2 for row in points)


def test_file_as_text_has_the_same_rows(application: Application) -> None:
    name, content = download(application, "payments.csv", **DAYS)
    assert name.endswith("_operations_all.csv")
    rows = first_sheet(download(application, "payments.xlsx", **DAYS)[1])
    assert csv_rows(content) == [[value or "" for value in row] for row in rows]
    assert application.get("/_simulator/exports/payments.pdf", **DAYS).status_code == 404


@pytest.mark.parametrize(("query", "sign"), [({"marketplace": "allegro-cz"}, "Kč"), ({"wallet": "WAITING"}, "zł")])
def test_other_currencies_and_wallets_have_their_own(
    application: Application, query: dict[str, str], sign: str
) -> None:
    rows = first_sheet(download(application, "payments.xlsx", **query)[1])[1:]
    assert rows
    assert sum(amount(row[6], sign) for row in rows)


def test_same_world_gives_the_same_bytes(application: Application) -> None:
    assert download(application, "payments.xlsx") == download(application, "payments.xlsx")
