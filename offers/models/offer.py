"""The offer itself, as last seen: a projection."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.letters import PlainLetters


class OfferStatus(models.TextChoices):
    """Allegro's publication status, and our own word for an offer that Allegro no longer returns."""

    ACTIVE = "ACTIVE", _("Active")
    ACTIVATING = "ACTIVATING", _("Activating")
    INACTIVE = "INACTIVE", _("Draft")
    ENDED = "ENDED", _("Ended")
    GONE = "GONE", _("No longer at Allegro")
    UNKNOWN = "", _("Unknown")


class Offer(TenantModel):
    """An offer as last seen: a projection of its snapshots, for lists and filters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="offers")
    allegro_id = models.CharField(max_length=32)
    title = models.CharField(max_length=250, blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    image_url = models.URLField(max_length=500, blank=True)
    category_id = models.CharField(max_length=32, blank=True)
    product_id = models.CharField(max_length=64, blank=True, db_default="")
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    stock = models.IntegerField(null=True)
    status = models.CharField(max_length=12, choices=OfferStatus.choices, blank=True)
    ended_by = models.CharField(max_length=30, blank=True)
    visits_30d = models.IntegerField(null=True)
    watchers = models.IntegerField(null=True)
    sold_30d = models.IntegerField(null=True)
    first_seen_at = models.DateTimeField()
    detail_seen_at = models.DateTimeField(null=True)
    # When what Allegro tells of single offers besides (translations, rating, Smart!, price rules) was last read, or
    # had its turn.
    extras_seen_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)
    # Until when the list bore out the price, stock and status that were read last; a row that disagrees moves nothing.
    confirmed_until = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    gone_checked_at = models.DateTimeField(null=True)
    # When the newest edit of its own was done at the latest (a projection of its changes; sales are no edits).
    edited_at = models.DateTimeField(null=True)
    # What a search compares with.
    plain_title = models.GeneratedField(
        expression=PlainLetters("title"), output_field=models.CharField(max_length=250), db_persist=True
    )
    plain_external_id = models.GeneratedField(
        expression=PlainLetters("external_id"), output_field=models.CharField(max_length=100), db_persist=True
    )
    # Set, in the transaction that stores a new fact, to that fact's time: changes from then on must be derived again.
    derive_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["title", "allegro_id"]
        constraints = [models.UniqueConstraint(fields=["account", "allegro_id"], name="one_offer_per_allegro_id")]
        indexes = [
            # The rotation's query: which offers' details were read longest ago?
            models.Index(fields=["account", "detail_seen_at"], name="offer_rotation"),
            models.Index(fields=["account", "extras_seen_at"], name="offer_extras_rotation"),
            # Offers of the same catalogue product stand together.
            models.Index(fields=["account", "product_id"], name="offers_of_product"),
            # The derive stage's query: almost always a handful of rows.
            models.Index(fields=["account"], name="offer_to_derive", condition=Q(derive_from__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or self.allegro_id
