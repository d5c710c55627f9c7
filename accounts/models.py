"""Who: people, workspaces and their members, and the Allegro accounts that a workspace has linked."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.fields import EncryptedTextField
from accounts.scoping import TenantModel, accounts_changed, every_workspace


class UserManager(BaseUserManager["User"]):
    """Makes users who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A saved user; `email` is normalised, an absent password is unusable. Raises ValueError without e-mail."""
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A saved member of staff with every permission."""
        return self.create_user(email, password, **{**extra, "is_staff": True, "is_superuser": True})


class User(AbstractUser):
    """A person who signs in by e-mail."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=5, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.email


class Role(models.TextChoices):
    """What a member may do; each role may do all that the ones after it may."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    ANALYST = "analyst", _("Analyst")
    VIEWER = "viewer", _("Viewer")

    @property
    def rank(self) -> int:
        """0 for the owner, growing as rights shrink."""
        return list(Role).index(self)

    def includes(self, needed: "Role") -> bool:
        """Whether someone with this role may do what `needed` may."""
        return self.rank <= needed.rank


class Workspace(models.Model):
    """The tenant: a seller's firm, or one client of an agency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # From then on nobody can enter it, and a worker removes its rows; the last one to go is this.
    deletion_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def linked_accounts(self) -> list["SellerAccount"]:
        """All its accounts, by login. One query for a page, whose parts share this object; inside its scope only."""
        return list(self.seller_accounts.order_by("login"))


class Membership(models.Model):
    """One person's role in one workspace. Not scoped: it is what decides which scope a person may enter."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.workspace} · {self.role}"

    def may(self, role: Role) -> bool:
        """Whether this member may do what `role` may."""
        return Role(self.role).includes(role)


class Invitation(TenantModel):
    """Someone is asked by e-mail to join a workspace. The letter carries a token that works once; only its digest is
    stored, so that the database alone lets nobody in."""

    tenant_path = "workspace"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    token_digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=5)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(default=timezone.now)
    times_sent = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    @property
    def is_expired(self) -> bool:
        """Whether its time has run out."""
        return bool(self.expires_at <= timezone.now())


class JobStatus(models.TextChoices):
    """How far a long piece of work in the background is."""

    WAITING = "waiting", _("Waiting for a free worker")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Export(TenantModel):
    """One person's copy of the whole history: a ZIP archive in pieces, kept for some days in the database because web
    server and worker may share no disk."""

    tenant_path = "workspace"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    language = models.CharField(max_length=5)
    status = models.CharField(max_length=8, choices=JobStatus.choices, default=JobStatus.WAITING)
    files_done = models.PositiveSmallIntegerField(default=0)
    files = models.PositiveSmallIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "asked_by"],
                condition=Q(status__in=["waiting", "running"]),
                name="one_export_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"export of {self.workspace_id} for {self.asked_by_id}"

    @property
    def percent(self) -> int:
        """How many of its files are written."""
        return round(100 * self.files_done / self.files) if self.files else 0

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come."""
        return self.status in {JobStatus.WAITING, JobStatus.RUNNING}

    @property
    def is_expired(self) -> bool:
        """Whether it can no longer be fetched."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @classmethod
    def is_at_work(cls) -> bool:
        """Whether an archive of the workspace in scope is being written."""
        alive = timezone.now() - timedelta(minutes=5)
        return bool(cls.objects.filter(status=JobStatus.RUNNING, heartbeat_at__gt=alive).exists())


class ExportPart(TenantModel):
    """A piece of an export's archive; the pieces in order are the file."""

    tenant_path = "export__workspace"

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["export", "position"], name="one_part_per_position")]

    def __str__(self) -> str:
        return f"part {self.position} of {self.export_id}"


class Deletion(models.Model):
    """The removal of a workspace: outlives it, so that whoever asked can see how far it is. Not the tenant's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace_id = models.UUIDField(unique=True)
    workspace_name = models.CharField(max_length=120)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="deletions")
    # Where and in which language its end is told: the person may have left by then. Emptied once told.
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=5)
    rows_deleted = models.BigIntegerField(default=0)
    is_waiting = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"deletion of {self.workspace_id}"


class Preference(models.Model):
    """How one person likes to see something, in all workspaces; the keys stand in `accounts.preferences`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    key = models.CharField(max_length=60)
    value = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_preference_per_person_and_key")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"


class ListPage(models.TextChoices):
    """The lists whose filters can be kept as a view."""

    OFFERS = "offers", _("Offers")
    EVENTS = "events", _("Changes")
    RECONCILIATION = "reconciliation", _("Reconciliation")


