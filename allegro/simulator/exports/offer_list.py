"""The file with one's own offers ("Pobierz plik ze swoimi ofertami", XLSM): every offer as it is now.

Three technical rows stand above the headings of the sheet "Szablon", which a hidden sheet goes before; hundreds of
columns of category parameters follow, some with the same heading. The layouts "old" (one price) and "result" (headings
in the first row, the outcome of an upload before them) were seen, too. No macro is inside. English headings are not
known, nor are the texts of the technical rows.
"""

import json
from collections.abc import Iterator
from itertools import product

from openpyxl import Workbook

from allegro.simulator.catalogue import (
    BASE_MARKETPLACE,
    CZECH_MARKETPLACE,
    HUNGARIAN_MARKETPLACE,
    SHIPPING_RATES,
    SLOVAK_MARKETPLACE,
)
from allegro.simulator.categories import Categories
from allegro.simulator.documents import Json
from allegro.simulator.exports.files import XLSM, ExportFile, Value, table, workbook_bytes
from allegro.simulator.instants import WARSAW, to_datetime
from allegro.simulator.offer import Offer
from allegro.simulator.world import World

SHEET, HIDDEN_SHEET = "Szablon", "Konfiguracja"
LAYOUTS = ("new", "old", "result")
STATUSES = ("ACTIVE", "ENDED")
_PRODUCT = "ID produktu (EAN/UPC/ISBN/ISSN/ID produktu Allegro)"
_LEADING = (
    "ID oferty",
    "Link do oferty",
    "Akcja",
    "Status oferty",
    _PRODUCT,
    "Kategoria główna",
    "Podkategoria",
    "Sygnatura/SKU Sprzedającego",
    "Liczba sztuk",
)
_COUNTRIES = {
    "PL": BASE_MARKETPLACE,
    "CZ": CZECH_MARKETPLACE,
    "SK": SLOVAK_MARKETPLACE,
    "HU": HUNGARIAN_MARKETPLACE,
}
_PRICES = tuple(text for country in _COUNTRIES for text in (f"Reguła Cenowa ({country})", f"Cena {country}"))
_TRAILING = (
    "Tytuł oferty",
    "Zdjęcia",
    "Opis oferty",
    "Cennik dostawy",
    "Czas wysyłki",
    "Kraj",
    "Województwo",
    "Kod pocztowy",
    "Miejscowość",
    "Opcje faktury",
    "Przedmiot oferty",
    "Stawki VAT",
    "Podstawa wyłączenia z VAT",
    "Warunki zwrotów",
    "Warunki reklamacji",
    "Informacje o gwarancjach (opcjonalne)",
    "Termin wprowadzenia produktu na rynek UE",
    "Osoba odpowiedzialna za zgodność produktu",
    "Informacje o bezpieczeństwie",
)
_THINGS = ("produktu", "opakowania", "kartonu", "podstawy", "pokrywy", "uchwytu", "wkładu", "pojemnika", "zestawu")
_QUALITIES = (
    "Szerokość {} [cm]",
    "Wysokość {} [cm]",
    "Głębokość {} [cm]",
    "Waga {} [kg]",
    "Pojemność {} [l]",
    "Kolor {}",
    "Materiał {}",
    "Kształt {}",
    "Wykończenie {}",
    "Kod {}",
    "Seria {}",
    "Kraj pochodzenia {}",
    "Liczba sztuk {}",
    "Gwarancja {} [mies.]",
    "Temperatura {} [°C]",
    "Moc {} [W]",
    "Napięcie {} [V]",
    "Długość {} [cm]",
    "Średnica {} [mm]",
    "Rodzaj {}",
    "Przeznaczenie {}",
    "Certyfikat {}",
    "Typ {}",
)
# Of these only the first three have values here; "Model" stands twice, as parameters of two categories do.
PARAMETERS = (
    *("Stan", "Marka", "Kod producenta", "Model", "Model"),
    *(quality.format(thing) for quality, thing in product(_QUALITIES, _THINGS)),
)
_STATUS_TEXTS = {"ACTIVE": "Aktywna", "ENDED": "Zakończona"}


