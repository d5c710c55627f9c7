"""What the reading process says, as JSON lines: values of rows as plain text and numbers, never pickled objects.

Each line is an object with one key that names what it is: "progress", "rows", "scan", "shape", "refused", "failed".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from reports.readers.columns import Column, ColumnMapping
from reports.readers.concepts import FORMS, Concept, Form, Value
from reports.readers.given import GivenColumns
from reports.readers.percents import PercentScale
from reports.readers.periods import FoundPeriod, Period, PeriodDoubt, PeriodFinding, PeriodSource
from reports.readers.problems import Problem, ProblemList, RowProblem
from reports.readers.reader import Scan
from reports.readers.rows import ReportRow
from reports.readers.shapes import FileShape, SheetShape

Document = dict[str, Any]

_PARSE: Final[Mapping[Form, Callable[[Any], Value]]] = {
    Form.MONEY: Decimal,
    Form.PERCENT: Decimal,
    Form.RATIO: Decimal,
    Form.MOMENT: datetime.fromisoformat,
    Form.DAY: date.fromisoformat,
}


def rows_document(rows: Sequence[ReportRow]) -> Document:
    """Rows as a table: the concepts once, then [number, part, ordinal, values...] per row."""
    concepts = list({concept: None for row in rows for concept in row.values})
    table = [
        [row.number, row.part, row.ordinal, *(_plain(row.values.get(concept)) for concept in concepts)] for row in rows
    ]
    return {"concepts": concepts, "table": table}


def parse_rows(document: Document) -> list[ReportRow]:
    """The rows of `rows_document`."""
    fields = [(Concept(code), _PARSE.get(FORMS[Concept(code)])) for code in document["concepts"]]
    rows = []
    for number, part, ordinal, *cells in document["table"]:
        values = {
            concept: parse(cell) if parse else cell
            for (concept, parse), cell in zip(fields, cells, strict=True)
            if cell is not None
        }
        rows.append(ReportRow(number, values, part, ordinal))
    return rows


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def scan_document(scan: Scan) -> Document:
    """A scan as plain values."""
    finding = scan.period_finding
    return {
        "currency": scan.currency,
        "period": {
            "period": _days(finding.period),
            "source": finding.source,
            "doubt": finding.doubt,
            "found": [[found.source, found.text, _days(found.period), found.doubt] for found in finding.found],
        },
        "tables": [asdict(table) for table in scan.tables],
        "problems": [[found.row, found.column_heading, found.code, found.value] for found in scan.problems.kept],
        "problem_count": scan.problems.count,
        "totals_skipped": scan.totals_skipped,
        "blank_skipped": scan.blank_skipped,
        "scales": scan.scales,
        "exported_at": _plain(scan.exported_at),
    }


def parse_scan(document: Document) -> Scan:
    """The scan of `scan_document`."""
    stated = document["period"]
    finding = PeriodFinding(
        _period(stated["period"]),
        PeriodSource(stated["source"]) if stated["source"] else None,
        PeriodDoubt(stated["doubt"]) if stated["doubt"] else None,
        tuple(
            FoundPeriod(PeriodSource(source), text, _period(days), PeriodDoubt(doubt) if doubt else None)
            for source, text, days, doubt in stated["found"]
        ),
    )
    problems = [RowProblem(row, heading, Problem(code), value) for row, heading, code, value in document["problems"]]
    return Scan(
        document["currency"],
        finding,
        tuple(map(_mapping, document["tables"])),
        ProblemList(problems, document["problem_count"]),
        document["totals_skipped"],
        document["blank_skipped"],
        {Concept(code): PercentScale(scale) for code, scale in document["scales"].items()},
        datetime.fromisoformat(document["exported_at"]) if document["exported_at"] else None,
    )


def _mapping(document: Document) -> ColumnMapping:
    columns = tuple(Column(**(column | {"concept": Concept(column["concept"])})) for column in document["columns"])
    texts = {name: tuple(document[name]) for name in ("unknown", "repeated")}
    return ColumnMapping(**(document | {"columns": columns} | texts))


def _days(period: Period | None) -> list[str] | None:
    return None if period is None else [day.isoformat() for day in period]


def _period(days: Sequence[str] | None) -> Period | None:
    return None if days is None else Period(*map(date.fromisoformat, days))


def shape_document(shape: FileShape) -> Document:
    """A file's shape as plain values; also the form in which it may be stored."""
    return {"sheets": [asdict(sheet) for sheet in shape.sheets]}


def parse_shape(document: Document) -> FileShape:
    """The shape of `shape_document`."""
    return FileShape(tuple(map(_sheet, document["sheets"])))


def _sheet(document: Document) -> SheetShape:
    return SheetShape(
        name=document["name"],
        header_row=document["header_row"],
        headings=tuple(document["headings"]),
        samples=tuple(map(tuple, document["samples"])),
        guess={int(index): Concept(code) for index, code in document["guess"].items()},
        kind=document["kind"],
        digest=document["digest"],
        lines=tuple(map(tuple, document["lines"])),
        digests={int(row): digest for row, digest in document["digests"].items()},
    )


def given_document(given: GivenColumns | None) -> Document | None:
    """What a person said, as plain values; also the form in which it may be stored."""
    return None if given is None else asdict(given)


def parse_given(document: Document | None) -> GivenColumns | None:
    """What `given_document` made plain."""
    if document is None:
        return None
    columns = {int(index): Concept(code) for index, code in document["columns"].items()}
    return GivenColumns(document["kind"], document["sheet"], document["header_row"], columns, document["currency"])
