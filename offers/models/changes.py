"""What changed: projections of snapshots and events."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.fields import MINOR_KEYS
from offers.letters import PLAIN, POLISH
from offers.models.journal import OfferEvent
from offers.models.offer import Offer
from offers.models.shared import SharedObject


class Certainty(models.TextChoices):
    """How well a change's time and values are known."""

    EXACT = "exact", _("exact time from the journal")
    INTERVAL = "interval", _("seen by comparing two reads; Allegro announced nothing")
    SEVERAL = "several", _("one of several edits between two reads")
    SOLD = "sold", _("sold, not edited")
    NO_DIFFERENCE = "no_difference", _("announced by Allegro, no visible difference")
    OVERTAKEN = "overtaken", _("changed again before it was read")
    UNREAD = "unread", _("announced by Allegro, not read yet")
    BEFORE_HISTORY = "before_history", _("happened before the first reading")
    NOT_FOLLOWED = "not_followed", _("announced by Allegro; this part of an offer is not read")


# What nobody edited: pieces that were sold, and counters that move by themselves.
NOT_EDITED = Q(certainty=Certainty.SOLD) | Q(field__in=MINOR_KEYS)


class ValueWords(models.Func):
    """The words and numbers in JSON values, for full-text search; markup is left out by PostgreSQL's parser.

    Polish letters stand as plain ones: a query must go through `without_polish_marks` too.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()

    def __init__(self, *names: str, **extra: Any) -> None:
        super().__init__(*(_WordsOf(name) for name in names), **extra)


class _WordsOf(models.Func):
    template = (
        "jsonb_to_tsvector('simple', "
        f"translate(coalesce(%(expressions)s, 'null')::text, '{POLISH}', '{PLAIN}')::jsonb, "
        """'["string", "numeric"]')"""
    )
    output_field = SearchVectorField()


class ChangeBatch(TenantModel):
    """The same field changed on many offers within minutes: the fingerprint of a tool. A projection of the changes."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="batches")
    field = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    offers = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "field", "until"], name="batch_by_time")]

    def __str__(self) -> str:
        return f"{self.field} of {self.offers} offers"


class OfferChange(TenantModel):
    """One field's old -> new of an offer or of a shared object, derived from facts by `offers.record.changes`.

    `marketplace` is "" for the account's own one and for fields common to all; of a translation it is the language.

    `old_seen`/`new_seen` tell a value that nobody saw ("—") from one that was seen to be empty. `not_before` and
    `not_after` enclose the true moment and are equal when it is known.
    """

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="changes")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.CASCADE, related_name="changes")
    shared = models.ForeignKey(SharedObject, null=True, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=60, blank=True)
    marketplace = models.CharField(max_length=32, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    old_seen = models.BooleanField()
    new_seen = models.BooleanField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    # Retention may give up the event of a change that stands.
    event = models.ForeignKey(OfferEvent, null=True, on_delete=models.SET_NULL, related_name="changes")
    event_type = models.CharField(max_length=40, blank=True)
    change_type = models.CharField(max_length=12, blank=True)
    certainty = models.CharField(max_length=16, choices=Certainty.choices)
    units_sold = models.IntegerField(default=0)
    batch = models.ForeignKey(ChangeBatch, null=True, on_delete=models.SET_NULL, related_name="changes")

    class Meta:
        ordering = ["-not_after", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(not_after__gte=F("not_before")), name="change_span_is_forward"),
            models.CheckConstraint(
                condition=Q(offer__isnull=False, shared__isnull=True) | Q(offer__isnull=True, shared__isnull=False),
                name="change_of_offer_or_shared",
            ),
        ]
        indexes = [
            models.Index(fields=["offer", "-not_after", "-id"], name="change_of_offer"),
            # The change events page: an account's newest, page by page.
            models.Index(fields=["account", "-not_after", "-id"], name="change_newest"),
            # As that page is opened, without sales: its keys are read from the index alone, however far back.
            models.Index(
                fields=["account", "-not_after", "-id"],
                include=["not_before", "batch"],
                condition=~NOT_EDITED,
                name="change_edits",
            ),
            # The same page narrowed to one field: changes of a kind over all offers.
            models.Index(fields=["account", "field", "-not_after", "-id"], name="change_of_field"),
            models.Index(fields=["shared", "-not_after"], name="change_of_shared", condition=Q(shared__isnull=False)),
            models.Index(fields=["batch"], name="change_of_batch", condition=Q(batch__isnull=False)),
            # Full-text search in the values.
            GinIndex(ValueWords("old", "new"), name="change_plain_words"),
        ]

    def __str__(self) -> str:
        return f"{self.field or self.event_type} of {self.offer_id}"

    @property
    def is_moment(self) -> bool:
        """Whether the exact time is known."""
        return self.not_before == self.not_after
