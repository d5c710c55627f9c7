"""Walk a sheet written the way every spreadsheet program writes one, several times faster than element by element.

This only ever finds a sheet sane: rows and cells in order, each cell named for its row, all within the limits. Whatever
is unusual - a prefix, a comment, a formula, another encoding, anything too large - is left to `MarkupScanner`, which
decides. In well-formed XML without comments and CDATA "<" begins a tag and nothing else, so bytes can be counted.
"""

import re
from typing import Final
from xml.parsers import expat

from reports.readers.limits import Limits

_ROW: Final = re.compile(rb'[ ](?:[^<>]*? )?r="([1-9]\d{0,6})"[^<>]*>')
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3}[1-9]\d{0,6})"')
_DECLARATION: Final = re.compile(
    rb'\s*<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="\w+")?\s*\?>'
)
# What a plain sheet does not have: comments, instructions, formulas, prefixed rows and cells, cells without a place.
_UNUSUAL: Final = (
    b"<!",
    b"<?",
    b"<f>",
    b"<f ",
    b"<f/",
    b":c ",
    b":c>",
    b":c/",
    b":row",
    b"<c>",
    b"<c/",
    b"<row>",
    b"<row/",
)
_BLANKS: Final = (b"\n", b"\r", b"\t")
_UNUSUAL_BLANKS: Final = re.compile(rb"(?:<c|:c|<row|<f)[\t\r\n]")
_ELEMENTS_OF_A_CELL: Final = 8
_LONGEST_ROW: Final = 4 * 1024 * 1024


class Unusual(Exception):
    """The sheet is not plain; nothing is wrong with it yet."""


class PlainSheet:
    """Feed one sheet's bytes in order, then close; raises `Unusual` at the first thing that is not plain.

    Known at the end: `last_row` and `last_column`, 1-based, and `special` as in `MarkupScanner`.
    """

    def __init__(self, limits: Limits) -> None:
        self.last_row = self.last_column = 0
        self.special = False
        self._limits = limits
        self._cells = self._elements = 0
        self._rest: bytes | None = None
        # The letters of a row's cells, each followed by a comma, to its last column, for rows that were checked.
        self._known: dict[bytes, int] = {b"": 0}
        self._parser = expat.ParserCreate()

    def feed(self, chunk: bytes) -> None:
        """Check the next bytes up to the last row that begins in them."""
        try:
            self._parser.Parse(chunk, False)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Unusual from error
        data = self._without_declaration(chunk) if self._rest is None else self._rest + chunk
        end = data.rfind(b"<row ")
        if end <= 0:
            end = 0 if b"<row" in data else max(data.rfind(b"<"), 0)
        self._check(data[:end])
        self._rest = data[end:]
        if len(self._rest) > _LONGEST_ROW:
            raise Unusual

    def close(self) -> None:
        """Check the rest."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unusual from error
        self._check(self._rest or b"")

    def _without_declaration(self, start: bytes) -> bytes:
        match = _DECLARATION.match(start.removeprefix(b"\xef\xbb\xbf"))
        if match:
            return start.removeprefix(b"\xef\xbb\xbf")[match.end() :]
        return start

    def _check(self, data: bytes) -> None:
        """Check whole rows, with whatever stands around them."""
        if any(mark in data for mark in _UNUSUAL):
            raise Unusual
        if any(blank in data for blank in _BLANKS) and _UNUSUAL_BLANKS.search(data):
            raise Unusual
        if b't="e"' in data or b't="d"' in data:
            self.special = True
        before, *rows = data.split(b"<row ")
        if b"<c " in before:
            raise Unusual
        cells = sum(map(self._row, rows))
        self._cells += cells
        self._elements += data.count(b"<") - data.count(b"</") - _ELEMENTS_OF_A_CELL * cells - len(rows)
        limits = self._limits
        if self._cells > limits.cells or self._elements > limits.elements_between_rows:
            raise Unusual

    def _row(self, text: bytes) -> int:
        """Check a row from behind its name; returns how many cells it has."""
        match = _ROW.match(b" " + text)
        if match is None or len(text) > self._limits.text_bytes:
            raise Unusual
        number = match.group(1)
        row = int(number)
        if not self.last_row < row <= self._limits.rows:
            raise Unusual
        self.last_row = row
        places = _CELL.findall(text)
        if len(places) != text.count(b"<c "):
            raise Unusual
        letters = b"".join([place + b"," for place in places]).replace(number + b",", b",")
        last = self._known.get(letters)
        if last is None:
            last = self._known[letters] = self._last_column(letters)
        self.last_column = max(self.last_column, last)
        return len(places)

    def _last_column(self, letters: bytes) -> int:
        last = 0
        for name in letters.split(b",")[:-1]:
            column = _spell_column(name)
            if not last < column <= self._limits.columns:
                raise Unusual
            last = column
        return last


def _spell_column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        if not ord("A") <= letter <= ord("Z"):
            raise Unusual
        number = number * 26 + letter - ord("A") + 1
    return number
