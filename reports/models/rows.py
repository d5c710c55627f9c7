"""The rows of uploaded reports: one table for every kind, one column for each thing that a report can say."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.scoping import TenantModel
from offers.models import Offer
from reports.models.uploads import Upload


def _text(length: int) -> "models.CharField[str, str]":
    # The database fills it in, so that a writer names only the columns that its kind of report has.
    return models.CharField(max_length=length, blank=True, default="", db_default="")


def _count() -> "models.IntegerField[int | None, int | None]":
    return models.IntegerField(null=True)


def _decimal(digits: int, places: int) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=digits, decimal_places=places, null=True)


def _money() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return _decimal(16, 2)


def _share() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return _decimal(9, 6)


class UploadRow(TenantModel):
    """One row of a report. Empty means that the file did not say; a column is named after the concept it holds.

    Money is in the row's own `currency` where the file names one per row, else in the upload's. `occurred_at` is the
    instant of an order, a charge or a payment; rows of the other kinds are totals over the upload's whole period.
    Shares are fractions of 1. `prices` of an offer list are amounts as text by marketplace. No personal column is ever
    read, so none is here.
    """

    tenant_path = "upload__account__workspace"

    # No index of its own: `one_record_per_row` begins with it.
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows", db_index=False)
    offer = models.ForeignKey(Offer, null=True, on_delete=models.SET_NULL, related_name="upload_rows", db_index=False)
    row_number = models.IntegerField()
    # By this a row that stands in two overlapping files counts once: order or line id, else all that the row says.
    natural_key = _text(80)
    allegro_offer_id = _text(32)
    title = _text(250)
    units = _count()
    revenue = _money()
    visits = _count()
    sales_share = _share()
    average_price = _decimal(14, 2)
    ending_quantity = _count()
    transactions = _count()
    conversion = _share()

    campaign = _text(250)
    ad_group = _text(250)
    impressions = _count()
    clicks = _count()
    interest = _count()
    # An average of small charges: Allegro writes more than two decimals.
    cpc = _decimal(14, 4)
    ctr = _share()
    cost = _decimal(16, 4)
    roas = _decimal(16, 4)

    offer_status = _text(64)
    sku = _text(120)
    product_code = _text(120)
    category = _text(500)
    quantity = _count()
    price = _money()
    prices = models.JSONField(null=True)
    delivery_prices = _text(250)
    handling_time = _text(64)

    row_type = _text(20)
    order_id = _text(64)
    line_item_id = _text(64)
    occurred_at = models.DateTimeField(null=True)
    seller_status = _text(40)
    payment_status = _text(40)
    marketplace = _text(32)
    amount = _money()
    unit_price = _money()
    returned_quantity = _count()
    fulfilment = _text(40)

    operation = _text(250)
    credit = _money()
    debit = _money()
    balance = _money()
    order_value = _money()
    day_charged = models.DateField(null=True)
    reference = _text(120)
    operator = _text(120)
    currency = _text(3)

    class Meta:
        ordering = ["row_number"]
        constraints = [models.UniqueConstraint(fields=["upload", "row_number"], name="one_record_per_row")]
        indexes = [
            # The periods drawn on an offer's chart, also of rows that came before their offer was read.
            models.Index(
                fields=["allegro_offer_id", "upload"], name="rows_of_offer", condition=~Q(allegro_offer_id="")
            ),
            # An offer that goes lets its rows go.
            models.Index(fields=["offer"], name="rows_tied_to_offer", condition=Q(offer__isnull=False)),
            # Which uploads still have rows whose offer was unknown?
            models.Index(
                fields=["upload"],
                name="rows_without_offer",
                condition=Q(offer__isnull=True) & ~Q(allegro_offer_id=""),
            ),
            # Orders, charges and payments of some days; an account has few uploads, each has many events.
            models.Index(
                fields=["upload", "occurred_at"], name="events_of_upload", condition=Q(occurred_at__isnull=False)
            ),
            # Does the same event stand in another file?
            models.Index(fields=["natural_key", "upload"], name="same_event", condition=~Q(natural_key="")),
        ]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.allegro_offer_id or self.natural_key}"
