"""Where from: how far each stream has been read, what is waiting to be read again, and what each sync run did."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel

# A live run says so several times a minute; one silent for this long was killed.
SILENT_AFTER = timedelta(minutes=5)


class StreamCursor(TenantModel):
    """How far one stream of one account has been read; written in the transaction that stores what was read."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=20)
    position = models.CharField(max_length=256, blank=True)
    advanced_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "stream"], name="one_cursor_per_stream")]

    def __str__(self) -> str:
        return f"{self.stream} of {self.account_id} at {self.position or 'the beginning'}"

    @classmethod
    def advance(cls, account: SellerAccount, stream: str, position: str, at: datetime) -> None:
        """Move the stream's cursor, in the caller's transaction."""
        cls.objects.bulk_create(
            [cls(account=account, stream=stream, position=position, advanced_at=at)],
            update_conflicts=True,
            unique_fields=["account", "stream"],
            update_fields=["position", "advanced_at"],
        )


class StreamHealth(TenantModel):
    """When one stream of one account was last read well, and what went wrong since, if anything."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="stream_health")
    stream = models.CharField(max_length=20)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failures_in_a_row = models.IntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)
    trace_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "stream health"
        constraints = [models.UniqueConstraint(fields=["account", "stream"], name="one_health_per_stream")]

    def __str__(self) -> str:
        return f"{self.stream} of {self.account_id}: {self.error or 'well'}"

    @classmethod
    def note_success(cls, account: SellerAccount, stream: str, at: datetime) -> None:
        """The stream was read well at `at`; earlier trouble is over."""
        cls.objects.update_or_create(
            account=account,
            stream=stream,
            defaults={"succeeded_at": at, "failed_at": None, "failures_in_a_row": 0, "error": "", "trace_id": ""},
        )

    @classmethod
    def note_failure(cls, account: SellerAccount, stream: str, at: datetime, error: str, trace_id: str) -> None:
        """The stream could not be read at `at`; `failed_at` keeps the first failure since it was last well."""
        health, _created = cls.objects.get_or_create(account=account, stream=stream)
        health.failed_at = health.failed_at or at
        health.failures_in_a_row += 1
        health.error, health.trace_id = error, trace_id
        health.save()


class RunStatus(models.TextChoices):
    """How a sync run stands."""

    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    PARTIAL = "partial", _("Done in part")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")


class RunTrigger(models.TextChoices):
    """Who asked for a run."""

    SCHEDULE = "schedule", _("Schedule")
    PERSON = "person", _("By hand")
    LINK = "link", _("Account linked")
    COMMAND = "command", _("Command")
    CONTINUATION = "more", _("Went on")
    STAFF = "staff", _("Support")


class RunKind(models.TextChoices):
    """How much a run reads."""

    JOURNAL = "journal", _("Journal and orders")
    FULL = "full", _("Full")


class SyncRun(TenantModel):
    """One run over one account: what each stage did, in words and counts that a seller can read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=10, choices=RunTrigger.choices)
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.RUNNING)
    # [{"stage", "status", "started_at", "finished_at", "counts": {…}, "error": code, "trace_id", "scope",
    #   "progress": [weeks read, of all], "failures": [{"subject", "error", "trace_id"}]}], in order
    stages = models.JSONField(default=list)
    requests = models.IntegerField(default=0)
    # Its time was used up with offers still waiting to be read: the next run goes on, behind other accounts.
    continues = models.BooleanField(default=False, db_default=False)
    error = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(status="running"), name="at_most_one_running_per_account"
            )
        ]
        indexes = [
            models.Index(fields=["account", "-started_at"], name="run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} run of {self.account_id}: {self.status}"

    @classmethod
    def is_at_work(cls) -> bool:
        """Whether a run of the workspace in scope is alive."""
        alive = timezone.now() - SILENT_AFTER
        return bool(cls.objects.filter(status=RunStatus.RUNNING, heartbeat_at__gt=alive).exists())


class RefreshScope(models.TextChoices):
    """How much of an offer is to be read again; the full detail includes price and stock."""

    PRICE_STOCK = "price_stock", _("Price and stock")
    DETAIL = "detail", _("Everything")


class RefreshRequest(TenantModel):
    """An offer waiting to be read again: one row per offer, however many events ask for it."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="refresh_requests")
    allegro_offer_id = models.CharField(max_length=32)
    scope = models.CharField(max_length=12, choices=RefreshScope.choices)
    reason = models.CharField(max_length=40)
    # Asked for by the journal: read before what the rotation and the first sync have queued by the thousand.
    is_urgent = models.BooleanField(default=False, db_default=False)
    requested_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "allegro_offer_id"], name="one_refresh_per_offer")]
        indexes = [
            # The details stage: what is due, the urgent first, then the oldest?
            models.Index(fields=["account", "-is_urgent", "requested_at"], name="refresh_next"),
        ]

    def __str__(self) -> str:
        return f"{self.allegro_offer_id} ({self.scope}, {self.reason})"


class Connection(SellerAccount):
    """A linked account as support looks at it: the same row as SellerAccount, with a staff page of its own."""

    class Meta:
        proxy = True
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
