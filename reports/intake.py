"""Take the files of one upload request, one after another, without holding more than one in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import SellerAccount, User
from reports.models import Upload, UploadStatus
from reports.uploads import receive, refuse_too_large


@dataclass(slots=True)
class Intake:
    """What became of the files of one request."""

    new: list[Upload] = field(default_factory=list)
    known: list[Upload] = field(default_factory=list)
    refused: list[Upload] = field(default_factory=list)

    @property
    def everything(self) -> list[Upload]:
        """All uploads, also those that were there before."""
        return [*self.new, *self.known, *self.refused]


def take_files(account: SellerAccount, user: User, files: "Iterable[UploadedFile[bytes]]") -> Intake:
    """Receive each file; the size is looked at before a byte is read."""
    intake = Intake()
    for file in files:
        upload, created = _take(account, user, file)
        if not created:
            intake.known.append(upload)
        elif upload.status == UploadStatus.REFUSED:
            intake.refused.append(upload)
        else:
            intake.new.append(upload)
    return intake


def _take(account: SellerAccount, user: User, file: "UploadedFile[bytes]") -> tuple[Upload, bool]:
    name, size = file.name or "", file.size or 0
    if size > settings.MAX_UPLOAD_BYTES:
        return refuse_too_large(account, user, name, size), True
    return receive(account, user, name, file.read())
