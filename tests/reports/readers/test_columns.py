"""Headings are recognised by what they say, not by where they stand."""

import unicodedata
from collections import defaultdict

import pytest

from reports.readers.columns import SheetTop, find_columns, normalise_heading
from reports.readers.concepts import Concept
from reports.readers.kinds import KINDS
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.report_kind import ReportKind

POLISH = ("ID oferty", "Tytuł oferty", "Liczba sprzedanych sztuk", "Wartość sprzedaży (PLN)")


def found(*rows: tuple[object, ...]) -> dict[str, int]:
    return {column.concept.value: column.index for column in find_columns([SheetTop("Dane", rows)]).columns}


@pytest.mark.parametrize(
    ("written", "label", "currency"),
    [
        ("  Wartość\u00a0sprzedaży (PLN) ", "wartość sprzedaży", "PLN"),
        ("WARTOŚĆ  SPRZEDAŻY(CZK)", "wartość sprzedaży", "CZK"),
        ("Wartość sprzedaży [zł]", "wartość sprzedaży", "PLN"),
        ("Wartość sprzedaży, zł", "wartość sprzedaży", "PLN"),
        ("Revenue (Ft)", "revenue", "HUF"),
        ("Wartość\nsprzedaży", "wartość sprzedaży", None),
        (unicodedata.normalize("NFD", "Wartość sprzedaży"), "wartość sprzedaży", None),
        ("Sprzedane sztuki (szt.)", "sprzedane sztuki", None),
        ("Konwersja [%]", "konwersja", None),
        ("\ufeffID oferty:", "id oferty", None),
        ("Cena (VAT)", "cena (vat)", None),
    ],
)
def test_headings_are_compared_without_dress(written: str, label: str, currency: str | None) -> None:
    assert normalise_heading(written) == (label, currency)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_no_two_concepts_share_a_heading(kind: ReportKind) -> None:
    concepts: dict[str, set[Concept]] = defaultdict(set)
    for concept, languages in kind.aliases.items():
        for aliases in languages.values():
            for alias in aliases:
                concepts[normalise_heading(alias).label].add(concept)
    assert {label: found for label, found in concepts.items() if len(found) > 1} == {}


def test_polish_and_english_headings_are_told_apart() -> None:
    assert find_columns([SheetTop("a", [POLISH])]).language == "pl"
    assert find_columns([SheetTop("a", [("Offer ID", "Units sold", "Visits")])]).language == "en"
    assert find_columns([SheetTop("a", [("ID oferty", "Units sold")])]).language is None


def test_columns_may_stand_in_any_order_below_a_preamble() -> None:
    rows = [("Raport",), (), ("SKU", *reversed(POLISH), None, 7)]
    mapping = find_columns([SheetTop("Dane", rows)])
    assert mapping.header_row == 3
    assert mapping.unknown == ("SKU",)
    assert found(*rows) == {"revenue": 1, "units": 2, "title": 3, "offer_id": 4}


def test_the_sheet_with_the_most_known_headings_wins() -> None:
    sheets = [SheetTop("Podsumowanie", [POLISH[::2]]), SheetTop("Oferty", [(), POLISH])]
    mapping = find_columns(sheets)
    assert (mapping.sheet, mapping.sheet_index, mapping.header_row) == ("Oferty", 1, 2)


def test_of_repeated_headings_the_leftmost_is_read() -> None:
    mapping = find_columns([SheetTop("Dane", [(*POLISH, "Numer oferty", "Id Oferty")])])
    column = mapping.column(Concept.OFFER_ID)
    assert column is not None
    assert column.index == 0
    assert mapping.repeated == ("Numer oferty", "Id Oferty")


def test_headings_are_not_looked_for_below_the_thirtieth_row() -> None:
    assert found(*[()] * 29, POLISH)
    with pytest.raises(ReportRefused):
        found(*[()] * 30, POLISH)


@pytest.mark.parametrize(
    ("headings", "missing"),
    [
        (("ID oferty", "Tytuł oferty", "Kolor"), ["revenue", "units"]),
        (("Kliknięcia", "Wyświetlenia", "Zasięg"), ["offer_id"]),
        (("data", "operacja", "rodzaj"), ["amount"]),
    ],
)
def test_other_reports_are_refused_with_the_headings_found(headings: tuple[str, ...], missing: list[str]) -> None:
    with pytest.raises(ReportRefused) as caught:
        found(("Raport",), headings, ("a", 1))
    assert caught.value.code is Refusal.NO_KNOWN_HEADING
    assert caught.value.context["missing"] == missing
    shown = caught.value.context["headings"]
    assert isinstance(shown, list)
    assert sorted(shown) == sorted(headings)


def test_an_empty_workbook_has_no_headings_to_show() -> None:
    with pytest.raises(ReportRefused) as caught:
        find_columns([SheetTop("Dane", [])])
    assert caught.value.context == {"headings": [], "missing": []}


def test_headings_of_two_currencies_are_refused() -> None:
    mapping = find_columns([SheetTop("Dane", [(*POLISH, "Średnia cena (CZK)")])])
    with pytest.raises(ReportRefused) as caught:
        mapping.currency()
    assert (caught.value.code, caught.value.context) == (Refusal.MIXED_CURRENCIES, {"currencies": ["CZK", "PLN"]})
