"""Notes on the offer's page: everyone in the workspace reads them, analysts and up write them.

Each page works on its own; htmx shows it beside the chart, and the list on the offer's page follows.
"""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import WorkspaceRequest, member_view
from accounts.models import Role
from accounts.pieces import is_piece, page_or_part
from offers.calendar import warsaw_day
from offers.models import Note, Offer
from offers.pages.note_forms import NoteForm
from offers.pages.views import get_offer
from offers.reading.notes import (
    KeptNote,
    OutdatedNote,
    add_note,
    change_note,
    kept_note,
    kept_notes,
    remove_note,
    restore_note,
)

# Tells the page that the chart's notes are others now.
CHANGED_EVENT = "noteschange"


@require_GET
@member_view()
def note(request: WorkspaceRequest, offer_id: UUID, note_id: UUID) -> HttpResponse:
    """One note with its earlier versions."""
    offer = get_offer(offer_id)
    context = {"offer": offer, "note": _kept(offer, note_id), "may_write": _may_write(request)}
    return render(request, page_or_part(request, "offers/note.html", "panel"), context)


@require_http_methods(["GET", "POST"])
@member_view(Role.ANALYST)
def add(request: WorkspaceRequest, offer_id: UUID) -> HttpResponse:
    """Write a note; `day` in the address fills in its day."""
    offer = get_offer(offer_id)
    today = warsaw_day(timezone.now()).isoformat()
    form = NoteForm(request.POST or None, initial={"first_day": request.GET.get("day", today)})
    if form.is_valid():
        add_note(offer, request.user, form.written())
        return _done(request, offer, _("The note was added."))
    return _show_form(request, offer, form)


@require_http_methods(["GET", "POST"])
@member_view(Role.ANALYST)
def edit(request: WorkspaceRequest, offer_id: UUID, note_id: UUID) -> HttpResponse:
    """Change a note. Where someone else was faster, what was typed is kept and shown again with a word about it."""
    offer = get_offer(offer_id)
    kept = _standing(offer, note_id)
    if request.method != "POST":
        return _show_form(request, offer, NoteForm.showing(kept.last), kept)
    form = NoteForm(request.POST)
    if form.is_valid():
        opened = _opened(kept, form.cleaned_data["version"])
        try:
            change_note(offer, opened, request.user, form.written())
        except OutdatedNote:
            kept = _standing(offer, note_id)
            form = _retry(request, form, kept.last)
        else:
            return _done(request, offer, _("The note was changed; the earlier text is kept."))
    return _show_form(request, offer, form, kept)


@require_POST
@member_view(Role.ANALYST)
def remove(request: WorkspaceRequest, offer_id: UUID, note_id: UUID) -> HttpResponse:
    """Take a note off the chart; removing it twice is no mistake."""
    offer = get_offer(offer_id)
    kept = _kept(offer, note_id)
    if not kept.is_removed:
        remove_note(kept.last, request.user)
    said = _("The note was removed from the chart; its text is kept below the list.")
    return _done(request, offer, said, undo=kept.last)


@require_POST
@member_view(Role.ANALYST)
def restore(request: WorkspaceRequest, offer_id: UUID, note_id: UUID) -> HttpResponse:
    """Put a removed note back on the chart; restoring it twice is no mistake."""
    offer = get_offer(offer_id)
    kept = _kept(offer, note_id)
    if kept.is_removed:
        # Someone else may bring it back at the same moment.
        with suppress(OutdatedNote):
            restore_note(offer, kept, request.user)
    return _done(request, offer, _("The note is back on the chart."))


def _kept(offer: Offer, note_id: UUID) -> KeptNote:
    found = kept_note(offer, note_id)
    if found is None:
        raise Http404("no such note")
    return found


def _standing(offer: Offer, note_id: UUID) -> KeptNote:
    found = _kept(offer, note_id)
    if found.is_removed:
        raise Http404("the note was removed")
    return found


def _opened(kept: KeptNote, version: int | None) -> Note:
    """The version that the form was opened with; the last one for a form that does not say."""
    return next((each for each in (kept.last, *kept.earlier) if each.pk == version), kept.last)


def _retry(request: WorkspaceRequest, form: NoteForm, last: Note) -> NoteForm:
    """The same text against the newest version."""
    again = NoteForm({**request.POST.dict(), "version": last.pk})
    again.add_error(
        None,
        _("%(author)s changed this note meanwhile: “%(text)s”. Your text stands below; save it to replace theirs.")
        % {"author": last.author or _("Someone"), "text": last.text},
    )
    return again


def _show_form(request: WorkspaceRequest, offer: Offer, form: NoteForm, kept: KeptNote | None = None) -> HttpResponse:
    context = {"offer": offer, "form": form, "note": kept}
    return render(request, page_or_part(request, "offers/note_form.html", "panel"), context)


def _done(request: WorkspaceRequest, offer: Offer, said: str, *, undo: Note | None = None) -> HttpResponse:
    """Back to the offer's notes; for htmx only their list, with a word to the chart and the note that can be restored.

    Without htmx the list of removed notes has the same button.
    """
    if not is_piece(request):
        messages.success(request, said)
        return redirect(f"{reverse('offers:detail', args=[offer.pk])}#notes")
    context = {
        "offer": offer,
        "notes": kept_notes(offer),
        "may_write": _may_write(request),
        "said": said,
        "undo": undo,
    }
    response = render(request, "offers/_notes.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#notes", "outerHTML"
    response["HX-Trigger-After-Swap"] = CHANGED_EVENT
    return response


def _may_write(request: WorkspaceRequest) -> bool:
    return request.membership.may(Role.ANALYST)