def offer_list(world: World, seller_id: str, *, layout: str, status: str) -> ExportFile:
    """Return the seller's offers of one of STATUSES (of both for an empty one) in one of LAYOUTS, newest first.

    Drafts are never in it.
    """
    statuses = (status,) if status else STATUSES
    offers = [offer for offer in world.offers_of(seller_id) if offer.status in statuses]
    book = Workbook(write_only=True)
    hidden = book.create_sheet(HIDDEN_SHEET)
    hidden.append(["wersja", "1"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet(SHEET)
    for row in () if layout == "result" else _technical_rows(layout):
        sheet.append(row)
    rows = [_cells(world, offer, layout) for offer in offers]
    table(sheet, _headings(layout), ("General",) * len(_headings(layout)), rows)
    book.active = 1
    name = f"oferty_{to_datetime(world.now).astimezone(WARSAW):%Y-%m-%d}.xlsm"
    return ExportFile(name, workbook_bytes(book, world.now, macros=True), XLSM)


def _headings(layout: str) -> tuple[str, ...]:
    prices = ("Cena",) if layout == "old" else _PRICES
    result = ("Status", "Rezultat") if layout == "result" else ()
    return (*result, *_LEADING, *prices, *_TRAILING, *PARAMETERS)


def _technical_rows(layout: str) -> Iterator[list[str]]:
    headings = _headings(layout)
    yield ["Szablon do edycji ofert"]
    yield [f"pole_{number}" for number in range(len(headings))]
    yield ["wymagane" if number < len(_LEADING) else "opcjonalne" for number in range(len(headings))]


def _cells(world: World, offer: Offer, layout: str) -> list[Value]:
    """Return a row: the values by heading, and for repeated headings the value in the first of them only."""
    path = world.of(Categories).path(str(offer.document["category"]["id"]))
    values = {
        **_offer_values(offer),
        **_category_values([category.name for category in path]),
        **_price_values(offer),
        **_parameter_values(offer.document),
    }
    return [values.pop(heading, None) for heading in _headings(layout)]


def _offer_values(offer: Offer) -> dict[str, Value]:
    document = offer.document
    location, tax = document.get("location") or {}, document.get("taxSettings") or {}
    rates = str((document["delivery"].get("shippingRates") or {}).get("id"))
    return {
        "Status": "OK",
        "Rezultat": "Zapisano zmiany",
        "ID oferty": offer.id,
        "Link do oferty": f"https://allegro.pl/oferta/{offer.id}",
        "Akcja": "Edytuj",
        "Status oferty": _STATUS_TEXTS[offer.status],
        _PRODUCT: _ean(document),
        "Sygnatura/SKU Sprzedającego": (document.get("external") or {}).get("id"),
        "Liczba sztuk": offer.stock,
        "Tytuł oferty": offer.title,
        "Zdjęcia": "|".join(document.get("images") or []),
        "Opis oferty": json.dumps(document.get("description"), ensure_ascii=False),
        "Cennik dostawy": SHIPPING_RATES.get(rates, ""),
        "Czas wysyłki": document["delivery"].get("handlingTime"),
        "Kraj": location.get("countryCode"),
        "Województwo": location.get("province"),
        "Kod pocztowy": location.get("postCode"),
        "Miejscowość": location.get("city"),
        "Opcje faktury": "Faktura VAT",
        "Przedmiot oferty": "Towar",
        "Stawki VAT": "|".join(f"{rate['countryCode']}: {rate['rate']}%" for rate in tax.get("rates") or []),
        "Informacje o bezpieczeństwie": "Brak",
    }


def _category_values(path: list[str]) -> dict[str, Value]:
    return {"Kategoria główna": path[0] if path else "", "Podkategoria": " > ".join(path)}


def _price_values(offer: Offer) -> dict[str, Value]:
    prices: dict[str, Value] = {"Cena": offer.price()}
    for country, marketplace in _COUNTRIES.items():
        if marketplace in offer.marketplaces:
            prices[f"Cena {country}"] = offer.price(marketplace)
    return prices


def _parameter_values(document: Json) -> dict[str, Value]:
    products = [found["product"].get("parameters") or [] for found in document.get("productSet") or []]
    rows = [*(document.get("parameters") or []), *(row for parameters in products for row in parameters)]
    return {row["name"]: "|".join(row["values"]) for row in rows if row.get("name") in PARAMETERS and row.get("values")}


def _ean(document: Json) -> str:
    """Return the first product's EAN, or its id where it has none."""
    found: Json = next((row["product"] for row in document.get("productSet") or []), {})
    eans = (row["values"] for row in found.get("parameters") or [] if row.get("name") == "EAN (GTIN)")
    return str(next((values[0] for values in eans if values), found.get("id", "")))
