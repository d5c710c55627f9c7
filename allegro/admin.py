"""Staff pages for what the sync did and what it still owes."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.admin_site import ReadOnlyAdmin
from accounts.models import SellerAccount, User, record_audit
from allegro.health import State, StreamLine, budget_view, read_back, scope_lines, stream_lines
from allegro.models import Connection, RefreshRequest, RunKind, RunTrigger, StreamCursor, StreamHealth, SyncRun
from allegro.tasks import run_sync

RUNS_SHOWN = 20


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """Runs with their stages, counts, failures and trace ids."""

    list_display = ("account", "kind", "trigger", "status", "error", "requests", "started_at", "finished_at")
    list_filter = ("status", "error", "kind", "trigger")
    list_select_related = ("account",)
    search_fields = ("account__login", "account__allegro_id")
    show_full_result_count = False


@admin.register(StreamCursor)
class StreamCursorAdmin(ReadOnlyAdmin):
    """How far each stream of each account has been read."""

    list_display = ("account", "stream", "position", "advanced_at")
    list_filter = ("stream",)
    list_select_related = ("account",)
    search_fields = ("account__login",)


@admin.register(RefreshRequest)
class RefreshRequestAdmin(ReadOnlyAdmin):
    """Offers waiting to be read again."""

    list_display = ("allegro_offer_id", "account", "scope", "reason", "requested_at", "not_before", "attempts")
    list_filter = ("scope", "reason")
    list_select_related = ("account",)
    search_fields = ("=allegro_offer_id", "account__login")


@admin.register(StreamHealth)
class StreamHealthAdmin(ReadOnlyAdmin):
    """When each stream of each account was last read well, and what is wrong since."""

    list_display = ("account", "stream", "succeeded_at", "failed_at", "failures_in_a_row", "error", "trace_id")
    list_filter = ("stream", "error")
    list_select_related = ("account",)
    search_fields = ("account__login", "account__allegro_id", "=trace_id")


def _told(line: StreamLine) -> list[str]:
    """A stream's line in pieces: name, state, last good reading in local time, reach, what is wrong, the trace id."""
    read_at = f"{timezone.localtime(line.read_at):%Y-%m-%d %H:%M}" if line.read_at else "—"
    return [line.label, line.status, read_at, str(line.back or ""), line.scope, line.message, line.trace_id]


def _run_line(run: SyncRun) -> tuple[str, str]:
    """Where a run's page is, and the run in one line, in local time."""
    started = f"{timezone.localtime(run.started_at):%Y-%m-%d %H:%M}"
    pieces = (started, run.get_kind_display(), run.get_trigger_display(), run.get_status_display(), run.error)
    return reverse("admin:allegro_syncrun_change", args=[run.pk]), " · ".join(filter(None, map(str, pieces)))


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Every linked account as support sees it: its state, a line per stream, permissions, budget, runs, and re-run."""

    actions = ("run_again",)
    list_display = ("login", "workspace", "environment", "status", "troubles", "last_synced_at", "next_sync_at")
    list_filter = ("status", "environment")
    list_select_related = ("workspace",)
    search_fields = ("login", "allegro_id", "workspace__name", "=id")
    fields = readonly_fields = (
        "login", "allegro_id", "workspace", "environment", "base_marketplace", "status", "status_changed_at",
        "reconnect_told_at", "streams", "permissions", "budget", "last_synced_at", "last_full_sync_at", "next_sync_at",
        "runs",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the streams' health, in one more query for the whole page."""
        return super().get_queryset(request).prefetch_related("stream_health")

    def _lines(self, account: SellerAccount) -> list[StreamLine]:
        return stream_lines(account, account.stream_health.all(), timezone.now())

    @admin.display(description=_("not well"))
    def troubles(self, account: SellerAccount) -> str:
        """The streams that are not up to date, in words."""
        return ", ".join(f"{line.label} ({line.status})" for line in self._lines(account) if line.state != State.WELL)

    @admin.display(description=_("streams"))
    def streams(self, account: SellerAccount) -> str:
        """A line per stream, as the seller sees them."""
        lines = stream_lines(account, account.stream_health.all(), timezone.now(), read_back(account))
        rows = ((" · ".join(filter(None, _told(line))),) for line in lines)
        return format_html_join(mark_safe("<br>"), "{}", rows)

    @admin.display(description=_("permissions"))
    def permissions(self, account: SellerAccount) -> str:
        """What was granted and what is missing."""
        rows = ((line.scope, {True: "✓", False: "✗", None: "?"}[line.granted]) for line in scope_lines(account))
        return format_html_join(mark_safe("<br>"), "{} {}", rows)

    @admin.display(description=_("requests"))
    def budget(self, account: SellerAccount) -> str:
        """Requests of the last minute and day, and the offers that wait."""
        view = budget_view(account, timezone.now())
        minute = f"{view.usage.account} / {view.usage.ceiling}" if view.usage else "—"
        return f"1 min: {minute} · 24 h: {view.last_day} · {view.waiting} ({view.put_off})"

    @admin.display(description=_("newest runs"))
    def runs(self, account: SellerAccount) -> str:
        """The newest runs, each a link to its page: an account has tens of thousands."""
        newest = SyncRun.objects.filter(account=account).order_by("-started_at")[:RUNS_SHOWN]
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', map(_run_line, newest)) or "—"

    @admin.action(description=_("Sync now"), permissions=["view"])
    def run_again(self, request: HttpRequest, chosen: QuerySet[SellerAccount]) -> None:
        """Queue a full sync of each chosen account that can be read, and write down who asked."""
        started = 0
        for account in chosen:
            if not account.is_connected or account.is_elsewhere:
                continue
            record_audit(account.workspace, cast(User, request.user), "account.sync_by_staff", account.login)
            run_sync.delay(str(account.pk), RunTrigger.STAFF, RunKind.FULL)
            started += 1
        skipped = len(chosen) - started
        self.message_user(
            request,
            _("Syncs started: %(started)d. Not connected and left out: %(skipped)d.")
            % {"started": started, "skipped": skipped},
        )
