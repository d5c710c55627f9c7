"""Staff pages for what the sync did and what it still owes."""

from django.contrib import admin

from accounts.admin_site import ReadOnlyAdmin
from allegro.models import RefreshRequest, StreamCursor, SyncRun


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
