"""The tables of uploads and their rows."""

from reports.models.uploads import RowProblem, Upload, UploadFile, UploadKind, UploadRow, UploadStatus

__all__ = ["RowProblem", "Upload", "UploadFile", "UploadKind", "UploadRow", "UploadStatus"]
