"""A workspace's whole history as one ZIP archive of CSV files, built by a worker and kept in the database some days.

Each app says in its module `exported` which files it adds (`FILES`), because this app knows none of their tables.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import module_has_submodule
from django.utils.translation import override

from accounts import letters
from accounts.models import Export, ExportPart, JobStatus, Membership, User, Workspace, record_audit
from accounts.scoping import every_workspace, workspace_scope

PART_BYTES = 1024 * 1024
KEPT_FOR = timedelta(days=3)
# A worker that builds an export says so with every part; silent for so long it was killed.
SILENT_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(hours=12)
MODULE = "exported"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of the archive; `content` gives its bytes piece by piece, inside the workspace's scope, in the active
    language."""

    name: str
    content: Callable[[], Iterator[bytes]]


def export_files() -> list[ExportFile]:
    """What the apps add, in their order of installation."""
    found: list[ExportFile] = []
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, MODULE):
            found.extend(import_module(f"{config.name}.{MODULE}").FILES)
    return found


def ask(workspace: Workspace, person: User, language: str) -> tuple[Export, bool]:
    """The person's export under way, else a new one; and whether it is new."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        under_way = Export.objects.filter(asked_by=person, status__in=[JobStatus.WAITING, JobStatus.RUNNING]).first()
        if under_way is not None:
            return under_way, False
        Export.objects.filter(asked_by=person).delete()
        export: Export = Export.objects.create(workspace=workspace, asked_by=person, language=language)
        record_audit(workspace, person, "export.asked")
    return export, True


def build(export_id: str) -> bool:
    """Build an export unless another worker is at it; whether it was built. Its reader is told by mail."""
    with every_workspace():
        export = Export.objects.select_related("workspace", "asked_by").filter(pk=export_id).first()
    if export is None or export.workspace.deletion_asked_at is not None:
        return False
    with workspace_scope(export.workspace), override(export.language):
        if not _claim(export):
            return False
        try:
            _write(export)
        except BaseException:
            Export.objects.filter(pk=export.pk).update(status=JobStatus.FAILED, finished_at=timezone.now())
            raise
    _tell(export)
    return True


def _claim(export: Export) -> bool:
    now = timezone.now()
    free = Export.objects.filter(pk=export.pk, status=JobStatus.WAITING) | Export.objects.filter(
        pk=export.pk, status=JobStatus.RUNNING, heartbeat_at__lt=now - SILENT_AFTER
    )
    if not free.update(status=JobStatus.RUNNING, heartbeat_at=now, files_done=0, size=0):
        return False
    ExportPart.objects.filter(export=export).delete()
    return True


def _write(export: Export) -> None:
    files = export_files()
    Export.objects.filter(pk=export.pk).update(files=len(files))
    out = _Parts(export)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            with archive.open(file.name, "w", force_zip64=True) as target:
                for piece in file.content():
                    target.write(piece)
            Export.objects.filter(pk=export.pk).update(files_done=F("files_done") + 1, heartbeat_at=timezone.now())
    out.close()
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        status=JobStatus.DONE, size=out.size, finished_at=now, expires_at=now + KEPT_FOR
    )


class _Parts(io.RawIOBase):
    """A file that can only grow: what is written is stored as parts of an export."""

    def __init__(self, export: Export) -> None:
        super().__init__()
        self._export = export
        self._pending = bytearray()
        self._position = 0
        self.size = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # narrower than any buffer
        """Keep `piece`; full parts are stored at once."""
        self._pending += piece
        self.size += len(piece)
        while len(self._pending) >= PART_BYTES:
            self._store(PART_BYTES)
        return len(piece)

    def close(self) -> None:
        """Store the rest."""
        if self._pending:
            self._store(len(self._pending))
        super().close()

    def _store(self, length: int) -> None:
        ExportPart.objects.create(export=self._export, position=self._position, content=bytes(self._pending[:length]))
        del self._pending[:length]
        self._position += 1
        Export.objects.filter(pk=self._export.pk).update(size=self.size, heartbeat_at=timezone.now())


def _tell(export: Export) -> None:
    person = export.asked_by
    if not Membership.objects.filter(workspace=export.workspace_id, user=person).exists():
        return
    export = _fresh(export)
    context = {"export": export, "address": settings.BASE_URL + reverse("settings:data")}
    letters.send("email/export_ready", context, person.email, person.language or export.language)


def _fresh(export: Export) -> Export:
    with workspace_scope(export.workspace):
        found: Export = Export.objects.select_related("workspace").get(pk=export.pk)
    return found


def read_parts(export: Export) -> Iterator[bytes]:
    """The archive's bytes. It may be consumed after the view has returned: the scope is entered for each part."""
    position = 0
    while True:
        with workspace_scope(export.workspace):
            part = ExportPart.objects.filter(export=export, position=position).values_list("content", flat=True).first()
        if part is None:
            return
        yield bytes(part)
        position += 1


def remove_expired(now: datetime) -> int:
    """Delete every export whose time has run out, of all workspaces. Returns how many."""
    with every_workspace():
        expired = list(Export.objects.filter(expires_at__lt=now).values_list("pk", flat=True))
        Export.objects.filter(pk__in=expired).delete()
    return len(expired)


def stalled(now: datetime) -> list[str]:
    """The ids of exports that no worker is at any more; the hopeless ones are marked as failed."""
    with every_workspace():
        unfinished = Export.objects.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])
        unfinished.filter(created_at__lt=now - GIVEN_UP_AFTER).update(status=JobStatus.FAILED, finished_at=now)
        silent = unfinished.filter(heartbeat_at__lt=now - SILENT_AFTER)
        return [str(key) for key in silent.values_list("pk", flat=True)]
