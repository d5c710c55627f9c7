"""What a person does to an upload: say what it leaves open, import it, undo that, have it read again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role
from offers.words.values import format_count
from reports import uploads as domain
from reports.details import say
from reports.forms import DetailsForm
from reports.models import UploadStatus
from reports.views import get_upload, show_upload


@require_POST
@member_view(Role.ANALYST)
def import_(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Let the good rows count; a second click finds it done."""
    found = get_upload(upload_id)
    if domain.import_upload(found, request.user, leave_out=_whole_number(request.POST.get("leave_out"))):
        text = ngettext("%(count)s row imported.", "%(count)s rows imported.", found.good_rows)
        messages.success(request, text % {"count": format_count(found.good_rows)})
    elif found.status != UploadStatus.IMPORTED:
        messages.warning(request, _("This upload cannot be imported as it stands; nothing was changed."))
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def details(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Say which days the report covers, and its currency and marketplace where the file leaves them open."""
    found = get_upload(upload_id)
    form = DetailsForm(found, request.POST)
    if not form.is_valid():
        return show_upload(request, found, form)
    if say(found, **form.said):
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("This can no longer be changed for this upload; nothing was changed."))
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def discard(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Stop the figures from counting."""
    found = get_upload(upload_id)
    if domain.discard(found, request.user):
        messages.success(request, _("“%(name)s” is discarded: its figures count nowhere.") % {"name": found.file_name})
        if domain.earlier_reading_counts(found):
            messages.info(request, _("The earlier reading of the same file counts."))
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def restore(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Bring back what was discarded, to be looked at and imported again."""
    found = get_upload(upload_id)
    try:
        if domain.restore(found):
            messages.success(request, _("Brought back. Nothing counts before you import it."))
    except domain.AlreadyLive as live:
        messages.info(request, _("The same file has been uploaded again since; here it is."))
        found = live.upload
    return redirect("reports:detail", found.pk)


@require_POST
@member_view(Role.ANALYST)
def read_again(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Have the kept original read anew; what is imported goes on counting meanwhile."""
    found = get_upload(upload_id)
    try:
        reading = domain.read_again(found, request.user) or found
    except domain.AlreadyLive as live:
        messages.info(request, _("The same file has been uploaded again since; here it is."))
        reading = live.upload
    return redirect("reports:detail", reading.pk)


@require_POST
@member_view(Role.ANALYST)
def change_mapping(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Ask for the columns of a file that was understood by itself or by an earlier mapping."""
    found = get_upload(upload_id)
    if not domain.change_mapping(found):
        messages.warning(request, _("The columns of this upload can no longer be changed; nothing was changed."))
    return redirect("reports:detail", found.pk)


def _whole_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
