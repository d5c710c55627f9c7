"""What was sold: the order journal and the ledger of lines (facts), and the daily sales (a projection)."""

from datetime import timedelta

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.models.offer import Offer

# Events that tell what the order itself does not keep: that it was ready, and by whom it was cancelled.
BECAME_READY, BUYER_CANCELLED, AUTO_CANCELLED = "READY_FOR_PROCESSING", "BUYER_CANCELLED", "AUTO_CANCELLED"
# The buyer pays the courier: such an order is ready as soon as its form is filled in, and is never paid online.
PAID_ON_DELIVERY = "CASH_ON_DELIVERY"
TELLING_EVENTS = (BECAME_READY, BUYER_CANCELLED, AUTO_CANCELLED)


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
            models.Index(fields=["account", "order_id"], name="orders_to_read", condition=Q(pending=True)),
            # How did this order end: was it ever ready, and who cancelled it?
            models.Index(
                fields=["account", "order_id", "type"], name="events_of_order", condition=Q(type__in=TELLING_EVENTS)
            ),
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
    # The seller's own workflow, another thing than `status` (allegro-api issue 11244).
    fulfillment = models.CharField(max_length=24, blank=True, default="", db_default="")
    payment_type = models.CharField(max_length=24, blank=True, default="", db_default="")
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # What Allegro adds to the price paid (Allegro Prices): for `reconciled_quantity` pieces, in the line's currency,
    # as an entry of the bill (BILLING) or with the payment (WALLET). Whether per piece or for all is not specified.
    reconciliation = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    reconciliation_type = models.CharField(max_length=16, blank=True, default="", db_default="")
    reconciled_quantity = models.IntegerField(null=True)
    # Per piece, no part of the price.
    deposit = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    # Allegro's words for what lowered the price; it gives no amounts (allegro-api issue 11428).
    discounts = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # [{"type", "status", "amount", "currency"}]; a voucher's code is not kept.
    vouchers = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # [{"id", "quantity", "amount", "currency"}]: services bought with the line, no part of its price.
    services = models.JSONField(default=list, db_default=Value([], models.JSONField()))
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
            # Was this line ever ready, in one of its earlier states?
            models.Index(
                fields=["account", "line_item_id"],
                name="former_states_of_line",
                condition=Q(superseded_at__isnull=False),
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


WEEK = timedelta(days=7)


class ReadBack(TenantModel):
    """How far back something has been read that Allegro keeps for long: everything since `since` is stored.

    It grows backwards from `begun_at`, the instant from which on all is followed as it comes, as far as `goal`.
    """

    since = models.DateTimeField()
    begun_at = models.DateTimeField()
    goal = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.weeks_read} of {self.weeks} weeks, since {self.since:%Y-%m-%d}"

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing older to ask for."""
        return self.since <= self.goal

    @property
    def weeks(self) -> int:
        """How many weeks there are to read in all."""
        return max(1, round((self.begun_at - self.goal) / WEEK))

    @property
    def weeks_read(self) -> int:
        """How many of them have been read."""
        return min(self.weeks, round((self.begun_at - self.since) / WEEK))


class OrderHistory(ReadBack):
    """How far back the orders of an account have been read: all bought since `since` are in the ledger."""

    account = models.OneToOneField(SellerAccount, on_delete=models.CASCADE, related_name="order_history")


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
            # An account's totals over some weeks, and what each offer sold in them: read from the index alone.
            models.Index(
                fields=["account", "day"],
                include=["offer", "marketplace", "currency", "units", "revenue"],
                name="sales_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.day}: {self.units}"
