"""The kinds of report that can be read, and the headings by which each is recognised.

Allegro publishes no list of headings. Some are documented, the rest follow the wording of Allegro's other exports and
of its panel, which is why there are several per concept and why what was matched is always shown to the person
uploading. Only wording that cannot mean another measure is listed: "Sprzedaż" (units or value?) and "Liczba sztuk"
(sold or in stock?) are not.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Concept(StrEnum):
    """One measure or attribute that a column may hold."""

    OFFER_ID = "offer_id"
    TITLE = "title"
    UNITS = "units"
    REVENUE = "revenue"
    VISITS = "visits"
    SALES_SHARE = "sales_share"
    AVERAGE_PRICE = "average_price"
    ENDING_QUANTITY = "ending_quantity"
    TRANSACTIONS = "transactions"
    CONVERSION = "conversion"


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report: its headings per concept and language, and what must be there to be sure that it is this report.

    `required` is a list of alternatives: of each group at least one concept must have a column. Aliases are written as
    people see them; `reports.columns` compares them normalised.
    """

    code: str
    aliases: MappingProxyType[Concept, MappingProxyType[str, tuple[str, ...]]]
    required: tuple[frozenset[Concept], ...]
    money: frozenset[Concept]


def _words(pl: tuple[str, ...], en: tuple[str, ...]) -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType({"pl": pl, "en": en})


SALES_BY_OFFER: Final = ReportKind(
    code="sales_by_offer",
    aliases=MappingProxyType(
        {
            Concept.OFFER_ID: _words(
                ("ID oferty", "Numer oferty", "Nr oferty", "Identyfikator oferty", "Id. oferty"),
                ("Offer ID", "Offer number", "Offer no.", "Offer identifier", "ID of offer"),
            ),
            Concept.TITLE: _words(
                ("Tytuł oferty", "Nazwa oferty", "Oferta", "Tytuł"),
                ("Offer title", "Offer name", "Offer", "Title"),
            ),
            Concept.UNITS: _words(
                (
                    "Liczba sprzedanych sztuk",
                    "Sprzedane sztuki",
                    "Liczba sprzedanych",
                    "Sprzedano sztuk",
                    "Ilość sprzedanych sztuk",
                ),
                ("Units sold", "Number of units sold", "Sold units", "Quantity sold", "Items sold"),
            ),
            Concept.REVENUE: _words(
                ("Wartość sprzedaży", "Wartość sprzedaży brutto", "Przychód", "Obrót", "Obroty"),
                ("Sales value", "Gross sales value", "Value of sales", "Revenue", "Turnover"),
            ),
            Concept.VISITS: _words(
                (
                    "Wizyty",
                    "Liczba wizyt",
                    "Odwiedziny",
                    "Liczba odwiedzin",
                    "Wizyty oferty",
                    "Wizyty na ofercie",
                    "Odwiedziny oferty",
                ),
                ("Visits", "Offer visits", "Number of visits", "Number of offer visits"),
            ),
            Concept.SALES_SHARE: _words(
                ("Udział w wartości sprzedaży", "Udział wartości sprzedaży", "Udział w sprzedaży"),
                ("Share of sales value", "Sales value share", "Share in sales value", "Share of sales"),
            ),
            Concept.AVERAGE_PRICE: _words(
                ("Śr. cena oferty", "Średnia cena oferty", "Średnia cena", "Śr. cena"),
                ("Average offer price", "Average price", "Avg. offer price", "Avg. price"),
            ),
            Concept.ENDING_QUANTITY: _words(
                (
                    "Liczba sztuk na koniec okresu",
                    "Liczba sztuk na koniec",
                    "Dostępna liczba sztuk",
                    "Ilość na koniec okresu",
                    "Stan na koniec okresu",
                ),
                (
                    "Ending quantity",
                    "Quantity at the end of the period",
                    "Available quantity",
                    "Quantity at period end",
                ),
            ),
            Concept.TRANSACTIONS: _words(
                ("Liczba transakcji", "Transakcje"),
                ("Number of transactions", "Transactions", "Transaction count"),
            ),
            Concept.CONVERSION: _words(
                ("Konwersja", "Współczynnik konwersji"),
                ("Conversion", "Conversion rate"),
            ),
        }
    ),
    required=(frozenset({Concept.OFFER_ID}), frozenset({Concept.UNITS, Concept.REVENUE})),
    money=frozenset({Concept.REVENUE, Concept.AVERAGE_PRICE}),
)

KINDS: Final = MappingProxyType({kind.code: kind for kind in (SALES_BY_OFFER,)})
