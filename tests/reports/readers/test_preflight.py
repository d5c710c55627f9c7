"""What may be uploaded as a workbook, and what is turned away before it can do harm."""

import struct
import time
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO

import openpyxl.xml.functions
import pytest

from reports.readers.limits import DEFAULT_LIMITS
from reports.readers.preflight import check_container, check_workbook, clean_copy
from reports.readers.refusals import Refusal, ReportRefused
from tests.reports.readers.workbook_samples import LAMP, POLISH, raw_parts, read, said, text_row, workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"
HEADINGS = text_row(1, "ID oferty", "Liczba sprzedanych sztuk")


def refusal(source: BytesIO) -> ReportRefused:
    with pytest.raises(ReportRefused) as caught:
        check_workbook(source)
    return caught.value


def test_a_sound_workbook_passes() -> None:
    check_workbook(workbook(POLISH, LAMP))
    check_container(workbook(POLISH, LAMP))


def test_an_empty_file_is_named_empty() -> None:
    assert refusal(BytesIO()).code is Refusal.EMPTY_FILE


@pytest.mark.parametrize(
    ("content", "detected"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><table>", "html"),
        (b"<table border=1><tr><td>ID oferty", "html"),
        (b'<?xml version="1.0"?><html xmlns="x">', "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "xml"),
        ("ID oferty;Tytuł\r\n18000000001;Łóżko\r\n".encode("cp1250"), "text"),
        ("ID oferty\tTytuł".encode("utf-16"), "text"),
        (b"PK\x05\x06" + b"\0" * 18, "zip"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "unknown"),
    ],
)
def test_other_formats_are_named_for_what_they_are(content: bytes, detected: str) -> None:
    refused = refusal(BytesIO(content))
    assert (refused.code, refused.context) == (Refusal.NOT_A_WORKBOOK, {"detected": detected})


@pytest.mark.parametrize(
    ("names", "detected"),
    [
        (("word/document.xml", "[Content_Types].xml"), "zip"),
        (("mimetype", "content.xml"), "ods"),
        (("[Content_Types].xml", "xl/workbook.bin"), "xlsb"),
    ],
)
def test_other_zip_formats_are_named_for_what_they_are(names: tuple[str, ...], detected: str) -> None:
    refused = refusal(zipped(dict.fromkeys(names, "<x/>")))
    assert (refused.code, refused.context) == (Refusal.NOT_A_WORKBOOK, {"detected": detected})


def test_old_excel_and_encrypted_files_are_told_apart() -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000
    assert refusal(BytesIO(container)).code is Refusal.OLD_EXCEL
    encrypted = container + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    assert refusal(BytesIO(encrypted)).code is Refusal.ENCRYPTED_WORKBOOK


def test_a_zip_with_an_encrypted_entry_is_refused_as_encrypted() -> None:
    content = bytearray(workbook(POLISH).getvalue())
    record = content.index(b"PK\x01\x02")
    content[record + 8] |= 1
    assert refusal(BytesIO(bytes(content))).code is Refusal.ENCRYPTED_WORKBOOK


def test_a_file_over_the_size_limit_is_refused_with_both_sizes() -> None:
    source = workbook(POLISH)
    size = len(source.getvalue())
    with pytest.raises(ReportRefused) as caught:
        check_container(source, replace(DEFAULT_LIMITS, file_size=size - 1))
    assert (caught.value.code, caught.value.context) == (Refusal.TOO_LARGE, {"size": size, "limit": size - 1})


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95, 0.999])
def test_a_truncated_download_is_damaged(kept: float) -> None:
    content = workbook(POLISH, LAMP).getvalue()
    assert refusal(BytesIO(content[: int(len(content) * kept)])).code is Refusal.DAMAGED_WORKBOOK


def test_a_flipped_byte_is_damaged() -> None:
    content = bytearray(zipped(raw_parts(HEADINGS)).getvalue())
    content[content.index(SHEET.encode()) + len(SHEET) + 20] ^= 0xFF
    assert refusal(BytesIO(bytes(content))).code is Refusal.DAMAGED_WORKBOOK


@pytest.mark.parametrize("name", ["../evil.xml", "xl/../../evil.xml", "/etc/evil.xml", "C:/evil.xml", "xl\\evil.xml"])
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    refused = refusal(zipped({**raw_parts(HEADINGS), name: "<x/>"}))
    assert refused.code is Refusal.UNSAFE_ENTRY_NAME
    assert refused.context == {"name": name}


