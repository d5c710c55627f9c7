"""The tables of uploads and their rows, and what they come to beside our own record."""

from reports.models.reconciliation import (
    AccountTotal,
    ComparedMeasure,
    Comparison,
    ComparisonStatus,
    ReconciledAccount,
    ReportedDay,
)
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
    "AccountTotal",
    "ComparedMeasure",
    "Comparison",
    "ComparisonStatus",
    "Decision",
    "ReconciledAccount",
    "RememberedMapping",
    "ReportedDay",
    "RowProblem",
    "Upload",
    "UploadFile",
    "UploadKind",
    "UploadRow",
    "UploadStatus",
]
