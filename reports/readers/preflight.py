"""Make an uploaded workbook safe to parse.

A workbook is a zip archive, and its directory is written by whoever made it: sizes can lie, names can climb out of the
archive, one name can stand for two contents. So openpyxl never sees the upload. It gets a copy, written here, of only
the parts a report is read from, each inflated in small steps under a byte budget and walked by `MarkupScanner`.
Pictures, macros, external links and charts are not copied and never inflated.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.markup import READ_ROOTS, SHEET_ROOT, TREE_ROOTS, MarkupScanner
from reports.readers.plain_sheets import PlainSheet, Unusual
from reports.readers.refusals import Refusal, ReportRefused
from reports.readers.signatures import check_signature, is_text_file

CHUNK = 64 * 1024
MEMORY_BEFORE_DISK = 16 * 1024 * 1024
DIRECTORY_SIGNATURE = b"PK\x01\x02"
ENCRYPTED_FLAG = 0x1
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MANIFEST = "[Content_Types].xml"
UNSAFE_NAME = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|\\|[\x00-\x1f]")
# What the zip and inflate layers raise on bytes that are no sound archive.
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)


def check_container(source: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse what is plainly neither text nor workbook, without inflating anything: cheap enough for a request.

    `source` is a seekable binary file. Raises `ReportRefused`.
    """
    if not is_text_file(source, size_limit=limits.file_size):
        with _open_archive(source, limits):
            pass


