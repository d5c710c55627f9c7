"""What Allegro announced, and the times about which it is silent: facts."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models import SellerAccount
from accounts.scoping import TenantModel


class OfferEvent(TenantModel):
    """One row of Allegro's offer journal, raw. Ordered by arrival: `occurred_at` may be late or in the future."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="offer_events")
    event_id = models.CharField(max_length=256)
    allegro_offer_id = models.CharField(max_length=32)
    type = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="one_row_per_event")]
        indexes = [
            # Deriving one offer's changes reads its events in time order.
            models.Index(fields=["account", "allegro_offer_id", "occurred_at"], name="event_by_offer"),
            # Old raw events are found by time only, for retention; a block-range index costs almost nothing.
            BrinIndex(fields=["received_at"], name="event_received_brin"),
            # Whose translations were changed since they were read? Rare among all events.
            models.Index(
                fields=["account", "received_at"],
                name="translation_events",
                condition=Q(type="OFFER_TRANSLATION_UPDATED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.allegro_offer_id} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class FactHorizon(TenantModel):
    """Up to when facts of an account were given up by retention: changes until then stand and are not derived again."""

    account = models.OneToOneField(SellerAccount, on_delete=models.CASCADE, related_name="horizon")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} since {self.since:%Y-%m-%d}"


class CoverageGap(TenantModel):
    """A span about which a stream is silent: what happened in it can only be seen by comparing reads."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="gaps")
    stream = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=40)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="gap_is_forward"),
            models.UniqueConstraint(fields=["account", "stream", "since"], name="one_gap_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.since:%Y-%m-%d %H:%M} – {self.until:%Y-%m-%d %H:%M}"
