"""Allegro Ads statistics (XLSX) by offer and by campaign: one row per campaign, group and offer for the whole period.

The Polish headings of the sheet by offer are known from parsers of real files, the old name of the return column from
older ones. Of the sheet by campaign the figures are known, of the second sheet ("Sprzedaż") only its name. The English
wording is a translation; nobody has shown an English file, so the file names stay Polish.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook

from allegro.simulator.ads import Ads, Advert, Figures
from allegro.simulator.exports.files import XLSX, ExportFile, Value, table, workbook_bytes
from allegro.simulator.exports.scope import Scope
from allegro.simulator.world import World

OFFERS, CAMPAIGNS = "oferty", "kampanie"
LEVELS = (OFFERS, CAMPAIGNS)
_NAMES = {
    "pl": ("Nazwa kampanii", "Nazwa grupy reklam", "Tytuł klikniętej oferty", "Numer klikniętej oferty"),
    "en": ("Campaign name", "Ad group name", "Title of clicked offer", "Number of clicked offer"),
}
_MEASURES = {
    "pl": (
        "Wyświetlenia",
        "Kliknięcia",
        "Zainteresowanie",
        "CPC({currency})",
        "CTR",
        "Koszt({currency})",
        "ROAS({currency})",
        "Liczba sprzedanych sztuk",
        "Wartość sprzedaży({currency})",
    ),
    "en": (
        "Impressions",
        "Clicks",
        "Interest",
        "CPC({currency})",
        "CTR",
        "Cost({currency})",
        "ROAS({currency})",
        "Units sold",
        "Sales value({currency})",
    ),
}
_OLD_RETURN = {"pl": "Zwrot z inwestycji({currency})", "en": "Return on investment({currency})"}
_SOLD = {
    "pl": ("Tytuł oferty", "Numer oferty", "Liczba sprzedanych sztuk", "Wartość sprzedaży({currency})"),
    "en": ("Offer title", "Offer number", "Units sold", "Sales value({currency})"),
}
# "Statystyki" and "Statistics" would make a name longer than Excel's 31 characters.
_SHEETS = {"pl": ("Statystyk", "Sprzedaż"), "en": ("Statistic", "Sales")}
_RETURN_COLUMN = 6
_FORMATS = ("0", "0", "0", "0.00", "0.0000", "0.00", "0.00", "0", "0.00")
_VAT = Decimal("1.23")


@dataclass(frozen=True)
class AdsOddities:
    """What differs between files: the older name of the return column, and costs without VAT."""

    old_return: bool = False
    net_costs: bool = False


def ads_statistics(world: World, scope: Scope, level: str, language: str, oddities: AdsOddities) -> ExportFile:
    """Return the statistics of a level (one of LEVELS); idle adverts have rows of zeros."""
    found = world.of(Ads).between(scope.seller_id, scope.marketplace, scope.first, scope.last)
    book = Workbook(write_only=True)
    span = f"{scope.first}_{scope.last}"
    first, second = (book.create_sheet(f"{name}_{span}") for name in _SHEETS[language])
    names = _NAMES[language] if level == OFFERS else _NAMES[language][:1]
    headings = [text.format(currency=scope.currency) for text in (*names, *_measures(language, oddities))]
    rows = _offer_rows(world, found, oddities) if level == OFFERS else _campaign_rows(found, oddities)
    table(first, headings, ("@", "@", "@", "0")[: len(names)] + _FORMATS, rows)
    sold = [text.format(currency=scope.currency) for text in (*_NAMES[language][:2], *_SOLD[language])]
    table(second, sold, ("@", "@", "@", "0", "0", "0.00"), _sold_rows(world, found))
    name = f"statystyki_{level}_{scope.first:%d-%m-%Y}_{scope.last:%d-%m-%Y}.xlsx"
    return ExportFile(name, workbook_bytes(book, world.now), XLSX)


def _measures(language: str, oddities: AdsOddities) -> list[str]:
    measures = list(_MEASURES[language])
    if oddities.old_return:
        measures[_RETURN_COLUMN] = _OLD_RETURN[language]
    return measures


def _offer_rows(world: World, found: dict[Advert, Figures], oddities: AdsOddities) -> Iterator[list[Value]]:
    for advert, figures in _sorted(found):
        title = world.offers[advert.offer_id].title
        yield [advert.campaign, advert.group, title, int(advert.offer_id), *_figures(figures, oddities)]


def _campaign_rows(found: dict[Advert, Figures], oddities: AdsOddities) -> Iterator[list[Value]]:
    for campaign, figures in by_campaign(found).items():
        yield [campaign, *_figures(figures, oddities)]


def by_campaign(found: dict[Advert, Figures]) -> dict[str, Figures]:
    """Return the figures of adverts summed by campaign, in the order of the campaigns' names."""
    sums: dict[str, Figures] = defaultdict(Figures)
    for advert, figures in _sorted(found):
        sums[advert.campaign].add(figures)
    return sums


def _sold_rows(world: World, found: dict[Advert, Figures]) -> Iterator[list[Value]]:
    for advert, figures in _sorted(found):
        if figures.units:
            title = world.offers[advert.offer_id].title
            yield [advert.campaign, advert.group, title, int(advert.offer_id), figures.units, figures.value]


def _sorted(found: dict[Advert, Figures]) -> list[tuple[Advert, Figures]]:
    return sorted(found.items(), key=lambda item: (item[0].campaign, item[0].group, item[0].offer_id))


def _figures(figures: Figures, oddities: AdsOddities) -> list[Value]:
    cost = (figures.cost / _VAT).quantize(Decimal("0.01")) if oddities.net_costs else figures.cost
    return [
        figures.impressions,
        figures.clicks,
        figures.interest,
        _ratio(cost, figures.clicks, "0.01"),
        _ratio(Decimal(figures.clicks), figures.impressions, "0.0001"),
        cost,
        _ratio(figures.value, cost, "0.01"),
        figures.units,
        figures.value,
    ]


def _ratio(part: Decimal, whole: Decimal | int, unit: str) -> Decimal:
    return (part / whole).quantize(Decimal(unit)) if whole else Decimal(0)
