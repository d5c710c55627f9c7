"""Nothing about a buyer is stored: no table holds a name, login, address, message, phone, parcel or bank account.

Every simulated buyer is given data that occur nowhere else; after everything has been read, every row of every table is
searched for them. Columns that a query would show in another form (bytes, JSON, intervals) are searched as text.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from allegro.models import RunStatus
from allegro.scopes import CAMPAIGNS, READ_SCOPES
from allegro.simulator import orders as simulated_orders
from allegro.simulator import returns as simulated_returns
from allegro.simulator.orders import Buyer
from offers.models import BillingEntry, CustomerReturn, OrderEvent, OrderLine, ReturnedLine
from tests.allegro.conftest import Linked

MARK = "Zyxwvut"
# What else is personal and is made of no buyer's field: what a buyer or the seller wrote, and what leads to a parcel.
WRITTEN = {
    "messageToSeller": f"{MARK} proszę zadzwonić",
    "note": {"text": f"{MARK} klient dzwonił"},
}


@pytest.fixture
def marked(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> Linked:
    """The garden seller; every buyer, message, parcel and account bears the mark, in each of its forms."""
    form, returned = simulated_orders.checkout_form, simulated_returns.return_document
    buyer_of = simulated_orders.random_buyer

    def buyer(rng: Any) -> Buyer:
        found = buyer_of(rng)
        marks = {field.name: f"{MARK}{field.name}{getattr(found, field.name)}" for field in fields(Buyer)}
        return replace(found, **marks)

    def with_messages(order: Any) -> dict[str, Any]:
        document = form(order)
        address = {"street": MARK, "company": {"name": MARK, "taxId": MARK}, "naturalPerson": {"lastName": MARK}}
        document["invoice"] = {"required": True, "address": address, "dueDate": None, "features": []}
        document["delivery"]["pickupPoint"] = {"id": MARK, "name": MARK, "description": MARK, "address": address}
        for line in document["lineItems"]:
            line["serialNumbers"] = {"expected": True, "entries": [{"value": MARK}]}
            line["vouchers"] = [{"code": MARK, "externalTransactionId": MARK, "type": "NOTEBOOKS_FOR_TEACHERS"}]
        return document | WRITTEN

    def with_parcels(found: Any, now: int) -> dict[str, Any]:
        document = returned(found, now)
        for item in document["items"]:
            item["reason"]["userComment"] = item["serialNumbers"] = MARK
        bank = {"owner": MARK, "accountNumber": MARK, "iban": MARK, "address": {"street": MARK}}
        parcel = {"waybill": MARK, "sender": {"phoneNumber": MARK}, "carrierId": "DPD"}
        rejection = {"code": "NO_RETURN_RIGHT", "reason": MARK, "createdAt": document["createdAt"]}
        return document | {"refund": {"bankAccount": bank}, "parcels": [parcel], "rejection": rejection}

    monkeypatch.setattr("allegro.simulator.orders.random_buyer", buyer)
    monkeypatch.setattr("allegro.simulator.api_orders.checkout_form", with_messages)
    monkeypatch.setattr("allegro.simulator.api_returns.return_document", with_parcels)
    return garden


def tables() -> Iterator[str]:
    """Every table of the database, ours and those of the libraries, whether a model of ours knows it or not."""
    yield from connection.introspection.table_names()


def rows_with(table: str, text: str) -> int:
    """How many rows hold `text` anywhere; whole rows as text, so no column can be forgotten. Bytes are hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{table}" AS found WHERE found::text ILIKE %s OR found::text ILIKE %s',
            [f"%{text}%", f"%{text.encode().hex()}%"],
        )
        [number] = cursor.fetchone()
    return int(number)


def test_no_table_holds_anything_about_a_buyer(marked: Linked) -> None:
    marked.account.scopes = [*READ_SCOPES, CAMPAIGNS]
    marked.account.save()
    marked.sync()
    marked.world.move(days=14)
    run = marked.sync()
    assert run.status in {RunStatus.SUCCEEDED, RunStatus.PARTIAL}
    for model in (OrderEvent, OrderLine, CustomerReturn, ReturnedLine, BillingEntry):
        assert model.objects.exists(), model.__name__
    assert len(marked.world.control("GET", "sales")["sales"]) > 50
    assert {table: number for table in tables() if (number := rows_with(table, MARK))} == {}


def test_the_search_finds_what_is_there_in_any_kind_of_column(marked: Linked) -> None:
    """A search that finds nothing proves something only if it can find."""
    marked.account.login = f"x{MARK}x"
    marked.account.save()
    run = marked.account.runs.create(
        trigger="command",
        kind="full",
        stages=[{"error": MARK}],
        started_at=marked.world.now,
        heartbeat_at=marked.world.now,
    )
    found = {table for table in tables() if rows_with(table, MARK)}
    assert found == {marked.account._meta.db_table, run._meta.db_table}
    assert {model._meta.db_table for model in apps.get_models()} <= set(tables())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bytes_of_someone AS SELECT convert_to(%s, 'UTF8') AS kept", [MARK])
    assert rows_with("bytes_of_someone", MARK) == 1
