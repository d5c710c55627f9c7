"""How people named the columns of files whose headings nobody knew: kept per workspace, used for the next such file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from accounts.models import User
from reports.models import RememberedMapping, Upload
from reports.readers.columns import map_row, named_column
from reports.readers.concepts import Concept
from reports.readers.given import GivenColumns
from reports.readers.kinds import KINDS
from reports.readers.shapes import FileShape, SheetShape, guess_below

# In `Upload.given_columns`: a person wants to name the columns although the headings are known.
ASK: Final = "ask"
# Which remembered mapping a file was read by.
REMEMBERED: Final = "remembered"


class ColumnsUnknown(Exception):
    """Nobody can tell what the columns hold; `shape` is what a person is shown to say it."""

    def __init__(self, shape: FileShape) -> None:
        super().__init__(shape.digest)
        self.shape = shape


def shape_document(shape: FileShape) -> dict[str, Any]:
    """What the mapping screen shows of a file, as JSON: sheets with headings, sample cells, and our best guess."""
    return {
        "sheets": [
            {
                "name": sheet.name,
                "header_row": sheet.header_row,
                "headings": list(sheet.headings),
                "samples": [list(row) for row in sheet.samples],
                "kind": sheet.kind or "",
                "guess": {str(index): str(concept) for index, concept in sheet.guess.items()},
                "digest": sheet.digest,
                "lines": [list(row) for row in sheet.lines],
                "digests": {str(row): digest for row, digest in sheet.digests.items()},
            }
            for sheet in shape.sheets
        ]
    }


def with_headings_in(sheet: Mapping[str, Any], row: int) -> dict[str, Any]:
    """A sheet of `shape_document` as it would be with its headings in another of its rows (1-based)."""
    headings, samples, kind, guess = guess_below(sheet["lines"], row)
    return {
        **sheet,
        "header_row": row,
        "headings": list(headings),
        "samples": [list(cells) for cells in samples],
        "kind": kind or "",
        "guess": {str(index): str(concept) for index, concept in guess.items()},
        "digest": sheet["digests"][str(row)],
    }


def given_document(given: GivenColumns) -> dict[str, Any]:
    """The columns as a person named them, as JSON."""
    return {
        "kind": given.kind,
        "sheet": given.sheet,
        "header_row": given.header_row,
        "columns": {str(index): str(concept) for index, concept in sorted(given.columns.items())},
        "currency": given.currency or "",
    }


def given_columns(document: Mapping[str, Any]) -> GivenColumns | None:
    """What `given_document` wrote; None where nobody named any columns."""
    if not document.get("columns"):
        return None
    return GivenColumns(
        kind=document["kind"],
        sheet=document["sheet"],
        header_row=document["header_row"],
        columns={int(index): Concept(concept) for index, concept in document["columns"].items()},
        currency=document["currency"] or None,
    )


def remember(upload: Upload, given: GivenColumns, digest: str, user: User | None) -> RememberedMapping:
    """Keep the mapping for the next file of the shape; older ones of the shape stay beside it."""
    document = given_document(given)
    kept: RememberedMapping = RememberedMapping.objects.create(
        workspace=upload.account.workspace, shape_digest=digest, created_by=user, **document
    )
    return kept


def is_anything_remembered(upload: Upload) -> bool:
    """Whether it is worth looking at the file's shape before it is read."""
    return bool(RememberedMapping.objects.filter(workspace=upload.account.workspace_id).exists())


def recall(upload: Upload, shape: FileShape) -> RememberedMapping | None:
    """The newest mapping of a sheet with a row of just these headings, None where nobody named any yet."""
    digests = {digest for sheet in shape.sheets for digest in (sheet.digest, *sheet.digests.values())}
    remembered = RememberedMapping.objects.filter(workspace=upload.account.workspace_id, shape_digest__in=digests)
    found: RememberedMapping | None = remembered.order_by("-created_at", "-pk").first()
    return found


def applied(remembered: RememberedMapping, shape: FileShape) -> GivenColumns:
    """The remembered columns for this file, whose sheet may have another name or begin further down."""
    alike = [(sheet, row) for sheet in shape.sheets if (row := _row_of(sheet, remembered.shape_digest))]
    same_name = [(sheet, row) for sheet, row in alike if sheet.name == remembered.sheet]
    sheet, header_row = next(iter([*same_name, *alike]))
    return GivenColumns(
        kind=remembered.kind,
        sheet=sheet.name,
        header_row=header_row,
        columns={int(index): Concept(concept) for index, concept in remembered.columns.items()},
        currency=remembered.currency or None,
    )


def _row_of(sheet: SheetShape, digest: str) -> int | None:
    """In which row the headings of a digest stand: the guessed one where it has them, else the first that has."""
    if sheet.digest == digest:
        return sheet.header_row
    return next((row for row, found in sorted(sheet.digests.items()) if found == digest), None)


def faults(
    kind: str, columns: Mapping[int, Concept], headings: Sequence[str]
) -> tuple[list[list[Concept]], list[Concept]]:
    """What keeps a mapping from being used: groups of concepts of which one is required but none was named, and
    concepts that were named for more than one column. Prices may be: one column for each marketplace."""
    named = Counter(
        (concept, _marketplace(kind, concept, headings[index] if index < len(headings) else ""))
        for index, concept in columns.items()
    )
    found = {concept for concept, _marketplace in named}
    missing = [sorted(group) for group in KINDS[kind].required if not group & found]
    return missing, sorted({concept for (concept, _marketplace), times in named.items() if times > 1})


def guess_columns(kind: str, sheet: Mapping[str, Any]) -> dict[int, Concept]:
    """What the columns of a sheet (of `shape_document`) would hold in a report of this kind, as far as that is known:
    what was guessed already and the kind has as well, else what the headings say."""
    known = map_row(KINDS[kind], 0, "", 1, sheet["headings"])
    guess = {column.index: column.concept for column in known.columns}
    taken = set(guess.values())
    for index, code in sheet["guess"].items():
        concept = Concept(code)
        if int(index) not in guess and concept in KINDS[kind].aliases and concept not in taken:
            guess[int(index)] = concept
            taken.add(concept)
    return guess


def _marketplace(kind: str, concept: Concept, heading: str) -> str | None:
    return named_column(KINDS[kind], concept, 0, heading).marketplace
