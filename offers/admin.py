"""Staff pages for offers and what is known of them. All of it is fact or projection: to look at, never to change."""

from typing import ClassVar

from django.contrib import admin

from accounts.admin_site import ReadOnlyAdmin
from offers.models import (
    BillingEntry,
    BillingHistory,
    ChangeBatch,
    CounterNight,
    CoverageGap,
    CustomerReturn,
    FactHorizon,
    FeeDay,
    Offer,
    OfferAbsence,
    OfferChange,
    OfferDay,
    OfferEvent,
    OfferSnapshot,
    OfferUse,
    OrderEvent,
    OrderHistory,
    OrderLine,
    PartReading,
    ReturnedLine,
    SalesDay,
    SharedObject,
    SharedSnapshot,
)


class LargeTableAdmin(ReadOnlyAdmin):
    """Read-only, and without counting a table of millions of rows twice for each page."""

    show_full_result_count = False
    list_per_page = 50
    list_select_related: ClassVar[tuple[str, ...]] = ("account",)


@admin.register(Offer)
class OfferAdmin(LargeTableAdmin):
    """Current offers."""

    list_display = ("allegro_id", "title", "account", "price", "currency", "stock", "status", "detail_seen_at")
    list_filter = ("status", "currency")
    search_fields = ("=allegro_id", "=external_id")
    raw_id_fields = ("account",)


@admin.register(OfferEvent)
class OfferEventAdmin(LargeTableAdmin):
    """Raw journal rows."""

    list_display = ("allegro_offer_id", "type", "occurred_at", "received_at", "account")
    list_filter = ("type",)
    search_fields = ("=allegro_offer_id", "=event_id")
    raw_id_fields = ("account",)


@admin.register(OfferSnapshot)
class OfferSnapshotAdmin(LargeTableAdmin):
    """Distinct contents of offers."""

    list_display = ("offer", "part", "first_seen_at", "last_seen_at", "account")
    list_filter = ("part",)
    list_select_related = ("account", "offer")
    search_fields = ("=offer__allegro_id",)
    raw_id_fields = ("account", "offer")


@admin.register(OfferChange)
class OfferChangeAdmin(LargeTableAdmin):
    """Derived changes."""

    list_display = (
        "offer", "shared", "field", "marketplace", "not_before", "not_after", "certainty", "event_type", "account",
    )  # fmt: skip
    list_filter = ("certainty", "event_type")
    list_select_related = ("account", "offer", "shared")
    search_fields = ("=offer__allegro_id", "=shared__allegro_id")
    raw_id_fields = ("account", "offer", "shared", "event", "batch")


@admin.register(ChangeBatch)
class ChangeBatchAdmin(LargeTableAdmin):
    """The same field changed on many offers within minutes."""

    list_display = ("field", "offers", "since", "until", "account")
    list_filter = ("field",)
    raw_id_fields = ("account",)


@admin.register(SharedObject)
class SharedObjectAdmin(LargeTableAdmin):
    """Price lists, policies, promotions, rules and categories that offers refer to."""

    list_display = ("name", "kind", "allegro_id", "account", "first_seen_at", "gone_at")
    list_filter = ("kind",)
    search_fields = ("=allegro_id", "name")
    raw_id_fields = ("account",)


@admin.register(SharedSnapshot)
class SharedSnapshotAdmin(LargeTableAdmin):
    """Distinct contents of shared objects."""

    list_display = ("shared", "first_seen_at", "last_seen_at", "announced_at")
    list_select_related = ("shared",)
    search_fields = ("=shared__allegro_id",)
    raw_id_fields = ("shared",)


@admin.register(OfferUse)
class OfferUseAdmin(LargeTableAdmin):
    """Which offers used which shared objects, and when."""

    list_display = ("offer", "kind", "allegro_id", "since", "until", "account")
    list_filter = ("kind",)
    list_select_related = ("account", "offer")
    search_fields = ("=allegro_id", "=offer__allegro_id")
    raw_id_fields = ("account", "offer")


@admin.register(PartReading)
class PartReadingAdmin(LargeTableAdmin):
    """When parts that are read for all offers at once were read."""

    list_display = ("account", "part", "first_read_at", "last_read_at")
    list_filter = ("part",)
    raw_id_fields = ("account",)


@admin.register(OfferAbsence)
class OfferAbsenceAdmin(LargeTableAdmin):
    """When Allegro did not return an offer."""

    list_display = ("offer", "since", "checked_at", "until", "account")
    list_select_related = ("account", "offer")
    search_fields = ("=offer__allegro_id",)
    raw_id_fields = ("account", "offer")


