"""What: offers, the facts about them (journal events, snapshots, orders, counters) and the projections made from facts.

Facts are only ever added. Projections (`Offer`, `OfferChange`, `SalesDay`) can be deleted and rebuilt, and come out
identical, because they are pure functions of the facts.
"""

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel


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
    listed_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    gone_checked_at = models.DateTimeField(null=True)
    # Set, in the transaction that stores a new fact, to that fact's time: changes from then on must be derived again.
    derive_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["title", "allegro_id"]
        constraints = [models.UniqueConstraint(fields=["account", "allegro_id"], name="one_offer_per_allegro_id")]
        indexes = [
            # The rotation's query: which offers' details were read longest ago?
            models.Index(fields=["account", "detail_seen_at"], name="offer_rotation"),
            # The derive stage's query: almost always a handful of rows.
            models.Index(fields=["account"], name="offer_to_derive", condition=Q(derive_from__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or self.allegro_id


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
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.allegro_offer_id} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class SnapshotPart(models.TextChoices):
    """Which slice of an offer a snapshot holds. One field stands in exactly one part, whichever call read it."""

    PRICE_STOCK = "price_stock", _("Price and stock")
    DETAIL = "detail", _("Details")
    LISTING = "listing", _("List row")


class OfferSnapshot(TenantModel):
    """One distinct content of one part of an offer, and the span of time in which reads found it unchanged."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="snapshots")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="snapshots")
    part = models.CharField(max_length=16, choices=SnapshotPart.choices)
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_seen_at__gte=F("first_seen_at")), name="snapshot_span_is_forward"),
            # Serves the newest snapshot of a part and one offer's whole history, and makes a repeated run harmless.
            models.UniqueConstraint(fields=["offer", "part", "first_seen_at"], name="one_snapshot_per_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.offer_id} since {self.first_seen_at:%Y-%m-%d %H:%M}"


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


class OfferChange(TenantModel):
    """One field's old -> new, derived from snapshots and events (see `offers.changes`).

    `old_seen`/`new_seen` tell a value that nobody saw ("—") from one that was seen to be empty. `not_before` and
    `not_after` enclose the true moment and are equal when it is known.
    """

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="changes")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=60, blank=True)
    marketplace = models.CharField(max_length=32, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    old_seen = models.BooleanField()
    new_seen = models.BooleanField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    event = models.ForeignKey(OfferEvent, null=True, on_delete=models.CASCADE, related_name="changes")
    event_type = models.CharField(max_length=40, blank=True)
    change_type = models.CharField(max_length=12, blank=True)
    certainty = models.CharField(max_length=16, choices=Certainty.choices)
    units_sold = models.IntegerField(default=0)

    class Meta:
        ordering = ["-not_after", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(not_after__gte=F("not_before")), name="change_span_is_forward"),
        ]
        indexes = [
            models.Index(fields=["offer", "-not_after", "-id"], name="change_of_offer"),
            # The change events page: an account's newest, page by page.
            models.Index(fields=["account", "-not_after", "-id"], name="change_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.field or self.event_type} of {self.offer_id}"

    @property
    def is_moment(self) -> bool:
        """Whether the exact time is known."""
        return self.not_before == self.not_after


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


class OfferDay(TenantModel):
    """The counters that Allegro refreshes each night, as observed; `day` is the last day they cover (Warsaw).

    `visits_30d` counts unique visitors of 30 days, `sold_30d` pieces of 30 days; neither is a daily value.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="offer_days")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="days")
    marketplace = models.CharField(max_length=32)
    day = models.DateField()
    visits_30d = models.IntegerField(null=True)
    watchers = models.IntegerField(null=True)
    sold_30d = models.IntegerField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "marketplace", "day"], name="one_observation_per_day")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.marketplace} {self.day}"


class OrderEvent(TenantModel):
    """One row of Allegro's order journal, raw but without anything about the buyer."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="order_events")
    event_id = models.CharField(max_length=64)
    type = models.CharField(max_length=40)
    order_id = models.CharField(max_length=64)
    revision = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    # Until the order's state after this event has been read: a killed run finds here what it still owes.
    pending = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="one_row_per_order_event")]
        indexes = [
            # The orders still to be read, and the events that reading one of them settles.
            models.Index(fields=["account", "order_id"], name="orders_to_read", condition=Q(pending=True))
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.order_id}"


class OrderStatus(models.TextChoices):
    """Allegro's order status (not the seller's own fulfilment workflow)."""

    BOUGHT = "BOUGHT", _("Bought")
    FILLED_IN = "FILLED_IN", _("Filled in")
    READY = "READY_FOR_PROCESSING", _("Ready for processing")
    CANCELLED = "CANCELLED", _("Cancelled")


class OrderLine(TenantModel):
    """One state of one line item. A new state adds a row and closes the old one, so nothing is overwritten.

    Keyed by line item, because a merged cart gives the same lines a new order id (allegro-api issue 13184).
    `unit_price` is what the buyer pays for one piece, gross, in `currency`. No buyer data, ever.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="order_lines")
    line_item_id = models.CharField(max_length=64)
    order_id = models.CharField(max_length=64)
    revision = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=24, choices=OrderStatus.choices)
    allegro_offer_id = models.CharField(max_length=32)
    marketplace = models.CharField(max_length=32)
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=2)
    original_price = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    bought_at = models.DateTimeField()
    order_updated_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "line_item_id"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_state_per_line",
            )
        ]
        indexes = [
            # Sales of one offer over time, for the daily series and for telling "sold" from "edited".
            models.Index(
                fields=["account", "allegro_offer_id", "bought_at"],
                name="current_lines_of_offer",
                condition=Q(superseded_at__isnull=True),
            ),
            # Which revision of an order do we hold? Asked before each order is read again.
            models.Index(
                fields=["account", "order_id"],
                name="current_lines_of_order",
                condition=Q(superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.allegro_offer_id} ({self.status})"


class SalesDay(TenantModel):
    """Units and revenue of one offer on one Warsaw day, per marketplace and currency: a projection of `OrderLine`."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="sales_days")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="sales_days")
    marketplace = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    units = models.IntegerField()
    revenue = models.DecimalField(max_digits=16, decimal_places=2)
    orders = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "marketplace", "currency", "day"], name="one_sales_day")
        ]
        indexes = [
            # The dashboard's totals of an account over some weeks.
            models.Index(fields=["account", "day"], name="sales_day_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.day}: {self.units}"
