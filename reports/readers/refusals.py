"""Why a whole file is turned away.

The code is stable and is what the pages translate; the context holds the plain values a translated sentence needs.
"""

from collections.abc import Mapping
from enum import StrEnum

ContextValue = str | int | list[str]


class Refusal(StrEnum):
    """One reason for refusing a whole file. The comment beside each lists its context keys."""

    EMPTY_FILE = "empty_file"  # (none)
    TOO_LARGE = "too_large"  # size, limit: bytes as uploaded
    NOT_A_WORKBOOK = "not_a_workbook"  # detected: pdf, html, xml, text, zip, ods, xlsb or unknown
    OLD_EXCEL = "old_excel"  # (none)
    ENCRYPTED_WORKBOOK = "encrypted_workbook"  # (none)
    DAMAGED_WORKBOOK = "damaged_workbook"  # reason: a short token for the log; part: the entry, where known
    TOO_MANY_ENTRIES = "too_many_entries"  # entries, limit
    DUPLICATE_ENTRY = "duplicate_entry"  # name
    UNSAFE_ENTRY_NAME = "unsafe_entry_name"  # name
    UNPACKS_TOO_LARGE = "unpacks_too_large"  # limit: bytes once unpacked
    FORBIDDEN_MARKUP = "forbidden_markup"  # part: the entry holding a document type declaration
    TOO_MANY_ROWS = "too_many_rows"  # part, row, limit
    TOO_MANY_COLUMNS = "too_many_columns"  # part, column, limit
    TOO_MANY_CELLS = "too_many_cells"  # part, limit
    NO_SHEETS = "no_sheets"  # (none)
    NO_KNOWN_HEADING = "no_known_heading"  # headings: as found, missing: concepts that were not found
    UNREADABLE_TEXT = "unreadable_text"  # reason: nul or encoding
    LINE_TOO_LONG = "line_too_long"  # line: 1-based, limit: bytes
    TOO_HEAVY = "too_heavy"  # reason: memory, time or crash
    MIXED_CURRENCIES = "mixed_currencies"  # currencies: ISO 4217 codes found in the headings


class ReportRefused(Exception):
    """The file as a whole cannot be read; nothing of it is kept.

    `code` is one of `Refusal`, `context` maps the names listed there to plain values.
    """

    def __init__(self, code: Refusal, **context: ContextValue) -> None:
        super().__init__(f"{code}: {context}" if context else str(code))
        self.code = code
        self.context: Mapping[str, ContextValue] = context
