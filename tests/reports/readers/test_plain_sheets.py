"""The quick walk over a sheet finds what the thorough one finds, or leaves the sheet to it."""

from dataclasses import replace

import pytest

from reports.readers.limits import DEFAULT_LIMITS
from reports.readers.markup import MarkupScanner
from reports.readers.plain_sheets import PlainSheet, Unusual

START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="x"><sheetData>'
END = "</sheetData></worksheet>"
ROW = '<row r="{0}" spans="1:3"><c r="A{0}" t="s"><v>1</v></c><c r="B{0}"><v>2.5</v></c><c r="AA{0}"/></row>'


def quick(text: str, step: int = 10_000) -> PlainSheet:
    sheet = PlainSheet(DEFAULT_LIMITS)
    content = text.encode()
    for start in range(0, len(content), step):
        sheet.feed(content[start : start + step])
    sheet.close()
    return sheet


@pytest.mark.parametrize("step", [60, 67, 131, 10_000])
def test_both_walks_see_the_same(step: int) -> None:
    text = START + "".join(map(ROW.format, (1, 2, 9, 10, 11, 112))) + END
    sheet, scanner = quick(text, step), MarkupScanner("sheet", DEFAULT_LIMITS)
    scanner.feed(text.encode())
    scanner.close()
    assert (sheet.last_row, sheet.last_column, sheet.special) == (112, 27, False)
    assert (scanner.last_row, scanner.last_column, scanner.special) == (112, 27, False)


def test_cells_of_errors_are_noted() -> None:
    assert quick(f'{START}<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>{END}').special


@pytest.mark.parametrize(
    "data",
    [
        '<row r="2"></row><row r="1"></row>',
        '<row r="1"><c r="B1"/><c r="A1"/></row>',
        '<row r="1"><c r="A1"/><c r="A1"/></row>',
        '<row r="1"><c r="A11"/></row>',
        '<row r="1"><c r="A2"/></row>',
        '<row r="11"><c r="A1"/></row>',
        "<row><c/></row>",
        '<row r="1"><c s="1" r="A1"/></row>',
        "<row r='1'><c r='A1'/></row>",
        '<row r="1"><c\nr="A1"/></row>',
        '<row r="1"><x:c r="A1"/></row>',
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
        '<row r="1"><c r="A1"><!-- c --></c></row>',
        '<row r="1"><c r="A1"><v><![CDATA[1]]></v></c></row>',
        '<row r="300000"><c r="A300000"/></row>',
        '<row r="1"><c r="XFD1"/></row>',
        '<c r="A1"/>',
        '<row r="1"><c r="A1"/>',
        '<row r="1" x="&a;"/>',
        "<a>" * 600_000 + "</a>" * 600_000,
    ],
)
def test_what_is_unusual_is_left_to_the_thorough_walk(data: str) -> None:
    with pytest.raises(Unusual):
        quick(START + data + END)


def test_more_cells_than_allowed_are_left_to_the_thorough_walk() -> None:
    sheet = PlainSheet(replace(DEFAULT_LIMITS, cells=5))
    with pytest.raises(Unusual):
        sheet.feed((START + "".join(map(ROW.format, range(1, 9))) + END).encode())
        sheet.close()


def test_another_encoding_is_left_to_the_thorough_walk() -> None:
    for text in (START.replace("UTF-8", "iso-8859-2") + END, '<?xml version="1.0" encoding="utf-16"?><worksheet/>'):
        with pytest.raises(Unusual):
            quick(text)
