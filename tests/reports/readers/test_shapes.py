"""Layouts that are not recognised: what is guessed, what is hidden, and reading by what a person said."""

from decimal import Decimal
from io import BytesIO

import pytest

from reports.readers.concepts import Concept
from reports.readers.given import GivenColumns
from reports.readers.personal import is_personal_heading
from reports.readers.reader import read_report
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.shapes import FileShape, digest_of, inspect_file
from reports.readers.transport import given_document, parse_given, parse_shape, shape_document
from tests.reports.readers.workbook_samples import TODAY, said, workbook, workbook_of_sheets

OWN = ("Numer aukcji", "Nazwa ofert", "Ile sprzedano", "Wartosc sprzedazy [zł]", "Odwiedziny ofert", "Kupujący")
ROWS = [
    (18000000001, "Lampka", 4, 199.96, 120, "jan_kowalski"),
    (18000000002, "Kubek", 10, 299.9, 80, "anna@example.com"),
]
GIVEN = GivenColumns(
    "sales_by_offer",
    "Dane",
    2,
    {0: Concept.OFFER_ID, 1: Concept.TITLE, 2: Concept.UNITS, 3: Concept.REVENUE, 5: Concept.SKU},
)


def shape_of(source: BytesIO) -> FileShape:
    return inspect_file(source, file_name="dane.xlsx")


def test_an_unknown_layout_is_guessed_by_likeness_and_by_values() -> None:
    (sheet,) = shape_of(workbook(("Moje dane",), OWN, *ROWS, sheet="Dane")).sheets
    assert (sheet.name, sheet.header_row, sheet.headings) == ("Dane", 2, OWN)
    assert sheet.guess[0] is Concept.OFFER_ID, "by its ten digits alone"
    assert (sheet.guess[3], sheet.guess[4]) == (Concept.REVENUE, Concept.VISITS)
    assert 2 not in sheet.guess, "a plain number under an unlike heading could be anything"
    assert sheet.kind == "sales_by_offer"
    assert sheet.samples[0][:4] == ("18000000001", "Lampka", "4", "199.96")


def test_a_heading_of_other_values_is_not_guessed() -> None:
    rows = [("ID oferty", "Liczba sprzedanych"), ("abc", "wiele"), ("def", "mało")]
    (sheet,) = shape_of(workbook(*rows)).sheets
    assert sheet.guess == {}
    assert sheet.kind is None


def test_what_tells_of_a_person_is_hidden_and_never_guessed() -> None:
    shape = shape_of(workbook(OWN, *ROWS))
    assert [row[5] for row in shape.sheets[0].samples] == ["•••", "•••"]
    assert 5 not in shape.sheets[0].guess
    mixed = shape_of(workbook(("Opis", "Data"), ("pisz na jan@example.com", "x"), ("tel. 600 700 800", "y")))
    assert [row[0] for row in mixed.sheets[0].samples] == ["•••", "•••"]


@pytest.mark.parametrize(
    "heading",
    ["BuyerLogin", "kupujący", "Delivery.PostCode", "Imię i nazwisko", "E-mail", "Numer telefonu", "Buyer_City"],
)
def test_headings_of_persons_are_known(heading: str) -> None:
    assert is_personal_heading(heading)


@pytest.mark.parametrize(
    "heading", ["ID oferty", "Wizyty", "Kliknięcia", "operator", "Saldo", "Nazwa grupy reklam", "Sprzedane sztuki"]
)
def test_headings_of_figures_are_no_persons(heading: str) -> None:
    assert not is_personal_heading(heading)


def test_a_person_s_columns_are_read_and_buyers_are_not() -> None:
    source = workbook(("Moje dane",), OWN, *ROWS, sheet="Dane")
    reading = read_report(source, file_name="a.xlsx", today=TODAY, given=GIVEN)
    assert [said(row, "offer_id title units revenue sku") for row in reading.rows] == [
        ("18000000001", "Lampka", 4, Decimal("199.96"), None),
        ("18000000002", "Kubek", 10, Decimal("299.90"), None),
    ]
    assert (reading.currency, reading.mapping.language) == ("PLN", None)


def test_the_next_file_of_a_shape_may_name_its_sheet_by_another_period() -> None:
    given = GivenColumns("sales_by_offer", "Dane_2026-08-01_2026-08-07", 1, GIVEN.columns, "PLN")
    sheets: dict[str, list[tuple[object, ...]]] = {"Opis": [("tekst",)], "Dane_2026-08-08_2026-08-14": [OWN, *ROWS]}
    reading = read_report(workbook_of_sheets(sheets), file_name="a.xlsx", today=TODAY, given=given)
    assert len(reading.rows) == 2


def test_a_mapping_without_what_the_kind_needs_is_refused() -> None:
    given = GivenColumns("sales_by_offer", "Dane", 1, {1: Concept.TITLE})
    with pytest.raises(ReportRefused) as caught:
        read_report(workbook(OWN, *ROWS), file_name="a.xlsx", today=TODAY, given=given)
    assert caught.value.code is Refusal.NO_KNOWN_HEADING
    assert caught.value.context["missing"] == ["offer_id", "revenue", "units"]


def test_a_shape_is_its_headings_whatever_their_dress() -> None:
    assert digest_of(("Wartość sprzedaży (PLN)", "ID oferty")) == digest_of(("wartość  SPRZEDAŻY", "ID oferty:"))
    assert digest_of(("ID oferty", "Wizyty")) != digest_of(("Wizyty", "ID oferty"))


def test_an_unknown_text_file_is_looked_at_under_its_likeliest_delimiter() -> None:
    text = "Moje pole;Inne, ważne\n18000000001;4,5\n18000000002;5,5\n"
    (sheet,) = inspect_file(BytesIO(text.encode()), file_name="a.csv").sheets
    assert sheet.headings == ("Moje pole", "Inne, ważne")


def test_shapes_and_mappings_survive_being_stored() -> None:
    shape = shape_of(workbook(OWN, *ROWS))
    assert parse_shape(shape_document(shape)) == shape
    assert parse_given(given_document(GIVEN)) == GIVEN
