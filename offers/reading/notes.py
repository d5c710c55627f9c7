"""Notes on days of an offer: read, written, changed and removed without losing a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from offers.models import Note, Offer
from offers.sales.daily import Window


class OutdatedNote(Exception):
    """Someone else changed or removed the note since it was opened."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes: the text and its Warsaw days, both included."""

    text: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note as it stands, with its earlier versions, newest first."""

    last: Note
    earlier: Sequence[Note] = ()

    @property
    def is_removed(self) -> bool:
        """Whether someone took it off the chart."""
        return self.last.removed_at is not None

    @property
    def is_restored(self) -> bool:
        """Whether the version that stands brought a removed note back."""
        return bool(self.earlier) and self.earlier[0].removed_at is not None

    @property
    def begun_by(self) -> User | None:
        """Who wrote the first version; None where that person's account is gone."""
        return (self.earlier[-1] if self.earlier else self.last).author


@dataclass(frozen=True, slots=True)
class KeptNotes:
    """The notes of an offer, by their days from the newest on."""

    standing: Sequence[KeptNote]
    removed: Sequence[KeptNote]

    def within(self, window: Window) -> list[Note]:
        """As `notes_within`, of what has been read already."""
        last = [note.last for note in reversed(self.standing)]
        return [note for note in last if note.first_day <= window.last and note.last_day >= window.first]


def notes_within(offer: Offer, window: Window) -> list[Note]:
    """The standing notes that touch `window`, oldest first."""
    standing = _versions(offer).filter(superseded_at__isnull=True, removed_at__isnull=True)
    found = standing.filter(first_day__lte=window.last, last_day__gte=window.first)
    return list(found.order_by("first_day", "last_day", "created_at"))


def kept_notes(offer: Offer) -> KeptNotes:
    """Every note of the offer. One query."""
    versions: dict[UUID, list[Note]] = {}
    for version in _versions(offer).order_by("-created_at", "-pk"):
        versions.setdefault(version.note_id, []).append(version)
    notes = [KeptNote(last, earlier) for last, *earlier in versions.values()]
    notes.sort(key=lambda note: (note.last.first_day, note.last.created_at), reverse=True)
    return KeptNotes([note for note in notes if not note.is_removed], [note for note in notes if note.is_removed])


def kept_note(offer: Offer, note_id: UUID) -> KeptNote | None:
    """One note of the offer with all its versions."""
    versions = list(_versions(offer).filter(note_id=note_id).order_by("-created_at", "-pk"))
    return KeptNote(versions[0], versions[1:]) if versions else None


def add_note(offer: Offer, author: User, written: Written) -> Note:
    """Write a new note."""
    return _store(offer, uuid4(), author, written)


def change_note(offer: Offer, opened: Note, author: User, written: Written) -> Note:
    """Add a version after the one that was `opened`. Raises OutdatedNote where that is not the last any more."""
    with transaction.atomic():
        _close(opened, superseded_at=timezone.now())
        return _store(offer, opened.note_id, author, written)


def remove_note(opened: Note, person: User) -> None:
    """Take the note off the chart; its text stays in the list of removed notes. Raises OutdatedNote."""
    _close(opened, removed_at=timezone.now(), removed_by=person)


def restore_note(offer: Offer, removed: KeptNote, person: User) -> None:
    """Put a removed note back on the chart as it was, by a version of its own. Raises OutdatedNote where it stands."""
    last = removed.last
    with transaction.atomic():
        _close(last, is_removed=True, superseded_at=timezone.now())
        _store(offer, last.note_id, person, Written(last.text, last.first_day, last.last_day))


def _close(opened: Note, *, is_removed: bool = False, **values: object) -> None:
    last = Note.objects.filter(pk=opened.pk, superseded_at__isnull=True, removed_at__isnull=not is_removed)
    if not last.update(**values):
        raise OutdatedNote


def _store(offer: Offer, note_id: UUID, author: User, written: Written) -> Note:
    note: Note = Note.objects.create(
        note_id=note_id,
        account_id=offer.account_id,
        offer=offer,
        author=author,
        text=written.text,
        first_day=written.first_day,
        last_day=written.last_day,
    )
    return note


def _versions(offer: Offer) -> QuerySet[Note]:
    found: QuerySet[Note] = Note.objects.filter(offer=offer).select_related("author", "removed_by")
    return found
