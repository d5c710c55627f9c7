"""How cells become numbers, and which are refused rather than guessed."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.readers.numbers import parse_count, parse_money, parse_offer_id, parse_percent
from reports.readers.problems import CellRefused, Problem

PARSERS = (parse_count, parse_money, parse_percent, parse_offer_id)
BLANKS = " \u00a0\u202f\u2009"


def refusal(parser: object, value: object) -> Problem:
    assert callable(parser)
    with pytest.raises(CellRefused) as caught:
        parser(value)
    return caught.value.code


def money(value: object) -> Decimal | None:
    amount = parse_money(value)
    return None if amount is None else amount.value


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("value", [None, "", "  ", "\u00a0", "-", " – ", "—", "\u2212", "\ufeff"])
def test_empty_cells_and_dashes_are_no_value(parser: object, value: object) -> None:
    assert callable(parser)
    assert parser(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, 12),
        (12.0, 12),
        ("12", 12),
        ("12 szt.", 12),
        ("1\u00a0234 szt", 1234),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1.234.567", 1234567),
        ("12,00", 12),
        ("1 234,0", 1234),
        ("0", 0),
        ("-0", 0),
    ],
)
def test_counts(value: object, expected: int) -> None:
    assert parse_count(value) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2.5, Problem.NOT_A_WHOLE_NUMBER),
        ("2,5", Problem.NOT_A_WHOLE_NUMBER),
        ("0.123", Problem.NOT_A_WHOLE_NUMBER),
        (-1, Problem.NEGATIVE_NUMBER),
        ("-1", Problem.NEGATIVE_NUMBER),
        (2**31, Problem.OUT_OF_RANGE),
        (1e300, Problem.OUT_OF_RANGE),
        (10**4000, Problem.OUT_OF_RANGE),
        ("12 34", Problem.NOT_A_NUMBER),
        ("1.23,456.7", Problem.NOT_A_NUMBER),
        ("١٢", Problem.NOT_A_NUMBER),
        ("12 zł", Problem.NOT_A_NUMBER),
        ("=1+1", Problem.NOT_A_NUMBER),
        ("1E9", Problem.NOT_A_NUMBER),
        ("9" * 61, Problem.NOT_A_NUMBER),
        (float("nan"), Problem.NOT_A_NUMBER),
        (float("inf"), Problem.NOT_A_NUMBER),
        (b"12", Problem.NOT_A_NUMBER),
    ],
)
def test_counts_that_are_refused(value: object, code: Problem) -> None:
    assert refusal(parse_count, value) is code


@pytest.mark.parametrize(
    ("value", "expected", "currency"),
    [
        ("1 234,50 zł", "1234.50", "PLN"),
        ("1\u202f234,50\u00a0zł", "1234.50", "PLN"),
        ("1.234,50", "1234.50", None),
        ("1,234.50", "1234.50", None),
        ("-217.00 zł", "-217.00", "PLN"),
        ("\u2212217,00", "-217.00", None),
        ("99,9 Kč", "99.90", "CZK"),
        ("10 EUR", "10.00", "EUR"),
        ("12345 Ft", "12345.00", "HUF"),
        ("1 234,567", "1234.57", None),
        ("1234.567", "1234.57", None),
        ("0.125", "0.13", None),
        (0.1 + 0.2, "0.30", None),
        (1234.005, "1234.01", None),
        (19, "19.00", None),
        ("-0,001", "0.00", None),
    ],
)
def test_money(value: object, expected: str, currency: str | None) -> None:
    amount = parse_money(value)
    assert amount is not None
    assert (str(amount.value), amount.currency) == (expected, currency)


@pytest.mark.parametrize("value", ["1.234", "1,234", "12.345 zł", "-999,000"])
def test_money_that_could_be_a_thousandfold_more_is_refused(value: str) -> None:
    assert refusal(parse_money, value) is Problem.AMBIGUOUS_NUMBER


def test_money_has_an_upper_bound() -> None:
    assert refusal(parse_money, 1e12) is Problem.OUT_OF_RANGE
    assert money(999_999_999_999) == 999_999_999_999


@pytest.mark.parametrize(
    ("value", "expected", "signed"),
    [("12,34%", "12.34", True), ("12.345 %", "12.345", True), (0.1234, "0.1234", False), ("100%", "100", True)],
)
def test_percents_keep_their_scale_open(value: object, expected: str, signed: bool) -> None:
    percent = parse_percent(value)
    assert percent is not None
    assert (percent.value, percent.signed) == (Decimal(expected), signed)


@pytest.mark.parametrize(
    "value",
    [
        18445605076,
        18445605076.0,
        "18445605076",
        " 18445605076 ",
        "18445605076.0",
        "18445605076,00",
        "'18445605076",
        "18 445 605 076",
        "1.8445605076E10",
        "1,8445605076E+10",
        "1.84456050760E+10",
    ],
)
def test_an_offer_id_is_the_same_whatever_type_its_cell_has(value: object) -> None:
    assert parse_offer_id(value) == "18445605076"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.84E+10", Problem.ROUNDED_OFFER_ID),
        ("1.84456050761E+10", Problem.INVALID_OFFER_ID),
        (18445605076.5, Problem.INVALID_OFFER_ID),
        ("1234567", Problem.INVALID_OFFER_ID),
        (1234567, Problem.INVALID_OFFER_ID),
        ("1234567890123", Problem.INVALID_OFFER_ID),
        (10**12, Problem.INVALID_OFFER_ID),
        (-18445605076, Problem.INVALID_OFFER_ID),
        (float("nan"), Problem.INVALID_OFFER_ID),
        ("１８４４５６０５０７６", Problem.INVALID_OFFER_ID),
        ("18445605076; DROP", Problem.INVALID_OFFER_ID),
        ("Lampka", Problem.INVALID_OFFER_ID),
    ],
)
def test_offer_ids_that_are_refused(value: object, code: Problem) -> None:
    assert refusal(parse_offer_id, value) is code


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("value", ["#N/A", "#DIV/0!", "#ref!", " #VALUE! "])
def test_excel_errors_are_named(parser: object, value: str) -> None:
    assert refusal(parser, value) is Problem.EXCEL_ERROR


@pytest.mark.parametrize("parser", PARSERS)
def test_dates_and_booleans_are_no_numbers(parser: object) -> None:
    for moment in (date(2026, 8, 3), datetime(2026, 8, 3, tzinfo=UTC), time(12), timedelta(hours=1)):
        assert refusal(parser, moment) is Problem.DATE_VALUE
    assert refusal(parser, True) is Problem.BOOLEAN_VALUE


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.datetimes(),
    st.text(),
    st.text(alphabet="0123456789.,-–%Ee+ \u00a0złPLNszt#", max_size=20),
)


@given(cells)
def test_any_cell_is_read_or_refused(value: object) -> None:
    for parser in PARSERS:
        try:
            parser(value)
        except CellRefused as refused:
            assert refused.code in Problem


def grouped(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


@given(st.integers(0, 2**31 - 1), st.sampled_from([*BLANKS, ".", ",", ""]), st.sampled_from(["", " szt.", "\u00a0szt"]))
def test_every_spelling_of_a_count_gives_the_count(count: int, mark: str, unit: str) -> None:
    assert parse_count(grouped(str(count), mark) + unit) == count


@given(
    st.decimals("-99999999", "99999999", places=2),
    st.sampled_from([(blank, decimal) for blank in [*BLANKS, ""] for decimal in ",."] + [(".", ","), (",", ".")]),
    st.sampled_from(["", " zł", "\u00a0PLN", "zł"]),
)
def test_every_spelling_of_an_amount_gives_the_amount(amount: Decimal, marks: tuple[str, str], unit: str) -> None:
    whole, _, hundredths = str(abs(amount)).partition(".")
    sign = "-" if amount < 0 else ""
    assert money(f"{sign}{grouped(whole, marks[0])}{marks[1]}{hundredths}{unit}") == amount


@given(st.decimals("-9999999999", "9999999999", places=2))
def test_a_float_cell_gives_exactly_the_hundredths_that_excel_shows(amount: Decimal) -> None:
    assert money(float(amount)) == amount


@given(st.integers(10**7, 10**12 - 1))
def test_offer_ids_survive_every_cell_type(number: int) -> None:
    forms: tuple[object, ...] = (number, float(number), str(number), f"{number}.0", f"{number:.11E}")
    assert {parse_offer_id(form) for form in forms} == {str(number)}
