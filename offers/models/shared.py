"""What several offers share: the content of price lists, policies, promotions and rules, and which offers use it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerAccount
from accounts.scoping import TenantModel
from offers.models.offer import Offer
from offers.models.snapshots import SnapshotPart


class SharedKind(models.TextChoices):
    """What an offer can refer to. The same words as the parts in `offers.fields`."""

    PRICE_LIST = "price_list", _("Delivery price list")
    DELIVERY_SETTINGS = "delivery_settings", _("Delivery settings")
    RETURN_POLICY = "return_policy", _("Return policy")
    WARRANTY = "warranty", _("Warranty")
    IMPLIED_WARRANTY = "implied_warranty", _("Complaint terms")
    PROMOTION = "promotion", _("Promotion")
    BUNDLE = "bundle", _("Bundle")
    PRICE_RULE = "price_rule", _("Price rule")
    CATEGORY = "category", _("Category")
    PRODUCT = "product", _("Catalogue product")


class SharedObject(TenantModel):
    """One thing of an account that offers refer to by `allegro_id`; `name` is the newest one, for people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="shared_objects")
    kind = models.CharField(max_length=20, choices=SharedKind.choices)
    allegro_id = models.CharField(max_length=100)
    name = models.CharField(max_length=250, blank=True)
    # It touches every offer of the account, without any of them naming it.
    is_for_all = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    # When it last had its turn, whatever came of it; of kinds whose objects are asked for one by one.
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "allegro_id"], name="one_shared_object_per_id")
        ]

    def __str__(self) -> str:
        return shown_name(self.kind, self.allegro_id, self.name)


# A rebate has no name of its own: the kind of its benefit stands for it.
BENEFITS = {
    "LARGE_ORDER_DISCOUNT": _("Large order discount"),
    "WHOLESALE_PRICE_LIST": _("Wholesale price list"),
    "UNIT_PERCENTAGE_DISCOUNT": _("Multipack discount"),
}


def shown_name(kind: str, allegro_id: str, name: str) -> str:
    """A shared object's name for people; where Allegro gives none, what it is and the beginning of its id."""
    if name and name not in BENEFITS:
        return name
    what = BENEFITS.get(name) or SharedKind(kind).label
    return f"{what} ({allegro_id[:8]})"


class SharedSnapshot(TenantModel):
    """One distinct content of a shared object, and the span in which reads found it unchanged."""

    tenant_path = "shared__account__workspace"

    shared = models.ForeignKey(SharedObject, on_delete=models.CASCADE, related_name="snapshots")
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_seen_at__gte=F("first_seen_at")), name="shared_span_is_forward"),
            models.UniqueConstraint(fields=["shared", "first_seen_at"], name="one_shared_snapshot_per_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.shared_id} since {self.first_seen_at:%Y-%m-%d %H:%M}"


class OfferUse(TenantModel):
    """The span in which reads found an offer referring to a shared object; open while the newest reading does.

    A projection of the offer's snapshots of `part`.
    """

    account = models.ForeignKey(SellerAccount, on_delete=models.CASCADE, related_name="uses")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="uses")
    part = models.CharField(max_length=16, choices=SnapshotPart.choices)
    kind = models.CharField(max_length=20, choices=SharedKind.choices)
    allegro_id = models.CharField(max_length=100)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "kind", "allegro_id", "since"], name="one_use_per_start"),
        ]
        indexes = [
            # Which offers does a change of this object touch?
            models.Index(fields=["account", "kind", "allegro_id"], name="offers_using"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.allegro_id} of {self.offer_id}"
