"""A report from its bytes to rows and problems."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.readers.concepts import Concept
from reports.readers.percents import PercentScale
from reports.readers.periods import Period
from reports.readers.problems import Problem, RowProblem
from reports.readers.reader import ReportReading, read_report
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.rows import ReportRow
from tests.reports.readers.workbook_samples import (
    LAMP,
    MUG,
    POLISH,
    TODAY,
    raw_parts,
    read,
    said,
    text_row,
    workbook,
    workbook_of_sheets,
    zipped,
)


def changed(**values: Any) -> tuple[Any, ...]:
    """The lamp's row with some cells changed."""
    names = ("offer_id", "title", "units", "revenue", "visits", "share", "price", "quantity", "transactions")
    return tuple(values.get(name, cell) for name, cell in zip(names, LAMP, strict=True))


def problems(reading: ReportReading) -> list[tuple[int, Problem, str]]:
    return [(problem.row, problem.code, problem.value) for problem in reading.problems]


def test_a_polish_report_is_read_whole() -> None:
    reading = read(workbook(POLISH, LAMP, MUG), file_name="sprzedaz_2026-08-03_2026-08-09.xlsx")
    assert (reading.kind, reading.language, reading.currency) == ("sales_by_offer", "pl", "PLN")
    assert reading.period == Period(date(2026, 8, 3), date(2026, 8, 9))
    assert reading.scales[Concept.SALES_SHARE] is PercentScale.FRACTION
    assert reading.problems == []
    assert reading.rows[0] == ReportRow(
        2,
        {
            Concept.OFFER_ID: "18000000001",
            Concept.TITLE: "Lampka nocna",
            Concept.UNITS: 4,
            Concept.REVENUE: Decimal("199.96"),
            Concept.VISITS: 120,
            Concept.SALES_SHARE: Decimal("0.6"),
            Concept.AVERAGE_PRICE: Decimal("49.99"),
            Concept.ENDING_QUANTITY: 12,
            Concept.TRANSACTIONS: 3,
        },
    )
    assert [row.values.get(Concept.OFFER_ID) for row in reading.rows] == ["18000000001", "18000000002"]


def test_an_english_report_of_texts_below_a_preamble_is_read_whole() -> None:
    headings = ("Visits", "Offer ID", "Units sold", "Sales value, EUR", "Share of sales value", "Brand")
    first = ("1 200", "18000000001", "4 pcs", "1,199.96", "75.5%", "Own")
    second = ("-", "1.8000000002E+10", "0", "0.00 EUR", "24.5%", "Own")
    reading = read(workbook(("Sales by offer",), ("Period: 2026-08-03 to 2026-08-09",), (), headings, first, second))
    assert (reading.language, reading.currency) == ("en", "EUR")
    assert reading.scales == {Concept.SALES_SHARE: PercentScale.POINTS}
    assert reading.period == Period(date(2026, 8, 3), date(2026, 8, 9))
    assert (reading.mapping.header_row, reading.mapping.unknown) == (4, ("Brand",))
    assert [(row.number, *said(row, "offer_id visits revenue sales_share")) for row in reading.rows] == [
        (5, "18000000001", 1200, Decimal("1199.96"), Decimal("0.755")),
        (6, "18000000002", None, Decimal("0.00"), Decimal("0.245")),
    ]


def test_columns_the_file_lacks_are_none() -> None:
    row = read(workbook(("ID oferty", "Wartość sprzedaży"), (18000000001, 5))).rows[0]
    assert row.values == {Concept.OFFER_ID: "18000000001", Concept.REVENUE: 5}


@pytest.mark.parametrize(
    "totals",
    [
        ("Razem", None, 14, 499.86),
        ("RAZEM: 2 oferty", None, 14, 499.86),
        (None, "Suma", 14, 499.86),
        ("", "Total:", 14, 499.86),
        (None, None, 14, 499.86, None, None, None, None, None, "Ogółem"),
    ],
)
def test_totals_are_skipped_and_counted_and_no_problem(totals: tuple[Any, ...]) -> None:
    reading = read(workbook(POLISH, LAMP, MUG, totals))
    assert (len(reading.rows), reading.totals_skipped, reading.problem_count) == (2, 1, 0)