@pytest.mark.parametrize("name", [SHEET, SHEET.upper()])
def test_one_part_with_two_contents_is_refused(name: str) -> None:
    source = zipped(raw_parts(HEADINGS))
    with zipfile.ZipFile(source, "a") as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_args, **_options: None)
        archive.writestr(name, "<x/>")
    assert refusal(source).code is Refusal.DUPLICATE_ENTRY


def test_an_archive_of_thousands_of_entries_is_refused_before_its_directory_is_read() -> None:
    many = {f"xl/media/{number}.png": b"" for number in range(1_001)}
    refused = refusal(zipped({**raw_parts(HEADINGS), **many}))
    assert (refused.code, refused.context) == (Refusal.TOO_MANY_ENTRIES, {"entries": 1_005, "limit": 1_000})


def test_other_compression_methods_are_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in raw_parts(HEADINGS).items():
            archive.writestr(name, content)
    assert refusal(stream).code is Refusal.DAMAGED_WORKBOOK


def bomb(megabytes: int) -> BytesIO:
    """A workbook whose sheet is mostly blanks: about a kilobyte per megabyte."""
    parts = raw_parts(HEADINGS)
    start, end = parts[SHEET].split("<sheetData>")
    stream = zipped({name: content for name, content in parts.items() if name != SHEET})
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(SHEET, "w") as part:
        part.write(f"{start}<sheetData>".encode())
        for _ in range(megabytes):
            part.write(b" " * 2**20)
        part.write(end.encode())
    stream.seek(0)
    return stream


def declare_size(source: BytesIO, name: str, size: int) -> BytesIO:
    """Make the directory of an archive lie about the unpacked size of one entry."""
    content = bytearray(source.getvalue())
    with zipfile.ZipFile(source) as archive:
        offset = archive.getinfo(name).header_offset
    struct.pack_into("<I", content, offset + 22, size)
    record = content.rindex(name.encode()) - 46
    struct.pack_into("<I", content, record + 24, size)
    return BytesIO(bytes(content))


def test_a_zip_bomb_is_refused_by_the_size_it_declares() -> None:
    assert refusal(bomb(40)).code is Refusal.UNPACKS_TOO_LARGE


def test_a_zip_bomb_that_declares_a_small_size_costs_no_memory() -> None:
    source = declare_size(bomb(64), SHEET, 3_000)
    tracemalloc.start()
    assert refusal(source).code in {Refusal.DAMAGED_WORKBOOK, Refusal.UNPACKS_TOO_LARGE}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_unpacked_bytes_are_counted_and_not_believed() -> None:
    rows = "".join(text_row(number, f"oferta {number}", "x" * 50) for number in range(1, 2_000))
    source = zipped(raw_parts(rows))
    with pytest.raises(ReportRefused) as caught:
        check_workbook(source, replace(DEFAULT_LIMITS, unpacked_tree=100))
    assert caught.value.code is Refusal.UNPACKS_TOO_LARGE


def test_pictures_and_macros_are_not_copied() -> None:
    source = zipped({**raw_parts(HEADINGS), "xl/vbaProject.bin": b"macro", "xl/theme/theme1.xml": "<theme/>"})
    with clean_copy(source) as copy, zipfile.ZipFile(copy.file) as archive:
        assert sorted(archive.namelist()) == sorted(raw_parts())


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_a_document_type_is_refused_in_every_part_that_is_read(part: str) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    parts = raw_parts(HEADINGS)
    refused = refusal(zipped({**parts, part: entities + parts[part]}))
    assert (refused.code, refused.context) == (Refusal.FORBIDDEN_MARKUP, {"part": part})


def test_openpyxl_parses_with_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML is True
    assert openpyxl.xml.functions.iterparse.__module__.startswith("defusedxml")


