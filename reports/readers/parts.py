"""Find the sheets of a sound workbook in its parts, and the percent formats of a column.

Only a copy made by `reports.readers.preflight` may be given: it has no document types and no oversized trees.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse

_PERCENT_BUILT_IN: Final = frozenset({9, 10})
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# What stands in quotes or behind a backslash is shown as it is and makes no percentage.
_LITERALS: Final = re.compile(r'"[^"]*"|\\.')


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each worksheet by its name, in the workbook's order; chart sheets are left out."""
    workbook = next(name for name in archive.namelist() if name.endswith("workbook.xml"))
    folder, file = posixpath.split(workbook)
    relations = fromstring(archive.read(posixpath.join(folder, "_rels", f"{file}.rels")))
    targets = {
        relation.get("Id"): _target(folder, str(relation.get("Target")))
        for relation in relations
        if str(relation.get("Type")).endswith("/worksheet")
    }
    sheets = _children(fromstring(archive.read(workbook)), "sheets")
    names = ((sheet.get("name"), sheet.get(_RELATION) or sheet.get(_STRICT_RELATION)) for sheet in sheets)
    return {str(name): targets[relation] for name, relation in names if relation in targets}


def has_percent_format(source: IO[bytes], sheet: str, *, column: int, rows: range) -> bool:
    """Whether the first number in a 0-based column within 1-based `rows` of a sheet is shown as a percentage."""
    with zipfile.ZipFile(source) as archive:
        style = _first_style(archive, sheet_parts(archive)[sheet], column, rows)
        if style is None or (styles := _styles_part(archive)) is None:
            return False
        return style in _percent_styles(fromstring(archive.read(styles)))


def _target(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _styles_part(archive: zipfile.ZipFile) -> str | None:
    return next((name for name in archive.namelist() if name.endswith("styles.xml")), None)


def _percent_styles(styles: Element) -> set[int]:
    own: Mapping[int, str] = {
        int(found.get("numFmtId", "0")): found.get("formatCode", "") for found in _children(styles, "numFmts")
    }
    formats = [int(found.get("numFmtId", "0")) for found in _children(styles, "cellXfs")]
    return {
        index
        for index, number in enumerate(formats)
        if number in _PERCENT_BUILT_IN or "%" in _LITERALS.sub("", own.get(number, ""))
    }


def _first_style(archive: zipfile.ZipFile, part: str, column: int, rows: range) -> int | None:
    """The style of the first cell with a plain number."""
    number = 0
    with archive.open(part) as sheet:
        for _, element in iterparse(sheet, events=("end",)):
            if _local(element) != "row":
                continue
            number = int(element.get("r", number + 1))
            if number >= rows.stop:
                return None
            if number in rows:
                for cell in _cells_at(element, column):
                    if cell.get("t", "n") == "n" and any(_local(child) == "v" and child.text for child in cell):
                        return int(cell.get("s", "0"))
            element.clear()
    return None


def _cells_at(row: Element, column: int) -> Iterator[Element]:
    position = -1
    for cell in row:
        letters = cell.get("r", "").rstrip("0123456789")
        position = _column_index(letters) if letters else position + 1
        if position == column:
            yield cell


def _column_index(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _children(element: Element, name: str) -> list[Element]:
    return [child for found in element if _local(found) == name for child in found]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
