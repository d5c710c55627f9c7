"""A file may end the process that reads it, never more; hostile files are refused for what they are."""

import json
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.readers import isolated
from reports.readers.isolated import Bounds, ReaderFailed, inspect_isolated, read_isolated
from reports.readers.problems import Problem
from reports.readers.reader import ReportReading, read_report
from reports.readers.refusals import Refusal, ReportRefused
from tests.reports.readers.workbook_samples import LAMP, MUG, POLISH, TODAY, raw_parts, said, text_row, workbook, zipped

HEADINGS = text_row(1, "ID oferty", "Sprzedane sztuki")
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MEGABYTE = 1024 * 1024
ORDERS = b"Type,OrderId,OrderDate,PaymentAmount,PaymentCurrency\norder,a-1,2026-08-03T10:00:00.000Z,10.00,PLN\n"


def read(content: bytes, **options: object) -> ReportReading:
    return read_isolated(content, file_name="raport.xlsx", today=TODAY, **options)  # type: ignore[arg-type]


def refusal(content: bytes, **options: object) -> ReportRefused:
    with pytest.raises(ReportRefused) as caught:
        read(content, **options)
    return caught.value


def sheet(data: str, **parts: str) -> bytes:
    return zipped({**raw_parts(HEADINGS + data), **parts}).getvalue()


def test_a_report_is_read_as_in_one_s_own_process() -> None:
    source = workbook(POLISH, LAMP, MUG, (None, "bez numeru", 1))
    told: list[int] = []
    reading = read(source.getvalue(), on_progress=told.append)
    assert reading == read_report(source, file_name="raport.xlsx", today=TODAY)
    assert told == [4]


def bomb() -> bytes:
    return zipped({**raw_parts(HEADINGS), SHEET: b"<worksheet>" + b" " * (210 * MEGABYTE)}).getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    prologue = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    return zipped(raw_parts("<c><v>&a9;</v></c>", prologue=prologue)).getvalue()


def truncated() -> bytes:
    return workbook(POLISH, *[LAMP] * 500).getvalue()[:-400]


def wrong_checksum() -> bytes:
    content = bytearray(zipped(raw_parts(HEADINGS)).getvalue())
    at = content.rfind(b"PK\x01\x02")
    content[at + 16 : at + 20] = b"\0\1\2\3"
    return bytes(content)


def lying_directory() -> bytes:
    """The directory says that the sheet unpacks to 100 bytes; it unpacks to 300,000."""
    parts = {**raw_parts(HEADINGS), SHEET: f"<worksheet>{' ' * 300_000}</worksheet>"}
    content = bytearray(zipped(parts).getvalue())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(content)


def many_strings() -> bytes:
    return zipped({**raw_parts(HEADINGS), STRINGS: f"<sst>{'<si><t/></si>' * 2_100_000}</sst>"}).getvalue()


