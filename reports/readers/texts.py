"""Open a CSV file: its encoding, its delimiter, and its rows, without trusting any of them.

A delimiter shows in what it makes of the first rows, so the file is offered once per delimiter, and the one under which
known headings appear wins. Windows-1250 is taken only where the bytes cannot be UTF-8.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import BinaryIO, Final

from reports.readers.limits import Limits
from reports.readers.refusals import Refusal, ReportRefused

DELIMITERS: Final = (";", ",", "\t", "|")
SNIFFED_ROWS: Final = 30
# The letters of Central Europe in UTF-8; as Windows-1250 they would be pairs like "Ĺ‚" that no text has.
_UTF_8_LETTERS: Final = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")

Cells = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TextSheet:
    """A CSV file under one delimiter; empty cells are None, all others text."""

    name: str
    text: str
    delimiter: str
    limits: Limits

    def rows(self) -> Iterator[Cells]:
        """Give every row, blank lines as empty tuples. Raises `ReportRefused`."""
        cells = 0
        # Line ends of every system; a quoted field may hold some.
        lines = csv.reader(StringIO(self.text, newline=None), delimiter=self.delimiter)
        while True:
            try:
                row = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                limit = csv.field_size_limit()
                raise ReportRefused(Refusal.LINE_TOO_LONG, line=lines.line_num, limit=limit) from error
            cells += len(row)
            self._check(len(row), cells)
            yield tuple(cell if cell else None for cell in row)

    def top(self, count: int) -> list[Cells]:
        """Give the first `count` rows."""
        return list(islice(self.rows(), count))

    def percent_format(self, *, column: int, rows: range) -> bool:
        """Text has no formats: a percent sign stands in the cell itself."""
        return False

    def empty_formulas(self) -> frozenset[tuple[int, int]]:
        """Text has no formulas."""
        return frozenset()

    def row_width(self, header_row: int) -> int | None:
        """How many cells each row must have: as many as the headings (1-based row)."""
        rows = self.top(max(header_row, 1))
        return len(rows[-1]) if rows else 0

    def _check(self, width: int, cells: int) -> None:
        if width > self.limits.columns:
            raise ReportRefused(Refusal.TOO_MANY_COLUMNS, part="", column=width, limit=self.limits.columns)
        if cells > self.limits.cells:
            raise ReportRefused(Refusal.TOO_MANY_CELLS, part="", limit=self.limits.cells)


def open_texts(source: BinaryIO, limits: Limits) -> list[TextSheet]:
    """Give the file under each delimiter that parts its rows, the likeliest first. Raises `ReportRefused`."""
    text = decode(source.read(limits.file_size + 1), limits)
    found = [TextSheet("", text, delimiter, limits) for delimiter in DELIMITERS if delimiter in text]
    return sorted(found, key=_regularity, reverse=True) or [TextSheet("", text, DELIMITERS[0], limits)]


def decode(content: bytes, limits: Limits) -> str:
    """Give the text of a file's bytes. Raises `ReportRefused` for what is no text, or text of absurd lines."""
    if b"\0" in content:
        raise ReportRefused(Refusal.UNREADABLE_TEXT, reason="nul")
    lines = content.count(b"\n") + content.count(b"\r")
    if lines > 2 * limits.rows:
        raise ReportRefused(Refusal.TOO_MANY_ROWS, part="", row=lines, limit=limits.rows)
    _check_lines(content, limits.text_bytes)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        # A file cut off inside a letter is still UTF-8; its last row is too short and reported as such.
        return codecs.getincrementaldecoder("utf-8")().decode(content, final=False)
    except UnicodeDecodeError as error:
        if _UTF_8_LETTERS.search(content):
            raise ReportRefused(Refusal.UNREADABLE_TEXT, reason="encoding") from error
    try:
        return content.decode("cp1250")
    except UnicodeDecodeError as error:
        raise ReportRefused(Refusal.UNREADABLE_TEXT, reason="encoding") from error


def _check_lines(content: bytes, limit: int) -> None:
    start = 0
    while len(content) - start > limit:
        # The last line end within reach: everything up to it is lines that are short enough.
        end = max(content.rfind(b"\n", start, start + limit), content.rfind(b"\r", start, start + limit))
        if end < 0:
            raise ReportRefused(Refusal.LINE_TOO_LONG, line=content.count(b"\n", 0, start) + 1, limit=limit)
        start = end + 1


def _regularity(sheet: TextSheet) -> int:
    """How many cells stand in rows of the commonest width."""
    widths = Counter(len(row) for row in sheet.top(SNIFFED_ROWS) if len(row) > 1)
    return max((width * times for width, times in widths.items()), default=0)
