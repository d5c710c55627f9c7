"""What the archive of a whole workspace holds about uploads (see `accounts.exports`)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.exports import ExportFile
from offers.exported import rows_of, table
from reports.models import Upload


def _uploads() -> Iterator[bytes]:
    headings = [
        _("Account"), _("File"), _("Kind"), _("Status"), _("From"), _("To"), _("Marketplace"), _("Currency"),
        _("Good rows"), _("Bad rows"), _("Size in bytes"), "SHA-256", _("Uploaded"), _("Imported at"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: Upload.objects.order_by("uploaded_at"),
        "account__login", "file_name", "kind", "status", "period_from", "period_to", "marketplace", "currency",
        "good_rows", "bad_rows", "size", "sha256", "uploaded_at", "imported_at",
    )  # fmt: skip
    return table(headings, rows())


FILES = (ExportFile("uploads.csv", _uploads),)