def nested() -> bytes:
    return zipped({**raw_parts(HEADINGS), SHEET: "<worksheet>" + "<a>" * 600_000}).getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], set[Refusal]]] = {
    "zip bomb": (bomb, {Refusal.UNPACKS_TOO_LARGE}),
    "last row": (lambda: sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), {Refusal.TOO_MANY_ROWS}),
    "last column": (lambda: sheet('<row r="2"><c r="XFD2"><v>1</v></c></row>'), {Refusal.TOO_MANY_COLUMNS}),
    "billion laughs": (laughs, {Refusal.FORBIDDEN_MARKUP}),
    "deep nesting": (nested, {Refusal.DAMAGED_WORKBOOK}),
    "truncated": (truncated, {Refusal.DAMAGED_WORKBOOK}),
    "wrong checksum": (wrong_checksum, {Refusal.DAMAGED_WORKBOOK}),
    "lying directory": (lying_directory, {Refusal.DAMAGED_WORKBOOK}),
    "strings without end": (many_strings, {Refusal.UNPACKS_TOO_LARGE, Refusal.DAMAGED_WORKBOOK}),
    "a text of 2 MB": (lambda: sheet(text_row(2, "x" * 2 * MEGABYTE)), {Refusal.DAMAGED_WORKBOOK}),
    "a line of 50 MB": (lambda: b"a" * (50 * MEGABYTE), {Refusal.TOO_LARGE}),
    "a line of 29 MB": (lambda: b"a;" * (29 * MEGABYTE // 2), {Refusal.LINE_TOO_LONG}),
    "five million columns": (lambda: b"a," * 5_000_000, {Refusal.LINE_TOO_LONG}),
    "half a million columns": (lambda: b"," * 500_000, {Refusal.TOO_MANY_COLUMNS}),
    "a million lines": (lambda: b"a;b\n" * 1_000_000, {Refusal.TOO_MANY_ROWS}),
    "a quote never closed": (lambda: b'a;b\n"' + b"c;d\n" * 50_000, {Refusal.LINE_TOO_LONG}),
    "zero bytes": (lambda: ORDERS + b"\0" * 9_000, {Refusal.UNREADABLE_TEXT, Refusal.NOT_A_WORKBOOK}),
    "half letters": (lambda: "Łódź;".encode() * 10 + b"\xff\xfe\xb3\n", {Refusal.UNREADABLE_TEXT}),
    "nothing": (lambda: b"", {Refusal.EMPTY_FILE}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_within_the_limits(name: str) -> None:
    make, expected = HOSTILE[name]
    content = make()
    started = time.monotonic()
    assert refusal(content).code in expected
    assert time.monotonic() - started < 30


def test_a_sparse_sheet_within_the_limits_is_read_without_padding_it() -> None:
    far = '<row r="2"><c r="A2"><v>18000000001</v></c><c r="B2"><v>4</v></c></row>'
    far += '<row r="249999"><c r="A249999"><v>18000000002</v></c><c r="BXX249999"><v>1</v></c></row>'
    rows = read(sheet(far)).rows
    assert [(row.number, *said(row, "offer_id units")) for row in rows] == [
        (2, "18000000001", 4),
        (249_999, "18000000002", None),
    ]


def test_macros_are_not_looked_at() -> None:
    content = workbook(POLISH, LAMP).getvalue()
    stream = BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" * 100)
    assert len(read(stream.getvalue()).rows) == 1


def test_a_formula_is_its_saved_result_or_a_problem() -> None:
    cells = '<c r="A2"><f>1+1</f><v>18000000001</v></c><c r="B2"><f>WEBSERVICE("http://x")</f><v></v></c>'
    reading = read(sheet(f'<row r="2">{cells}</row>'))
    assert [said(row, "offer_id units") for row in reading.rows] == [("18000000001", None)]
    assert [(problem.row, problem.code) for problem in reading.problems] == [(2, Problem.FORMULA_WITHOUT_VALUE)]


def test_too_little_memory_is_a_refusal() -> None:
    for memory in (12, 20, 28):
        refused = refusal(workbook(POLISH, LAMP).getvalue(), bounds=Bounds(memory=memory * MEGABYTE))
        assert (refused.code, refused.context) == (Refusal.TOO_HEAVY, {"reason": "memory"})


def test_too_much_time_is_a_refusal() -> None:
    started = time.monotonic()
    refused = refusal(workbook(POLISH, LAMP).getvalue(), bounds=Bounds(wall_seconds=0.02))
    assert (refused.code, refused.context) == (Refusal.TOO_HEAVY, {"reason": "time"})
    assert time.monotonic() - started < 5


def test_what_progress_raises_ends_the_reading() -> None:
    def stop(_rows: int) -> None:
        raise KeyError("claim")

    with pytest.raises(KeyError):
        read(workbook(POLISH, LAMP).getvalue(), on_progress=stop)


def test_the_process_gets_no_secrets_and_no_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setattr(isolated, "MODULE", "tests.reports.readers.revealing_child")
    with pytest.raises(ReaderFailed) as caught:
        read(ORDERS)
    names, descriptors = json.loads(str(caught.value).partition(" at ")[0])
    assert set(names) <= {"LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "PYTHONDONTWRITEBYTECODE", "TMPDIR"}
    assert descriptors == 5, "the three of every process, the file, and the list of them"


def test_an_error_of_our_own_shows_places_and_no_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "MODULE", "tests.reports.readers.no_such_child")
    with pytest.raises(ReportRefused) as caught:
        inspect_isolated(ORDERS, file_name="a.csv")
    assert (caught.value.code, caught.value.context) == (Refusal.TOO_HEAVY, {"reason": "crash"})


CSV = (
    ORDERS + b"\nType,OrderId,LineItemId,OfferId,Name,Quantity,Price\nlineItem,a-1,l-1,18000000001,Lampka,2,5.00\n",
    "Data;Typ operacji;Uznania;Obciążenia;Saldo\n03.08.2026 10:00;Opłata;;-1,20;0,00\n".encode(),
)
FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6)


def damaged(content: bytes, flips: list[tuple[float, int]]) -> bytes:
    changed = bytearray(content)
    for place, value in flips:
        changed[int(place * len(changed))] = value
    return bytes(changed)


@given(st.sampled_from(CSV), FLIPS)
@settings(max_examples=150)
def test_damaged_text_is_read_or_refused(content: bytes, flips: list[tuple[float, int]]) -> None:
    try:
        assert read_report(BytesIO(damaged(content, flips)), file_name="a.csv", today=date(2026, 9, 1)).mapping
    except ReportRefused as refused:
        assert refused.code in Refusal


@given(st.booleans(), FLIPS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_workbooks_are_read_or_refused_by_the_process(inside: bool, flips: list[tuple[float, int]]) -> None:
    parts: dict[str, str | bytes] = {**raw_parts(HEADINGS + text_row(2, "18000000001", "4"))}
    if inside:
        parts[SHEET] = damaged(str(parts[SHEET]).encode(), flips)
    content = zipped(parts).getvalue()
    try:
        assert read(content if inside else damaged(content, flips)).mapping
    except ReportRefused as refused:
        assert refused.code in Refusal
