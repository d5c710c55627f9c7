"""CSV files: encoding, delimiter and rows as the bytes have them."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from reports.readers.limits import DEFAULT_LIMITS
from reports.readers.periods import Period
from reports.readers.problems import Problem
from reports.readers.reader import ReportReading, read_report
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.texts import decode
from tests.reports.readers.workbook_samples import TODAY, said

SALES = "ID oferty;Tytuł oferty;Liczba sprzedanych sztuk;Wartość sprzedaży (PLN)\n18000000001;Łóżko;4;1 199,96\n"
BILLING = "Data;Nazwa oferty;Identyfikator oferty;Typ operacji;Uznania;Obciążenia;Saldo;Szczegóły operacji\n"
FEE = "03.08.2026 10:00;;;Opłata za dostawę InPost;;-1,20;0,00;Numer nadania: 1, Kod usługi: AD_OOH\n"


def read(text: str | bytes, encoding: str = "utf-8") -> ReportReading:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return read_report(BytesIO(content), file_name="raport.csv", today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_saved_sheet_is_read_in_every_dress(encoding: str, delimiter: str, line_end: str) -> None:
    reading = read(SALES.replace(";", delimiter).replace("\n", line_end), encoding)
    assert [said(row, "offer_id title units revenue") for row in reading.rows] == [
        ("18000000001", "Łóżko", 4, Decimal("1199.96"))
    ]
    assert (reading.currency, reading.problem_count) == ("PLN", 0)


def test_a_comma_is_a_delimiter_where_quotes_keep_the_decimal_ones() -> None:
    text = 'Offer ID,Offer title,Sales value\n18000000001,"Lamp, ""night""","5,50"\n'
    assert said(read(text).rows[0], "title revenue") == ('Lamp, "night"', Decimal("5.50"))


def test_utf_8_with_a_broken_byte_is_not_taken_for_windows_1250() -> None:
    with pytest.raises(ReportRefused) as caught:
        decode("Łóżko".encode() + b"\xb3", DEFAULT_LIMITS)
    assert (caught.value.code, caught.value.context) == (Refusal.UNREADABLE_TEXT, {"reason": "encoding"})


def test_a_file_cut_off_inside_a_letter_loses_its_last_row_and_says_so() -> None:
    content = (SALES + "18000000002;Żółw").encode()[:-2]
    reading = read(content)
    assert len(reading.rows) == 1
    assert [(problem.row, problem.code) for problem in reading.problems] == [(3, Problem.SHIFTED_ROW)]


def test_a_row_with_more_cells_than_headings_is_left_out() -> None:
    reading = read(SALES + "18000000002;Lampka; mała;4;1,00\n18000000003;Kubek;1;2,00;;\n")
    assert [row.number for row in reading.rows] == [2, 4]
    assert [(problem.row, problem.code, problem.value) for problem in reading.problems] == [
        (3, Problem.SHIFTED_ROW, "5")
    ]


def test_a_quote_that_swallows_a_line_end_costs_its_row_and_no_other_value() -> None:
    reading = read(SALES + '18000000002;"Lampka 24;1;2,00\n18000000003;Kubek";3;4,00\n18000000004;Dzban;5;6,00\n')
    assert [said(row, "offer_id units") for row in reading.rows] == [("18000000001", 4), ("18000000004", 5)]
    assert [problem.code for problem in reading.problems] == [Problem.SHIFTED_ROW]


def test_lines_that_are_the_same_are_counted_apart() -> None:
    reading = read(BILLING + FEE * 3 + FEE.replace("1,20", "1,30"))
    assert [row.ordinal for row in reading.rows] == [1, 2, 3, 1]


def test_details_are_split_where_a_new_key_begins() -> None:
    details = (
        "Identyfikator zamówienia: a-1, Wartość zamówienia: 1660,00, Waluta zamówienia: CZK, "
        "Powód zwrotu: anulowana, nie odebrana, Opłata za dzień: 31.07.2026, Identyfikator operacji: x/9"
    )
    row = read(BILLING + f"03.08.2026 00:30;;;Opłata za kampanię Ads;;-7,00;-7,00;{details}\n").rows[0]
    assert said(row, "order_id order_value currency day_charged reference row_type") == (
        "a-1",
        Decimal("1660.00"),
        "CZK",
        date(2026, 7, 31),
        "x/9",
        "entry",
    )


def test_events_cover_the_polish_days_of_their_rows() -> None:
    reading = read(BILLING + FEE.replace("03.08.2026 10:00", "30.07.2026 00:05") + FEE)
    assert reading.period == Period(date(2026, 7, 30), date(2026, 8, 3))


def test_an_event_without_a_readable_moment_is_left_out() -> None:
    reading = read(BILLING + FEE.replace("03.08.2026 10:00", "31.02.2026 10:00") + FEE.replace("03.08.2026 10:00", ""))
    assert reading.rows == []
    assert [problem.code for problem in reading.problems] == [Problem.INVALID_DATE, Problem.MISSING_DATE]


def test_orders_that_the_file_skipped_are_told() -> None:
    text = (
        "Type,OrderId,OrderDate\norder,a-1,2026-08-03T22:30:00.000Z\n\n"
        "Type,NumberOfOrders,NumberOfSkippedOrders\nsummary,1,12\n"
    )
    reading = read(text)
    assert reading.period == Period(date(2026, 8, 4), date(2026, 8, 4)), "UTC becomes the Polish day"
    assert [(problem.row, problem.code, problem.value) for problem in reading.problems] == [
        (5, Problem.ORDERS_SKIPPED, "12")
    ]


def test_amounts_of_orders_keep_their_currencies_apart() -> None:
    head = "Type,OrderId,OrderDate,PaymentAmount,PaymentCurrency\n"
    rows = "order,a-1,2026-08-03T10:00:00Z,10.00,PLN\norder,a-2,2026-08-03T10:00:00Z,250.00,CZK\n"
    reading = read(head + rows + "order,a-3,2026-08-03T10:00:00Z,,\n")
    assert reading.currency is None
    assert [said(row, "amount currency") for row in reading.rows] == [
        (Decimal("10.00"), "PLN"),
        (Decimal("250.00"), "CZK"),
        (None, None),
    ]
