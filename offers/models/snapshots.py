"""What reads found, as distinct contents: facts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.models.offer import Offer


class SnapshotPart(models.TextChoices):
    """Which slice of an offer a snapshot holds. One field stands in exactly one part, whichever call read it."""

    PRICE_STOCK = "price_stock", _("Price and stock")
    DETAIL = "detail", _("Details")
    LISTING = "listing", _("List row")
    PROMOTIONS = "promotions", _("Promotions and bundles")
    PROMO_OPTIONS = "promo_options", _("Promotion packages")
    PRICE_RULES = "price_rules", _("Price rules")
    BADGES = "badges", _("Badges")
    ALLEGRO_PRICES = "allegro_prices", _("Allegro Prices")
    ALLE_DISCOUNT = "alle_discount", _("AlleDiscount")
    TRANSLATIONS = "translations", _("Translations")
    RATING = "rating", _("Rating")
    SMART = "smart", _("Smart!")
    UNFILLED = "unfilled", _("Missing parameters")


class Content(TenantModel):
    """A large piece of a snapshot (a description, the parameters …), stored once however many snapshots hold it."""

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="contents")
    digest = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="one_content_per_digest")]

    def __str__(self) -> str:
        return self.digest


class PartReading(TenantModel):
    """When a part that Allegro lists for all offers at once was first and last read to its provable end.

    A snapshot of such a part whose content is the offer's newest was last confirmed at `last_read_at`.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="part_readings")
    part = models.CharField(max_length=16, choices=SnapshotPart.choices)
    first_read_at = models.DateTimeField()
    last_read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "part"], name="one_reading_per_part")]

    def __str__(self) -> str:
        return f"{self.part} of {self.account_id} until {self.last_read_at:%Y-%m-%d %H:%M}"


class OfferSnapshot(TenantModel):
    """One distinct content of one part of an offer, and the span of time in which reads found it unchanged.

    Large pieces of `document` stand in `Content`; `offers.record.contents` puts them back.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="snapshots")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="snapshots")
    part = models.CharField(max_length=16, choices=SnapshotPart.choices)
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_seen_at__gte=F("first_seen_at")), name="snapshot_span_is_forward"),
            # Serves the newest snapshot of a part and one offer's whole history, and makes a repeated run harmless.
            models.UniqueConstraint(fields=["offer", "part", "first_seen_at"], name="one_snapshot_per_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.offer_id} since {self.first_seen_at:%Y-%m-%d %H:%M}"


class OfferAbsence(TenantModel):
    """A time in which Allegro did not return an offer: archived, deleted or not ours, it never says which (404).

    `since` is the first read that missed it, `checked_at` the last one, `until` the first that found it again. What the
    offer was meanwhile nobody saw, so no snapshot spans an absence.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="absences")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="absences")
    since = models.DateTimeField()
    checked_at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer"], condition=Q(until__isnull=True), name="one_absence_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} since {self.since:%Y-%m-%d %H:%M}"


class CounterNight(TenantModel):
    """One look at all counters of an account after Allegro's nightly refresh; `day` is the last day they cover.

    A faulty night showed no visitor and no watcher of any offer although there had been many: Allegro's feed has stood
    still so (allegro-api issue 4407). No counter is kept of it; a later look at the same night may still be good.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="counter_nights")
    day = models.DateField()
    observed_at = models.DateTimeField()
    offers = models.IntegerField()
    # The visitors of all offers on the account's own marketplace, added up; null where Allegro gave no figure at all.
    visits_30d = models.BigIntegerField(null=True)
    is_faulty = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_counter_night")]

    def __str__(self) -> str:
        return f"{self.day}: {'faulty' if self.is_faulty else self.offers}"


class OfferDay(TenantModel):
    """The counters that Allegro refreshes each night, as observed; `day` is the last day they cover (Warsaw).

    `visits_30d` counts unique visitors of 30 days, `sold_30d` pieces of 30 days; neither is a daily value.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="offer_days")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="days")
    marketplace = models.CharField(max_length=32)
    day = models.DateField()
    visits_30d = models.IntegerField(null=True)
    watchers = models.IntegerField(null=True)
    sold_30d = models.IntegerField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "marketplace", "day"], name="one_observation_per_day")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.marketplace} {self.day}"