def test_an_offer_called_total_is_an_offer() -> None:
    reading = read(workbook(POLISH, changed(title="Total")))
    assert (reading.rows[0].values.get(Concept.TITLE), reading.totals_skipped) == ("Total", 0)


def test_a_row_without_an_id_whose_title_only_begins_like_totals_is_a_problem() -> None:
    reading = read(workbook(POLISH, changed(offer_id=None, title="Suma wszystkich strachów")))
    assert problems(reading) == [(2, Problem.MISSING_OFFER_ID, "")]


def test_blank_rows_are_skipped() -> None:
    reading = read(workbook(POLISH, LAMP, (), (None, "\u00a0"), MUG))
    assert (len(reading.rows), reading.blank_skipped, reading.rows[1].number) == (2, 2, 5)


def test_rows_without_a_usable_offer_id_are_problems() -> None:
    reading = read(workbook(POLISH, changed(offer_id="Lampka"), changed(offer_id=None), LAMP))
    assert problems(reading) == [(2, Problem.INVALID_OFFER_ID, "Lampka"), (3, Problem.MISSING_OFFER_ID, "")]
    assert [row.values.get(Concept.OFFER_ID) for row in reading.rows] == ["18000000001"]


def test_of_an_offer_listed_twice_the_first_row_stands() -> None:
    reading = read(workbook(POLISH, LAMP, changed(offer_id="18000000001.0", units=99)))
    assert [row.values.get(Concept.UNITS) for row in reading.rows] == [4]
    assert problems(reading) == [(3, Problem.DUPLICATE_OFFER, "18000000001.0")]


def test_a_bad_cell_costs_only_itself() -> None:
    reading = read(workbook(POLISH, changed(units="wiele", revenue="#N/A", visits=-3, price=True)))
    row = reading.rows[0]
    assert said(row, "units revenue visits average_price") == (None, None, None, None)
    assert (row.values.get(Concept.ENDING_QUANTITY), row.values.get(Concept.TRANSACTIONS)) == (12, 3)
    assert sorted((problem.column_heading, problem.code, problem.value) for problem in reading.problems) == [
        ("Liczba sprzedanych sztuk", Problem.NOT_A_NUMBER, "wiele"),
        ("Liczba wizyt", Problem.NEGATIVE_NUMBER, "-3"),
        ("Wartość sprzedaży (PLN)", Problem.EXCEL_ERROR, "#N/A"),
        ("Śr. cena oferty (PLN)", Problem.BOOLEAN_VALUE, "True"),
    ]


def test_a_date_that_excel_made_of_a_number_is_a_problem() -> None:
    reading = read(workbook(POLISH, changed(units=datetime(2026, 4, 3))))  # noqa: DTZ001 - Excel dates have no zone
    assert problems(reading) == [(2, Problem.DATE_VALUE, "2026-04-03")]


def test_a_problem_holds_at_most_two_hundred_characters() -> None:
    reading = read(workbook(POLISH, changed(units="x" * 900)))
    assert reading.problems[0] == RowProblem(2, "Liczba sprzedanych sztuk", Problem.NOT_A_NUMBER, "x" * 200)


def test_only_the_first_problems_are_kept_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.readers.problems.KEPT_PROBLEMS", 2)
    reading = read(workbook(POLISH, *[changed(offer_id=None)] * 5))
    assert (len(reading.problems), reading.problem_count) == (2, 5)


def test_refunds_may_make_revenue_negative_but_not_a_price() -> None:
    reading = read(workbook(POLISH, changed(revenue="-20,00", price=-5)))
    assert said(reading.rows[0], "revenue average_price") == (
        Decimal("-20.00"),
        None,
    )
    assert [problem.code for problem in reading.problems] == [Problem.NEGATIVE_NUMBER]


def test_an_amount_in_another_currency_is_left_out() -> None:
    reading = read(workbook(POLISH, changed(revenue="120,00 Kč")))
    assert (reading.currency, reading.rows[0].values.get(Concept.REVENUE)) == ("PLN", None)
    assert problems(reading) == [(2, Problem.OTHER_CURRENCY, "120,00 Kč")]


def test_amounts_tell_the_currency_that_headings_do_not() -> None:
    headings = ("ID oferty", "Wartość sprzedaży")
    rows = ((18000000001, "5,00 zł"), (18000000002, 7), (18000000003, "9,00 EUR"))
    reading = read(workbook(headings, *rows))
    assert (reading.currency, [row.values.get(Concept.REVENUE) for row in reading.rows]) == ("PLN", [5, 7, None])
    assert read(workbook(headings, (18000000001, 5))).currency is None


