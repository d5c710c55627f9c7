"""The file with one's own offers ("Pobierz plik ze swoimi ofertami", XLSM): every offer as it is at the download.

Three technical rows stand above the headings, hundreds of columns of category parameters behind them. Prices have a
column per marketplace; an older layout has the one column "Cena".
"""

from types import MappingProxyType
from typing import Final

from reports.readers.concepts import Concept
from reports.readers.report_kind import OFFER_ID, Grain, ReportKind, group, words

_POLAND, _CZECHIA = ("allegro-pl", "PLN"), ("allegro-cz", "CZK")
_SLOVAKIA, _HUNGARY = ("allegro-sk", "EUR"), ("allegro-hu", "HUF")
_PLACES: Final = {
    f"{word} {place}": found
    for word in ("Cena", "Price")
    for place, found in (("PL", _POLAND), ("CZ", _CZECHIA), ("SK", _SLOVAKIA), ("HU", _HUNGARY), ("HUF", _HUNGARY))
}

OFFER_LIST: Final = ReportKind(
    code="offer_list",
    grain=Grain.SNAPSHOT,
    aliases=MappingProxyType(
        {
            Concept.OFFER_ID: OFFER_ID,
            Concept.TITLE: words(("Tytuł oferty",), ("Offer title",)),
            Concept.OFFER_STATUS: words(("Status oferty",), ("Offer status",)),
            Concept.PRODUCT_CODE: words(
                ("ID produktu (EAN/UPC/ISBN/ISSN/ID produktu Allegro)", "ID produktu", "EAN"),
                ("Product ID (EAN/UPC/ISBN/ISSN/Allegro product ID)", "Product ID"),
            ),
            Concept.CATEGORY: words(("Podkategoria",), ("Subcategory",)),
            Concept.SKU: words(
                ("Sygnatura/SKU Sprzedającego", "Sygnatura/SKU", "Sygnatura", "SKU"),
                ("Seller's SKU", "Signature/SKU", "Seller SKU"),
            ),
            Concept.QUANTITY: words(("Liczba sztuk",), ("Quantity", "Number of items")),
            Concept.PRICE: words(
                ("Cena", *(name for name in _PLACES if name.startswith("Cena"))),
                ("Price", *(name for name in _PLACES if name.startswith("Price"))),
            ),
            Concept.DELIVERY_PRICES: words(("Cennik dostawy",), ("Delivery price list", "Shipping rates")),
            Concept.HANDLING_TIME: words(("Czas wysyłki",), ("Handling time", "Dispatch time")),
        }
    ),
    required=(
        group(Concept.OFFER_ID),
        group(Concept.PRICE),
        group(Concept.OFFER_STATUS, Concept.SKU, Concept.QUANTITY, Concept.CATEGORY),
    ),
    key=(Concept.OFFER_ID,),
    unique=True,
    row_currency=True,
    places=MappingProxyType(_PLACES),
)
