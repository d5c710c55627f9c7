"""Uploads of the reports that Allegro's API does not give, their rows and the problems found in them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount, User
from accounts.scoping import TenantModel
from offers.models import Offer


class UploadKind(models.TextChoices):
    """Which report of the Sales Center a file is."""

    SALES_BY_OFFER = "sales_by_offer", _("Sales by offer")


class UploadStatus(models.TextChoices):
    """Where an upload stands; only `imported` ones count."""

    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    NEEDS_PERIOD = "needs_period", _("Period needed")
    PREVIEW = "preview", _("Ready to import")
    IMPORTED = "imported", _("Imported")
    REFUSED = "refused", _("Not readable")
    DISCARDED = "discarded", _("Discarded")


class Upload(TenantModel):
    """One report file. Periods are inclusive Warsaw days; an upload is added beside older ones, never over them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="uploads")
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=20, choices=UploadKind.choices, blank=True)
    status = models.CharField(max_length=12, choices=UploadStatus.choices, default=UploadStatus.WAITING)
    file_name = models.CharField(max_length=200)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    period_source = models.CharField(max_length=12, blank=True)
    marketplace = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    language = models.CharField(max_length=2, blank=True)
    mapping = models.JSONField(default=dict)
    # While reading: sheet rows seen so far. Afterwards: offers taken from the file.
    rows_read = models.IntegerField(default=0)
    rows_skipped = models.IntegerField(default=0)
    problems_found = models.IntegerField(default=0)
    refusal = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # The last sign of life of whoever reads the file: also the token by which a reader knows that it is still its own.
    alive_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    read_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="imported") | Q(period_from__isnull=False, period_to__isnull=False),
                name="imported_uploads_have_a_period",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True) | Q(period_to__gte=models.F("period_from")),
                name="upload_period_is_forward",
            ),
            # The same file twice is one upload, unless the first was discarded or could not be read.
            models.UniqueConstraint(
                fields=["account", "sha256"],
                condition=~Q(status__in=["discarded", "refused"]),
                name="one_live_upload_per_file",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-uploaded_at"], name="upload_newest"),
            # The minute's check for files that nobody reads: almost always none.
            models.Index(fields=["alive_at"], name="upload_unread", condition=Q(status__in=["waiting", "reading"])),
        ]

    def __str__(self) -> str:
        return self.file_name


class UploadFile(TenantModel):
    """The original file, kept so that a better reader can read it again. In the database, because the web and the
    worker of a PaaS share no disk; in a table of its own, so that no list loads it."""

    tenant_path = "upload__account__workspace"

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="original")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of {self.upload_id}"


class UploadRow(TenantModel):
    """One offer's figures over the upload's whole period. Empty means that the file did not say."""

    tenant_path = "upload__account__workspace"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.SET_NULL, related_name="upload_rows")
    row_number = models.IntegerField()
    allegro_offer_id = models.CharField(max_length=32)
    title = models.CharField(max_length=250, blank=True)
    units = models.IntegerField(null=True)
    revenue = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    visits = models.IntegerField(null=True)
    sales_share = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    average_price = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    ending_quantity = models.IntegerField(null=True)
    transactions = models.IntegerField(null=True)

    class Meta:
        ordering = ["row_number"]
        constraints = [models.UniqueConstraint(fields=["upload", "row_number"], name="one_record_per_row")]
        indexes = [
            # The periods drawn on an offer's chart, also of rows that came before their offer was read.
            models.Index(fields=["allegro_offer_id", "upload"], name="rows_of_offer"),
            # Which uploads still have rows whose offer was unknown?
            models.Index(fields=["upload"], name="rows_without_offer", condition=Q(offer__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.allegro_offer_id}"


class RowProblem(TenantModel):
    """One cell that could not be taken as it stands: where it is, what it held, why."""

    tenant_path = "upload__account__workspace"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    row_number = models.IntegerField()
    column = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["row_number", "pk"]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.code}"
