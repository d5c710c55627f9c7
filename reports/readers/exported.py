"""When a file was made, where the rows above its table say so: "Wygenerowano: 24.09.2026 13:05", "Generated | ...".

Only a label with a full moment is taken. A day alone is no moment, a date without a label may be anything, and where
two statements differ none is taken. The times that a workbook keeps of itself (docProps/core.xml) are not looked at:
nothing tells that Allegro writes them, and whoever saves the file anew changes them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

from reports.readers.moments import WARSAW, parse_moment
from reports.readers.numbers import tidy
from reports.readers.problems import CellRefused

SEARCHED_LENGTH: Final = 300
# What stands before the moment, in Polish and English; compared casefolded.
_LABEL: Final = re.compile(
    r"^(?:(?:raport|plik|report|file)\s+)?"
    r"(?:wygenerowan[oya]|utworzon[oya]|wyeksportowan[oya]"
    r"|data(?:\s+i\s+(?:czas|godzina))?\s+(?:wygenerowania|utworzenia|eksportu|pobrania)(?:\s+(?:raportu|pliku))?"
    r"|(?:date|time|date\s+and\s+time)\s+(?:generated|created|exported|of\s+(?:generation|creation|export))"
    r"|(?:generation|creation|export)\s+(?:date|time)"
    r"|generated|created|exported)"
    r"(?:\s+(?:w\s+dniu|dnia|at|on))?\s*[:\-–]?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_HAS_TIME: Final = re.compile(r"\d{1,2}:\d{2}")


def find_exported_at(preamble: Sequence[Sequence[object]], today: date) -> datetime | None:
    """The moment (UTC) at which the file says it was made, None where it says none, several or one after `today`.

    `preamble` are the cells above the headings, `today` is the day in Warsaw. A moment without a zone is Polish local
    time, as in all of Allegro's files.
    """
    found = {moment for row in preamble for moment in _stated(row)}
    moment = found.pop() if len(found) == 1 else None
    return moment if moment and moment.astimezone(WARSAW).date() <= today else None


def _stated(row: Sequence[object]) -> Iterator[datetime]:
    """The moments that a row labels; the moment may stand in the label's cell or in the next that is not empty."""
    cells = [cell for cell in row if cell is not None and str(cell).strip()]
    for index, cell in enumerate(cells):
        label = _LABEL.match(tidy(cell[:SEARCHED_LENGTH])) if isinstance(cell, str) else None
        if label is None:
            continue
        value = label["rest"] or (cells[index + 1] if index + 1 < len(cells) else None)
        if (moment := _moment(value)) is not None:
            yield moment


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        # A workbook's day alone is read as its midnight.
        is_full = value.time() != time()
    else:
        is_full = isinstance(value, str) and _HAS_TIME.search(value) is not None
    try:
        return parse_moment(value) if is_full else None
    except CellRefused:
        return None
