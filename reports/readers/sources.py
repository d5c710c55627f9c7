"""Open a file of either sort, workbook or text, as sheets of rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from reports.readers.limits import DEFAULT_LIMITS, Limits
from reports.readers.signatures import is_text_file
from reports.readers.texts import TextSheet, open_texts
from reports.readers.workbooks import Engine, Sheet, open_sheets


@contextmanager
def open_source(
    source: BinaryIO, limits: Limits = DEFAULT_LIMITS, engine: Engine = Engine.REFERENCE
) -> Iterator[Sequence[Sheet | TextSheet]]:
    """Give the sheets of a seekable binary file, valid inside the block; a text file once per delimiter.

    Raises `ReportRefused`.
    """
    if is_text_file(source, size_limit=limits.file_size):
        source.seek(0)
        yield open_texts(source, limits)
    else:
        with open_sheets(source, limits, engine) as sheets:
            yield sheets
