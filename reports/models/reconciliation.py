"""Reports and our own record side by side: projections, made anew from uploads, snapshots and orders at any time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.letters import PlainLetters
from offers.models import Offer
from reports.models.uploads import Upload


class ComparedMeasure(models.TextChoices):
    """What is compared; the words of `reports.reconciliation.terms.Measure`."""

    PRICE = "price", _("Price")
    STOCK = "stock", _("Stock")
    UNITS = "units", _("Units sold")
    REVENUE = "revenue", _("Revenue")


class ComparisonStatus(models.TextChoices):
    """How the two values stand to each other; the words of `reports.reconciliation.terms.Status`."""

    AGREES = "agrees", _("Agrees")
    DIFFERS = "differs", _("Differs")
    OUTDATED = "outdated", _("Outdated")
    NO_REFERENCE = "no_reference", _("No reference")


class Comparison(TenantModel):
    """One measure of one offer in one imported report, beside our own value of the same days.

    `reported` and `own` are pieces or money in `currency`; empty where one is not known. `difference` is reported minus
    own, `percent` of the own value. `now` is the newest own price or stock. `size` puts differences of every kind in
    one order: the per cent without sign, 100 beside an own value of zero.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="comparisons")
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="comparisons")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.CASCADE, related_name="comparisons")
    allegro_offer_id = models.CharField(max_length=32)
    title = models.CharField(max_length=250, blank=True)
    plain_title = models.GeneratedField(
        expression=PlainLetters("title"), output_field=models.CharField(max_length=250), db_persist=True
    )
    measure = models.CharField(max_length=8, choices=ComparedMeasure.choices)
    currency = models.CharField(max_length=3, blank=True)
    reported = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    own = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    now = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    # A stock that moved between two readings around the end of the period lies between these.
    low = models.IntegerField(null=True)
    high = models.IntegerField(null=True)
    difference = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    percent = models.DecimalField(max_digits=12, decimal_places=1, null=True)
    # The share of the period, 0 to 1, for which the own price is known.
    known = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    size = models.DecimalField(max_digits=12, decimal_places=1, default=0)
    status = models.CharField(max_length=12, choices=ComparisonStatus.choices)
    # The first of `reasons`, by which the list is narrowed; each is {"code", "weight", "facts"}.
    reason = models.CharField(max_length=20, blank=True)
    reasons = models.JSONField(default=list)
    # Of all imported reports that name the offer, this is the one whose period ends last.
    is_newest = models.BooleanField()
    # A later reading may still tell more of the period.
    is_open = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "allegro_offer_id", "measure"], name="one_comparison_per_measure")
        ]
        indexes = [
            # The list, largest difference first, as it is opened.
            models.Index(fields=["account", "-size", "id"], name="comparisons_by_size"),
            models.Index(fields=["upload", "-size", "id"], name="upload_by_size"),
            # The same of the newest reports, which is what the list opens with; and how many values have each status.
            models.Index(fields=["account", "-size", "id"], condition=models.Q(is_newest=True), name="newest_by_size"),
            models.Index(
                fields=["account", "status", "title", "allegro_offer_id", "measure", "id"],
                condition=models.Q(is_newest=True),
                name="newest_by_status",
            ),
            # By title; and a search in titles reads no more than this.
            models.Index(
                fields=["account", "title", "allegro_offer_id", "measure", "id"],
                include=["offer", "status", "plain_title"],
                condition=models.Q(is_newest=True),
                name="newest_by_title",
            ),
            models.Index(
                fields=["account", "measure", "title", "allegro_offer_id", "id"],
                condition=models.Q(is_newest=True),
                name="newest_by_measure",
            ),
            # The card on an offer's page and the catalogue's column; also what a sync has touched.
            models.Index(fields=["account", "allegro_offer_id"], name="comparisons_of_offer"),
            # What every sync may complete: a handful.
            models.Index(fields=["account"], name="comparisons_open", condition=models.Q(is_open=True)),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.allegro_offer_id}: {self.status}"


class AccountTotal(TenantModel):
    """The sums of one imported report over all its offers, beside our own of the same Warsaw days.

    Where `first_day` and `last_day` are the same it is a value of that day; a longer period stays one value and is
    never spread over its days.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="report_totals")
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="account_totals")
    first_day = models.DateField()
    last_day = models.DateField()
    currency = models.CharField(max_length=3, blank=True)
    marketplace = models.CharField(max_length=32)
    reported_units = models.IntegerField(null=True)
    reported_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    # Empty where not all orders of these days are known.
    own_units = models.IntegerField(null=True)
    own_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    units_status = models.CharField(max_length=12, choices=ComparisonStatus.choices)
    revenue_status = models.CharField(max_length=12, choices=ComparisonStatus.choices)
    # The newest purchase that the report holds, as offers tell of which it says what we say.
    holds_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_day", "-first_day", "pk"]
        constraints = [models.UniqueConstraint(fields=["upload"], name="one_total_per_upload")]
        indexes = [models.Index(fields=["account", "-last_day"], name="totals_by_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.first_day} to {self.last_day}"


class ReportedDay(TenantModel):
    """One Warsaw day of one marketplace and currency: what the imported files of orders add up to, beside our orders.

    `reasons` are the orders that make the difference, by why they do (`reports.reconciliation.order_days`).
    `marketplace` is empty where the files name none.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="reported_days")
    day = models.DateField()
    marketplace = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3)
    reported_units = models.IntegerField()
    reported_revenue = models.DecimalField(max_digits=18, decimal_places=2)
    # Empty where not all orders of the day are known.
    own_units = models.IntegerField(null=True)
    own_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    units_status = models.CharField(max_length=12, choices=ComparisonStatus.choices)
    revenue_status = models.CharField(max_length=12, choices=ComparisonStatus.choices)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["-day", "marketplace", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["account", "day", "marketplace", "currency"], name="one_reported_day")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class ReconciledAccount(TenantModel):
    """Up to which instant an account's facts have been compared. Its row is locked while that is being done.

    `threshold` and `sales_since` (the first day whose orders are known) are those that the comparisons were made with.
    """

    account = models.OneToOneField(SellerAccount, on_delete=models.CASCADE, related_name="reconciled")
    compared_at = models.DateTimeField(null=True)
    threshold = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    sales_since = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.compared_at}"
