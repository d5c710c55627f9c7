"""What the archive of a whole workspace holds about syncs (see `accounts.exports`)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.exports import ExportFile
from allegro.models import SyncRun
from offers.exported import rows_of, table


def _runs() -> Iterator[bytes]:
    headings = [
        _("Account"), _("Started"), _("Finished"), _("Kind"), _("Asked for by"), _("Result"), _("Failure"),
        _("Requests to Allegro"),
    ]  # fmt: skip
    rows = rows_of(
        lambda: SyncRun.objects.order_by("started_at"),
        "account__login", "started_at", "finished_at", "kind", "trigger", "status", "error", "requests",
    )  # fmt: skip
    return table(headings, rows())


FILES = (ExportFile("sync-runs.csv", _runs),)
