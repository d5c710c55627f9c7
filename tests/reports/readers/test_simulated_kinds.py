"""Every kind of file that the simulator exports is read to the simulator's truth, and no person is ever in it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from allegro.simulator.ads import Ads
from allegro.simulator.books import Books
from allegro.simulator.exports.ads import LEVELS, OFFERS, AdsOddities, ads_statistics, by_campaign
from allegro.simulator.exports.billing import billing_history
from allegro.simulator.exports.files import ExportFile
from allegro.simulator.exports.offer_list import LAYOUTS, offer_list
from allegro.simulator.exports.orders import OrdersOddities, exported_orders, orders_summary, returned_pieces
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.sales_by_offer import SalesOddities, sales_by_offer
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import parse_instant, to_datetime
from allegro.simulator.world import World
from reports.readers.concepts import Concept
from reports.readers.isolated import inspect_isolated, read_isolated
from reports.readers.periods import Period, PeriodSource
from reports.readers.problems import Problem
from reports.readers.reader import ReportReading, read_report
from reports.readers.shapes import inspect_file
from reports.readers.sources import open_source
from reports.readers.workbooks import Engine
from tests.reports.readers.workbook_samples import said

SELLER, TODAY = "44300112", date(2026, 3, 8)
SCOPE = Scope(SELLER, "allegro-pl", date(2026, 2, 25), date(2026, 3, 6))
DAYS = Period(SCOPE.first, SCOPE.last)


@pytest.fixture(scope="module")
def world() -> World:
    """A world with two weeks behind it."""
    return new_world(7, parse_instant("2026-03-08T08:00:00Z"), 14)


def reading_of(file: ExportFile) -> ReportReading:
    return read_report(BytesIO(file.content), file_name=file.name, today=TODAY)


def trimmed(cells: tuple[object, ...]) -> tuple[object, ...]:
    """A row without the empty cells at its end, of which one parser gives more than the other."""
    filled = [index for index, cell in enumerate(cells) if cell is not None]
    return cells[: filled[-1] + 1] if filled else ()


def every_file(world: World) -> Iterator[ExportFile]:
    for level in LEVELS:
        for language in ("pl", "en"):
            yield ads_statistics(world, SCOPE, level, language, AdsOddities())
    yield sales_by_offer(world, true_view(world, SCOPE), "pl", SalesOddities(preamble=True, totals=True))
    yield billing_history(world, SCOPE, mark=False)
    yield orders_summary(world, SCOPE, OrdersOddities())
    for text in (False, True):
        yield payment_operations(world, SCOPE, PaymentsOddities(text=text))
    yield offer_list(world, SELLER, layout="new", status="")


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("oddities", [AdsOddities(), AdsOddities(old_return=True)], ids=["roas", "old return"])
def test_ads_by_offer_have_a_row_per_advert(world: World, language: str, oddities: AdsOddities) -> None:
    reading = reading_of(ads_statistics(world, SCOPE, OFFERS, language, oddities))
    assert (reading.kind, reading.language, reading.currency) == ("ads_offers", language, "PLN")
    assert (reading.period, reading.problem_count) == (DAYS, 0)
    truth = world.of(Ads).between(SELLER, "allegro-pl", SCOPE.first, SCOPE.last)
    found = {said(row, "campaign ad_group offer_id"): row for row in reading.rows}
    assert len(found) == len(reading.rows) == len(truth)
    assert len({offer for _, _, offer in found}) < len(found), "an offer stands in two campaigns"
    for advert, figures in truth.items():
        row = found[advert.campaign, advert.group, advert.offer_id]
        wanted = (figures.impressions, figures.clicks, figures.interest, figures.cost, figures.units, figures.value)
        assert said(row, "impressions clicks interest cost units revenue") == wanted
        ctr = Decimal(figures.clicks) / figures.impressions if figures.impressions else Decimal(0)
        assert row.values[Concept.CTR] == ctr.quantize(Decimal("0.0001"))
        roas = figures.value / figures.cost if figures.cost else Decimal(0)
        assert row.values[Concept.ROAS] == roas.quantize(Decimal("0.01"))


@pytest.mark.parametrize("language", ["pl", "en"])
def test_ads_by_campaign_have_a_row_per_campaign(world: World, language: str) -> None:
    reading = reading_of(ads_statistics(world, SCOPE, "kampanie", language, AdsOddities()))
    truth = by_campaign(world.of(Ads).between(SELLER, "allegro-pl", SCOPE.first, SCOPE.last))
    assert (reading.kind, reading.language, reading.problem_count) == ("ads_campaigns", language, 0)
    assert [said(row, "campaign clicks cost revenue") for row in reading.rows] == [
        (campaign, figures.clicks, figures.cost, figures.value) for campaign, figures in truth.items()
    ]


@pytest.mark.parametrize("mark", [False, True])
def test_billing_is_read_to_the_account_s_entries(world: World, mark: bool) -> None:
    reading = reading_of(billing_history(world, SCOPE, mark=mark))
    assert (reading.kind, reading.problem_count, reading.period) == ("billing", 0, DAYS)
    assert reading.period_finding.source is PeriodSource.ROWS
    entries = [
        entry
        for entry in world.of(Books).settle().entries[SELLER]
        if entry.marketplace == SCOPE.marketplace and SCOPE.since <= entry.at < SCOPE.until
    ]
    rows = [row for row in reading.rows if row.values[Concept.OPERATION] != "Podsumowanie miesiąca"]
    assert len(rows) == len(reading.rows) - 1, "one month ended"
    found = [
        (
            row.values[Concept.OCCURRED_AT],
            row.values.get(Concept.OFFER_ID),
            row.values.get(Concept.CREDIT) or row.values.get(Concept.DEBIT),
            row.values[Concept.BALANCE],
            row.values.get(Concept.ORDER_ID),
        )
        for row in reversed(rows)
    ]
    assert found == [
        (to_datetime(row.at).replace(second=0, microsecond=0), row.offer_id, row.value, row.balance, row.order_id)
        for row in sorted(entries, key=lambda entry: entry.at)
    ]


def test_billing_tells_the_day_of_ads_and_marks_what_is_no_cost(world: World) -> None:
    rows = reading_of(billing_history(world, SCOPE, mark=False)).rows
    ads = [row for row in rows if row.values[Concept.OPERATION] == "Opłata za kampanię Ads"]
    assert ads
    assert all((row.values[Concept.OCCURRED_AT].date() - row.values[Concept.DAY_CHARGED]).days == 3 for row in ads)  # type: ignore[union-attr, operator]
    internal = {row.values[Concept.OPERATION] for row in rows if row.values[Concept.ROW_TYPE] == "internal"}
    assert internal == {"Podsumowanie miesiąca", "Pobranie opłat z wpływów"}


@pytest.mark.parametrize("columns", ["b", "all"])
def test_orders_and_their_lines_are_read_to_the_truth(world: World, columns: str) -> None:
    reading = reading_of(orders_summary(world, SCOPE, OrdersOddities(columns=columns, mark=True, summary=True)))
    assert (reading.kind, reading.problem_count, reading.totals_skipped) == ("orders", 0, 1)
    assert (reading.period, reading.currency) == (DAYS, "PLN")
    truth, returned = exported_orders(world, SCOPE), returned_pieces(world, SELLER)
    orders = [row for row in reading.rows if row.values[Concept.ROW_TYPE] == "order"]
    assert [said(row, "order_id occurred_at") for row in orders] == [
        (order.id, to_datetime(order.bought_at // 1000 * 1000)) for order in truth
    ]
    cancelled = [row for row in orders if row.values[Concept.SELLER_STATUS] == "CANCELLED"]
    assert len(cancelled) == sum(order.status == "CANCELLED" for order in truth) > 0
    lines = [row for row in reading.rows if row.values[Concept.ROW_TYPE] == "lineItem"]
    assert [
        said(row, "order_id line_item_id offer_id units unit_price currency returned_quantity") for row in lines
    ] == [
        (order.id, line.id, line.offer_id, line.quantity, line.price, order.currency, returned[line.id])
        for order in truth
        for line in order.lines
    ]


def test_lines_without_order_and_offer_are_read_and_told(world: World) -> None:
    reading = reading_of(orders_summary(world, SCOPE, OrdersOddities(columns="a")))
    lines = [row for row in reading.rows if row.values[Concept.ROW_TYPE] == "lineItem"]
    assert len(lines) == sum(len(order.lines) for order in exported_orders(world, SCOPE))
    (problem,) = reading.problems
    assert (problem.code, problem.value) == (Problem.LINES_NOT_JOINED, "OrderId, OfferId")
    assert problem.row == reading.further_tables[0].header_row


@pytest.mark.parametrize("text", [False, True], ids=["xlsx", "csv"])
@pytest.mark.parametrize("comma", [False, True], ids=["point", "comma"])
def test_payments_are_read_to_the_wallet_s_operations(world: World, text: bool, comma: bool) -> None:
    reading = reading_of(payment_operations(world, SCOPE, PaymentsOddities(comma=comma, text=text)))
    assert (reading.kind, reading.problem_count, reading.currency) == ("payments", 0, "PLN")
    assert (reading.period, reading.period_finding.source) == (DAYS, PeriodSource.FILE_NAME)
    truth = [
        row
        for row in reversed(world.of(Books).settle().operations[SELLER])
        if (row.wallet, row.currency) == ("AVAILABLE", "PLN") and SCOPE.since <= row.at < SCOPE.until
    ]
    assert [said(row, "occurred_at amount balance currency operator") for row in reading.rows] == [
        (to_datetime(row.at).replace(second=0, microsecond=0), row.value, row.balance, row.currency, row.operator)
        for row in truth
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_list_of_offers_has_a_price_per_marketplace(world: World, layout: str) -> None:
    reading = reading_of(offer_list(world, SELLER, layout=layout, status=""))
    assert (reading.kind, reading.problem_count) == ("offer_list", 0)
    assert reading.mapping.header_row == (1 if layout == "result" else 4)
    assert reading.period == Period(TODAY, TODAY)
    offers = [offer for offer in world.offers_of(SELLER) if offer.status in ("ACTIVE", "ENDED")]
    places = {"allegro-pl": "PLN", "allegro-cz": "CZK", "allegro-sk": "EUR", "allegro-hu": "HUF"}
    wanted: list[tuple[object, ...]] = [
        (offer.id, offer.title, offer.stock, marketplace, offer.price(marketplace), currency)
        for offer in offers
        for marketplace, currency in places.items()
        if marketplace in offer.marketplaces
    ]
    if layout == "old":
        wanted = [(offer.id, offer.title, offer.stock, None, offer.price(), None) for offer in offers]
    assert [said(row, "offer_id title quantity marketplace price currency") for row in reading.rows] == wanted
    assert any(row.part == 2 for row in reading.rows) is (layout != "old")


def test_no_person_is_in_any_reading_or_shape(world: World) -> None:
    people = {
        value
        for order in exported_orders(world, SCOPE)
        for value in (
            order.buyer.login,
            order.buyer.email,
            order.buyer.phone,
            order.buyer.street,
            order.buyer.last_name,
        )
    }
    seen = False
    for file in every_file(world):
        text = repr(reading_of(file)) + repr(inspect_file(BytesIO(file.content), file_name=file.name))
        assert not {value for value in people if value in text}, file.name
        seen = seen or any(value.encode() in file.content for value in people)  # in text files
    assert seen, "the files do hold people"


def test_both_parsers_give_the_same_rows_of_every_workbook(world: World) -> None:
    workbooks = [file for file in every_file(world) if not file.name.endswith(".csv")]
    for file in workbooks:
        rows = []
        for engine in Engine:
            with open_source(BytesIO(file.content), engine=engine) as sheets:
                rows.append([(sheet.name, list(map(trimmed, sheet.rows()))) for sheet in sheets])
        assert rows[0] == rows[1], file.name
        assert sum(len(found) for _, found in rows[0]) > 3


def test_a_process_of_its_own_reads_the_same(world: World) -> None:
    files = list(every_file(world))
    for file in (files[0], files[5], files[6], files[-1]):
        assert read_isolated(file.content, file_name=file.name, today=TODAY) == reading_of(file)
    shape = inspect_isolated(files[6].content, file_name=files[6].name)
    assert shape == inspect_file(BytesIO(files[6].content), file_name=files[6].name)


def test_every_file_is_guessed_to_be_what_it_is(world: World) -> None:
    for file in every_file(world):
        shape = inspect_file(BytesIO(file.content), file_name=file.name)
        reading = reading_of(file)
        assert shape.sheets[0].kind == reading.kind
        recognised = {column.index: column.concept for column in reading.mapping.columns}
        assert recognised.items() <= shape.sheets[0].guess.items(), file.name
