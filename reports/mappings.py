"""How people named the columns of files whose headings nobody knew: kept per workspace, used for the next such file."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from accounts.models import User
from reports.models import RememberedMapping, Upload
from reports.readers.concepts import Concept
from reports.readers.given import GivenColumns
from reports.readers.kinds import KINDS
from reports.readers.shapes import FileShape, SheetShape

# In `Upload.given_columns`: a person wants to name the columns although the headings are known.
ASK: Final = "ask"
# Which remembered mapping a file was read by.
REMEMBERED: Final = "remembered"


class ColumnsUnknown(Exception):
    """Nobody can tell what the columns hold; `shape` is what a person is shown to say it."""

    def __init__(self, shape: FileShape) -> None:
        super().__init__(shape.digest)
        self.shape = shape


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
    """The newest mapping of this shape of file, None where nobody named its columns yet."""
    remembered = RememberedMapping.objects.filter(workspace=upload.account.workspace_id, shape_digest=shape.digest)
    found: RememberedMapping | None = remembered.order_by("-created_at", "-pk").first()
    return found


def applied(remembered: RememberedMapping, shape: FileShape) -> GivenColumns | None:
    """The remembered columns for this file, whose sheet may have another name or begin further down."""
    sheet = _matching_sheet(remembered, shape)
    if sheet is None:
        return None
    return GivenColumns(
        kind=remembered.kind,
        sheet=sheet.name,
        header_row=sheet.header_row,
        columns={int(index): Concept(concept) for index, concept in remembered.columns.items()},
        currency=remembered.currency or None,
    )


def _matching_sheet(remembered: RememberedMapping, shape: FileShape) -> SheetShape | None:
    wide_enough = [sheet for sheet in shape.sheets if max(map(int, remembered.columns)) < len(sheet.headings)]
    same_name = [sheet for sheet in wide_enough if sheet.name == remembered.sheet]
    return next(iter([*same_name, *wide_enough]), None)


def faults(kind: str, columns: Mapping[int, Concept]) -> tuple[list[list[Concept]], list[Concept]]:
    """What keeps a mapping from being used: groups of concepts of which one is required but none was named, and
    concepts that were named for more than one column."""
    named = Counter(columns.values())
    missing = [sorted(group) for group in KINDS[kind].required if not group & named.keys()]
    return missing, sorted(concept for concept, times in named.items() if times > 1)
