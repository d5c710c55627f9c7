"""The history of charges in CSV, row by row against the billing entries of the API."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulator.conftest import SANTOS, Application
from tests.simulator.exports import csv_rows, download

HEAD = "Data;Nazwa oferty;Identyfikator oferty;Typ operacji;Uznania;Obciążenia;Saldo;Szczegóły operacji"
IN_FEBRUARY = {"occurredAt__gte": "2026-01-31T23:00:00Z", "occurredAt__lte": "2026-02-28T22:59:59.999Z"}


def entries(application: Application, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := application.read("/billing/billing-entries", offset=len(found), **IN_FEBRUARY, **query)[
        "billingEntries"
    ]:
        found += page
    return found


def rows(content: bytes) -> list[dict[str, str]]:
    head, *found = csv_rows(content, ";")
    return [dict(zip(head, row, strict=True)) for row in found]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".")) if text else Decimal(0)


def local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo('Europe/Warsaw')):%d.%m.%Y %H:%M}"


def test_rows_are_the_entries_of_the_api(application: Application) -> None:
    application.session.headers["Accept-Language"] = "pl-PL"
    name, content = download(application, "billing.csv")
    assert name == "allegro-billing-2026-03-02.csv"
    assert content.decode().startswith(HEAD + "\r\n")
    found = [row for row in rows(content) if row["Typ operacji"] != "Podsumowanie miesiąca"]
    known = entries(application)
    assert len(found) == len(known) > 500
    for row, entry in zip(found, known, strict=True):
        value = Decimal(entry["value"]["amount"])
        assert row["Data"] == local(entry["occurredAt"])
        assert number(row["Uznania"]) == max(value, Decimal(0))
        assert number(row["Obciążenia"]) == min(value, Decimal(0))
        assert number(row["Saldo"]) == Decimal(entry["balance"]["amount"])
        offer = entry.get("offer", {"id": ""})
        assert (row["Identyfikator oferty"], row["Nazwa oferty"]) == (offer["id"], offer.get("name", ""))
        assert row["Typ operacji"] == {"Zwrot kosztów": "Prowizja od sprzedaży"}.get(
            entry["type"]["name"], entry["type"]["name"]
        )
        if "order" in entry:
            assert f"Identyfikator zamówienia: {entry['order']['id']}" in row["Szczegóły operacji"]


def test_commission_and_its_refund_differ_by_sign_only(application: Application) -> None:
    signs = {
        bool(row["Uznania"])
        for row in rows(download(application, "billing.csv")[1])
        if row["Typ operacji"] == "Prowizja od sprzedaży"
    }
    assert signs == {True, False}


def test_month_ends_with_a_row_of_the_balance_alone(application: Application) -> None:
    found = rows(download(application, "billing.csv", **{"to": "2026-03-02"})[1])
    ends = [(index, row) for index, row in enumerate(found) if row["Typ operacji"] == "Podsumowanie miesiąca"]
    [(index, row)] = ends
    assert row["Data"] == "28.02.2026 23:59"
    assert row["Saldo"] == found[index + 1]["Saldo"]
    assert not row["Uznania"] + row["Obciążenia"] + row["Szczegóły operacji"] + row["Nazwa oferty"]
    assert rows(download(application, "billing.csv", **{"to": "2026-02-27"})[1])[0]["Data"] < "28"


def test_details_name_the_day_of_the_advertising_and_the_value_of_the_order(application: Application) -> None:
    found = rows(download(application, "billing.csv")[1])
    adverts = [row for row in found if row["Typ operacji"] == "Opłata za kampanię Ads"]
    for row in adverts:
        day = datetime.strptime(row["Szczegóły operacji"], "Opłata za dzień: %d.%m.%Y")  # noqa: DTZ007
        assert (datetime.strptime(row["Data"][:10], "%d.%m.%Y") - day).days == 3  # noqa: DTZ007
    assert adverts
    commission = next(row for row in found if row["Obciążenia"] and row["Identyfikator oferty"] == SANTOS)
    order_id = commission["Szczegóły operacji"].split(": ")[1].split(",")[0]
    form = application.read(f"/order/checkout-forms/{order_id}")
    goods = sum(Decimal(line["price"]["amount"]) * line["quantity"] for line in form["lineItems"])
    assert f"Wartość zamówienia: {goods:.2f}, Waluta zamówienia: PLN" in commission["Szczegóły operacji"]


def test_marketplaces_have_accounts_of_their_own(application: Application) -> None:
    found = rows(download(application, "billing.csv", marketplace="allegro-cz", mark="1")[1])
    known = entries(application, marketplaceId="allegro-cz")
    values = sum((number(row["Uznania"]) + number(row["Obciążenia"]) for row in found), Decimal(0))
    assert values == sum(Decimal(entry["value"]["amount"]) for entry in known)
    assert download(application, "billing.csv", mark="1")[1].startswith(b"\xef\xbb\xbfData;")


def test_same_world_gives_the_same_bytes(application: Application) -> None:
    assert download(application, "billing.csv") == download(application, "billing.csv")
