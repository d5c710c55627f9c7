"""The list of the seller's offers: a workbook with its headings in the fourth row, against the offers of the API."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import GARDEN, SANTOS, Application
from tests.simulator.exports import download, sheets
from tests.simulator.seller import made


@pytest.fixture(scope="module")
def running(young: RunningSimulator) -> RunningSimulator:
    """These tests ask nothing of the past."""
    return young


def offers(content: bytes, heading_row: int = 4) -> list[dict[str, Any]]:
    head, *rows = sheets(content)["Szablon"][heading_row - 1 :]
    return [{name: value for name, value in zip(head, row, strict=True) if value is not None} for row in rows]


def test_workbook_has_its_form(application: Application) -> None:
    name, content = download(application, "offers.xlsm")
    assert name == "oferty_2026-03-02.xlsm"
    book = load_workbook(BytesIO(content))
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("Konfiguracja", "hidden"),
        ("Szablon", "visible"),
    ]
    with ZipFile(BytesIO(content)) as parts:
        assert b"macroEnabled.main+xml" in parts.read("[Content_Types].xml")
    head = sheets(content)["Szablon"][3]
    assert head[0] == "ID oferty"
    assert {"Cena PL", "Cena HU", "Reguła Cenowa (PL)", "Tytuł oferty", "Stan"} <= set(head)
    assert len(head) > 200
    assert head.count("Model") == 2


def test_rows_are_the_offers_of_the_api(application: Application) -> None:
    found = {row["ID oferty"]: row for row in offers(download(application, "offers.xlsm")[1])}
    known = application.read("/sale/offers", limit=100)["offers"]
    assert set(found) == {offer["id"] for offer in known}
    for offer in known:
        row = found[offer["id"]]
        assert row["Tytuł oferty"] == offer["name"]
        assert row["Liczba sztuk"] == offer["stock"]["available"]
        assert f"{row['Cena PL']:.2f}" == offer["sellingMode"]["price"]["amount"]
        assert row["Sygnatura/SKU Sprzedającego"] == offer["external"]["id"]
        assert row["Status oferty"].startswith({"ACTIVE": "Aktyw", "ENDED": "Zako"}[offer["publication"]["status"]])
    row = found[SANTOS]
    assert row["ID produktu (EAN/UPC/ISBN/ISSN/ID produktu Allegro)"].startswith("590")
    assert row["Zdjęcia"].count("|") >= 2
    assert json.loads(row["Opis oferty"])["sections"][0]["items"][0]["type"] == "TEXT"
    assert (row["Stan"], row["Marka"]) == ("Nowy", "Palarnia Warta")
    assert row["Cena CZ"] > row["Cena PL"]
    assert row["Podkategoria"].startswith(f"{row['Kategoria główna']} > ")
    assert row["Podkategoria"].endswith(" > Kawa")


def test_list_can_be_narrowed_to_a_status(application: Application) -> None:
    application.control(f"/offers/{SANTOS}", {"status": "ENDED"})
    ended = offers(download(application, "offers.xlsm", status="ENDED")[1])
    assert SANTOS in {row["ID oferty"] for row in ended}
    assert {row["Status oferty"] for row in ended} == {"Zakończona"}
    active = offers(download(application, "offers.xlsm", status="ACTIVE")[1])
    assert len(active) + len(ended) == 42


def test_drafts_are_not_in_the_list(application: Application) -> None:
    draft = {"stock": {"available": 1}, "publication": {"status": "INACTIVE"}}
    offer_id = made(application, "POST", "/sale/product-offers", draft)["id"]
    assert offer_id not in {row["ID oferty"] for row in offers(download(application, "offers.xlsm")[1])}


def test_older_layouts(application: Application) -> None:
    old = offers(download(application, "offers.xlsm", layout="old", seller=GARDEN)[1])
    assert len(old) == 8
    assert all("Cena" in row and "Cena PL" not in row for row in old)
    result = offers(download(application, "offers.xlsm", layout="result", seller=GARDEN)[1], heading_row=1)
    assert [list(row)[:3] for row in result] == [["Status", "Rezultat", "ID oferty"]] * 8


def test_same_world_gives_the_same_bytes(application: Application) -> None:
    assert download(application, "offers.xlsm") == download(application, "offers.xlsm")
