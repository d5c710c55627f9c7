"""Uploads of report files: what a person said about them, how they were understood, what was wrong with them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount, User
from accounts.scoping import TenantModel

# Longer than a reader is ever silent.
ALIVE_FOR = timedelta(minutes=3)


class UploadKind(models.TextChoices):
    """Which report of the Sales Center a file is."""

    SALES_BY_OFFER = "sales_by_offer", _("Sales by offer")
    ADS_OFFERS = "ads_offers", _("Allegro Ads by offer")
    ADS_CAMPAIGNS = "ads_campaigns", _("Allegro Ads by campaign")
    OFFER_LIST = "offer_list", _("Offer list")
    ORDERS = "orders", _("Orders")
    BILLING = "billing", _("Billing")
    PAYMENTS = "payments", _("Payments")


class UploadStatus(models.TextChoices):
    """Where an upload stands; only `imported` ones count."""

    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    NEEDS_MAPPING = "needs_mapping", _("Columns to be named")
    NEEDS_DETAILS = "needs_details", _("Details needed")
    PREVIEW = "preview", _("Ready to import")
    IMPORTED = "imported", _("Imported")
    REPLACED = "replaced", _("Replaced by a newer reading")
    REFUSED = "refused", _("Not readable")
    DISCARDED = "discarded", _("Discarded")


class Decision(models.TextChoices):
    """What a person decided once the file was read; empty before that."""

    EVERYTHING = "everything", _("Every row was taken")
    GOOD_ROWS = "good_rows", _("The good rows were taken, the bad ones left out")
    NOTHING = "nothing", _("Nothing was taken")
    IDENTICAL = "identical", _("Read again with the same result, so nothing was changed")


class Upload(TenantModel):
    """One reading of one report file. Periods are inclusive Warsaw days; an upload is added beside older ones, never
    over them. A file that is read anew after its import becomes a second upload (`revises`), which replaces the first
    only when it is imported itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="uploads")
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=20, choices=UploadKind.choices, blank=True)
    status = models.CharField(max_length=16, choices=UploadStatus.choices, default=UploadStatus.WAITING)
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    file_name = models.CharField(max_length=200)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    revises = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="revisions")
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    period_source = models.CharField(max_length=12, blank=True)
    marketplace = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    # Which of period, currency and marketplace a person said: that stands, however often the file is read.
    said = models.JSONField(default=list)
    # What a person still has to say before the import: "period", "currency", "marketplace".
    questions = models.JSONField(default=list)
    language = models.CharField(max_length=2, blank=True)
    mapping = models.JSONField(default=dict)
    # What "a file of the same shape" means: a digest of the headings.
    shape_digest = models.CharField(max_length=64, blank=True)
    # The columns as a person named them; empty where the headings were known.
    given_columns = models.JSONField(default=dict)
    # Headings and sample cells for the mapping screen; emptied once the columns are named.
    shape = models.JSONField(default=dict)
    # Rows of the sheet seen so far; after the reading: all of them.
    rows_read = models.IntegerField(default=0)
    good_rows = models.IntegerField(default=0)
    # Rows left out because of a problem; totals and blank rows are neither good nor bad.
    bad_rows = models.IntegerField(default=0)
    problems_found = models.IntegerField(default=0)
    refusal = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # When the file says that it was made; null where it does not say.
    exported_at = models.DateTimeField(null=True, blank=True)
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
                condition=~Q(status__in=["discarded", "refused", "replaced"]) & Q(revises__isnull=True),
                name="one_live_upload_per_file",
            ),
            # An imported reading is read anew by one revision at a time.
            models.UniqueConstraint(
                fields=["revises"],
                condition=~Q(status__in=["discarded", "refused", "replaced"]),
                name="one_live_revision_per_upload",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-uploaded_at"], name="upload_newest"),
            # The minute's check for files that nobody reads: almost always none.
            models.Index(fields=["alive_at"], name="upload_unread", condition=Q(status__in=["waiting", "reading"])),
            # Which uploads of a kind count? Asked by every total (`reports.cover`).
            models.Index(
                fields=["account", "kind", "period_from"], name="upload_counted", condition=Q(status="imported")
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @classmethod
    def is_at_work(cls) -> bool:
        """Whether a file of the workspace in scope is being read; a reader gives signs of life."""
        alive = timezone.now() - ALIVE_FOR
        return bool(cls.objects.filter(status=UploadStatus.READING, alive_at__gt=alive).exists())

    @property
    def made_by(self) -> datetime:
        """By when the file was made: at the moment that it says itself, else before it was uploaded."""
        return self.exported_at or self.uploaded_at


class UploadFile(TenantModel):
    """The original file, kept so that a better reader can read it again. In the database, because the web and the
    worker of a PaaS share no disk; in a table of its own, so that no list loads it."""

    tenant_path = "upload__account__workspace"

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="original")
    content = models.BinaryField()
    # Whether columns about buyers were taken out before it was kept (`reports.readers.stripping`).
    is_stripped = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"file of {self.upload_id}"


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


class RememberedMapping(TenantModel):
    """How somebody named the columns of one shape of file. The newest of a shape is used, older ones are kept.

    `columns` maps 0-based column indexes (as text, for JSON has no others) to concepts. `sheet` and `header_row` say
    where the table stood then; both may be found elsewhere in the next file of the shape.
    """

    tenant_path = "workspace"

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="report_mappings")
    kind = models.CharField(max_length=20, choices=UploadKind.choices)
    shape_digest = models.CharField(max_length=64)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.IntegerField()
    columns = models.JSONField(default=dict)
    currency = models.CharField(max_length=3, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        # The one query: the newest mapping of a shape, for each file that is read.
        indexes = [models.Index(fields=["workspace", "shape_digest", "-created_at"], name="mapping_of_shape")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.created_at:%Y-%m-%d %H:%M}"
