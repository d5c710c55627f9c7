"""Walk the XML of a workbook part once, before anything builds objects from it.

A sheet of 5 KB can claim a cell in the last column of the last row, and a parser that pads gaps works on it for
minutes. The walk sees every start tag (expat, nothing is kept), so size, order and position are sane afterwards.
Order is checked because openpyxl silently drops a row or a cell that comes after a later one.
"""

from typing import Final
from xml.parsers import expat

from reports.readers.limits import Limits
from reports.readers.refusals import Refusal, ReportRefused

DIGITS: Final = "0123456789"
# Roots of the parts a report is read from; styles are needed to tell dates and percents from plain numbers.
SHEET_ROOT: Final = "worksheet"
STRINGS_ROOT: Final = "sst"
# Types of cells that not every parser reads alike: an error as its text, a date as text.
SPECIAL_TYPES: Final = frozenset({"e", "d"})
TREE_ROOTS: Final = frozenset({"Types", "Relationships", "workbook", "styleSheet"})
READ_ROOTS: Final = TREE_ROOTS | {SHEET_ROOT, STRINGS_ROOT}


class MarkupScanner:
    """Feed one part's bytes in order; raises `ReportRefused` at the first thing that is not sane.

    Known once seen: `root`, the local name of the outermost element, `prefix`, what stands before it ("x:"), and
    `first_child_at`, the offset in bytes of the first element inside it. Known at the end, of a sheet: `last_row` and
    `last_column`, 1-based; `special`, whether it has cells of errors or of dates as text; `empty_formulas`, (1-based
    row, 0-based column) of cells with a formula but no saved result.
    """

    def __init__(self, part: str, limits: Limits) -> None:
        self.root: str | None = None
        self.prefix = ""
        self.first_child_at: int | None = None
        self.last_row = self.last_column = 0
        self.special = False
        self.empty_formulas: set[tuple[int, int]] = set()
        self._formula: tuple[int, int] | None = None
        self._part = part
        self._limits = limits
        self._text_bytes = limits.text_bytes
        self._in_sheet = False
        self._local_names: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._row = self._column = self._cells = 0
        self._row_text = "0"
        self._elements = 0
        self._last_start = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Check the next bytes of the part."""
        self._parse(chunk, final=False)

    def close(self) -> None:
        """Check that the part ended where its markup says it ends."""
        self._parse(b"", final=True)
        self._end_formula()

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise self._damaged("malformed_xml") from error
        # CurrentByteIndex is -1 before the first byte was parsed.
        if self._parser.CurrentByteIndex - self._last_start > self._limits.text_bytes + len(chunk):
            raise self._damaged("text_too_long")

    def _refuse_doctype(self, *_declaration: object) -> None:
        # No spreadsheet program writes one; it is the door to entity bombs and to files of the server.
        raise ReportRefused(Refusal.FORBIDDEN_MARKUP, part=self._part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local_names.get(name) or self._learn(name)
        # Written out here, because a sheet has millions of elements and a call costs as much as the work.
        here = self._parser.CurrentByteIndex
        if here - self._last_start > self._text_bytes:
            raise self._damaged("text_too_long")
        self._last_start = here
        if self.root is None:
            self._start_root(name, local)
        elif self.first_child_at is None:
            self.first_child_at = here
        if self._in_sheet:
            if local == "c":
                self._start_cell(attributes.get("r"))
                if attributes.get("t") in SPECIAL_TYPES:
                    self.special = True
                return
            if local == "row":
                self._start_row(attributes.get("r"))
                return
            if local == "f":
                self._formula = (self._row, self._column - 1)
            elif local == "v" and self._formula:
                # Programs write an empty value beside a formula they have not calculated.
                self._parser.CharacterDataHandler = self._formula_value
        self._count_element()

    def _learn(self, name: str) -> str:
        local = name.rpartition(":")[2]
        self._local_names[name] = local
        return local

    def _start_root(self, name: str, local: str) -> None:
        self.root = local
        self.prefix = name.removesuffix(local)
        self._in_sheet = local == SHEET_ROOT

    def _count_element(self) -> None:
        self._elements += 1
        strings = self.root == STRINGS_ROOT
        limit = self._limits.shared_string_elements if strings else self._limits.elements_between_rows
        if self._elements > limit:
            raise self._damaged("too_many_elements")

    def _formula_value(self, text: str) -> None:
        if text.strip():
            self._formula = None
        self._parser.CharacterDataHandler = None

    def _end_formula(self) -> None:
        if self._formula:
            self.empty_formulas.add(self._formula)
            self._formula = None
            self._parser.CharacterDataHandler = None

    def _start_row(self, reference: str | None) -> None:
        number = self._row + 1 if reference is None else self._row_number(reference)
        if number <= self._row:
            raise self._damaged("rows_out_of_order")
        if number > self._limits.rows:
            raise ReportRefused(Refusal.TOO_MANY_ROWS, part=self._part, row=number, limit=self._limits.rows)
        if self._formula:
            self._end_formula()
        self._row = self.last_row = number
        self._row_text = str(number)
        self._column = self._elements = 0

    def _row_number(self, reference: str) -> int:
        if not (reference.isascii() and reference.isdigit() and len(reference) <= 18):
            raise self._damaged("row_reference")
        return int(reference)

    def _start_cell(self, reference: str | None) -> None:
        column = self._column + 1 if reference is None else self._column_number(reference)
        if column <= self._column:
            raise self._damaged("cells_out_of_order")
        if column > self._limits.columns:
            raise ReportRefused(Refusal.TOO_MANY_COLUMNS, part=self._part, column=column, limit=self._limits.columns)
        if self._formula:
            self._end_formula()
        self._column = column
        self.last_column = max(self.last_column, column)
        self._cells += 1
        if self._cells > self._limits.cells:
            raise ReportRefused(Refusal.TOO_MANY_CELLS, part=self._part, limit=self._limits.cells)

    def _column_number(self, reference: str) -> int:
        letters = reference.rstrip(DIGITS)
        known = self._columns.get(letters)
        if known is None:
            known = self._columns[letters] = self._spell_column(letters)
        # Parsers disagree about whether row or cell is right, so such a file says nothing certain.
        if reference[len(letters) :] != self._row_text:
            raise self._damaged("cell_of_another_row")
        return known

    def _spell_column(self, letters: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise self._damaged("cell_reference")
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - ord("A") + 1
        return number

    def _damaged(self, reason: str) -> ReportRefused:
        return ReportRefused(Refusal.DAMAGED_WORKBOOK, reason=reason, part=self._part)
