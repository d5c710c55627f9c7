"""The tables of uploads and their rows."""

from reports.models.rows import UploadRow
from reports.models.uploads import (
    Decision,
    RememberedMapping,
    RowProblem,
    Upload,
    UploadFile,
    UploadKind,
    UploadStatus,
)

__all__ = [
    "Decision",
    "RememberedMapping",
    "RowProblem",
    "Upload",
    "UploadFile",
    "UploadKind",
    "UploadRow",
    "UploadStatus",
]
