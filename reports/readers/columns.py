"""Find the heading row of a report and tell which column holds what.

Position proves nothing: exports put preambles above their headings, sellers add columns and sheets of their own. So
every sheet's first rows are searched for the row with the most known headings.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from reports.readers.concepts import FORMS, Concept, Form
from reports.readers.kinds import KINDS
from reports.readers.numbers import CURRENCY_SIGNS, tidy
from reports.readers.personal import shown
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.report_kind import ReportKind

SEARCHED_ROWS: Final = 30
SHOWN_HEADINGS: Final = 50
HEADING_LENGTH: Final = 120

CURRENCIES: Final = ("PLN", "CZK", "EUR", "HUF", "zł", "Kč", "€", "Ft")
_SPELLINGS: Final = "|".join(CURRENCIES)
# "CPC(PLN)", "Wartość sprzedaży [zł]", "Revenue, EUR". Closed list: "(VAT)" and "(szt.)" are no currencies.
_CURRENCY: Final = re.compile(rf"\s*(?:\(\s*({_SPELLINGS})\s*\)|\[\s*({_SPELLINGS})\s*\]|,\s*({_SPELLINGS}))$", re.I)
_UNIT: Final = re.compile(r"\s*(?:\(\s*(?:szt\.?|pcs\.?|%)\s*\)|\[\s*(?:szt\.?|pcs\.?|%)\s*\]|,\s*(?:szt\.?|%))$", re.I)


class Heading(NamedTuple):
    """A heading made comparable: casefolded label without currency or unit, and its ISO 4217 code if it named one."""

    label: str
    currency: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One recognised column: what it holds, its 0-based index, its heading as written, its currency if named there.

    `marketplace` is the one that the heading speaks of ("Cena CZ" is "allegro-cz"), None for all others.
    """

    concept: Concept
    index: int
    heading: str
    currency: str | None
    marketplace: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of which sheet holds what.

    `sheet_index` is 0-based, `header_row` the 1-based sheet row. `unknown` are headings that no concept claims;
    `repeated` are headings of a concept that a column further left already has, and are not read. `language` is "pl",
    "en" or None (in doubt).
    """

    kind: str
    sheet: str
    sheet_index: int
    header_row: int
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    language: str | None

    def column(self, concept: Concept) -> Column | None:
        """Find the column of a concept."""
        return next((column for column in self.columns if column.concept is concept), None)

    def currency(self) -> str | None:
        """The ISO 4217 code that the money headings name, None if none does.

        Columns of one marketplace each have a currency of their own and do not count. Raises `ReportRefused` where the
        others name several: amounts of different currency are never mixed.
        """
        currencies = sorted({column.currency for column in self.columns if column.currency and not column.marketplace})
        if len(currencies) > 1:
            raise ReportRefused(Refusal.MIXED_CURRENCIES, currencies=currencies)
        return currencies[0] if currencies else None


class SheetTop(NamedTuple):
    """The name and the first rows of a sheet, as raw cell values."""

    name: str
    rows: Sequence[Sequence[object]]


def normalise_heading(text: str) -> Heading:
    """Make a heading comparable: NFC, one kind of blank, casefolded, currency and unit taken off its end."""
    label = " ".join(tidy(unicodedata.normalize("NFC", text)).split())
    currency = None
    if match := _CURRENCY.search(label):
        written = next(spelling for spelling in match.groups() if spelling).casefold()
        currency = CURRENCY_SIGNS.get(written, written.upper())
        label = label[: match.start()]
    label = _UNIT.sub("", label)
    return Heading(label.rstrip(" :*").casefold(), currency)


def find_columns(sheets: Sequence[SheetTop]) -> ColumnMapping:
    """Find the best heading row over all sheets and kinds of report; the first one wins among equals.

    Raises `ReportRefused` with the headings of the likeliest row where no row has all that a kind requires.
    """
    candidates = [
        map_row(kind, index, sheet.name, number, row)
        for index, sheet in enumerate(sheets)
        for number, row in enumerate(sheet.rows[:SEARCHED_ROWS], start=1)
        for kind in KINDS.values()
    ]
    complete = [mapping for mapping in candidates if mapping.columns and not missing(mapping) and not _foreign(mapping)]
    if not complete:
        raise _nothing_known(candidates)
    best = max(complete, key=lambda mapping: len(mapping.columns))
    if not KINDS[best.kind].tables:
        return best
    # Each of several tables has headings; reading starts at the first of them.
    return next(found for found in complete if (found.kind, found.sheet_index) == (best.kind, best.sheet_index))


def map_row(kind: ReportKind, sheet_index: int, sheet: str, number: int, row: Sequence[object]) -> ColumnMapping:
    """Take a row (1-based `number`) for headings of a kind of report and say which of them it knows."""
    known = _concepts_by_label(kind.code)
    columns: dict[tuple[Concept, str | None], Column] = {}
    unknown: list[str] = []
    repeated: list[str] = []
    languages: Counter[str] = Counter()
    for index, text in _texts(row):
        concept, language = known.get(normalise_heading(text).label, (None, ""))
        if concept is None:
            unknown.append(text)
            continue
        column = named_column(kind, concept, index, text)
        if (concept, column.marketplace) in columns:
            repeated.append(text)
        else:
            columns[concept, column.marketplace] = column
            languages[language] += 1
    return ColumnMapping(
        kind=kind.code,
        sheet=sheet,
        sheet_index=sheet_index,
        header_row=number,
        columns=tuple(columns.values()),
        unknown=tuple(unknown),
        repeated=tuple(repeated),
        language=_likeliest(languages),
    )


def named_column(kind: ReportKind, concept: Concept, index: int, text: str) -> Column:
    """Make a column of a heading, with the currency and the marketplace that it names."""
    heading = normalise_heading(text)
    marketplace, local = _places(kind.code).get(heading.label, (None, None))
    currency = heading.currency or local if FORMS[concept] in (Form.MONEY, Form.RATIO) else None
    return Column(concept, index, text, currency, marketplace if concept is Concept.PRICE else None)


def _texts(row: Sequence[object]) -> Iterator[tuple[int, str]]:
    for index, cell in enumerate(row):
        if isinstance(cell, str) and (text := tidy(cell)[:HEADING_LENGTH]):
            yield index, text


def _likeliest(languages: Counter[str]) -> str | None:
    ranking = languages.most_common(2)
    if not ranking or (len(ranking) == 2 and ranking[0][1] == ranking[1][1]):
        return None
    return ranking[0][0]


@cache
def _concepts_by_label(kind_code: str) -> dict[str, tuple[Concept, str]]:
    return {
        normalise_heading(alias).label: (concept, language)
        for concept, languages in KINDS[kind_code].aliases.items()
        for language, aliases in languages.items()
        for alias in aliases
    }


@cache
def _places(kind_code: str) -> dict[str, tuple[str, str]]:
    return {normalise_heading(heading).label: place for heading, place in KINDS[kind_code].places.items()}


@cache
def _foreign_labels(kind_code: str) -> frozenset[str]:
    return frozenset(normalise_heading(heading).label for heading in KINDS[kind_code].foreign)


def _foreign(mapping: ColumnMapping) -> bool:
    labels = _foreign_labels(mapping.kind)
    return any(normalise_heading(heading).label in labels for heading in mapping.unknown)


def missing(mapping: ColumnMapping) -> list[str]:
    """The codes of concepts without which the report cannot be read; of alternatives all are named."""
    found = {column.concept for column in mapping.columns}
    required = KINDS[mapping.kind].required
    return [concept.value for group in required if not group & found for concept in sorted(group)]


def _nothing_known(candidates: Sequence[ColumnMapping]) -> ReportRefused:
    """Show the row that looks most like headings: the most known ones, then the most texts."""
    if not candidates:
        return ReportRefused(Refusal.NO_KNOWN_HEADING, headings=[], missing=[])
    nearest = max(candidates, key=lambda mapping: (len(mapping.columns), len(mapping.unknown)))
    # Where a file has no headings at all, the likeliest row is one of its data.
    headings = [shown(heading) for heading in (*(column.heading for column in nearest.columns), *nearest.unknown)]
    return ReportRefused(Refusal.NO_KNOWN_HEADING, headings=headings[:SHOWN_HEADINGS], missing=missing(nearest))
