"""Read a report file from its bytes to plain values: the one entry for uploads, the command line and tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Final

from reports.readers.columns import SEARCHED_ROWS, ColumnMapping, SheetTop, find_columns
from reports.readers.concepts import Concept
from reports.readers.exported import find_exported_at
from reports.readers.given import GivenColumns, given_mapping
from reports.readers.kinds import KINDS
from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.percents import PercentScale
from reports.readers.periods import Period, PeriodFinding, find_period, find_snapshot_day, period_of_rows
from reports.readers.problems import ProblemList, RowProblem
from reports.readers.report_kind import Grain
from reports.readers.rows import ReportRow, RowReader, scale_row
from reports.readers.sources import open_source
from reports.readers.texts import TextSheet
from reports.readers.workbooks import Engine, Sheet

PROGRESS_EVERY: Final = 1_000
# Rows below the headings in which a percent format is looked for.
FORMAT_SAMPLE: Final = 50


@dataclass(frozen=True, slots=True)
class ReportReading:
    """All that a report says, and all that could not be taken from it.

    `currency` is the ISO 4217 code named by the money headings, else by the amounts themselves, else None; where rows
    have currencies of their own (`Concept.CURRENCY`), it is the one that all share. `mapping` is the first table's;
    `further_tables` are those below it (orders have one table of orders and one of lines). `rows` are in file order.
    `exported_at` (UTC) is when the file says that it was made, None where it does not say.
    `problems` holds the first 5,000 of `problem_count`. `scales` tells how the file wrote percentages (rows always hold
    fractions).
    """

    kind: str
    language: str | None
    currency: str | None
    period_finding: PeriodFinding
    mapping: ColumnMapping
    further_tables: tuple[ColumnMapping, ...]
    rows: Sequence[ReportRow]
    problems: Sequence[RowProblem]
    problem_count: int
    totals_skipped: int
    blank_skipped: int
    scales: Mapping[Concept, PercentScale]
    exported_at: datetime | None = None

    @property
    def period(self) -> Period | None:
        """The inclusive Warsaw days the report covers, None where a person must say."""
        return self.period_finding.period


@dataclass(frozen=True, slots=True)
class Scan:
    """A reading without its rows, which were given away one by one with percentages still as written."""

    currency: str | None
    period_finding: PeriodFinding
    tables: tuple[ColumnMapping, ...]
    problems: ProblemList
    totals_skipped: int
    blank_skipped: int
    scales: Mapping[Concept, PercentScale]
    exported_at: datetime | None = None


def read_report(
    source: BinaryIO,
    *,
    file_name: str,
    today: date,
    given: GivenColumns | None = None,
    on_progress: Callable[[int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ReportReading:
    """Read a report from a seekable binary file.

    `file_name` is only searched for a period, `today` is the day in Warsaw, `given` is what a person said about the
    columns of an unknown layout, and `on_progress` is called with the number of sheet rows read so far, each 1,000 rows
    and at the end. Raises `ReportRefused` where the file as a whole cannot be read; single cells and rows end up in
    `problems` instead.
    """
    rows: list[ReportRow] = []
    scan = scan_report(
        source,
        file_name=file_name,
        today=today,
        take=rows.append,
        given=given,
        on_progress=on_progress,
        limits=limits,
    )
    return finished(scan, rows)


def scan_report(
    source: BinaryIO,
    *,
    file_name: str,
    today: date,
    take: Callable[[ReportRow], None],
    given: GivenColumns | None = None,
    on_progress: Callable[[int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    engine: Engine = Engine.REFERENCE,
) -> Scan:
    """Read as `read_report` does, but give each row to `take` at once; `finished` completes them.

    Only a process that can be lost may ask for the fast engine.
    """
    with open_source(source, limits, engine) as sheets:
        tops = [SheetTop(sheet.name, sheet.top(SEARCHED_ROWS)) for sheet in sheets]
        mapping = given_mapping(given, tops) if given else find_columns(tops)
        sheet = sheets[mapping.sheet_index]
        reader = RowReader(
            mapping,
            take,
            currency=(given.currency if given else None) or mapping.currency(),
            width=sheet.row_width(mapping.header_row),
            empty_formulas=sheet.empty_formulas(),
        )
        for concept, gathered in reader.percents.items():
            gathered.formatted = _has_percent_format(sheet, mapping, concept)
        _read_rows(sheet, reader, on_progress or _ignore)
        scales = reader.finish()
    # A table without headings (row 0) has nothing above it either.
    preamble = tops[mapping.sheet_index].rows[: max(0, mapping.header_row - 1)]
    period = _period(reader, file_name, preamble, today)
    return Scan(
        reader.currency,
        period,
        tuple(reader.tables),
        reader.problems,
        reader.totals_skipped,
        reader.blank_skipped,
        scales,
        find_exported_at(preamble, today),
    )


def finished(scan: Scan, rows: Sequence[ReportRow]) -> ReportReading:
    """Bring the rows of a scan to what they mean, now that the scales of percentages are known."""
    mapping, problems = scan.tables[0], scan.problems
    if scan.scales:
        for row in rows:
            scale_row(row, scan.scales, mapping, problems)
    return ReportReading(
        kind=mapping.kind,
        language=mapping.language,
        currency=scan.currency,
        period_finding=scan.period_finding,
        mapping=mapping,
        further_tables=scan.tables[1:],
        rows=rows,
        problems=problems.kept,
        problem_count=problems.count,
        totals_skipped=scan.totals_skipped,
        blank_skipped=scan.blank_skipped,
        scales=scan.scales,
        exported_at=scan.exported_at,
    )


def _period(reader: RowReader, file_name: str, preamble: Sequence[Sequence[object]], today: date) -> PeriodFinding:
    stated = find_period(file_name=file_name, sheet_name=reader.mapping.sheet, preamble=preamble, today=today)
    grain = KINDS[reader.mapping.kind].grain
    if grain is Grain.EVENT:
        return period_of_rows(stated, reader.first, reader.last)
    return find_snapshot_day(file_name, today) if grain is Grain.SNAPSHOT else stated


def _has_percent_format(sheet: Sheet | TextSheet, mapping: ColumnMapping, concept: Concept) -> bool:
    column = mapping.column(concept)
    if column is None:
        return False
    below = range(mapping.header_row + 1, mapping.header_row + 1 + FORMAT_SAMPLE)
    return sheet.percent_format(column=column.index, rows=below)


def _read_rows(sheet: Sheet | TextSheet, reader: RowReader, on_progress: Callable[[int], None]) -> None:
    number = 0
    for number, cells in enumerate(sheet.rows(), start=1):
        if number > reader.mapping.header_row:
            reader.read(number, cells)
        if number % PROGRESS_EVERY == 0:
            on_progress(number)
    on_progress(number)


def _ignore(_rows: int) -> None:
    pass