@admin.register(FactHorizon)
class FactHorizonAdmin(LargeTableAdmin):
    """Up to when raw facts were given up."""

    list_display = ("account", "since")
    raw_id_fields = ("account",)


@admin.register(OrderEvent)
class OrderEventAdmin(LargeTableAdmin):
    """Raw rows of the order journal."""

    list_display = ("order_id", "type", "occurred_at", "pending", "account")
    list_filter = ("type", "pending")
    search_fields = ("=order_id", "=event_id")
    raw_id_fields = ("account",)


@admin.register(OrderHistory)
class OrderHistoryAdmin(LargeTableAdmin):
    """How far back the orders of each account have been read."""

    list_display = ("account", "weeks_read", "weeks", "since", "begun_at", "goal")
    raw_id_fields = ("account",)


@admin.register(OrderLine)
class OrderLineAdmin(LargeTableAdmin):
    """The sales ledger."""

    list_display = ("allegro_offer_id", "order_id", "status", "quantity", "unit_price", "currency", "bought_at")
    list_filter = ("status", "currency", "marketplace")
    search_fields = ("=allegro_offer_id", "=order_id", "=line_item_id")
    raw_id_fields = ("account",)


@admin.register(SalesDay)
class SalesDayAdmin(LargeTableAdmin):
    """Units and revenue by day."""

    list_display = ("offer", "day", "marketplace", "units", "revenue", "currency", "account")
    list_filter = ("marketplace", "currency")
    list_select_related = ("account", "offer")
    search_fields = ("=offer__allegro_id",)
    raw_id_fields = ("account", "offer")


@admin.register(CounterNight)
class CounterNightAdmin(LargeTableAdmin):
    """The nightly looks at the counters."""

    list_display = ("account", "day", "observed_at", "offers", "is_faulty")
    list_filter = ("is_faulty",)
    raw_id_fields = ("account",)


@admin.register(OfferDay)
class OfferDayAdmin(LargeTableAdmin):
    """Nightly counters as observed."""

    list_display = ("offer", "day", "marketplace", "visits_30d", "watchers", "sold_30d", "account")
    list_filter = ("marketplace",)
    list_select_related = ("account", "offer")
    search_fields = ("=offer__allegro_id",)
    raw_id_fields = ("account", "offer")


@admin.register(CoverageGap)
class CoverageGapAdmin(LargeTableAdmin):
    """Times about which a stream is silent."""

    list_display = ("account", "stream", "since", "until", "reason")
    list_filter = ("stream", "reason")
    raw_id_fields = ("account",)


@admin.register(CustomerReturn)
class CustomerReturnAdmin(LargeTableAdmin):
    """The states of customer returns."""

    list_display = ("return_id", "order_id", "status", "declared_at", "recorded_at", "superseded_at", "account")
    list_filter = ("status", "marketplace")
    search_fields = ("=return_id", "=order_id")
    raw_id_fields = ("account",)


@admin.register(ReturnedLine)
class ReturnedLineAdmin(LargeTableAdmin):
    """What came back."""

    list_display = ("allegro_offer_id", "order_id", "line_item_id", "quantity", "unit_price", "currency", "account")
    list_filter = ("reason", "currency")
    search_fields = ("=allegro_offer_id", "=order_id", "=return_id")
    raw_id_fields = ("account",)


@admin.register(BillingEntry)
class BillingEntryAdmin(LargeTableAdmin):
    """The bill."""

    list_display = ("occurred_at", "type", "type_name", "amount", "currency", "allegro_offer_id", "day", "account")
    list_filter = ("type", "currency", "marketplace")
    search_fields = ("=allegro_offer_id", "=order_id", "=entry_id")
    raw_id_fields = ("account",)


@admin.register(BillingHistory)
class BillingHistoryAdmin(LargeTableAdmin):
    """How far back the bill of each account has been read."""

    list_display = ("account", "weeks_read", "weeks", "since", "begun_at", "goal")
    raw_id_fields = ("account",)


@admin.register(FeeDay)
class FeeDayAdmin(LargeTableAdmin):
    """Fees by day."""

    list_display = ("day", "kind", "name", "offer", "amount", "currency", "marketplace", "account")
    list_filter = ("kind", "currency", "marketplace")
    list_select_related = ("account", "offer")
    raw_id_fields = ("account", "offer")