def check_workbook(source: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse anything that `clean_copy` would refuse; inflates and walks every part that would be read."""
    with clean_copy(source, limits):
        pass


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the walk over a sheet has seen: its area in cells, gaps included, and what `MarkupScanner` notes."""

    area: int
    special: bool
    empty_formulas: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """A sound workbook, and the facts about each of its sheets by the name of its part."""

    file: IO[bytes]
    sheets: Mapping[str, SheetFacts]


@contextmanager
def clean_copy(source: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[CleanCopy]:
    """Give a sound copy of the workbook with only the parts a report needs, removed when the block ends.

    The copy stays in memory up to 16 MB and goes to a temporary file above that. Raises `ReportRefused`.
    """
    with SpooledTemporaryFile(max_size=MEMORY_BEFORE_DISK) as spool:
        copy = cast("IO[bytes]", spool)
        # Not packed: the copy is read once and thrown away, so speed matters and size does not.
        with _open_archive(source, limits) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
            sheets = _copy_parts(archive, target, limits)
        copy.seek(0)
        yield CleanCopy(copy, sheets)


@contextmanager
def _open_archive(source: BinaryIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    check_signature(source, size_limit=limits.file_size)
    _count_entries(source, limits)
    try:
        archive = zipfile.ZipFile(source)
    except ARCHIVE_ERRORS as error:
        raise _damaged("no_directory") from error
    with archive:
        _check_directory(archive.infolist(), limits)
        yield archive


def _count_entries(source: BinaryIO, limits: Limits) -> None:
    """Count directory records in the raw bytes: opening a directory of a million records is an attack of its own."""
    count = 0
    tail = b""
    while chunk := source.read(CHUNK):
        window = tail + chunk
        count += window.count(DIRECTORY_SIGNATURE)
        tail = window[-(len(DIRECTORY_SIGNATURE) - 1) :]
    source.seek(0)
    if count > limits.entries:
        raise ReportRefused(Refusal.TOO_MANY_ENTRIES, entries=count, limit=limits.entries)


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, limits)
        # Part names ignore case in this format, so two spellings are the same part with two contents.
        folded = entry.filename.casefold()
        if folded in seen:
            raise ReportRefused(Refusal.DUPLICATE_ENTRY, name=entry.filename[:200])
        seen.add(folded)
    if sum(entry.file_size for entry in entries) > limits.unpacked_total:
        raise ReportRefused(Refusal.UNPACKS_TOO_LARGE, limit=limits.unpacked_total)
    _check_is_workbook(seen)


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    # `orig_filename` still has what follows a null byte; zipfile cuts `filename` there.
    if UNSAFE_NAME.search(entry.orig_filename):
        raise ReportRefused(Refusal.UNSAFE_ENTRY_NAME, name=entry.filename[:200])
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise ReportRefused(Refusal.ENCRYPTED_WORKBOOK)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged("compression_method")
    if entry.file_size > limits.unpacked_entry or _ratio_exceeded(entry, entry.file_size, limits):
        raise ReportRefused(Refusal.UNPACKS_TOO_LARGE, limit=limits.unpacked_entry)


def _check_is_workbook(names: set[str]) -> None:
    if "mimetype" in names and "content.xml" in names:
        raise ReportRefused(Refusal.NOT_A_WORKBOOK, detected="ods")
    if any(name.endswith("workbook.bin") for name in names):
        raise ReportRefused(Refusal.NOT_A_WORKBOOK, detected="xlsb")
    if MANIFEST.casefold() not in names or not any(name.endswith("workbook.xml") for name in names):
        raise ReportRefused(Refusal.NOT_A_WORKBOOK, detected="zip")


def _copy_parts(archive: zipfile.ZipFile, target: zipfile.ZipFile, limits: Limits) -> dict[str, SheetFacts]:
    remaining = limits.unpacked_total
    sheets: dict[str, SheetFacts] = {}
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels")):
            continue
        try:
            taken, facts = _copy_part(archive, entry, target, limits, remaining)
        except ARCHIVE_ERRORS as error:
            raise _damaged("unreadable_entry") from error
        remaining -= taken
        if facts:
            sheets[entry.filename] = facts
    return sheets


def _copy_part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: zipfile.ZipFile, limits: Limits, remaining: int
) -> tuple[int, SheetFacts | None]:
    """Copy one part if a report is read from it.

    Returns the bytes it really took unpacked, never over `remaining`, and what was seen if it is a sheet.
    """
    scanner = MarkupScanner(entry.filename, limits)
    with archive.open(entry) as packed:
        chunk = packed.read(CHUNK)
        scanner.feed(chunk)
        if scanner.root not in READ_ROOTS:
            return len(chunk), None
        facts = _plain_facts(archive, entry, limits) if scanner.root == SHEET_ROOT else None
        limit = limits.unpacked_tree if scanner.root in TREE_ROOTS else limits.unpacked_entry
        taken = 0
        with target.open(entry.filename, "w") as part:
            while chunk:
                taken += len(chunk)
                if taken > min(limit, remaining) or _ratio_exceeded(entry, taken, limits):
                    raise ReportRefused(Refusal.UNPACKS_TOO_LARGE, limit=min(limit, remaining))
                part.write(chunk if taken > len(chunk) else _with_dimension(chunk, scanner))
                chunk = packed.read(CHUNK)
                if facts is None:
                    scanner.feed(chunk)
    if facts:
        return taken, facts
    scanner.close()
    if scanner.root != SHEET_ROOT:
        return taken, None
    area = scanner.last_row * scanner.last_column
    return taken, SheetFacts(area, scanner.special, frozenset(scanner.empty_formulas))


def _plain_facts(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> SheetFacts | None:
    """What a sheet written as usual is like; None where the scanner must look at it element by element."""
    sheet = PlainSheet(limits)
    taken = 0
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(CHUNK):
                taken += len(chunk)
                if taken > limits.unpacked_entry or _ratio_exceeded(entry, taken, limits):
                    return None
                sheet.feed(chunk)
        sheet.close()
    except Unusual:
        return None
    return SheetFacts(sheet.last_row * sheet.last_column, sheet.special, frozenset())


def _with_dimension(start: bytes, scanner: MarkupScanner) -> bytes:
    """Put a dimension into the start of a sheet, because openpyxl parses a whole sheet to find that it has none.

    What it says does not matter: the reader resets it. Not done to UTF-16, where these bytes would be wrong.
    """
    at = scanner.first_child_at
    if scanner.root != SHEET_ROOT or at is None or b"\0" in start[:4] or start.startswith(UTF_16_MARKS):
        return start
    return start[:at] + f'<{scanner.prefix}dimension ref="A1"/>'.encode() + start[at:]


def _ratio_exceeded(entry: zipfile.ZipInfo, unpacked: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_floor and unpacked > limits.ratio * max(entry.compress_size, 1)


def _damaged(reason: str) -> ReportRefused:
    return ReportRefused(Refusal.DAMAGED_WORKBOOK, reason=reason)
