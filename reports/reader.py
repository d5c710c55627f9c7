"""Read a report file from its bytes to plain values: the one entry for uploads, the command line and tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Final

from reports.columns import SEARCHED_ROWS, ColumnMapping, SheetTop, find_columns
from reports.kinds import Concept
from reports.limits import DEFAULT_LIMITS, Limits
from reports.percents import PercentScale
from reports.periods import Period, PeriodFinding, find_period
from reports.problems import RowProblem
from reports.sales_by_offer import ReportRow, RowReader
from reports.workbooks import Sheet, open_sheets

PROGRESS_EVERY: Final = 1_000
# Rows below the headings in which a percent format is looked for.
FORMAT_SAMPLE: Final = 50


@dataclass(frozen=True, slots=True)
class ReportReading:
    """All that a report says, and all that could not be taken from it.

    `currency` is the ISO 4217 code named by the money headings, else by the amounts themselves, else None. `rows` are
    in sheet order, one per offer. `problems` holds the first 5,000 of `problem_count`. `share_scale` tells how the file
    wrote shares (rows always hold fractions), None where it has none.
    """

    kind: str
    language: str | None
    currency: str | None
    period_finding: PeriodFinding
    mapping: ColumnMapping
    rows: Sequence[ReportRow]
    problems: Sequence[RowProblem]
    problem_count: int
    totals_skipped: int
    blank_skipped: int
    share_scale: PercentScale | None

    @property
    def period(self) -> Period | None:
        """The inclusive Warsaw days the report covers, None where a person must say."""
        return self.period_finding.period


def read_report(
    source: BinaryIO,
    *,
    file_name: str,
    today: date,
    on_progress: Callable[[int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ReportReading:
    """Read a report from a seekable binary file.

    `file_name` is only searched for a period, `today` is the day in Warsaw, and `on_progress` is called with the
    number of sheet rows read so far, each 1,000 rows and at the end. Raises `ReportRefused` where the file as a whole
    cannot be read; single cells and rows end up in `problems` instead.
    """
    with open_sheets(source, limits) as sheets:
        tops = [SheetTop(sheet.name, sheet.top(SEARCHED_ROWS)) for sheet in sheets]
        mapping = find_columns(tops)
        sheet = sheets[mapping.sheet_index]
        reader = RowReader(mapping, mapping.currency())
        reader.shares.formatted = _has_percent_format(sheet, mapping)
        _read_rows(sheet, reader, on_progress or _ignore)
        share_scale = reader.finish()
    preamble = tops[mapping.sheet_index].rows[: mapping.header_row - 1]
    period = find_period(file_name=file_name, sheet_name=mapping.sheet, preamble=preamble, today=today)
    return _reading(reader, period, share_scale)


def _has_percent_format(sheet: Sheet, mapping: ColumnMapping) -> bool:
    column = mapping.column(Concept.SALES_SHARE)
    if column is None:
        return False
    below = range(mapping.header_row + 1, mapping.header_row + 1 + FORMAT_SAMPLE)
    return "%" in (sheet.number_format(column=column.index, rows=below) or "")


def _read_rows(sheet: Sheet, reader: RowReader, on_progress: Callable[[int], None]) -> None:
    number = 0
    for number, cells in enumerate(sheet.rows(), start=1):
        if number > reader.mapping.header_row:
            reader.read(number, cells)
        if number % PROGRESS_EVERY == 0:
            on_progress(number)
    on_progress(number)


def _reading(reader: RowReader, period: PeriodFinding, share_scale: PercentScale | None) -> ReportReading:
    return ReportReading(
        kind=reader.mapping.kind,
        language=reader.mapping.language,
        currency=reader.currency,
        period_finding=period,
        mapping=reader.mapping,
        rows=reader.rows,
        problems=reader.problems,
        problem_count=reader.problem_count,
        totals_skipped=reader.totals_skipped,
        blank_skipped=reader.blank_skipped,
        share_scale=share_scale,
    )


def _ignore(_rows: int) -> None:
    pass