def test_a_cell_in_the_last_row_of_excel_is_refused_quickly() -> None:
    started = time.monotonic()
    refused = refusal(zipped(raw_parts(HEADINGS + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>')))
    assert refused.code is Refusal.TOO_MANY_ROWS
    assert refused.context == {"part": SHEET, "row": 1_048_576, "limit": 250_000}
    assert time.monotonic() - started < 10  # walking a million rows would take minutes


def test_a_cell_in_the_last_column_of_excel_is_refused() -> None:
    refused = refusal(zipped(raw_parts(HEADINGS + '<row r="2"><c r="XFD2"><v>1</v></c></row>')))
    assert (refused.code, refused.context["column"]) == (Refusal.TOO_MANY_COLUMNS, 16_384)


def test_cells_without_references_count_as_columns() -> None:
    refused = refusal(zipped(raw_parts('<row r="1">' + "<c><v>1</v></c>" * 2_001 + "</row>")))
    assert (refused.code, refused.context["column"]) == (Refusal.TOO_MANY_COLUMNS, 2_001)


def test_the_number_of_cells_is_limited() -> None:
    rows = "".join(text_row(number, "a", "b") for number in range(1, 50))
    with pytest.raises(ReportRefused) as caught:
        check_workbook(zipped(raw_parts(rows)), replace(DEFAULT_LIMITS, cells=90))
    assert caught.value.code is Refusal.TOO_MANY_CELLS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('<row r="2"/><row r="2"/>', "rows_out_of_order"),
        ('<row r="5"/><row r="4"/>', "rows_out_of_order"),
        ('<row r="-1"/>', "row_reference"),
        ('<row r="1e9"/>', "row_reference"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "cells_out_of_order"),
        ('<row r="1"><c r="ABCD1"/></row>', "cell_reference"),
        ('<row r="1"><c r="11"/></row>', "cell_reference"),
        ("<row><c></row>", "malformed_xml"),
        ("<mergeCell/>" * 500_001, "too_many_elements"),
        (text_row(1, "a" * 2_000_000), "text_too_long"),
    ],
)
def test_a_sheet_that_openpyxl_would_misread_is_damaged(data: str, reason: str) -> None:
    limits = replace(DEFAULT_LIMITS, ratio_floor=2**30)
    with pytest.raises(ReportRefused) as caught:
        check_workbook(zipped(raw_parts(data)), limits)
    assert caught.value.code is Refusal.DAMAGED_WORKBOOK
    assert caught.value.context == {"reason": reason, "part": SHEET}


def test_an_unknown_encoding_is_damaged() -> None:
    parts = raw_parts(HEADINGS, prologue='<?xml version="1.0" encoding="no-such"?>')
    assert refusal(zipped(parts)).code is Refusal.DAMAGED_WORKBOOK


def test_a_wrong_dimension_hides_no_columns() -> None:
    rows = HEADINGS + '<row r="2"><c r="A2"><v>18000000001</v></c><c r="B2"><v>7</v></c></row>'
    reading = read(zipped(raw_parts(rows, before_data='<dimension ref="A1"/>')))
    assert [said(row, "offer_id units") for row in reading.rows] == [("18000000001", 7)]


def test_gaps_between_rows_keep_the_sheets_row_numbers() -> None:
    rows = HEADINGS.replace('r="1"', 'r="5"') + '<row r="90"><c><v>18000000001</v></c><c><v>7</v></c></row>'
    reading = read(zipped(raw_parts(rows, before_data='<dimension ref="A5:B90"/>')))
    assert (reading.mapping.header_row, reading.rows[0].number) == (5, 90)


def test_a_workbook_without_sheets_is_refused() -> None:
    parts = raw_parts()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].split("<sheets>")[0] + "<sheets/></workbook>"
    with pytest.raises(ReportRefused) as caught:
        read(zipped(parts))
    assert caught.value.code is Refusal.NO_SHEETS


@pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_parts_that_say_nothing_make_a_damaged_workbook(part: str) -> None:
    parts = raw_parts(HEADINGS)
    root = parts[part].split(" ")[0]
    with pytest.raises(ReportRefused) as caught:
        read(zipped({**parts, part: f"{root}/>"}))
    assert caught.value.code in {Refusal.DAMAGED_WORKBOOK, Refusal.NO_SHEETS}


def test_a_missing_shared_string_is_damage_and_no_crash() -> None:
    with pytest.raises(ReportRefused) as caught:
        read(zipped(raw_parts('<row r="1"><c t="s"><v>99</v></c></row>')))
    assert (caught.value.code, caught.value.context) == (Refusal.DAMAGED_WORKBOOK, {"reason": "IndexError"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-2"])
def test_sheets_in_any_encoding_and_with_a_prefix_are_read(encoding: str) -> None:
    data = text_row(1, "ID oferty", "Wartość sprzedaży") + '<row r="2"><c><v>18000000001</v></c><c><v>7</v></c></row>'
    parts: dict[str, str | bytes] = {**raw_parts(data)}
    sheet = str(parts[SHEET]).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    parts[SHEET] = f'<?xml version="1.0" encoding="{encoding}"?>{sheet}'.encode(encoding)
    assert said(read(zipped(parts)).rows[0], "revenue") == (7,)


def test_a_sheet_without_a_dimension_is_not_parsed_an_extra_time() -> None:
    with clean_copy(zipped(raw_parts(HEADINGS))) as copy, zipfile.ZipFile(copy.file) as archive:
        assert b'><dimension ref="A1"/><sheetData>' in archive.read(SHEET)
