"""A file is kept without what tells of buyers: nothing of them is left, and everything that is read still is."""

import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from allegro.simulator.exports.ads import AdsOddities, ads_statistics
from allegro.simulator.exports.billing import billing_history
from allegro.simulator.exports.files import ExportFile
from allegro.simulator.exports.offer_list import offer_list
from allegro.simulator.exports.orders import OrdersOddities, exported_orders, orders_summary
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.sales_by_offer import SalesOddities, sales_by_offer
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import parse_instant
from allegro.simulator.world import World
from reports.readers.isolated import strip_isolated
from reports.readers.reader import read_report
from reports.readers.refusals import ReportRefused
from reports.readers.shapes import inspect_file
from reports.readers.stripping import strip_people
from tests.reports.readers.workbook_samples import LAMP, POLISH, workbook

SELLER, TODAY = "44300112", date(2026, 3, 8)
SCOPE = Scope(SELLER, "allegro-pl", date(2026, 2, 25), date(2026, 3, 6))


@pytest.fixture(scope="module")
def world() -> World:
    """A world with two weeks behind it."""
    return new_world(7, parse_instant("2026-03-08T08:00:00Z"), 14)


def naming_people(world: World) -> Iterator[ExportFile]:
    for columns in ("all", "a", "b"):
        yield orders_summary(world, SCOPE, OrdersOddities(columns=columns, mark=True, summary=True))
    for text in (False, True):
        yield payment_operations(world, SCOPE, PaymentsOddities(text=text))


def people_of(world: World) -> set[str]:
    buyers = [order.buyer for order in exported_orders(world, SCOPE)]
    return {
        value
        for buyer in buyers
        for value in (buyer.login, buyer.email, buyer.phone, buyer.street, buyer.first_name, buyer.last_name)
    }


def everything_in(content: bytes) -> str:
    """All text of a file, unpacked."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return content.decode()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def test_nothing_of_a_buyer_is_left(world: World) -> None:
    people, held = people_of(world), set[str]()
    for file in naming_people(world):
        before = everything_in(file.content)
        kept = strip_people(BytesIO(file.content))
        assert kept is not None
        after = everything_in(kept)
        assert not {value for value in people if value in after}, file.name
        held |= {value for value in people if value in before}
    assert len(held) > 50, "the files do name people"


def test_what_is_read_is_read_as_before(world: World) -> None:
    for file in naming_people(world):
        kept = strip_people(BytesIO(file.content))
        assert kept is not None
        before, after = (
            read_report(BytesIO(content), file_name=file.name, today=TODAY) for content in (file.content, kept)
        )
        assert after.rows == before.rows
        assert (after.kind, after.period, after.problems) == (before.kind, before.period, before.problems)
        assert len(after.rows) > 20


def test_a_stripped_file_stays_as_it_is_when_stripped_again(world: World) -> None:
    file = next(naming_people(world))
    once = strip_people(BytesIO(file.content))
    assert once is not None
    assert strip_people(BytesIO(once)) == once


def test_files_without_people_are_kept_to_the_byte(world: World) -> None:
    for file in (
        sales_by_offer(world, true_view(world, SCOPE), "pl", SalesOddities(preamble=True, totals=True)),
        ads_statistics(world, SCOPE, "oferty", "en", AdsOddities()),
        billing_history(world, SCOPE, mark=False),
        offer_list(world, SELLER, layout="new", status=""),
    ):
        assert strip_people(BytesIO(file.content)) is None, file.name


def test_a_file_of_unknown_layout_loses_columns_about_people_and_addresses_anywhere() -> None:
    table = [
        ("Numer", "Telefon", "Produkt", "Uwagi dla nas"),
        (18000000001, "600 700 800", "Telefon stacjonarny", "proszę pisać: jan@example.com"),
        (18000000002, None, "Lampka", "bez uwag"),
    ]
    kept = strip_people(workbook(*table))
    assert kept is not None
    rows = list(openpyxl.load_workbook(BytesIO(kept)).active.values)  # type: ignore[union-attr]
    assert rows[0] == table[0]
    assert rows[1] == (18000000001, None, "Telefon stacjonarny", None)
    assert rows[2][:3] == (18000000002, None, "Lampka")
    [shape] = inspect_file(BytesIO(kept), file_name="x.xlsx").sheets
    assert shape.headings == tuple(table[0])


def test_text_of_unknown_layout_keeps_its_delimiter() -> None:
    kept = strip_people(BytesIO("Produkt;Kupujący;Sztuk\nLampka;Jan K.;2\n".encode("cp1250")))
    assert kept == "Produkt;Kupujący;Sztuk\r\nLampka;;2\r\n".encode()


def test_what_cannot_be_opened_is_refused() -> None:
    with pytest.raises(ReportRefused):
        strip_people(BytesIO(b"PK\x03\x04 broken"))


def test_a_process_of_its_own_strips_the_same(world: World) -> None:
    orders = next(naming_people(world))
    assert strip_isolated(orders.content) == strip_people(BytesIO(orders.content))
    assert strip_isolated(workbook(POLISH, LAMP).getvalue()) is None
