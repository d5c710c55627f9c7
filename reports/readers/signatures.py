"""Recognise what a file really is by its first bytes; its name and the browser's content type prove nothing."""

from typing import BinaryIO

from reports.readers.refusals import Refusal, ReportRefused

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
HEAD_BYTES = 4096
# A password-protected .xlsx is an OLE container with a stream of this name, which OLE spells in UTF-16.
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<table", b"<meta", b"<body")


def is_text_file(source: BinaryIO, *, size_limit: int) -> bool:
    """Tell a text file (True) from a workbook (False); leave it at its start. Raises `ReportRefused` for all else."""
    try:
        check_signature(source, size_limit=size_limit)
    except ReportRefused as refused:
        if refused.context.get("detected") != "text":
            raise
        return True
    return False


def check_signature(source: BinaryIO, *, size_limit: int) -> None:
    """Refuse a seekable file that is empty, over `size_limit` bytes or no zip container; leave it at its start."""
    size = source.seek(0, 2)
    source.seek(0)
    if size == 0:
        raise ReportRefused(Refusal.EMPTY_FILE)
    if size > size_limit:
        raise ReportRefused(Refusal.TOO_LARGE, size=size, limit=size_limit)
    head = source.read(HEAD_BYTES)
    if head.startswith(OLE_MAGIC):
        raise ReportRefused(_ole_refusal(head + source.read()))
    source.seek(0)
    if not head.startswith(ZIP_MAGIC):
        raise ReportRefused(Refusal.NOT_A_WORKBOOK, detected=_name_content(head))


def _ole_refusal(content: bytes) -> Refusal:
    return Refusal.ENCRYPTED_WORKBOOK if ENCRYPTED_STREAM in content else Refusal.OLD_EXCEL


def _name_content(head: bytes) -> str:
    """Name what `head` looks like; shops rename web pages and CSV files to .xls, so those are worth telling apart."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"%pdf"):
        return "pdf"
    if start.startswith(HTML_STARTS):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start else "xml"
    if start.startswith(b"pk"):
        return "zip"
    return "text" if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # Polish CSV files come in UTF-8 or Windows-1250: either way without the control bytes of a binary format.
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
