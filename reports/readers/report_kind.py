"""What describes a kind of report: its headings, its grain, and what makes a row of it complete."""

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from reports.readers.concepts import Concept

Aliases = MappingProxyType[Concept, MappingProxyType[str, tuple[str, ...]]]


class Grain(StrEnum):
    """What one row stands for in time."""

    PERIOD = "period"  # sums over the whole period; overlapping files are never added up
    EVENT = "event"  # something that happened at a moment of its own
    SNAPSHOT = "snapshot"  # the state at the time of the download


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report: its headings per concept and language, and what must be there to be sure that it is this report.

    `required` is a list of alternatives: of each group at least one concept must have a column. `foreign` are headings
    that this report never has: where one stands, the sheet is another report. Of `key` at least one must have a value
    in a row, else the row is left out; with `unique` the first concept of the key names one row only. With
    `row_currency` amounts of several currencies may stand in one file, each row saying its own. With `tables` one
    sheet holds several tables, each with headings of its own. Aliases are written as people see them;
    `reports.readers.columns` compares them normalised.
    """

    code: str
    grain: Grain
    aliases: Aliases
    required: tuple[frozenset[Concept], ...]
    key: tuple[Concept, ...]
    unique: bool = False
    row_currency: bool = False
    tables: bool = False
    foreign: tuple[str, ...] = ()
    # Headings of one concept that stand for one marketplace each: heading to (marketplace, its currency).
    places: MappingProxyType[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))


def words(pl: tuple[str, ...], en: tuple[str, ...]) -> MappingProxyType[str, tuple[str, ...]]:
    """The headings of a concept by language."""
    return MappingProxyType({"pl": pl, "en": en})


def group(*concepts: Concept) -> frozenset[Concept]:
    """Alternatives, of which one must be there."""
    return frozenset(concepts)


OFFER_ID: Final = words(
    ("ID oferty", "Numer oferty", "Nr oferty", "Identyfikator oferty", "Id. oferty"),
    ("Offer ID", "Offer number", "Offer no.", "Offer identifier", "ID of offer", "OfferId"),
)
UNITS: Final = words(
    (
        "Liczba sprzedanych sztuk",
        "Sprzedane sztuki",
        "Liczba sprzedanych",
        "Sprzedano sztuk",
        "Ilość sprzedanych sztuk",
    ),
    ("Units sold", "Number of units sold", "Sold units", "Quantity sold", "Items sold"),
)
REVENUE: Final = words(
    ("Wartość sprzedaży", "Wartość sprzedaży brutto", "Przychód", "Obrót", "Obroty"),
    ("Sales value", "Gross sales value", "Value of sales", "Revenue", "Turnover"),
)
