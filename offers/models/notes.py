"""What people of the workspace wrote down about days of an offer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.models.offer import Offer

LONGEST_NOTE = 1_000


class Note(TenantModel):
    """One version of a note on a day or some days of an offer.

    Nothing anyone wrote is lost: to change a note adds a version with the same `note_id` and closes the one before, to
    remove it marks the last version, and to restore it adds a version after the removed one.
    """

    note_id = models.UUIDField(default=uuid.uuid4)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="notes")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="notes")
    # Warsaw days, both included.
    first_day = models.DateField()
    last_day = models.DateField()
    text = models.CharField(max_length=LONGEST_NOTE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="note_is_forward"),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True)
                | Q(removed_at__isnull=True)
                | Q(superseded_at__gte=F("removed_at")),
                name="removed_version_superseded_by_restoring",
            ),
            models.UniqueConstraint(
                fields=["note_id"], condition=Q(superseded_at__isnull=True), name="one_last_version_per_note"
            ),
        ]
        indexes = [
            # The notes of one offer, for its page and its chart.
            models.Index(fields=["offer", "first_day"], name="notes_of_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m-%d} {self.text[:40]}"

    @property
    def is_one_day(self) -> bool:
        """Whether it speaks of a single day."""
        return self.first_day == self.last_day

    def get_absolute_url(self) -> str:
        """The page of the note, whatever its version."""
        return reverse("offers:note", args=[self.offer_id, self.note_id])
