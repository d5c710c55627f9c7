"""What came back: customer returns as declared, the states they were seen in, and the pieces (facts)."""

from django.db import models
from django.db.models import Q

from accounts.models import SellerAccount
from accounts.scoping import TenantModel


class CustomerReturn(TenantModel):
    """One state of a return that a buyer declared. A new state adds a row and closes the old one.

    Statuses are Allegro's words, which grow without notice. Nothing about the buyer, the parcel or the bank account.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="customer_returns")
    return_id = models.CharField(max_length=64)
    # May name an order that Allegro no longer has, or that we never read.
    order_id = models.CharField(max_length=64, blank=True)
    marketplace = models.CharField(max_length=32)
    status = models.CharField(max_length=40)
    rejection = models.CharField(max_length=40, blank=True)
    rejected_at = models.DateTimeField(null=True)
    is_fulfillment = models.BooleanField(null=True)
    declared_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "return_id"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_state_per_return",
            )
        ]

    def __str__(self) -> str:
        return f"{self.return_id}: {self.status}"


class ReturnedLine(TenantModel):
    """Some pieces of one offer in a return, as declared; `unit_price` is gross, per piece.

    Allegro names the offer and not the line of the order. Where the order has exactly one line of that offer, that is
    the line; otherwise `line_item_id` stays empty: the order is not known, or several of its lines may be meant.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="returned_lines")
    return_id = models.CharField(max_length=64)
    # Its place among the lines of its return.
    position = models.IntegerField()
    order_id = models.CharField(max_length=64, blank=True)
    line_item_id = models.CharField(max_length=64, blank=True)
    allegro_offer_id = models.CharField(max_length=32)
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "return_id", "position"], name="one_row_per_returned_line")
        ]
        indexes = [
            # What came back of these orders' lines?
            models.Index(fields=["account", "order_id", "allegro_offer_id"], name="returned_of_order"),
            # What waits for its order to be read?
            models.Index(fields=["account"], name="returned_unlinked", condition=Q(line_item_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.allegro_offer_id}"
