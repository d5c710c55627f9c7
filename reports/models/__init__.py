"""The tables of uploads and their rows, and what they come to beside our own record."""

from reports.models.reconciliation import (
    AccountTotal,
    ComparedMeasure,
    Comparison,
    ComparisonStatus,
    ReconciledAccount,
)
from reports.models.uploads import RowProblem, Upload, UploadFile, UploadKind, UploadRow, UploadStatus

__all__ = [
    "AccountTotal",
    "ComparedMeasure",
    "Comparison",
    "ComparisonStatus",
    "ReconciledAccount",
    "RowProblem",
    "Upload",
    "UploadFile",
    "UploadKind",
    "UploadRow",
    "UploadStatus",
]
