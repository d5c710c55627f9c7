"""What a person said about the columns of a layout that is not recognised."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reports.readers.columns import (
    SEARCHED_ROWS,
    SHOWN_HEADINGS,
    Column,
    ColumnMapping,
    SheetTop,
    missing,
    named_column,
)
from reports.readers.concepts import Concept
from reports.readers.kinds import KINDS
from reports.readers.numbers import tidy
from reports.readers.personal import is_personal_heading, personal_columns
from reports.readers.refusals import Refusal, ReportRefused

_UNTIL_DIGITS: Final = re.compile(r"[\d_\-. ]+$")


@dataclass(frozen=True, slots=True)
class GivenColumns:
    """The kind of report, where its headings stand (1-based row, 0 for none), and what each 0-based column holds.

    `sheet` is the name of the sheet in the file that was looked at; in the next file of the shape it may end with
    another period. A column that tells of a person is never read, whatever is said of it. `currency` is the ISO 4217
    code of amounts that name none.
    """

    kind: str
    sheet: str
    header_row: int
    columns: Mapping[int, Concept]
    currency: str | None = None


def given_mapping(given: GivenColumns, tops: Sequence[SheetTop]) -> ColumnMapping:
    """Turn what a person said into a mapping of this file.

    Raises `ReportRefused` where the file has no such sheet or row, or where a column that the kind needs is not given.
    """
    kind = KINDS[given.kind]
    index = _find_sheet(given, tops)
    rows = tops[index].rows
    headings = list(rows[given.header_row - 1]) if 0 < given.header_row <= len(rows) else []
    columns: list[Column] = []
    # Whatever row is said to hold the headings: what another row calls a buyer's is a buyer's.
    personal = personal_columns(rows[:SEARCHED_ROWS])
    seen: set[tuple[Concept, str | None]] = set()
    repeated: list[str] = []
    for position, concept in sorted(given.columns.items()):
        text = _text(headings[position]) if 0 <= position < len(headings) else ""
        if position in personal or is_personal_heading(text):
            continue
        column = named_column(kind, concept, position, text)
        (repeated.append(text) if (concept, column.marketplace) in seen else columns.append(column))
        seen.add((concept, column.marketplace))
    mapping = ColumnMapping(
        kind=kind.code,
        sheet=tops[index].name,
        sheet_index=index,
        header_row=given.header_row,
        columns=tuple(columns),
        unknown=tuple(_text(cell) for at, cell in enumerate(headings) if at not in given.columns and _text(cell)),
        repeated=tuple(repeated),
        language=None,
    )
    if lacking := missing(mapping):
        found = [_text(cell) for cell in headings if _text(cell)]
        raise ReportRefused(Refusal.NO_KNOWN_HEADING, headings=found[:SHOWN_HEADINGS], missing=lacking)
    return mapping


def _find_sheet(given: GivenColumns, tops: Sequence[SheetTop]) -> int:
    names = [top.name for top in tops]
    if given.sheet in names:
        return names.index(given.sheet)
    if len(names) == 1:
        return 0
    alike = [index for index, name in enumerate(names) if _stem(name) == _stem(given.sheet)]
    if len(alike) == 1:
        return alike[0]
    raise ReportRefused(Refusal.NO_KNOWN_HEADING, headings=[], missing=[])


def _stem(name: str) -> str:
    return _UNTIL_DIGITS.sub("", name).casefold()


def _text(cell: object) -> str:
    return "" if cell is None else tidy(str(cell))[:120]
