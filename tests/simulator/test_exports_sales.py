"""Every form of the workbook "Sales by offer": the same figures come back out of each."""

from decimal import Decimal
from typing import Any

import pytest

from allegro.simulator.exports.sales_by_offer import HEADINGS
from tests.simulator.conftest import Application
from tests.simulator.exports import download, first_sheet, sheets

NAME = "sales-by-offer.xlsx"


@pytest.fixture
def plain(application: Application) -> list[tuple[Any, ...]]:
    """The rows of the usual form, without the headings."""
    return first_sheet(download(application, NAME)[1])[1:]


def read(application: Application, **query: str) -> list[tuple[Any, ...]]:
    return first_sheet(download(application, NAME, **query)[1])


def parsed(text: Any) -> Decimal:
    bare = str(text)
    for mark in (" ", "\u00a0", "\u202f"):
        bare = bare.replace(mark, "")
    return Decimal(bare.replace(",", "."))


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("headings", list(HEADINGS))
def test_headings_of_each_language_and_age(application: Application, language: str, headings: str) -> None:
    head = read(application, language=language, headings=headings)[0]
    assert head == tuple(text.format(currency="PLN") for text in HEADINGS[headings][language])


@pytest.mark.parametrize(("numbers", "mark"), [("comma", ""), ("blank", " "), ("nbsp", "\u00a0"), ("narrow", "\u202f")])
def test_numbers_as_text(application: Application, plain: list[tuple[Any, ...]], numbers: str, mark: str) -> None:
    rows = read(application, numbers=numbers)[1:]
    assert all(isinstance(row[3], str) and row[3][-3] == "," for row in rows)
    assert any(mark in row[3] for row in rows if parsed(row[3]) >= 1000)
    assert [parsed(row[3]) for row in rows] == [Decimal(str(row[3])) for row in plain]
    assert [parsed(row[4]) for row in rows] == [row[4] for row in plain]


def test_shares_as_percent_and_as_text(application: Application, plain: list[tuple[Any, ...]]) -> None:
    percent = [row[5] for row in read(application, share="percent")[1:]]
    assert percent == pytest.approx([row[5] * 100 for row in plain])
    texts = [row[5] for row in read(application, share="text")[1:]]
    assert all(text.endswith("%") and "," in text for text in texts)
    assert [parsed(text[:-1]) for text in texts] == [Decimal(str(number)) for number in percent]


def test_offer_ids_as_float_and_as_text(application: Application, plain: list[tuple[Any, ...]]) -> None:
    assert [row[0] for row in read(application, ids="text")[1:]] == [str(row[0]) for row in plain]
    assert [row[0] for row in read(application, ids="float")[1:]] == [float(row[0]) for row in plain]


def test_period_stands_in_one_place_or_nowhere(application: Application) -> None:
    assert download(application, NAME)[0] == "sprzedaz-wg-ofert_2026-02-01_2026-02-28.xlsx"
    name, content = download(application, NAME, period="none", language="en")
    assert (name, list(sheets(content))) == ("sales-by-offer.xlsx", ["Sales by offer"])
    name, content = download(application, NAME, period="sheet")
    assert (name, list(sheets(content))) == ("sprzedaz-wg-ofert.xlsx", ["2026-02-01_2026-02-28"])
    name, content = download(application, NAME, period="preamble")
    assert name == "sprzedaz-wg-ofert.xlsx"
    assert any(row[0] == "Okres: 01.02.2026 - 28.02.2026" for row in first_sheet(content)[:5])


def test_preamble_totals_and_an_unknown_column(application: Application, plain: list[tuple[Any, ...]]) -> None:
    rows = read(application, preamble="1", totals="1", extra="1")
    top = [row[0] for row in rows].index("ID oferty")
    assert top == 3
    assert rows[top][9] == "Ocena oferty"
    assert [row[:9] for row in rows[top + 1 : -1]] == plain
    assert rows[-1][0] == "Razem"
    assert rows[-1][2] == sum(row[2] for row in plain)
    assert rows[-1][3] == pytest.approx(sum(row[3] for row in plain))


@pytest.mark.parametrize("order", ["reversed", "measures_first"])
def test_columns_in_another_order(application: Application, plain: list[tuple[Any, ...]], order: str) -> None:
    head, *rows = read(application, order=order)
    usual = [text.format(currency="PLN") for text in HEADINGS["usual"]["pl"]]
    assert list(head) != usual
    assert [tuple(row[head.index(text)] for text in usual) for row in rows] == plain


def test_same_world_gives_the_same_bytes(application: Application) -> None:
    assert download(application, NAME) == download(application, NAME)