class SavedView(TenantModel):
    """The filters of a list under a name: the author's alone, or shared with the workspace.

    `query` is the query string of the list's address without paging. A shared one stays when its author leaves.
    """

    tenant_path = "workspace"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_views")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="saved_views")
    page = models.CharField(max_length=16, choices=ListPage.choices)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1_000, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "author", "page", "name"], name="one_saved_view_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Environment(models.TextChoices):
    """Which Allegro: accounts of one are unknown in the others."""

    PRODUCTION = "production", _("Allegro")
    SANDBOX = "sandbox", _("Allegro sandbox")
    SIMULATOR = "simulator", _("Simulator")

    @classmethod
    def here(cls) -> "Environment":
        """The Allegro that this installation talks to, told by its address."""
        host = urlsplit(settings.ALLEGRO_AUTH_URL).hostname or ""
        if host.endswith("allegrosandbox.pl"):
            return cls.SANDBOX
        return cls.SIMULATOR if host in {"127.0.0.1", "localhost"} else cls.PRODUCTION


class AccountStatus(models.TextChoices):
    """Whether a linked account can be read. Its history stays in all three."""

    CONNECTED = "connected", _("Connected")
    RECONNECT_REQUIRED = "reconnect_required", _("Reconnect required")
    DISCONNECTED = "disconnected", _("Disconnected")


class SellerAccount(TenantModel):
    """One Allegro account that a workspace follows."""

    tenant_path = "workspace"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="seller_accounts")
    environment = models.CharField(max_length=10, choices=Environment.choices)
    allegro_id = models.CharField(max_length=64)
    login = models.CharField(max_length=120)
    base_marketplace = models.CharField(max_length=32)
    status = models.CharField(max_length=20, choices=AccountStatus.choices, default=AccountStatus.CONNECTED)
    scopes = models.JSONField(default=list)
    connected_at = models.DateTimeField(default=timezone.now)
    status_changed_at = models.DateTimeField(null=True, default=timezone.now)
    # When the people who can reconnect were told that they must; None while there is nothing to tell.
    reconnect_told_at = models.DateTimeField(null=True, blank=True)
    next_sync_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    last_full_sync_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["login"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "environment", "allegro_id"], name="one_link_per_workspace_and_account"
            )
        ]
        indexes = [
            # The dispatcher's query, once a minute: which connected accounts are due?
            models.Index(fields=["next_sync_at"], name="account_due", condition=Q(status="connected")),
            # The reminder's query, once a minute: whose grant ended without anyone having been told?
            models.Index(
                fields=["status_changed_at"],
                name="account_to_tell",
                condition=Q(status="reconnect_required", reconnect_told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.login

    @property
    def is_connected(self) -> bool:
        """Whether its grant is believed to work."""
        return self.status == AccountStatus.CONNECTED

    @property
    def is_elsewhere(self) -> bool:
        """Whether it belongs to another Allegro than this installation talks to, and so cannot be read from here."""
        return self.environment != Environment.here()

    @classmethod
    def connected_here(cls) -> "models.QuerySet[SellerAccount]":
        """The accounts, in the present scope, that a sync can read."""
        found: models.QuerySet[SellerAccount] = cls.objects.filter(
            status=AccountStatus.CONNECTED, environment=Environment.here()
        )
        return found

    @classmethod
    def oldest_due(cls) -> datetime | None:
        """The earliest time at which some connected account, of any workspace, was or is to be synced."""
        with every_workspace():
            due = cls.connected_here().filter(next_sync_at__isnull=False)
            oldest: datetime | None = due.aggregate(oldest=models.Min("next_sync_at"))["oldest"]
            return oldest


for _signal in (post_save, post_delete):
    _signal.connect(accounts_changed, SellerAccount)


class OAuthGrant(TenantModel):
    """The tokens of one linked account. Removed on disconnect; never shown, logged or copied."""

    tenant_path = "account__workspace"

    account = models.OneToOneField(SellerAccount, on_delete=models.CASCADE, related_name="grant")
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    access_expires_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"grant of {self.account_id}"


class AuditEvent(TenantModel):
    """Who did what in a workspace: append-only, without secrets."""

    tenant_path = "workspace"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_events")
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


def record_audit(workspace: Workspace, actor: User | None, verb: str, target: str = "", **data: Any) -> AuditEvent:
    """Append one line to the workspace's audit trail; `data` must be JSON and free of secrets."""
    event: AuditEvent = AuditEvent.objects.create(workspace=workspace, actor=actor, verb=verb, target=target, data=data)
    return event