def test_a_percent_format_makes_small_shares_fractions() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (POLISH, changed(share=0.004)):
        sheet.append(list(row))
    sheet["F2"].number_format = "0.00%"
    stream = BytesIO()
    book.save(stream)
    reading = read(stream)
    assert reading.scales == {Concept.SALES_SHARE: PercentScale.FRACTION}
    assert said(reading.rows[0], "sales_share") == (Decimal("0.004"),)


def test_shares_of_unknown_scale_are_left_out_with_one_problem() -> None:
    reading = read(workbook(POLISH, changed(share=0.004), changed(offer_id=18000000002, share=0.003)))
    assert [row.values.get(Concept.SALES_SHARE) for row in reading.rows] == [None, None]
    assert problems(reading) == [(1, Problem.UNKNOWN_PERCENT_SCALE, "Udział w wartości sprzedaży")]


def test_a_share_over_the_whole_is_a_problem() -> None:
    reading = read(workbook(POLISH, changed(share="140%"), changed(offer_id=18000000002, share="30%")))
    assert [row.values.get(Concept.SALES_SHARE) for row in reading.rows] == [None, Decimal("0.3")]
    assert [problem.code for problem in reading.problems] == [Problem.OUT_OF_RANGE]


def test_formulas_are_never_evaluated() -> None:
    cells = '<c r="A2"><f>1+1</f><v>18000000001</v></c><c r="B2"><f>WEBSERVICE("http://x")</f></c>'
    reading = read(zipped(raw_parts(text_row(1, "ID oferty", "Sprzedane sztuki") + f'<row r="2">{cells}</row>')))
    assert [said(row, "offer_id units") for row in reading.rows] == [("18000000001", None)]


def test_the_sheet_with_the_table_is_found_among_others() -> None:
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "Opis": [("Raport sprzedaży",)],
        "S_2026-08-03_2026-08-09": [POLISH, LAMP],
        "Puste": [],
    }
    reading = read(workbook_of_sheets(sheets))
    assert (reading.mapping.sheet_index, len(reading.rows)) == (1, 1)
    assert reading.period == Period(date(2026, 8, 3), date(2026, 8, 9))


def test_a_report_without_rows_is_read_as_empty() -> None:
    assert read(workbook(POLISH)).rows == []


def test_a_report_of_another_kind_is_refused_with_its_headings() -> None:
    with pytest.raises(ReportRefused) as caught:
        read(workbook(("Nazwa kampanii", "Kliknięcia"), ("a", 1)))
    assert caught.value.code is Refusal.NO_KNOWN_HEADING
    assert caught.value.context["headings"] == ["Nazwa kampanii", "Kliknięcia"]


def test_progress_counts_sheet_rows() -> None:
    told: list[int] = []
    rows = [(18000000000 + number, number) for number in range(2_500)]
    source = workbook(("ID oferty", "Sprzedane sztuki"), *rows)
    read_report(source, file_name="a.xlsx", today=TODAY, on_progress=told.append)
    assert told == [1_000, 2_000, 2_501]


def test_warnings_of_openpyxl_stay_inside() -> None:
    parts = raw_parts(text_row(1, "ID oferty", "Sprzedane sztuki"))
    parts["xl/styles.xml"] = '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    assert read(zipped(parts)).rows == []


def test_reading_the_same_file_twice_gives_the_same() -> None:
    source = workbook(POLISH, LAMP, MUG)
    assert read(source) == read(source)


@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4), st.booleans()
)
def test_damaged_bytes_are_read_or_refused(flips: list[tuple[float, int]], in_sheet: bool) -> None:
    parts = raw_parts(text_row(1, "ID oferty", "Sprzedane sztuki") + text_row(2, "18000000001", "4"))
    sheet = "xl/worksheets/sheet1.xml"
    content = bytearray(parts[sheet].encode() if in_sheet else zipped(parts).getvalue())
    for place, mask in flips:
        content[int(place * len(content))] ^= mask
    source = zipped({**parts, sheet: bytes(content)}) if in_sheet else BytesIO(bytes(content))
    with suppress(ReportRefused):
        read(source)
