"""The workbook "Sales by offer" ("Sprzedaż wg ofert"), with every form on demand that a real one may turn out to have.

That the report exists, its measures and "Share of sales value" are known; the other headings are likely wordings. The
"alternative" ones follow other exports and the panel, the "old" ones what the panel said before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpyxl import Workbook

from allegro.simulator.exports.figures import Row, sales_rows
from allegro.simulator.exports.files import XLSX, ExportFile, Value, formatted, heading, workbook_bytes
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import View
from allegro.simulator.instants import WARSAW, to_datetime
from allegro.simulator.world import World

# offer, title, units, value, visits, share, average price, ending quantity, transactions
HEADINGS = {
    "usual": {
        "pl": (
            "ID oferty",
            "Tytuł oferty",
            "Liczba sprzedanych sztuk",
            "Wartość sprzedaży ({currency})",
            "Wizyty",
            "Udział w wartości sprzedaży",
            "Śr. cena oferty",
            "Liczba sztuk na koniec okresu",
            "Liczba transakcji",
        ),
        "en": (
            "Offer ID",
            "Offer title",
            "Units sold",
            "Sales value ({currency})",
            "Visits",
            "Share of sales value",
            "Average offer price",
            "Ending quantity",
            "Number of transactions",
        ),
    },
    "alternative": {
        "pl": (
            "Numer oferty",
            "Nazwa oferty",
            "Liczba sprzedanych sztuk",
            "Wartość sprzedaży({currency})",
            "Liczba wizyt",
            "Udział w wartości sprzedaży",
            "Średnia cena",
            "Dostępna liczba sztuk",
            "Liczba transakcji",
        ),
        "en": (
            "Offer ID",
            "Offer name",
            "Number of units sold",
            "Revenue({currency})",
            "Offer visits",
            "Share of sales value",
            "Average price",
            "Ending quantity",
            "Number of transactions",
        ),
    },
    "old": {
        "pl": (
            "ID oferty",
            "Oferta",
            "Liczba sprzedanych sztuk",
            "Wartość sprzedaży",
            "Liczba odwiedzin",
            "Udział w wartości sprzedaży",
            "Średnia cena",
            "Dostępna liczba sztuk",
            "Liczba transakcji",
        ),
        "en": (
            "Offer ID",
            "Offer name",
            "Units sold",
            "Sales value",
            "Visits",
            "Share of sales value",
            "Average price",
            "Ending quantity",
            "Number of transactions",
        ),
    },
}
NUMBERS = {"number": None, "comma": "", "blank": " ", "nbsp": "\u00a0", "narrow": "\u202f"}  # thousands marks of texts
SHARES, IDS = ("fraction", "percent", "text"), ("number", "float", "text")
PERIODS, ORDERS = ("file", "sheet", "preamble", "none"), ("usual", "reversed", "measures_first")
_SHEETS = {"pl": "Sprzedaż wg ofert", "en": "Sales by offer"}
_FILES = {"pl": "sprzedaz-wg-ofert", "en": "sales-by-offer"}
_FORMATS = ("0", "@", "0", "0.00", "0", "0.00%", "0.00", "0", "0")
_TOTALS, _EXTRA = {"pl": "Razem", "en": "Total"}, {"pl": "Ocena oferty", "en": "Offer score"}
MADE = ("line", "cells", "utc", "day")
_MADE, _PERIOD = {"pl": "Wygenerowano", "en": "Generated"}, {"pl": "Okres", "en": "Period"}
_MADE_CELL = {"pl": "Data wygenerowania", "en": "Date generated"}
_SHARE_COLUMN = 5
_ORDERS = {"usual": range(9), "reversed": range(8, -1, -1), "measures_first": (2, 3, 4, 5, 6, 7, 8, 0, 1)}


@dataclass(frozen=True)
class SalesOddities:
    """The form of a file: keys of HEADINGS and NUMBERS, one of SHARES, IDS, PERIODS and ORDERS, and what is added.

    `made` is how the preamble says when the file was made: one line with the Polish time, a label with a date cell
    beside it, ISO 8601 in UTC, or the day alone.
    """

    headings: str = "usual"
    numbers: str = "number"
    share: str = "fraction"
    ids: str = "number"
    period: str = "file"
    order: str = "usual"
    preamble: bool = False
    made: str = "line"
    totals: bool = False
    extra: bool = False


def sales_by_offer(world: World, view: View, language: str, oddities: SalesOddities | None = None) -> ExportFile:
    """Return the workbook of an export: one row per offer; a preamble and a totals row if asked for."""
    form, scope = oddities or SalesOddities(), view.scope
    book = Workbook(write_only=True)
    span = f"{scope.first}_{scope.last}"
    # Excel's names have 31 characters at most, too few for the report's name and a period.
    sheet = book.create_sheet(span if form.period == "sheet" else _SHEETS[language])
    for row in _preamble(scope, view, language, form):
        sheet.append(row)
    sheet.append([heading(sheet, text) for text in _headings(scope, language, form)])
    rows = sales_rows(world, view)
    for number, found in enumerate(rows):
        cells = _arranged(_values(found, form), form)
        sheet.append(
            [formatted(sheet, value, kind) for value, kind in cells] + ([number % 5 + 1] if form.extra else [])
        )
    if form.totals:
        sheet.append([value for value, _ in _arranged(_totals(rows, language, form), form)])
    name = _FILES[language] + (f"_{span}" if form.period == "file" else "") + ".xlsx"
    return ExportFile(name, workbook_bytes(book, world.now), XLSX)


def _preamble(scope: Scope, view: View, language: str, form: SalesOddities) -> Iterator[list[str | datetime]]:
    if form.preamble or form.period == "preamble":
        yield [_SHEETS[language]]
        yield _made(to_datetime(view.made_at), language, form.made)
        if form.period == "preamble":
            yield [f"{_PERIOD[language]}: {scope.first:%d.%m.%Y} - {scope.last:%d.%m.%Y}"]
        yield []


def _made(moment: datetime, language: str, form: str) -> list[str | datetime]:
    local = moment.astimezone(WARSAW)
    if form == "cells":
        # Workbooks know no zones.
        return [_MADE_CELL[language], local.replace(tzinfo=None, second=0, microsecond=0)]
    written = {"line": f"{local:%d.%m.%Y %H:%M}", "utc": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "day": f"{local:%d.%m.%Y}"}
    return [f"{_MADE[language]}: {written[form]}"]


def _headings(scope: Scope, language: str, form: SalesOddities) -> list[str]:
    texts = HEADINGS[form.headings][language]
    chosen = [texts[index].format(currency=scope.currency) for index in _ORDERS[form.order]]
    return [*chosen, _EXTRA[language]] if form.extra else chosen


def _arranged(values: list[Value], form: SalesOddities) -> list[tuple[Value, str]]:
    kinds = ["@" if isinstance(value, str) else kind for value, kind in zip(values, _FORMATS, strict=True)]
    if form.share == "percent":
        kinds[_SHARE_COLUMN] = "0.00"
    return [(values[index], kinds[index]) for index in _ORDERS[form.order]]


def _values(row: Row, form: SalesOddities) -> list[Value]:
    return [
        _ID_FORMS[form.ids](row.offer_id),
        row.title,
        _number(row.units, form),
        _number(row.value, form),
        _number(row.visits, form),
        _SHARE_FORMS[form.share](row.share),
        _number(row.average_price, form),
        _number(row.ending_quantity, form),
        _number(row.transactions, form),
    ]


def _totals(rows: list[Row], language: str, form: SalesOddities) -> list[Value]:
    value = sum((row.value for row in rows), Decimal(0))
    share = sum((row.share for row in rows), Decimal(0))
    return [
        _TOTALS[language],
        None,
        _number(sum(row.units for row in rows), form),
        _number(value, form),
        _number(sum(row.visits for row in rows), form),
        _SHARE_FORMS[form.share](share),
        None,
        None,
        _number(sum(row.transactions for row in rows), form),
    ]


def _number(value: int | Decimal | None, form: SalesOddities) -> Value:
    mark = NUMBERS[form.numbers]
    if mark is None or value is None:
        return value
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.replace(",", mark).replace(".", ",")


def _percent_text(share: Decimal) -> str:
    return f"{share * 100:.2f}%".replace(".", ",")


_ID_FORMS: dict[str, Callable[[str], Value]] = {"number": int, "float": float, "text": str}
_SHARE_FORMS: dict[str, Callable[[Decimal], Value]] = {
    "fraction": lambda share: share,
    "percent": lambda share: share * 100,
    "text": _percent_text,
}
