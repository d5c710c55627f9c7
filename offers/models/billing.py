"""What Allegro charges and gives back: the entries of the bill (facts) and the fees by day (a projection of them)."""

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.models.offer import Offer
from offers.models.orders import ReadBack


class BillingEntry(TenantModel):
    """One entry of the bill as Allegro gives it: `amount` is gross and signed, a charge below zero (issue 7806).

    Entries never change; corrections are entries of their own. `info` holds only what is known to be about no person.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="billing_entries")
    entry_id = models.CharField(max_length=64)
    marketplace = models.CharField(max_length=32)
    occurred_at = models.DateTimeField()
    type = models.CharField(max_length=16)
    type_name = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    tax_percentage = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    allegro_offer_id = models.CharField(max_length=32, blank=True)
    order_id = models.CharField(max_length=64, blank=True)
    info = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # The Warsaw day that the entry counts on: the one that it is charged for where it says so, else when it was posted.
    day = models.DateField()
    is_day_told = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "billing entries"
        constraints = [models.UniqueConstraint(fields=["account", "entry_id"], name="one_row_per_billing_entry")]
        indexes = [
            # The fees of some days, summed again.
            models.Index(fields=["account", "day"], name="billing_of_day"),
            # What was charged for an order.
            models.Index(fields=["account", "order_id"], name="billing_of_order", condition=~Q(order_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.amount} {self.currency}"


class BillingHistory(ReadBack):
    """How far back the bill of an account has been read: all entries since `since` are stored."""

    account = models.OneToOneField(SellerAccount, on_delete=models.CASCADE, related_name="billing_history")


class FeeKind(models.TextChoices):
    """What a fee is for."""

    COMMISSION = "commission", _("Commission")
    LISTING = "listing", _("Listing")
    PROMOTION = "promotion", _("Promotion")
    ADS = "ads", _("Allegro Ads")
    REFUND = "refund", _("Refunded fees")
    DELIVERY = "delivery", _("Delivery")
    SUBSCRIPTION = "subscription", _("Subscription")
    OTHER = "other", _("Other fees")


class FeeDay(TenantModel):
    """Fees of one kind on one Warsaw day, of an offer or of the account as a whole: a projection of `BillingEntry`.

    `amount` is signed as Allegro gives it. What only moves money between Allegro's own books is left out. `name` tells
    types of the kind "other" apart. Where `is_day_told` is false the day is the one on which the fee was posted.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="fee_days")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, related_name="fee_days")
    marketplace = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=FeeKind.choices)
    name = models.CharField(max_length=200, blank=True)
    is_day_told = models.BooleanField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    entries = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "offer", "marketplace", "currency", "day", "kind", "name", "is_day_told"],
                name="one_fee_day",
                nulls_distinct=False,
            )
        ]
        indexes = [
            # The fees of an account over some weeks.
            models.Index(fields=["account", "day"], name="fee_day_of_account"),
            models.Index(fields=["offer", "day"], name="fee_day_of_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.amount} {self.currency}"
