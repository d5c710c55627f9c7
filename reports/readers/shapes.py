"""Look at a file of unknown layout: where its headings stand, what its columns may hold, what its cells look like.

What comes out is shown to a person, who corrects it; `digest` names the shape, so that the answer can be remembered for
the next file of it. Columns that tell of a person are hidden and never guessed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from reports.readers.columns import HEADING_LENGTH, SEARCHED_ROWS, SheetTop, find_columns, normalise_heading
from reports.readers.concepts import Concept
from reports.readers.guesses import guess_columns
from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.numbers import tidy
from reports.readers.personal import HIDDEN, is_hidden, is_personal_heading, may_be_headings, personal_columns, shown
from reports.readers.refusals import ReportRefused
from reports.readers.sources import open_source

SAMPLE_ROWS: Final = 5
SAMPLE_LENGTH: Final = 60
# Rows from which a column's values are judged.
JUDGED_ROWS: Final = 20
SHOWN_COLUMNS: Final = 100
SHOWN_SHEETS: Final = 10


@dataclass(frozen=True, slots=True)
class SheetShape:
    """One sheet that may be the table: `header_row` is 1-based, "" stands for a column without a heading.

    `samples` are the first rows below the headings as text, as wide as the headings; `guess` says what a 0-based column
    may hold, `kind` which report that makes, None where nothing is recognised. `digest` is the sha256 of the headings.

    `lines` are the first rows as text, so that a person can say which of them holds the headings where the guess is
    wrong; `digests` is what the digest would be for each 1-based row that has a text.
    """

    name: str
    header_row: int
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    guess: Mapping[int, Concept]
    kind: str | None
    digest: str
    lines: tuple[tuple[str, ...], ...] = ()
    digests: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileShape:
    """The sheets that may be the table, the likeliest first; `digest` is the first one's, "" for a file of none."""

    sheets: tuple[SheetShape, ...]

    @property
    def digest(self) -> str:
        """What "the same shape" means."""
        return self.sheets[0].digest if self.sheets else ""


def inspect_file(source: BinaryIO, *, file_name: str, limits: Limits = DEFAULT_LIMITS) -> FileShape:
    """Look at a seekable binary file. Raises `ReportRefused` where it is no sound workbook or text.

    `file_name` is not trusted for anything; it stands here so that reading and looking are called alike.
    """
    with open_source(source, limits) as sheets:
        tops = [SheetTop(sheet.name, sheet.top(SEARCHED_ROWS + JUDGED_ROWS)) for sheet in sheets]
        if sheets and sheets[0].row_width(1) is not None:
            # A text file is one table, whatever it looks like under other delimiters.
            tops = likeliest_text(tops)
    found = [_sheet_shape(top) for top in tops if any(_texts(row) for row in top.rows[:SEARCHED_ROWS])]
    found.sort(key=lambda shape: (shape.kind is not None, len(shape.guess), len(shape.headings)), reverse=True)
    return FileShape(tuple(found[:SHOWN_SHEETS]))


def digest_of(headings: Sequence[str]) -> str:
    """The sha256 of headings as they are compared: without case, blanks, currency and unit."""
    labels = "\n".join(normalise_heading(heading).label for heading in headings)
    return hashlib.sha256(labels.encode()).hexdigest()


def likeliest_text(tops: list[SheetTop]) -> list[SheetTop]:
    """Of a text file under each delimiter, the one that makes most sense of it."""
    try:
        return [tops[find_columns([SheetTop(top.name, top.rows[:SEARCHED_ROWS]) for top in tops]).sheet_index]]
    except ReportRefused:
        return tops[:1]


def _sheet_shape(top: SheetTop) -> SheetShape:
    header_row = find_header_row(top)
    headings = _headings(top.rows[header_row - 1])
    below = [row for row in top.rows[header_row:] if any(cell is not None for cell in row)][:JUDGED_ROWS]
    columns = [
        [] if is_personal_heading(heading) else [row[index] for row in below if index < len(row)]
        for index, heading in enumerate(headings)
    ]
    open_headings = ["" if is_personal_heading(heading) else heading for heading in headings]
    kind, guess = guess_columns(open_headings, columns)
    return SheetShape(
        name=top.name,
        header_row=header_row,
        headings=headings,
        samples=tuple(_sample(row, headings) for row in below[:SAMPLE_ROWS]),
        guess=guess,
        kind=kind,
        digest=digest_of(headings),
        lines=_lines(top.rows[: SEARCHED_ROWS + SAMPLE_ROWS]),
        digests={
            number: digest_of(_headings(row))
            for number, row in enumerate(top.rows[:SEARCHED_ROWS], start=1)
            if _texts(row)
        },
    )


def guess_below(
    lines: Sequence[Sequence[str]], header_row: int
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str | None, dict[int, Concept]]:
    """Headings, sample rows, kind and guess (as in `SheetShape`), were the headings in the 1-based row of `lines`."""
    headings = tuple(lines[header_row - 1])
    below = [tuple(row) for row in lines[header_row:] if any(row)][:SAMPLE_ROWS]
    columns = [[row[index] or None for row in below if index < len(row)] for index in range(len(headings))]
    known = [
        [] if is_personal_heading(heading) or is_hidden(values) else values
        for heading, values in zip(headings, columns, strict=True)
    ]
    open_headings = ["" if is_personal_heading(heading) else heading for heading in headings]
    kind, guess = guess_columns(open_headings, known)
    return headings, tuple(below), kind, guess


def _headings(row: Sequence[object]) -> tuple[str, ...]:
    return tuple("" if cell is None else tidy(str(cell))[:HEADING_LENGTH] for cell in list(row)[:SHOWN_COLUMNS])


def _lines(rows: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    personal = personal_columns(rows[:SEARCHED_ROWS])
    return tuple(
        tuple(
            HIDDEN if text and index in personal and not is_headings else shown(text)
            for index, text in enumerate(_headings(row))
        )
        for row, is_headings in ((row, may_be_headings(row)) for row in rows)
    )


def find_header_row(top: SheetTop) -> int:
    """The row of a known report, else the first of those with the most different texts."""
    rows = top.rows[:SEARCHED_ROWS]
    try:
        return find_columns([SheetTop(top.name, rows)]).header_row
    except ReportRefused:
        return max(range(1, len(rows) + 1), key=lambda number: (len(_texts(rows[number - 1])), -number))


def _texts(row: Sequence[object]) -> set[str]:
    texts = {tidy(cell).casefold() for cell in row if isinstance(cell, str)}
    return {text for text in texts if text and not any(character.isdigit() for character in text[:1])}


def _sample(row: Sequence[object], headings: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        _sample_cell(row[index] if index < len(row) else None, heading) for index, heading in enumerate(headings)
    )


def _sample_cell(cell: object, heading: str) -> str:
    if cell is None:
        return ""
    return HIDDEN if is_personal_heading(heading) else shown(tidy(str(cell)))[:SAMPLE_LENGTH]
